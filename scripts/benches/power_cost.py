"""What watching 20 UPSes five times a second costs, and what 100,000 polls leave behind, on a real upsd."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit
from scripts.benches.power_guard import site
from scripts.benches.power_lab import POLL_S, QUICK_POLL_S, Lab, upsmon
from scripts.benches.stage import cpu_s, guard, process

UPSES = 20
CHILD = (sys.executable, "-m", "scripts.benches.power_child")
MOST_S = 300.0


def figures(bench: Bench, directory: Path) -> Iterator[Figure]:
    """The watchers alone, the whole guard, then polls without a pause."""
    with Lab(UPSES) as lab:
        yield from _watching(bench, directory / "watching", lab)
        yield from _polls(bench, directory, lab)


def _watching(bench: Bench, directory: Path, lab: Lab) -> Iterator[Figure]:
    directory.mkdir()
    venue = site(directory, lab)
    windows, poll_s = bench.times(6, 3), bench.times(POLL_S, QUICK_POLL_S)
    window_s = 2 * poll_s  # upsmon does all it does at once
    watching = [*CHILD, "watch", str(venue.config)]
    with (
        upsmon(lab, poll_s) as beside,
        guard(venue) as whole,
        process(watching, directory / "child.txt") as ours,
    ):
        time.sleep(bench.times(10, 3))  # all started, all connected
        if ours.poll() is not None:
            raise CannotMeasure((directory / "child.txt").read_text(encoding="utf-8").strip() or "it ended")
        shares = _shares((ours.pid, whole.pid, beside.pid), windows, window_s)
    name, reference = f"{windows} × {window_s} s", f"upsmon reading the same {UPSES} every {poll_s} s"
    yield Figure(
        name=f"the watchers of {UPSES} UPSes at 5 Hz, nothing else, {name}", unit="% of a core", values=shares[0],
        reference=reference, reference_values=shares[2], limit=Limit(most=1),
    )  # fmt: skip
    yield Figure(
        name=f"the whole guard with them, idle, {name}", unit="% of a core", values=shares[1],
        reference=reference, reference_values=shares[2],
    )  # fmt: skip


def _shares(pids: Sequence[int], windows: int, window_s: float) -> list[list[float]]:
    """The share of a core that each process used in each window, in percent."""
    shares: list[list[float]] = [[] for _ in pids]
    for _ in range(windows):
        before, began_s = [cpu_s(pid) for pid in pids], time.perf_counter()
        time.sleep(window_s)
        span_s = time.perf_counter() - began_s
        for found, pid, used_s in zip(shares, pids, before, strict=True):
            found.append(100 * (cpu_s(pid) - used_s) / span_s)
    return shares


def _polls(bench: Bench, directory: Path, lab: Lab) -> Iterator[Figure]:
    polls, reconnects = bench.times(100_000, 4_000), bench.times(1_000, 100)
    said = directory / "polls.txt"
    argv = [*CHILD, "polls", str(lab.port), lab.names[0], str(polls), str(reconnects)]
    with process(argv, said) as child:
        child.wait(MOST_S)
    text = said.read_text(encoding="utf-8").strip()
    if child.returncode:
        raise CannotMeasure(text.splitlines()[-1] if text else f"the polls ended with {child.returncode}")
    held = json.loads(text)
    name = f"after {polls:,} polls and {reconnects:,} reconnects"
    yield Figure(
        name=f"{name}: file descriptors more", unit="fds", values=[held["fds_after"] - held["fds"]],
        reference="held before", reference_values=[held["fds"]], limit=Limit(most=0),
    )  # fmt: skip
    yield Figure(
        name=f"{name}: resident more", unit="MB", values=[held["mb_after"] - held["mb"]],
        reference="held before", reference_values=[held["mb"]],
    )  # fmt: skip
