"""Who offers addresses or a way out: answers of DHCP servers and router advertisements heard on an interface.

A filter in the kernel lets these frames through and no others: the exam's traffic never comes up here. What is
sent to one machine alone is heard only where it passes: who hears nothing knows nothing.

Source: RFC 2131 (a server answers from port 67), RFC 4861 (type 134); Documentation/networking/filter.
"""

import ctypes
import socket
import struct
from dataclasses import dataclass

from hw.heard import heard
from hw.netlink import mac_text

DHCP_SERVER, ROUTER = "dhcp-server", "router-advertisement"
_SO_ATTACH_FILTER = 26
_ALL = 0x0003
_READ_AT_ONCE = 500
# Classic BPF, one row an instruction: code, where true, where false, operand. The last two: take it, leave it.
_FILTER = (
    (0x28, 0, 0, 12),  # ethertype
    (0x15, 0, 7, 0x0800),  # IPv4?
    (0x30, 0, 0, 23),
    (0x15, 0, 11, 17),  # UDP?
    (0x28, 0, 0, 20),
    (0x45, 9, 0, 0x1FFF),  # a later fragment has no ports
    (0xB1, 0, 0, 14),  # length of the IPv4 header
    (0x48, 0, 0, 14),
    (0x15, 5, 6, 67),  # from port 67?
    (0x15, 0, 5, 0x86DD),  # IPv6?
    (0x30, 0, 0, 20),
    (0x15, 0, 3, 58),  # ICMPv6?
    (0x30, 0, 0, 54),
    (0x15, 0, 1, 134),  # router advertisement?
    (0x06, 0, 0, 256),
    (0x06, 0, 0, 0),
)


class OffersError(Exception):
    """The interface can not be listened to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """`kind` dhcp-server or router-advertisement, from `mac`; `ip` '' for a router's."""

    kind: str
    mac: str
    ip: str = ""


def parse(frame: bytes) -> Offer | None:
    """What a frame offers; None for everything else, whatever its lengths say."""
    if len(frame) < 34 or not mac_text(frame[6:12]):
        return None
    kind = int.from_bytes(frame[12:14], "big")
    if kind == 0x0800:
        header = 4 * (frame[14] & 0x0F)
        port = frame[14 + header : 16 + header]
        if header >= 20 and frame[23] == 17 and port == b"\x00\x43":
            return Offer(kind=DHCP_SERVER, mac=mac_text(frame[6:12]), ip=socket.inet_ntoa(frame[26:30]))
    if kind == 0x86DD and len(frame) >= 55 and frame[20] == 58 and frame[54] == 134:
        return Offer(kind=ROUTER, mac=mac_text(frame[6:12]))
    return None


class Offers:
    """Listens on one interface; belongs to one thread."""

    def __init__(self, interface: str) -> None:
        """Begin to listen. Raises OffersError."""
        self._interface = interface
        rows = b"".join(struct.pack("=HBBI", *row) for row in _FILTER)
        program = ctypes.create_string_buffer(rows)
        where = struct.pack("@HP", len(_FILTER), ctypes.addressof(program))
        try:
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
        except OSError as error:
            raise OffersError(f"{interface}: {error.strerror or error}") from error
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, where)
            self._socket.bind((interface, _ALL))
        except OSError as error:
            self._socket.close()
            raise OffersError(f"{interface}: {error.strerror or error}") from error

    def read(self) -> list[Offer]:
        """What was offered since the last call, own frames aside; does not wait. Raises OffersError."""
        try:
            told = [parse(frame) for frame in heard(self._socket, at_once=_READ_AT_ONCE)]
        except OSError as error:
            raise OffersError(f"{self._interface}: {error.strerror or error}") from error
        return [each for each in told if each is not None]

    def close(self) -> None:
        """Listens no more."""
        self._socket.close()
