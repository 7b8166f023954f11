"""Writes rows in one transaction a turn, and carries on in memory while the disk refuses."""

from collections.abc import Callable

from appliance.eventlog import EventLog, LogError
from appliance.events import Body, Event, Moment, to_text
from appliance.events.bodies import LogGap

KEPT = 2000  # rows held in memory while nothing can be written
RETRY_S = 5.0


class Recorder:
    """Stamps bodies as events and makes them durable with `commit`.

    While the log refuses, `problem` says why, the first 2,000 rows are kept and `commit` tries again
    every 5 s; once it works again a `log.gap` row and the kept rows follow.
    """

    def __init__(self, *, log: EventLog, alarm: Callable[[str], None]) -> None:
        self._log = log
        self._alarm = alarm
        self._waiting: list[Event] = []
        self._lost = 0
        self._retry_at_s = 0.0
        self.problem = ""

    @property
    def head(self) -> tuple[int, str]:
        """Seq and hex hash of the last durable row."""
        return self._log.head_seq, self._log.head_hash.hex()

    def stamp(self, body: Body, now: Moment) -> Event:
        """The event of `body`, queued for the next commit."""
        seq = self._log.head_seq + len(self._waiting) + 1
        event = Event(seq=seq, at=now.wall, mono_s=now.mono_s, boot_id=now.boot_id, body=body)
        if self.problem and len(self._waiting) >= KEPT:
            self._lost += 1
        else:
            self._waiting.append(event)
        return event

    def commit(self, real_s: float) -> bool:
        """Makes the queued events durable. False while the log refuses them; `real_s` is monotonic time."""
        if not self._waiting:
            # A disk that nothing is written to for hours would go on as a good one.
            if not self.problem and (fault := self._log.fault()):
                self._refused(fault, real_s)
            return not self.problem
        if self.problem and real_s < self._retry_at_s:
            return False
        rows = self._with_gap() if self.problem else self._waiting
        try:
            self._log.append([(event.kind, to_text(event)) for event in rows])
        except LogError as error:
            self._refused(str(error), real_s)
            return False
        if self.problem:
            self._alarm("the event log can be written again")
        self.problem, self._waiting, self._lost = "", [], 0
        return True

    def take_back(self, count: int) -> None:
        """Forgets the last `count` queued events, which nobody was told of."""
        del self._waiting[len(self._waiting) - count :]

    def _refused(self, problem: str, real_s: float) -> None:
        if not self.problem:
            self._alarm(f"the event log can not be written: {problem}")
        self.problem = problem
        self._retry_at_s = real_s + RETRY_S

    def _with_gap(self) -> list[Event]:
        """The kept rows behind a gap row, numbered anew: nothing of them was ever acknowledged."""
        first, last = self._waiting[0], self._waiting[-1]
        gap = LogGap(since=first.at, kept=len(self._waiting), lost=self._lost, reason=self.problem)
        stamped = [(gap, last), *((event.body, event) for event in self._waiting)]
        return [
            Event(seq=self._log.head_seq + n, at=e.at, mono_s=e.mono_s, boot_id=e.boot_id, body=body)
            for n, (body, e) in enumerate(stamped, start=1)
        ]
