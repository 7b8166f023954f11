"""Frames that others sent and that wait in a raw socket. Source: packet(7)."""

import socket
from collections.abc import Iterator

LONGEST_BYTES = 256  # of a frame: who asks and who offers stands in front


def heard(raw: socket.socket, *, at_once: int) -> Iterator[bytes]:
    """The next frames, `at_once` at most, each cut to 256 bytes, own ones aside; does not wait. Raises OSError."""
    for _ in range(at_once):
        try:
            frame, address = raw.recvfrom(LONGEST_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        if address[2] != socket.PACKET_OUTGOING:
            yield frame
