"""Reads the tar that `tar` writes, strictly: another kind of member, or a doubtful byte, is an error.

Strict because what it reads came over a line and through other hands; GNU tar reads the same archives.
"""

import re
from typing import NamedTuple
from zlib import adler32

from appliance.backup.stream import Readable, read_exactly
from appliance.backup.tar import BLOCK_BYTES, DIRECTORY, EXTENDED, FILE, PLAIN_FILE, SYMLINK

_EXTENDED_LIMIT_BYTES = 1 << 20
_PIECE_BYTES = 1 << 20
_PREFIX = bytes(155)
_OCTAL = re.compile(rb"[0-7]+[\x00 ]")
_RECORD = re.compile(rb"([1-9][0-9]{0,6}) ")
_TIME = re.compile(rb"(-?)([0-9]{1,12})(?:\.([0-9]{1,9}))?")
_SIZE = re.compile(rb"[0-9]{1,18}")
# Where a header's checksum begins, and where what follows it.
_SUM_AT, _REST_AT = 148, 156
_PLAIN_SUM = 256 + sum(PLAIN_FILE)
_KEYS = {b"hdrcharset", b"path", b"linkpath", b"mtime", b"size"}


class ArchiveDamaged(Exception):
    """The archive is cut off, altered, or not of our making."""


class Member(NamedTuple):
    """One member: `path` as raw bytes without a slash at the end, `kind` FILE, SYMLINK or DIRECTORY.

    A tuple: a frozen dataclass takes four times as long to make, and there may be a million of them.
    """

    path: bytes
    kind: bytes
    mode: int
    mtime_ns: int
    size: int
    target: bytes


class TarReader:
    """Members one after the other; a file's content is read between two calls of `next`."""

    def __init__(self, stream: Readable) -> None:
        self._stream = _Ahead(stream)
        self._left_bytes, self._pad_bytes = 0, 0

    def next(self) -> Member | None:
        """The next member, None at the archive's end. Raises ArchiveDamaged."""
        while self._left_bytes:
            self.read(1 << 16)
        self._exactly(self._pad_bytes)
        self._pad_bytes = 0
        block = self._exactly(BLOCK_BYTES)
        if plain := _plain(block):
            self._left_bytes, self._pad_bytes = plain.size, -plain.size % BLOCK_BYTES
            return plain
        records: dict[bytes, bytes] = {}
        if not any(block):
            self._expect_end()
            return None
        if block[156:157] == EXTENDED:
            size = _checked_size(block)
            if size > _EXTENDED_LIMIT_BYTES:
                raise ArchiveDamaged(f"an extended header of {size} bytes")
            records = _records(self._exactly(size + -size % BLOCK_BYTES)[:size])
            block = self._exactly(BLOCK_BYTES)
        member = _member(block, records)
        self._left_bytes, self._pad_bytes = member.size, -member.size % BLOCK_BYTES
        return member

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes of the member's content; empty at its end. Raises ArchiveDamaged."""
        wanted = min(size, self._left_bytes)
        data = self._stream.read(wanted) if wanted else b""
        if wanted and not data:
            raise ArchiveDamaged("the archive ends within a file")
        self._left_bytes -= len(data)
        return data

    def _expect_end(self) -> None:
        if any(self._exactly(BLOCK_BYTES)) or self._stream.read(1):
            raise ArchiveDamaged("something follows the archive's end")

    def _exactly(self, size: int) -> bytes:
        data = self._stream.read(size) if size else b""
        if len(data) != size:
            data += read_exactly(self._stream, size - len(data))
            if len(data) != size:
                raise ArchiveDamaged("the archive is cut off")
        return data


