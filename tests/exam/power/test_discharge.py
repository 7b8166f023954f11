"""The outage clock: when an outage began and ended, what of it was seen, and what it proves."""

from datetime import timedelta

import pytest

from appliance.events.bodies import ClockJudged, PowerRead
from appliance.exam.power.discharge import SHORTEST_PROOF_S
from tests.exam.ledger import Ledger, at, plan, running, sealed

OB, OL = ("OB", "DISCHRG"), ("OL", "CHRG")


# Beginning and end


def test_an_outage_begins_with_its_first_reading_and_ends_with_the_mains() -> None:
    day = running()
    began = day.wall
    day.discharge(100)
    assert day.row["outage_since"] == began.isoformat() and day.row["state"] == "battery"
    day.power(*OL)
    assert day.row["outage_since"] is None and day.row["state"] == "mains"
    (row,) = day.discharged
    assert (row.ups, row.began, row.ended) == ("ups1", began, "mains")
    assert (row.lasted_s, row.held_s) == (100, 100)


def test_flaps_less_than_three_minutes_apart_are_one_item_and_each_is_a_discharge_of_its_own() -> None:
    day = running()
    for _ in range(3):
        day.discharge(10)
        day.power(*OL)
        day.advance(179)
    assert [incident.count for incident in day.venue.incidents] == [3]
    assert [row.lasted_s for row in day.discharged] == [10, 10, 10]
    day.advance(2)
    day.discharge(10)
    assert [incident.count for incident in day.venue.incidents] == [3, 1]


@pytest.mark.parametrize(("lasts_s", "blip"), [(0.2, True), (1, True), (3, True), (3.2, False)])
def test_a_blip_is_recorded_as_one_and_alarms_nobody(lasts_s: float, blip: bool) -> None:
    day = running()
    day.discharge(lasts_s, every_s=0.2)
    day.power(*OL)
    assert [(row.lasted_s, row.blip) for row in day.discharged] == [(pytest.approx(lasts_s, abs=0.01), blip)]
    assert bool(day.recorded("incident.opened")) is not blip
    assert day.ups.proof is None


def test_unknown_is_neither_the_end_of_an_outage_nor_its_beginning() -> None:
    day = running()
    day.discharge(20)
    day.power_lost_sight("data-stale")
    day.advance(10)
    assert not day.discharged and day.one("mains").ceased is None
    day.discharge(20, charge=(90.0, 80.0))
    day.power(*OL)
    assert len(day.discharged) == 1 and day.one("mains").count == 1
    day.advance(400)
    day.power_lost_sight("data-stale")
    day.advance(60)
    assert day.kinds == ["ups_unknown"]


# Tests of the UPS's own


def test_a_self_test_of_up_to_five_minutes_is_no_outage_and_a_longer_one_is() -> None:
    day = running()
    day.keep(300, *OB, testing=True)
    assert day.row["state"] == "mains" and day.row["testing"] and not day.opened
    day.advance(1)
    day.power(*OB, testing=True)
    assert day.row["state"] == "battery"
    day.keep(4, *OB, testing=True)
    assert day.kinds == ["mains"]


def test_a_self_test_with_no_voltage_at_the_input_is_an_outage() -> None:
    day = running()
    day.keep(5, *OB, testing=True, input_v=49.9)
    assert day.row["state"] == "battery" and day.kinds == ["mains"]
    still = running()
    still.keep(5, *OB, testing=True, input_v=50.0)
    assert still.row["state"] == "mains" and not still.opened


def test_a_calibration_is_no_outage_however_long_it_lasts_but_with_the_plug_out_it_is() -> None:
    day = running()
    day.discharge(1800, "OB", "CAL", "DISCHRG", charge=(100.0, 40.0), every_s=5)
    assert day.row["state"] == "mains" and "mains" not in day.kinds
    day.keep(5, "OB", "CAL", "DISCHRG", input_v=0.0)
    assert "mains" in day.kinds


def test_what_a_ups_tests_by_itself_is_recorded_as_a_test() -> None:
    day = running()
    day.discharge(60, *OB, testing=True)
    day.power(*OL)
    assert [(row.test, row.lasted_s) for row in day.discharged] == [(True, 60)]


def test_a_self_test_is_told_from_the_next_one() -> None:
    day = running()
    for _ in range(2):
        day.keep(200, *OB, testing=True)
        day.power("OL", testing=False)
        day.advance(5)
    assert not day.venue.incidents


# What it survives


