"""A reading client of SFTP version 3, over the pipes of OpenSSH's `ssh -s HOST sftp`.

Source: draft-ietf-secsh-filexfer-02, and OpenSSH's PROTOCOL for what it does otherwise. No request in here could
change anything on the server. OpenSSH's own `sftp` was not taken: it writes into files of ours in the clear, tells one
file that may not be read from a line that broke by words alone, and does not see that a file changed meanwhile.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

VERSION = 3
_INIT, _OPEN, _CLOSE, _READ, _FSTAT, _OPENDIR, _READDIR, _STAT, _READLINK = 1, 3, 4, 5, 8, 11, 12, 17, 19
_SERVER_VERSION, _STATUS, _HANDLE, _DATA, _NAME, _ATTRS = 2, 101, 102, 103, 104, 105
_FLAG_READ = struct.pack(">II", 1, 0)
_EOF, _NO_SUCH_FILE, _PERMISSION_DENIED = 1, 2, 3
_HAS_SIZE, _HAS_OWNER, _HAS_MODE, _HAS_TIMES, _HAS_MORE = 1, 2, 4, 8, 0x8000_0000
# OpenSSH's servers send 256 kB and a header at most.
_PACKET_LIMIT_BYTES = (256 << 10) + 1024
_READ_BYTES = 32 << 10
_READS_AHEAD = 32


class SftpFault(Exception):
    """The line broke, or what came over it is no SFTP."""


class SftpRefused(Exception):
    """The server did not do one thing; the line stands. `word` is a code as `EACCES`."""

    def __init__(self, code: int) -> None:
        self.gone, self.at_end = code == _NO_SUCH_FILE, code == _EOF
        self.word = {_NO_SUCH_FILE: "ENOENT", _PERMISSION_DENIED: "EACCES"}.get(code, "EIO")
        super().__init__(self.word)


class Line(Protocol):
    """The pipes of a running ssh."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes, empty at the end."""

    def write(self, data: bytes, /) -> None:
        """Send all of `data`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What the server tells of a file; 0 where it does not."""

    size: int = 0
    mode: int = 0
    mtime_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A small file's content, and what the file was before and after it was read."""

    before: Attributes
    content: bytes
    after: Attributes


