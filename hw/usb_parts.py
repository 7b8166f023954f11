"""A device that may be used in part: some of its interfaces get a driver, the others never do.

Source: Documentation/usb/authorization.rst, "Interface authorization"; drivers/usb/core/message.c,
usb_set_configuration: an interface takes its controller's rule at the moment in which the device is let in.
"""

from collections.abc import Callable
from pathlib import Path

from hw.descriptors import UsbError
from hw.usb_authorization import (
    authorize_exactly,
    interface_authorized_default,
    probe_interface,
    set_interface_authorized,
    set_interface_authorized_default,
)
from hw.usb_device import Identity, UsbDevice, read_device
from hw.usb_sysfs import UsbWriteFailed, is_interface, listed


def authorize_in_part(root: Path, identity: Identity, parts: frozenset[str]) -> None:
    """Let the kernel use these interfaces (`"1.0"`) of the very device that is meant, and no other of it.

    Every controller holds interfaces back until it is done: for that moment a device that somebody else lets in gets
    none, which whoever holds the bus puts right. Raises as `authorize_exactly` and `hold_parts` do.
    """
    try:
        set_interface_authorized_default(root, 0)
        authorize_exactly(root, identity)
    finally:
        set_interface_authorized_default(root, 1)
    names = [name for name in listed(root) if is_interface(name) and name.partition(":")[0] == identity.port]
    device = read_device(root, identity.port, sorted(names))
    if device is None:
        raise UsbWriteFailed(f"{identity.port} is gone")
    hold_parts(root, device, parts)


def hold_parts(root: Path, device: UsbDevice, parts: frozenset[str] | None) -> None:
    """Make the interfaces of a device that is let in so: `parts` may have a driver, None means all of them.

    What is to be held back comes first, and one that fails keeps no other from it. Raises UsbWriteFailed naming all
    that do not read back.
    """
    failures: list[str] = []

    def attempt(act: Callable[[], None]) -> None:
        try:
            act()
        except UsbError as error:
            failures.append(str(error))

    def wanted(name: str) -> bool:
        return parts is None or name.partition(":")[2] in parts

    for interface in device.configured:
        if interface.authorized and not wanted(interface.name):
            attempt(lambda name=interface.name: set_interface_authorized(root, name, False))  # type: ignore[misc]
    missing = [each.name for each in device.configured if wanted(each.name) and not each.authorized]
    for name in missing:
        attempt(lambda name=name: set_interface_authorized(root, name, True))  # type: ignore[misc]
    for name in missing:
        attempt(lambda name=name: probe_interface(root, name))  # type: ignore[misc]
    if failures:
        raise UsbWriteFailed("; ".join(failures))


def hold_nothing_back(root: Path) -> None:
    """Make the interfaces of what is let in whole free again, where one that died in between left them held back."""
    if 0 in interface_authorized_default(root).values():
        set_interface_authorized_default(root, 1)
