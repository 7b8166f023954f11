"""A streaming pax tar: directories, regular files and symlinks, one pass, bounded memory.

Source: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Extended Header". Own, because `tarfile` costs
13 times the CPU for many small files. Owners are written as 0: the exam server's ids mean nothing elsewhere.
Times are whole seconds, as in ustar: to the nanosecond they stand in the bundle's file list (decision 9).
"""

from zlib import adler32

from appliance.backup.stream import BATCH_BYTES, BatchWritable, Hashing

BLOCK_BYTES = 512
_NAME_BYTES = 100
_USTAR_SIZE_LIMIT = 1 << 33
_NS = 1_000_000_000
_ZEROS = bytes(1 << 16)
_PADS = [bytes(count) for count in range(BLOCK_BYTES)]
FILE, SYMLINK, DIRECTORY, EXTENDED = b"0", b"2", b"5", b"x"
_TAIL = b"ustar\x0000" + bytes(64) + b"0000000\x000000000\x00" + bytes(167)
_REST = {kind: kind + bytes(_NAME_BYTES) + _TAIL for kind in (FILE, SYMLINK, DIRECTORY, EXTENDED)}
_REST_SUM = {kind: sum(rest) + 256 - 1 for kind, rest in _REST.items()}
# What follows the checksum of a file without extended header.
PLAIN_FILE = _REST[FILE]


class TarError(Exception):
    """More was written than a member's header promised, or a member was left open: a bug of the caller."""


class TarWriter:
    """Members in the order of the calls; nothing is whole before `close`. The stream below stays open."""

    def __init__(self, stream: BatchWritable, hashing: Hashing | None = None) -> None:
        """`hashing`, where there is one, has the memory that batches for `stream` are put together in, and hears
        where in each of them a file lies that came `whole`."""
        self._stream, self._hashing = stream, hashing
        self._batch = hashing.room() if hashing else memoryview(bytearray(BATCH_BYTES))
        self._room: memoryview | None = None
        self._batched_bytes, self._left_bytes, self._pad_bytes = 0, 0, 0

    def directory(self, path: bytes, *, mode: int, mtime_ns: int) -> None:
        """A directory; `path` as raw bytes without a slash at the end."""
        self._header(path + b"/", kind=DIRECTORY, mode=mode, mtime_ns=mtime_ns)

    def symlink(self, path: bytes, *, target: bytes, mtime_ns: int) -> None:
        """A symbolic link, its target as it stands, whatever it points at."""
        self._header(path, kind=SYMLINK, mode=0o777, mtime_ns=mtime_ns, target=target)

    def file(self, path: bytes, *, size: int, mode: int, mtime_ns: int) -> None:
        """The head of a regular file of `size` bytes; its content follows by `write`, its end by `end`."""
        self._header(path, kind=FILE, mode=mode, mtime_ns=mtime_ns, size=size)
        self._left_bytes, self._pad_bytes = size, -size % BLOCK_BYTES

    def room(self, size: int) -> memoryview:
        """Memory for a file of `size` bytes, and for one more, that may come `whole` next: it is not copied then."""
        begin = self._batched_bytes + BLOCK_BYTES
        if begin + size + BLOCK_BYTES > BATCH_BYTES:
            self.flush()
            begin = BLOCK_BYTES
        self._room = self._batch[begin : begin + size + 1]
        return self._room if len(self._room) > size else memoryview(bytearray(size + 1))

    def whole(self, path: bytes, content: bytes | memoryview, *, size: int, mode: int, mtime_ns: int) -> None:
        """A regular file, the first `size` bytes of `content`, a batch at most: `file`, `write`, `end` in one call."""
        if size > BATCH_BYTES:
            raise TarError(f"{size} bytes at once: more than a batch")
        pad, seconds = _PADS[-size % BLOCK_BYTES], mtime_ns // _NS
        head, begin = self._batched_bytes, self._batched_bytes + BLOCK_BYTES
        if content is self._room and not self._left_bytes and not self._pad_bytes and _plain(path, seconds, size):
            # Nearly always: it stands where it belongs.
            self._batch[head:begin] = _block(path, FILE, mode, seconds, size)
        else:
            if isinstance(content, memoryview) and content.obj is self._batch.obj and content is not self._room:
                raise TarError("a room of before something else was written")
            content = bytes(content[:size])  # no copy of what is bytes; a room's would be written over
            self._header(path, kind=FILE, mode=mode, mtime_ns=mtime_ns, size=size)
            if self._batched_bytes + size + len(pad) > BATCH_BYTES:
                self.flush()
            begin = self._batched_bytes
            self._batch[begin : begin + size] = content
        end = begin + size
        self._batched_bytes = end + len(pad)
        self._batch[end : self._batched_bytes] = pad
        self._room = None
        if self._hashing:
            self._hashing.part(begin, end)

    def write(self, data: bytes | memoryview, /) -> None:
        """Content of the open file. Raises TarError for more than its size."""
        if len(data) > self._left_bytes:
            raise TarError(f"{len(data)} bytes for a member with {self._left_bytes} bytes left")
        self._left_bytes -= len(data)
        for at in range(0, len(data), BATCH_BYTES):
            self._put(data[at : at + BATCH_BYTES])  # nearly always all of it

    def end(self) -> int:
        """Close the open file; returns how many bytes were missing and stand as zeros."""
        missing = self._left_bytes
        self._zeros(missing + self._pad_bytes)
        self._left_bytes = self._pad_bytes = 0
        return missing

    def close(self) -> None:
        """The two zero blocks that end an archive, and everything out."""
        self._put(bytes(2 * BLOCK_BYTES))
        self.flush()

    def flush(self) -> None:
        """Everything so far to the stream below."""
        self._stream.write(self._batch[: self._batched_bytes])
        self._room, self._batched_bytes = None, 0
        if self._hashing:
            self._batch = self._hashing.room()

    def _header(
        self, path: bytes, *, kind: bytes, mode: int, mtime_ns: int, size: int = 0, target: bytes = b""
    ) -> None:
        if self._left_bytes or self._pad_bytes:
            raise TarError("the member before was not ended")
        seconds = mtime_ns // _NS
        if target or not _plain(path, seconds, size):  # nearly every file is plain
            if records := _records(path, target, seconds, size):
                body = _extended(records)
                self._put(_block(b"PaxHeaders/" + _short(path)[:80], EXTENDED, 0o644, 0, len(body)))
                self._put(body + bytes(-len(body) % BLOCK_BYTES))
            size = size if size < _USTAR_SIZE_LIMIT else 0
            seconds = min(max(seconds, 0), _USTAR_SIZE_LIMIT - 1)
            path, target = _short(path), _short(target)
        self._put(_block(path, kind, mode, seconds, size, target))

    def _zeros(self, count: int) -> None:
        while count > 0:
            self._put(_ZEROS[:count])
            count -= len(_ZEROS)

    def _put(self, data: bytes | memoryview) -> None:
        """A piece of a batch at most."""
        if self._batched_bytes + len(data) > BATCH_BYTES:
            self.flush()
        begin, self._batched_bytes = self._batched_bytes, self._batched_bytes + len(data)
        self._batch[begin : self._batched_bytes] = data
        self._room = None


