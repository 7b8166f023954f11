"""Reads what is plugged into the box's USB ports, and whether new devices are denied.

On the box the kernel's uevents say when to look. A simulated world has none: there it is looked at again and again.
"""

import time
from collections.abc import Callable
from pathlib import Path

from appliance.events.bodies import UsbPlugged
from appliance.events.readings import UsbReading
from appliance.watch.ear import Ear
from appliance.watch.thread import AGAIN_S
from hw.usb import UsbDevice, UsbError, authorized_default, scan
from hw.usb_uevents import Uevents

PERIOD_S = 0.5  # where nothing says when to look
LISTENING_PERIOD_S = 0.001  # a breath: the next reading waits by itself until there is something to read
HEARTBEAT_S = 0.9  # the longest such wait: who says nothing for 5 s is taken for silent
SOON_S = 0.3  # in the second after something was read: of a port that changes all the time not every change is told
LISTENING_AGAIN_S = 0.25  # below SOON_S: what is told again so soon after a change is to be heard
RECONCILE_S = 10.0  # the whole bus is read anew at least so often, whatever the uevents said

SYSTEM = Path("/")


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
        self._ear = Ear("USB", listening, period_s=PERIOD_S, again_s=reconcile_s)
        self._last = UsbReading(unknown="not read yet")
        self._read_s = float("-inf")

    def __call__(self) -> UsbReading:
        """Give the bus as it is. Raises nothing: what cannot be read is unknown, with its reason."""
        if not self._listen or self._told() or self._last.unknown or self._rule_changed():
            self._read_s = time.monotonic()
            self._last = _reading(self._root)
        return self._last

    def wake(self) -> None:
        """Make the call under way, or else the next one, come back without waiting."""
        self._ear.wake()

    def close(self) -> None:
        """Listen no more."""
        self._ear.close()

    def _told(self) -> bool:
        """Wait; whether the bus is to be read anew."""
        age_s = time.monotonic() - self._read_s
        breath_s = SOON_S if age_s < 1.0 else HEARTBEAT_S
        told = self._ear.wait(max(0.0, min(breath_s, self._reconcile_s - age_s)), looked_s=self._read_s)
        return told in ("changed", "resync", None) or time.monotonic() - self._read_s >= self._reconcile_s

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
