"""The log file: what append made durable is what is read, and everything else is named or refused."""

import json
import os
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.eventlog import EventLog, LogDamagedError, LogError, LogUnwritable
from appliance.eventlog.files import begin_beside, log_files, newest
from appliance.eventlog.log import GENESIS, MAX_PAGE, chain
from appliance.eventlog.opened import FORMAT


def text(seq: int, kind: str = "seats.read", **more: object) -> str:
    return json.dumps({"seq": seq, "kind": kind, "body": {"n": seq}, **more}, ensure_ascii=False)


def fill(log: EventLog, count: int, *, kind: str = "seats.read", at_once: int = 7) -> None:
    """Appends `count` rows, a few in each transaction."""
    last = log.head_seq + count
    while log.head_seq < last:
        upto = min(log.head_seq + at_once, last)
        log.append([(kind, text(seq, kind)) for seq in range(log.head_seq + 1, upto + 1)])


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with closing(EventLog(tmp_path / "events-1.sqlite")) as log:
        yield log


def test_what_was_appended_is_read_back_to_the_letter_and_chained(log: EventLog) -> None:
    texts = ['{"seq":1,"kind":"a","x":"机房\\u0000"}', '{"seq":2,  "kind":"b"}']
    log.append([("a", texts[0]), ("b", texts[1])])
    one, two = log.rows()
    assert [(r.seq, r.kind, r.text) for r in (one, two)] == [(1, "a", texts[0]), (2, "b", texts[1])]
    assert one.hash == chain(GENESIS, texts[0])
    assert two.hash == chain(one.hash, texts[1]) == log.head_hash
    assert log.head_seq == 2


def test_the_head_is_found_again_when_the_file_is_opened_again(log: EventLog) -> None:
    fill(log, 20)
    with closing(EventLog(log.path)) as again:
        assert (again.head_seq, again.head_hash) == (20, log.head_hash)
        fill(again, 1)
        assert again.rows(after=20)[0].hash == chain(log.head_hash, text(21))


def test_an_empty_log_has_the_genesis_hash_for_its_head(log: EventLog) -> None:
    assert (log.head_seq, log.head_hash, log.first_seq) == (0, GENESIS, 1)
    assert log.rows() == [] and log.last("x") is None
    assert log.hash_at(0) == GENESIS


def test_pages_are_cut_by_after_limit_kind_and_end(log: EventLog) -> None:
    fill(log, 20)
    fill(log, 5, kind="usb.plugged")
    assert [r.seq for r in log.rows(after=3, limit=4)] == [4, 5, 6, 7]
    assert [r.seq for r in log.rows(after=3, limit=4, newest=True)] == [22, 23, 24, 25]
    assert [r.seq for r in log.rows(kind="usb.plugged", limit=2)] == [21, 22]
    assert [r.seq for r in log.rows(kind="usb.plugged", after=22, newest=True, limit=9)] == [23, 24, 25]
    assert log.rows(after=25) == []
    last = log.last("seats.read")
    assert last is not None and last.seq == 20


def test_a_page_is_never_longer_than_a_thousand_rows_and_each_walks_them_all(log: EventLog) -> None:
    fill(log, MAX_PAGE + 50, at_once=1000)
    assert len(log.rows(limit=10**9)) == MAX_PAGE
    assert [r.seq for r in log.each()] == list(range(1, MAX_PAGE + 51))
    assert [r.seq for r in log.each(after=MAX_PAGE)] == list(range(MAX_PAGE + 1, MAX_PAGE + 51))


def test_a_hash_is_asked_for_by_seq_and_a_missing_row_is_damage(log: EventLog) -> None:
    fill(log, 3)
    assert log.hash_at(2) == log.rows(after=1, limit=1)[0].hash
    with pytest.raises(LogDamagedError, match="row 9 is missing"):
        log.hash_at(9)


def test_every_commit_is_durable_when_append_returns(log: EventLog) -> None:
    assert log._db.execute("PRAGMA synchronous").fetchone() == (2,), "FULL"
    assert log._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with closing(EventLog(log.path)) as again:
        assert again._db.execute("PRAGMA synchronous").fetchone() == (2,), "not a property of the file"


def test_others_can_not_read_the_file(log: EventLog) -> None:
    assert log.path.stat().st_mode & 0o777 == 0o640


def test_a_transaction_is_written_whole_or_not_at_all(log: EventLog) -> None:
    fill(log, 3)
    with closing(sqlite3.connect(log.path)) as other:
        other.execute("INSERT INTO log VALUES (5, 'x', 'x', x'00')")
        other.commit()
    with pytest.raises(LogError):
        log.append([("a", text(4, "a")), ("b", text(5, "b"))])
    assert [r.seq for r in log.rows()] == [1, 2, 3, 5]
    assert log.head_seq == 3


def test_a_reader_sees_whole_transactions_while_a_writer_writes(log: EventLog) -> None:
    fill(log, 10, at_once=10)
    heads: list[int] = []
    faults: list[str] = []
    stop = threading.Event()

    def read() -> None:
        with closing(EventLog(log.path, read_only=True)) as reader:
            while not stop.is_set():
                seqs = [row.seq for row in reader.each()]
                heads.append(seqs[-1])
                if seqs != list(range(1, len(seqs) + 1)) or len(seqs) % 10:
                    faults.append(f"{len(seqs)} rows")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        while len(set(heads)) < 5 and log.head_seq < 20_000:
            fill(log, 10, at_once=10)
    finally:
        stop.set()
        reader.join()
    assert not faults
    assert heads == sorted(heads) and len(set(heads)) > 1


