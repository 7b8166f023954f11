"""Files that others read, written so that a power cut leaves the old one or the new one whole."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

_SYNC_EVERY_BYTES = 16 << 20


class DiskFault(Exception):
    """Writing failed: disk full, quota, medium; `errno` says which. Not an OSError, so that no reader of a
    source takes it for the source's fault."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error.strerror or str(error))
        self.errno = error.errno


class HashingWriter:
    """Writes a new file and its sha256 in one pass, flushed as it goes.

    Every 16 MB fdatasync and POSIX_FADV_DONTNEED: the last fsync waits for 16 MB and not for the whole file,
    and the page cache stays with those who need it. Raises DiskFault.
    """

    def __init__(self, path: Path, *, mode: int) -> None:
        self.size_bytes, self._synced_bytes = 0, 0
        self._hash = hashlib.sha256()
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
            os.fchmod(self._fd, mode)
        except OSError as error:
            raise DiskFault(error) from error

    def write(self, data: bytes, /) -> None:
        """Write and hash all of `data`."""
        self._hash.update(data)
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
            self.size_bytes += len(data)
            if self.size_bytes - self._synced_bytes >= _SYNC_EVERY_BYTES:
                self._sync()
        except OSError as error:
            raise DiskFault(error) from error

    def finish(self) -> str:
        """Everything on the medium, the cache dropped, the file closed; the sha256 in hex."""
        try:
            os.fsync(self._fd)
            os.posix_fadvise(self._fd, 0, 0, os.POSIX_FADV_DONTNEED)
        except OSError as error:
            raise DiskFault(error) from error
        finally:
            self.abandon()
        return self._hash.hexdigest()

    def abandon(self) -> None:
        """Close without a promise; may be called again."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _sync(self) -> None:
        os.fdatasync(self._fd)
        os.posix_fadvise(self._fd, 0, self.size_bytes, os.POSIX_FADV_DONTNEED)
        self._synced_bytes = self.size_bytes


def sha256_of(path: Path, *, told: Callable[[int], None] | None = None) -> str:
    """The sha256 in hex of what the medium holds, the cache dropped behind; `told` hears each block's bytes.

    Raises OSError.
    """
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(1 << 20):
            digest.update(block)
            if told:
                told(len(block))
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return digest.hexdigest()


def write_file(path: Path, data: bytes, *, mode: int) -> None:
    """A new file with `data`, on the medium. Raises DiskFault."""
    writer = HashingWriter(path, mode=mode)
    try:
        writer.write(data)
        writer.finish()
    finally:
        writer.abandon()


def replace_file(path: Path, data: bytes, *, mode: int) -> None:
    """`path` with `data`, the old one or the new one whole whatever happens. Raises DiskFault.

    The name beside is a fixed one: what a crash left there is taken over, not collected.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.unlink(missing_ok=True)
        write_file(beside, data, mode=mode)
        os.rename(beside, path)
        sync_directory(path.parent)
    except OSError as error:
        raise DiskFault(error) from error


def sync_directory(path: Path) -> None:
    """The directory's entries on the medium. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
