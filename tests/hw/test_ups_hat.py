"""HATs: the power-fail line on gpiozero's own mock pins, and the gauge beside it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st

from hw.i2c import I2cBus, I2cError
from hw.ups import GpioLineOptions, Max1704xOptions, UpsError
from hw.ups.gpio_line import MOST_SAMPLES, GpioLineUps
from hw.ups.max1704x import Max1704xUps, cell_v, charge_percent
from tests.lab.gauge import Gauge
from tests.lab.pins import mock_pins

ROOT = Path(__file__).resolve().parents[2]


def no_wait(_seconds: float) -> None:
    """A line that is at rest needs no wait."""


def line_ups(
    pins: MockFactory, *, mains_lost: str = "high", pause: Callable[[float], None] = no_wait
) -> GpioLineUps:
    """A UPS on GPIO6."""
    options = GpioLineOptions(gpio=6, mains_lost=mains_lost)  # type: ignore[arg-type]  # parametrized
    return GpioLineUps(options, pin_factory=pins, pause=pause)


def gauge_ups(gauge: Gauge, *, bus: int = 1, address: int = 0x36) -> Max1704xUps:
    """A UPS with the gauge, on the mains."""
    options = Max1704xOptions(gpio=6, mains_lost="high", bus=bus, address=address)
    return Max1704xUps(options, pin_factory=mock_pins(), open_bus=gauge.opened, pause=no_wait)


def reason_of(ups: GpioLineUps | Max1704xUps) -> str:
    """Read once, expecting an error; give its reason."""
    with pytest.raises(UpsError) as caught:
        ups.read()
    return caught.value.reason


@pytest.mark.parametrize(("mains_lost", "when_low", "when_high"), [("high", "OL", "OB"), ("low", "OB", "OL")])
def test_either_polarity_is_read_as_it_is_wired(mains_lost: str, when_low: str, when_high: str) -> None:
    pins = mock_pins()
    ups, line = line_ups(pins, mains_lost=mains_lost), pins.pin(6)
    for _ in range(2):
        line.drive_low()
        assert ups.read().status == (when_low,)
        line.drive_high()
        assert ups.read().status == (when_high,)
    ups.close()


@pytest.mark.parametrize(("pull", "status"), [("up", "OB"), ("down", "OL")])
def test_the_pull_decides_where_nothing_drives_the_line(pull: str, status: str) -> None:
    options = GpioLineOptions(gpio=6, mains_lost="high", pull=pull)  # type: ignore[arg-type]  # parametrized
    ups = GpioLineUps(options, pin_factory=mock_pins(), pause=no_wait)
    assert ups.read().status == (status,)
    ups.close()


def fluttering(pins: MockFactory, levels: str) -> Callable[[float], None]:
    """A pause in which the line takes the next of `levels`, `0` or `1`, and stays at the last one."""
    left = list(levels)

    def pause(seconds: float) -> None:
        assert seconds == 0.005
        if left:
            pins.pin(6).drive_high() if left.pop(0) == "1" else pins.pin(6).drive_low()

    return pause


@pytest.mark.parametrize("levels", ["1", "011", "10011", "101010111", "010100111"])
def test_a_bouncing_line_is_waited_for_until_three_looks_agree(levels: str) -> None:
    pins = mock_pins()
    ups = line_ups(pins, pause=fluttering(pins, levels))
    assert ups.read().status == ("OB",)
    ups.close()


def test_one_glitch_in_a_quiet_line_is_no_outage() -> None:
    pins = mock_pins()
    ups = line_ups(pins, pause=fluttering(pins, "010"))
    assert ups.read().status == ("OL",)
    ups.close()


def test_a_line_that_flutters_on_is_unsteady_and_read_again_later() -> None:
    pins = mock_pins()
    ups = line_ups(pins, pause=fluttering(pins, ("10" * MOST_SAMPLES)[: MOST_SAMPLES - 1]))
    with pytest.raises(UpsError, match="line-unsteady: GPIO6 is not the same 3 times in a row in 10 looks"):
        ups.read()
    pins.pin(6).drive_low()
    assert ups.read().status == ("OL",)
    ups.close()


def test_a_line_that_somebody_else_has_is_no_device_until_it_is_free() -> None:
    pins = mock_pins()
    first, second = line_ups(pins), line_ups(pins)
    first.read()
    assert reason_of(second) == "no-device"
    first.close()
    assert second.read().status == ("OL",)
    second.close()


def test_a_pull_that_the_board_does_not_allow_is_no_device() -> None:
    options = GpioLineOptions(gpio=2, mains_lost="high", pull="down")  # GPIO2 has a resistor to 3.3 V
    with pytest.raises(UpsError, match="no-device: GPIO2: .* (fixed pull|physical pull-up) resistor"):
        GpioLineUps(options, pin_factory=mock_pins(), pause=no_wait).read()


NO_PINS = """
import warnings
from hw.panel import PanelError
from hw.panel_gpio import GpioPanel
from hw.ups import GpioLineOptions, UpsError, open_ups
warnings.simplefilter("error")
ups = open_ups("gpio_line", GpioLineOptions(gpio=6, mains_lost="low"))
for _ in range(2):
    try:
        ups.read()
    except UpsError as error:
        print(error.reason, "|", error)
ups.close()
try:
    GpioPanel(lamp_green=17)
