"""The `nut` driver against a real upsd: told, killed, frozen, restarted."""

import os
import time
from collections.abc import Iterator

import pytest

from hw.ups import NutOptions, UpsError
from hw.ups.nut import NutUps
from tests.lab.battery import Battery
from tests.lab.nut import MAXAGE_S, NutLab, missing


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


def test_thousands_of_reads_and_reconnects_leave_no_descriptor_more(ups: NutUps) -> None:
    ups.read()
    before = len(os.listdir("/proc/self/fd"))
    for _reconnect in range(50):
        for _ in range(40):
            ups.read()
        ups.close()
    ups.read()
    assert len(os.listdir("/proc/self/fd")) == before


SEQUENCE = """\
ups.status: OL
battery.charge: 100
TIMER 1
ups.status: OB DISCHRG
battery.charge: 97
TIMER 1
ups.status: OB DISCHRG LB
battery.charge: 9
TIMER 1
ups.status: OL CHRG LB
TIMER 1
"""


def test_an_outage_that_dummy_ups_plays_from_a_file_arrives_whole_and_in_order() -> None:
    if lack := missing():
        pytest.skip(lack)
    with NutLab(sequence=SEQUENCE) as lab:
        ups = NutUps(NutOptions(port=lab.port, ups="exam"), monotonic=time.monotonic)
        seen: list[tuple[tuple[str, ...], float | None]] = []
        deadline = time.monotonic() + 30
        while not played_through(seen) and time.monotonic() < deadline:
            reading = ups.read()
            if not seen or seen[-1][0] != reading.status:
                seen.append((reading.status, reading.charge_percent))
        ups.close()
    assert played_through(seen), seen


def played_through(seen: list[tuple[tuple[str, ...], float | None]]) -> bool:
    """Whether the sequence was seen from beginning to end, each state with its own charge."""
    states = [" ".join(status) for status, _ in seen]
    wanted = ["OL", "OB DISCHRG", "OB DISCHRG LB", "OL CHRG LB"]
    for at in range(len(states)):
        if states[at : at + 4] == wanted:
            return [charge for _, charge in seen[at + 1 : at + 3]] == [97, 9]
    return False


def test_a_test_of_the_battery_shows_as_the_drivers_result(scripted_lab: NutLab) -> None:
    options = NutOptions(port=scripted_lab.port, ups="exam", full_every_s=0)
    ups, driver = NutUps(options, monotonic=time.monotonic), scripted_lab.drivers["exam"]
    assert not ups.read().testing
    for result, testing in (("In progress", True), ("Done and passed", False)):
        driver.tell({"ups.test.result": result, "ups.status": f"OL {'DISCHRG' if testing else 'CHRG'}"})
        wanted = "DISCHRG" if testing else "CHRG"
        while (reading := ups.read()).status != ("OL", wanted):
            assert reading.status[0] == "OL"
        assert reading.testing is testing
    ups.close()


def test_a_driver_that_says_its_data_are_stale_is_stale_at_once(scripted_lab: NutLab) -> None:
    ups = NutUps(NutOptions(port=scripted_lab.port, ups="exam"), monotonic=time.monotonic)
    ups.read()
    scripted_lab.drivers["exam"].set_stale(True)
    began = time.monotonic()
    while time.monotonic() - began < 2:
        try:
            ups.read()
        except UpsError as error:
            assert error.reason == "data-stale"
            break
    assert time.monotonic() - began < 1
    scripted_lab.drivers["exam"].set_stale(False)
    assert status_within(ups, 2) == ("OL", "CHRG")
    ups.close()


def test_a_played_battery_runs_down_without_mains_and_fills_again(scripted_lab: NutLab) -> None:
    options = NutOptions(port=scripted_lab.port, ups="exam", full_every_s=0)
    ups = NutUps(options, monotonic=time.monotonic)
    charges: list[float] = []
    with Battery(scripted_lab.drivers["exam"], full_minutes=60, speed=3_600) as battery:
        battery.mains = False
        while "LB" not in (reading := ups.read()).status:
            if reading.status[0] == "OB" and reading.charge_percent is not None:
                charges.append(reading.charge_percent)
        battery.mains = True
        while "LB" in ups.read().status:
            assert battery.mains
    assert charges == sorted(charges, reverse=True)
    assert len(set(charges)) > 5
    ups.close()
