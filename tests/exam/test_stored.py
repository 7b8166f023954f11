"""Sources that are not whole, fewer answers, room, second places: an item each, ended by what is whole again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from appliance.backup.counts import together
from appliance.events.bodies import (
    BackupDrilled,
    BackupFailed,
    BundlePruned,
    BundlePublished,
    BundleReceipted,
    CopyRead,
    OutboxRead,
    VenueConfigured,
)
from appliance.events.stored import SourceTold
from appliance.exam.backup_view import province_row
from appliance.exam.posture import RETRY_FULL_S
from appliance.exam.stored import COPY_AGAIN_S, COPY_LATE_S
from tests.exam.ledger import Ledger, plan, running, sitting


def published(day: Ledger, name: str, *sources: SourceTold, stage: str = "", kind: str = "delta") -> None:
    day.record(
        BundlePublished(
            name=name, counter=1, bundle_kind=kind, stage=stage, sitting="am", files=1, source_bytes=1,
            log_seq=day.venue.seq, sealed_bytes=1, sha256="0" * 64, sources=sources,
        )  # fmt: skip
    )
    day.settle()


def answers(expected: int | None, collected: int | None, name: str = "answers", fault: str = "") -> SourceTold:
    return SourceTold(name=name, fault=fault, expected=expected, collected=collected)


def room(day: Ledger, level: str, *, sitting: str = "am", written: int = 0) -> None:
    body = OutboxRead(
        used_bytes=9, limit_bytes=10, bundles=3, owed=2, owed_bytes=5, level_name=level, sitting=sitting,
        written_bytes=written,
    )  # fmt: skip
    day.record(body)
    day.settle()


def copied(day: Ledger, newest: str, fault: str = "", lacking: int = 0) -> None:
    day.record(CopyRead(place="/mnt/ssd", newest=newest, fault=fault, lacking=lacking))
    day.settle()


def with_a_second_place() -> Ledger:
    day = running()
    day.record(VenueConfigured(plan=plan(copies=("/mnt/ssd",))))
    day.settle()
    return day


def backup(day: Ledger) -> dict[str, Any]:
    row = day.snapshot["backup"]
    assert isinstance(row, dict)
    return row


@pytest.mark.parametrize(
    "fault", ["missing", "unreadable", "failed", "late", "too_large", "busy", "damaged", "files", "torn"]
)
def test_a_source_that_is_not_whole_is_an_item_by_its_name_until_a_bundle_holds_it_whole(fault: str) -> None:
    day = running()
    published(day, "b1", answers(None, None, "dump", fault), answers(None, None, "records"))
    item = day.one("source_incomplete")
    assert (item.cause, item.detail) == ("dump", fault)
    assert backup(day)["state"] == "incomplete" and day.verdict.level == "attention"
    day.advance(400, every_s=20)
    published(day, "b2", answers(None, None, "dump", fault), answers(None, None, "records"))
    assert day.one("source_incomplete").ceased is None
    published(day, "b3", answers(None, None, "dump"), answers(None, None, "records"))
    assert day.one("source_incomplete").ceased is not None
    day.advance(200, every_s=20)
    assert day.kinds == [] and backup(day)["state"] == "ok"


def test_two_sources_are_two_items() -> None:
    day = running()
    published(day, "b1", answers(None, None, "dump", "late"), answers(None, None, "records", "torn"))
    assert sorted(item.cause for item in day.opened) == ["dump", "records"]


def finished(*sources: SourceTold) -> Ledger:
    day = running()
    day.until("11:31", bundles=True)
    day.act("sitting.finish", by="王主考")
    published(day, "final", *sources, stage="final")
    return day


def test_fewer_answers_in_the_last_bundle_of_a_sitting_are_an_item_until_one_holds_them_all() -> None:
    day = finished(answers(93, 90))
    assert (day.one("answers_short").cause, day.one("answers_short").detail) == ("answers", "90/93")
    published(day, "again", answers(93, 92), stage="provisional")
    assert day.one("answers_short").ceased is None
    published(day, "whole", answers(93, 93), stage="provisional")
    assert day.one("answers_short").ceased is not None


def test_fewer_answers_while_the_exam_runs_are_no_item() -> None:
    day = running()
    published(day, "b1", answers(93, 12))
    assert day.kinds == [] and (backup(day)["last"]["expected"], backup(day)["last"]["collected"]) == (93, 12)


@pytest.mark.parametrize("counts", [(None, None), (93, None), (None, 90), (93, 93), (93, 94)])
def test_what_is_unknown_or_all_there_is_no_item(counts: tuple[int | None, int | None]) -> None:
    assert "answers_short" not in finished(answers(*counts)).kinds


def test_once_a_person_closed_it_absent_candidates_are_no_item_again() -> None:
    day = finished(answers(93, 90))
    day.close(day.one("answers_short"), text="缺考 3 人")
    day.advance(300, every_s=10)
    published(day, "again", answers(93, 90), stage="provisional")
    assert "answers_short" not in day.kinds


def test_an_uncounted_source_says_nothing_of_those_that_are_counted() -> None:
    day = finished(answers(93, 93), answers(None, None, "records"))
    assert (backup(day)["last"]["expected"], backup(day)["last"]["collected"]) == (93, 93)
    other = finished(answers(None, None))
    assert (backup(other)["last"]["expected"], backup(other)["last"]["collected"]) == (None, None)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (answers(None, 5, "logs"), (93, 90)),
        (answers(50, None, "papers"), (143, None)),
        (answers(50, 50, "papers"), (143, 140)),
        (answers(50, 53, "papers"), (143, 140)),
    ],
)
def test_what_one_source_holds_or_hides_makes_no_other_whole(
    other: SourceTold, told: tuple[int, int | None]
) -> None:
    last = backup(finished(answers(93, 90), other))["last"]
    assert (last["expected"], last["collected"]) == told
    pairs = [(93, 90), (other.expected, other.collected)]
    assert together(pairs) == told and together(reversed(pairs)) == told


def test_too_many_of_one_source_hide_no_gap_of_another_and_the_worst_is_named() -> None:
    day = finished(answers(93, 90), answers(50, 53, "papers"), answers(20, 19, "logs"))
    last = backup(day)["last"]
    assert (last["expected"], last["collected"]) == (163, 159), "163 answers are not all there"
    assert last["shortest"] == {"name": "answers", "expected": 93, "collected": 90}
    alone = backup(finished(answers(93, 94)))["last"]
    assert (alone["expected"], alone["collected"], alone["shortest"]) == (93, 94, None), "as it was counted"


def test_what_the_province_counted_in_our_bundle_hides_no_gap_either() -> None:
    day = finished(answers(93, 90), answers(50, 53, "papers"))
    name = str(backup(day)["last"]["name"])
    day.record(BundleReceipted(name=name, files=2, expected=143, collected=143))
    told = province_row(day.venue)
    assert (told["expected"], told["collected"]) == (143, 140)


def test_little_room_is_one_item_that_says_when_it_is_full_and_ends_with_room() -> None:
    day = running()
    room(day, "low")
    room(day, "full")
    room(day, "low")
    assert day.one("outbox_full").detail == "full" and len(day.recorded("incident.opened")) == 1
    room(day, "ok")
    assert day.one("outbox_full").ceased is not None
    day.advance(200, every_s=20)
    assert day.kinds == []


def test_without_room_a_bundle_is_tried_seldom_and_at_once_where_something_was_pruned() -> None:
    day = running()
    day.record(BackupFailed(reason="no room", code="full"))
    day.settle()
    assert day.one("backup_failed").detail == "full"
    day.advance(RETRY_FULL_S - 1, every_s=30)
    assert day.posture.backup is None
    day.record(BundlePruned(names=("old",), sealed_bytes=1, reason="room"))
    assert day.posture.backup is not None


def test_pruning_elsewhere_or_after_another_failure_hurries_nothing() -> None:
    day = running()
    day.record(BackupFailed(reason="no room", code="full"))
    day.record(BundlePruned(names=("old",), sealed_bytes=1, reason="room", place="/mnt/ssd"))
    assert day.posture.backup is None
    day.record(BackupFailed(reason="EIO"))
    day.record(BundlePruned(names=("old",), sealed_bytes=1, reason="age"))
    assert day.posture.backup is None


def test_a_second_place_is_owed_each_new_bundle_once_and_rests_when_it_has_it() -> None:
    day = with_a_second_place()
    first = day.posture.levels["copy:/mnt/ssd"]
    assert first == "owed 0 running"
    copied(day, "running")
    assert day.posture.levels["copy:/mnt/ssd"] == "rest" and backup(day)["copies"][0]["state"] == "ok"
    day.bundle("next")
    assert day.posture.levels["copy:/mnt/ssd"] == "owed 1 next"


def test_a_second_place_that_is_missing_is_an_item_of_its_own_is_tried_again_and_catches_up() -> None:
    day = with_a_second_place()
    copied(day, "", "missing", 3)
    item = day.one("copy_failed")
    assert (item.cause, item.detail) == ("/mnt/ssd", "missing") and backup(day)["state"] == "ok"
    assert day.posture.levels["copy:/mnt/ssd"] == "rest"
    day.advance(COPY_AGAIN_S, every_s=20)
    assert day.posture.levels["copy:/mnt/ssd"] == f"owed 1 {day.venue.backup.last.name}"  # type: ignore[union-attr]
    copied(day, day.venue.backup.last.name)  # type: ignore[union-attr]
    assert day.one("copy_failed").ceased is not None


def test_a_second_place_that_never_answers_is_late_and_holds_up_no_bundle() -> None:
    day = with_a_second_place()
    copied(day, "running")
    day.bundle("next")
    day.advance(COPY_LATE_S - 1, every_s=30)
    assert day.posture.backup is not None, "the interval is due all the same"
    assert "copy_failed" not in day.kinds
    day.advance(2)
    assert day.one("copy_failed").detail == "late"


def test_bytes_written_are_summed_for_a_sitting_and_begin_anew_with_the_next() -> None:
    day = running()
    room(day, "ok", written=5)
    room(day, "ok", written=7)
    room(day, "ok", sitting="", written=100)
    assert (backup(day)["room"]["written_sitting"], backup(day)["room"]["written_bytes"]) == ("am", 12)
    room(day, "ok", sitting="pm", written=1)
    assert backup(day)["room"]["written_bytes"] == 1


def test_room_that_nobody_measured_is_unknown() -> None:
    assert backup(running())["room"]["state"] == "unknown" and backup(running())["drill"] is None


def test_a_drill_is_shown_as_it_ended() -> None:
    day = running()
    day.record(BackupDrilled(result="failed", files=3, source_bytes=9, seconds=1.0, differing=1))
    assert backup(day)["drill"]["passed"] is False
    day.record(BackupDrilled(result="passed", files=3, source_bytes=9, seconds=1.0))
    assert backup(day)["drill"]["passed"] is True


def test_a_sittings_receipt_outlives_hundreds_of_others() -> None:
    day = finished(answers(93, 93))
    day.receipt("final")
    for number in range(300):
        day.receipt(f"later-{number}")
    assert "final" in day.venue.backup.receipted and len(day.venue.backup.receipted) < 250


def test_a_night_that_was_missed_is_made_up_for_once_and_never_in_an_exam() -> None:
    day = Ledger(plan([sitting("far", "09:00", "11:00", day=20)])).all_read()
    assert day.posture.backup is None, "a box that never made a bundle owes none for its nights"
    day.bundle("full")
    day.step_wall(25 * 3600)
    assert day.phase[0] == "open" and day.posture.backup is None
    day.reboot(off_s=3 * 3600 + 12 * 3600)
    wanted = day.posture.backup
    assert wanted is not None and (wanted.kind, wanted.reason) == ("full", "night-missed")
    day.bundle("made up for")
    assert day.posture.backup is None
    exam = running()
    long_ago = exam.wall - timedelta(days=9)
    exam.venue = replace(exam.venue, backup=replace(exam.venue.backup, full_at=long_ago))
    assert exam.posture.backup is None


def test_bundles_that_were_due_while_one_was_late_are_one() -> None:
    day = running()
    day.advance(3 * 300 + 1, every_s=30)
    wanted = day.posture.backup
    assert wanted is not None and wanted.reason == "interval"
    day.bundle("late", log_seq=wanted.newer_than_seq + 1)
    assert day.posture.backup is None


def test_a_sittings_last_bundle_that_was_missed_while_the_box_was_off_is_made_at_boot() -> None:
    day = running()
    day.until("11:31", bundles=True)
    day.act("sitting.finish", by="王主考")
    day.reboot(off_s=1200)
    wanted = day.posture.backup
    assert wanted is not None and (wanted.stage, wanted.sitting) == ("final", "am")
    day.bundle("final", stage="final", of="am")
    assert day.posture.backup is None or day.posture.backup.stage != "final"


def test_the_bundle_of_a_phase_that_began_while_the_box_was_off_is_made_at_boot() -> None:
    day = running()
    day.reboot(wall=day.wall.replace(hour=12, minute=50))
    wanted = day.posture.backup
    assert day.phase == ("preparing", "pm") and wanted is not None and wanted.reason == "phase"
