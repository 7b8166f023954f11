"""The files of a USB bus in sysfs: where they are, how one is read, and how one is written and read back.

Source: Documentation/ABI/stable/sysfs-bus-usb, Documentation/filesystems/sysfs.rst.
"""

import errno
import os
import re
from pathlib import Path

from hw.descriptors import UsbError

TEXT_LIMIT_BYTES = 4_096  # a sysfs attribute is one page at most

_PORT = re.compile(r"[0-9]{1,3}-[0-9]{1,3}(\.[0-9]{1,3}){0,6}")
_INTERFACE = re.compile(_PORT.pattern + r":[0-9]{1,3}\.[0-9]{1,3}")
_CONTROLLER = re.compile(r"usb[0-9]{1,3}")
_GONE = (errno.ENOENT, errno.ENODEV, errno.ENOTDIR, errno.ENXIO)


class UsbWriteFailed(UsbError):
    """What was written does not read back: the kernel does not hold what was asked of it."""


def devices_directory(root: Path) -> Path:
    """Give where the kernel lists USB devices below `root`."""
    return root / "sys/bus/usb/devices"


def is_port(name: str) -> bool:
    """Tell whether `name` is a port path such as `1-1.4`: bus, then port by port."""
    return _PORT.fullmatch(name) is not None


def is_interface(name: str) -> bool:
    """Tell whether `name` is an interface of a device, such as `1-1.4:1.0`: port, configuration, number."""
    return _INTERFACE.fullmatch(name) is not None


def listed(root: Path) -> list[str]:
    """Give the names of all devices, interfaces and controllers.

    Raises UsbError where the bus itself cannot be listed: no list is not an empty list.
    """
    try:
        return os.listdir(devices_directory(root))
    except OSError as error:
        raise UsbError(f"{devices_directory(root)} cannot be listed: {error.strerror}") from error


def controllers(root: Path) -> list[str]:
    """Give the controllers (`usb1`, …). Raises UsbError where the bus cannot be listed."""
    return sorted(filter(_CONTROLLER.fullmatch, listed(root)))


def port_order(port: str) -> list[int]:
    """Give what to sort ports by: 1-2.9 comes before 1-2.10."""
    return [int(number) for number in re.split(r"[-.]", port)]


def opened(directory: Path) -> int | None:
    """Open a device's directory, or give None where there is none (any more). To be closed by the caller.

    What is read and written by way of it is this very device: it fails once the device is gone, whatever has
    taken its port meanwhile.

    Raises UsbError for any other reason: a device that cannot be looked at is not absent.
    """
    try:
        return os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in _GONE:
            return None
        raise UsbError(f"{directory} cannot be opened: {error.strerror}") from error


def content_of(name: str | Path, limit_bytes: int, *, dir_fd: int | None = None) -> bytes | None:
    """Give a file's first bytes, one more than `limit_bytes` where it is longer; None where it cannot be read.

    Read until its end: sysfs gives a page at most at once, and a camera's descriptors are longer. Opened
    without blocking: a pipe put in a file's place must not hold the reading thread for ever.
    """
    content = b""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=dir_fd)
        try:
            while len(content) <= limit_bytes:
                part = os.read(descriptor, limit_bytes + 1 - len(content))
                if not part:
                    break
                content += part
        finally:
            os.close(descriptor)
    except OSError:
        return None
    return content


def text_of(name: str | Path, *, dir_fd: int | None = None) -> str | None:
    """Give an attribute's text without its line feed, at most a page of it; None where it cannot be read."""
    content = content_of(name, TEXT_LIMIT_BYTES, dir_fd=dir_fd)
    if content is None:
        return None
    return content[:TEXT_LIMIT_BYTES].decode("utf-8", errors="replace").removesuffix("\n")


def write(path: Path, value: str, *, dir_fd: int | None = None, read_back: bool = True) -> None:
    """Write an attribute that exists, and read it back unless the kernel lets it only be written.

    `path` is below `dir_fd` where that is given. Raises UsbWriteFailed.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, dir_fd=dir_fd)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(value)
    except OSError as error:
        gone = "is gone" if error.errno in _GONE else f"cannot be written: {error.strerror}"
        raise UsbWriteFailed(f"{path} {gone}") from error
    if read_back and (there := text_of(path, dir_fd=dir_fd)) != value:
        raise UsbWriteFailed(f"{path} reads {there!r} after {value!r} was written")
