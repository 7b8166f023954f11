"""The wire of upsd's protocol (RFC 9271): words, whole answers, and a connection that keeps its deadline."""

import re
import select
import socket
from collections.abc import Callable
from functools import lru_cache

from hw.ups.reading import Reason, UpsError

# upsd cuts its own lines far below (LARGEBUF, 1024 bytes); a big PDU lists some 1,000 variables of 60 bytes.
LINE_LIMIT_BYTES = 4_096
ANSWER_LIMIT_BYTES = 256 * 1_024

# RFC 9271, 4.3 (error responses). What is not here is "refused", what is not even an ERR code is "garbage".
_REASONS: dict[str, Reason] = {
    "ACCESS-DENIED": "access-denied",
    "INVALID-USERNAME": "access-denied",
    "INVALID-PASSWORD": "access-denied",
    "USERNAME-REQUIRED": "access-denied",
    "PASSWORD-REQUIRED": "access-denied",
    "DATA-STALE": "data-stale",
    "DRIVER-NOT-CONNECTED": "driver-not-connected",
    "UNKNOWN-UPS": "unknown-ups",
    "VAR-NOT-SUPPORTED": "no-status",
}

# A bare word is printable ASCII without space, quote and backslash.
_WORD = re.compile(r'[!#-\[\]-~]+|"(?:[^"\\]|\\.)*"', re.DOTALL)
_CODE = re.compile(r"[A-Z0-9-]{1,40}")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def split_words(line: bytes) -> list[str]:
    r"""Split one answer line (without its LF) into words, unquoted; in quotes `\` keeps the next character.

    Raises UpsError("garbage") for anything else: an open quote, two words in one, a stray byte or space.

    Source: RFC 9271, 4.1; NUT `common/parseconf.c` (`pconf_encode` escapes `#`, `\` and `"`).
    """
    text = line.decode("utf-8", errors="replace")
    words: list[str] = []
    position = 0
    while position < len(text):
        word = _WORD.match(text, position)
        if word is None or (word.end() < len(text) and text[word.end()] != " "):
            raise UpsError("garbage", f"cannot be split into words: {line[:120]!r}")
        found = word.group()
        words.append(_ESCAPED.sub(r"\1", found[1:-1]) if found.startswith('"') else found)
        position = word.end() + 1
    if not words or text.endswith(" "):
        raise UpsError("garbage", f"an empty line or word: {line[:120]!r}")
    return words


@lru_cache(256)
def _words(line: bytes) -> tuple[str, ...]:
    """The words of a line that, most times, was told a fifth of a second ago."""
    return tuple(split_words(line))


def quoted(text: str) -> str:
    r"""Give `text` as one word of a command, with `"`, `\` and `#` escaped.

    Raises ValueError for control characters: a line feed in a password would be a second command.
    """
    if not text.isprintable():
        raise ValueError("control characters cannot be sent to upsd")
    return '"' + re.sub(r'(["\\#])', r"\\\1", text) + '"'


