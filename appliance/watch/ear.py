"""The ear of a reader: waits until the kernel says that something changed, or by the clock while it cannot be heard."""

import logging
import threading
import time
from collections.abc import Callable

from hw.usb_uevents import Uevents, UeventsLost, Wake

LOST_SAID_EVERY_S = 60.0
_LOG = logging.getLogger(__name__)


class Ear:
    """Says when to look at `what` (words for the journal, as "USB") again.

    `opens` listens to the kernel; where it cannot, it is tried again each `again_s`, and in between `wait` comes back
    `period_s` after the last look. `wait` and `close` belong to one thread, `wake` to all others.
    """

    def __init__(self, what: str, opens: Callable[[], Uevents], *, period_s: float, again_s: float) -> None:
        self._what, self._opens, self._period_s, self._again_s = what, opens, period_s, again_s
        self._uevents: Uevents | None = None
        self._lock = threading.Lock()  # `wake` must not come to uevents that are being closed
        self._woken = threading.Event()
        self._opened_s = self._lost_said_s = float("-inf")
        self._deaf, self._overflows = False, 0

    def wait(self, timeout_s: float, *, looked_s: float) -> Wake | None:
        """Wait at most `timeout_s` for the kernel and give what it told; None where it cannot be heard.

        `looked_s`: when (monotonic seconds) everything was last looked at.
        """
        try:
            self._open()
            if self._uevents is not None:
                told = self._uevents.wait(timeout_s)
                self._say(None, self._uevents.overflows)
                return told
        except UeventsLost as error:
            self._say(error, 0)
        self._woken.wait(max(0.0, looked_s + self._period_s - time.monotonic()))
        self._woken.clear()
        return None

    def wake(self) -> None:
        """Make the wait under way, or else the next one, come back at once."""
        self._woken.set()
        with self._lock:
            if self._uevents is not None:
                self._uevents.wake()

    def close(self) -> None:
        """Listen no more."""
        with self._lock:
            if self._uevents is not None:
                self._uevents.close()
                self._uevents = None

    def _open(self) -> None:
        now_s = time.monotonic()
        if self._uevents is None and now_s - self._opened_s >= self._again_s:
            self._opened_s = now_s
            with self._lock:
                self._uevents = self._opens()

    def _say(self, error: UeventsLost | None, overflows: int) -> None:
        """Say once that nothing is heard, and its end; and once in a while that uevents were lost."""
        if error is not None and not self._deaf:
            _LOG.warning("%s: read every %.1f s instead: %s", self._what, self._period_s, error)
        elif error is None and self._deaf:
            _LOG.warning("%s: read when the kernel says so again", self._what)
        self._deaf = error is not None
        now_s = time.monotonic()
        if overflows > self._overflows and now_s - self._lost_said_s >= LOST_SAID_EVERY_S:
            _LOG.warning("%s: uevents were lost, %d times so far; all was read instead", self._what, overflows)
            self._overflows, self._lost_said_s = overflows, now_s
