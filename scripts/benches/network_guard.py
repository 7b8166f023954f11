"""A real guard between an exam switch and a line: how soon it tells a forbidden frame, and what a flood costs it."""

from collections.abc import Iterator

from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit
from tests.lab.guard_flood import first_frame, flooded, holding
from tests.lab.guarded import KINDS, MACHINES, wired
from tests.lab.wires import missing

FLOOD_S = 20.0


def measure(bench: Bench) -> Iterator[Figure]:
    """Each mode in turn. Raises CannotMeasure."""
    if lack := missing("nft"):
        raise CannotMeasure(lack)
    for mode in ("route", "bridge"):
        yield from _mode(bench, mode)


def _mode(bench: Bench, mode: str) -> Iterator[Figure]:
    first_ms, shares, answers_ms, wrong = [], [], [], []
    for _ in range(bench.times(5, 1)):
        bench.say(f"{mode}: a flood")
        with wired(mode) as guarded:
            guard = holding(guarded)
            first_ms.append(first_frame(guarded) * 1000)
            seen = flooded(guarded, guard, for_s=FLOOD_S)
            shares.append(seen.share * 100)
            answers_ms += [seconds * 1000 for seconds in seen.answers_s]
            wrong.append(float(sum(((seen.sent - seen.counted) + (seen.counted - seen.sent)).values())))
    yield _figure(f"{mode}: from the first forbidden frame to its row", "ms", first_ms, 1000, 1000.0)
    what = f"{MACHINES} machines × {len(KINDS)} kinds flood"
    yield _figure(f"{mode}: {what}: the guard's share of a core, its nft with it", "%", shares, 25, 100.0)
    yield _figure(f"{mode}: {what}: the page answers", "ms", answers_ms, 50, 50.0)
    yield _figure(f"{mode}: {what}: frames counted wrongly", "frames", wrong, 0, float(sum(seen.sent.values())))


def _figure(name: str, unit: str, values: list[float], most: float, reference: float) -> Figure:
    return Figure(
        name=name,
        unit=unit,
        values=values,
        reference="what is asked" if unit != "frames" else "sent",
        reference_values=[reference] * len(values),
        limit=Limit(most=most),
    )
