"""Holds the USB ports of the box closed to new devices, but for those on the list."""

from collections.abc import Callable, Iterable
from pathlib import Path

from appliance.exam.posture import NotHeld
from hw.usb import UsbError, scan, set_authorized, set_authorized_default

Allowed = tuple[str, str, str]  # id, port, serial ('' where it has none)


def holder(root: Path, allow: Iterable[Allowed]) -> Callable[[str], None]:
    """A function that makes the sysfs tree under `root` deny new devices (`deny`) or leaves it (`leave`).

    What was authorised before is not taken away here: the box's own hub and network hang on USB.
    """
    listed = set(allow)

    def hold(want: str) -> None:
        if want != "deny":
            return
        try:
            set_authorized_default(root, 0)
            for device in scan(root):
                identity = (device.vendor_product, device.port, device.serial)
                anonymous = (device.vendor_product, device.port, "")
                if not device.authorized and (identity in listed or anonymous in listed):
                    set_authorized(root, device.port, True)
        except UsbError as error:
            raise NotHeld(str(error)) from error

    return hold
