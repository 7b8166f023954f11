"""Holds what takes its time beside dispatch: in a thread, one at a time, asked after again each turn."""

import threading
import time
from collections.abc import Callable

from appliance.exam.posture import NotYet

WAIT_S = 0.05  # what is quicker is held at once
HUNG_S = 120.0  # far beyond what all programs of one `hold` may take together, each with a time limit of its own


class Aside:
    """Runs `hold` in a thread of its own. What it raises is raised by the call that finds it over.

    A level that changes while one is under way waits for it: two commands never meet in one UPS.
    """

    def __init__(self, hold: Callable[[str], None], *, wait_s: float = WAIT_S) -> None:
        self._hold = hold
        self._wait_s = wait_s
        self._want = ""
        self._thread: threading.Thread | None = None
        self._began_s = 0.0
        self._error: Exception | None = None

    def hold(self, want: str) -> None:
        """Makes `want` so. Raises NotYet while it is being made so, NotHeld where it could not."""
        if self._thread is None:
            self._begin(want)
        thread, wanted = self._thread, self._want
        assert thread is not None
        thread.join(self._wait_s)
        if thread.is_alive():
            raise NotYet(f"{wanted} is being made so")
        self._thread, error = None, self._error
        if wanted != want:
            raise NotYet(f"{wanted} is over, {want} comes next")
        if error is not None:
            raise error

    def alive(self, *, hung_s: float = HUNG_S) -> bool:
        """Whether what is under way can still be expected to end; the watchdog hangs on it."""
        thread = self._thread
        return thread is None or not thread.is_alive() or time.monotonic() - self._began_s < hung_s

    def _begin(self, want: str) -> None:
        self._want, self._error, self._began_s = want, None, time.monotonic()
        self._thread = threading.Thread(target=self._run, args=(want,), name=f"hold {want}", daemon=True)
        self._thread.start()

    def _run(self, want: str) -> None:
        try:
            self._hold(want)
        except Exception as error:  # noqa: BLE001 - a thread begins here; dispatch raises it as its own
            self._error = error
