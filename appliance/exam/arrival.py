"""When the province will have opened what it does not hold yet, by how long that took lately.

A bundle's way has three parts: until the province asks what there is (it asks every so often, so the next time follows
from the last one), what does not depend on its size (until it was opened, and the receipt's way back), and the line.
All of them come from what was seen lately; where too little was, nothing is foretold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import combinations
from statistics import median

KEPT_LEGS, KEPT_WAITING, KEPT_GAPS = 24, 50, 12
LEAST_LEGS, LEAST_GAPS = 3, 2  # fewer tell a line from a moment's luck by nothing
LONGEST_S = 1800.0  # what took longer waited for a window, or for a line that was cut
SOON_S = 5.0  # a receipt is looked at so long after the talk that brought it began
SILENT = 3  # so many times the usual gap without being asked: the line is gone, or nobody pulls
NOTHING = 2  # so many ways of no bytes beside each: of three ways alone the slope is anything
UNLIKE = 0.2  # two sizes that lie closer than this share of the larger one tell no rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One bundle's way: its bytes, and the seconds from when it could be fetched until its receipt was here."""

    sealed_bytes: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A bundle without a receipt; `asked_at`: when the province first asked since it is there."""

    at: datetime
    sealed_bytes: int
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The last ways that ended, oldest first, and what is on its way, by name; `receipted_at`: the last receipt.

    `asked_at`: the last time that the province asked, as far as it was noted, at `noted_at`; `gaps_s`: how long before
    each such time it had.
    """

    legs: tuple[Leg, ...] = ()
    waiting: dict[str, Waiting] = field(default_factory=dict)
    receipted_at: datetime | None = None
    asked_at: datetime | None = None
    noted_at: datetime | None = None
    gaps_s: tuple[float, ...] = ()


def published(arrivals: Arrivals, name: str, sealed_bytes: int, at: datetime) -> Arrivals:
    """Once a bundle stands there."""
    waiting = arrivals.waiting | {name: Waiting(at=at, sealed_bytes=sealed_bytes)}
    return replace(arrivals, waiting=dict(list(waiting.items())[-KEPT_WAITING:]))


def is_news(arrivals: Arrivals, asked_at: datetime) -> bool:
    """Whether it is to be noted that the province asked then: the last time before the newest bundle that waits came,
    and the first time after. So twice a bundle at most, whatever times somebody may set.
    """
    newest = max((each.at for each in arrivals.waiting.values()), default=None)
    if newest is None or asked_at == arrivals.asked_at:
        return False
    if asked_at > newest:
        return arrivals.asked_at is None or arrivals.asked_at <= newest
    return arrivals.noted_at is None or arrivals.noted_at < newest


def asked(arrivals: Arrivals, asked_at: datetime, every_s: float | None, at: datetime) -> Arrivals:
    """Once it was noted, at `at`, that the province asked what there is, `every_s` after it had before."""
    waiting = {
        name: replace(each, asked_at=asked_at) if each.asked_at is None and each.at < asked_at else each
        for name, each in arrivals.waiting.items()
    }
    gaps_s = arrivals.gaps_s
    if every_s is not None and 0 < every_s <= LONGEST_S and not _was_fetching(arrivals, asked_at, every_s):
        gaps_s = (*gaps_s, every_s)[-KEPT_GAPS:]
    return replace(arrivals, waiting=waiting, asked_at=asked_at, noted_at=at, gaps_s=gaps_s)


def _was_fetching(arrivals: Arrivals, asked_at: datetime, every_s: float) -> bool:
    """Whether a bundle was on its way between the two times: it asks again once that is over, sooner or later."""
    before = asked_at - timedelta(seconds=every_s - SOON_S)
    over = arrivals.receipted_at is None or arrivals.receipted_at <= before
    return not over or any(each.asked_at and each.asked_at < asked_at for each in arrivals.waiting.values())


def receipted(arrivals: Arrivals, name: str, at: datetime) -> Arrivals:
    """Once its receipt is here. A clock that was set in between tells nothing of the way, nor does a carried one."""
    left = {key: each for key, each in arrivals.waiting.items() if key != name}
    found = arrivals.waiting.get(name)
    legs = arrivals.legs
    if found is not None and (begun := _begun(arrivals, found)):
        seconds = (at - begun).total_seconds()
        if 0 < seconds <= LONGEST_S:
            legs = (*legs, Leg(sealed_bytes=found.sealed_bytes, seconds=seconds))[-KEPT_LEGS:]
    return replace(arrivals, legs=legs, waiting=left, receipted_at=at)


def expected_at(arrivals: Arrivals) -> datetime | None:
    """When all that waits will be receipted; None where nothing waits or too little is known.

    The same until something comes or goes: a moment, no countdown. Once it has passed nothing is foretold any more. A
    bundle that came while another one is on its way is asked for right after it; otherwise when it is time again.
    """
    if not arrivals.waiting or len(arrivals.legs) < LEAST_LEGS:
        return None
    first = min(arrivals.waiting.values(), key=lambda each: each.at)
    latest = max(each.at for each in arrivals.waiting.values())
    begins = _begun(arrivals, first) or _asked_again(arrivals, first.at)
    if begins is None:
        return None
    fixed_s, per_byte_s = _way(arrivals.legs)
    owed = sum(each.sealed_bytes for each in arrivals.waiting.values())
    # One that is on its way for longer than usual leaves those behind it all of theirs.
    behind = latest + timedelta(seconds=per_byte_s * (owed - first.sealed_bytes))
    return max(begins + timedelta(seconds=fixed_s + per_byte_s * owed), behind)


def _begun(arrivals: Arrivals, bundle: Waiting) -> datetime | None:
    """Once it was asked for; before the last receipt the line was another bundle's."""
    return bundle.asked_at and max(bundle.asked_at, arrivals.receipted_at or bundle.asked_at)


def _asked_again(arrivals: Arrivals, at: datetime) -> datetime | None:
    """When the province asks next; None where it has not for so long that nobody knows."""
    if arrivals.asked_at is None or len(arrivals.gaps_s) < LEAST_GAPS:
        return None
    gap = timedelta(seconds=median(arrivals.gaps_s))
    return max(at, arrivals.asked_at + gap) if timedelta(0) <= at - arrivals.asked_at <= SILENT * gap else None


def _way(legs: Sequence[Leg]) -> tuple[float, float]:
    """Seconds of each way, and seconds a byte, by medians: a way that was cut once moves neither.

    Source: Theil and Sen's estimator, beside it that no bytes take no time, which counts where few are known. Where
    all sizes are alike no rate can be told from the rest: then size alone.
    """
    alone = [leg.seconds / max(1, leg.sealed_bytes) for leg in legs]
    slopes = list(_slopes(legs))
    if not slopes:
        return 0.0, median(alone)
    per_byte_s = max(0.0, median([*slopes, *(NOTHING * alone)]))
    return max(0.0, median(leg.seconds - per_byte_s * leg.sealed_bytes for leg in legs)), per_byte_s


def _slopes(legs: Sequence[Leg]) -> Iterator[float]:
    for one, other in combinations(legs, 2):
        apart = one.sealed_bytes - other.sealed_bytes
        if abs(apart) > UNLIKE * max(one.sealed_bytes, other.sealed_bytes):
            yield (one.seconds - other.seconds) / apart
