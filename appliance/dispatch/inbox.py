"""What reaches dispatch: readings of instruments, facts of jobs, acts of people."""

import queue
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from appliance.events import Body
from appliance.events.readings import Reading
from appliance.exam.acts import Act

MAX_WAITING = 10_000  # readings; all else comes by at most one connection or job each
SAME_S = 0.8  # below the watchers' pace: what is told again sooner is told because something happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A reading of `instrument`, which is alive as long as these come; `read_s`: monotonic seconds, None for now."""

    instrument: str
    reading: Reading
    read_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A fact that a job reports: recorded as it is. `reply` gets the seq once it is durable."""

    body: Body
    reply: "Future[dict[str, Any]] | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """Somebody saw that `key` is not held any more."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRequest:
    """An act of a person; `reply` gets the seqs recorded, or `Refused`, once the rows are durable."""

    act: Act
    reply: "Future[dict[str, Any]]" = field(default_factory=Future)


Message = Observed | Report | Drifted | ActRequest


class Inbox:
    """The one queue into dispatch; every thread but dispatch's own only puts. `real_s` gives monotonic seconds.

    A reading that says what the last one of its instrument said wakes nobody: dispatch, which turns each second,
    finds it then. What says the same within 0.8 s of the last does wake it: between the two something was put right,
    and undone again.
    """

    def __init__(self, *, real_s: Callable[[], float] = time.monotonic) -> None:
        self._real_s = real_s
        self._waiting: deque[Message] = deque()
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()  # reentrant: a signal's handler rings it too
        self._last: dict[str, tuple[Reading, float]] = {}

    def put(self, message: Message) -> None:
        """Hands `message` in. A reading that finds the queue full is dropped: the next one says the same."""
        if isinstance(message, Observed) and len(self._waiting) >= MAX_WAITING:
            return
        self._waiting.append(message)
        if self._is_news(message):
            self._bell.put(None)

    def wake(self) -> None:
        """Ends a running wait."""
        self._bell.put(None)

    def take(self, wait_s: float) -> list[Message]:
        """All that waits now; waits up to `wait_s` for the first that says something new."""
        try:
            self._bell.get(timeout=max(0.0, wait_s))
            while True:
                self._bell.get_nowait()
        except queue.Empty:
            pass
        waiting = self._waiting
        return [waiting.popleft() for _ in range(min(len(waiting), MAX_WAITING))]

    def _is_news(self, message: Message) -> bool:
        """Whether dispatch is to look at once."""
        if not isinstance(message, Observed):
            return True
        now_s = self._real_s()
        last, last_s = self._last.get(message.instrument, (None, float("-inf")))
        self._last[message.instrument] = message.reading, now_s
        return message.reading != last or now_s - last_s < SAME_S
