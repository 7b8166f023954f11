"""Reads what is plugged into the box's USB ports, and whether new devices are denied.

On the box the kernel's uevents say when to look. A simulated world has none: there it is looked at again and again.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from appliance.events.bodies import UsbPlugged
from appliance.events.readings import UsbReading
from appliance.watch.thread import AGAIN_S
from hw.usb import UsbDevice, UsbError, authorized_default, scan
from hw.usb_uevents import Uevents, UeventsLost

PERIOD_S = 0.5  # where nothing says when to look
LISTENING_PERIOD_S = 0.001  # a breath: the next reading waits by itself until there is something to read
HEARTBEAT_S = 0.9  # the longest such wait: who says nothing for 5 s is taken for silent
SOON_S = 0.3  # in the second after something was read: of a port that changes all the time not every change is told
LISTENING_AGAIN_S = 0.25  # below SOON_S: what is told again so soon after a change is to be heard
RECONCILE_S = 10.0  # the whole bus is read anew at least so often, whatever the uevents said
LOST_SAID_EVERY_S = 60.0

SYSTEM = Path("/")
_LOG = logging.getLogger(__name__)


def reader(root: Path) -> "UsbReader":
    """What reads the devices of the sysfs tree under `root`; it listens where that is the system's own."""
    return UsbReader(root, listen=root == SYSTEM)


class UsbReader:
    """Called, it gives all that is plugged in. To be called every `period_s`.

    One that listens waits first until there is something to read, at most `HEARTBEAT_S`; its first call reads at
    once. A uevent only wakes: what is told is always read from sysfs. Without one the last reading is given again,
    but who opens a controller makes no uevent: that is looked at each time. As long as the kernel cannot be listened
    to, all is read every `PERIOD_S`. All is read once in `reconcile_s` at the least.

    What it gives is to be posted even if it is the same, once in `again_s`. `listening` opens the ear. Calls and
    `close` belong to one thread, `wake` to all others.
    """

    def __init__(
        self,
        root: Path,
        *,
        listen: bool,
        reconcile_s: float = RECONCILE_S,
        listening: Callable[[], Uevents] = Uevents,
    ) -> None:
        self.period_s = LISTENING_PERIOD_S if listen else PERIOD_S
        self.again_s = LISTENING_AGAIN_S if listen else AGAIN_S
        self._root, self._listen, self._reconcile_s = root, listen, reconcile_s
        self._listening = listening
        self._uevents: Uevents | None = None
        self._lock = threading.Lock()  # `wake` must not come to an ear that is being closed
        self._woken = threading.Event()
        self._last = UsbReading(unknown="not read yet")
        self._read_s = self._opened_s = self._lost_said_s = float("-inf")
        self._deaf, self._overflows = False, 0

    def __call__(self) -> UsbReading:
        """Give the bus as it is. Raises nothing: what cannot be read is unknown, with its reason."""
        if not self._listen or self._told() or self._last.unknown or self._rule_changed():
            self._read_s = time.monotonic()
            self._last = _reading(self._root)
        return self._last

    def wake(self) -> None:
        """Make the call under way, or else the next one, come back without waiting."""
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

    def _told(self) -> bool:
        """Wait; whether the bus is to be read anew."""
        try:
            ear = self._ear()
            if ear is not None:
                age_s = time.monotonic() - self._read_s
                breath_s = SOON_S if age_s < 1.0 else HEARTBEAT_S
                told = ear.wait(max(0.0, min(breath_s, self._reconcile_s - age_s)))
                self._say(None, ear.overflows)
                return told in ("changed", "resync") or time.monotonic() - self._read_s >= self._reconcile_s
        except UeventsLost as error:
            self._say(error, 0)
        self._woken.wait(max(0.0, self._read_s + PERIOD_S - time.monotonic()))
        self._woken.clear()
        return True

    def _ear(self) -> Uevents | None:
        """Give the uevents; where they cannot be listened to it is tried again with each reconcile."""
        now_s = time.monotonic()
        if self._uevents is None and now_s - self._opened_s >= self._reconcile_s:
            self._opened_s = now_s
            with self._lock:
                self._uevents = self._listening()
        return self._uevents

    def _say(self, error: UeventsLost | None, overflows: int) -> None:
        """Say once that nothing is heard, and its end; and once in a while that uevents were lost."""
        if error is not None and not self._deaf:
            _LOG.warning("USB is read every %.1f s instead: %s", PERIOD_S, error)
        elif error is None and self._deaf:
            _LOG.warning("USB is read when the kernel says so again")
        self._deaf = error is not None
        now_s = time.monotonic()
        if overflows > self._overflows and now_s - self._lost_said_s >= LOST_SAID_EVERY_S:
            _LOG.warning("uevents were lost, %d times so far; all of USB was read instead", overflows)
            self._overflows, self._lost_said_s = overflows, now_s

    def _rule_changed(self) -> bool:
        """Whether the controllers deny where they did not, or the other way round."""
        try:
            return self._last.closed != _closed(authorized_default(self._root))
        except UsbError:
            return True


def _reading(root: Path) -> UsbReading:
    try:
        devices, closed = scan(root), _closed(authorized_default(root))
    except UsbError as error:
        return UsbReading(unknown=str(error))
    return UsbReading(devices=tuple(_plugged(device) for device in devices), closed=closed)


def _closed(defaults: dict[str, int | None]) -> bool:
    """Whether every controller denies; none at all is no answer."""
    return bool(defaults) and all(value == 0 for value in defaults.values())


def _plugged(device: UsbDevice) -> UsbPlugged:
    name = " ".join(part for part in (device.manufacturer, device.product) if part)
    return UsbPlugged(
        port=device.port,
        id=device.vendor_product,
        name=name,
        serial=device.serial,
        interfaces=device.interfaces,
        authorized=device.authorized,
        kinds=device.kinds,
        sha256=device.descriptors_sha256,
        fault=device.fault,
        faces=device.faces,
        held_back=device.held_back if device.authorized else (),
    )
