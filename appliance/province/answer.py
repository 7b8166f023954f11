"""What a venue answers: a head and a body, each with a limit on the time and the bytes that it may cost us.

The standard library's `http.client` reads the head; nothing else of it is used, for its time-out is one of silence
and a server that trickles never is silent. httpx, urllib3 and requests have the same one.
"""

import contextlib
import http.client
import io
import select
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

HEAD_BYTES = 64 << 10
BLOCK_BYTES = 256 << 10
# Less than this much in so many seconds that we waited for the server, not for our own limit: it trickles.
SLOW_S, SLOW_BYTES = 30.0, 30_000
_BUFFER_BYTES = 8192


# Who may take in what came at the same time: as many as there are processors. Each 16 kB of TLS gives the interpreter's
# lock away and wants it back; with 32 threads at it most of the time goes into asking. Nobody waits for a line in it.
Turns = threading.Semaphore


class LineFault(Exception):
    """Nothing came of a request; what was there before is untouched."""


class LineDown(LineFault):
    """The venue cannot be reached, or the line broke: that passes, and it is tried again."""


class Refused(LineFault):
    """What answered is not the venue, or says what no venue says: somebody has to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long is waited: for the connection with its handshake, for a head, for the next bytes, for a small answer."""

    connect_s: float = 20.0
    head_s: float = 30.0
    idle_s: float = 30.0
    small_s: float = 60.0
    slow_s: float = SLOW_S


class Head(io.RawIOBase):
    """What `http.client` reads a head from: never past `ends_s`, never more than HEAD_BYTES."""

    def __init__(self, channel: ssl.SSLSocket, ends_s: float) -> None:
        self._channel, self._ends_s, self._left_bytes = channel, ends_s, HEAD_BYTES

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # BufferedReader hands a memoryview
        """Some bytes. Raises LineDown, Refused."""
        left_s = self._ends_s - time.monotonic()
        if left_s <= 0:
            raise LineDown("no whole answer in its time")
        if self._left_bytes <= 0:
            raise Refused(f"a head of more than {HEAD_BYTES} bytes")
        self._channel.settimeout(left_s)
        count = self._channel.recv_into(buffer)
        self._left_bytes -= count
        return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        """As a socket has it: all that `http.client` asks of one."""
        return io.BufferedReader(self, _BUFFER_BYTES)


class Answer:
    """A head, and the body behind it, which is read once and whole or not at all."""

    def __init__(
        self, head: http.client.HTTPResponse, channel: ssl.SSLSocket, patience: Patience, turns: Turns
    ) -> None:
        self._head, self._channel, self._patience, self._turns = head, channel, patience, turns
        self._ended = False
        self.status = head.status
        self.headers: Message = head.headers
        self.closes = bool(head.will_close)
        lengths = self.headers.get_all("Content-Length", [])
        chunked = self.headers.get_all("Transfer-Encoding") is not None
        self.length = head.length if len(lengths) == 1 and not chunked else None

    def blocks(self) -> Iterator[memoryview]:
        """The body, some 256 kB at a time; each block is only good until the next. Raises LineDown.

        What came before a line broke is handed out before the error.
        """
        left = self.length or 0
        view, filled = memoryview(bytearray(min(left, BLOCK_BYTES))), 0
        pace = _Pace(self._patience.slow_s)
        fault, first = "", True
        while left and not fault:
            begun_s = time.monotonic()
            count = 0
            try:
                into = view[filled : filled + left]
                count = self._with_head(into) if first else self._received(into)
                first = False
            except (OSError, ValueError) as error:
                fault = said(error)
            filled, left = filled + count, left - count
            if self._ended and left:
                fault = fault or f"it ended {left} bytes too early"
            fault = fault or pace.slow(count, time.monotonic() - begun_s)
            if filled and (filled == len(view) or fault or not left):
                yield view[:filled]
                filled = 0
        if left:
            raise LineDown(fault)

    def _with_head(self, into: memoryview) -> int:
        """What of the body was read with the head, or came by now. Raises OSError."""
        self._channel.settimeout(self._patience.idle_s)
        found = self._head.fp.read1(min(_BUFFER_BYTES, len(into)))
        into[: len(found)] = found
        self._channel.settimeout(0)
        self._ended = not found
        return len(found)

    def _received(self, into: memoryview) -> int:
        """As much as there is, once there is some. Raises OSError."""
        if not self._channel.pending():
            _wait(self._channel, self._patience.idle_s)
        count = 0
        with self._turns, contextlib.suppress(ssl.SSLWantReadError):
            while count < len(into) and not self._ended:
                more = self._channel.recv_into(into[count:])
                self._ended = not more
                count += more
        return count


def _wait(channel: ssl.SSLSocket, timeout_s: float) -> None:
    """Until something came. Raises TimeoutError."""
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    if not poll.poll(timeout_s * 1000):
        raise TimeoutError


class _Pace:
    """Notices a server that trickles: less than SLOW_BYTES in `slow_s` of waiting for it."""

    def __init__(self, slow_s: float) -> None:
        self._slow_s, self._waited_s, self._bytes = slow_s, 0.0, 0
        self.begun = False

    def slow(self, count: int, waited_s: float) -> str:
        """'', or what is wrong. Only waiting for the server counts, not what our own limit holds up."""
        self.begun = True
        self._bytes += count
        self._waited_s += waited_s
        if self._bytes >= SLOW_BYTES:
            self._waited_s, self._bytes = 0.0, 0
        elif self._waited_s > self._slow_s:
            return f"it trickles: {self._bytes} bytes in {self._waited_s:.0f} s"
        return ""


def said(error: Exception) -> str:
    """An error of the line in a few words."""
    if isinstance(error, TimeoutError):
        return "no answer in its time"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
