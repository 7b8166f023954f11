"""Holds what takes its time beside dispatch: in a thread, one at a time, asked after again each turn."""

import threading
from collections.abc import Callable

from appliance.exam.posture import NotYet

WAIT_S = 0.05  # what is quicker is held at once


class Aside:
    """Runs `hold` in a thread of its own. What it raises is raised by the call that finds it over.

    A level that changes while one is under way waits for it: two commands never meet in one UPS.
    """

    def __init__(self, hold: Callable[[str], None], *, wait_s: float = WAIT_S) -> None:
        self._hold = hold
        self._wait_s = wait_s
        self._want = ""
        self._thread: threading.Thread | None = None
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

    def _begin(self, want: str) -> None:
        self._want, self._error = want, None
        self._thread = threading.Thread(target=self._run, args=(want,), name=f"hold {want}", daemon=True)
        self._thread.start()

    def _run(self, want: str) -> None:
        try:
            self._hold(want)
        except Exception as error:  # noqa: BLE001 - a thread begins here; dispatch raises it as its own
            self._error = error
