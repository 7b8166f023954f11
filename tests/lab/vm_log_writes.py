"""Reads the log of the kernel's dm-log-writes, and puts together what the disk would hold after a power cut.

Source of the format: drivers/md/dm-log-writes.c. A head in the first sector, then for each entry one sector (where it
wrote, how much, flags, how long the mark in it is) and the sectors that it wrote. What was not flushed yet is logged at
its flush: all before an entry's own flush has reached the medium, of what follows it each 4 KiB are there or are not.
(Torn in sectors of 512 bytes ext4 itself is now and then lost: a superblock of two of them with half a checksum.)
"""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.crash.logdisk import SECTOR_BYTES

MAGIC, VERSION = 0x6A736677736872, 1
FLUSH, FUA, DISCARD, MARK = 1, 2, 4, 8
_HEAD = struct.Struct("<QQQI")  # magic, version, entries, bytes in a sector
_ENTRY = struct.Struct("<QQQQ")  # sector, sectors, flags, bytes of the mark
MAX_SECTOR_BYTES = 4096


class LogWritesError(Exception):
    """The bytes are no log of dm-log-writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A write of `data` at `offset` bytes; a flush comes before it; `fua`: on the medium at once; or a `mark`."""

    offset: int = 0
    data: bytes = b""
    flush: bool = False
    fua: bool = False
    mark: str = ""


def read_log(path: Path) -> Iterator[Entry]:
    """The entries, in order. Raises LogWritesError."""
    with path.open("rb") as file:
        magic, version, count, sector = _HEAD.unpack(_exactly(file.read(_HEAD.size), _HEAD.size))
        if (magic, version) != (MAGIC, VERSION):
            raise LogWritesError(f"{path.name}: no log of dm-log-writes, version {VERSION}")
        if not 512 <= sector <= MAX_SECTOR_BYTES or sector & (sector - 1):
            raise LogWritesError(f"{path.name}: sectors of {sector} bytes")
        file.seek(sector)
        size = path.stat().st_size
        for _ in range(count):
            block = _exactly(file.read(sector), sector)
            at, sectors, flags, told = _ENTRY.unpack_from(block)
            if told > sector - _ENTRY.size or sectors * sector > size:
                raise LogWritesError(f"{path.name}: an entry of {sectors} sectors, with {told} bytes in it")
            if flags & MARK:
                yield Entry(mark=block[_ENTRY.size : _ENTRY.size + told].rstrip(b"\0").decode(errors="replace"))
                continue
            wanted = 0 if flags & DISCARD else sectors * sector
            data = _exactly(file.read(wanted), wanted)
            yield Entry(offset=at * sector, data=data, flush=bool(flags & FLUSH), fua=bool(flags & FUA))


def _exactly(found: bytes, size: int) -> bytes:
    if len(found) != size:
        raise LogWritesError("the log ends in the middle of an entry")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The disk where the power failed before entry `cut`, and the marks that had been made by then."""

    cut: int
    image: bytes
    marks: tuple[str, ...]


def points(base: bytes, log: list[Entry], cuts: list[int], lot: random.Random) -> Iterator[Point]:
    """The disk at each cut, in order; which sectors of what was not flushed are there is `lot`'s."""
    solid, waiting, marks = bytearray(base), list[Entry](), list[str]()
    at = 0
    for cut in sorted(cuts):
        for entry in log[at:cut]:
            if entry.flush:
                for written in waiting:
                    solid[written.offset : written.offset + len(written.data)] = written.data
                waiting.clear()
            if entry.mark:
                marks.append(entry.mark)
            elif entry.data:
                waiting.append(entry)
        at = cut
        yield Point(cut=cut, image=_torn(solid, waiting, lot), marks=tuple(marks))


def _torn(solid: bytearray, waiting: list[Entry], lot: random.Random) -> bytes:
    image, kept = bytearray(solid), lot.choice((0.0, 0.2, 0.5, 0.8, 1.0))
    for entry in waiting:
        for start in range(0, len(entry.data), SECTOR_BYTES):
            if entry.fua or lot.random() < kept:
                part = entry.data[start : start + SECTOR_BYTES]
                image[entry.offset + start : entry.offset + start + len(part)] = part
    return bytes(image)
