"""The sealed file: written by one thread, brought to the medium and read back from it by another, close behind."""

import contextlib
import errno
import fcntl
import hashlib
import mmap
import os
import threading
from pathlib import Path

from cryptography.hazmat.primitives.poly1305 import Poly1305

from appliance.backup.disk import DiskFault

_BLOCK_BYTES, _READ_BYTES = 1 << 20, 4 << 20
_SYNC_EVERY_BYTES = 16 << 20
# How far the writer may be ahead of what was read back: a medium that is slow for a moment then stops nobody.
_AHEAD_BYTES = 48 << 20


class ReadBackDiffers(Exception):
    """The medium gave back other bytes than were written to it."""


class ReadBackFile:
    """A new file, written past the page cache; every 16 MB of it is synced, read again and hashed as it stands there.

    So what the medium would lose is known a moment after the last byte, the last sync waits for a few megabytes,
    and the page cache stays with those who need it. One thread waits for the writing, the other for the reading.
    That the bytes are those that were written is told by Poly1305 under a key that nobody knows, a fifth of the cost
    of another sha256 or less. Raises DiskFault.
    """

    def __init__(self, path: Path, *, mode: int) -> None:
        self.size_bytes, self._checked_bytes = 0, 0
        key = os.urandom(32)  # of this file alone, and never told
        self._written, self._read, self._hash = Poly1305(key), Poly1305(key), hashlib.sha256()
        self._changed = threading.Condition()
        self._ended = False
        self._fault: OSError | None = None
        with contextlib.ExitStack() as undo:
            try:
                self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
                undo.callback(os.close, self._fd)
                os.fchmod(self._fd, mode)
                self._reading = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except OSError as error:
                raise DiskFault(error) from error
            undo.pop_all()
        for fd in self.held:
            _past_the_cache(fd)
        self._block, self._filled_bytes = mmap.mmap(-1, _BLOCK_BYTES), 0
        # Begun with the first byte: until then the file can be handed to another process.
        self._thread: threading.Thread | None = None

    @property
    def held(self) -> tuple[int, int]:
        """The descriptors of the file."""
        return self._fd, self._reading

    def write(self, data: bytes, /) -> None:
        """Write all of `data`; waits where the medium is far behind."""
        with memoryview(data) as view:
            at = 0
            while at < len(view):
                count = min(len(view) - at, _BLOCK_BYTES - self._filled_bytes)
                self._block[self._filled_bytes : self._filled_bytes + count] = view[at : at + count]
                self._filled_bytes += count
                at += count
                if self._filled_bytes == _BLOCK_BYTES:
                    self._put()
        self._begin()
        with self._changed:
            self._changed.wait_for(lambda: self._fault is not None or self._behind_bytes() < _AHEAD_BYTES)
        self._raise_fault()

    def finish(self) -> str:
        """Everything on the medium and read back, the file closed; the sha256 in hex. Raises ReadBackDiffers."""
        if self._filled_bytes and not self._fault:
            _through_the_cache(self._fd)  # what is left ends where no page does
            self._put()
        self._begin()
        self._end()
        self._raise_fault()
        self.abandon()
        if self._read.finalize() != self._written.finalize():
            raise ReadBackDiffers("the medium gave back other bytes than were written to it")
        return self._hash.hexdigest()

    def abandon(self) -> None:
        """Close without a promise; may be called again."""
        self._fault = self._fault or OSError(errno.ECANCELED, "abandoned")
        self._end()
        for fd in (self._fd, self._reading):
            if fd >= 0:
                os.close(fd)
        self._fd = self._reading = -1

    def _put(self) -> None:
        """What waits in the block, to the file."""
        begin = 0
        try:
            with memoryview(self._block) as view:
                with view[: self._filled_bytes] as told:
                    self._written.update(told)
                while begin < self._filled_bytes:
                    begin += _write(self._fd, view, begin, self._filled_bytes)
        except OSError as error:
            raise DiskFault(error) from error
        with self._changed:
            self.size_bytes += self._filled_bytes
            self._changed.notify_all()
        self._filled_bytes = 0

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._follow, name="seal-read-back", daemon=True)
            self._thread.start()

    def _end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _raise_fault(self) -> None:
        if self._fault:
            raise DiskFault(self._fault) from self._fault

    def _behind_bytes(self) -> int:
        return self.size_bytes - self._checked_bytes

    def _follow(self) -> None:
        ended = False
        try:
            buffer = mmap.mmap(-1, _READ_BYTES)  # O_DIRECT wants it where a page begins
            while not ended and not self._fault:
                with self._changed:
                    self._changed.wait_for(lambda: self._ended or self._behind_bytes() >= _SYNC_EVERY_BYTES)
                    ended, upto = self._ended, self.size_bytes
                if not self._fault:
                    self._check(buffer, upto if ended else upto - upto % _BLOCK_BYTES)
        except Exception as error:  # noqa: BLE001 - a thread begins here; the fault is raised by its owner
            with self._changed:
                self._fault = error if isinstance(error, OSError) else OSError(f"reading back: {error!r}")
                self._changed.notify_all()

    def _check(self, buffer: mmap.mmap, upto: int) -> None:
        os.fsync(self._fd)
        os.posix_fadvise(self._fd, 0, upto, os.POSIX_FADV_DONTNEED)
        at = self._checked_bytes
        while at < upto and (count := _read_at(self._reading, buffer, at)):
            with memoryview(buffer) as view:
                block = view[: min(count, upto - at)]
                self._read.update(block)
                self._hash.update(block)
                block.release()
            at += count
        os.posix_fadvise(self._reading, 0, upto, os.POSIX_FADV_DONTNEED)
        with self._changed:
            self._checked_bytes = upto
            self._changed.notify_all()


def _past_the_cache(fd: int) -> None:
    """From and to the medium itself, where the file system can. Source: open(2), O_DIRECT."""
    with contextlib.suppress(OSError):
        fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_DIRECT)


def _through_the_cache(fd: int) -> bool:
    """Whether that was not so before."""
    flags = fcntl.fcntl(fd, fcntl.F_GETFL)
    fcntl.fcntl(fd, fcntl.F_SETFL, flags & ~os.O_DIRECT)
    return bool(flags & os.O_DIRECT)


def _write(fd: int, view: memoryview, begin: int, end: int) -> int:
    with view[begin:end] as part:
        try:
            return os.write(fd, part)
        except OSError as error:
            if error.errno != errno.EINVAL or not _through_the_cache(fd):  # said only now that it cannot
                raise
            return os.write(fd, part)


def _read_at(fd: int, buffer: mmap.mmap, at: int) -> int:
    try:
        return os.preadv(fd, [buffer], at)
    except OSError as error:
        if error.errno != errno.EINVAL or not _through_the_cache(fd):
            raise
        return os.preadv(fd, [buffer], at)
