"""Made-up histories of a supply: nothing is ended that two independent signs do not end, and what is, is."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.exam.power.histories import (
    PHASES,
    Dies,
    Silent,
    Step,
    Story,
    Tells,
    histories,
    played,
    replayed,
    true_ends,
)

CALM = settings(max_examples=200, derandomize=True, suppress_health_check=list(HealthCheck))


@CALM
@given(history=histories)
def test_no_history_ends_what_two_signs_do_not_end(history: Story) -> None:
    played(history)


@settings(CALM, max_examples=60)
@given(history=true_ends)
def test_a_battery_that_truly_gives_out_is_acted_on_within_thirty_seconds(history: Story) -> None:
    told = played(history)
    assert told.ends >= 1, "a history of this kind holds a true end"


@settings(CALM, max_examples=30)
@given(history=histories)
def test_a_history_folds_to_the_same_state_again(history: Story) -> None:
    told = played(history)
    assert replayed(told.day) == told.day.venue


# Real reports


def tells(
    *status: str, seconds: int, charge: float | None = 80.0, falls: float = 0.01, **figures: Any
) -> Tells:
    usual: dict[str, Any] = {"runtime_s": 2400.0, "battery_v": 12.5, "load": 30.0}
    return Tells(status, seconds, charge, falls, **(usual | figures))


REPORTS: dict[str, list[Step]] = {
    "off for 8 s": [tells("OB", seconds=30), tells("OFF", seconds=8), tells("OB", seconds=60)],
    "off for 8 s on the mains": [
        tells("OL", "OFF", seconds=8),
        tells("OL", seconds=20),
        tells("OB", seconds=400),
    ],
    "low and replace for 1 s": [tells("OL", "LB", "RB", seconds=1), tells("OB", "LB", "RB", seconds=1)] * 5,
    "low at 100 %, for its limit is set to 100": [tells("OB", "LB", seconds=900, charge=100.0, falls=0.05)],
    "the network is lost while on battery": [
        tells("OB", seconds=60),
        Silent("unreachable", 600),
        tells("OB", seconds=30, charge=60.0),
        tells("OL", seconds=30),
    ],
    "usb drops exactly at the cut": [
        Silent("driver-not-connected", 4),
        tells("OB", seconds=60),
        Silent("data-stale", 20),
        tells("OL", seconds=30),
    ],
    "an old counter fires on the second outage": [
        tells("OB", seconds=400, charge=100.0, falls=0.1, runtime_s=280.0),
        tells("OL", seconds=90, charge=62.0),
        tells("OB", seconds=400, charge=62.0, falls=0.05, runtime_s=120.0),
    ],
    "an old counter says low at once on the second outage": [
        tells("OB", seconds=400, charge=100.0, falls=0.1),
        tells("OL", seconds=90, charge=62.0),
        tells("OB", "LB", seconds=3, charge=62.0),
        tells("OB", seconds=400, charge=61.0, falls=0.05),
    ],
    "values stand still while on battery": [
        tells("OB", seconds=400, charge=18.0, falls=0.0, runtime_s=290.0),
        tells("OB", "LB", seconds=20, charge=18.0, falls=0.0, runtime_s=290.0),
    ],
    "a runtime of 0": [tells("OB", seconds=60), tells("OB", "LB", seconds=300, runtime_s=0.0)],
    "a runtime of 65535": [tells("OB", "LB", seconds=300, runtime_s=65_535.0)],
    "a calibration that runs low": [tells("OB", "CAL", "LB", seconds=300, charge=15.0, runtime_s=60.0)],
    "a self-test that runs low": [tells("OB", "LB", seconds=200, charge=15.0, runtime_s=60.0, testing=True)],
    "flaps": [tells("OB", seconds=2), tells("OL", seconds=4)] * 20,
    "six minutes were seen, and then an hour goes by": [
        tells("OB", seconds=360, charge=100.0),
        tells("OL", seconds=60, charge=97.0),
        tells("OB", seconds=1500, charge=98.0, falls=0.02),
    ],
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("report", REPORTS)
def test_what_was_really_reported_ends_nothing(report: str, phase: str) -> None:
    told = played(Story(phase, "box cuts", REPORTS[report]))
    assert not told.day.recorded("ending.begun")


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("report", REPORTS)
def test_a_true_end_after_it_is_acted_on_all_the_same(report: str, phase: str) -> None:
    assert played(Story(phase, "server+box cuts", [*REPORTS[report], Dies()])).ends == 1
