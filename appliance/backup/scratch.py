"""`STATE/spool/`: where a source puts what has no size yet. Private, bounded, and empty again after each run."""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from appliance.backup.disk import DiskFault

# What stays free for the record, the outbox and everybody else on the medium.
KEEP_FREE_BYTES = 512 << 20
_DIRECTORY_MODE = 0o700
_LOOK_EVERY_BYTES = 16 << 20


class NoRoom(Exception):
    """The medium has not enough room left, or the source is larger than its limit; the message says which."""


class Sealed(Protocol):
    """What a stream waits in: `appliance.backup.spool.Spool`, handed in.

    The guard reads which sources there are, and with them this module; it seals nothing and need not load what does.
    """

    size_bytes: int

    def write(self, data: bytes, /) -> None: ...
    def chunks(self) -> Iterator[bytes]: ...
    def close(self) -> None: ...


class Scratch:
    """The spool directory of one run, made when it is first needed.

    A tar member says its size before its first byte, and a dump does not know it before its last. So it waits here: a
    `stream` has no name and is sealed to a key in memory, so that a medium that is stolen or a crash gives nothing
    away. A `file` is for programs that must write a file by name: 0600, in the clear, removed on every way out, and
    by `sweep` where the power went.
    """

    def __init__(
        self, directory: Path, *, spool: Callable[[Path], Sealed], keep_free_bytes: int = KEEP_FREE_BYTES
    ) -> None:
        self._directory, self._spool, self._keep_free_bytes = directory, spool, keep_free_bytes

    def sweep(self) -> int:
        """Remove what a crash left; how many files there were. Only under the outbox's lock. Raises OSError."""
        if not self._directory.is_dir():
            return 0
        left = [path for path in self._directory.iterdir() if path.name.endswith(".part")]
        for path in left:
            path.unlink()
        return len(left)

    def room_bytes(self) -> int:
        """What may still be put here, 0 or more. Raises DiskFault."""
        try:
            return max(shutil.disk_usage(self._made()).free - self._keep_free_bytes, 0)
        except OSError as error:
            raise DiskFault(error) from error

    @contextlib.contextmanager
    def file(self) -> Iterator[Path]:
        """An empty file by name, gone afterwards with whatever SQLite put beside it. Raises DiskFault."""
        try:
            fd, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=self._made())
            os.close(fd)
        except OSError as error:
            raise DiskFault(error) from error
        try:
            yield Path(name)
        finally:
            for suffix in ("", "-journal", "-wal", "-shm"):
                Path(name + suffix).unlink(missing_ok=True)

    @contextlib.contextmanager
    def stream(self, *, limit_bytes: int) -> Iterator["Stream"]:
        """A stream of at most `limit_bytes`, gone afterwards. Raises DiskFault."""
        stream = Stream(self, self._spool(self._made()), limit_bytes=limit_bytes)
        try:
            yield stream
        finally:
            stream.close()

    def _made(self) -> Path:
        try:
            self._directory.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
            self._directory.chmod(_DIRECTORY_MODE)
        except OSError as error:
            raise DiskFault(error) from error
        return self._directory


class Stream:
    """Bytes that wait for their size; looked at every 16 MB, so that the medium is never filled to the brim."""

    def __init__(self, scratch: Scratch, spool: Sealed, *, limit_bytes: int) -> None:
        self._scratch, self._spool, self._limit_bytes = scratch, spool, limit_bytes
        self._looked_bytes = -_LOOK_EVERY_BYTES
        self._hash = hashlib.sha256()

    @property
    def size_bytes(self) -> int:
        """What was written."""
        return self._spool.size_bytes

    def write(self, data: bytes, /) -> None:
        """Add `data`. Raises NoRoom, DiskFault."""
        size = self._spool.size_bytes + len(data)
        if size > self._limit_bytes:
            raise NoRoom(f"more than its limit of {self._limit_bytes / 1e9:g} GB")
        if size - self._looked_bytes >= _LOOK_EVERY_BYTES:
            self._looked_bytes = size
            if self._scratch.room_bytes() < _LOOK_EVERY_BYTES:
                raise NoRoom("the box has no room left to take it in")
        self._hash.update(data)
        self._spool.write(data)

    @property
    def sha256(self) -> bytes:
        """Of what was written."""
        return self._hash.digest()

    def chunks(self) -> Iterator[bytes]:
        """Everything written, once and in order."""
        return self._spool.chunks()

    def close(self) -> None:
        """The bytes are gone."""
        self._spool.close()
