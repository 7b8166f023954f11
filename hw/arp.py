"""ARP on one interface: asks who is there, hears who says so, and who says that somebody else's address is theirs.

Source: RFC 826; RFC 5227 for probes without an address of one's own; packet(7).
"""

import socket
import struct
import time
from dataclasses import dataclass

from hw.heard import heard
from hw.netlink import mac_text

RATE_PER_S = 100.0
AT_ONCE = 20  # probes that may follow each other without a pause
RECEIVE_BUFFER_BYTES = 512 * 1024
_ETHERTYPE = 0x0806
_FRAME = struct.Struct(">6s6sHHHBBH6s4s6s4s")
_ETHERNET, _IPV4 = 1, 0x0800
_REQUEST, _REPLY = 1, 2
_NOBODY, _EVERYBODY = bytes(6), b"\xff" * 6
_READ_AT_ONCE = 2000


class ArpError(Exception):
    """ARP can not be spoken on the interface: it is not there, or rights are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Somebody said that `ip` is theirs; `frame_mac` sent it, which an honest machine's `mac` equals."""

    ip: str
    mac: str
    frame_mac: str
    reply: bool


def parse(frame: bytes) -> Heard | None:
    """What a frame says; None for what is no ARP of Ethernet and IPv4, or a probe that claims no address."""
    if len(frame) < _FRAME.size:
        return None
    _, source, kind, hardware, protocol, mac_length, ip_length, operation, mac, ip, _, _ = _FRAME.unpack_from(
        frame
    )
    shape = (kind, hardware, protocol, mac_length, ip_length)
    if shape != (_ETHERTYPE, _ETHERNET, _IPV4, 6, 4) or operation not in (_REQUEST, _REPLY):
        return None
    if ip == bytes(4) or mac in (_NOBODY, _EVERYBODY) or mac[0] & 1:
        return None
    return Heard(
        ip=socket.inet_ntoa(ip), mac=mac_text(mac), frame_mac=mac_text(source), reply=operation == _REPLY
    )


def request(own_mac: bytes, own_ip: str, ip: str) -> bytes:
    """The frame that asks who has `ip`; `own_ip` '' where the box has no address there."""
    return _FRAME.pack(
        _EVERYBODY, own_mac, _ETHERTYPE, _ETHERNET, _IPV4, 6, 4, _REQUEST,
        own_mac, socket.inet_aton(own_ip or "0.0.0.0"), _NOBODY, socket.inet_aton(ip),
    )  # fmt: skip


class Arp:
    """Asks and hears on one interface; belongs to one thread. `index` is the interface's."""

    def __init__(self, interface: str, *, own_ip: str = "", rate_per_s: float = RATE_PER_S) -> None:
        """Begin to hear. Raises ArpError."""
        self._own_ip = own_ip
        self._rate_per_s = rate_per_s
        self._allowed, self._asked_s = float(AT_ONCE), time.monotonic()
        self._interface = interface
        try:
            self.index = socket.if_nametoindex(interface)
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
        except OSError as error:
            raise ArpError(f"{interface}: {error.strerror or error}") from error
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            self._socket.bind((interface, _ETHERTYPE))
            self._own_mac: bytes = self._socket.getsockname()[4]
        except OSError as error:
            self._socket.close()
            raise ArpError(f"{interface}: {error.strerror or error}") from error
        if len(self._own_mac) != 6:
            self._socket.close()
            raise ArpError(f"{interface}: no Ethernet")

    def ask(self, ip: str) -> bool:
        """Asks who has `ip`; False where that would be too many in too short a time. Raises ArpError."""
        now_s = time.monotonic()
        self._allowed = min(float(AT_ONCE), self._allowed + (now_s - self._asked_s) * self._rate_per_s)
        self._asked_s = now_s
        if self._allowed < 1:
            return False
        self._allowed -= 1
        try:
            self._socket.send(request(self._own_mac, self._own_ip, ip))
        except BlockingIOError:
            return False
        except OSError as error:
            raise ArpError(f"{self._interface}: {error.strerror or error}") from error
        return True

    def read(self) -> list[Heard]:
        """What was heard since the last call, own frames aside; does not wait. Raises ArpError."""
        try:
            told = [parse(frame) for frame in heard(self._socket, at_once=_READ_AT_ONCE)]
        except OSError as error:
            raise ArpError(f"{self._interface}: {error.strerror or error}") from error
        return [each for each in told if each is not None]

    def close(self) -> None:
        """Hears no more."""
        self._socket.close()