@pytest.mark.parametrize("off_s", [2.0, 20.0])
def test_a_guard_that_restarts_goes_on_counting_the_same_outage(off_s: float) -> None:
    day = running()
    began = day.wall
    day.discharge(100)
    day.restart(off_s)
    assert day.one("mains").ceased is None
    day.discharge(100, charge=(40.0, 30.0))
    day.power(*OL)
    (row,) = day.discharged
    assert (row.began, row.ended, row.lasted_s) == (began, "mains", 200 + off_s)
    assert row.held_s == 200 + (off_s if off_s <= 5 else 0)
    assert len(day.venue.incidents) == 1


def test_a_box_that_boots_again_into_the_same_outage_goes_on_with_it_and_claims_nothing_for_the_gap() -> None:
    day = running()
    began = day.wall
    day.discharge(400)
    day.reboot(60)
    day.discharge(100, charge=(40.0, 30.0))
    day.power(*OL)
    (row,) = day.discharged
    assert (row.began, row.lasted_s, row.held_s, row.ended) == (began, 560, 400, "lost")
    assert len(day.venue.incidents) == 1
    assert day.numbered(1).opened.wall == began


def test_a_box_that_went_without_power_proves_that_its_ups_held_no_longer() -> None:
    ups = plan().ups[0].__class__(name="ups1", feeds=("exam-server", "box"), driver="simulated")
    day = running(plan(ups=(ups,)))
    day.discharge(1200, every_s=5)
    day.reboot(3600)
    day.power(*OL)
    (row,) = day.discharged
    assert (row.ended, row.held_s, row.charge_to) == ("box-down", 1200, 40)
    assert day.ups.proof and day.ups.proof.to_the_end


def test_another_box_s_reboot_proves_nothing_of_a_ups_it_does_not_hang_on() -> None:
    day = running()
    day.discharge(1200, every_s=5)
    day.reboot(3600)
    day.power(*OL)
    assert [row.ended for row in day.discharged] == ["lost"]


@pytest.mark.parametrize("jump_s", [-7200.0, -3.0, 3.0, 7200.0, 86_400.0])
def test_a_clock_that_is_set_changes_no_length(jump_s: float) -> None:
    day = sealed()
    day.discharge(100)
    day.step_wall(jump_s)
    day.discharge(100, charge=(40.0, 30.0))
    day.power(*OL)
    (row,) = day.discharged
    assert (row.lasted_s, row.held_s) == (200, 200)
    assert [(i.cause_kind, i.count) for i in day.venue.incidents if i.cause_kind == "mains"] == [("mains", 1)]


def test_a_clock_that_nobody_vouches_for_changes_no_length_within_a_boot() -> None:
    day = running()
    day.distrust()
    day.discharge(100)
    day.power(*OL)
    assert [(row.lasted_s, row.held_s) for row in day.discharged] == [(100, 100)]


def test_an_outage_that_lasts_over_a_boot_is_no_blip_though_no_clock_tells_how_long_it_was() -> None:
    day = running()
    day.distrust()
    day.discharge(2)
    day.reboot(600, wall=at("00:10", day=1))
    day.record(ClockJudged(trusted=False, reason="no-rtc"))
    day.discharge(1, charge=(40.0, 39.0))
    day.power(*OL)
    (row,) = day.discharged
    assert not row.blip and row.held_s == 2
    assert day.recorded("incident.opened")


# What was seen


@pytest.mark.parametrize(
    ("gap_s", "held_s", "ended"),
    [(5.0, 205, "mains"), (5.5, 200, "mains"), (30.0, 200, "mains"), (30.5, 100, "lost"), (600, 100, "lost")],
)
def test_up_to_five_seconds_count_up_to_thirty_do_not_and_more_end_what_counts(
    gap_s: float, held_s: float, ended: str
) -> None:
    day = running()
    day.discharge(100)
    day.advance(gap_s, every_s=gap_s)
    day.discharge(100, charge=(40.0, 20.5))
    day.power(*OL)
    (row,) = day.discharged
    assert (row.lasted_s, row.held_s, row.ended) == (200 + gap_s, held_s, ended)


def test_the_charge_where_what_counts_ends_is_that_of_the_last_reading_before_the_gap() -> None:
    day = running()
    day.discharge(100, charge=(98.0, 80.0))
    day.advance(31, every_s=31)
    day.discharge(100, charge=(70.0, 50.0))
    day.power(*OL, charge_percent=49.0)
    (row,) = day.discharged
    assert (row.charge_from, row.charge_to) == (98, 80)


def test_the_charge_of_a_ups_that_charges_again_is_not_the_discharge_s() -> None:
    day = running()
    day.discharge(100, charge=(100.0, 60.0))
    day.power(*OL, charge_percent=75.0)
    assert [(row.charge_from, row.charge_to) for row in day.discharged] == [(100, 60)]


