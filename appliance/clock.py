"""The clock that is handed in: wall and monotonic time of one boot, real or played faster."""

import math
import time
import tomllib
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Protocol

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class ClockError(Exception):
    """A simulated clock's file can not be used."""


class Clock(Protocol):
    """`wall()` aware UTC, `mono_s()` seconds of CLOCK_BOOTTIME, `rate()` simulated seconds per real one."""

    boot_id: str

    def wall(self) -> datetime:
        """The time of day."""

    def mono_s(self) -> float:
        """Seconds that only go forward, through suspend too."""

    def rate(self) -> float:
        """How many seconds pass in one real second: 1 but in a demo."""


class SystemClock:
    """The kernel's own clocks."""

    def __init__(self) -> None:
        self.boot_id = BOOT_ID.read_text(encoding="ascii").strip()

    def wall(self) -> datetime:
        """The system's time of day as aware UTC."""
        return datetime.now(tz=UTC)

    def mono_s(self) -> float:
        """CLOCK_BOOTTIME in seconds."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def rate(self) -> float:
        """Always 1."""
        return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """From `real_s` (CLOCK_BOOTTIME) on, `rate` simulated seconds pass in a real one."""

    real_s: float
    simulated_s: float
    rate: float


class SimulatedClock:
    """A clock played from a file of segments, the same for every process that reads the file.

    The file is TOML: `wall` (aware start), then `[[segment]]` with real_s, simulated_s, rate.
    """

    def __init__(self, path: Path) -> None:
        self.boot_id = "simulated-" + BOOT_ID.read_text(encoding="ascii").strip()
        self.start, self.segments = _read(path)
        self._from = [segment.real_s for segment in self.segments]

    def _segment(self) -> tuple[Segment, float]:
        real_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        return self.segments[max(0, bisect_right(self._from, real_s) - 1)], real_s

    def mono_s(self) -> float:
        """Simulated seconds since the day's script began."""
        segment, real_s = self._segment()
        return segment.simulated_s + (real_s - segment.real_s) * segment.rate

    def wall(self) -> datetime:
        """The simulated time of day as aware UTC."""
        return self.start + timedelta(seconds=self.mono_s())

    def rate(self) -> float:
        """The rate of the segment that is playing."""
        return self._segment()[0].rate


def _read(path: Path) -> tuple[datetime, list[Segment]]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        if document["wall"].tzinfo is None:
            raise ClockError(f"{path}: wall: a time with its zone was expected, not {document['wall']}")
        start = document["wall"].astimezone(UTC)
        segments = [
            Segment(real_s=float(s["real_s"]), simulated_s=float(s["simulated_s"]), rate=float(s["rate"]))
            for s in document["segment"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ClockError(f"{path}: {error}") from error
    finite = all(math.isfinite(n) for s in segments for n in (s.real_s, s.simulated_s, s.rate))
    if not segments or not finite or any(segment.rate <= 0 for segment in segments):
        raise ClockError(f"{path}: at least one segment with a rate above 0 is needed")
    if any(later.real_s < earlier.real_s for earlier, later in pairwise(segments)):
        raise ClockError(f"{path}: the segments must stand in order of real_s")
    return start, segments


def write_segments(path: Path, start: datetime, segments: list[Segment]) -> None:
    """Writes a simulated clock's file."""
    lines = [f"wall = {start.isoformat()}"]
    for segment in segments:
        lines += [
            "[[segment]]",
            f"real_s = {segment.real_s!r}",
            f"simulated_s = {segment.simulated_s!r}",
            f"rate = {segment.rate!r}",
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
