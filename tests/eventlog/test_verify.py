"""Tampering: each way to change a log by hand, and the row that verify names."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from appliance.eventlog import EventLog, Verified, verify
from appliance.eventlog.files import begin_beside
from appliance.eventlog.log import MAX_PAGE

ROWS = 30
Change = Callable[[sqlite3.Connection], object]


def text(seq: int) -> str:
    return json.dumps({"seq": seq, "kind": "seats.read", "body": {"n": seq}})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(EventLog(tmp_path / "events-1.sqlite")) as log:
        log.append([("seats.read", text(seq)) for seq in range(1, ROWS + 1)])
    return tmp_path / "events-1.sqlite"


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def verified(path: Path, *, after: int | None = None) -> Verified:
    with closing(EventLog(path, read_only=True)) as log:
        return verify(log, after=after)


def test_a_log_nobody_touched_holds_and_tells_its_head(path: Path) -> None:
    result = verified(path)
    assert result.ok and (result.rows, result.head_seq, result.bad_seq) == (ROWS, ROWS, 0)
    with closing(EventLog(path)) as log:
        assert result.head_hash == log.head_hash.hex()


def test_an_empty_log_holds(tmp_path: Path) -> None:
    EventLog(tmp_path / "events-1.sqlite").close()
    assert verified(tmp_path / "events-1.sqlite") == Verified(rows=0, head_seq=0, head_hash="00" * 32)


SWAPPED = (
    "UPDATE log SET text = (SELECT text FROM log WHERE seq = 13) WHERE seq = 12",
    f"UPDATE log SET text = '{text(12)}' WHERE seq = 13",
)
RENUMBERED = (
    "UPDATE log SET seq = 1012 WHERE seq = 12",
    "UPDATE log SET seq = 12 WHERE seq = 13",
    "UPDATE log SET seq = 13 WHERE seq = 1012",
)
INSERTED = (
    "UPDATE log SET seq = -seq - 1 WHERE seq >= 12",
    "UPDATE log SET seq = -seq WHERE seq < 0",
    "INSERT INTO log SELECT 12, kind, text, hash FROM log WHERE seq = 11",
)


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        (["UPDATE log SET text = replace(text, '12', '21') WHERE seq = 12"], "row 12 was altered"),
        (["UPDATE log SET text = text || ' ' WHERE seq = 12"], "row 12 was altered"),
        (["UPDATE log SET text = '' WHERE seq = 12"], "row 12 was altered"),
        (["UPDATE log SET text = CAST(text AS BLOB) WHERE seq = 12"], "unreadable: row 12"),
        (["UPDATE log SET text = CAST(x'7bff7d' AS TEXT) WHERE seq = 12"], "row 12 was altered"),
        (["UPDATE log SET kind = 'usb.plugged' WHERE seq = 12"], "row 12 was altered"),
        (["UPDATE log SET kind = x'00' WHERE seq = 12"], "unreadable: row 12"),
        (["UPDATE log SET hash = zeroblob(32) WHERE seq = 12"], "row 12 was altered"),
        (["UPDATE log SET hash = 'text' WHERE seq = 12"], "row 12 was altered"),
        (["UPDATE log SET hash = x'' WHERE seq = 12"], "row 12 was altered"),
        (["DELETE FROM log WHERE seq = 12"], "row 12 is missing"),
        (["DELETE FROM log WHERE seq BETWEEN 12 AND 20"], "row 12 is missing"),
        (SWAPPED, "row 12 was altered"),
        (RENUMBERED, "row 12 was altered"),
        (INSERTED, "row 12 was altered or inserted"),
    ],
)
def test_the_first_row_that_does_not_fit_is_named(path: Path, statements: tuple[str, ...], says: str) -> None:
    change(path, *statements)
    result = verified(path)
    assert not result.ok and result.problem.startswith(says), result.problem
    assert (result.bad_seq, result.rows, result.head_seq) == (12, 11, 11)


def test_the_first_and_the_last_row_are_held_like_any_other(path: Path) -> None:
    change(path, f"UPDATE log SET text = text || ' ' WHERE seq = {ROWS}")
    assert verified(path).bad_seq == ROWS
    change(path, "UPDATE log SET text = text || ' ' WHERE seq = 1")
    assert verified(path).bad_seq == 1
    change(path, "DELETE FROM log WHERE seq = 1")
    assert not verified(path).ok


def test_of_several_changes_the_first_is_named(path: Path) -> None:
    change(path, "DELETE FROM log WHERE seq = 20", "UPDATE log SET text = '' WHERE seq = 5")
    assert verified(path).bad_seq == 5


def test_a_row_altered_with_its_own_hash_made_anew_breaks_the_next_one(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        (previous,) = db.execute("SELECT hash FROM log WHERE seq = 11").fetchone()
        altered = text(12).replace('"n": 12', '"n": 99')
        digest = hashlib.sha256(previous + altered.encode()).digest()
        db.execute("UPDATE log SET text = ?, hash = ? WHERE seq = 12", (altered, digest))
        db.commit()
    assert verified(path).bad_seq == 13


@pytest.mark.parametrize(
    "forged", ["no json", "[]", "7", '{"seq": 12}', '{"seq": 11, "kind": "seats.read"}', "[" * 50_000]
)
def test_a_chain_forged_to_its_end_over_a_text_that_is_no_such_event_is_named(
    path: Path, forged: str
) -> None:
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT seq, text FROM log WHERE seq >= 12 ORDER BY seq").fetchall()
        (previous,) = db.execute("SELECT hash FROM log WHERE seq = 11").fetchone()
        for seq, stored in rows:
            written = forged if seq == 12 else stored
            previous = hashlib.sha256(previous + written.encode()).digest()
            db.execute("UPDATE log SET text = ?, hash = ? WHERE seq = ?", (written, previous, seq))
        db.commit()
    result = verified(path)
    assert result.bad_seq == 12 and result.problem


def test_rows_cut_off_at_the_end_are_not_shown_by_the_chain_but_by_its_head(path: Path) -> None:
    head = verified(path)
    change(path, "DELETE FROM log WHERE seq > 20")
    cut = verified(path)
    assert cut.ok, "the chain alone can not show it: heads in manifests and on printed seals do"
    assert (cut.head_seq, cut.head_hash) != (head.head_seq, head.head_hash)


def test_from_a_row_on_that_rows_own_hash_is_taken_as_given(path: Path) -> None:
    change(path, "UPDATE log SET text = '' WHERE seq = 5")
    assert verified(path, after=5).ok
    assert verified(path, after=5).rows == ROWS - 5
    assert not verified(path, after=4).ok
    missing = verified(path, after=99)
    assert not missing.ok and "missing" in missing.problem


def test_a_log_begun_beside_another_holds_from_its_first_row(tmp_path: Path) -> None:
    with closing(begin_beside(tmp_path / "events-1.sqlite", base=500)) as log:
        log.append([("seats.read", text(seq)) for seq in (501, 502, 503)])
        assert verify(log) == Verified(rows=3, head_seq=503, head_hash=log.head_hash.hex())
    change(tmp_path / "events-2.sqlite", "UPDATE log SET text = '' WHERE seq = 502")
    assert verified(tmp_path / "events-2.sqlite").bad_seq == 502


def test_a_row_far_beyond_the_first_page_is_named_as_exactly(path: Path) -> None:
    with closing(EventLog(path)) as log:
        log.append([("seats.read", text(seq)) for seq in range(ROWS + 1, 2 * MAX_PAGE + 1)])
    change(path, f"UPDATE log SET text = CAST(text AS BLOB) WHERE seq = {MAX_PAGE + 500}")
    assert verified(path).bad_seq == MAX_PAGE + 500
