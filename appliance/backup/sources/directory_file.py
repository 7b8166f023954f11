"""One regular file of a tree, read so that bytes of two moments are never taken for bytes of one."""

import contextlib
import os
import stat
import struct
import time
from collections.abc import Callable

from appliance.backup.sources.entry import Entry, Label, Sink
from appliance.backup.stream import BATCH_BYTES

# A file up to this size is read whole before its header is written, so a second taking costs nothing.
WHOLE_BYTES = BATCH_BYTES
# A batch by itself, and not copied into one.
_CHUNK_BYTES = BATCH_BYTES
_TAKINGS = 2
# Two ticks of a kernel with HZ=100.
_TICK_NS = 20_000_000
# Non-blocking: a FIFO that took a file's place must not hold the backup.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
Stamp = tuple[int, int, int, int, int]
# A stamp in bytes.
STAMP = struct.Struct("<QQQqq")


def stamp_of(status: os.stat_result) -> Stamp:
    """Mode, inode, size, mtime and ctime: what changes when a file does."""
    return (status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def settled_ns() -> int:
    """What was changed before this, and is read from now on, would bear another stamp if it were changed again.

    Times move with the kernel's tick alone. The file's clock is the wall clock: times of the future, after it was set
    back, are not settled.
    """
    return time.time_ns() - _TICK_NS


def read_quickly(
    parent: int, name: bytes, stamp: Stamp, room: Callable[[int], memoryview], most_bytes: int, before_ns: int
) -> memoryview | None:
    """A small file by one reading, its stamp after it being the one it was listed with; None where it is not so.

    It stands in the `room` for its size, with a byte more to show that it grew.

    Nearly every file is such a one, and this is the shortest way that tears none; all else goes to `take`: what has
    more than `most_bytes`, WHOLE_BYTES at most, or was changed after `before_ns`. Raises OSError.
    """
    mode, _, size, mtime_ns, ctime_ns = stamp
    if size > most_bytes or mtime_ns > before_ns or ctime_ns > before_ns or not stat.S_ISREG(mode):
        return None
    fd = os.open(name, _FLAGS, dir_fd=parent)
    try:
        content = room(size)
        count = os.readv(fd, (content,))
        after = stamp_of(os.fstat(fd))
    finally:
        os.close(fd)
    return None if count != size or after != stamp else content


def ask_for(parent: int, name: bytes, stamp: Stamp) -> None:
    """Have the kernel read a small file into its page cache, and do not wait; that it can not shows at its turn."""
    mode, _, size, _, _ = stamp
    if size > WHOLE_BYTES or not stat.S_ISREG(mode):
        return
    with contextlib.suppress(OSError):
        fd = os.open(name, _FLAGS, dir_fd=parent)
        try:
            os.posix_fadvise(fd, 0, size, os.POSIX_FADV_WILLNEED)
        finally:
            os.close(fd)


def take(sink: Sink, parent: int, name: bytes, path: bytes, largest_bytes: int) -> None:
    """A file of any size; one that changes meanwhile is taken once more, at last as torn. Raises OSError."""
    fd = os.open(name, _FLAGS, dir_fd=parent)
    try:
        for taking in range(1, _TAKINGS + 1):
            before = stamp_of(os.fstat(fd))
            mode, _, size, mtime_ns, _ = before
            if not stat.S_ISREG(mode):
                sink.skipped()
                return
            if size > largest_bytes:
                sink.not_captured(path, "too_large")
                return
            entry = Entry(path=path, mode=mode, mtime_ns=mtime_ns, size=size)
            way = _whole if size <= WHOLE_BYTES else _streamed
            if way(sink, fd, entry, before, last=taking == _TAKINGS):
                return
            os.lseek(fd, 0, os.SEEK_SET)
    finally:
        os.close(fd)


def _whole(sink: Sink, fd: int, entry: Entry, before: Stamp, *, last: bool) -> bool:
    """Whether the file is taken; False when it changed under the reader and may be taken once more."""
    recent = _recent(before)
    content = _read(fd, entry.size)
    stable = stamp_of(os.fstat(fd)) == before and len(content) == entry.size
    if stable and recent:
        os.lseek(fd, 0, os.SEEK_SET)
        stable = _read(fd, entry.size) == content
    if not stable and not last:
        return False
    sink.file(entry)
    sink.write(content)
    sink.end(Label.STABLE if stable else Label.TORN, settled=stable and not recent)
    return True


def _streamed(sink: Sink, fd: int, entry: Entry, before: Stamp, *, last: bool) -> bool:
    """As `_whole`, of a file that is too large to be held: what is taken again follows what was."""
    recent = _recent(before)
    sink.file(entry)
    left = entry.size
    chunk = memoryview(bytearray(_CHUNK_BYTES))  # one for all: the kernel clears each new one
    try:
        while left and (count := os.readv(fd, (chunk[:left],))):
            sink.write(chunk[:count])
            left -= count
        stable = stamp_of(os.fstat(fd)) == before and not left and (last or not recent)
    except OSError:
        # The header promised the bytes already: the member is filled up and does not count.
        sink.abandon()
        raise
    if stable or last:
        sink.end(Label.STABLE if stable else Label.TORN, settled=stable and not recent)
    else:
        sink.abandon()
    return stable or last


def _read(fd: int, size: int) -> bytes:
    content = os.read(fd, size) if size else b""
    while len(content) < size and (more := os.read(fd, size - len(content))):
        content += more
    return content


def _recent(stamp: Stamp) -> bool:
    """Whether the next write could leave the same stamp; to be asked before the reading begins."""
    return max(stamp[3], stamp[4]) > settled_ns()
