"""Whether the line's rules are held: loaded, read back, and touched by nobody since."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from appliance.events import Body, Moment
from appliance.events.bodies import NetworkDrifted, NetworkForeign, NetworkHeld, NetworkUnreadable
from appliance.events.readings import FirewallReading

ENFORCED = ("route", "bridge")
REHEARSING = "rehearsing"  # rules are held that count and hold nothing back
UNMONITORED, CLOSED, DRIFTED, UNKNOWN = "unmonitored", "closed", "drifted", "unknown"
RETOLD_S = 60.0  # a table that comes back is told once in so long, and gone once it did not for so long
LEAKS = "leaks"  # packets came out; only `view` says so


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallState:
    """`digest` names the rules that are held, '' while nobody has read them in this run of the guard.

    `drift` is what somebody else changed and is not right yet; `unknown` why the rules can not be read. `foreign` are
    other programs' tables that were removed within the last minute, told at `foreign_at`; `removed` how often each
    table was, as far as it was told.
    """

    digest: str = ""
    drift: tuple[str, ...] = ()
    unknown: str = ""
    foreign: tuple[str, ...] = ()
    foreign_at: Moment | None = None
    removed: dict[str, int] = field(default_factory=dict)


def after(state: FirewallState, body: Body, now: Moment) -> FirewallState:
    """The state once `body` is recorded; the same object where it is about something else."""
    match body:
        case NetworkHeld(digest=digest):
            return replace(state, digest=digest, drift=(), unknown="")
        case NetworkForeign(tables=tables, times=times):
            told = state.removed | dict(zip(tables, times, strict=False))
            return replace(state, foreign=tables, foreign_at=now, removed=told)
        case NetworkDrifted(what=what):
            return replace(state, drift=what, unknown="")
        case NetworkUnreadable(reason=reason):
            return replace(state, unknown=reason)
    return state


def news(state: FirewallState, reading: FirewallReading, now: Moment) -> Iterator[Body]:
    """The bodies that bring the record up to `reading`; none where it says nothing new, or nothing is loaded yet."""
    if not reading.unknown:
        yield from _foreign(state, dict(reading.removed), now)
    if reading.unknown:
        if state.unknown != reading.unknown:
            yield NetworkUnreadable(reason=reading.unknown)
    elif reading.drift:
        if state.drift != reading.drift or state.unknown:
            yield NetworkDrifted(what=reading.drift)
    elif reading.digest and (state.digest != reading.digest or state.drift or state.unknown):
        yield NetworkHeld(digest=reading.digest)


def _foreign(state: FirewallState, removed: dict[str, int], now: Moment) -> Iterator[Body]:
    """One row when a table comes, then one a minute while it goes on coming: a program may do so every second."""
    fresh = {name for name, times in removed.items() if times > state.removed.get(name, 0)}
    lately = state.foreign_at is not None and now.since(state.foreign_at) < RETOLD_S
    if fresh - set(state.foreign) or fresh and not lately:
        tables = tuple(sorted({*state.foreign, *fresh}))
        yield NetworkForeign(tables=tables, times=tuple(removed.get(name, 0) for name in tables))
    elif state.foreign and not fresh and not lately:
        yield NetworkForeign()


def state_of(state: FirewallState, mode: str) -> str:
    """What the page says of the line. `closed` is what was loaded; that nothing passes, packets must prove."""
    if mode not in ENFORCED:
        return UNMONITORED
    if state.unknown or not state.digest:
        return UNKNOWN
    return DRIFTED if state.drift else CLOSED
