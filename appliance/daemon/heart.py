"""Feeds systemd's watchdog, and only while everything that must never hang proves that it does not."""

import time
from collections.abc import Callable, Mapping

WATCHDOG_EVERY_S = 2.0


class Heart:
    """Beaten after each whole turn of dispatch, which enforces USB in it: a turn that hangs beats nothing.

    `proofs` tell by name whether that part is alive; where one is not, nothing is fed, the journal is told once by
    `alarm`, and systemd ends and starts the guard. No instrument is among them: one that hangs is unknown, no more.
    """

    def __init__(
        self, *, feed: Callable[[], None], alarm: Callable[[str], None], proofs: Mapping[str, Callable[[], bool]]
    ) -> None:
        self._feed, self._alarm, self._proofs = feed, alarm, proofs
        self._fed_s = float("-inf")
        self._hung: list[str] = []

    def beat(self) -> None:
        """Feeds the watchdog, at most every two seconds, unless something hangs."""
        if time.monotonic() - self._fed_s < WATCHDOG_EVERY_S:
            return
        hung = [name for name, alive in self._proofs.items() if not alive()]
        if hung != self._hung:
            self._hung = hung
            self._alarm(f"hangs: {', '.join(hung)}: the watchdog is not fed" if hung else "nothing hangs any more")
        if not hung:
            self._feed()
            self._fed_s = time.monotonic()
