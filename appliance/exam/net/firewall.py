"""Whether the line's rules are held: loaded, read back, and touched by nobody since."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from appliance.events import Body
from appliance.events.bodies import NetworkDrifted, NetworkHeld, NetworkUnreadable
from appliance.events.readings import FirewallReading

ENFORCED = ("route", "bridge")
REHEARSING = "rehearsing"  # rules are held that count and hold nothing back
UNMONITORED, CLOSED, DRIFTED, UNKNOWN = "unmonitored", "closed", "drifted", "unknown"
LEAKS = "leaks"  # packets came out; only `view` says so


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallState:
    """`digest` names the rules that are held, '' while nobody has read them in this run of the guard.

    `drift` is what somebody else changed and is not right yet; `unknown` why the rules can not be read.
    """

    digest: str = ""
    drift: tuple[str, ...] = ()
    unknown: str = ""


def after(state: FirewallState, body: Body) -> FirewallState:
    """The state once `body` is recorded; the same object where it is about something else."""
    match body:
        case NetworkHeld(digest=digest):
            return FirewallState(digest=digest)
        case NetworkDrifted(what=what):
            return replace(state, drift=what, unknown="")
        case NetworkUnreadable(reason=reason):
            return replace(state, unknown=reason)
    return state


def news(state: FirewallState, reading: FirewallReading) -> Iterator[Body]:
    """The bodies that bring the record up to `reading`; none where it says nothing new, or nothing is loaded yet."""
    if reading.unknown:
        if state.unknown != reading.unknown:
            yield NetworkUnreadable(reason=reading.unknown)
    elif reading.drift:
        if state.drift != reading.drift or state.unknown:
            yield NetworkDrifted(what=reading.drift)
    elif reading.digest and state != FirewallState(digest=reading.digest):
        yield NetworkHeld(digest=reading.digest)


def state_of(state: FirewallState, mode: str) -> str:
    """What the page says of the line. `closed` is what was loaded; that nothing passes, packets must prove."""
    if mode not in ENFORCED:
        return UNMONITORED
    if state.unknown or not state.digest:
        return UNKNOWN
    return DRIFTED if state.drift else CLOSED
