"""A clock that moves only when told."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Starts at `wall`; `advance` moves wall and monotonic time together, `step_wall` the wall alone."""

    def __init__(self, wall: datetime | None = None, boot_id: str = "boot-1") -> None:
        self.boot_id = boot_id
        self._wall = wall or datetime(2026, 9, 4, 12, 0, tzinfo=UTC)
        self._mono_s = 1000.0

    def wall(self) -> datetime:
        return self._wall

    def mono_s(self) -> float:
        return self._mono_s

    def rate(self) -> float:
        return 1.0

    def advance(self, seconds: float) -> None:
        self._wall += timedelta(seconds=seconds)
        self._mono_s += seconds

    def step_wall(self, seconds: float) -> None:
        self._wall += timedelta(seconds=seconds)
