"""What every UPS driver keeps to, whichever way it asks."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hw.ups import DRIVERS, NutOptions, SimulatedOptions, Ups, UpsError, UpsReading, open_ups, write_simulated
from tests.lab.nut import NutLab


@dataclass(frozen=True, kw_only=True)
class Rig:
    """A driver's UPS and the hands that set what it tells."""

    ups: Ups
    tell: Callable[[str, str], None]


@pytest.fixture(params=sorted(DRIVERS))
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Each driver in turn, its UPS `OL CHRG` at 100 % and 230.1 V."""
    if request.param == "nut":
        lab: NutLab = request.getfixturevalue("nut_lab")
        ups = open_ups(
            "nut", NutOptions(port=lab.port, ups=lab.ups, full_every_s=0), monotonic=time.monotonic
        )
        yield Rig(ups=ups, tell=lab.set_variable)
    else:
        path = tmp_path / "ups.dev"
        told = {"battery.charge": 100, "battery.runtime": 4200, "battery.voltage": 54.4}
        write_simulated(path, **{**told, "input.voltage": 230.1, "ups.load": 35, "ups.status": "OL CHRG"})
        ups = open_ups("simulated", SimulatedOptions(path=path))
        yield Rig(ups=ups, tell=lambda name, value: write_simulated(path, **{name: value}))
    ups.close()


def test_a_reading_holds_flags_and_numbers(rig: Rig) -> None:
    assert rig.ups.read() == UpsReading(
        status=("OL", "CHRG"),
        charge_percent=100,
        runtime_s=4200,
        load_percent=35,
        battery_v=54.4,
        input_v=230.1,
    )


def test_a_change_is_in_the_next_reading(rig: Rig) -> None:
    rig.ups.read()
    rig.tell("ups.status", "OB DISCHRG LB")
    assert rig.ups.read().status == ("OB", "DISCHRG", "LB")


@pytest.mark.parametrize("told", ["65536e0", "-1", "none", "NaN"])
def test_what_is_no_believable_number_is_none(rig: Rig, told: str) -> None:
    rig.tell("input.voltage", told)
    assert rig.ups.read().input_v is None


def test_waiting_is_an_error_and_no_state(rig: Rig) -> None:
    rig.tell("ups.status", "WAIT")
    with pytest.raises(UpsError, match="waiting: ") as caught:
        rig.ups.read()
    assert caught.value.reason == "waiting"


def test_flags_that_are_none_are_an_error(rig: Rig) -> None:
    rig.tell("ups.status", "OL <script>")
    with pytest.raises(UpsError, match="garbage: ups.status 'OL <script>'"):
        rig.ups.read()


def test_reading_goes_on_after_an_error_by_itself(rig: Rig) -> None:
    rig.tell("ups.status", "WAIT")
    with pytest.raises(UpsError):
        rig.ups.read()
    rig.tell("ups.status", "OL")
    assert rig.ups.read().status == ("OL",)


def test_closing_twice_and_reading_again_is_fine(rig: Rig) -> None:
    rig.ups.close()
    rig.ups.close()
    assert rig.ups.read().status == ("OL", "CHRG")


def test_an_unknown_driver_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="driver: 'apc' is unknown; known are nut, simulated"):
        open_ups("apc", NutOptions(ups="exam"))


def test_another_drivers_options_are_refused() -> None:
    with pytest.raises(TypeError, match="options are NutOptions, this driver takes SimulatedOptions"):
        open_ups("simulated", NutOptions(ups="exam"))
