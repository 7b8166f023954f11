"""A damaged log: a new one beside it, the old as it was, closed outward, and what still verifies is kept."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.dispatch.start import COPY
from appliance.eventlog import EventLog, verify
from appliance.eventlog.files import log_files
from appliance.exam.acts import Refused
from tests.fakes.box import MOVE, SEAL, Box, bodies, names_of, stored

Damage = Callable[[Path], None]


def lived(directory: Path) -> Box:
    """A box that was sealed and whose sitting was delayed, then stopped in order."""
    box = Box(directory)
    box.run(5)
    box.act("sitting.delay", sitting="am", minutes=20, **MOVE)
    box.act("seal", **SEAL)
    box.run(5)
    box.dispatch.stop("SIGTERM")
    return box


def missing(path: Path) -> None:
    path.unlink()


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(hashlib.shake_256(b"noise").digest(path.stat().st_size))


def altered_in_the_tail(path: Path) -> None:
    db = sqlite3.connect(path)
    with db:
        db.execute("UPDATE log SET text = replace(text, 'SIGTERM', 'SIGKILL') WHERE kind = 'guard.stopped'")
        db.execute("UPDATE log SET text = text || ' ' WHERE seq = (SELECT max(seq) FROM log)")
    db.close()


def row_missing_in_the_tail(path: Path) -> None:
    db = sqlite3.connect(path)
    with db:
        db.execute("DELETE FROM log WHERE kind = 'guard.stopped'")
        db.execute("UPDATE log SET seq = seq + 1 WHERE seq = (SELECT max(seq) FROM log)")
    db.close()


def content(directory: Path) -> dict[str, str]:
    """What the old log's file and its write-ahead log hold, as hashes; an empty one holds nothing."""
    found = [directory / "events-1.sqlite", directory / "events-1.sqlite-wal"]
    raw = {path.name: path.read_bytes() for path in found if path.exists()}
    return {name: hashlib.sha256(text).hexdigest() for name, text in raw.items() if text}


@pytest.mark.parametrize(
    "damage", [missing, truncated, emptied, garbage, altered_in_the_tail, row_missing_in_the_tail]
)
def test_a_damaged_log_gets_a_new_one_beside_and_what_people_did_survives(
    damage: Damage, tmp_path: Path
) -> None:
    box = lived(tmp_path)
    damage(tmp_path / "events-1.sqlite")
    before = content(tmp_path)
    for hand in box.hands.values():
        hand.told = []
    box.begin()
    box.run(5)
    assert log_files(tmp_path)[-1].name == "events-2.sqlite"
    assert content(tmp_path) == before, "the old file is evidence"
    venue = box.dispatch.venue
    assert venue.seal is not None and venue.seal.chief == "王主考"
    assert venue.acts["am"].delay_minutes == 20
    assert box.snapshot["log"]["damaged"].startswith("events-1.sqlite")
    assert "log_damaged" in box.open_kinds and box.snapshot["verdict"]["level"] == "attention"
    assert any("events-1.sqlite does not verify" in line for line in box.alarms)
    (damaged,) = bodies(stored(tmp_path), "log.damaged")
    assert damaged.file == "events-1.sqlite" and damaged.problem


@pytest.mark.parametrize("damage", [garbage, altered_in_the_tail])
def test_after_a_damage_nothing_opens_that_was_closed(damage: Damage, tmp_path: Path) -> None:
    box = lived(tmp_path)
    told = list(box.hands["network"].told)
    damage(tmp_path / "events-1.sqlite")
    box.hands["network"].told = []
    box.begin()
    box.run(3)
    assert names_of(told[-1]) == "closed pull" and box.hands["network"].told == told[-1:]


def test_a_log_and_its_copy_both_gone_leave_everything_closed_and_a_guard_that_works(tmp_path: Path) -> None:
    box = lived(tmp_path)
    garbage(tmp_path / "events-1.sqlite")
    (tmp_path / COPY).write_text("{")
    box.hands["network"].told = []
    box.begin()
    box.run(3)
    assert box.hands["network"].told == ["closed"]
    assert box.dispatch.venue.seal is None
    box.act("seal", **SEAL)
    assert box.snapshot["seal"]["chief"] == "王主考"


@pytest.mark.parametrize("damage", [garbage, altered_in_the_tail])
def test_the_new_log_verifies_goes_on_counting_and_is_the_one_used_from_then_on(
    damage: Damage, tmp_path: Path
) -> None:
    box = lived(tmp_path)
    last = stored(tmp_path)[-1].seq
    damage(tmp_path / "events-1.sqlite")
    box.begin()
    box.run(3)
    events = stored(tmp_path)
    assert events[0].seq > last - 1 and events[0].kind == "log.checkpoint"
    with pytest.raises(Refused):
        box.act("seal", **SEAL)
    box.die()
    box.begin()
    box.run(3)
    assert [path.name for path in log_files(tmp_path)] == ["events-1.sqlite", "events-2.sqlite"]
    assert box.dispatch.venue.seal is not None
    log = EventLog(tmp_path / "events-2.sqlite", read_only=True)
    try:
        assert verify(log).ok
    finally:
        log.close()


def test_an_act_between_the_last_checkpoint_and_the_damage_survives_an_altered_row(tmp_path: Path) -> None:
    """The fold goes up to the row before the altered one, not back to the checkpoint."""
    box = Box(tmp_path)
    box.run(3)
    box.act("sitting.delay", sitting="am", minutes=20, **MOVE)
    box.act("sitting.delay", sitting="am", minutes=7, **MOVE)
    box.die()
    db = sqlite3.connect(tmp_path / "events-1.sqlite")
    with db:
        db.execute("UPDATE log SET text = replace(text, ':7,', ':70,') WHERE text LIKE '%\"minutes\":7,%'")
        assert db.execute("SELECT changes()").fetchone() == (1,)
    db.close()
    box.begin()
    assert box.dispatch.venue.acts["am"].delay_minutes == 20, (
        "what holds is kept, what was altered is not believed"
    )
    assert "log_damaged" in box.open_kinds


def test_a_file_cut_while_its_write_ahead_log_was_full_is_left_as_it_is(tmp_path: Path) -> None:
    """After a SIGKILL the rows stand in the -wal file; opening must not write them into the damaged one."""
    lived(tmp_path / "first")
    box = Box(tmp_path / "first")
    box.run(400)
    directory = tmp_path / "second"
    shutil.copytree(tmp_path / "first", directory)  # as a SIGKILL leaves it: with -wal and -shm
    assert (directory / "events-1.sqlite-wal").stat().st_size > 0
    box.die()
    path = directory / "events-1.sqlite"
    path.write_bytes(path.read_bytes()[:4096])
    before = content(directory)
    again = Box(directory)
    again.run(3)
    assert len(log_files(directory)) == 2
    assert content(directory) == before


def test_the_copy_of_the_checkpoint_is_never_half_a_file(tmp_path: Path) -> None:
    box = lived(tmp_path)
    whole = json.loads((tmp_path / COPY).read_text(encoding="utf-8"))
    assert whole["state"]["seal"]["chief"] == "王主考" and whole["seq"] <= stored(tmp_path)[-1].seq
    assert not (tmp_path / (COPY + ".part")).exists()
    assert box.alarms == []
