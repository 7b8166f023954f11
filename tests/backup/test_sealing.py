"""The two halves of a bundle are two processes: either one may end at any moment."""

import contextlib
import hashlib
import io
import os
import random
import resource
import signal
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.backup import outbox
from appliance.backup.age_keys import parse_recipient
from appliance.backup.bundle import OutboxUnwritable, Request
from appliance.backup.disk import DiskFault
from appliance.backup.job import run
from appliance.backup.sealing import SealingDied, SealingProcess
from appliance.backup.slots import MOST_PARTS, Slots
from appliance.backup.tar import TarWriter
from tests.backup.conftest import NOW, children
from tests.fakes.wait import wait_for

MB = 1 << 20


pytestmark = pytest.mark.usefixtures("halves")


@pytest.fixture
def sealing(tmp_path: Path, recipient: str) -> Iterator[SealingProcess]:
    made = SealingProcess(tmp_path / "sealed", [parse_recipient(recipient)], mode=0o640)
    yield made
    made.abandon()


@pytest.mark.parametrize("sizes", [(), (0,), (1, 2 * MB, 7, 3 * MB + 11), (MB,) * 40])
def test_what_goes_over_in_parts_of_any_size_comes_out_as_it_was(
    tmp_path: Path, sealing: SealingProcess, identity: Path, tool: Callable[[str], str], sizes: tuple[int, ...]
) -> None:
    parts = [os.urandom(size) for size in sizes]
    for part in parts:
        sealing.write(part)
    size, _ = sealing.finish()
    assert size == (tmp_path / "sealed").stat().st_size
    packed = subprocess.run(
        [tool("age"), "-d", "-i", str(identity), str(tmp_path / "sealed")], capture_output=True, check=True
    ).stdout
    opened = subprocess.run([tool("zstd"), "-dqc"], input=packed, capture_output=True, check=True).stdout
    assert opened == b"".join(parts)


@pytest.mark.parametrize(
    "sizes",
    [
        [0] * 5000,
        [MB, 0, MB - 1, MB - 511, 1, MB - 512, 513],
        [random.Random(6).randrange(20_000) for _ in range(2000)],
    ],
    ids=["empty", "large", "mixed"],
)
def test_each_small_file_has_the_digest_of_what_is_in_the_archive(
    tmp_path: Path, sealing: SealingProcess, identity: Path, tool: Callable[[str], str], sizes: list[int]
) -> None:
    tar = TarWriter(sealing, sealing)
    digests: list[bytes] = []
    for number, size in enumerate(sizes):
        tar.whole(b"%d" % number, os.urandom(size), size=size, mode=0o600, mtime_ns=0)
        digests += sealing.digests()
    tar.file(b"streamed", size=3, mode=0o600, mtime_ns=0)
    tar.write(b"abc")
    tar.end()
    tar.flush()
    sealing.settle()
    digests += sealing.digests()
    tar.close()
    sealing.finish()
    packed = subprocess.run(
        [tool("age"), "-d", "-i", str(identity), str(tmp_path / "sealed")], capture_output=True, check=True
    ).stdout
    opened = subprocess.run([tool("zstd"), "-dqc"], input=packed, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(opened)) as archive:
        held = [archive.extractfile(member).read() for member in archive]  # type: ignore[union-attr]
    assert [len(content) for content in held] == [*sizes, 3]
    assert digests == [hashlib.sha256(content).digest() for content in held[:-1]]


def test_more_parts_than_a_batch_has_room_for_are_refused() -> None:
    with pytest.raises(ValueError, match=f"a batch of {MOST_PARTS + 1} parts"):
        Slots().divide(0, bytes(8 * (MOST_PARTS + 1)))


def test_what_is_written_where_it_stands_comes_out_as_it_was(
    tmp_path: Path, sealing: SealingProcess, identity: Path, tool: Callable[[str], str]
) -> None:
    parts = [os.urandom(size) for size in (1, MB, 0, *(MB,) * 20, 7)]
    for part in parts:
        room = sealing.room()
        room[: len(part)] = part
        sealing.write(room[: len(part)])
    sealing.finish()
    packed = subprocess.run(
        [tool("age"), "-d", "-i", str(identity), str(tmp_path / "sealed")], capture_output=True, check=True
    ).stdout
    opened = subprocess.run([tool("zstd"), "-dqc"], input=packed, capture_output=True, check=True).stdout
    assert opened == b"".join(parts)


def test_a_half_that_is_killed_is_told_by_the_next_write(
    sealing: SealingProcess, halves: Callable[[], set[int]]
) -> None:
    (pid,) = halves()
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(SealingDied, match="ended by signal 9"):
        for _ in range(20):
            sealing.write(bytes(MB))


def test_a_half_that_is_killed_is_told_to_who_waits_for_a_digest(
    sealing: SealingProcess, halves: Callable[[], set[int]]
) -> None:
    (pid,) = halves()
    os.kill(pid, signal.SIGSTOP)
    sealing.part(0, 7)
    sealing.write(b"answers")
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(SealingDied, match="ended by signal 9"):
        sealing.settle()


def test_a_half_that_is_killed_at_the_end_is_told_too(
    sealing: SealingProcess, halves: Callable[[], set[int]]
) -> None:
    sealing.write(b"answers")
    (pid,) = halves()
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(SealingDied, match="ended by signal 9"):
        sealing.finish()


def test_a_full_medium_comes_back_with_its_number(tmp_path: Path, recipient: str) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MB, before[1]))
    try:
        sealing = SealingProcess(tmp_path / "sealed", [parse_recipient(recipient)], mode=0o640)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with pytest.raises(DiskFault, match="File too large"):
        for _ in range(20):
            sealing.write(os.urandom(MB) + bytes(MB))
    sealing.abandon()


def test_a_half_that_was_given_up_ends_and_publishes_nothing(
    sealing: SealingProcess, halves: Callable[[], set[int]]
) -> None:
    sealing.write(bytes(MB))
    sealing.abandon()
    sealing.abandon()
    assert not halves()


def test_a_bundle_whose_sealing_half_dies_is_none_and_the_next_one_is_whole(
    tmp_path: Path, tree: Path, request_for: Callable[..., Request], halves: Callable[[], set[int]]
) -> None:
    def killing() -> Iterator[bytes]:
        for pid in halves():
            os.kill(pid, signal.SIGKILL)
        yield b"{}"

    with pytest.raises(OutboxUnwritable, match="the process that seals was ended by signal 9"):
        run(request_for(tree), log_rows=killing(), now=NOW)
    assert sorted(os.listdir(outbox.outbox_of(tmp_path / "state"))) == [".lock"]
    assert run(request_for(tree), log_rows=[], now=NOW).counter == 1


def test_the_sealing_half_ends_with_the_other_and_holds_no_lock(
    tmp_path: Path, tree: Path, request_for: Callable[..., Request]
) -> None:
    def stopping() -> Iterator[bytes]:
        orphan.extend(children())
        wait_for(lambda: not any(name.endswith(".lock") for name in _open_files(orphan[0])))
        os.write(out, b"%d" % orphan[0])
        os.kill(os.getpid(), signal.SIGKILL)
        yield b""

    orphan: list[int] = []
    read, out = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            run(request_for(tree), log_rows=stopping(), now=NOW)
        finally:
            os._exit(1)
    os.close(out)
    half = int(os.read(read, 20))
    os.close(read)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    assert run(request_for(tree), log_rows=[], now=NOW).counter == 1
    wait_for(lambda: not _lives(half))


def _open_files(pid: int) -> list[str]:
    found = []
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.append(os.readlink(each))
    return found


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
