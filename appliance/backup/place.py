"""Puts restored files into a directory and never outside it.

The threat: a bundle made to write elsewhere, by `..`, by an absolute name, or through a link that it, or
someone before it, put in the way. So every step is an openat(2) with O_NOFOLLOW below an open directory.
"""

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from appliance.backup.staging import Staging, staged
from appliance.backup.tar import DIRECTORY, FILE, SYMLINK
from appliance.backup.unseal import RestoreError
from appliance.backup.untar import Member

_LIBC = ctypes.CDLL(None, use_errno=True)
_STAGING = ".venue-restore"
_OPEN_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_NAMES = frozenset((b"", b".", b".."))
_NO_WAY = (errno.ELOOP, errno.ENOTDIR)


class PathRefused(RestoreError):
    """A name leads out of the directory, or a link or a file stands in its way."""


class PlaceTaken(RestoreError):
    """Somebody else restores into that directory now: the one would take away what the other has staged."""


def checked_parts(path: bytes) -> list[bytes]:
    """The components of a member's name. Raises PathRefused for `..`, absolute and empty ones."""
    parts = path.split(b"/")
    if not _NO_NAMES.isdisjoint(parts) or b"\x00" in path or parts[0] == _STAGING.encode():
        raise PathRefused(f"{os.fsdecode(path)!r} would leave the directory")
    return parts


class Place:
    """The directory that is restored into; content waits in a staging directory until all is known good.

    Raises PlaceTaken, OSError. To be made before the caller has threads.
    """

    def __init__(self, into: Path) -> None:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = os.open(into, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._root, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._root)
            raise PlaceTaken(f"{into}: another restore is under way there") from error
        self._staging_path = into / _STAGING
        # What an earlier restore left when it was killed: candidates' answers, and nobody's any more.
        shutil.rmtree(self._staging_path, ignore_errors=True)
        os.mkdir(_STAGING, mode=0o700, dir_fd=self._root)
        self._near, self._near_path = os.dup(self._root), b""
        self._staging = os.open(_STAGING, _OPEN_DIRECTORY, dir_fd=self._root)
        self._writing = Staging(self._staging)

    def close(self) -> None:
        """Remove the staging directory and let go."""
        self._writing.close()
        # While the place is still held: a moment later it may be the next restore's.
        shutil.rmtree(self._staging_path, ignore_errors=True)
        for fd in (self._near, self._staging, self._root):
            os.close(fd)

    def stage(self, number: int, member: Member, content: Iterator[bytes]) -> str:
        """Keep a file as `number`, replacing what was there; its sha256 in hex. Written at `settle`. Raises OSError."""
        digest = hashlib.sha256()

        def hashed() -> Iterator[bytes]:
            for chunk in content:
                digest.update(chunk)
                yield chunk

        self._writing.put(number, size=member.size, mode=member.mode, content=hashed())
        return digest.hexdigest()

    def settle(self) -> None:
        """What was staged so far is there: before it is dated, put or taken away. Raises OSError."""
        self._writing.settle()

    def date(self, number: int, member: Member) -> None:
        """Give what was kept as `number` its time, known to the nanosecond only now. Raises OSError.

        Before `sync`, not when it is put in place: an inode changed after it costs a journal commit a file.
        """
        os.utime(staged(number), ns=(member.mtime_ns, member.mtime_ns), dir_fd=self._staging)

    def unstage(self, number: int) -> None:
        """What was kept as `number` is of no use: a later bundle holds another, or none. Raises OSError."""
        os.unlink(staged(number), dir_fd=self._staging)

    def standing(self, member: Member, sha256: str) -> bool | None:
        """Whether what stands there is the same; None where nothing does. Raises PathRefused, OSError."""
        try:
            with self._parent(member.path, make=False) as (parent, name):
                status = os.stat(name, dir_fd=parent, follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    if member.kind != DIRECTORY:
                        raise PathRefused(f"{os.fsdecode(member.path)!r}: a directory stands in its way")
                    return True
                if member.kind == DIRECTORY:
                    raise PathRefused(f"{os.fsdecode(member.path)!r}: a file or a link stands in its way")
                if stat.S_ISLNK(status.st_mode):
                    return member.kind == SYMLINK and os.readlink(name, dir_fd=parent) == member.target
                same_size = stat.S_ISREG(status.st_mode) and status.st_size == member.size
                return member.kind == FILE and same_size and _sha256(name, parent) == sha256
        except FileNotFoundError:
            return None

    def put_file(self, number: int, member: Member) -> None:
        """The staged file in its place, once `sync` has been called. Raises PathRefused, OSError."""
        self._move(staged(number), member)

    def put_symlink(self, member: Member) -> None:
        """A link, never followed here. Raises PathRefused, OSError."""
        os.symlink(member.target, b"link", dir_fd=self._staging)
        self._move(b"link", member)

    def put_directory(self, member: Member, *, finished: bool) -> None:
        """A directory; its mode and time only when `finished`, else nothing could be put into it."""
        with self._parent(member.path + b"/.", make=True) as (directory, _):
            if finished:
                os.fchmod(directory, member.mode)
                os.utime(directory, ns=(member.mtime_ns, member.mtime_ns))

    def sync(self) -> None:
        """Everything written so far is on the medium. Raises OSError where some of it could not be written.

        One call for all: an fsync a file costs a journal commit each, six times the restore for small files.
        """
        if _LIBC.syncfs(self._root) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    def _move(self, staged: bytes, member: Member) -> None:
        with self._parent(member.path, make=True) as (parent, name):
            try:
                os.rename(staged, name, src_dir_fd=self._staging, dst_dir_fd=parent)
            except IsADirectoryError as error:
                raise PathRefused(f"{os.fsdecode(member.path)!r}: a directory stands in its way") from error

    @contextlib.contextmanager
    def _parent(self, path: bytes, *, make: bool) -> Iterator[tuple[int, bytes]]:
        """The open directory above `path`, and the last component; it stays open for what comes next beside it."""
        above, _, name = path.rpartition(b"/")
        if self._near_path != above:
            found = self._opened(above, path, make=make)
            os.close(self._near)
            self._near, self._near_path = found, above
        yield self._near, name

    def _opened(self, above: bytes, path: bytes, *, make: bool) -> int:
        fd = os.dup(self._root)
        try:
            for part in above.split(b"/") if above else ():
                below = self._below(fd, part, path, make=make)
                os.close(fd)
                fd = below
        except (OSError, RestoreError):
            os.close(fd)
            raise
        return fd

    def _below(self, fd: int, part: bytes, path: bytes, *, make: bool) -> int:
        if make:
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, mode=0o700, dir_fd=fd)
        try:
            return os.open(part, _OPEN_DIRECTORY, dir_fd=fd)
        except OSError as error:
            if error.errno not in _NO_WAY:
                raise
            raise PathRefused(f"{os.fsdecode(path)!r}: a link or a file stands in its way") from error


def _sha256(name: bytes, parent: int) -> str:
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    with os.fdopen(fd, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
