"""A log on a file system that is read-only for a while: nothing counts as durable, nothing is lost, it comes back."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.eventlog import EventLog, LogUnwritable, Record, verify
from tests.crash.disk import Mounted, made_file_system

pytestmark = pytest.mark.root
# Ended without closing anything, so that what is not in the file itself stays beside it.
KILLED = """
import os, sys
from pathlib import Path
from appliance.eventlog import EventLog
EventLog(Path(sys.argv[1])).append([("a", '{"seq":1,"kind":"a"}'), ("a", '{"seq":2,"kind":"a"}')])
os._exit(0)
"""


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one's own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)]
    if subprocess.run(argv, capture_output=True, check=False).returncode:
        pytest.skip("a file system of one's own needs root")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def two(log: EventLog) -> list[tuple[str, str]]:
    return [("a", f'{{"seq":{log.head_seq + n},"kind":"a"}}') for n in (1, 2)]


def holds(path: Path, rows: int) -> bool:
    with closing(EventLog(path, read_only=True)) as log:
        return verify(log).ok and log.head_seq == rows


def test_no_row_counts_as_durable_while_writes_into_the_open_file_are_still_taken(disk: Path) -> None:
    with closing(EventLog(disk / "events-1.sqlite")) as log:
        log.append(two(log))
        mount("--bind", str(disk), str(disk))
        mount("-o", "remount,bind,ro", str(disk))
        try:
            with pytest.raises(LogUnwritable, match="read-only"):
                log.append(two(log))
            assert (log.head_seq, len(log.rows())) == (2, 2) and "read-only" in log.fault()
        finally:
            subprocess.run(["umount", str(disk)], check=True)
        assert log.fault() == ""
        log.append(two(log))
    assert holds(disk / "events-1.sqlite", 4)


@pytest.mark.parametrize("before", ["killed", "killed, its index lost", "closed"])
@pytest.mark.parametrize("tried", [True, False])
def test_a_log_opened_on_a_read_only_disk_gives_its_rows_and_is_written_once_the_disk_is(
    disk: Path, before: str, tried: bool
) -> None:
    """Not tried meanwhile: SQLite says only at the first write that it opened the file for reading alone."""
    path = disk / "events-1.sqlite"
    if before != "closed":
        subprocess.run([sys.executable, "-c", KILLED, str(path)], check=True, cwd=Path(__file__).parents[2])
    else:
        with closing(EventLog(path)) as log:
            log.append(two(log))
    assert path.with_name("events-1.sqlite-wal").exists() == (before != "closed")
    if before == "killed, its index lost":
        path.with_name("events-1.sqlite-shm").unlink()
    mount("-o", "remount,ro", str(disk))
    with closing(EventLog(path, even_unwritable=True)) as log:
        assert len(log.rows()) == log.head_seq == 2
        for _ in range(2 if tried else 0):
            with pytest.raises(LogUnwritable, match="read-only"):
                log.append(two(log))
        mount("-o", "remount,rw", str(disk))
        if before == "killed" and not tried:
            with pytest.raises(LogUnwritable, match="readonly"):
                log.append(two(log))
        log.append(two(log))
        assert log.head_seq == 4
    assert holds(path, 4)


def test_a_log_whose_index_was_lost_is_read_whole_by_who_only_looks(disk: Path) -> None:
    path = disk / "events-1.sqlite"
    subprocess.run([sys.executable, "-c", KILLED, str(path)], check=True, cwd=Path(__file__).parents[2])
    path.with_name("events-1.sqlite-shm").unlink()
    before = {name: (disk / name).read_bytes() for name in ("events-1.sqlite", "events-1.sqlite-wal")}
    mount("-o", "remount,ro", str(disk))
    assert holds(path, 2)
    with closing(Record(disk)) as record:
        assert record.head_now()[0] == 2
    mount("-o", "remount,rw", str(disk))
    assert {name: (disk / name).read_bytes() for name in before} == before, "nothing was written by looking"


def test_rows_that_were_not_seen_when_it_was_lent_are_told_and_none_is_written_over_them(disk: Path) -> None:
    path = disk / "events-1.sqlite"
    with closing(EventLog(path)) as log:
        log.append(two(log))
    mount("-o", "remount,ro", str(disk))
    with closing(EventLog(path, even_unwritable=True)) as log:
        with pytest.raises(LogUnwritable, match="read-only"):
            log.append(two(log))
        mount("-o", "remount,rw", str(disk))
        with closing(EventLog(path)) as other:
            other.append(two(other))
        for _ in range(2):
            with pytest.raises(LogUnwritable, match="row 4 .* row 2.*restart"):
                log.append(two(log))
        assert len(log.rows()) == 4, "it can be read all the same"
    assert holds(path, 4)


def test_an_ext4_that_gave_up_after_an_error_takes_no_row_and_gives_those_it_has(tmp_path: Path) -> None:
    """With all of the log on the disk already, so that a page of its index would have to be made writable anew."""
    if not (shutil.which("mkfs.ext4") and shutil.which("losetup") and Path("/dev/loop-control").exists()):
        pytest.skip("no ext4 of one's own: e2fsprogs, losetup, loop devices")
    place, image = tmp_path / "place", tmp_path / "image"
    made_file_system(image)
    mounted = Mounted(image, place)
    try:
        path = place / "events-1.sqlite"
        with closing(EventLog(path)) as log:
            log.append(two(log))
            subprocess.run(["sync", "-f", str(place)], check=True)
            mount("-o", "remount,abort", str(place))
            for _ in range(2):
                with pytest.raises(LogUnwritable):
                    log.append(two(log))
            assert len(log.rows()) == log.head_seq == 2 and holds(path, 2)
        with closing(EventLog(path, even_unwritable=True)) as log:
            assert len(log.rows()) == log.head_seq == 2, "a guard that is started on it"
            for _ in range(2):
                with pytest.raises(LogUnwritable):
                    log.append(two(log))
    finally:
        mounted.close()
