"""Trials by people: the watched discharge test with its abort limits, and the drill that pulls the plug."""

from typing import Any

import pytest

from appliance.events.plan import UpsPlan
from appliance.exam.acts import Refused
from tests.exam.ledger import Ledger, plan, running, sealed

OB, OL = ("OB", "DISCHRG"), ("OL", "CHRG")


def begun(minutes: int = 10, *, command: bool = False, **args: Any) -> Ledger:
    """An open day with a test that just began, the plug not pulled yet."""
    ups = UpsPlan(name="ups1", feeds=("exam-server",), driver="simulated", commands=True)
    day = Ledger(plan(ups=(ups,))).all_read()
    day.act("power.test", ups="ups1", by="张工", minutes=minutes, command=command, **args)
    return day


def outcomes(day: Ledger) -> list[str]:
    return [event.body.outcome for event in day.recorded("power.test_ended")]  # type: ignore[attr-defined]


def drilled() -> Ledger:
    day = Ledger().all_read()
    day.act("power.drill", ups="ups1", by="张工")
    return day


def drills(day: Ledger) -> list[str]:
    return [event.body.outcome for event in day.recorded("power.drill_ended")]  # type: ignore[attr-defined]


# How a test ends


def test_a_test_that_lasts_all_of_its_minutes_is_held() -> None:
    day = begun(minutes=10)
    day.discharge(599, charge=(100.0, 70.0))
    assert outcomes(day) == [] and day.row["test"] is not None
    day.advance(1)
    day.power(*OB, charge_percent=69.9)
    assert outcomes(day) == ["held"] and day.row["test"] is None
    day.power(*OL)
    assert [(row.test, row.ended, row.held_s) for row in day.discharged] == [(True, "mains", 600)]


@pytest.mark.parametrize("status", [("OB", "LB"), ("OB", "FSD")])
def test_a_battery_that_is_low_for_five_seconds_ends_the_test(status: tuple[str, ...]) -> None:
    day = begun(floor_percent=5)
    day.discharge(60, charge=(100.0, 40.0))
    day.discharge(4, *status, charge=(40.0, 39.0))
    assert outcomes(day) == []
    day.advance(1)
    day.power(*status, charge_percent=39.0)
    assert outcomes(day) == ["low"]


@pytest.mark.parametrize("told", [("OL", "DISCHRG"), ("OB", "DISCHRG"), ("OB", "CAL", "DISCHRG")])
def test_a_battery_that_is_low_in_a_test_of_the_ups_s_own_ends_it_too(told: tuple[str, ...]) -> None:
    day = begun(minutes=65, command=True, floor_percent=5)
    day.discharge(60, *told, charge=(100.0, 40.0), testing=True, input_v=230.0)
    day.discharge(6, *told, "LB", charge=(40.0, 38.0), testing=True, input_v=230.0)
    assert outcomes(day) == ["low"]


def test_a_charge_at_the_floor_ends_the_test() -> None:
    day = begun(floor_percent=30)
    day.discharge(60, charge=(100.0, 30.5))
    assert outcomes(day) == []
    day.power(*OB, charge_percent=30.0)
    day.advance(1)
    day.power(*OB, charge_percent=30.0)
    assert outcomes(day) == ["floor"]


@pytest.mark.parametrize("charge", [80.0, None])
def test_a_plug_that_is_put_back_too_early_ends_the_test(charge: float | None) -> None:
    day = begun()
    day.discharge(60, charge=(charge, charge))
    day.power(*OL, charge_percent=charge)
    assert outcomes(day) == ["mains"]


def test_an_output_that_goes_off_ends_the_test_as_a_battery_that_gave_out() -> None:
    day = begun()
    day.discharge(60)
    day.keep(12, "OFF", charge_percent=40.0)
    assert outcomes(day) == ["low"]


def test_a_plug_that_nobody_pulls_within_two_minutes_ends_the_test() -> None:
    day = begun()
    day.advance(119)
    assert outcomes(day) == []
    day.advance(1)
    assert outcomes(day) == ["no-discharge"]


