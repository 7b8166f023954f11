"""Packets that rules of nftables log to a group: the first bytes of each, with its mark, sender and interface.

Nothing here is exact: the kernel drops messages where nobody reads fast enough, and says so. What is counted is
counted by the kernel's sets; these messages only say early that there is something to count.

Source: linux/netfilter/nfnetlink_log.h; net/netfilter/nfnetlink_log.c.
"""

import errno
import os
import select
import socket
import struct
import time
from dataclasses import dataclass

from hw.netlink import (
    ACK,
    ERROR,
    REQUEST,
    NetlinkError,
    attribute,
    attributes,
    error_number,
    mac_text,
    message,
    messages,
)

GROUP = 76
COPY_BYTES = 128
RECEIVE_BUFFER_BYTES = 1024 * 1024
AT_ONCE = 512  # messages that one call gives at most
_NETLINK_NETFILTER = 12
_PACKET, _CONFIG = 4 << 8, 4 << 8 | 1
_GENERIC = struct.Struct(">BBH")  # nfgenmsg: family, version, group
_CMD, _MODE, _TIMEOUT, _FLAGS = 1, 2, 4, 6
_BIND, _COPY_PACKET, _WITH_SEQUENCE = 1, 2, 1
_FLUSH_CENTISECONDS = 10  # the kernel holds messages back until so much time is over
_HEADER, _MARK, _INDEV, _PHYSINDEV, _HWADDR, _PAYLOAD, _PREFIX, _SEQUENCE = 1, 2, 4, 6, 8, 9, 10, 12
_LARGEST = 256 * 1024
_PREFIX_CHARACTERS = 128


class NflogError(Exception):
    """The group can not be listened to: another program has it, rights are missing, or the kernel lacks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A packet that a rule logged.

    `prefix` is the rule's, without characters that could drive a terminal; `mac` the sender, '' where there is none;
    `indev` the index of the interface it came in by, of the bridge's port where that is known. `protocol` is the
    ethertype; `payload` begins with its header and holds at most `COPY_BYTES`.
    """

    prefix: str
    mark: int
    mac: str
    indev: int
    protocol: int
    payload: bytes
    sequence: int | None = None


def parse(datagram: bytes) -> list[Logged]:
    """The packets of a datagram. Raises NetlinkError for what is none, a message of the kernel's refusal included."""
    found = []
    for each in messages(datagram):
        if each.type == ERROR and error_number(each):
            raise NetlinkError(os.strerror(error_number(each)))
        if each.type == _PACKET:
            found.append(_logged(attributes(each.body, _GENERIC.size)))
    return found


def _logged(found: dict[int, bytes]) -> Logged:
    header = found.get(_HEADER, b"")
    prefix = found.get(_PREFIX, b"").split(b"\0")[0][:_PREFIX_CHARACTERS].decode("ascii", "replace")
    return Logged(
        prefix="".join(c if c.isprintable() else "?" for c in prefix),
        mark=_number(found, _MARK),
        mac=_sender(found.get(_HWADDR, b"")),
        indev=_number(found, _PHYSINDEV) or _number(found, _INDEV),
        protocol=int.from_bytes(header[:2], "big") if len(header) >= 2 else 0,
        payload=found.get(_PAYLOAD, b"")[:COPY_BYTES],
        sequence=_number(found, _SEQUENCE) if _SEQUENCE in found else None,
    )


def _number(found: dict[int, bytes], kind: int) -> int:
    value = found.get(kind, b"")
    return int.from_bytes(value, "big") if len(value) == 4 else 0


def _sender(raw: bytes) -> str:
    length = int.from_bytes(raw[:2], "big") if len(raw) >= 12 else 0
    return mac_text(raw[4:10]) if length == 6 else ""


class Nflog:
    """Listens to a group. `read` and `close` belong to one thread, `wake` to all others.

    `lost`: packets the kernel logged and could not hand over; `broken`: datagrams that made no sense.
    """

    def __init__(self, *, group: int = GROUP, receive_buffer_bytes: int = RECEIVE_BUFFER_BYTES) -> None:
        """Begin to listen. Raises NflogError."""
        self.lost = 0
        self.broken = 0
        self._expected: int | None = None
        self._overrun = False
        self._woken, self._wake = socket.socketpair()
        try:
            self._socket = socket.socket(
                socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_NETFILTER
            )
        except OSError as error:
            self._close_wakers()
            raise NflogError(f"no netlink socket: {error.strerror}") from error
        try:
            self._begin(group, receive_buffer_bytes)
        except (OSError, NetlinkError) as error:
            self._socket.close()
            self._close_wakers()
            raise NflogError(f"group {group}: {error}") from error

    def read(self, wait_s: float) -> list[Logged]:
        """The packets logged since the last call; waits up to `wait_s` for the first. Raises NflogError."""
        ready, _, _ = select.select([self._socket, self._woken], [], [], max(0.0, wait_s))
        if self._woken in ready:
            self._woken.recv(4096)
        found: list[Logged] = []
        while len(found) < AT_ONCE:
            try:
                datagram = self._socket.recv(_LARGEST, socket.MSG_DONTWAIT)
                found += self._counted(parse(datagram))
            except BlockingIOError:
                break
            except NetlinkError:
                self.broken += 1
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise NflogError(f"{error.strerror}") from error
                self._overrun = True
        return found

    def wake(self) -> None:
        """Ends the wait of a `read` under way, or of the next one."""
        self._wake.send(b"\0")

    def close(self) -> None:
        """Listens no more."""
        self._socket.close()
        self._close_wakers()

    def _counted(self, found: list[Logged]) -> list[Logged]:
        """Adds up what the sequence numbers leave out; an overrun that they do not show counts as one."""
        for each in found:
            if each.sequence is None:
                continue
            if self._expected is not None:
                self.lost += max((each.sequence - self._expected) % 2**32, int(self._overrun))
            self._expected, self._overrun = (each.sequence + 1) % 2**32, False
        return found

    def _begin(self, group: int, receive_buffer_bytes: int) -> None:
        self._socket.bind((0, 0))
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, 33, receive_buffer_bytes)  # SO_RCVBUFFORCE
        except PermissionError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        self._configure(group, 1, attribute(_CMD, bytes([_BIND])))
        self._configure(group, 2, attribute(_MODE, struct.pack(">IBx", COPY_BYTES, _COPY_PACKET)))
        self._configure(group, 3, attribute(_TIMEOUT, struct.pack(">I", _FLUSH_CENTISECONDS)))
        self._configure(group, 4, attribute(_FLAGS, struct.pack(">H", _WITH_SEQUENCE)))

    def _configure(self, group: int, sequence: int, what: bytes) -> None:
        """Sends and waits for the kernel's answer, packets that come meanwhile aside: 2 s at most."""
        body = _GENERIC.pack(socket.AF_UNSPEC, 0, group) + what
        self._socket.send(message(_CONFIG, REQUEST | ACK, sequence, body))
        deadline_s = time.monotonic() + 2.0
        while (left_s := deadline_s - time.monotonic()) > 0:
            if not select.select([self._socket], [], [], left_s)[0]:
                break
            for each in messages(self._socket.recv(_LARGEST)):
                if each.type != ERROR or each.sequence != sequence:
                    continue
                if number := error_number(each):
                    raise OSError(number, os.strerror(number))
                return
        raise NetlinkError("the kernel did not answer")

    def _close_wakers(self) -> None:
        self._woken.close()
        self._wake.close()
