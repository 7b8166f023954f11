"""The USB bus as the kernel shows it: what is plugged in, and which of it is authorized.

Source: Documentation/ABI/stable/sysfs-bus-usb, Documentation/usb/authorization.rst. `root` is `/` on the box,
a made tree in the demo and in tests. `hw.usb_uevents` says when to look again.
"""

from pathlib import Path

from hw.descriptors import DescriptorError, UsbError
from hw.usb_authorization import (
    UsbAnother,
    authorize_exactly,
    authorized_default,
    interface_authorized_default,
    probe_interface,
    set_authorized,
    set_authorized_default,
    set_interface_authorized,
    set_interface_authorized_default,
)
from hw.usb_device import Identity, UsbDevice, UsbInterface, identity_of, read_device
from hw.usb_parts import authorize_in_part, hold_nothing_back, hold_parts
from hw.usb_sysfs import UsbWriteFailed, devices_directory, is_interface, is_port, listed, port_order

__all__ = [
    "DescriptorError",
    "Identity",
    "UsbAnother",
    "UsbDevice",
    "UsbError",
    "UsbInterface",
    "UsbWriteFailed",
    "authorize_exactly",
    "authorize_in_part",
    "authorized_default",
    "devices_directory",
    "hold_nothing_back",
    "hold_parts",
    "identity_of",
    "interface_authorized_default",
    "is_interface",
    "is_port",
    "probe_interface",
    "scan",
    "set_authorized",
    "set_authorized_default",
    "set_interface_authorized",
    "set_interface_authorized_default",
]


def scan(root: Path) -> tuple[UsbDevice, ...]:
    """Give all devices but the root hubs, in port order; one that goes away while it is read is left out.

    Raises UsbError where the bus itself, or a device that is there, cannot be looked at: no list is not an
    empty list.
    """
    names = listed(root)
    interfaces: dict[str, list[str]] = {}
    for name in filter(is_interface, sorted(names)):
        interfaces.setdefault(name.partition(":")[0], []).append(name)
    ports = sorted(filter(is_port, names), key=port_order)
    found = (read_device(root, port, interfaces.get(port, ())) for port in ports)
    return tuple(device for device in found if device is not None)
