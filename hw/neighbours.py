"""The kernel's table of neighbours, and at which port of a bridge a machine was last heard.

Source: linux/rtnetlink.h, linux/neighbour.h; rtnetlink(7).
"""

import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from hw.netlink import (
    DONE,
    DUMP,
    ERROR,
    REQUEST,
    Message,
    NetlinkError,
    attribute,
    attributes,
    error_number,
    mac_text,
    message,
    messages,
)

LIMIT = 8192
_NEW, _GET = 28, 30
_NEIGHBOUR = struct.Struct("=BxxxiHBB")  # ndmsg: family, interface, state, flags, type
_ADDRESS, _LINK_ADDRESS, _MASTER = 1, 2, 9
_PERMANENT, _FAILED, _INCOMPLETE, _NO_ARP = 0x80, 0x20, 0x01, 0x40
_ANSWER_S = 2.0
_LARGEST = 256 * 1024


class NeighboursError(Exception):
    """The kernel's tables can not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """An address and the machine that has it, by the interface with that index; `mac` '' where nobody answered."""

    ip: str
    mac: str
    interface: int


def neighbours() -> tuple[Neighbour, ...]:
    """The IPv4 neighbours that the kernel knows or asked for, its own entries aside. Raises NeighboursError."""
    return tuple(_neighbours(_dumped(_NEIGHBOUR.pack(socket.AF_INET, 0, 0, 0, 0))))


def ports(bridge: int) -> dict[str, int]:
    """MAC to the index of the port of the bridge (index) that it was last heard at, the bridge's own ones aside.

    Raises NeighboursError.
    """
    asked = _NEIGHBOUR.pack(socket.AF_BRIDGE, 0, 0, 0, 0) + attribute(_MASTER, struct.pack("=I", bridge))
    return dict(_heard(_dumped(asked), bridge))


def _neighbours(bodies: Iterator[bytes]) -> Iterator[Neighbour]:
    for body in bodies:
        found = attributes(body, _NEIGHBOUR.size)
        family, interface, state, _, _ = _NEIGHBOUR.unpack_from(body)
        address = found.get(_ADDRESS, b"")
        if family != socket.AF_INET or len(address) != 4 or state & _NO_ARP:
            continue
        nobody = state & (_FAILED | _INCOMPLETE)
        mac = "" if nobody else mac_text(found.get(_LINK_ADDRESS, b""))
        yield Neighbour(ip=socket.inet_ntoa(address), mac=mac, interface=interface)


def _heard(bodies: Iterator[bytes], bridge: int) -> Iterator[tuple[str, int]]:
    for body in bodies:
        found = attributes(body, _NEIGHBOUR.size)
        family, interface, state, _, _ = _NEIGHBOUR.unpack_from(body)
        mac = mac_text(found.get(_LINK_ADDRESS, b""))
        of_bridge = found.get(_MASTER) == struct.pack("=I", bridge)
        if family == socket.AF_BRIDGE and of_bridge and mac and not state & _PERMANENT:
            yield mac, interface


def _dumped(asked: bytes) -> Iterator[bytes]:
    """The bodies of a dump, at most `LIMIT`; one that the kernel calls interrupted may lack a row: it is taken."""
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0) as kernel:
            kernel.settimeout(_ANSWER_S)
            kernel.send(message(_GET, REQUEST | DUMP, 1, asked))
            bodies = _answers(kernel)
    except OSError as error:
        raise NeighboursError(f"the kernel's neighbours: {error}") from error
    except NetlinkError as error:
        raise NeighboursError(f"the kernel's neighbours: {error}") from error
    return iter(bodies)


def _answers(kernel: socket.socket) -> list[bytes]:
    bodies: list[bytes] = []
    while True:
        for each in messages(kernel.recv(_LARGEST)):
            if each.type == DONE:
                return bodies
            if each.type == ERROR:
                raise NetlinkError(os.strerror(error_number(each)))
            if _is_row(each) and len(bodies) < LIMIT:
                bodies.append(each.body)


def _is_row(each: Message) -> bool:
    return each.type == _NEW and len(each.body) >= _NEIGHBOUR.size
