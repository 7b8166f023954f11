"""Restored files are written by another process: either one may end at any moment."""

import errno
import os
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.backup.staging import Staging, staged
from tests.fakes.wait import wait_for

MB = 1 << 20
pytestmark = pytest.mark.usefixtures("halves")


@pytest.fixture
def staging(tmp_path: Path) -> Iterator[Staging]:
    directory = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    made = Staging(directory)
    yield made
    made.close()
    os.close(directory)


def put(staging: Staging, number: int, content: bytes, *, mode: int = 0o640) -> None:
    chunks = (content[at : at + 100_000] for at in range(0, len(content), 100_000))
    staging.put(number, size=len(content), mode=mode, content=chunks)


def test_files_of_any_size_are_there_once_it_is_settled(tmp_path: Path, staging: Staging) -> None:
    contents = {0: b"", 1: b"a", 255: os.urandom(3 * MB), 256: os.urandom(70_000), 70_000: b"far"}
    for number, content in contents.items():
        put(staging, number, content)
    staging.settle()
    assert {number: (tmp_path / os.fsdecode(staged(number))).read_bytes() for number in contents} == contents
    assert (tmp_path / os.fsdecode(staged(1))).stat().st_mode & 0o777 == 0o640


def test_a_file_is_replaced_by_the_next_one_of_its_number(tmp_path: Path, staging: Staging) -> None:
    put(staging, 3, b"a longer one")
    put(staging, 3, b"short", mode=0o400)
    put(staging, 3, b"last")
    staging.settle()
    assert (tmp_path / os.fsdecode(staged(3))).read_bytes() == b"last"


def test_a_medium_that_takes_no_more_is_told_with_its_reason(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MB, before[1]))
    staging = Staging(directory)
    try:
        with pytest.raises(OSError, match="File too large") as fault:
            for number in range(20):
                put(staging, number, bytes(3 * MB))
        assert fault.value.errno == errno.EFBIG
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        staging.close()
        os.close(directory)


def test_what_hindered_the_last_file_is_told_when_it_is_settled(tmp_path: Path, staging: Staging) -> None:
    (tmp_path / "0").symlink_to("nowhere")
    put(staging, 0, b"never written")
    with pytest.raises(FileExistsError, match="0"):
        staging.settle()


def test_a_half_that_is_killed_is_told(staging: Staging, halves: Callable[[], set[int]]) -> None:
    (pid,) = halves()
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(OSError, match="the process that writes the files ended"):
        staging.settle()


def test_content_of_another_size_is_refused(staging: Staging) -> None:
    with pytest.raises(ValueError, match="differs from its size by 3 bytes"):
        staging.put(0, size=4, mode=0o600, content=iter([b"a"]))


def test_the_half_that_writes_ends_with_the_other(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    read, out = os.pipe()
    pid = os.fork()
    if not pid:
        staging = Staging(directory)
        put(staging, 0, b"x")
        staging.settle()
        own = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
        os.write(out, own.encode())
        os.kill(os.getpid(), signal.SIGKILL)
    for fd in (directory, out):
        os.close(fd)
    half = int(os.read(read, 20))
    os.close(read)
    os.waitpid(pid, 0)
    wait_for(lambda: not Path(f"/proc/{half}/stat").exists() or ") Z " in Path(f"/proc/{half}/stat").read_text())
