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

import bisect
import errno
import os
import stat
import sys
import time
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from appliance.backup.scratch import Scratch
from appliance.backup.sources import checks, exclude
from appliance.backup.sources.directory_file import (
    STAMP,
    WHOLE_BYTES,
    Stamp,
    ask_for,
    read_quickly,
    settled_ns,
    stamp_of,
    take,
)
from appliance.backup.sources.entry import Entry, Sink, Source, SourceMissing, SourceUnreadable

# Each level holds one descriptor open; the usual limit is 1,024.
_DEPTH_LIMIT = 200
_DIRECTORY_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_GONE = (errno.ENOENT, errno.ESTALE)
# The medium or its server is gone, not a file: each further one would cost a time-out of the kernel's.
_LOST = (
    errno.ENOTCONN, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETDOWN, errno.ENETUNREACH, errno.ETIMEDOUT,
    errno.ECONNABORTED, errno.ECONNRESET, errno.ENODEV, errno.ESHUTDOWN,
)  # fmt: skip
# A reading that took longer did not come from memory. After two of them that many files are asked for at once: after
# one alone, a tree of which a few files are not in memory would be opened twice nearly as a whole.
_WAITED_S, _AHEAD = 0.000_06, 32
# As os.fsencode, which takes three times as long.
_NAMES = (sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())
# Of an entry that went away.
_NO_STAMP = bytes(STAMP.size)


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
        names = sorted([name.encode(*_NAMES) for name in os.listdir(fd)])
    except OSError as error:
        rules.expect_there(error)
        if not path:
            raise SourceUnreadable(f"{rules.path}: the root cannot be listed: {error.strerror}") from error
        sink.not_captured(path, _word(error))
        return
    if told:
        sink.directory(Entry(path=path, mode=status.st_mode, mtime_ns=status.st_mtime_ns))
    if rules.excluded:
        names = [name for name in names if not rules.excluded(path + b"/" + name if path else name)]
    listing = _Listing(sink, fd, path, names, rules)
    taken = sink.changes(path, listing)
    asked, waited, before_ns = b"", False, settled_ns()
    small_bytes = min(rules.largest_bytes, WHOLE_BYTES)
    for name, stamp in listing.found():
        below = path + b"/" + name if path else name
        try:
            if stat.S_ISDIR(stamp[0]):
                _below(sink, fd, name, below, rules, depth=depth + 1, told=name in taken)
            elif name in taken:
                begun_s, waited_before = time.monotonic(), waited or asked
                content = read_quickly(fd, name, stamp, sink.room, small_bytes, before_ns)
                waited = time.monotonic() - begun_s > _WAITED_S
                if waited and waited_before and name >= asked:
                    asked = listing.ask_ahead(name, taken)
                if content is None:
                    _member(sink, fd, name, below, stamp[0], rules)
                else:
                    sink.whole(below, content, size=stamp[2], mode=stamp[0], mtime_ns=stamp[3])
        except OSError as error:
            rules.failed(sink, below, error)


class _Listing:
    """A directory's entries with a stamp each, told once; the stamps are kept, 40 bytes each."""

    def __init__(self, sink: Sink, fd: int, path: bytes, names: list[bytes], rules: _Rules) -> None:
        self._rules, self._sink, self._fd, self._path, self._names = rules, sink, fd, path, names
        self._stamps = bytearray()

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        """Each name that is there, and its stamp."""
        fd, stat_of, pack = self._fd, os.stat, STAMP.pack
        for name in self._names:
            try:
                stamp = pack(*stamp_of(stat_of(name, dir_fd=fd, follow_symlinks=False)))
            except OSError as error:
                self._stamps += _NO_STAMP
                if error.errno not in _GONE:
                    below = self._path + b"/" + name if self._path else name
                    self._rules.failed(self._sink, below, error)
                    yield name, b""  # it is there all the same, and to be taken once it can be
                continue
            self._stamps += stamp
            yield name, stamp

    def found(self) -> Iterator[tuple[bytes, Stamp]]:
        """Each name that was there, and its stamp."""
        stamps = STAMP.iter_unpack(self._stamps)
        return ((name, stamp) for name, stamp in zip(self._names, stamps, strict=True) if stamp[0])

    def ask_ahead(self, name: bytes, taken: Container[bytes]) -> bytes:
        """Have the kernel read the files after `name` that are to be taken, all at once; the last one's name.

        One after the other, each would wait for the medium, or for a server, by itself.
        """
        first = bisect.bisect_right(self._names, name)
        ahead = self._names[first : first + _AHEAD]
        for number, each in enumerate(ahead, start=first):
            if each in taken:
                ask_for(self._fd, each, STAMP.unpack_from(self._stamps, number * STAMP.size))
        return ahead[-1] if ahead else name


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


def _member(sink: Sink, parent: int, name: bytes, path: bytes, mode: int, rules: _Rules) -> None:
    if stat.S_ISREG(mode):
        take(sink, parent, name, path, rules.largest_bytes)
    elif stat.S_ISLNK(mode):
        status = os.stat(name, dir_fd=parent, follow_symlinks=False)
        target = os.readlink(name, dir_fd=parent)
        sink.symlink(Entry(path=path, mode=0o777, mtime_ns=status.st_mtime_ns, target=target))
    else:
        sink.skipped()


def _word(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "EIO")
