"""Lists a tree in a process of its own, a little ahead of who takes it.

It helps and decides nothing: names and stamps are there when their turn comes. Where it listed nothing, or was ended,
the directory is listed by who takes it; a file that changed since it was listed bears another stamp, and is found out.
"""

import contextlib
import errno
import fcntl
import os
import signal
import stat
import struct
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO, Final

from appliance.backup.half import ended, forked
from appliance.backup.sources.directory_file import STAMP, stamp_of

# Each level holds one descriptor open; the usual limit is 1,024.
DEPTH_LIMIT: Final = 200
DIRECTORY_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
GONE: Final = (errno.ENOENT, errno.ESTALE)
# Of an entry that went away.
NO_STAMP: Final = bytes(STAMP.size)
# Of a directory with more, and of what is below it, nothing is told: two processes would hold its names.
_MOST_NAMES = 20_000
_HEAD = struct.Struct("=III")  # bytes of the path, bytes of the names, entries
_NOT_LISTED = 0xFFFFFFFF  # entries of a directory of which nothing is told: nobody is to wait for it
_PIPE_BYTES = 1 << 20
# As os.fsencode, which takes three times as long.
_NAMES = (sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())
Excluded = Callable[[bytes], bool]
# A directory's names in order, and their stamps one behind the other.
Listed = tuple[list[bytes], bytes]


def names_of(fd: int, path: bytes, excluded: Excluded | None) -> list[bytes]:
    """The names in the directory `fd`, `path` below the root, in their order. Raises OSError."""
    names = sorted([name.encode(*_NAMES) for name in os.listdir(fd)])
    if excluded:
        names = [name for name in names if not excluded(path + b"/" + name if path else name)]
    return names


class ListedAhead:
    """The listings of the tree at `root`, in the order in which it is taken. To be closed."""

    def __init__(self, root: int, excluded: Excluded | None) -> None:
        self._pid = 0
        self._told: BinaryIO | None = None
        self._next: tuple[bytes, Listed | None] | None = None
        if threading.active_count() > 1:  # another's lock would never open in the other process
            return
        with contextlib.suppress(OSError), contextlib.ExitStack() as ours:
            told, tells = os.pipe()
            ours.callback(os.close, told)
            try:
                with contextlib.suppress(OSError):
                    fcntl.fcntl(tells, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
                self._pid = forked(lambda: _list(root, excluded, tells), (root, tells))
            finally:
                os.close(tells)
            ours.pop_all()
            self._told = os.fdopen(told, "rb")

    def of(self, path: bytes) -> Listed | None:
        """What was found in the directory `path` below the root; None where it has to be listed."""
        while self._next is None or _order(self._next[0]) < _order(path):
            self._next = self._read()
            if self._next is None:
                return None
        found, listed = self._next
        return listed if found == path else None

    def close(self) -> None:
        """It lists no more; may be called again."""
        if self._told is not None:
            self._told.close()
            self._told = None
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)  # it may wait for a medium that is gone
            ended(self._pid)
            self._pid = 0

    def _read(self) -> tuple[bytes, Listed | None] | None:
        head = self._told.read(_HEAD.size) if self._told is not None else b""
        if len(head) < _HEAD.size or self._told is None:
            return None
        path_bytes, names_bytes, count = _HEAD.unpack(head)
        path, names = self._told.read(path_bytes), self._told.read(names_bytes)
        if count == _NOT_LISTED:
            return path, None
        stamps = self._told.read(count * STAMP.size)
        if len(stamps) < count * STAMP.size:  # ended in the middle
            return None
        return path, (names.split(b"\0") if count else [], stamps)


def _order(path: bytes) -> list[bytes]:
    """What comes first is taken first: a directory before what is in it."""
    return path.split(b"/") if path else []


def _list(root: int, excluded: Excluded | None, tells: int) -> None:
    """The other process, to its end."""
    with contextlib.suppress(BrokenPipeError), os.fdopen(tells, "wb") as told:
        _listed(root, b"", excluded, told, depth=0)


def _listed(fd: int, path: bytes, excluded: Excluded | None, told: BinaryIO, *, depth: int) -> None:
    """This directory and those below; what has a fault of its own is left to who takes it. Raises BrokenPipeError."""
    try:
        names = names_of(fd, path, excluded)
        stamps = b"".join([_stamp(fd, name) for name in names]) if len(names) <= _MOST_NAMES else None
    except OSError:
        stamps = None
    if stamps is None:
        told.write(_HEAD.pack(len(path), 0, _NOT_LISTED) + path)
        told.flush()
        return
    joined = b"\0".join(names)
    told.write(_HEAD.pack(len(path), len(joined), len(names)) + path + joined + stamps)
    told.flush()
    if depth == DEPTH_LIMIT:
        return
    for name, stamp in zip(names, STAMP.iter_unpack(stamps), strict=True):
        if stat.S_ISDIR(stamp[0]):
            try:
                below = os.open(name, DIRECTORY_FLAGS, dir_fd=fd)
            except OSError:
                continue
            try:
                _listed(below, path + b"/" + name if path else name, excluded, told, depth=depth + 1)
            finally:
                os.close(below)


def _stamp(fd: int, name: bytes) -> bytes:
    try:
        return STAMP.pack(*stamp_of(os.stat(name, dir_fd=fd, follow_symlinks=False)))
    except OSError as error:
        if error.errno not in GONE:
            raise
        return NO_STAMP