class Sftp:
    """One session. Raises SftpFault from every method, SftpRefused where the server says no."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._next_id = 0
        self._open: set[int] = set()
        self._unwanted: set[int] = set()
        self._early: dict[int, tuple[int, Packet]] = {}
        self._unread, self._unsent = bytearray(), bytearray()
        self._send(_INIT, struct.pack(">I", VERSION))
        kind, packet = self._received()
        if kind != _SERVER_VERSION or packet.number() != VERSION:
            raise SftpFault("the server does not speak version 3")

    def stat(self, path: bytes) -> Attributes:
        """What `path` is, links followed."""
        return self._expected(self._asked(_STAT, _text(path)), _ATTRS).attributes()

    def target(self, path: bytes) -> bytes:
        """Where a link points."""
        packet = self._expected(self._asked(_READLINK, _text(path)), _NAME)
        if packet.number() != 1:
            raise SftpFault("a link with more than one target")
        return packet.text()

    def listing(self, path: bytes) -> list[tuple[bytes, Attributes]]:
        """The names in a directory and what they are, sorted; links are not followed."""
        handle = self._expected(self._asked(_OPENDIR, _text(path)), _HANDLE).text()
        found: list[tuple[bytes, Attributes]] = []
        try:
            while True:
                packet = self._expected(self._asked(_READDIR, _text(handle)), _NAME)
                for _ in range(packet.number()):
                    name, _long, attributes = packet.text(), packet.text(), packet.attributes()
                    if name not in (b".", b".."):
                        found.append((_checked(name), attributes))
        except SftpRefused as refused:
            if not refused.at_end:
                raise
        finally:
            self.closed(handle)
        return sorted(found, key=lambda entry: entry[0])

    def opened(self, path: bytes) -> bytes:
        """The handle of a file to be read; to be given to `closed`."""
        return self._expected(self._asked(_OPEN, _text(path) + _FLAG_READ), _HANDLE).text()

    def closed(self, handle: bytes) -> None:
        """Let a handle go; what the server says to that is not waited for."""
        self._unwanted.add(self._asked(_CLOSE, _text(handle)))

    def attributes(self, handle: bytes) -> Attributes:
        """What the open file is now."""
        return self._expected(self._asked(_FSTAT, _text(handle)), _ATTRS).attributes()

    def whole(self, files: Sequence[tuple[bytes, int]]) -> Iterator["Whole | SftpRefused"]:
        """Small files by path and size, all asked for at one go: two turns of the line for all, not four for each.

        For each one in order what it was before, its content and what it was afterwards, or why there is none. Content
        of another length than its size is not to be used: an answer may have been short in the middle.
        """
        opening = [self._asked(_OPEN, _text(path) + _FLAG_READ) for path, _ in files]
        asked = [self._ask_whole(number, size) for number, (_, size) in zip(opening, files, strict=True)]
        for numbers in asked:
            yield numbers if isinstance(numbers, SftpRefused) else self._answered_whole(numbers)

    def _ask_whole(self, opening: int, size: int) -> "SftpRefused | tuple[int, list[tuple[int, int]], int]":
        try:
            handle = self._expected(opening, _HANDLE).text()
        except SftpRefused as refused:
            return refused
        first = self._asked(_FSTAT, _text(handle))
        offsets = range(0, size, _READ_BYTES)
        pieces = [(offset, min(_READ_BYTES, size - offset)) for offset in offsets]
        reads = [(self._ask_read(handle, offset, length), length) for offset, length in pieces]
        last = self._asked(_FSTAT, _text(handle))
        self.closed(handle)
        return first, reads, last

    def _answered_whole(self, numbers: tuple[int, list[tuple[int, int]], int]) -> "Whole | SftpRefused":
        first, reads, last = numbers
        refusals: list[SftpRefused] = []
        content = b""
        # Every answer is taken, also after a refusal: it stands in the line before the next file's.
        before = self._attributes_of(first, refusals)
        for number, length in reads:
            try:
                content += self._read_answer(number, length)
            except SftpRefused as refused:
                refusals.append(refused)
        after = self._attributes_of(last, refusals)
        return refusals[0] if refusals else Whole(before=before, content=content, after=after)

    def _attributes_of(self, number: int, refusals: list[SftpRefused]) -> Attributes:
        try:
            return self._expected(number, _ATTRS).attributes()
        except SftpRefused as refused:
            refusals.append(refused)
            return Attributes()

    def content(self, handle: bytes, size: int) -> Iterator[bytes]:
        """The file's first `size` bytes, fewer where it has become shorter; 1 MB is asked for ahead."""
        waiting: list[tuple[int, int, int]] = []
        asked = 0
        try:
            while waiting or asked < size:
                while asked < size and len(waiting) < _READS_AHEAD:
                    length = min(_READ_BYTES, size - asked)
                    waiting.append((self._ask_read(handle, asked, length), asked, length))
                    asked += length
                number, offset, length = waiting.pop(0)
                data = self._read_answer(number, length)
                while 0 < len(data) < length:
                    # A short answer that is not the end: the rest of this piece before the next one.
                    yield data
                    offset, length = offset + len(data), length - len(data)
                    data = self._read_answer(self._ask_read(handle, offset, length), length)
                if not data:
                    return
                yield data
        finally:
            self._unwanted.update(number for number, _, _ in waiting)

    def _ask_read(self, handle: bytes, offset: int, length: int) -> int:
        return self._asked(_READ, _text(handle) + struct.pack(">QI", offset, length))

    def _read_answer(self, number: int, length: int) -> bytes:
        try:
            data = self._expected(number, _DATA).text()
        except SftpRefused as refused:
            if refused.at_end:
                return b""
            raise
        if not 0 < len(data) <= length:
            raise SftpFault("more bytes than were asked for, or none")
        return data

    def _asked(self, kind: int, payload: bytes) -> int:
        self._next_id = (self._next_id + 1) & 0xFFFF_FFFF
        self._open.add(self._next_id)
        self._send(kind, struct.pack(">I", self._next_id) + payload)
        return self._next_id

    def _expected(self, number: int, wanted: int) -> "Packet":
        """The answer to request `number`. Raises SftpRefused for a status."""
        while number not in self._early:
            kind, packet = self._received()
            answered = packet.number()
            if answered not in self._open:
                raise SftpFault("an answer to nothing that was asked")
            self._open.discard(answered)
            if answered in self._unwanted:
                self._unwanted.discard(answered)
            else:
                self._early[answered] = (kind, packet)
        kind, packet = self._early.pop(number)
        if kind == _STATUS:
            raise SftpRefused(packet.number())
        if kind != wanted:
            raise SftpFault(f"an answer of kind {kind} where {wanted} was expected")
        return packet

    def _send(self, kind: int, payload: bytes) -> None:
        self._unsent += struct.pack(">IB", len(payload) + 1, kind) + payload

    def _received(self) -> tuple[int, "Packet"]:
        (length,) = struct.unpack(">I", self._exactly(4))
        if not 1 <= length <= _PACKET_LIMIT_BYTES:
            raise SftpFault(f"a packet of {length} bytes: this is no SFTP")
        body = self._exactly(length)
        return body[0], Packet(body[1:])

    def _exactly(self, size: int) -> bytes:
        if self._unsent:
            # All that was asked since goes out at once: a write for each would cost a packet and a turn of ssh.
            asked, self._unsent = bytes(self._unsent), bytearray()
            self._line.write(asked)
        while len(self._unread) < size:
            data = self._line.read(1 << 18)
            if not data:
                raise SftpFault("the line is broken")
            self._unread += data
        taken = bytes(self._unread[:size])
        del self._unread[:size]
        return taken


class Packet:
    """The fields of a packet, one after the other. Raises SftpFault where it ends too soon."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def number(self) -> int:
        """32 bits."""
        return int.from_bytes(self._take(4))

    def text(self) -> bytes:
        """Bytes with their length before them."""
        return self._take(self.number())

    def attributes(self) -> Attributes:
        """ATTRS; of times the one of the last change, in whole seconds."""
        flags = self.number()
        size = int.from_bytes(self._take(8)) if flags & _HAS_SIZE else 0
        if flags & _HAS_OWNER:
            self._take(8)
        mode = self.number() if flags & _HAS_MODE else 0
        mtime_s = (self.number(), self.number())[1] if flags & _HAS_TIMES else 0
        if flags & _HAS_MORE:
            for _ in range(self.number()):
                self.text(), self.text()
        if size >= 1 << 63:
            raise SftpFault(f"a file of {size} bytes")
        return Attributes(size=size, mode=mode, mtime_s=mtime_s)

    def _take(self, size: int) -> bytes:
        taken = self._body[self._at : self._at + size]
        if len(taken) != size:
            raise SftpFault("a packet that ends too soon")
        self._at += size
        return taken


def _text(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _checked(name: bytes) -> bytes:
    """The threat: a server that answers with a name that leads elsewhere."""
    if not name or b"/" in name or b"\0" in name:
        raise SftpFault("a name that is none")
    return name
