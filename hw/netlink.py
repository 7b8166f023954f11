"""Netlink's framing: messages of a datagram and attributes of a message, every length checked.

Source: linux/netlink.h; netlink(7); Documentation/userspace-api/netlink.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = struct.Struct("=IHHII")
ATTRIBUTE = struct.Struct("=HH")
ERROR, DONE, OVERRUN = 2, 3, 4
REQUEST, ACK, DUMP, INTERRUPTED = 1, 4, 0x300, 0x10
_TYPE_MASK = 0x3FFF  # the two upper bits say nested and byte order


class NetlinkError(Exception):
    """What was received is no netlink message, or the kernel refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: its type, flags, sequence number and what follows the header."""

    type: int
    flags: int
    sequence: int
    body: bytes


def message(kind: int, flags: int, sequence: int, body: bytes) -> bytes:
    """A message as the kernel takes it."""
    return HEADER.pack(HEADER.size + len(body), kind, flags, sequence, 0) + body


def attribute(kind: int, value: bytes) -> bytes:
    """An attribute, filled up to four bytes."""
    return ATTRIBUTE.pack(ATTRIBUTE.size + len(value), kind) + value + bytes(-len(value) % 4)


def messages(datagram: bytes) -> Iterator[Message]:
    """The messages of a datagram. Raises NetlinkError at the first one whose length cannot be."""
    at = 0
    while at < len(datagram):
        if len(datagram) - at < HEADER.size:
            raise NetlinkError(f"{len(datagram) - at} bytes left, a header has {HEADER.size}")
        length, kind, flags, sequence, _ = HEADER.unpack_from(datagram, at)
        if not HEADER.size <= length <= len(datagram) - at:
            raise NetlinkError(f"a message of {length} bytes where {len(datagram) - at} are left")
        yield Message(
            type=kind, flags=flags, sequence=sequence, body=datagram[at + HEADER.size : at + length]
        )
        at += length + -length % 4


def attributes(body: bytes, start: int) -> dict[int, bytes]:
    """The attributes from byte `start` on, by type; of two alike the last. Raises NetlinkError."""
    found: dict[int, bytes] = {}
    at = start
    if len(body) < start:
        raise NetlinkError(f"{len(body)} bytes, at least {start} were expected")
    while at < len(body):
        if len(body) - at < ATTRIBUTE.size:
            raise NetlinkError(f"{len(body) - at} bytes left, an attribute has at least {ATTRIBUTE.size}")
        length, kind = ATTRIBUTE.unpack_from(body, at)
        if not ATTRIBUTE.size <= length <= len(body) - at:
            raise NetlinkError(f"an attribute of {length} bytes where {len(body) - at} are left")
        found[kind & _TYPE_MASK] = body[at + ATTRIBUTE.size : at + length]
        at += length + -length % 4
    return found


def error_number(message: Message) -> int:
    """The errno of an ERROR message, 0 for an acknowledgement. Raises NetlinkError where it has none."""
    if len(message.body) < 4:
        raise NetlinkError("an error without its number")
    number: int = struct.unpack_from("=i", message.body)[0]
    return -number


def mac_text(raw: bytes) -> str:
    """Six bytes as 02:50:00:00:00:01; '' for anything else."""
    return raw.hex(":") if len(raw) == 6 else ""
