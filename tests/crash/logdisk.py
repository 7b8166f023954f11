"""A disk that keeps a log of what is written to it and when it is flushed, for a loop device to stand on.

Run as a program it serves a FUSE directory with two files: `disk`, the bytes of a file elsewhere, and `mark`: what is
written there stands in the log between the disk's writes. What a medium would hold after a power cut at any moment can
be put together from that: all that came before the last flush, and of what came after it what luck left.
"""

import errno
import os
import random
import stat
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

SECTOR_BYTES = 4096
WRITE, FLUSH, MARK = b"W", b"F", b"M"
# A first block of a sealed file: where `mark` was told ROT, it comes back with one bit turned.
ROT, MAGIC, ROTTEN = b"rot", b"age-encryption.org/v1\n", 150
_HEAD = struct.Struct("<cQI")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A write of `data` at `offset`, a flush, or a mark."""

    kind: bytes
    offset: int = 0
    data: bytes = b""


def read_log(path: Path) -> list[Entry]:
    """The whole log, in order."""
    raw, at, found = path.read_bytes(), 0, []
    while at + _HEAD.size <= len(raw):
        kind, offset, size = _HEAD.unpack_from(raw, at)
        at += _HEAD.size + size
        found.append(Entry(kind=kind, offset=offset, data=raw[at - size : at]))
    return found


def after_cut(base: bytes, log: list[Entry], cut: int, lot: random.Random) -> bytearray:
    """The medium where the power fails before entry `cut`: of what was not flushed, each sector is there or is not."""
    image = bytearray(base)
    flushed = max((at for at in range(cut) if log[at].kind == FLUSH), default=0)
    kept = lot.choice((0.0, 0.2, 0.5, 0.8, 1.0))
    for at in range(cut):
        entry = log[at]
        if entry.kind != WRITE:
            continue
        for start in range(0, len(entry.data), SECTOR_BYTES):
            if at < flushed or lot.random() < kept:
                part = entry.data[start : start + SECTOR_BYTES]
                image[entry.offset + start : entry.offset + start + len(part)] = part
    return image


def serve(disk: str, log: str, directory: str) -> None:
    """Serves until it is unmounted."""
    import mfusepy  # noqa: PLC0415 - only the program needs it

    class LogDisk(mfusepy.Operations):  # type: ignore[misc,name-defined]
        use_ns = True

        def __init__(self) -> None:
            self._disk = os.open(disk, os.O_RDWR)
            self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._rots, self._rotten = False, -1

        def getattr(self, path: str, fh: int | None = None) -> dict[str, int]:
            if path == "/":
                return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}
            if path not in ("/disk", "/mark"):
                raise mfusepy.FuseOSError(errno.ENOENT)
            size = os.fstat(self._disk).st_size if path == "/disk" else 0
            return {"st_mode": stat.S_IFREG | 0o600, "st_nlink": 1, "st_size": size}

        def readdir(self, path: str, fh: int) -> list[str]:
            return [".", "..", "disk", "mark"]

        def open(self, path: str, info: object) -> int:
            info.direct_io = 1  # type: ignore[attr-defined] - each read is to come from here, not from a cache
            return 0

        def truncate(self, path: str, length: int, fh: int | None = None) -> int:
            return 0

        def read(self, path: str, size: int, offset: int, fh: object) -> bytes:
            data = bytearray(os.pread(self._disk, size, offset) if path == "/disk" else b"")
            at = self._rotten - offset
            if self._rotten >= 0 and 0 <= at < len(data):
                data[at] ^= 1
            return bytes(data)

        def write(self, path: str, data: bytes, offset: int, fh: object) -> int:
            data = bytes(data)
            if path == "/mark":
                self._rots, self._rotten = data == ROT, -1
                self._note(MARK, 0, data)
                return len(data)
            os.pwrite(self._disk, data, offset)
            self._note(WRITE, offset, data)
            if self._rots:
                found = next((at for at in range(0, len(data), SECTOR_BYTES) if data.startswith(MAGIC, at)), -1)
                self._rotten = offset + found + ROTTEN if found >= 0 else self._rotten
            return len(data)

        def fsync(self, path: str, datasync: int, fh: object) -> int:
            if path == "/disk":
                self._note(FLUSH, 0, b"")
            return 0

        def _note(self, kind: bytes, offset: int, data: bytes) -> None:
            os.write(self._log, _HEAD.pack(kind, offset, len(data)) + data)

    mfusepy.FUSE(LogDisk(), directory, foreground=True, nothreads=True, raw_fi=True)


if __name__ == "__main__":
    serve(*sys.argv[1:])
