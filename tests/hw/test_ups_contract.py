"""What every UPS driver keeps to, whichever way it asks."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import pytest

from hw.ups import (
    DRIVERS,
    DeclaredOptions,
    GpioLineOptions,
    Max1704xOptions,
    NutOptions,
    SimulatedOptions,
    Ups,
    UpsError,
    UpsReading,
    open_commander,
    open_ups,
    write_simulated,
)
from hw.ups.gpio_line import GpioLineUps
from hw.ups.max1704x import Max1704xUps
from tests.lab.gauge import Gauge
from tests.lab.nut import NutLab
from tests.lab.pins import mock_pins

# Drivers that ask something with NUT's variables; the others know a line, and a gauge perhaps.
VARIABLES = ("nut", "simulated")
LINES = ("gpio_line", "max1704x")


@dataclass(frozen=True, kw_only=True)
class Rig:
    """A driver's UPS and the hands that set what it tells."""

    ups: Ups
    tell: Callable[[str, str], None]


def no_wait(_seconds: float) -> None:
    """Lines of a mock settle at once."""


def line_rig(name: str) -> Rig:
    """A UPS on mock pins, mains there; telling a status moves the line, telling a figure moves the gauge."""
    pins, gauge = mock_pins(), Gauge(volts=4.0, percent=100.0)
    if name == "gpio_line":
        options = GpioLineOptions(gpio=6, mains_lost="high")
        ups: Ups = GpioLineUps(options, pin_factory=pins, pause=no_wait)
    else:
        chip = Max1704xOptions(gpio=6, mains_lost="high")
        ups = Max1704xUps(chip, pin_factory=pins, open_bus=gauge.opened, pause=no_wait)

    def tell(variable: str, value: str) -> None:
        assert variable == "ups.status"
        line = pins.pin(6)
        line.drive_high() if "OB" in value.split() else line.drive_low()

    return Rig(ups=ups, tell=tell)


def simulated_rig(path: Path) -> Rig:
    """A UPS that is a file."""
    told = {"battery.charge": 100, "battery.runtime": 4200, "battery.voltage": 54.4}
    write_simulated(path, **{**told, "input.voltage": 230.1, "ups.load": 35, "ups.status": "OL CHRG"})
    ups = open_ups("simulated", SimulatedOptions(path=path))
    return Rig(ups=ups, tell=lambda name, value: write_simulated(path, **{name: value}))


def rig_of(name: str, request: pytest.FixtureRequest) -> Rig:
    """The rig of a driver."""
    if name in LINES:
        return line_rig(name)
    if name == "simulated":
        directory: Path = request.getfixturevalue("tmp_path")
        return simulated_rig(directory / "ups.dev")
    lab: NutLab = request.getfixturevalue("nut_lab")
    options = NutOptions(port=lab.port, ups=lab.ups, full_every_s=0)
    return Rig(ups=open_ups("nut", options, monotonic=time.monotonic), tell=lab.set_variable)


@pytest.fixture(params=sorted(name for name, driver in DRIVERS.items() if driver.watched))
def any_rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """Each driver that reads, in turn, its UPS on the mains."""
    rig = rig_of(request.param, request)
    yield rig
    rig.ups.close()


@pytest.fixture(params=VARIABLES)
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """Each driver that tells variables, in turn, its UPS `OL CHRG` at 100 % and 230.1 V."""
    rig = rig_of(request.param, request)
    yield rig
    rig.ups.close()


def test_mains_and_battery_are_told_apart(any_rig: Rig) -> None:
    assert "OL" in any_rig.ups.read().status
    any_rig.tell("ups.status", "OB")
    assert any_rig.ups.read().status == ("OB",)
    any_rig.tell("ups.status", "OL")
    assert any_rig.ups.read().status == ("OL",)


def test_closing_twice_and_reading_again_is_fine(any_rig: Rig) -> None:
    before = any_rig.ups.read()
    any_rig.ups.close()
    any_rig.ups.close()
    assert any_rig.ups.read() == before


def test_a_ups_closed_before_it_was_read_is_fine(any_rig: Rig) -> None:
    any_rig.ups.close()
    assert "OL" in any_rig.ups.read().status


