"""DESIGN's phase table, one case a cell: phase × USB, line, seats, backup, verdict."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from appliance.events.bodies import BackupFailed
from appliance.exam.phase import CLOSING, OPEN, PHASES, PREPARING, RUNNING, SEALED
from appliance.exam.seats import ALARM, SHOWN, UNOBSERVED, watch_level
from tests.exam.ledger import Ledger, plan, running, sealed, seats_of
from tests.fakes.box import names_of


@dataclass(frozen=True, kw_only=True)
class Row:
    """A phase and what its line of the table demands: `first` the bundle owed as the phase begins."""

    phase: str
    reach: Callable[[], Ledger]
    usb: str = "deny"
    windows: tuple[str, ...] = ("pull",)
    seats: str
    first: tuple[str, str] | None
    dark_seat: list[str]
    verdict: tuple[str, str]


def opened() -> Ledger:
    return Ledger().all_read()


def sealed_without_its_bundle() -> Ledger:
    day = Ledger().all_read()
    day.act("seal", chief="王主考", technician="张工")
    return day


def preparing() -> Ledger:
    day = sealed()
    day.until("07:31")
    return day


def preparing_late() -> Ledger:
    day = sealed()
    day.until("08:05")
    return day


def running_from_t() -> Ledger:
    day = sealed()
    day.until("09:01")
    return day


def closing() -> Ledger:
    day = running()
    day.until("11:29", bundles=True)
    day.until("11:31")
    return day


def closing_finished() -> Ledger:
    day = closing()
    day.act("sitting.finish", by="王主考")
    return day


ROWS = {
    "open": Row(
        phase=OPEN, reach=opened, windows=(), seats=SHOWN, first=None, dark_seat=[],
        verdict=("ok", "open_idle"),
    ),
    "sealed": Row(
        phase=SEALED, reach=sealed_without_its_bundle, seats=UNOBSERVED, first=("", "sealed"), dark_seat=[],
        verdict=("ok", "watched_well"),
    ),
    "preparing, before T−75": Row(
        phase=PREPARING, reach=preparing, seats=SHOWN, first=("", "phase"), dark_seat=[],
        verdict=("ok", "watched_well"),
    ),
    "preparing, after T−60": Row(
        phase=PREPARING, reach=preparing_late, windows=("pull", "paper"), seats=ALARM, first=("", "phase"),
        dark_seat=["seat"], verdict=("ok", "watched_well"),
    ),
    "running": Row(
        phase=RUNNING, reach=running_from_t, seats=ALARM, first=("", "phase"), dark_seat=["seat"],
        verdict=("ok", "watched_well"),
    ),
    "closing": Row(
        phase=CLOSING, reach=closing, windows=("pull", "upload"), seats=ALARM,
        first=("provisional", "phase"), dark_seat=["seat"], verdict=("ok", "watched_well"),
    ),
    "closing, after finish": Row(
        phase=CLOSING, reach=closing_finished, windows=("pull", "upload"), seats=SHOWN,
        first=("final", "finished"), dark_seat=[], verdict=("ok", "watched_well"),
    ),
}  # fmt: skip
each_row = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())


def test_the_table_has_every_phase() -> None:
    assert {row.phase for row in ROWS.values()} == set(PHASES)


@each_row
def test_the_phase_is_reached(row: Row) -> None:
    assert row.reach().venue.phase.name == row.phase


@each_row
def test_usb_is_denied_in_every_phase_where_it_is_enforced_and_else_left(row: Row) -> None:
    day = row.reach()
    assert day.posture.usb == day.posture.levels["usb"] == row.usb
    assert Ledger(plan(usb=False)).posture.usb == "leave"


@each_row
def test_the_line_opens_no_window_but_the_phases_own(row: Row) -> None:
    day = row.reach()
    assert day.posture.windows == row.windows
    assert names_of(day.posture.levels["network"]) == " ".join(["closed", *row.windows])


@each_row
def test_seats_are_looked_at_as_the_phase_asks(row: Row) -> None:
    day = row.reach()
    assert watch_level(day.venue, day.now) == row.seats


@each_row
def test_a_dark_seat_is_an_alarm_only_where_the_phase_says_so(row: Row) -> None:
    day = row.reach()
    day.dark("1-05")
    day.advance(60, every_s=10)
    assert day.kinds == row.dark_seat


@each_row
def test_a_bundle_is_owed_as_the_phase_begins(row: Row) -> None:
    wanted = row.reach().posture.backup
    assert (wanted and (wanted.stage, wanted.reason)) == row.first


@each_row
def test_without_backups_configured_none_is_owed(row: Row) -> None:
    day = row.reach()
    day.venue = replace(day.venue, plan=plan(backup=False))
    assert day.posture.backup is None


@each_row
def test_the_verdict_of_a_quiet_phase(row: Row) -> None:
    day = row.reach()
    assert (day.verdict.level, day.verdict.code) == row.verdict
    assert day.posture.lamp == day.verdict.level


@pytest.mark.parametrize("clock", ["07:31", "08:05", "09:01", "11:31"])
def test_unsealed_is_red_in_every_exam_phase_and_stops_nothing(clock: str) -> None:
    day, beside = Ledger().all_read(), sealed()
    for one in (day, beside):
        one.until(clock)
    assert (day.verdict.level, day.verdict.code) == ("critical", "unsealed")
    assert day.one("unsealed").stops_work is False
    assert day.phase == beside.phase
    assert day.posture.windows == beside.posture.windows
    assert watch_level(day.venue, day.now) == watch_level(beside.venue, beside.now)
    wanted = day.posture.backup
    assert wanted is not None and wanted.reason == "phase"


def test_before_t_minus_90_unsealed_is_no_alarm() -> None:
    day = Ledger().all_read()
    day.until("07:29:30")
    assert not day.opened
    day.until("07:30")
    assert day.kinds == ["unsealed"]


def test_sealing_late_ends_the_alarm_by_itself() -> None:
    day = Ledger().all_read()
    day.until("07:40")
    day.act("seal", chief="王主考", technician="张工")
    assert day.one("unsealed").ceased is not None
    day.advance(200, every_s=10)
    assert not day.opened


def test_while_running_a_delta_is_owed_every_few_minutes_counted_from_the_last_bundle() -> None:
    day = running(clock="09:10")
    day.advance(299)
    assert day.posture.backup is None
    day.advance(1)
    wanted = day.posture.backup
    assert wanted is not None and (wanted.reason, wanted.stage, wanted.sitting) == ("interval", "", "am")
    assert wanted.gentle
    day.bundle("next")
    assert day.posture.backup is None


@pytest.mark.parametrize("reach", [opened, sealed, preparing_late, closing])
def test_outside_running_a_bundle_is_made_as_fast_as_it_can_be(reach: Callable[[], Ledger]) -> None:
    day = reach()
    day.bundle("held")
    day.act("backup.run", by="张工")
    wanted = day.posture.backup
    assert wanted is not None and not wanted.gentle


@pytest.mark.parametrize("reach", [opened, sealed, preparing_late, closing])
def test_outside_running_no_bundle_is_owed_by_the_clock(reach: Callable[[], Ledger]) -> None:
    day = reach()
    day.bundle("held")
    day.advance(20 * 60, every_s=60)
    assert day.posture.backup is None


def test_a_failed_bundle_is_tried_again_after_a_minute() -> None:
    day = running_from_t()
    day.record(BackupFailed(reason="the source is gone"))
    day.settle()
    assert day.posture.backup is None
    day.advance(59)
    assert day.posture.backup is None
    day.advance(1)
    assert day.posture.backup is not None
    assert day.kinds == ["backup_failed"]
    day.bundle("after all")
    assert day.one("backup_failed").ceased is not None


def test_a_bundle_begun_before_the_phase_does_not_pay_for_it() -> None:
    day = sealed()
    day.until("07:29")
    before = day.venue.seq
    day.until("07:31")
    day.bundle("begun earlier", log_seq=before)
    wanted = day.posture.backup
    assert wanted is not None and wanted.reason == "phase"


def test_the_final_bundle_is_owed_until_it_stands_and_comes_before_everything_else() -> None:
    day = closing()
    day.act("backup.run", by="张工")
    asked = day.posture.backup
    assert asked is not None and asked.reason == "requested"
    day.act("sitting.finish", by="王主考")
    day.bundle("only provisional", stage="provisional", of="am")
    wanted = day.posture.backup
    assert wanted is not None and (wanted.stage, wanted.sitting) == ("final", "am")
    day.bundle("final", stage="final", of="am")
    assert day.posture.backup is None


@pytest.mark.parametrize(
    ("clock", "windows"),
    [
        ("07:44:59", ("pull",)),
        ("07:45", ("pull", "paper")),
        ("08:59:59", ("pull", "paper")),
        ("09:00", ("pull",)),
        ("11:29:59", ("pull",)),
        ("11:30", ("pull", "upload")),
    ],
)
def test_the_windows_of_the_line_open_and_close_on_the_second(clock: str, windows: tuple[str, ...]) -> None:
    day = sealed()
    day.until(clock)
    assert day.posture.windows == windows


def test_a_delayed_start_keeps_the_paper_window_open_until_it_begins() -> None:
    day = sealed()
    day.until("08:50")
    day.act("sitting.delay", minutes=30, by="王主考", consent="省值班室", reason="试卷未到")
    day.until("09:29")
    assert day.posture.windows == ("pull", "paper")
    day.until("09:30")
    assert day.posture.windows == ("pull",)


@pytest.mark.parametrize(("clock", "level"), [("07:59:59", SHOWN), ("08:00", ALARM)])
def test_machines_still_off_at_t_minus_60_are_an_alarm_from_then_on(clock: str, level: str) -> None:
    day = sealed()
    day.until("22:00", day=4)
    day.dark(*seats_of(1), *seats_of(2))
    day.until(clock)
    assert watch_level(day.venue, day.now) == level
    assert not day.opened


def test_a_machine_off_all_night_is_late_from_t_minus_60_not_since_the_evening() -> None:
    day = sealed()
    day.until("22:00", day=4)
    day.dark("1-05")
    day.until("08:00")
    day.advance(29)
    assert not day.opened
    day.advance(1)
    assert day.one("seat").opened.wall.isoformat() == "2026-09-05T08:00:00+00:00"


def test_after_finish_a_machine_may_be_switched_off() -> None:
    day = closing_finished()
    day.dark(*seats_of(1))
    day.advance(120, every_s=10)
    assert not day.opened
