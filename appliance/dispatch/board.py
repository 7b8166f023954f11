"""What the last turn left for readers. A snapshot costs more than the turn, so it is made when somebody asks."""

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """What a turn came to: how its snapshot is made, when (real monotonic seconds) it was, the log's head then."""

    content: Callable[[], dict[str, object]]
    turned_s: float
    head: tuple[int, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What readers get: the snapshot, its revision, when (real monotonic seconds) it was turned, the log's head."""

    snapshot: dict[str, object]
    rev: int
    turned_s: float
    head: tuple[int, str]


class Board:
    """The last turn, for other threads to read; the turn itself never waits for a reader."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Turned | None = None
        self._made: Turned | None = None
        self._shown = Shown({}, 0, 0.0, (0, ""))

    def show(self, turned: Turned) -> None:
        """Puts up what a turn came to."""
        self._last = turned

    def read(self) -> Shown:
        """What is up now, revision 0 before the first turn; the revision moves only when something visible did."""
        with self._lock:
            last = self._last
            if last is not None and last is not self._made:
                content = last.content()
                rev = self._shown.rev + (0 if content == self._shown.snapshot else 1)
                self._shown, self._made = Shown(content, rev, last.turned_s, last.head), last
            return self._shown
