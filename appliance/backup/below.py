"""The directories below an open one, and never one outside it.

The threat: a bundle made to write elsewhere, by `..`, by an absolute name, or through a link that it, or
someone before it, put in the way. So every step is an openat(2) with O_NOFOLLOW below an open directory.
"""

import contextlib
import errno
import os

from appliance.backup.unseal import RestoreError

OPEN_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_WAY = (errno.ELOOP, errno.ENOTDIR)
_DIRECTORY_MODE = 0o700


class PathRefused(RestoreError):
    """A name leads out of the directory, or a link or a file stands in its way."""


class Below:
    """What is below the open directory `root`, which stays the caller's."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._near, self._near_path = os.dup(root), b""

    def parent(self, path: bytes, *, make: bool) -> tuple[int, bytes]:
        """The open directory above `path`, made if wished, and the last component. Raises PathRefused, OSError.

        It stays open until another one is asked for: what comes next is most often beside it.
        """
        above, _, name = path.rpartition(b"/")
        if self._near_path != above:
            found = self._opened(above, path, make=make)
            os.close(self._near)
            self._near, self._near_path = found, above
        return self._near, name

    def close(self) -> None:
        """Let go of the directory that was asked for last."""
        os.close(self._near)

    def _opened(self, above: bytes, path: bytes, *, make: bool) -> int:
        fd = os.dup(self._root)
        try:
            for part in above.split(b"/") if above else ():
                below = _below(fd, part, path, make=make)
                os.close(fd)
                fd = below
        except (OSError, RestoreError):
            os.close(fd)
            raise
        return fd


def _below(fd: int, part: bytes, path: bytes, *, make: bool) -> int:
    if make:
        with contextlib.suppress(FileExistsError):
            os.mkdir(part, mode=_DIRECTORY_MODE, dir_fd=fd)
    try:
        return os.open(part, OPEN_DIRECTORY, dir_fd=fd)
    except OSError as error:
        if error.errno not in _NO_WAY:
            raise
        raise in_its_way(path, "a link or a file") from error


def in_its_way(path: bytes, what: str) -> PathRefused:
    """The error for a `path` where something else stands, or above which it does."""
    return PathRefused(f"{os.fsdecode(path)!r}: {what} stands in its way")