class Connection:
    """One TCP connection to upsd. Any UpsError leaves it out of step: close it and open another."""

    def __init__(
        self, address: tuple[str, int], *, deadline_s: float, monotonic: Callable[[], float]
    ) -> None:
        """Connect to `address` (numeric host, port) before `deadline_s`, a moment of `monotonic`.

        Raises UpsError: "unreachable", "timeout".
        """
        self._monotonic = monotonic
        self._deadline_s = deadline_s
        self._received = b""
        self._answer_bytes = 0
        self._secret_sent = False
        where = f"{address[0]} port {address[1]}"
        try:
            self._socket = socket.create_connection(address, timeout=self._remaining_s())
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.setblocking(False)
        except TimeoutError as error:
            raise UpsError("timeout", f"no connection to {where} in time") from error
        except OSError as error:
            raise UpsError("unreachable", f"{where}: {error.strerror or error}") from error
        # A socket's own timeout costs one call to set and one to wait, before each send and each recv: twice the
        # calls, and five times a second for each UPS.
        self._readable = select.poll()
        self._readable.register(self._socket, select.POLLIN)

    def send(self, command: str, *, deadline_s: float) -> None:
        """Send one command; it and all lines of its answer have until `deadline_s`, a moment of `monotonic`.

        Raises UpsError: "timeout", "closed", or "garbage" where upsd has said something nobody asked for.
        """
        self._deadline_s = deadline_s
        self._answer_bytes = 0
        if self._received:
            raise UpsError("garbage", f"upsd spoke unasked: {self.shown(self._received)}")
        line = command.encode() + b"\n"
        try:
            taken = self._socket.send(line)
        except BlockingIOError:
            taken = 0
        except OSError as error:
            raise UpsError("closed", f"upsd hung up: {error.strerror or error}") from error
        if taken < len(line):  # the kernel holds far more than a command: upsd has long stopped reading
            raise UpsError("timeout", "upsd does not take the command")

    def line(self) -> list[str]:
        """Give the words of the next line of the answer.

        Raises UpsError: "timeout", "closed", or "garbage" for what is not a line or longer than the limits.
        """
        while (end := self._received.find(b"\n", 0, LINE_LIMIT_BYTES)) < 0:
            if len(self._received) >= LINE_LIMIT_BYTES:
                raise UpsError("garbage", f"a line of more than {LINE_LIMIT_BYTES} bytes")
            self._receive()
        self._answer_bytes += end + 1
        if self._answer_bytes > ANSWER_LIMIT_BYTES:
            raise UpsError("garbage", f"an answer of more than {ANSWER_LIMIT_BYTES} bytes")
        line, self._received = self._received[:end], self._received[end + 1 :]
        try:
            return list(_words(line))
        except UpsError as error:
            if not self._secret_sent:
                raise
            raise UpsError(error.reason, f"cannot be split into words: {self.shown(line)}") from None

    def keep_secret(self) -> None:
        """Say that a password is sent from here on: no error shows upsd's own words any more."""
        self._secret_sent = True

    def shown(self, told: str | bytes) -> str:
        """Give upsd's words for an error's text, at most 120 of them.

        A server that echoes would bring the password into the page and the journal: nothing is shown then.
        """
        return "its words are not shown, a password was sent to it" if self._secret_sent else repr(told[:120])

    def close(self) -> None:
        """Close the socket; closing twice is nothing."""
        self._socket.close()

    def _remaining_s(self) -> float:
        remaining_s = self._deadline_s - self._monotonic()
        if remaining_s <= 0:
            raise UpsError("timeout", "no complete answer before the deadline")
        return remaining_s

    def _receive(self) -> None:
        try:
            if self._answer_bytes:
                # upsd sends a list line by line with Nagle on: without an immediate ACK each list costs 44 ms
                # instead of 0.07. The kernel forgets the flag by itself, hence before every recv but the first.
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            # The remaining time anew before each recv: else a byte every 0.9 s would keep one answer open for
            # ever.
            if not self._readable.poll(1000 * self._remaining_s()):
                raise UpsError("timeout", "no complete answer before the deadline")
            received = self._socket.recv(16_384)
        except BlockingIOError:  # a packet that was none after all: wait on
            return
        except OSError as error:
            raise UpsError("closed", f"upsd hung up: {error.strerror or error}") from error
        if not received:
            raise UpsError("closed", "upsd hung up")
        self._received += received


def asked(connection: Connection, command: str, deadline_s: float) -> list[str]:
    """Send a command and give the first line of its answer. Raises UpsError, an `ERR` of upsd's included."""
    connection.send(command, deadline_s=deadline_s)
    return _no_error(connection, connection.line())


def asked_list(connection: Connection, what: str, ups: str, deadline_s: float) -> list[list[str]]:
    """Ask for a list (`VAR`, `CMD`); give what follows `VAR UPS` in each line, where the list is whole.

    Raises UpsError.
    """
    head = ["LIST", what, ups]
    begin = asked(connection, " ".join(head), deadline_s)
    if begin != ["BEGIN", *head]:
        raise UpsError(
            "garbage", f"not the beginning of LIST {what} {ups}: {connection.shown(' '.join(begin))}"
        )
    found: list[list[str]] = []
    while (words := _no_error(connection, connection.line())) != ["END", *head]:
        if words[:2] != [what, ups] or len(words) < 3:
            raise UpsError("garbage", f"not a line of LIST {what} {ups}: {connection.shown(' '.join(words))}")
        found.append(words[2:])
    return found


def sign_in(connection: Connection, username: str, password: str, deadline_s: float) -> None:
    """Send name and password; upsd judges them only where a command needs them.

    Raises UpsError; no text of it, nor of any later one of this connection, holds what upsd said.
    """
    connection.keep_secret()
    for word, text in (("USERNAME", username), ("PASSWORD", password)):
        if asked(connection, f"{word} {quoted(text)}", deadline_s)[0] != "OK":
            raise UpsError("garbage", f"not an answer to {word}")


def _no_error(connection: Connection, words: list[str]) -> list[str]:
    if words[0] != "ERR":
        return words
    if len(words) < 2 or not _CODE.fullmatch(words[1]):
        raise UpsError("garbage", f"an error without a code: {connection.shown(' '.join(words))}")
    raise UpsError(_REASONS.get(words[1], "refused"), f"upsd answers ERR {words[1]}")
