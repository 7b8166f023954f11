"""The reader of dm-log-writes' format, on logs made here; tests/lab/test_vm_power.py reads the kernel's own."""

import random
import struct
from pathlib import Path

import pytest

from tests.lab.vm_log_writes import FLUSH, FUA, MAGIC, MARK, Entry, LogWritesError, points, read_log

SECTOR = 512


def entry(at: int, data: bytes = b"", flags: int = 0, told: bytes = b"") -> bytes:
    head = struct.pack("<QQQQ", at, len(data) // SECTOR, flags, len(told)) + told
    return head.ljust(SECTOR, b"\0") + data


def log_of(*entries: bytes) -> bytes:
    return struct.pack("<QQQI", MAGIC, 1, len(entries), SECTOR).ljust(SECTOR, b"\0") + b"".join(entries)


ONE, TWO, THREE = (bytes([number]) * 4096 for number in (1, 2, 3))
WHOLE = log_of(entry(0, ONE), entry(0, flags=MARK, told=b"first"), entry(8, TWO, FLUSH | FUA), entry(16, THREE))


def read(tmp_path: Path, raw: bytes) -> list[Entry]:
    path = tmp_path / "log"
    path.write_bytes(raw)
    return list(read_log(path))


def test_what_the_kernel_logged_is_read_back(tmp_path: Path) -> None:
    assert read(tmp_path, WHOLE) == [
        Entry(offset=0, data=ONE), Entry(mark="first"),
        Entry(offset=4096, data=TWO, flush=True, fua=True), Entry(offset=8192, data=THREE),
    ]  # fmt: skip


def test_what_was_flushed_is_always_there_and_what_was_not_sometimes(tmp_path: Path) -> None:
    log, base = read(tmp_path, WHOLE), bytes(3 * 4096)
    seen = set()
    for seed in range(40):
        before, after = points(base, log, [1, 4], random.Random(seed))
        assert (before.marks, after.marks) == ((), ("first",))
        assert after.image[:8192] == ONE + TWO, "flushed, and written through"
        seen.add((before.image[0], after.image[8192]))
    assert seen == {(0, 0), (0, 3), (1, 0), (1, 3)}


def test_bytes_that_are_no_log_are_one_error(tmp_path: Path) -> None:
    lot = random.Random(5)
    refused = 0
    for _ in range(300):
        raw = bytearray(WHOLE[: lot.randrange(len(WHOLE))] if lot.random() < 0.5 else WHOLE)
        for _ in range(lot.randrange(1, 4)):
            if raw:
                raw[lot.randrange(min(len(raw), 64))] = lot.randrange(256)
        try:
            read(tmp_path, bytes(raw))
        except LogWritesError:
            refused += 1
    assert refused > 100
    with pytest.raises(LogWritesError):
        read(tmp_path, b"")
