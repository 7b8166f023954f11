"""A watching thread: reads again and again, and is started anew when its reading breaks."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping

from appliance.events.readings import Reading

FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 30.0
# Below 1 s: dispatch writes a row a second in an outage, and takes who is silent for 5 s as unknown.
AGAIN_S = 0.9
AFTER_TURN_S = 0.012  # time(2) lags by up to 10 ms where the kernel ticks 100 times a second

Post = Callable[[str, Reading], None]
_LOG = logging.getLogger(__name__)


class Watcher:
    """Calls `read` every `period_s()` real seconds in a thread of its own and posts what it gives.

    It reads at whole multiples of the period, so that all watchers wake together: 20 UPSes at 5 Hz cost a fifth
    less than at moments of their own, for a processor that wakes from sleep does so 5 times a second, not 100.
    They are counted on the wall clock, for others count its whole seconds too: upsd takes a driver for hung at
    the turn of one, and reads a clock that lags by up to a tick of the kernel: hence a moment after it. A clock
    that is set moves one reading, by less than a period.

    What it posted last is not posted again for `again_s()`: most readings say what the one before said, and each
    would wake dispatch. Anything else is posted at once. A clock that runs faster asks for it sooner.

    A `read` that looks at several instruments gives their readings by name. `instrument` names the thread.

    `wake` ends a `read` that waits by itself: called from the thread that stops.

    A `read` that breaks posts nothing: dispatch sees an instrument gone silent, which is unknown. It is
    tried again after a pause that doubles from 1 to 30 s.
    """

    def __init__(
        self,
        *,
        instrument: str,
        read: Callable[[], Reading | Mapping[str, Reading]],
        post: Post,
        period_s: Callable[[], float],
        close: Callable[[], None] = lambda: None,
        wake: Callable[[], None] = lambda: None,
        again_s: Callable[[], float] = lambda: AGAIN_S,
    ) -> None:
        self._instrument = instrument
        self._read = read
        self._post = post
        self._period_s = period_s
        self._close = close
        self._wake = wake
        self._again_s = again_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch {instrument}", daemon=True)

    def start(self) -> None:
        """Begins to watch."""
        self._thread.start()

    def end(self) -> None:
        """Lets the watch end once the reading under way is over; waits for nothing."""
        self._stop.set()
        self._wake()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Ends the watch; waits at most `timeout_s` for a reading under way."""
        self.end()
        self._thread.join(max(0.0, timeout_s))

    def _run(self) -> None:
        pause_s = 0.0
        posted: dict[str, tuple[Reading, float]] = {}
        while not self._stop.is_set():
            try:
                told, now_s = self._read(), time.monotonic()
                readings = told if isinstance(told, Mapping) else {self._instrument: told}
                for instrument, reading in readings.items():
                    last, last_s = posted.get(instrument, (None, 0.0))
                    if reading != last or now_s - last_s >= self._again_s():
                        self._post(instrument, reading)
                        posted[instrument] = reading, now_s
                pause_s = 0.0
            except Exception:  # noqa: BLE001 - a thread begins here
                pause_s = min(max(FIRST_PAUSE_S, 2 * pause_s), LAST_PAUSE_S)
                _LOG.exception("reading %s broke, tried again in %.0f s", self._instrument, pause_s)
            self._stop.wait(pause_s or self._until_next_s())
        self._close()

    def _until_next_s(self) -> float:
        period_s = self._period_s()
        return period_s - (time.time() - AFTER_TURN_S) % period_s


def stop_all(watchers: Iterable[Watcher], timeout_s: float = 2.0) -> None:
    """Ends them side by side: a dozen that hang on dead instruments hold a stop up as long as one does."""
    watching = tuple(watchers)
    for watcher in watching:
        watcher.end()
    until_s = time.monotonic() + timeout_s
    for watcher in watching:
        watcher.stop(until_s - time.monotonic())
