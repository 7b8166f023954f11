"""Who is talked to next: venues that are due, each by one worker at a time."""

import threading
import time
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class _Due:
    at_s: float
    rank: tuple[int, int]


@dataclass(slots=True)
class Rota:
    """Venues by code; of those that are due the lowest rank goes first. Safe to use from every thread."""

    _due: dict[str, _Due] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _held_open: int = 0
    _over: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def put(self, code: str, *, after_s: float = 0.0, rank: tuple[int, int] = (0, 0)) -> None:
        """`code` is to be talked to in `after_s` seconds, or sooner where that was said before."""
        at_s = time.monotonic() + after_s
        with self._changed:
            there = self._due.get(code)
            if there is None or at_s < there.at_s:
                self._due[code] = _Due(at_s=at_s, rank=rank)
                self._changed.notify_all()

    def take(self) -> str | None:
        """Whoever is next, once somebody is due; None once nobody will be, or after `end`."""
        with self._changed:
            while not self._over:
                now_s = time.monotonic()
                free = {code: due for code, due in self._due.items() if code not in self._taken}
                ready = [(due.rank, due.at_s, code) for code, due in free.items() if due.at_s <= now_s]
                if ready:
                    code = min(ready)[2]
                    del self._due[code]
                    self._taken.add(code)
                    return code
                if not self._due and not self._taken and not self._held_open:
                    break
                self._changed.wait(min((due.at_s - now_s for due in free.values()), default=None))
            self._changed.notify_all()
            return None

    def done(self, code: str) -> None:
        """Its worker is through with it."""
        with self._changed:
            self._taken.discard(code)
            self._changed.notify_all()

    def hold(self, step: int) -> None:
        """+1: somebody else may still put a venue in; −1: no longer."""
        with self._changed:
            self._held_open += step
            self._changed.notify_all()

    def end(self) -> None:
        """Nobody is taken any more."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
