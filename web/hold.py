"""How long a UPS holds, as the guard gives it: one figure, where it comes from, and whether it is enough.

The guard judged; here a figure is only chosen and never made better than it is: what lacks its proof
is not proven, whatever else the snapshot says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from web.fields import Plain, number, part, parts, text, words_of

SOURCES = ("proven", "modelled", "reported")
STATES = ("off", "low", "battery", "unknown", "declared", "mains")
LEVELS = ("ok", "short", "unproven", "unknown")
ON_BATTERY = ("battery", "low")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """`level` ok, short, unproven or unknown; `source` proven, modelled, reported, declared or ''.

    `minutes` whole minutes of `source`, `asked` those of the rule, `until` an ISO time, on battery only.
    `at_least`: the mains came back before its proof was over; it may hold longer than that.
    """

    level: str
    source: str = ""
    minutes: int | None = None
    asked: int | None = None
    until: str = ""
    at_least: bool = False


def state_of(ups: Plain) -> str:
    """The UPS's state; what is not known here is unknown, what nobody watches is declared."""
    if ups.get("watched") is False or isinstance(ups.get("declared"), Mapping):
        return "declared"
    state = text(ups, "state")
    return state if state in STATES else "unknown"


def servers(snapshot: Plain) -> list[str]:
    """The names of the servers; empty where the guard names none."""
    return words_of(part(snapshot, "supply"), "servers")


def feeds_server(snapshot: Plain, ups: Plain) -> bool:
    """Whether a server hangs on this UPS; true for each where the guard does not say which are servers."""
    named = servers(snapshot)
    return not named or bool(set(named) & set(words_of(ups, "feeds")))


def seconds(ups: Plain) -> dict[str, float]:
    """The figures that are known, by their source."""
    hold = part(ups, "hold")
    told = {source: number(hold, f"{source}_s") for source in SOURCES}
    if not hold:  # a guard of before the three figures
        told["reported"] = number(ups, "runtime_s")
    return {source: value for source, value in told.items() if value is not None}


def hold_of(ups: Plain) -> Hold:
    """The figure to show of this UPS: the proof where it is enough, else the one that ends first."""
    hold, known, out = part(ups, "hold"), seconds(ups), state_of(ups) in ON_BATTERY
    asked_s = number(hold, "asked_s")
    asked = None if asked_s is None else int(asked_s // 60)
    if state_of(ups) == "declared":
        minutes = number(part(ups, "declared"), "hold_minutes")
        if minutes is None:
            return Hold(level="unknown", asked=asked)
        level = "short" if text(hold, "level") == "short" else "unproven"
        return Hold(level=level, source="declared", minutes=int(minutes), asked=asked)
    at_least = hold.get("at_least") is True
    level = text(hold, "level") if hold else "unproven"
    proof_s = None if at_least else known.get("proven")
    level = _honest(level if level in LEVELS else "unknown", proof_s, 0.0 if out else asked_s)
    source = _source(level, text(hold, "first"), known, at_least=at_least, out=out)
    if level == "unknown" or not source:
        return Hold(level="unknown", asked=asked)
    bound = at_least and source == "proven"
    if level == "unproven" and asked_s is not None and known[source] < asked_s and not out and not bound:
        level = "short"
    return Hold(
        level=level,
        source=source,
        minutes=int(max(0.0, known[source]) // 60),
        asked=asked,
        until=text(hold, f"{source}_until"),
        at_least=bound,
    )


def _honest(level: str, proof_s: float | None, asked_s: float | None) -> str:
    """What the guard calls enough, only where a proof says so; on battery (`asked_s` 0) it asks for less."""
    if level != "ok":
        return level
    if proof_s is None or asked_s is None:
        return "unproven"
    return "ok" if proof_s >= asked_s else "short"


def _source(level: str, first: str, known: dict[str, float], *, at_least: bool, out: bool) -> str:
    if level == "ok" and not out:
        return "proven"
    # Not proven: a proof that does not count must not lend its word to a figure. A lower bound comes last.
    counts = level in ("ok", "short") and not at_least
    allowed = [source for source in SOURCES if source in known and (counts or source != "proven")]
    if first in allowed:
        return first
    if allowed:
        return allowed[0]
    return "proven" if at_least and "proven" in known else ""


def outage(snapshot: Plain, ups: Plain) -> Plain:
    """The arguments of the verdict where it speaks of this UPS on battery; else empty."""
    reason = part(part(snapshot, "verdict"), "reason")
    args = part(reason, "args")
    return args if text(reason, "code") == "mains" and text(args, "ups") == text(ups, "name") else {}


def in_order(snapshot: Plain, rank: Mapping[str, int]) -> list[Plain]:
    """The UPSes, those of servers first, then by `rank` (of their names) from the worst on."""
    upses = parts(snapshot, "power")
    return sorted(upses, key=lambda ups: (not feeds_server(snapshot, ups), rank.get(text(ups, "name"), 0)))
