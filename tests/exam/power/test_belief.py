"""What a UPS tells and can not be so is said to be so, and nothing is reckoned with it."""

from typing import Any

import pytest

from appliance.exam.power.hold import hold
from tests.exam.ledger import Ledger, plan, running

OB = ("OB", "DISCHRG")


def doubts(day: Ledger) -> list[str]:
    found = day.row["doubts"]
    assert isinstance(found, list)
    return found


def told(**figures: Any) -> Ledger:
    """On the mains, with these figures."""
    day = running()
    day.advance(60)
    day.power("OL", "ALARM", **({"charge_percent": 100.0, "runtime_s": 3600.0} | figures))
    return day


# Runtime


@pytest.mark.parametrize(
    ("runtime_s", "charge", "word"),
    [
        (0.0, 100.0, "runtime-zero"),
        (0.0, 10.1, "runtime-zero"),
        (0.0, None, "runtime-zero"),
        (0.0, 10.0, ""),
        (65_535.0, 100.0, "runtime-sentinel"),
        (65_534.0, 100.0, "runtime-sentinel"),
        (32_767.0, 100.0, "runtime-sentinel"),
        (65_000.0, 100.0, ""),
        (1.0, 100.0, ""),
    ],
)
def test_a_runtime_that_can_not_be_is_said_and_not_reckoned_with(
    runtime_s: float, charge: float | None, word: str
) -> None:
    day = told(runtime_s=runtime_s, charge_percent=charge)
    assert doubts(day) == ([word] if word else [])
    assert hold(day.venue, "ups1", day.now).reported_s == (None if word else runtime_s)
    assert day.row["runtime_s"] == runtime_s, "what it tells is shown all the same"


def test_a_runtime_of_nothing_on_battery_ends_nothing() -> None:
    day = running()
    day.discharge(60, charge=(100.0, 90.0), runtime_s=0.0)
    day.discharge(30, "OB", "LB", charge=(80.0, 79.0), runtime_s=65_535.0)
    assert not day.recorded("ending.begun")


# Charge


def test_a_charge_of_100_after_five_minutes_on_battery_is_stuck() -> None:
    day = running()
    for number in range(301):
        day.power(*OB, charge_percent=100.0, runtime_s=3600.0 - number)
        assert doubts(day) == ([] if number < 300 else ["charge-stuck"])
        day.advance(1)
    assert hold(day.venue, "ups1", day.now).modelled_s is None
    day.power(*OB, charge_percent=99.0, runtime_s=3000.0)
    assert doubts(day) == []


def test_battery_low_at_a_charge_that_is_full_is_a_wrong_setting_and_no_low_battery() -> None:
    day = running()
    day.discharge(30, "OB", "LB", charge=(100.0, 95.0))
    assert doubts(day) == ["low-at-full"] and day.row["state"] == "battery"
    assert day.verdict.code == "on_battery"
    day.discharge(30, "OB", "LB", charge=(89.9, 89.0))
    assert doubts(day) == [] and day.row["state"] == "low" and day.verdict.code == "battery_low"


def test_a_forced_shutdown_is_low_at_any_charge() -> None:
    day = running()
    day.discharge(5, "OB", "FSD", charge=(100.0, 100.0))
    assert day.row["state"] == "low"


# Frozen


def test_figures_that_stand_still_for_three_minutes_on_battery_are_frozen() -> None:
    day = running()
    figures = {"charge_percent": 88.0, "runtime_s": 2000.0, "battery_v": 12.5}
    day.keep(179, *OB, **figures)
    assert doubts(day) == []
    day.keep(1, *OB, **figures)
    day.advance(1)
    assert doubts(day) == ["frozen"]
    found = hold(day.venue, "ups1", day.now)
    assert (found.reported_s, found.modelled_s) == (None, None)


@pytest.mark.parametrize("moving", ["charge_percent", "runtime_s", "battery_v", "load_percent"])
def test_one_figure_that_moves_is_enough_to_be_alive(moving: str) -> None:
    day = running()
    for number in range(240):
        still = {"charge_percent": 88.0, "runtime_s": 2000.0, "battery_v": 12.5, "load_percent": 30.0}
        day.power(*OB, **(still | {moving: still[moving] - number / 100}))
        day.advance(1)
    assert doubts(day) == []


def test_figures_that_stand_still_on_the_mains_are_those_of_a_full_battery() -> None:
    day = told()
    day.advance(1800, every_s=60)
    assert doubts(day) == []


def test_a_ups_that_tells_no_figure_at_all_has_none_that_stand_still() -> None:
    day = running()
    day.keep(240, *OB, charge_percent=None, load_percent=None)
    assert doubts(day) == []


def test_frozen_figures_begin_no_end() -> None:
    day = running()
    day.keep(170, *OB, charge_percent=15.0, runtime_s=200.0)
    day.keep(30, *OB, charge_percent=15.0, runtime_s=200.0)
    day.keep(30, "OB", "LB", charge_percent=15.0, runtime_s=200.0)
    assert "frozen" in doubts(day) and not day.recorded("ending.begun")


# Absurd, and what becomes of doubts


def test_what_is_no_number_that_can_be_is_named() -> None:
    day = told(charge_percent=None, absurd=("battery.charge", "ups.load"))
    assert doubts(day) == ["absurd:battery.charge", "absurd:ups.load"]
    assert hold(day.venue, "ups1", day.now).modelled_s is None


def test_a_doubt_is_recorded_once_and_once_more_when_it_is_over() -> None:
    day = told(runtime_s=0.0)
    day.advance(600, every_s=60)
    day.power("OL", charge_percent=100.0, runtime_s=3600.0)
    said = [event.body.doubts for event in day.recorded("power.doubted")]  # type: ignore[attr-defined]
    assert said == [("runtime-zero",), ()]


def test_a_ups_that_is_not_read_keeps_its_doubts_until_it_is() -> None:
    day = told(runtime_s=0.0)
    day.power_lost_sight()
    day.advance(10)
    assert doubts(day) == ["runtime-zero"]
    day.power("OL", charge_percent=100.0, runtime_s=3600.0)
    assert doubts(day) == []


def test_another_ups_in_its_place_is_believed_until_it_lies() -> None:
    day = Ledger(plan()).all_read()
    day.advance(60)
    day.power("OL", "ALARM", runtime_s=0.0)
    day.act("power.swap", ups="ups1", by="张工", note="换机")
    day.power("OL", runtime_s=3600.0)
    assert doubts(day) == []
