"""Restored files are written by another process: either one may end at any moment."""

import errno
import hashlib
import os
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.backup.below import PathRefused
from appliance.backup.staging import Staging
from appliance.backup.unseal import BundleDamaged
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


def put(staging: Staging, path: bytes, content: bytes, *, mode: int = 0o640) -> None:
    chunks = (content[at : at + 100_000] for at in range(0, len(content), 100_000))
    staging.put(path, size=len(content), mode=mode, content=chunks)


def test_files_of_any_size_are_there_once_it_is_settled(tmp_path: Path, staging: Staging) -> None:
    deep = b"/".join([b"d" * 200] * 30)
    contents = {b"0": b"", b"a/1": b"a", b"a/b/2": os.urandom(3 * MB), b"a/3": os.urandom(70_000), b"\xff": b"far"}
    for path, content in {**contents, deep: b"deep"}.items():
        put(staging, path, content)
        staging.confirm(path, sha256=hashlib.sha256(content).digest(), mtime_ns=1)
    staging.settle()
    assert {path: (tmp_path / os.fsdecode(path)).read_bytes() for path in contents} == contents
    assert (tmp_path / "a" / "1").stat().st_mode & 0o7777 == 0o640


def test_whatever_the_umask_or_the_mode_is_a_file_has_its_rights_and_is_nobodys_program(
    tmp_path: Path, staging: Staging
) -> None:
    for mode in (0o000, 0o400, 0o666, 0o4755, 0o2777):
        put(staging, b"%o" % mode, b"x", mode=mode)
    staging.settle()
    assert {path.name: path.stat().st_mode & 0o7777 for path in tmp_path.iterdir()} == {
        "0": 0, "400": 0o400, "666": 0o666, "4755": 0o755, "2777": 0o777
    }  # fmt: skip


def test_a_file_is_replaced_by_the_next_one_of_its_path(tmp_path: Path, staging: Staging) -> None:
    put(staging, b"a/3", b"a longer one")
    put(staging, b"a/3", b"short", mode=0o400)
    put(staging, b"a/3", b"last")
    staging.settle()
    assert (tmp_path / "a" / "3").read_bytes() == b"last"


def test_what_is_confirmed_has_its_time_and_what_is_dropped_is_gone(tmp_path: Path, staging: Staging) -> None:
    for path in (b"a/kept", b"a/dropped"):
        put(staging, path, b"x")
    staging.confirm(b"a/kept", sha256=hashlib.sha256(b"x").digest(), mtime_ns=1_700_000_000_123_456_789)
    staging.drop(b"a/dropped")
    staging.settle()
    assert os.listdir(tmp_path / "a") == ["kept"]
    assert (tmp_path / "a" / "kept").stat().st_mtime_ns == 1_700_000_000_123_456_789


@pytest.mark.parametrize("path", [b"a/b", b"a/never put"])
def test_what_is_not_as_it_was_captured_is_told(path: bytes, staging: Staging) -> None:
    put(staging, b"a/b", b"y")
    staging.confirm(path, sha256=hashlib.sha256(b"x").digest(), mtime_ns=0)
    with pytest.raises(BundleDamaged, match="b'b': its|b'never put': its"):
        staging.settle()


def test_a_file_where_a_directory_is_or_below_a_file_is_refused(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    for first, then in ((b"a/b", b"a"), (b"c", b"c/d")):
        staging = Staging(directory)
        put(staging, first, b"x")
        put(staging, then, b"y")
        with pytest.raises(PathRefused, match="stands in its way"):
            staging.settle()
        staging.close()
    os.close(directory)


def test_a_medium_that_takes_no_more_is_told_with_its_reason(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MB, before[1]))
    staging = Staging(directory)
    try:
        with pytest.raises(OSError, match="File too large") as fault:
            for number in range(20):
                put(staging, b"%d" % number, bytes(3 * MB))
        assert fault.value.errno == errno.EFBIG
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        staging.close()
        os.close(directory)


def test_what_hindered_the_last_file_is_told_when_it_is_settled(tmp_path: Path, staging: Staging) -> None:
    staging.drop(b"nothing")
    with pytest.raises(FileNotFoundError, match="nothing"):
        staging.settle()


def test_a_link_that_stands_there_is_replaced_and_one_above_is_never_followed(
    tmp_path: Path, staging: Staging
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "file").symlink_to("../outside/victim")
    (tmp_path / "in" / "way").symlink_to("../outside")
    put(staging, b"in/file", b"x")
    staging.settle()
    put(staging, b"in/way/victim", b"x")
    with pytest.raises(PathRefused, match="a link or a file stands in its way"):
        staging.settle()
    assert (tmp_path / "in" / "file").read_bytes() == b"x" and not os.listdir(tmp_path / "outside")


def test_a_half_that_is_killed_is_told(staging: Staging, halves: Callable[[], set[int]]) -> None:
    (pid,) = halves()
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(OSError, match="the process that writes the files ended"):
        staging.settle()


def test_content_of_another_size_is_refused(staging: Staging) -> None:
    with pytest.raises(ValueError, match="differs from its size by 3 bytes"):
        staging.put(b"0", size=4, mode=0o600, content=iter([b"a"]))


def test_the_half_that_writes_ends_with_the_other(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    read, out = os.pipe()
    pid = os.fork()
    if not pid:
        staging = Staging(directory)
        put(staging, b"0", b"x")
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