def test_a_ups_that_is_unknown_for_ten_seconds_ends_the_test() -> None:
    day = begun()
    day.discharge(60)
    day.power_lost_sight("data-stale")
    day.advance(9)
    day.power(*OB, charge_percent=39.0)
    assert outcomes(day) == []
    day.power_lost_sight("data-stale")
    day.advance(10)
    assert outcomes(day) == ["unknown"]


def test_a_test_is_cancelled_by_a_person_and_by_the_seal() -> None:
    day = begun()
    day.act("power.test_cancel", ups="ups1", by="张工")
    assert outcomes(day) == ["cancelled"]
    with pytest.raises(Refused, match="no-test"):
        day.act("power.test_cancel", ups="ups1", by="张工")
    other = begun()
    other.act("seal", chief="王主考", technician="张工")
    assert outcomes(other) == ["sealed"]


def test_a_sitting_that_draws_near_ends_the_test() -> None:
    day = begun()
    day.until("07:30")
    assert outcomes(day)[-1] in ("sealed", "no-discharge")
    day = Ledger().all_read()
    day.until("07:29")
    day.act("power.test", ups="ups1", by="张工")
    day.until("07:31")
    assert outcomes(day) == ["sealed"]


def test_a_guard_that_restarts_goes_on_with_the_test_and_a_box_that_boots_does_not() -> None:
    day = begun(minutes=10)
    day.discharge(300, charge=(100.0, 90.0))
    day.restart(4)
    day.advance(1)
    assert outcomes(day) == [], "nobody has read the UPS yet: that is not unknown for ten seconds"
    day.discharge(300, charge=(90.0, 80.0))
    assert outcomes(day) == ["held"]
    other = begun()
    other.discharge(60)
    other.reboot()
    assert outcomes(other) == ["restarted"]


# When it is refused


def refusal(day: Ledger, verb: str = "power.test", **args: Any) -> str:
    with pytest.raises(Refused) as caught:
        day.act(verb, **({"ups": "ups1", "by": "张工"} | args))
    return caught.value.code


@pytest.mark.parametrize("verb", ["power.test", "power.drill"])
def test_no_trial_begins_while_sealed_or_in_an_exam(verb: str) -> None:
    assert refusal(sealed(), verb) == "test-now"
    assert refusal(running(), verb) == "test-now"
    unsealed = Ledger().all_read()
    for clock in ("07:31", "09:10", "11:31"):
        unsealed.until(clock)
        assert refusal(unsealed, verb) == "test-now"


@pytest.mark.parametrize("verb", ["power.test", "power.drill"])
@pytest.mark.parametrize("status", [("OB",), ("OB", "LB"), ("OFF",), ("WAIT",), ("OL", "OFF")])
def test_no_trial_begins_but_on_the_mains(verb: str, status: tuple[str, ...]) -> None:
    day = Ledger().all_read()
    day.power(*status)
    assert refusal(day, verb) == "not-on-mains"
    day.power_lost_sight()
    assert refusal(day, verb) == "not-on-mains"


def test_no_test_begins_with_a_charge_at_its_floor() -> None:
    day = Ledger().all_read()
    day.advance(60)
    day.power("OL", charge_percent=40.0)
    assert refusal(day, floor_percent=40) == "charge-too-low"
    day.act("power.test", ups="ups1", by="张工", floor_percent=39)


def test_one_trial_at_a_time() -> None:
    assert refusal(begun()) == "test-on" and refusal(begun(), "power.drill") == "test-on"
    assert refusal(drilled()) == "drill-on-ups" and refusal(drilled(), "power.drill") == "drill-on-ups"


def test_an_unknown_an_unwatched_and_a_mute_ups_are_refused() -> None:
    assert refusal(Ledger().all_read(), ups="nowhere") == "unknown-ups"
    assert refusal(Ledger().all_read(), command=True) == "no-command"


# What a test is not


