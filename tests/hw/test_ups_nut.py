"""The `nut` driver against a real upsd: told, killed, frozen, restarted."""

import time
from collections.abc import Iterator

import pytest

from hw.ups import NutOptions, UpsError
from hw.ups.nut import NutUps
from tests.lab.nut import MAXAGE_S, NutLab


@pytest.fixture
def ups(nut_lab: NutLab) -> Iterator[NutUps]:
    """A client of the lab's upsd."""
    client = NutUps(NutOptions(port=nut_lab.port, ups=nut_lab.ups), monotonic=time.monotonic)
    yield client
    client.close()


@pytest.fixture
def doomed(nut_lab_to_break: NutLab) -> Iterator[NutUps]:
    """A client of the upsd that the test breaks."""
    client = NutUps(NutOptions(port=nut_lab_to_break.port, ups="exam"), monotonic=time.monotonic)
    yield client
    client.close()


def reason_of(ups: NutUps) -> str:
    """Read once, expecting an error; give its reason."""
    with pytest.raises(UpsError) as caught:
        ups.read()
    return caught.value.reason


def status_within(ups: NutUps, seconds: float) -> tuple[str, ...]:
    """Read until a state is told."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ups.read().status
        except UpsError:
            if time.monotonic() > deadline:
                raise


def test_all_that_upsd_tells_arrives(ups: NutUps) -> None:
    reading = ups.read()
    assert reading.status == ("OL", "CHRG")
    assert (reading.charge_percent, reading.runtime_s, reading.load_percent) == (100, 4200, 35)
    assert (reading.battery_v, reading.input_v) == (54.4, 230.1)


def test_each_state_arrives_with_its_flags_in_order(ups: NutUps, nut_lab: NutLab) -> None:
    for status in ("OB DISCHRG", "OB DISCHRG LB", "OL CHRG RB", "OL BYPASS", "OFF", "OL TRIM", "FSD OB LB"):
        nut_lab.set_status(status)
        assert ups.read().status == tuple(status.split())


def test_a_changed_status_brings_its_numbers_with_it(ups: NutUps, nut_lab: NutLab) -> None:
    ups.read()
    nut_lab.set_variable("battery.charge", "97")
    assert ups.read().charge_percent == 100, "a list was asked although nothing called for one"
    nut_lab.set_status("OB DISCHRG")
    reading = ups.read()
    assert (reading.charge_percent, reading.values_age_s < 0.5) == (97, True)


def test_the_numbers_are_asked_anew_after_their_time(nut_lab: NutLab) -> None:
    ups = NutUps(NutOptions(port=nut_lab.port, ups="exam", full_every_s=0), monotonic=time.monotonic)
    ups.read()
    nut_lab.set_variable("battery.charge", "96")
    assert ups.read().charge_percent == 96
    ups.close()


@pytest.mark.parametrize("told", ["nan", "inf", "1e3", "101", "-1", "9" * 400, "100 %", "0x10"])
def test_an_absurd_charge_is_told_as_none(ups: NutUps, nut_lab: NutLab, told: str) -> None:
    nut_lab.set_variable("battery.charge", told)
    reading = ups.read()
    assert (reading.charge_percent, reading.status) == (None, ("OL", "CHRG"))


def test_a_waiting_driver_is_not_on_line(ups: NutUps, nut_lab: NutLab) -> None:
    nut_lab.set_status("WAIT")
    assert reason_of(ups) == "waiting"


def test_an_unknown_ups_is_named(nut_lab: NutLab) -> None:
    ups = NutUps(NutOptions(port=nut_lab.port, ups="wrong"), monotonic=time.monotonic)
    assert reason_of(ups) == "unknown-ups"


def test_a_name_and_password_are_taken_on_loopback(nut_lab: NutLab) -> None:
    options = NutOptions(port=nut_lab.port, ups="exam", username="admin", password='a"d\\m#in pw')
    ups = NutUps(options, monotonic=time.monotonic)
    assert ups.read().status == ("OL", "CHRG")
    ups.close()


def test_reading_goes_on_after_close(ups: NutUps) -> None:
    ups.read()
    ups.close()
    ups.close()
    assert ups.read().status == ("OL", "CHRG")


def test_a_killed_driver_is_unknown_at_once(doomed: NutUps, nut_lab_to_break: NutLab) -> None:
    doomed.read()
    nut_lab_to_break.kill_driver()
    deadline = time.monotonic() + 1
    reasons = []
    while not reasons or (reasons[-1] == "waiting" and time.monotonic() < deadline):
        try:
            doomed.read()
        except UpsError as error:
            reasons.append(error.reason)
        assert time.monotonic() < deadline + 1
    # upsd may find the dying driver's socket still open for a blink, and waits for it.
    assert reasons[-1] == "driver-not-connected"


def test_a_frozen_driver_is_stale_data(doomed: NutUps, nut_lab_to_break: NutLab) -> None:
    doomed.read()
    nut_lab_to_break.freeze_driver()
    began = time.monotonic()
    while time.monotonic() - began < MAXAGE_S + 3:
        try:
            doomed.read()
        except UpsError as error:
            assert error.reason == "data-stale"
            break
    assert time.monotonic() - began < MAXAGE_S + 2
    nut_lab_to_break.thaw_driver()
    assert status_within(doomed, 5) == ("OL", "CHRG")


def test_a_killed_upsd_is_seen_at_the_next_read(doomed: NutUps, nut_lab_to_break: NutLab) -> None:
    doomed.read()
    nut_lab_to_break.kill_upsd()
    began = time.monotonic()
    assert reason_of(doomed) == "closed"
    assert reason_of(doomed) == "unreachable"
    assert time.monotonic() - began < 0.5


def test_a_frozen_upsd_costs_one_deadline_and_no_more(doomed: NutUps, nut_lab_to_break: NutLab) -> None:
    doomed.read()
    nut_lab_to_break.freeze_upsd()
    for _connected_or_not in range(2):
        began = time.monotonic()
        assert reason_of(doomed) == "timeout"
        assert 0.9 < time.monotonic() - began < 1.5
    nut_lab_to_break.thaw_upsd()
    assert status_within(doomed, 5) == ("OL", "CHRG")


def test_after_a_restart_reading_goes_on_by_itself(doomed: NutUps, nut_lab_to_break: NutLab) -> None:
    nut_lab_to_break.set_status("OB DISCHRG")
    assert doomed.read().status == ("OB", "DISCHRG")
    nut_lab_to_break.restart()
    assert status_within(doomed, 5) == ("OL", "CHRG")
