"""The record over several log files: one begun beside a damaged one goes on, and what came before is still read."""

import random
from pathlib import Path

import pytest

from appliance.eventlog import EventLog, LogError, Record
from appliance.eventlog.files import begin_beside

KINDS = ("a.read", "b.read", "c.said", "d.said")


def kept(directory: Path) -> Path:
    """Five rows in the first file, four in the second, which counts on from row 4: row 5 was damaged."""
    first = EventLog(directory / "events-1.sqlite")
    first.append([(KINDS[n % 4], f"old {n}") for n in range(1, 6)])
    first.close()
    second = begin_beside(directory / "events-1.sqlite", base=4)
    second.append([(KINDS[n % 4], f"new {n}") for n in range(5, 9)])
    second.close()
    return directory


def test_rows_of_both_files_are_one_record_and_none_is_told_twice(tmp_path: Path) -> None:
    record = Record(kept(tmp_path))
    told = [*(f"old {n}" for n in range(1, 5)), *(f"new {n}" for n in range(5, 9))]
    assert [row.text for row in record.rows()] == told
    assert [row.seq for row in record.rows(newest=True, limit=6)] == [3, 4, 5, 6, 7, 8]
    assert [row.seq for row in record.rows(after=2, limit=3)] == [3, 4, 5]
    assert [row.seq for row in record.rows(kind="c.said")] == [2, 6]
    assert [row.seq for row in record.rows(newest=True, limit=9, without=("a.read", "b.read"), until=6)] == [2, 3, 6]
    last = record.last("d.said")
    assert last is not None and last.seq == 7 and record.head_now()[0] == 8
    record.close()


def test_an_older_file_that_can_not_be_read_is_named_and_the_rest_is_told(tmp_path: Path) -> None:
    (kept(tmp_path) / "events-1.sqlite").write_bytes(b"no log")
    record = Record(tmp_path)
    assert [row.seq for row in record.rows()] == [5, 6, 7, 8]
    assert record.unreadable == ["events-1.sqlite"]
    record.close()


def test_without_a_newest_file_there_is_no_record(tmp_path: Path) -> None:
    with pytest.raises(LogError):
        Record(tmp_path)
    (kept(tmp_path) / "events-2.sqlite").write_bytes(b"no log")
    with pytest.raises(LogError):
        Record(tmp_path)


def test_the_newest_without_some_kinds_are_those_that_a_scan_would_find(tmp_path: Path) -> None:
    dice = random.Random(7)
    log = EventLog(tmp_path / "events-1.sqlite")
    log.append([(dice.choice(KINDS), f"row {n}") for n in range(300)])
    assert log.kinds() == sorted(KINDS)
    for _ in range(60):
        without = dice.sample(KINDS, dice.randint(1, 4))
        after, until, limit = dice.randrange(300), dice.choice((None, dice.randrange(300))), dice.randint(1, 50)
        scanned = [r for r in log.each(after=after) if r.kind not in without and (until is None or r.seq <= until)]
        found = log.rows(after=after, until=until, limit=limit, newest=True, without=without)
        assert [row.seq for row in found] == [row.seq for row in scanned][-limit:]
    log.close()