class _Ahead:
    """The stage below in large pieces: asked for each header, it would cost more than all the rest."""

    def __init__(self, stream: Readable) -> None:
        self._stream, self._piece, self._at = stream, b"", 0

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; empty only at the end."""
        at = self._at
        if at == len(self._piece):
            self._piece, at = self._stream.read(_PIECE_BYTES), 0
        data = self._piece[at : at + size]
        self._at = at + len(data)
        return data


def _plain(block: bytes) -> Member | None:
    """A file whose header holds all there is to say of it; None where it is not so, or not as `tar` writes it.

    Nearly every member is such a one, and half of what a restore costs is calls.
    """
    if block[_REST_AT:] != PLAIN_FILE or not block.isascii():
        return None
    path = block[:100].rstrip(b"\x00")
    mode, size, seconds = block[100:107], block[124:135], block[136:147]
    if not path or b"\x00" in path or not (mode + size + seconds).isdigit() or block[107] | block[135] | block[147]:
        return None
    if block[_SUM_AT:_REST_AT] != b"%06o\x00 " % ((adler32(block[:_SUM_AT]) & 0xFFFF) - 1 + _PLAIN_SUM):
        return None
    try:
        return Member(path, FILE, int(mode, 8), int(seconds, 8) * 1_000_000_000, int(size, 8), b"")
    except ValueError:
        return None


def _member(block: bytes, records: dict[bytes, bytes]) -> Member:
    size = _checked_size(block)
    kind = block[156:157]
    if kind not in (FILE, SYMLINK, DIRECTORY):
        raise ArchiveDamaged(f"a member of type {kind!r}")
    if b"size" in records:
        size = int(_matched(_SIZE, records[b"size"])[0])
    if size and kind != FILE:
        raise ArchiveDamaged("content where none can be")
    mtime_ns = _octal(block[136:148]) * 1_000_000_000
    if b"mtime" in records:
        mtime_ns = _nanoseconds(records[b"mtime"])
    path = records.get(b"path", _text(block[:100]))
    target = records.get(b"linkpath", _text(block[157:257]))
    if kind == DIRECTORY:
        path = path.removesuffix(b"/")
    if not path or b"\x00" in path or b"\x00" in target or bool(target) != (kind == SYMLINK):
        raise ArchiveDamaged("a member without a name, or with a target where none belongs")
    return Member(
        path=path, kind=kind, mode=_octal(block[100:108]), mtime_ns=mtime_ns, size=size, target=target
    )


def _checked_size(block: bytes) -> int:
    if block[257:265] != b"ustar\x0000" or block[345:500] != _PREFIX:
        raise ArchiveDamaged("not a ustar header as this program writes it")
    if _octal(block[_SUM_AT:_REST_AT]) != _sum(block[:_SUM_AT]) + 256 + _sum(block[_REST_AT:]):
        raise ArchiveDamaged("a header's checksum is wrong")
    return _octal(block[124:136])


def _records(body: bytes) -> dict[bytes, bytes]:
    records: dict[bytes, bytes] = {}
    while body:
        match = _RECORD.match(body)
        length = int(match[1]) if match else 0
        record = body[:length]
        if not match or len(record) != length or not record.endswith(b"\n"):
            raise ArchiveDamaged("a record of an extended header has a wrong length")
        key, separator, value = record[match.end() : -1].partition(b"=")
        if not separator or key not in _KEYS or key in records:
            raise ArchiveDamaged(f"the record {key[:20]!r} in an extended header")
        records[key] = value
        body = body[length:]
    return records


def _nanoseconds(text: bytes) -> int:
    match = _matched(_TIME, text)
    nanoseconds = int(match[2]) * 1_000_000_000 + int((match[3] or b"").ljust(9, b"0"))
    return -nanoseconds if match[1] else nanoseconds


def _sum(part: bytes) -> int:
    """Of the bytes; of plain ASCII by the low half of an adler32, at a tenth of the cost (see `tar`)."""
    return (adler32(part) & 0xFFFF) - 1 if part.isascii() else sum(part)


def _octal(field: bytes) -> int:
    digits = field[:-1]
    if digits.isdigit() and not field[-1]:  # as `tar` writes it
        try:
            return int(digits, 8)
        except ValueError as error:
            raise ArchiveDamaged(f"the number {field[:20]!r}") from error
    return int(_matched(_OCTAL, field.rstrip(b" \x00") + b"\x00")[0][:-1], 8)


def _matched(pattern: re.Pattern[bytes], text: bytes) -> re.Match[bytes]:
    match = pattern.fullmatch(text)
    if not match:
        raise ArchiveDamaged(f"the number {text[:20]!r}")
    return match


def _text(field: bytes) -> bytes:
    return field.partition(b"\x00")[0]