def _plain(path: bytes, seconds: int, size: int) -> bool:
    """Whether a ustar header has room for all of it."""
    return len(path) <= _NAME_BYTES and path.isascii() and 0 <= seconds < _USTAR_SIZE_LIMIT > size


def _short(name: bytes) -> bytes:
    """What an old reader sees where the pax record holds the truth."""
    if len(name) <= _NAME_BYTES and name.isascii():
        return name
    return bytes(byte if byte < 128 else 95 for byte in name[:_NAME_BYTES])


def _records(path: bytes, target: bytes, seconds: int, size: int) -> list[tuple[bytes, bytes]]:
    """What a ustar header has no room for."""
    records = []
    if len(path) > _NAME_BYTES or not path.isascii():
        records.append((b"path", path))
    if len(target) > _NAME_BYTES or not target.isascii():
        records.append((b"linkpath", target))
    if not 0 <= seconds < _USTAR_SIZE_LIMIT:
        records.append((b"mtime", b"%d" % seconds))
    if size >= _USTAR_SIZE_LIMIT:
        records.append((b"size", b"%d" % size))
    return records


def _extended(records: list[tuple[bytes, bytes]]) -> bytes:
    """Records of `LENGTH KEY=VALUE`, the length counting itself; bytes that are no UTF-8 are declared."""
    try:
        for _, value in records:
            value.decode()
    except UnicodeDecodeError:
        records = [(b"hdrcharset", b"BINARY"), *records]
    lines = []
    for key, value in records:
        rest = len(key) + len(value) + 3
        length = rest + len(str(rest))
        length = rest + len(str(length))
        lines.append(b"%d %s=%s\n" % (length, key, value))
    return b"".join(lines)


def _block(name: bytes, kind: bytes, mode: int, seconds: int, size: int, target: bytes = b"") -> bytes:
    head = b"%s%07o\x000000000\x000000000\x00%011o\x00%011o\x00" % (
        name.ljust(_NAME_BYTES, b"\x00"), mode & 0o777, size, seconds
    )  # fmt: skip
    if target:
        rest = kind + target.ljust(_NAME_BYTES, b"\x00") + _TAIL
        others = sum(rest) + 256 - 1
    else:
        rest, others = _REST[kind], _REST_SUM[kind]
    # The low half of an adler32 is the sum of the bytes and one, modulo 65,521: what is ASCII stays below, and it
    # costs a tenth of `sum`. The checksum field itself counts as eight spaces.
    return b"%s%06o\x00 %s" % (head, (adler32(head) & 0xFFFF) + others, rest)
