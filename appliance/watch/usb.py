"""Reads what is plugged into the box's USB ports, and whether new devices are denied."""

from collections.abc import Callable
from pathlib import Path

from appliance.events.bodies import UsbPlugged
from appliance.events.readings import UsbReading
from hw.usb import UsbDevice, UsbError, authorized_default, scan

PERIOD_S = 0.5


def reader(root: Path) -> Callable[[], UsbReading]:
    """A function that gives all devices of the sysfs tree under `root`."""

    def read() -> UsbReading:
        try:
            devices, defaults = scan(root), authorized_default(root)
        except UsbError as error:
            return UsbReading(unknown=str(error))
        closed = bool(defaults) and all(value == 0 for value in defaults.values())
        return UsbReading(devices=tuple(_plugged(device) for device in devices), closed=closed)

    return read


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
    )