def test_a_reader_can_not_write_and_makes_no_file(log: EventLog, tmp_path: Path) -> None:
    fill(log, 1)
    with closing(EventLog(log.path, read_only=True)) as reader, pytest.raises(LogUnwritable):
        reader.append([("a", text(2))])
    with pytest.raises(LogError, match="no such log"):
        EventLog(tmp_path / "events-9.sqlite", read_only=True)
    assert not (tmp_path / "events-9.sqlite").exists()


# Files that are no log


@pytest.mark.parametrize(
    "content", [b"hello", b"\0" * 8192, bytes(range(256)) * 80, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_file_that_is_no_database_is_damage_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "events-1.sqlite"
    path.write_bytes(content)
    with pytest.raises(LogDamagedError):
        EventLog(path)
    assert path.read_bytes() == content


def test_an_empty_file_as_a_power_cut_may_leave_it_becomes_a_log(tmp_path: Path) -> None:
    (tmp_path / "events-1.sqlite").touch()
    with closing(EventLog(tmp_path / "events-1.sqlite")) as log:
        fill(log, 1)


def test_another_programs_database_is_no_log(tmp_path: Path) -> None:
    path = tmp_path / "events-1.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE log (seq INTEGER PRIMARY KEY, kind TEXT, text TEXT, hash BLOB)")
    with pytest.raises(LogDamagedError, match="not an event log"):
        EventLog(path)


def test_a_log_of_a_newer_program_is_refused_and_is_not_called_damaged(log: EventLog) -> None:
    log._db.execute(f"PRAGMA user_version = {FORMAT + 1}")
    for read_only in (True, False):
        with pytest.raises(LogError, match="newer") as caught:
            EventLog(log.path, read_only=read_only)
        assert not isinstance(caught.value, LogDamagedError | LogUnwritable)


def test_a_file_cut_in_its_middle_is_damage(log: EventLog) -> None:
    fill(log, 400, at_once=400)
    log.close()
    raw = log.path.read_bytes()
    assert len(raw) > 16_000
    log.path.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(LogDamagedError), closing(EventLog(log.path)) as cut:
        list(cut.each())


def test_a_log_without_its_table_is_damage(log: EventLog) -> None:
    log._db.execute("DROP TABLE log")
    with pytest.raises(LogDamagedError):
        EventLog(log.path)


def test_a_directory_that_is_not_there_is_unwritable(tmp_path: Path) -> None:
    with pytest.raises(LogUnwritable):
        EventLog(tmp_path / "gone" / "events-1.sqlite")


# Several files


def test_the_newest_file_is_the_one_with_the_highest_number_not_the_last_word(tmp_path: Path) -> None:
    assert newest(tmp_path) == tmp_path / "events-1.sqlite"
    for name in (
        "events-2.sqlite",
        "events-10.sqlite",
        "events-9.sqlite",
        "events-x.sqlite",
        "events-10.sqlite-wal",
    ):
        (tmp_path / name).touch()
    assert [p.name for p in log_files(tmp_path)] == ["events-2.sqlite", "events-9.sqlite", "events-10.sqlite"]
    assert newest(tmp_path).name == "events-10.sqlite"


def test_a_log_begun_beside_a_damaged_one_counts_on(tmp_path: Path) -> None:
    damaged = tmp_path / "events-3.sqlite"
    damaged.write_bytes(b"garbage")
    with closing(begin_beside(damaged, base=500)) as log:
        assert log.path.name == "events-4.sqlite"
        assert (log.head_seq, log.first_seq, log.head_hash) == (500, 501, GENESIS)
        fill(log, 3)
        assert [r.seq for r in log.rows()] == [501, 502, 503]
        assert log.hash_at(500) == GENESIS
    assert damaged.read_bytes() == b"garbage"
    with closing(EventLog(tmp_path / "events-4.sqlite")) as again:
        assert again.head_seq == 503


# A full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("needs root: a small tmpfs is mounted to be filled")
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"this machine mounts no tmpfs: {done.stderr.decode().strip()}")
    yield disk
    subprocess.run(["/usr/bin/umount", str(disk)], check=True)


def test_a_full_disk_is_unwritable_and_nothing_is_lost(small_disk: Path) -> None:
    with closing(EventLog(small_disk / "events-1.sqlite")) as log:
        with pytest.raises(LogUnwritable, match="full"):
            fill(log, 100_000, at_once=50)
        head, digest = log.head_seq, log.head_hash
        assert head > 100
        with pytest.raises(LogUnwritable):
            log.append([("a", "x" * 100_000)])
        assert (log.head_seq, log.head_hash) == (head, digest), "the head is that of the last durable row"
        rows = list(log.each())
        assert len(rows) == head and rows[-1].hash == digest
        subprocess.run(["/usr/bin/mount", "-o", "remount,size=4m", str(small_disk)], check=True)
        fill(log, 10)
        assert log.head_seq == head + 10
    with closing(EventLog(small_disk / "events-1.sqlite")) as again:
        assert [r.seq for r in again.each()] == list(range(1, head + 11))
