"""The sealed file: written in one thread, brought to the medium by a second, read back from it by a third."""

import contextlib
import errno
import fcntl
import hashlib
import mmap
import os
import queue
import threading
from pathlib import Path

from cryptography.hazmat.primitives.poly1305 import Poly1305

from appliance.backup.disk import DiskFault

_BLOCK_BYTES, _READ_BYTES = 1 << 20, 4 << 20
# One that is filled, one that is written, two that wait for a medium that is slow for a moment.
_BLOCKS = 4
_SYNC_EVERY_BYTES = 16 << 20
# How far the writer may be ahead of what was read back: a medium that is slow for a moment then stops nobody.
_AHEAD_BYTES = 48 << 20


class ReadBackDiffers(Exception):
    """The medium gave back other bytes than were written to it."""


class ReadBackFile:
    """A new file, written past the page cache; every 16 MB of it is synced, read again and hashed as it stands there.

    So what the medium would lose is known a moment after the last byte, the last sync waits for a few megabytes, and
    the page cache stays with those who need it. Who writes waits for no medium: of two threads one waits for the
    writing, the other for the reading; their fault comes with the next `write` or `finish`. That the bytes are those
    that were written is told by Poly1305 under a key that nobody knows, a fifth of the cost of another sha256 or less.
    Raises DiskFault.
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
        # Memory of whole pages each: O_DIRECT wants it.
        self._free: queue.SimpleQueue[mmap.mmap] = queue.SimpleQueue()
        self._full: queue.SimpleQueue[mmap.mmap | None] = queue.SimpleQueue()
        for _ in range(_BLOCKS - 1):
            self._free.put(mmap.mmap(-1, _BLOCK_BYTES))
        self._block, self._filled_bytes = mmap.mmap(-1, _BLOCK_BYTES), 0
        # Begun with the first byte: until then the file can be handed to another process.
        self._threads: tuple[threading.Thread, ...] = ()

    @property
    def held(self) -> tuple[int, int]:
        """The descriptors of the file."""
        return self._fd, self._reading

    def write(self, data: bytes, /) -> None:
        """Write all of `data`; waits where the medium is far behind."""
        self._raise_fault()
        at = 0
        while at < len(data):
            begin, count = self._filled_bytes, min(len(data) - at, _BLOCK_BYTES - self._filled_bytes)
            self._block[begin : begin + count] = data[at : at + count]  # nearly always all of it, and a copy less
            self._filled_bytes += count
            at += count
            if self._filled_bytes == _BLOCK_BYTES:
                self._hand_on()

    def finish(self) -> str:
        """Everything on the medium and read back, the file closed; the sha256 in hex. Raises ReadBackDiffers."""
        self._begin()
        self._end_writing()
        if self._filled_bytes and not self._fault:
            self._tell(self._filled_bytes)
            try:
                _through_the_cache(self._fd)  # what is left ends where no page does
                self._put(self._block, self._filled_bytes)
            except OSError as error:
                raise DiskFault(error) from error
        self._end()
        self._raise_fault()
        self.abandon()
        if self._read.finalize() != self._written.finalize():
            raise ReadBackDiffers("the medium gave back other bytes than were written to it")
        return self._hash.hexdigest()

    def abandon(self) -> None:
        """Close without a promise; may be called again."""
        with self._changed:
            self._fault = self._fault or OSError(errno.ECANCELED, "abandoned")
            self._changed.notify_all()
        self._end_writing()
        self._end()
        for fd in (self._fd, self._reading):
            if fd >= 0:
                os.close(fd)
        self._fd = self._reading = -1

    def _hand_on(self) -> None:
        """The block is full: the next one, once one is free."""
        self._begin()
        self._tell(_BLOCK_BYTES)
        self._full.put(self._block)
        self._block, self._filled_bytes = self._free.get(), 0

    def _tell(self, count: int) -> None:
        with memoryview(self._block) as view, view[:count] as told:
            self._written.update(told)

    def _put(self, block: mmap.mmap, count: int) -> None:
        """The block's first bytes, to the file; then waits while the reading is far behind. Raises OSError."""
        begin = 0
        with memoryview(block) as view:
            while begin < count:
                begin += _write(self._fd, view, begin, count)
        with self._changed:
            self.size_bytes += count
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._fault is not None or self._behind_bytes() < _AHEAD_BYTES)

    def _begin(self) -> None:
        if not self._threads:
            self._threads = (
                threading.Thread(target=self._carry, name="seal-write", daemon=True),
                threading.Thread(target=self._follow, name="seal-read-back", daemon=True),
            )
            for thread in self._threads:
                thread.start()

    def _end_writing(self) -> None:
        """Wait until all full blocks are written; none may follow."""
        self._full.put(None)
        for thread in self._threads[:1]:
            thread.join()

    def _end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _raise_fault(self) -> None:
        if self._fault:
            raise DiskFault(self._fault) from self._fault

    def _behind_bytes(self) -> int:
        return self.size_bytes - self._checked_bytes

    def _carry(self) -> None:
        while (block := self._full.get()) is not None:
            try:
                if not self._fault:  # else only given back, so that the writer is never left waiting
                    self._put(block, _BLOCK_BYTES)
            except Exception as error:  # noqa: BLE001 - a thread begins here; the fault is raised by its owner
                self._fail("writing", error)
            self._free.put(block)

    def _fail(self, what: str, error: Exception) -> None:
        with self._changed:
            self._fault = error if isinstance(error, OSError) else OSError(f"{what}: {error!r}")
            self._changed.notify_all()

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
            self._fail("reading back", error)

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
