"""A directory tree, taken as it stands.

    [[backup.source]]
    name = "answers"
    driver = "directory"
    path = "/srv/exam/answers"
    mount_point = true      # optional: refuse when nothing is mounted there
    exclude = ["*.tmp", "cache/*"]  # optional: a name anywhere, or a path below the root

Links are stored as links and never followed, not even when one takes a directory's place during the walk:
every step is an openat(2) with O_NOFOLLOW below the directory already open. FIFOs, sockets and devices are counted and
left out. A file that cannot be read, or is larger than `largest_file_gb` (a sparse one by the size it claims), is named
as missing, and the rest is taken. A file that changes while it is read is taken again, at last it is marked torn.
"""

import errno
import os
import stat
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from appliance.backup.scratch import Scratch
from appliance.backup.sources import checks, exclude
from appliance.backup.sources.entry import Entry, Label, Sink, Source, SourceMissing, SourceUnreadable

# Each level holds one descriptor open; the usual limit is 1,024.
_DEPTH_LIMIT = 200
# A file up to this size is read whole before its header is written, so a second taking costs nothing.
_WHOLE_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 18
_TAKINGS = 2
# Two ticks of a kernel with HZ=100.
_TICK_NS = 20_000_000
_DIRECTORY_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Non-blocking: a FIFO that took a file's place must not hold the backup.
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_GONE = (errno.ENOENT, errno.ESTALE)
# The medium or its server is gone, not a file: each further one would cost a time-out of the kernel's.
_LOST = (
    errno.ENOTCONN, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETDOWN, errno.ENETUNREACH, errno.ETIMEDOUT,
    errno.ECONNABORTED, errno.ECONNRESET, errno.ENODEV, errno.ESHUTDOWN,
)  # fmt: skip
_STAMP = struct.Struct("<QQQqq").pack
_FILE, _DIRECTORY, _SYMLINK, _OTHER = 1, 2, 3, 4
_KINDS = {stat.S_IFREG: _FILE, stat.S_IFDIR: _DIRECTORY, stat.S_IFLNK: _SYMLINK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`path` absolute; `mount_point`: the path must be one, else the disk behind it is not mounted; `exclude`:
    what is left out; a file above `largest_file_gb` is named and left out."""

    driver: ClassVar[str] = "directory"
    path: Path
    mount_point: bool = False
    exclude: tuple[str, ...] = ()
    largest_file_gb: float = 16

    def __post_init__(self) -> None:
        """Raises ValueError with every fault."""
        checks.refuse(
            checks.absolute("path", self.path),
            exclude.fault("exclude", self.exclude),
            checks.between("largest_file_gb", self.largest_file_gb, 0.001, 100_000),
        )

    def open(self, scratch: Scratch | None = None, /) -> Source:
        """The tree below `path`; it keeps nothing aside."""
        return Directory(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What of a tree is taken, and what is said of the rest."""

    path: Path
    excluded: exclude.Exclude
    largest_bytes: int

    def failed(self, sink: Sink, path: bytes, error: OSError) -> None:
        """Gone since it was listed is deleted, as if a moment earlier; all else is missing from the bundle.

        Raises SourceMissing where it is not the file that is at fault.
        """
        self.expect_there(error)
        if error.errno in _GONE:
            sink.missed(path)
        else:
            sink.not_captured(path, _word(error))

    def expect_there(self, error: OSError) -> None:
        """Raises SourceMissing for an error that says the whole is gone."""
        if error.errno in _LOST:
            raise SourceMissing(f"{self.path}: went away while it was read: {error.strerror}") from error


class Directory:
    """The tree of one set of options."""

    def __init__(self, options: Options) -> None:
        self._path = options.path
        self._mount_point = options.mount_point
        self._rules = _Rules(
            path=options.path,
            excluded=exclude.Exclude(options.exclude),
            largest_bytes=int(options.largest_file_gb * checks.GB),
        )

    def capture(self, sink: Sink) -> None:
        """Everything below the root in the order of names. Raises SourceMissing, SourceUnreadable."""
        try:
            root = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except PermissionError as error:
            raise SourceUnreadable(f"{self._path}: {error.strerror}") from error
        except OSError as error:
            raise SourceMissing(f"{self._path}: {error.strerror}") from error
        try:
            before = os.fstat(root)
            if self._mount_point and before.st_dev == os.stat("..", dir_fd=root).st_dev:
                raise SourceMissing(f"{self._path}: nothing is mounted there")
            _directory(sink, root, b"", self._rules, depth=0)
            self._expect_same(before)
        finally:
            os.close(root)

    def _expect_same(self, before: os.stat_result) -> None:
        try:
            after = os.stat(self._path)
        except OSError as error:
            raise SourceMissing(f"{self._path}: went away while it was read: {error.strerror}") from error
        if (after.st_dev, after.st_ino) != (before.st_dev, before.st_ino):
            raise SourceMissing(f"{self._path}: another directory took its place while it was read")


def _directory(sink: Sink, fd: int, path: bytes, rules: _Rules, *, depth: int, told: bool = True) -> None:
    status = os.fstat(fd)
    try:
        names = sorted(os.fsencode(name) for name in os.listdir(fd))
    except OSError as error:
        rules.expect_there(error)
        if not path:
            raise SourceUnreadable(f"{rules.path}: the root cannot be listed: {error.strerror}") from error
        sink.not_captured(path, _word(error))
        return
    if told:
        sink.directory(Entry(path=path, mode=status.st_mode, mtime_ns=status.st_mtime_ns))
    kept = [name for name in names if not rules.excluded(path + b"/" + name if path else name)]
    listing = _Listing(sink, fd, path, kept, rules)
    taken = sink.changes(path, listing)
    for name, kind in listing.found():
        below = path + b"/" + name if path else name
        try:
            if kind == _DIRECTORY:
                _below(sink, fd, name, below, rules, depth=depth + 1, told=name in taken)
            elif name in taken:
                _member(sink, fd, name, below, kind, rules)
        except OSError as error:
            rules.failed(sink, below, error)


class _Listing:
    """A directory's entries with a stamp each, told once; what each of them was then is kept, a byte each."""

    def __init__(self, sink: Sink, fd: int, path: bytes, names: list[bytes], rules: _Rules) -> None:
        self._rules, self._sink, self._fd, self._path, self._names = rules, sink, fd, path, names
        self._kinds = bytearray(len(names))

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        """Each name that is there, and its stamp."""
        for number, name in enumerate(self._names):
            try:
                status = os.stat(name, dir_fd=self._fd, follow_symlinks=False)
            except OSError as error:
                if error.errno not in _GONE:
                    below = self._path + b"/" + name if self._path else name
                    self._rules.failed(self._sink, below, error)
                    yield name, b""  # it is there all the same, and to be taken once it can be
                continue
            self._kinds[number] = _KINDS.get(stat.S_IFMT(status.st_mode), _OTHER)
            yield (
                name,
                _STAMP(status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns),
            )

    def found(self) -> Iterator[tuple[bytes, int]]:
        """Each name that was there, and its kind."""
        return ((name, kind) for name, kind in zip(self._names, self._kinds, strict=True) if kind)


def _below(
    sink: Sink, parent: int, name: bytes, path: bytes, rules: _Rules, *, depth: int, told: bool
) -> None:
    if depth > _DEPTH_LIMIT:
        sink.not_captured(path, "too_deep")
        return
    fd = os.open(name, _DIRECTORY_FLAGS, dir_fd=parent)
    try:
        _directory(sink, fd, path, rules, depth=depth, told=told)
    finally:
        os.close(fd)


def _member(sink: Sink, parent: int, name: bytes, path: bytes, kind: int, rules: _Rules) -> None:
    if kind == _FILE:
        _file(sink, parent, name, path, rules)
    elif kind == _SYMLINK:
        status = os.stat(name, dir_fd=parent, follow_symlinks=False)
        target = os.readlink(name, dir_fd=parent)
        sink.symlink(Entry(path=path, mode=0o777, mtime_ns=status.st_mtime_ns, target=target))
    else:
        sink.skipped()


def _file(sink: Sink, parent: int, name: bytes, path: bytes, rules: _Rules) -> None:
    fd = os.open(name, _FILE_FLAGS, dir_fd=parent)
    try:
        for taking in range(1, _TAKINGS + 1):
            before = os.fstat(fd)
            if not stat.S_ISREG(before.st_mode):
                sink.skipped()
                return
            if before.st_size > rules.largest_bytes:
                sink.not_captured(path, "too_large")
                return
            if _taken(sink, fd, path, before, last=taking == _TAKINGS):
                return
            os.lseek(fd, 0, os.SEEK_SET)
    finally:
        os.close(fd)


def _taken(sink: Sink, fd: int, path: bytes, before: os.stat_result, *, last: bool) -> bool:
    """Whether the file is taken; False when it changed under the reader and may be taken once more."""
    entry = Entry(path=path, mode=before.st_mode, mtime_ns=before.st_mtime_ns, size=before.st_size)
    if entry.size > _WHOLE_BYTES:
        return _streamed(sink, fd, entry, before, last=last)
    content = _read(fd, entry.size)
    stable = _same(before, os.fstat(fd)) and len(content) == entry.size
    if stable and _recent(before):
        os.lseek(fd, 0, os.SEEK_SET)
        stable = _read(fd, entry.size) == content
    if not stable and not last:
        return False
    sink.file(entry)
    sink.write(content)
    sink.end(Label.STABLE if stable else Label.TORN, settled=stable and not _recent(before))
    return True


def _streamed(sink: Sink, fd: int, entry: Entry, before: os.stat_result, *, last: bool) -> bool:
    sink.file(entry)
    left = entry.size
    try:
        while left and (chunk := os.read(fd, min(left, _CHUNK_BYTES))):
            sink.write(chunk)
            left -= len(chunk)
        stable = _same(before, os.fstat(fd)) and not left and (last or not _recent(before))
    except OSError:
        # The header promised the bytes already: the member is filled up and does not count.
        sink.abandon()
        raise
    if stable or last:
        sink.end(Label.STABLE if stable else Label.TORN, settled=stable and not _recent(before))
    else:
        sink.abandon()
    return stable or last


def _read(fd: int, size: int) -> bytes:
    content = os.read(fd, size) if size else b""
    while len(content) < size and (more := os.read(fd, size - len(content))):
        content += more
    return content


def _same(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns, before.st_ctime_ns) == (
        after.st_size, after.st_mtime_ns, after.st_ctime_ns
    )  # fmt: skip


def _recent(status: os.stat_result) -> bool:
    """Whether the next write could leave the same stamps: they move with the kernel's tick alone.

    The file's clock is the wall clock; stamps of the future, after it was set back, count as recent.
    """
    return time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) < _TICK_NS


def _word(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "EIO")
