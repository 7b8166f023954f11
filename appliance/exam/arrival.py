"""When the province will have opened what it does not hold yet, by how long that took lately.

A bundle's way has a part that does not depend on its size (until the province asks, until it has opened it) and one
that does (the line). Both come from the last receipts; nothing is assumed of the line that was not seen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import combinations
from statistics import median

KEPT_LEGS, KEPT_WAITING = 24, 50
LEAST_LEGS = 3  # fewer tell a line from a moment's luck by nothing
LONGEST_S = 1800.0  # a bundle that waited longer waited for a window, or for a line that was cut
UNLIKE = 0.2  # two sizes that lie closer than this share of the larger one tell no rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One bundle's way: its bytes, and the seconds from when it could be fetched until its receipt was here."""

    sealed_bytes: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A bundle without a receipt."""

    at: datetime
    sealed_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The last ways that ended, oldest first, and what is on its way, by name; `receipted_at`: the last receipt."""

    legs: tuple[Leg, ...] = ()
    waiting: dict[str, Waiting] = field(default_factory=dict)
    receipted_at: datetime | None = None


def published(arrivals: Arrivals, name: str, sealed_bytes: int, at: datetime) -> Arrivals:
    """Once a bundle stands there."""
    waiting = arrivals.waiting | {name: Waiting(at=at, sealed_bytes=sealed_bytes)}
    return replace(arrivals, waiting=dict(list(waiting.items())[-KEPT_WAITING:]))


def receipted(arrivals: Arrivals, name: str, at: datetime) -> Arrivals:
    """Once its receipt is here. A clock that was set in between tells nothing of the way."""
    left = {key: each for key, each in arrivals.waiting.items() if key != name}
    found = arrivals.waiting.get(name)
    legs = arrivals.legs
    if found is not None:
        seconds = (at - _begun(arrivals, found)).total_seconds()
        if 0 < seconds <= LONGEST_S:
            legs = (*legs, Leg(sealed_bytes=found.sealed_bytes, seconds=seconds))[-KEPT_LEGS:]
    return replace(arrivals, legs=legs, waiting=left, receipted_at=at)


def expected_at(arrivals: Arrivals) -> datetime | None:
    """When all that waits will be receipted; None where nothing waits or too little is known.

    The same until something comes or goes: a moment, no countdown. While one is on its way for longer than usual, those
    behind it have all of theirs before them.
    """
    if not arrivals.waiting or len(arrivals.legs) < LEAST_LEGS:
        return None
    first = min(arrivals.waiting.values(), key=lambda each: each.at)
    fixed_s, per_byte_s = _way(arrivals.legs)
    owed = sum(each.sealed_bytes for each in arrivals.waiting.values())
    usual = _begun(arrivals, first) + timedelta(seconds=fixed_s + per_byte_s * owed)
    latest = max(_begun(arrivals, each) for each in arrivals.waiting.values())
    return max(usual, latest + timedelta(seconds=per_byte_s * (owed - first.sealed_bytes)))


def _begun(arrivals: Arrivals, bundle: Waiting) -> datetime:
    """Before the last receipt the line was another bundle's."""
    return max(bundle.at, arrivals.receipted_at or bundle.at)


def _way(legs: Sequence[Leg]) -> tuple[float, float]:
    """Seconds of each way, and seconds a byte, by medians: a way that was cut once moves neither.

    Source: Theil and Sen's estimator. Where all sizes are alike no rate can be told from the rest: then size alone.
    """
    slopes = list(_slopes(legs))
    if not slopes:
        return 0.0, median(leg.seconds / max(1, leg.sealed_bytes) for leg in legs)
    per_byte_s = max(0.0, median(slopes))
    return max(0.0, median(leg.seconds - per_byte_s * leg.sealed_bytes for leg in legs)), per_byte_s


def _slopes(legs: Sequence[Leg]) -> Iterator[float]:
    for one, other in combinations(legs, 2):
        apart = one.sealed_bytes - other.sealed_bytes
        if abs(apart) > UNLIKE * max(one.sealed_bytes, other.sealed_bytes):
            yield (one.seconds - other.seconds) / apart
