"""The sealed file: what is on the medium is compared with what was written, while it is written."""

import errno
import hashlib
import os
import resource
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.backup.bundle import Request
from appliance.backup.disk import DiskFault
from appliance.backup.job import ReadBackFailed, run
from appliance.backup.outbox import bundles_in, outbox_of
from appliance.backup.readback import ReadBackDiffers, ReadBackFile
from tests.backup.conftest import NOW
from tests.fakes.wait import wait_for

MB = 1 << 20


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def filled(path: Path, size: int) -> ReadBackFile:
    file = ReadBackFile(path, mode=0o640)
    fill(file, size)
    return file


def fill(file: ReadBackFile, size: int) -> None:
    block = os.urandom(MB)
    for at in range(0, size, MB):
        file.write(block[: size - at])
    wait_for(lambda: file.size_bytes == size - size % MB)  # another thread writes it; what is left waits for the end


@pytest.mark.parametrize("size", [0, 1, MB, 40 * MB, 40 * MB + 4097])
def test_what_is_whole_is_told_by_its_sha256(tmp_path: Path, size: int) -> None:
    file = filled(tmp_path / "file", size)
    digest = file.finish()
    assert hashlib.sha256((tmp_path / "file").read_bytes()).hexdigest() == digest
    assert (file.size_bytes, (tmp_path / "file").stat().st_mode & 0o777) == (size, 0o640)


@pytest.mark.parametrize("at", [0, 5 * MB, 6 * MB - 1])
def test_a_byte_that_differs_on_the_medium_is_seen(tmp_path: Path, at: int) -> None:
    file = filled(tmp_path / "file", 6 * MB + 17)
    with (tmp_path / "file").open("r+b") as medium:
        medium.seek(at)
        byte = medium.read(1)
        medium.seek(at)
        medium.write(bytes([byte[0] ^ 1]))
    with pytest.raises(ReadBackDiffers):
        file.finish()


def test_a_medium_that_lost_the_end_is_seen(tmp_path: Path) -> None:
    file = filled(tmp_path / "file", 3 * MB)
    os.truncate(tmp_path / "file", 2 * MB)
    with pytest.raises(ReadBackDiffers):
        file.finish()


def test_a_medium_that_takes_no_more_stops_the_writer(tmp_path: Path) -> None:
    file = ReadBackFile(tmp_path / "file", mode=0o640)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20 * MB, before[1]))
    try:
        with pytest.raises(DiskFault) as fault:
            for _ in range(30):
                file.write(os.urandom(MB))
            file.finish()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        file.abandon()
    assert fault.value.errno == errno.EFBIG


def test_an_abandoned_file_lets_go_of_everything(tmp_path: Path) -> None:
    held = len(os.listdir("/proc/self/fd"))
    for size in (0, 30 * MB):
        file = filled(tmp_path / str(size), size)
        file.abandon()
        file.abandon()
    assert len(os.listdir("/proc/self/fd")) == held


def test_a_bundle_that_the_medium_gives_back_otherwise_is_not_published(
    tmp_path: Path, tree: Path, request_for: Callable[..., Request]
) -> None:
    def flip() -> Iterator[bytes]:
        (part,) = wait_for(lambda: [path for path in outbox.iterdir() if path.name.endswith(".age.part")])
        wait_for(lambda: part.stat().st_size)
        with part.open("r+b") as medium:
            medium.write(b"A")
        yield b"{}"

    (tree / "photo.jpg").write_bytes(os.urandom(3 * MB))  # what is less than a block waits for its end
    outbox = outbox_of(tmp_path / "state")
    with pytest.raises(ReadBackFailed, match="other bytes than were written to it: replace it"):
        run(request_for(tree), log_rows=flip(), now=NOW)
    assert not bundles_in(outbox) and not [path for path in outbox.iterdir() if "tar" in path.name]
    assert run(request_for(tree), log_rows=[], now=NOW)
