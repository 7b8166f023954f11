"""应收 and 已收: counted by files or by a program, per room, as counts alone."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from appliance.backup import outbox
from appliance.backup.bundle import Bundle, SourceSpec
from appliance.backup.counts import Counting, RoomCount
from appliance.backup.manifest import ManifestFault, SourceCount, decode
from appliance.backup.sources.directory import Options
from tests.backup.settled import settle

Counted = Callable[..., SourceCount]


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    root = tmp_path / "answers"
    for room, many in (("1", 3), ("2", 2)):
        (root / f"room{room}").mkdir(parents=True)
        for number in range(many):
            (root / f"room{room}" / f"考生{number}.json").write_text("{}")
        (root / f"room{room}" / "note.txt").touch()
    return root


@pytest.fixture
def counted(tmp_path: Path, answers: Path, publish: Callable[..., Bundle]) -> Counted:
    """The manifest's line of a source that is counted so."""

    def make(*, kind: str = "full", **fields: object) -> SourceCount:
        spec = SourceSpec(name="answers", options=Options(path=answers), counting=Counting(**fields))
        publish(sources=(spec,), kind=kind)
        return decode(outbox.bundles(tmp_path / "state")[-1].manifest.read_bytes()).sources[0]

    return make


def program(tmp_path: Path, text: str) -> tuple[str, ...]:
    return ("/bin/sh", "-c", text)


def test_files_are_counted_by_room_and_in_a_delta_those_that_did_not_change_too(
    answers: Path, counted: Counted
) -> None:
    fields = {"expected": {"1": 3, "2": 3, "3": 1}, "pattern": "room{room}/*.json"}
    rooms = (
        RoomCount(room="1", expected=3, collected=3),
        RoomCount(room="2", expected=3, collected=2),
        RoomCount(room="3", expected=1, collected=0),
    )
    line = counted(**fields)
    assert (line.expected, line.collected, line.rooms) == (7, 5, rooms)
    settle(answers)
    counted(**fields, kind="delta")
    (answers / "room2" / "考生9.json").write_text("{}")
    line = counted(**fields, kind="delta")
    assert (line.files, line.collected, line.rooms[1].collected) == (1, 6, 3)


def test_an_answer_that_could_not_be_read_is_not_collected(answers: Path, counted: Counted) -> None:
    with (answers / "room1" / "sparse.json").open("wb") as file:
        file.truncate(100 << 30)
    line = counted(expected={"1": 4}, pattern="room{room}/*.json")
    assert (line.not_captured, line.rooms) == (1, (RoomCount(room="1", expected=4, collected=3),))


def test_a_room_that_nobody_named_is_counted_and_not_named(
    tmp_path: Path, answers: Path, counted: Counted
) -> None:
    (answers / "room张三").mkdir()
    (answers / "room张三" / "a.json").touch()
    line = counted(expected={"1": 3}, pattern="room{room}/*.json")
    assert (line.collected, [room.room for room in line.rooms]) == (6, ["1"])
    (bundle,) = outbox.bundles(tmp_path / "state")
    assert "张三" not in bundle.manifest.read_text() and "考生" not in bundle.manifest.read_text()


def test_too_many_in_one_room_or_in_none_hide_no_gap_of_another(
    tmp_path: Path, answers: Path, counted: Counted
) -> None:
    (answers / "room9").mkdir()
    (answers / "room9" / "of_another_room.json").touch()
    fields = {"expected": {"1": 2, "2": 3}, "pattern": "room{room}/*.json"}
    line = counted(**fields)
    assert (line.expected, line.collected) == (5, 4), "3 of 2, 2 of 3 and one of nobody are not 5 of 5"
    line = counted(command=program(tmp_path, "echo 1 2 3; echo 2 3 2"))
    assert (line.expected, line.collected) == (5, 4)
    (answers / "room2" / "last.json").touch()
    assert counted(**fields).collected == 7, "nobody lacks any: as it was counted"


def test_what_nobody_counts_is_unknown_and_not_zero(counted: Counted) -> None:
    line = counted()
    assert (line.expected, line.collected, line.rooms) == (None, None, ())
    line = counted(expected={"1": 93})
    assert (line.expected, line.collected, line.rooms[0].collected) == (93, None, None)
    assert counted(pattern="**.json").collected == 5


def test_a_program_counts_both_and_one_unknown_room_makes_the_sum_unknown(
    tmp_path: Path, counted: Counted
) -> None:
    line = counted(command=program(tmp_path, "echo 1 31 30; echo; echo 第2考场 31 -"))
    assert line.rooms == (
        RoomCount(room="1", expected=31, collected=30), RoomCount(room="第2考场", expected=31)
    )  # fmt: skip
    assert (line.expected, line.collected) == (62, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("echo no database >&2; exit 1", "exit 1: no database"),
        ("true", "0 lines"),
        ("echo 1 31", "line 1: ROOM EXPECTED COLLECTED was expected"),
        ("echo 1 31 31; echo 身份证110101199003074578 1 1", "line 2: ROOM"),
        ("echo 1 31 -1", "line 1"),
        ("echo 1 31 31; echo 1 31 31", "twice"),
        ("yes 1 1 1", "more than 65536 bytes"),
    ],
)
def test_a_program_that_gives_no_counts_is_told_and_the_answers_are_sealed_all_the_same(
    text: str, reason: str, tmp_path: Path, answers: Path, publish: Callable[..., Bundle]
) -> None:
    counting = Counting(command=program(tmp_path, text))
    bundle = publish(sources=(SourceSpec(name="answers", options=Options(path=answers), counting=counting),))
    (tally,) = bundle.sources
    assert reason in tally.count_fault and "110101" not in tally.count_fault
    assert (tally.error, tally.files, tally.counts) == ("", 7, ())


def test_a_manifest_of_before_has_no_rooms_and_one_with_odd_rooms_is_refused(
    tmp_path: Path, answers: Path, counted: Counted
) -> None:
    counted(expected={"1": 3})
    (bundle,) = outbox.bundles(tmp_path / "state")
    value = json.loads(bundle.manifest.read_bytes())
    assert value["sources"][0]["rooms"] == [asdict(RoomCount(room="1", expected=3))]
    value["sources"][0]["rooms"][0]["expected"] = "3"
    with pytest.raises(ManifestFault, match="'expected' is no whole number"):
        decode(json.dumps(value).encode())
    del value["sources"][0]["rooms"]
    assert decode(json.dumps(value).encode()).sources[0].rooms == ()
