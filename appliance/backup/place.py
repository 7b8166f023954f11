"""Puts restored files into a directory and never outside it.

Nothing is seen there before all is known good: it waits in `.venue-restore/`, a tree for each bundle of the chain.
Where nothing stands yet the first bundle's tree, brought up to the last, is moved as a whole; else file by file.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator, Set
from pathlib import Path

from appliance.backup.below import OPEN_DIRECTORY, Below, PathRefused, in_its_way
from appliance.backup.staging import MODE_BITS, Staging
from appliance.backup.tar import DIRECTORY, FILE, SYMLINK
from appliance.backup.unseal import RestoreError
from appliance.backup.untar import Member

_LIBC = ctypes.CDLL(None, use_errno=True)
_STAGING = ".venue-restore"
# Of the first bundle, by far the largest; a bundle of no file has none unless it is made.
_FIRST = b"0"
_NO_NAMES = frozenset((b"", b".", b".."))


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
        with contextlib.ExitStack() as undo:
            self._root = os.open(into, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            undo.callback(os.close, self._root)
            try:
                fcntl.flock(self._root, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise PlaceTaken(f"{into}: another restore is under way there") from error
            self._staging_path = into / _STAGING
            # What an earlier restore left when it was killed: candidates' answers, and nobody's any more.
            shutil.rmtree(self._staging_path, ignore_errors=True)
            os.mkdir(_STAGING, mode=0o700, dir_fd=self._root)
            self._staging = os.open(_STAGING, OPEN_DIRECTORY, dir_fd=self._root)
            undo.callback(os.close, self._staging)
            os.mkdir(_FIRST, mode=0o700, dir_fd=self._staging)
            self._first = os.open(_FIRST, OPEN_DIRECTORY, dir_fd=self._staging)
            undo.callback(os.close, self._first)
            self._writing = Staging(self._staging)
            undo.pop_all()
        self._there, self._before = Below(self._root), Below(self._first)
        # Where things are put: there, or in the first bundle's tree.
        self._below = self._there

    def close(self) -> None:
        """Remove the staging directory and let go."""
        self._writing.close()
        # While the place is still held: a moment later it may be the next restore's.
        shutil.rmtree(self._staging_path, ignore_errors=True)
        for below in (self._there, self._before):
            below.close()
        for fd in (self._first, self._staging, self._root):
            os.close(fd)

    def stage(self, bundle: int, member: Member, content: Iterator[bytes]) -> None:
        """Keep a file of that bundle, replacing what was there. Written at `settle`.

        Raises PathRefused, BundleDamaged, OSError, here and of the next three: whatever hindered one of those before.
        """
        self._writing.put(_staged(bundle, member.path), size=member.size, mode=member.mode, content=content)

    def confirm(self, bundle: int, member: Member, sha256: bytes) -> None:
        """What was kept has that sha256; it is given its time, known to the nanosecond only now.

        Before `sync`, not when it is put in place: an inode changed after it costs a journal commit a file.
        """
        self._writing.confirm(_staged(bundle, member.path), sha256=sha256, mtime_ns=member.mtime_ns)

    def unstage(self, bundle: int, member: Member) -> None:
        """What was kept is of no use: a later bundle holds another, or none."""
        self._writing.drop(_staged(bundle, member.path))

    def settle(self) -> None:
        """What was staged so far is there: before any of it is put."""
        self._writing.settle()

    def stands_any(self, names: Set[bytes]) -> bool:
        """Whether one of these stands directly in the directory. Raises OSError."""
        return not names.isdisjoint(map(os.fsencode, os.listdir(self._root)))

    def standing(self, member: Member, sha256: str) -> bool | None:
        """Whether what stands there is the same; None where nothing does. Raises PathRefused, OSError."""
        try:
            parent, name = self._there.parent(member.path, make=False)
            status = os.stat(name, dir_fd=parent, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                if member.kind != DIRECTORY:
                    raise in_its_way(member.path, "a directory")
                return True
            if member.kind == DIRECTORY:
                raise in_its_way(member.path, "a file or a link")
            if stat.S_ISLNK(status.st_mode):
                return member.kind == SYMLINK and os.readlink(name, dir_fd=parent) == member.target
            same_size = stat.S_ISREG(status.st_mode) and status.st_size == member.size
            return member.kind == FILE and same_size and _sha256(name, parent) == sha256
        except FileNotFoundError:
            return None

    def put_beside(self) -> None:
        """From now on things are put into the first bundle's tree, where that one's files stand already."""
        self._below = self._before

    def take_away(self, path: bytes) -> None:
        """A directory out of that tree: nothing is held in it any more. Raises PathRefused, OSError."""
        with contextlib.suppress(FileNotFoundError):
            parent, name = self._before.parent(path, make=False)
            os.rmdir(name, dir_fd=parent)

    def put_file(self, bundle: int, member: Member) -> None:
        """The staged file in its place. Raises PathRefused, OSError."""
        if bundle or self._below is self._there:
            self._move(_staged(bundle, member.path), member)

    def put_symlink(self, member: Member) -> None:
        """A link, never followed here. Raises PathRefused, OSError."""
        os.symlink(member.target, b"link", dir_fd=self._staging)
        self._move(b"link", member)

    def put_directory(self, member: Member, *, finished: bool) -> None:
        """A directory; its mode and time only when `finished`, else nothing could be put into it."""
        directory, _ = self._below.parent(member.path + b"/.", make=True)
        if finished:
            os.fchmod(directory, member.mode & MODE_BITS)
            os.utime(directory, ns=(member.mtime_ns, member.mtime_ns))

    def reveal(self, names: Set[bytes]) -> None:
        """What was put beside, by these names directly in the directory, once `sync` has been called. Raises OSError.

        From now on things are put there. One name after the other: where the last is missing, the next restore finds
        the others, whole.
        """
        for name in sorted(names):
            os.rename(name, name, src_dir_fd=self._first, dst_dir_fd=self._root)
        self._below = self._there

    def sync(self) -> None:
        """Everything written so far is on the medium. Raises OSError where some of it could not be written.

        One call for all: an fsync a file costs a journal commit each, six times the restore for small files.
        """
        if _LIBC.syncfs(self._root) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    def _move(self, staged: bytes, member: Member) -> None:
        parent, name = self._below.parent(member.path, make=True)
        try:
            os.rename(staged, name, src_dir_fd=self._staging, dst_dir_fd=parent)
        except IsADirectoryError as error:
            raise in_its_way(member.path, "a directory") from error


def _staged(bundle: int, path: bytes) -> bytes:
    """Where a file waits, below the staging directory."""
    return b"%d/%s" % (bundle, path)


def _sha256(name: bytes, parent: int) -> str:
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    with os.fdopen(fd, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
