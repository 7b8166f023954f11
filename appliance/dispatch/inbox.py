"""What reaches dispatch: readings of instruments, facts of jobs, acts of people."""

import queue
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from appliance.events import Body
from appliance.events.readings import Reading
from appliance.exam.acts import Act

MAX_WAITING = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A reading of `instrument`, which is alive as long as these come."""

    instrument: str
    reading: Reading


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
    """The one queue into dispatch; every thread but dispatch's own only puts."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Message | None] = queue.Queue(MAX_WAITING)

    def put(self, message: Message) -> None:
        """Hands `message` in. A reading that finds the queue full is dropped: the next one says the same."""
        try:
            self._queue.put(message, block=not isinstance(message, Observed))
        except queue.Full:
            return

    def wake(self) -> None:
        """Ends a running wait."""
        self._queue.put(None)

    def take(self, wait_s: float) -> list[Message]:
        """All that waits now; waits up to `wait_s` for the first."""
        taken: list[Message] = []
        try:
            first = self._queue.get(timeout=wait_s) if wait_s > 0 else self._queue.get_nowait()
            taken += [first] if first is not None else []
            while len(taken) < MAX_WAITING:
                item = self._queue.get_nowait()
                taken += [item] if item is not None else []
        except queue.Empty:
            pass
        return taken
