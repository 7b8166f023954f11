"""The USB bus as the kernel shows it: what is plugged in, and which of it is authorized.

Source: Documentation/ABI/stable/sysfs-bus-usb, Documentation/usb/authorization.rst. `root` is `/` on the box,
a made tree in the demo and in tests.
"""

import errno
import os
import re
from dataclasses import dataclass
from pathlib import Path

from hw.descriptors import DESCRIPTORS_LIMIT_BYTES, DescriptorError, UsbError, interface_triples
from hw.files import read_limited

__all__ = [
    "DescriptorError",
    "UsbDevice",
    "UsbError",
    "UsbWriteFailed",
    "authorized_default",
    "devices_directory",
    "is_port",
    "scan",
    "set_authorized",
    "set_authorized_default",
]

_PORT = re.compile(r"[0-9]{1,3}-[0-9]{1,3}(\.[0-9]{1,3}){0,6}")
_CONTROLLER = re.compile(r"usb[0-9]{1,3}")
_TEXT_LIMIT_BYTES = 4_096  # a sysfs attribute is one page at most
_TEXT_LIMIT_CHARACTERS = 64
_ATTEMPTS = 3
_GONE = (errno.ENOENT, errno.ENODEV, errno.ENOTDIR, errno.ENXIO)


class UsbWriteFailed(UsbError):
    """What was written does not read back: the kernel does not hold what was asked of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbDevice:
    """One device. Its texts are the device's own, hence an attacker's: printable, at most 64 characters.

    `vendor_product` is `"051d:0002"`, `device_class` two hex digits (`"??"` where unreadable), `interfaces`
    triples such as `"08:06:50"`. Empty `interfaces` mean unknown, not harmless.
    """

    port: str
    vendor_product: str
    manufacturer: str
    product: str
    serial: str
    device_class: str
    authorized: bool
    interfaces: tuple[str, ...]


def devices_directory(root: Path) -> Path:
    """Give where the kernel lists USB devices below `root`."""
    return root / "sys/bus/usb/devices"


def is_port(name: str) -> bool:
    """Tell whether `name` is a port path such as `1-1.4`: bus, then port by port."""
    return _PORT.fullmatch(name) is not None


def scan(root: Path) -> tuple[UsbDevice, ...]:
    """Give all devices but the root hubs, in port order; one that goes away while it is read is left out.

    Raises UsbError where the bus itself cannot be listed: no list is not an empty list.
    """
    ports = sorted(filter(is_port, _listed(root)), key=_port_order)
    found = (_device(devices_directory(root) / port) for port in ports)
    return tuple(device for device in found if device is not None)


def authorized_default(root: Path) -> dict[str, int | None]:
    """Give each controller's (`usb1`, …) rule for new devices: 0 deny, 1 allow, 2 allow internal ones only.

    Any other number means *allow all* to the kernel; None where it cannot be read. Raises UsbError where the
    bus cannot be listed.
    """
    defaults: dict[str, int | None] = {}
    for controller in _controllers(root):
        text = _text(devices_directory(root) / controller / "authorized_default")
        if text is None and not (devices_directory(root) / controller).exists():
            continue
        defaults[controller] = int(text) if text and re.fullmatch(r"-?[0-9]{1,9}", text) else None
    return defaults


def set_authorized_default(root: Path, value: int) -> None:
    """Make every controller deny (0) or allow (1) new devices; what is already plugged in stays as it is.

    Tries all of them even where one fails, so that a fault leaves as little open as it can.

    Raises UsbWriteFailed naming those that do not read back; UsbError where the bus cannot be listed;
    ValueError for another value, because the kernel takes a number above 2 or "-1" for *allow all*.
    """
    if value not in (0, 1):
        raise ValueError(f"authorized_default is 0 or 1, not {value}")
    failures: list[str] = []
    for controller in _controllers(root):
        try:
            _write(devices_directory(root) / controller / "authorized_default", str(value))
        except UsbWriteFailed as error:
            if (devices_directory(root) / controller).exists():
                failures.append(str(error))
    if failures:
        raise UsbWriteFailed("; ".join(failures))


def set_authorized(root: Path, port: str, authorized: bool) -> None:
    """Let the kernel use the device at `port`, or take it away from its drivers.

    Raises UsbWriteFailed where it does not read back (the device being gone included), ValueError where
    `port` is no port path.
    """
    if not is_port(port):
        raise ValueError(f"{port!r} is not a USB port path such as 1-1.4")
    _write(devices_directory(root) / port / "authorized", "1" if authorized else "0")


def _device(directory: Path) -> UsbDevice | None:
    """Read one device, again where another has taken its port meanwhile: else two would be mixed into one."""
    seen: UsbDevice | None = None
    for _attempt in range(_ATTEMPTS):
        inode = _inode(directory)
        seen = None if inode is None else _read_device(directory)
        if inode == _inode(directory):
            return seen
    return seen


def _read_device(directory: Path) -> UsbDevice:
    vendor, product = _text(directory / "idVendor"), _text(directory / "idProduct")
    return UsbDevice(
        port=directory.name,
        vendor_product=f"{_hex(vendor, 4)}:{_hex(product, 4)}",
        manufacturer=_harmless(_text(directory / "manufacturer")),
        product=_harmless(_text(directory / "product")),
        serial=_harmless(_text(directory / "serial")),
        device_class=_hex(_text(directory / "bDeviceClass"), 2),
        # Unreadable counts as let in: it must not look closed where nobody has seen it closed.
        authorized=_text(directory / "authorized") != "0",
        interfaces=_interfaces(directory / "descriptors"),
    )


def _inode(directory: Path) -> int | None:
    """Give what tells this device's directory from the next one's at its port; None where there is none."""
    try:
        return directory.stat().st_ino
    except OSError:
        return None


def _interfaces(path: Path) -> tuple[str, ...]:
    try:
        content = read_limited(path, DESCRIPTORS_LIMIT_BYTES)
        return () if content is None else interface_triples(content)
    except (OSError, DescriptorError):
        return ()


def _listed(root: Path) -> list[str]:
    try:
        return os.listdir(devices_directory(root))
    except OSError as error:
        raise UsbError(f"{devices_directory(root)} cannot be listed: {error.strerror}") from error


def _controllers(root: Path) -> list[str]:
    return sorted(filter(_CONTROLLER.fullmatch, _listed(root)))


def _port_order(port: str) -> list[int]:
    return [int(number) for number in re.split(r"[-.]", port)]


def _text(path: Path) -> str | None:
    """Give an attribute without its line feed, or None where it cannot be read."""
    try:
        content = read_limited(path, _TEXT_LIMIT_BYTES)
    except OSError:
        return None
    return None if content is None else content.decode("utf-8", errors="replace").removesuffix("\n")


def _harmless(text: str | None) -> str:
    # Not only control characters: a right-to-left mark turns the line it is shown in around.
    shown = (text or "")[:_TEXT_LIMIT_CHARACTERS]
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown)


def _hex(text: str | None, digits: int) -> str:
    return text.lower() if text and re.fullmatch(f"[0-9a-fA-F]{{{digits}}}", text) else "?" * digits


def _write(path: Path, value: str) -> None:
    """Write an attribute that exists and read it back. Raises UsbWriteFailed."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(value)
    except OSError as error:
        gone = "is gone" if error.errno in _GONE else f"cannot be written: {error.strerror}"
        raise UsbWriteFailed(f"{path} {gone}") from error
    if (read_back := _text(path)) != value:
        raise UsbWriteFailed(f"{path} reads {read_back!r} after {value!r} was written")