def test_the_load_is_the_mean_over_the_time_it_lasted() -> None:
    day = running()
    day.discharge(300, charge=(100.0, 80.0), load_percent=20.0)
    day.discharge(100, charge=(80.0, 60.0), load_percent=60.0)
    day.power(*OL, load_percent=60.0)
    (row,) = day.discharged
    assert row.load_percent == pytest.approx(30, abs=0.2)


def test_a_load_that_was_told_for_a_part_only_is_the_mean_of_that_part() -> None:
    day = running()
    day.discharge(100, charge=(100.0, 90.0), load_percent=40.0)
    day.discharge(100, charge=(90.0, 80.0), load_percent=None)
    day.power(*OL)
    assert [row.load_percent for row in day.discharged] == [40]


# How it ended


def test_a_low_battery_that_lasts_five_seconds_ends_what_counts() -> None:
    day = running()
    day.discharge(600, charge=(100.0, 30.0))
    day.discharge(60, "OB", "LB", charge=(30.0, 20.5))
    day.power(*OL, charge_percent=21.0)
    (row,) = day.discharged
    assert (row.ended, row.lasted_s) == ("low", 660)
    assert 600 <= row.held_s <= 606


def test_a_low_battery_of_a_second_is_a_flicker_and_ends_nothing() -> None:
    day = running()
    day.discharge(600, charge=(100.0, 60.0))
    day.keep(1, "OB", "LB", "RB", charge_percent=60.0)
    day.discharge(600, charge=(60.0, 40.0))
    day.power(*OL)
    (row,) = day.discharged
    assert (row.ended, row.held_s) == ("mains", 1201)


def test_a_battery_that_recovers_a_little_after_it_was_low_has_held_no_longer() -> None:
    day = running()
    day.discharge(600, charge=(100.0, 30.0))
    day.discharge(10, "OB", "LB", charge=(30.0, 25.0))
    day.discharge(300, charge=(31.0, 26.0), load_percent=5.0)
    day.power(*OL)
    (row,) = day.discharged
    assert row.ended == "low" and row.held_s <= 606


def test_battery_low_at_a_full_charge_ends_nothing() -> None:
    day = running()
    day.discharge(400, "OB", "LB", charge=(100.0, 91.0))
    day.power(*OL)
    assert [(row.ended, row.held_s) for row in day.discharged] == [("mains", 400)]


@pytest.mark.parametrize("told", [("OFF",), ("OB", "OFF"), ("OL", "OFF")])
def test_an_output_that_goes_off_ends_the_discharge_with_the_last_second_that_it_fed(
    told: tuple[str, ...],
) -> None:
    day = running()
    day.discharge(1200, every_s=5, charge=(100.0, 10.0))
    day.keep(2400, *told, charge_percent=0.0, load_percent=0.0, every_s=5)
    day.power(*OL, charge_percent=3.0)
    (row,) = day.discharged
    assert (row.ended, row.held_s, row.charge_to, row.load_percent) == ("off", 1200, 10, 30)


def test_off_for_eight_seconds_is_a_flicker_and_the_discharge_goes_on_without_those_seconds() -> None:
    day = running()
    day.discharge(600, charge=(100.0, 80.0))
    day.keep(8, "OFF", charge_percent=80.0, load_percent=0.0)
    day.discharge(600, charge=(80.0, 60.0))
    day.power(*OL)
    (row,) = day.discharged
    assert (row.ended, row.lasted_s) == ("mains", 1208)
    assert 1198 <= row.held_s <= 1200
    assert row.load_percent == 30


def test_off_for_eight_seconds_on_the_mains_is_no_discharge_and_no_outage() -> None:
    day = running()
    day.keep(8, "OL", "OFF")
    day.power(*OL)
    assert not day.discharged and not day.venue.incidents


# What it proves


def test_the_mains_back_after_less_than_five_minutes_prove_nothing() -> None:
    day = running()
    day.discharge(SHORTEST_PROOF_S - 1)
    day.power(*OL)
    assert day.ups.proof is None
    day.discharge(SHORTEST_PROOF_S)
    day.power(*OL)
    assert day.ups.proof and day.ups.proof.held_s == SHORTEST_PROOF_S


def test_each_discharge_is_recorded_once_though_nobody_settles_between_two_readings() -> None:
    day = Ledger().all_read()
    for status in (OB, OL):
        day.wall += timedelta(seconds=60)
        day.mono_s += 60
        day.record(PowerRead(ups="ups1", status=status, charge_percent=90.0))
    day.settle()
    day.settle()
    assert len(day.discharged) == 1
