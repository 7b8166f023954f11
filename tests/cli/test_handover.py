"""`venue handover`: the sheet with which a room is given back, of a real guard."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from appliance.cli.handover import held, lines, sheet
from tests.fakes.place import Place
from tests.fakes.wait import wait_for
from tests.web.snapshots import all_well


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.close()


def test_the_sheet_says_what_is_owed_and_what_the_box_holds(place: Place) -> None:
    place.write(backup=True)
    place.guard()
    assert place.venue("backup", "run").returncode == 0
    done = place.venue("handover", LANG="zh_CN.UTF-8")
    (name,) = [path.name.removesuffix(".json.sig") for path in (place.state / "outbox").glob("*.json.sig")]
    assert "考场可以交还" in done.stdout and "主考：" in done.stdout
    assert done.returncode == 1 and "1 个备份还没有省里的回执" in done.stdout and name in done.stdout
    assert held(place.state)["unreceipted"] == [name]
    body = {
        "name": name,
        "files": 1,
        "expected": None,
        "collected": None,
        "checked_at": "2026-09-05T03:00:00+00:00",
    }
    place.client.call("report", kind="bundle.receipted", body=body)
    wait_for(lambda: held(place.state)["unreceipted"] == [])
    told = json.loads(place.venue("handover", "--json").stdout)
    assert (
        told["schema"] == 1
        and told["free"]
        and told["held"]["bundles"] == 1
        and not told["held"]["unreceipted"]
    )


def test_a_sealed_venue_gives_no_room_back() -> None:
    snapshot = all_well() | {
        "incidents": [],
        "debts": [],
        "log": {"head_seq": 5, "head_hash": "ab"},
        "sittings": [],
    }
    none = {"bundles": 0, "bytes": 0, "unreceipted": []}
    for phase, seal, free in (
        ("open", None, True),
        ("open", {"batch": "1"}, False),
        ("sealed", {"batch": "1"}, False),
    ):
        seen = snapshot | {"phase": snapshot["phase"] | {"name": phase}, "seal": seal}
        told = sheet(seen, none)
        assert told["free"] is free and ("not free yet" in "\n".join(lines(told, seen, "en"))) is not free


def test_a_silent_guard_is_not_a_free_room(place: Place) -> None:
    place.write()
    done = place.venue("handover")
    assert done.returncode == 3 and done.stdout == ""


def test_what_cannot_be_read_is_not_nothing_and_an_open_sitting_is_owed() -> None:
    now = datetime.now(UTC)
    log = {"head_seq": 5, "head_hash": "ab"}
    snapshot = all_well() | {"at": now.isoformat(), "incidents": [], "debts": [], "log": log, "sittings": []}
    unread = sheet(snapshot, {"bundles": None, "bytes": None, "unreceipted": None})
    text = "\n".join(lines(unread, snapshot, "en"))
    assert "Nothing." not in text and "not known" in text
    none = {"bundles": 0, "bytes": 0, "unreceipted": []}
    assert "Nothing." in "\n".join(lines(sheet(snapshot, none), snapshot, "en"))
    began, ended = ((now - timedelta(hours=hours)).isoformat() for hours in (3, 1))
    row = {"id": "am", "batch": "1", "subject": "a", "start": began, "last_end": ended, "finished_at": None}
    told = sheet(snapshot | {"sittings": [row]}, none)
    assert told["owed"] and "nobody said" in "\n".join(lines(told, snapshot, "en"))