except PanelError as error:
    print(error)
"""


@pytest.mark.parametrize("asked", [None, "nonsense"])
def test_a_machine_without_pins_is_one_clear_sentence_and_no_warning(asked: str | None) -> None:
    # A process of its own: gpiozero keeps the factory that it found for good.
    if Path("/proc/device-tree/system/linux,revision").exists():
        pytest.skip("this is a Raspberry Pi")
    environment = {name: value for name, value in os.environ.items() if name != "GPIOZERO_PIN_FACTORY"}
    environment |= {} if asked is None else {"GPIOZERO_PIN_FACTORY": asked}
    done = subprocess.run(
        [sys.executable, "-c", NO_PINS], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, again, panel = done.stdout.splitlines()
    assert first.startswith(
        "no-device | no-device: no GPIO pins on this machine, gpiozero finds no way to any ("
    )
    assert first == again
    assert panel.startswith("no GPIO pins on this machine")


def test_the_gauge_tells_charge_and_voltage_beside_the_line() -> None:
    gauge = Gauge(volts=3.87, percent=81.5)
    ups = gauge_ups(gauge)
    reading = ups.read()
    assert (reading.status, reading.charge_percent, reading.absurd) == (("OL",), 81.5, ())
    assert reading.battery_v == pytest.approx(3.87, abs=0.001)
    assert (reading.runtime_s, reading.load_percent, reading.input_v) == (None, None, None)
    ups.close()
    assert gauge.open_buses == 0


def test_the_words_of_the_data_sheet_are_decoded_to_its_figures() -> None:
    # MAX17040: 800 steps of 1.25 mV are 1 V; here 3.7 V = 2960 steps, in the upper 12 bits of B900h.
    assert cell_v(0x00B9) == 3.7
    assert charge_percent(0x8032) == 50.5


@pytest.mark.parametrize(("told", "shown"), [(0.0, 0.0), (100.0, 100.0), (104.2, 100.0), (124.9, 100.0)])
def test_a_charge_a_little_above_full_is_full(told: float, shown: float) -> None:
    ups = gauge_ups(Gauge(volts=4.1, percent=told))
    assert (ups.read().charge_percent, ups.read().absurd) == (shown, ())
    ups.close()


@pytest.mark.parametrize(("word", "absurd"), [(0xFFFF, 2), (0x0000, 1)])
def test_a_bus_that_hangs_shows_no_full_battery(word: int, absurd: int) -> None:
    gauge = Gauge(volts=4, percent=50)
    gauge.words = {2: word, 4: word}
    ups = gauge_ups(gauge)
    reading = ups.read()
    assert reading.battery_v is None
    assert reading.absurd == ("battery.charge", "battery.voltage")[-absurd:]
    ups.close()


@given(word=st.integers(0, 0xFFFF))
def test_any_word_is_a_believable_figure_or_none(word: int) -> None:
    volts, percent = cell_v(word), charge_percent(word)
    assert volts is None or 2.0 <= volts <= 5.0
    assert percent is None or 0.0 <= percent <= 100.0


@given(volts=st.integers(0, 0xFFFF), percent=st.integers(0, 0xFFFF))
def test_whatever_the_registers_hold_a_reading_comes_of_it(volts: int, percent: int) -> None:
    gauge = Gauge(volts=4, percent=50)
    gauge.words = {2: volts, 4: percent}
    ups = gauge_ups(gauge)
    reading = ups.read()
    ups.close()
    assert ("battery.voltage" in reading.absurd) == (reading.battery_v is None)
    assert ("battery.charge" in reading.absurd) == (reading.charge_percent is None)


def test_one_lost_answer_is_asked_again_and_a_lasting_loss_is_no_device() -> None:
    gauge = Gauge(volts=4, percent=50)
    ups = gauge_ups(gauge)
    gauge.lost = 1
    assert ups.read().charge_percent == 50
    gauge.answers = False
    with pytest.raises(UpsError, match="no-device: /dev/i2c-1 address 0x36 register 0x02: Remote I/O error"):
        ups.read()
    assert gauge.open_buses == 0
    gauge.answers = True
    assert ups.read().charge_percent == 50
    ups.close()


@pytest.mark.parametrize("given_options", [{"bus": 7}, {"address": 0x55}])
def test_another_bus_or_address_is_no_device(given_options: dict[str, int]) -> None:
    ups = gauge_ups(Gauge(volts=4, percent=50), **given_options)
    assert reason_of(ups) == "no-device"
    ups.close()


def test_a_bus_that_is_not_there_or_none_says_so_and_leaves_nothing_open(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(I2cError, match="dev/i2c-1 cannot be opened: No such file"):
        I2cBus(1, root=tmp_path)
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/i2c-1").write_bytes(b"")
    bus = I2cBus(1, root=tmp_path)
    with pytest.raises(I2cError, match="address 0x36 register 0x02: Inappropriate ioctl"):
        bus.read_word(0x36, 2)
    bus.close()
    bus.close()
    with pytest.raises(I2cError, match="is closed"):
        bus.read_word(0x36, 2)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_look_at_a_steady_line_takes_a_few_milliseconds() -> None:
    ups = line_ups(mock_pins(), pause=time.sleep)
    ups.read()
    began = time.monotonic()
    for _ in range(10):
        ups.read()
    assert time.monotonic() - began < 0.5
    ups.close()
