"""A file on its way: what has come of it stays on the medium until it is whole, however often the line breaks."""

import hashlib
import os
from pathlib import Path

from appliance.backup.disk import DiskFault

# Nothing is received while a flush is waited for; most files are smaller than this and are flushed once.
_SYNC_EVERY_BYTES = 64 << 20
_READ_BYTES = 1 << 20


class Part:
    """`path` with what has come, and `ETAG` beside it: which file of the server's that was. Raises DiskFault."""

    def __init__(self, path: Path) -> None:
        self._path, self._etag_path = path, path.with_name(path.name + ".etag")
        self._hash = hashlib.sha256()
        self.size_bytes = self._synced_bytes = 0
        self.etag = ""
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            self._take_up()
        except OSError as error:
            raise DiskFault(error) from error

    def begin(self, etag: str) -> None:
        """Anew, of the server's file `etag` ('' where it named none: such a part is not gone on with)."""
        try:
            self._etag_path.unlink(missing_ok=True)
            os.ftruncate(self._fd, 0)
            os.lseek(self._fd, 0, os.SEEK_SET)
            if etag:
                self._etag_path.write_text(etag, encoding="ascii")
        except OSError as error:
            raise DiskFault(error) from error
        self._hash = hashlib.sha256()
        self.size_bytes = self._synced_bytes = 0
        self.etag = etag

    def write(self, data: memoryview) -> None:
        """What came, behind what is there."""
        self._hash.update(data)
        try:
            while data:
                count = os.write(self._fd, data)
                self.size_bytes += count
                data = data[count:]
            if self.size_bytes - self._synced_bytes >= _SYNC_EVERY_BYTES:
                os.fdatasync(self._fd)
                os.posix_fadvise(self._fd, 0, self.size_bytes, os.POSIX_FADV_DONTNEED)
                self._synced_bytes = self.size_bytes
        except OSError as error:
            raise DiskFault(error) from error

    def digest(self) -> str:
        """The sha256 in hex of all of it."""
        return self._hash.hexdigest()

    def finish(self, path: Path) -> None:
        """All of it on the medium, and then under the name `path`."""
        try:
            os.fsync(self._fd)
            os.posix_fadvise(self._fd, 0, 0, os.POSIX_FADV_DONTNEED)
            os.rename(self._path, path)
            self._etag_path.unlink(missing_ok=True)
        except OSError as error:
            raise DiskFault(error) from error

    def drop(self) -> None:
        """Nothing of it is of use."""
        self._path.unlink(missing_ok=True)
        self._etag_path.unlink(missing_ok=True)

    def close(self) -> None:
        """What is there stays; may be called again."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _take_up(self) -> None:
        try:
            self.etag = self._etag_path.read_text(encoding="ascii")
        except (FileNotFoundError, UnicodeDecodeError):
            self.etag = ""
        if not self.etag:
            os.ftruncate(self._fd, 0)
            return
        while block := os.read(self._fd, _READ_BYTES):
            self._hash.update(block)
            self.size_bytes += len(block)
        self._synced_bytes = self.size_bytes
