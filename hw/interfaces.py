"""The network interfaces as the kernel shows them: hardware or made by software, where each hangs, up or down.

Source: Documentation/ABI/testing/sysfs-class-net; netdevice(7) for SIOCGIFFLAGS and SIOCSIFFLAGS.
"""

import fcntl
import os
import re
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from hw.outside_text import harmless
from hw.topology import place_of
from hw.usb_sysfs import text_of

MAX_INTERFACES = 4_096
NAME_LIMIT_BYTES = 15  # linux/if.h, IFNAMSIZ without its end
_IFF_UP = 0x1
_SIOCGIFFLAGS, _SIOCSIFFLAGS = 0x8913, 0x8914
_REQUEST = struct.Struct("=16sh22x")  # struct ifreq: name, flags; 40 bytes
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_PERMANENT = "0"  # linux/netdevice.h, NET_ADDR_PERM


class InterfaceError(Exception):
    """The network interfaces cannot be looked at."""


class InterfaceStaysDown(InterfaceError):
    """An interface that was to be brought up is still down, or not there."""


class InterfaceStaysUp(InterfaceError):
    """An interface that was to be taken down is still up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A network interface. `hardware`: a device stands behind it; everything else is made by software.

    `mac` is '' where it is not the hardware's own: one that somebody set tells nothing. `port` tells those of one
    card apart, `model` is the kernel's name for the kind of card.
    """

    name: str
    hardware: bool
    up: bool
    slot: str = ""
    usb_port: str = ""
    usb_face: str = ""
    port: str = ""
    mac: str = ""
    model: str = ""
    wireless: bool = False


def interfaces(root: Path) -> tuple[Interface, ...]:
    """Give all interfaces of this network namespace, by name; one that goes away while it is read is left out.

    Raises InterfaceError where they cannot be listed: no list is not an empty list.
    """
    found = (_interface(root, name) for name in _names(root))
    return tuple(interface for interface in found if interface is not None)


def flags_of_all(root: Path) -> tuple[tuple[str, str | None], ...]:
    """Give each interface's name and its flags as they stand, which change without a uevent. Raises InterfaceError."""
    directory = root / "sys/class/net"
    return tuple((name, text_of(directory / name / "flags")) for name in _names(root))


def _names(root: Path) -> list[str]:
    directory = root / "sys/class/net"
    try:
        names = sorted(os.listdir(directory))
    except OSError as error:
        raise InterfaceError(f"{directory} cannot be listed: {error.strerror}") from error
    if len(names) > MAX_INTERFACES:
        raise InterfaceError(
            f"{directory} lists {len(names)} interfaces, at most {MAX_INTERFACES} were expected"
        )
    return names


def take_down(name: str) -> None:
    """Take an interface of this network namespace down, and read it back. One that is not there is no fault.

    Raises InterfaceStaysUp.
    """
    if not 0 < len(os.fsencode(name)) <= NAME_LIMIT_BYTES:
        raise InterfaceStaysUp(f"{name!r} is no name of an interface")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as asked:
        try:
            flags = _flags(asked, name)
            if flags & _IFF_UP:
                fcntl.ioctl(asked, _SIOCSIFFLAGS, _REQUEST.pack(os.fsencode(name), _signed(flags & ~_IFF_UP)))
            if _flags(asked, name) & _IFF_UP:
                raise InterfaceStaysUp(f"{name} is still up")
        except OSError as error:
            if not _is_gone(error):
                raise InterfaceStaysUp(f"{name} cannot be taken down: {error.strerror}") from error


def bring_up(name: str) -> None:
    """Bring an interface of this network namespace up, and read it back. Raises InterfaceStaysDown."""
    if not 0 < len(os.fsencode(name)) <= NAME_LIMIT_BYTES:
        raise InterfaceStaysDown(f"{name!r} is no name of an interface")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as asked:
        try:
            flags = _signed(_flags(asked, name) | _IFF_UP)
            fcntl.ioctl(asked, _SIOCSIFFLAGS, _REQUEST.pack(os.fsencode(name), flags))
            if not _flags(asked, name) & _IFF_UP:
                raise InterfaceStaysDown(f"{name} is still down")
        except OSError as error:
            raise InterfaceStaysDown(f"{name} cannot be brought up: {error.strerror}") from error


def _is_gone(error: OSError) -> bool:
    return error.errno in (19, 6)  # ENODEV, ENXIO


def _flags(asked: socket.socket, name: str) -> int:
    answer = fcntl.ioctl(asked, _SIOCGIFFLAGS, _REQUEST.pack(os.fsencode(name), 0))
    return int(_REQUEST.unpack(answer)[1]) & 0xFFFF


def _signed(flags: int) -> int:
    return flags - 0x10000 if flags >= 0x8000 else flags


def _interface(root: Path, name: str) -> Interface | None:
    directory = root / "sys/class/net" / name
    flags = text_of(directory / "flags")
    if not directory.is_dir() or (flags is None and not directory.exists()):
        return None  # a file, such as bonding_masters, or gone
    hardware = (directory / "device").exists()
    place = place_of(os.path.realpath(directory), root=root)
    mac = (text_of(directory / "address") or "").lower()
    own = text_of(directory / "addr_assign_type") == _PERMANENT and _MAC.fullmatch(mac)
    return Interface(
        name=harmless(name),
        hardware=hardware,
        # Unreadable counts as up: it must not look closed where nobody has seen it closed.
        up=_is_up(flags),
        slot=place.slot,
        usb_port=place.usb_port,
        usb_face=place.usb_face,
        port=harmless(text_of(directory / "dev_port")),
        mac=mac if own else "",
        model=harmless(text_of(directory / "device/modalias")) if hardware else "",
        wireless=(directory / "phy80211").exists() or (directory / "wireless").exists(),
    )


def _is_up(flags: str | None) -> bool:
    told = re.fullmatch(r"0x([0-9a-fA-F]{1,8})", flags or "")
    return told is None or bool(int(told[1], 16) & _IFF_UP)