def test_a_test_opens_no_item_of_the_mains_nor_does_the_way_back_to_the_socket() -> None:
    day = begun(minutes=1)
    day.discharge(60, charge=(100.0, 90.0))
    assert outcomes(day) == ["held"]
    day.discharge(119, charge=(90.0, 88.0))
    day.power(*OL)
    day.advance(10)
    assert not day.venue.incidents and day.verdict.level == "ok"


def test_a_plug_that_is_not_put_back_within_two_minutes_is_an_outage() -> None:
    day = begun(minutes=1)
    day.discharge(60, charge=(100.0, 90.0))
    day.discharge(120, charge=(90.0, 88.0))
    assert not day.venue.incidents
    day.discharge(5, charge=(88.0, 87.0))
    assert day.kinds == ["mains"]


def test_a_test_is_shown_as_one_and_as_no_outage() -> None:
    day = begun()
    day.discharge(60)
    row = day.row
    assert row["testing"] and row["outage_since"] is None and row["test"]["minutes"] == 10
    assert row["state"] == "battery"


# On command


def tries(day: Ledger) -> str:
    return day.posture.levels["test:ups1"]


def test_a_commanded_test_is_run_and_stopped_at_its_limits() -> None:
    day = begun(minutes=10, command=True, floor_percent=20)
    assert tries(day) == "run"
    day.discharge(120, *OB, testing=True, input_v=230.0, charge=(100.0, 20.0))
    assert outcomes(day) == ["floor"] and tries(day) == "stop"
    day.power("OL", testing=False, charge_percent=20.0)
    assert tries(day) == "idle"


def test_a_test_that_is_not_commanded_commands_nothing() -> None:
    day = begun()
    assert tries(day) == "idle"
    day.act("power.test_cancel", ups="ups1", by="张工")
    day.power("OL", testing=True)
    assert tries(day) == "idle"


def test_a_commanded_test_that_begins_a_little_late_is_still_stopped() -> None:
    day = begun(command=True)
    day.act("power.test_cancel", ups="ups1", by="张工")
    day.advance(5)
    day.power(*OB, testing=True, input_v=230.0)
    assert tries(day) == "stop"


def test_what_a_ups_tests_by_itself_days_later_is_not_stopped() -> None:
    day = begun(command=True)
    day.act("power.test_cancel", ups="ups1", by="张工")
    day.advance(400, every_s=100)
    day.power(*OB, testing=True, input_v=230.0)
    assert tries(day) == "idle"


# The drill


def test_a_drill_is_passed_once_the_plug_was_seen_out_and_in_again() -> None:
    day = drilled()
    day.advance(20)
    day.discharge(5)
    assert day.row["drill"]["state"] == "on" and day.row["drill"]["edge"]
    day.power(*OL)
    assert drills(day) == ["passed"] and day.row["drill"]["state"] == "passed"


def test_a_drill_without_an_edge_within_a_minute_says_that_the_wiring_is_wrong() -> None:
    day = drilled()
    day.advance(59)
    assert drills(day) == []
    day.advance(1)
    assert drills(day) == ["no-edge"]


def test_a_drill_whose_plug_stays_out_for_five_minutes_is_not_back() -> None:
    day = drilled()
    day.discharge(299, charge=(100.0, 90.0))
    assert drills(day) == []
    day.discharge(2, charge=(90.0, 89.0))
    assert drills(day) == ["not-back"]


def test_a_drill_that_nobody_can_see_is_unknown() -> None:
    day = drilled()
    day.power_lost_sight()
    assert drills(day) == ["unknown"]
    other = drilled()
    other.reboot()
    assert drills(other) == ["unknown"]


def test_a_self_test_of_the_ups_is_no_edge() -> None:
    day = drilled()
    day.keep(60, *OB, testing=True, input_v=230.0)
    assert drills(day) == ["no-edge"]


def test_a_drill_proves_one_ups_on_one_wire() -> None:
    day = drilled()
    day.discharge(5)
    day.power(*OL)
    day.act("power.swap", ups="ups1", by="张工", note="换机")
    assert day.row["drill"]["state"] == "never"
