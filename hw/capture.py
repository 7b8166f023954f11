"""Every frame of one interface, what the machine itself sends too, and how many were missed. Source: packet(7)."""

import contextlib
import select
import socket
import struct
import time
from collections.abc import Iterator

_ALL = 0x0003
_BUFFER_BYTES = 8 << 20
_SO_RCVBUFFORCE = 33
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_LONGEST_BYTES = 2048
_READ_AT_ONCE = 4096


class CaptureError(Exception):
    """The interface can not be listened to, or frames were missed."""


class Capture:
    """Listens on `interface` from the moment it is made; belongs to one thread."""

    def __init__(self, interface: str) -> None:
        """Begin to listen. Raises CaptureError."""
        self._interface = interface
        with _told(interface):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
        try:
            with _told(interface):
                with contextlib.suppress(PermissionError):
                    self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
                self._socket.bind((interface, _ALL))
        except CaptureError:
            self._socket.close()
            raise

    def read(self, wait_s: float = 0.0) -> list[bytes]:
        """The frames since the last call, each cut to 2,048 bytes; waits at most `wait_s` for the first one.

        Raises CaptureError.
        """
        found: list[bytes] = []
        with _told(self._interface):
            if wait_s > 0:
                select.select([self._socket], [], [], wait_s)
            while len(found) < _READ_AT_ONCE:
                try:
                    found.append(self._socket.recv(_LONGEST_BYTES, socket.MSG_DONTWAIT))
                except BlockingIOError:
                    break
        return found

    def missed(self) -> int:
        """How many frames found no room since the last call. Raises CaptureError."""
        with _told(self._interface):
            told = self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        _, drops = struct.unpack("=II", told)
        return int(drops)

    def close(self) -> None:
        """Listens no more."""
        self._socket.close()


class Sender:
    """Sends frames as they are on `interface`; in the network namespace that its maker is in."""

    def __init__(self, interface: str) -> None:
        """Open it. Raises CaptureError."""
        self._interface = interface
        with _told(interface):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
        try:
            with _told(interface):
                self._socket.bind((interface, 0))
                self._socket.settimeout(1.0)
        except CaptureError:
            self._socket.close()
            raise

    def send(self, frame: bytes) -> None:
        """Send it. Raises CaptureError."""
        with _told(self._interface):
            self._socket.send(frame)

    def close(self) -> None:
        """Sends no more."""
        self._socket.close()


@contextlib.contextmanager
def _told(interface: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CaptureError(f"{interface}: {error.strerror or error}") from error


def until(deadline_s: float) -> float:
    """Seconds left until `deadline_s` of the monotonic clock, at least 0."""
    return max(0.0, deadline_s - time.monotonic())
