"""Sittings shipped while they run, each over a line of its own that loses packets and breaks, and what was foretold."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from appliance.exam import arrival
from appliance.exam.arrival import Arrivals, expected_at
from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit
from scripts.benches.province_course import MB, Course, Trace, course

NEEDED = ("ip", "tc", "nft")
_LOOK_S = 1.0  # so long until the guard sees that the province asked
# The issue's own line first. The others are as unlike it as lines are, and as each other.
COURSES = {
    "the same": Course(number=1),
    "5 Mbit/s, 1-6 MB each 8 s, 2 % loss, cut at random": Course(number=2, size_mb=(1, 6), seed=21),
    "2 Mbit/s, 0.4-4 MB each 15 s, 1 % loss, cut 3-20 s at random": Course(
        number=3, mbit=2, loss=1, deltas=45, size_mb=(0.4, 4), every_s=15, cut_s=(3, 20), seed=22
    ),
    "5 Mbit/s, 4-12 MB each 45 s, 2 % loss, cut 10 s at random, asked each 30 s": Course(
        number=4, deltas=16, size_mb=(4, 12), every_s=45, final=2, asks_s=30, seed=23
    ),
    "8 Mbit/s, 3-20 MB each 40 s, never cut, asked each 30 s": Course(
        number=5, mbit=8, loss=0, deltas=16, size_mb=(3, 20), every_s=40, final=3, asks_s=30, cut_every_s=0, seed=24
    ),
    "5 Mbit/s, 5-15 MB each 50 s, 2 % loss, cut 20-90 s each 5 min, asked each 30 s": Course(
        number=6, deltas=16, size_mb=(5, 15), every_s=50, final=3, asks_s=30, cut_every_s=300, cut_s=(20, 90), seed=25
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """Each moment that was foretold, and how long it took from then on; `finish` is the last one, None where none."""

    told_s: tuple[float, ...]
    took_s: tuple[float, ...]
    unknown: int
    finish: tuple[float, float] | None

    @property
    def off(self) -> list[float]:
        """How far off, in percent."""
        return [100 * abs(told / took - 1) for told, took in zip(self.told_s, self.took_s, strict=True)]


def measure(bench: Bench) -> Iterator[Figure]:
    """Sittings compressed in time: a line has more to do than in a real one of 150 minutes."""
    if os.geteuid() or any(shutil.which(name) is None for name in NEEDED):
        raise CannotMeasure("root, and apt install iproute2 nftables")
    traces = _traces(bench)
    own = COURSES["the same"]
    yield from _receipted(bench, own, traces["the same"])
    for name, trace in traces.items():
        yield from foretold(name, trace)
    finishes = [found.finish for trace in traces.values() if (found := followed(trace)).finish]
    off = [100 * abs(told / took - 1) for told, took in filter(None, finishes)]
    yield Figure(
        name=f"how far off it was at `finish`, of {len(finishes)} lines of {len(traces)}", unit="%", values=off,
        reference="one who foretells what is usual",
        reference_values=[_usual_off(followed(trace))[-1] for trace in traces.values() if followed(trace).finish],
        limit=Limit(most=30),
    )  # fmt: skip


def _traces(bench: Bench) -> dict[str, Trace]:
    """All of them at once: each has namespaces of its own, and none of them needs the processor much."""
    found: dict[str, Trace] = {}
    faults: list[Exception] = []

    def run(name: str, one: Course) -> None:
        try:
            found[name] = course(one, bench.directory / str(one.number))
        except (CannotMeasure, OSError, ValueError, subprocess.CalledProcessError) as error:
            faults.append(error)

    courses = dict(list(COURSES.items())[: bench.times(len(COURSES), 1)])
    if bench.quick:
        courses = {name: Course(number=1, deltas=8, size_mb=(1, 1), every_s=2) for name in courses}
    threads = [threading.Thread(target=run, args=each) for each in courses.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise CannotMeasure(str(faults[0])) from faults[0]
    (bench.kept / "province_line.json").write_text(json.dumps(found), encoding="ascii")
    return {name: found[name] for name in courses}


def _receipted(bench: Bench, own: Course, trace: Trace) -> Iterator[Figure]:
    (finish_s,) = (at_s for at_s, kind, _, _ in trace if kind == "finish")
    ends_s = {name: at_s for at_s, kind, name, _ in trace if kind == "receipted"}
    total = sum(size for _, kind, _, size in trace if kind == "published")
    (last,) = (name for _, kind, name, _ in trace if kind == "finish")
    what = f"{total / MB:.0f} MB in {own.deltas * own.every_s / 60:.0f} min, {own.mbit:.0f} Mbit/s, {own.loss} % loss"
    for name, took_s in (
        (f"{what}, cut {own.cut_s[0]:.0f} s a minute: the last bundle's receipt after `finish`", ends_s[last]),
        ("the same: every bundle's receipt after `finish`", max(ends_s.values())),
    ):
        yield Figure(
            name=name, unit="s", values=[took_s - finish_s], reference="all of it over the bare line",
            reference_values=[total * 8 / own.mbit / 1e6], limit=Limit(most=180),
        )  # fmt: skip


def foretold(name: str, trace: Trace) -> Iterator[Figure]:
    """How far off the page was with each bundle, as it came."""
    found = followed(trace)
    if not found.told_s:
        return
    at = f"at `finish` {found.finish[0]:.0f} s for {found.finish[1]:.0f} s" if found.finish else "nothing at `finish`"
    yield Figure(
        name=f"{name}: how far off with each of {len(found.off)} bundles ({found.unknown} times unknown; {at})",
        unit="%", values=found.off, reference="one who foretells what is usual", reference_values=_usual_off(found),
        limit=Limit(most=30),
    )  # fmt: skip


def _usual_off(found: Foretold) -> list[float]:
    """Of somebody who knows the whole course, and foretells its median each time."""
    return [100 * abs(median(found.took_s) / took_s - 1) for took_s in found.took_s]


def followed(trace: Trace) -> Foretold:
    """What the page says a second after each bundle came, by what the guard's record has of the course by then."""
    noon, found, seen_s, before_s = datetime(2026, 9, 5, 4, tzinfo=UTC), Arrivals(), 0.0, 0.0
    ends_s = {name: at_s for at_s, kind, name, _ in trace if kind == "receipted"}
    told_s: list[float] = []
    took_s: list[float] = []
    unknown, finish = 0, None

    def at(seconds: float) -> datetime:
        return noon + timedelta(seconds=seconds)

    rows = [*trace, *((at_s + _LOOK_S, "look", name, 0) for at_s, kind, name, _ in trace if kind == "published")]
    for at_s, kind, name, size in sorted(rows):
        if kind == "published":
            found = arrival.published(found, name, size, at(at_s))
        elif kind == "receipted":
            found = arrival.receipted(found, name, at(at_s))
        elif kind == "asked":
            before_s, seen_s = seen_s, at_s
        if seen_s and arrival.is_news(found, at(seen_s)):
            found = arrival.asked(found, at(seen_s), seen_s - before_s if before_s else None, at(at_s))
        if kind == "look" and found.waiting:
            told = expected_at(found)
            unknown += told is None
            if told is not None:
                came_s = at_s - _LOOK_S
                told_s.append((told - at(came_s)).total_seconds())
                took_s.append(max(ends_s[one] for one in found.waiting) - came_s)
                last = any(kind == "finish" and one == name for _, kind, one, _ in trace)
                finish = (told_s[-1], took_s[-1]) if last else finish
    return Foretold(told_s=tuple(told_s), took_s=tuple(took_s), unknown=unknown, finish=finish)
