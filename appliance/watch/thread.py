"""A watching thread: reads again and again, and is started anew when its reading breaks."""

import logging
import threading
import time
from collections.abc import Callable

from appliance.events.readings import Reading

FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 30.0
# Below 1 s: dispatch writes a row a second in an outage, and takes who is silent for 5 s as unknown.
AGAIN_S = 0.9
AGAIN_PERIODS = 4.5  # every fifth reading at the latest: where the clock runs faster, that is sooner

Post = Callable[[str, Reading], None]
_LOG = logging.getLogger(__name__)


class Watcher:
    """Calls `read` every `period_s()` real seconds in a thread of its own and posts what it gives.

    What it posted last is not posted again for `AGAIN_S`: most readings say what the one before said, and each
    would wake dispatch. Anything else is posted at once.

    A `read` that breaks posts nothing: dispatch sees an instrument gone silent, which is unknown. It is
    tried again after a pause that doubles from 1 to 30 s.
    """

    def __init__(
        self,
        *,
        instrument: str,
        read: Callable[[], Reading],
        post: Post,
        period_s: Callable[[], float],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._instrument = instrument
        self._read = read
        self._post = post
        self._period_s = period_s
        self._close = close
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch {instrument}", daemon=True)

    def start(self) -> None:
        """Begins to watch."""
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Ends the watch; waits at most `timeout_s` for a reading under way."""
        self._stop.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        pause_s, posted_s = 0.0, 0.0
        posted: Reading | None = None
        while not self._stop.is_set():
            try:
                reading, now_s = self._read(), time.monotonic()
                again_s = min(AGAIN_S, AGAIN_PERIODS * self._period_s())
                if reading != posted or now_s - posted_s >= again_s:
                    self._post(self._instrument, reading)
                    posted, posted_s = reading, now_s
                pause_s = 0.0
            except Exception:  # noqa: BLE001 - a thread begins here
                pause_s = min(max(FIRST_PAUSE_S, 2 * pause_s), LAST_PAUSE_S)
                _LOG.exception("reading %s broke, tried again in %.0f s", self._instrument, pause_s)
            self._stop.wait(pause_s or self._period_s())
        self._close()
