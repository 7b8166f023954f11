"""Who may be used on the USB bus: controllers' rules for what is new, single devices, single interfaces.

Everything that is written is read back. Source: Documentation/usb/authorization.rst, drivers/usb/core/hub.c.
"""

import os
import re
from pathlib import Path

from hw.descriptors import UsbError
from hw.usb_device import Identity, device_in, identity_of
from hw.usb_sysfs import (
    UsbWriteFailed,
    controllers,
    devices_directory,
    is_interface,
    is_port,
    opened,
    text_of,
    write,
)


class UsbAnother(UsbError):
    """What is at the port is not the device that is meant."""


def authorized_default(root: Path) -> dict[str, int | None]:
    """Give each controller's (`usb1`, …) rule for new devices: 0 deny, 1 allow, 2 allow internal ones only.

    Any other number means *allow all* to the kernel; None where it cannot be read. Raises UsbError where the
    bus cannot be listed.
    """
    return _defaults(root, "authorized_default")


def interface_authorized_default(root: Path) -> dict[str, int | None]:
    """Give each controller's rule for the interfaces of a device that is let in: 0 deny, 1 allow.

    None where it cannot be read. Raises UsbError where the bus cannot be listed.
    """
    return _defaults(root, "interface_authorized_default")


def set_authorized_default(root: Path, value: int) -> None:
    """Make every controller deny (0) or allow (1) new devices; what is already plugged in stays as it is.

    Tries all of them even where one fails, so that a fault leaves as little open as it can.

    Raises UsbWriteFailed naming those that do not read back; UsbError where the bus cannot be listed;
    ValueError for another value, because the kernel takes a number above 2 or "-1" for *allow all*.
    """
    _set_defaults(root, "authorized_default", value)


def set_interface_authorized_default(root: Path, value: int) -> None:
    """Make every controller deny (0) or allow (1) the interfaces of devices that are let in from now on.

    With 0 a device can be granted in part: `authorized` first, then the wanted interfaces one by one.

    Tries all and raises as `set_authorized_default` does.
    """
    _set_defaults(root, "interface_authorized_default", value)


def set_authorized(root: Path, port: str, authorized: bool) -> None:
    """Let the kernel use the device at `port`, or take it away from its drivers.

    Raises UsbWriteFailed where it does not read back (the device being gone included), ValueError where
    `port` is no port path.
    """
    if not is_port(port):
        raise ValueError(f"{port!r} is not a USB port path such as 1-1.4")
    write(devices_directory(root) / port / "authorized", "1" if authorized else "0")


def authorize_exactly(root: Path, identity: Identity) -> None:
    """Let the kernel use the device at the identity's port if it is the very one that is meant.

    It is compared and authorized by way of one directory: a device that takes the port in between is not let
    in, as it would be where one looks first and writes to the port's path then.

    Raises UsbAnother where another device is there, or none whose identity can be told; UsbWriteFailed where
    the port is empty or it does not read back; ValueError where the port is no port path.
    """
    if not is_port(identity.port):
        raise ValueError(f"{identity.port!r} is not a USB port path such as 1-1.4")
    path = devices_directory(root) / identity.port
    directory = opened(path)
    if directory is None:
        raise UsbWriteFailed(f"{path} is gone")
    try:
        there = identity_of(device_in(directory, identity.port, root=root))
        if there != identity:
            raise UsbAnother(f"at {identity.port} is {there or 'a device without identity'}, not {identity}")
        write(Path("authorized"), "1", dir_fd=directory)
    except UsbWriteFailed as error:
        raise UsbWriteFailed(f"{path}: {error}") from error
    finally:
        os.close(directory)


def set_interface_authorized(root: Path, name: str, authorized: bool) -> None:
    """Let drivers take the interface `name` (`"1-1.4:1.0"`), or take it away from the one that has it.

    The kernel looks for no driver by itself: `probe_interface` once all the wanted ones are authorized.

    Raises UsbWriteFailed where it does not read back, ValueError where `name` is no interface.
    """
    write(_interface_directory(root, name) / "authorized", "1" if authorized else "0")


def probe_interface(root: Path, name: str) -> None:
    """Make the kernel look for a driver of an authorized interface.

    It can not be read back whether one was found: `UsbInterface.driver` tells. Raises UsbWriteFailed where the
    interface is gone, ValueError where `name` is no interface.
    """
    directory = _interface_directory(root, name)
    if not directory.exists():
        raise UsbWriteFailed(f"{directory} is gone")
    write(devices_directory(root).parent / "drivers_probe", name, read_back=False)


def _interface_directory(root: Path, name: str) -> Path:
    if not is_interface(name):
        raise ValueError(f"{name!r} is not a USB interface such as 1-1.4:1.0")
    return devices_directory(root) / name


def _defaults(root: Path, attribute: str) -> dict[str, int | None]:
    defaults: dict[str, int | None] = {}
    for controller in controllers(root):
        text = text_of(devices_directory(root) / controller / attribute)
        if text is None and not (devices_directory(root) / controller).exists():
            continue
        defaults[controller] = int(text) if text and re.fullmatch(r"-?[0-9]{1,9}", text) else None
    return defaults


def _set_defaults(root: Path, attribute: str, value: int) -> None:
    if value not in (0, 1):
        raise ValueError(f"{attribute} is 0 or 1, not {value}")
    failures: list[str] = []
    for controller in controllers(root):
        try:
            write(devices_directory(root) / controller / attribute, str(value))
        except UsbWriteFailed as error:
            if (devices_directory(root) / controller).exists():
                failures.append(str(error))
    if failures:
        raise UsbWriteFailed("; ".join(failures))