def test_figures_are_numbers_or_none_and_none_is_absurd_by_itself(any_rig: Rig) -> None:
    reading = any_rig.ups.read()
    figures = [getattr(reading, field.name) for field in fields(reading) if field.type == float | None]
    assert len(figures) == 5
    assert all(figure is None or isinstance(figure, float) for figure in figures)
    assert (reading.testing, reading.absurd) == (False, ())


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


FLAGS = "OL OB LB HB RB CHRG DISCHRG BYPASS CAL OFF OVER TRIM BOOST FSD ALARM TEST"


def test_every_flag_of_nut_arrives_alone_and_with_others(rig: Rig) -> None:
    flags = FLAGS.split()
    fours = [flags[n : n + 4] for n in range(0, len(flags), 4)]  # dummy-ups takes 32 characters
    for told in [*([flag] for flag in flags), *fours]:
        rig.tell("ups.status", " ".join(told))
        assert rig.ups.read().status == tuple(told)


@pytest.mark.parametrize("told", ["65536e0", "-1", "none", "NaN"])
def test_what_is_no_believable_number_is_none_and_named(rig: Rig, told: str) -> None:
    rig.tell("input.voltage", told)
    rig.tell("battery.charge", "3 of 4")
    reading = rig.ups.read()
    assert (reading.input_v, reading.charge_percent) == (None, None)
    assert reading.absurd == ("battery.charge", "input.voltage")
    assert reading.load_percent == 35


def test_a_test_of_the_battery_shows_as_a_flag(rig: Rig) -> None:
    rig.tell("ups.status", "OL DISCHRG TEST")
    assert rig.ups.read().testing
    rig.tell("ups.status", "OL CHRG")
    assert not rig.ups.read().testing


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


def test_an_unknown_driver_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="driver: 'apc' is unknown; known are nut, gpio_line, "):
        open_ups("apc", NutOptions(ups="exam"))
    with pytest.raises(ValueError, match="driver: 'apc' is unknown"):
        open_commander("apc", NutOptions(ups="exam"))


def test_another_drivers_options_are_refused() -> None:
    with pytest.raises(TypeError, match="options are NutOptions, this driver takes SimulatedOptions"):
        open_ups("simulated", NutOptions(ups="exam"))
    with pytest.raises(TypeError, match="options are GpioLineOptions, this driver takes NutOptions"):
        open_commander("nut", GpioLineOptions(gpio=6, mains_lost="low"))


def test_a_declared_ups_is_not_watched_and_never_read() -> None:
    options = DeclaredOptions(measured_on=date(2026, 3, 14), load_percent=40, hold_minutes=75, by="王工")
    assert [name for name, driver in DRIVERS.items() if not driver.watched] == ["declared"]
    with pytest.raises(ValueError, match="'declared' is a UPS without a data port"):
        open_ups("declared", options)
    assert open_commander("declared", options) is None


def test_drivers_that_only_read_take_no_commands() -> None:
    assert [name for name, driver in DRIVERS.items() if driver.commands] == ["nut", "simulated"]
    assert open_commander("gpio_line", GpioLineOptions(gpio=6, mains_lost="low")) is None


@pytest.mark.parametrize(
    ("options", "given", "fault"),
    [
        (GpioLineOptions, {"gpio": 28, "mains_lost": "low"}, "gpio: 28 is not within 0…27"),
        (GpioLineOptions, {"gpio": 6, "mains_lost": "off"}, "mains_lost: 'off' is neither"),
        (GpioLineOptions, {"gpio": 6, "mains_lost": "low", "pull": "left"}, "pull: 'left' is none of"),
        (Max1704xOptions, {"gpio": -1, "mains_lost": "low", "bus": -1}, "gpio: -1 is .*; bus: -1 is not"),
        (Max1704xOptions, {"gpio": 6, "mains_lost": "low", "address": 0x80}, "address: 0x80 is not within"),
        (DeclaredOptions, {"load_percent": 0.0}, "load_percent: 0.0 is not within"),
        (DeclaredOptions, {"hold_minutes": float("nan")}, "hold_minutes: nan is not within"),
        (DeclaredOptions, {"by": " "}, "by: a name"),
    ],
)
def test_options_that_could_only_fail_later_are_refused(
    options: Callable[..., object], given: dict[str, object], fault: str
) -> None:
    measured = {"measured_on": date(2026, 3, 14), "load_percent": 40.0, "hold_minutes": 75.0, "by": "王工"}
    with pytest.raises(ValueError, match=fault):
        options(**({**measured, **given} if options is DeclaredOptions else given))
