"""What a program takes: time, processor, memory, of itself and of all that it starts."""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.benches.frame import CannotMeasure


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a process took: seconds of wall and of CPU (its children's too), and its peak in MB."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def used(argv: Sequence[str], environ: dict[str, str] | None = None) -> Used:
    """Run a program to its end. Raises CannotMeasure where it fails."""
    before = os.times()
    began_s = time.perf_counter()
    with subprocess.Popen(
        argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **(environ or {})}
    ) as child:
        said = child.stderr.read() if child.stderr else b""
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall_s, after = time.perf_counter() - began_s, os.times()
    if child.returncode:
        raise CannotMeasure(f"{argv[0]} ended with {child.returncode}: {said.decode(errors='replace')[-200:]}")
    cpu_s = after.children_user - before.children_user + after.children_system - before.children_system
    return Used(wall_s=wall_s, cpu_s=cpu_s, peak_mb=usage.ru_maxrss / 1024)


def together_mb(argv: Sequence[str]) -> float:
    """The proportional set size of a program and all its children at their peak, looked at ten times a second."""
    peak = 0
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as child:
        while child.poll() is None:
            peak = max(peak, sum(map(_pss_kb, _family(child.pid))))
            time.sleep(0.1)
    return peak / 1024


def _family(pid: int) -> list[int]:
    try:
        # A child is its thread's that started it.
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [child for one in threads for child in (one / "children").read_text(encoding="ascii").split()]
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0  # it ended meanwhile
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
