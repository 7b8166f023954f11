"""UPS driver `max1704x`: a HAT with a MAX17040/43/48 fuel gauge on I2C, and a power-fail line beside it.

    [[ups]]
    name = "box-hat"
    driver = "max1704x"
    bus = 1                  # /dev/i2c-1
    address = 0x36
    gpio = 6                 # the gauge alone cannot tell whether the mains are on
    mains_lost = "low"       # X728 "high", X120x "low"
    pull = "none"

Source: MAX17040/MAX17041 data sheet, "VCELL Register" (02h–03h, 1.25 mV in the upper 12 bits) and "SOC Register"
(04h–05h, high byte 1 %, low byte 1/256 %); MAX17048 data sheet, the same at 78.125 µV. Both send the higher byte
first, SMBus words arrive with the lower one first: hence the swap.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hw.gpio import Pull
from hw.i2c import I2cBus, I2cError, WordBus
from hw.ups.gpio_line import GpioLineOptions, Level, MainsLine
from hw.ups.reading import UpsError, UpsReading
from hw.ups.refused import OptionFault, OptionsRefused, not_within

_VCELL = 0x02
_SOC = 0x04
# The gauge lives of the cell it measures: data sheet, VDD 2.5…4.5 V. A bus that hangs reads 0.00 or 5.12 V.
_LOWEST_V, _HIGHEST_V = 2.0, 5.0
# A full cell is told as some percent above 100. Far above is no cell: a bus that hangs high reads 256 %.
_HIGHEST_TOLD_PERCENT = 125.0
_TRIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Max1704xOptions:
    """Where the gauge is, and the power-fail line.

    Raises ValueError, all faults in one message, each beginning with the option's name.
    """

    gpio: int
    mains_lost: Level
    pull: Pull = "none"
    bus: int = 1
    address: int = 0x36

    def __post_init__(self) -> None:
        """Refuse what could only fail later."""
        if faults := list(_faults(self)):
            raise OptionsRefused(*faults)

    @property
    def line(self) -> GpioLineOptions:
        """The options of the line alone. Raises ValueError."""
        return GpioLineOptions(gpio=self.gpio, mains_lost=self.mains_lost, pull=self.pull)


def _faults(options: Max1704xOptions) -> Iterator[OptionFault]:
    try:
        _ = options.line
    except OptionsRefused as error:
        yield from error.faults
    if not 0 <= options.bus <= 255:
        yield not_within("bus", str(options.bus), "0", "255")
    if not 0x08 <= options.address <= 0x77:
        yield not_within("address", f"{options.address:#04x}", "0x08", "0x77")


def cell_v(word: int) -> float | None:
    """Give the cell's voltage in V of the word at 02h as SMBus brings it; None where no cell has it."""
    volts = _swapped(word) * 1.25 / 16_000
    return volts if _LOWEST_V <= volts <= _HIGHEST_V else None


def charge_percent(word: int) -> float | None:
    """Give the charge, 0…100 %, of the word at 04h as SMBus brings it; None where no gauge tells it."""
    told = _swapped(word) / 256
    return min(told, 100.0) if told <= _HIGHEST_TOLD_PERCENT else None


def _swapped(word: int) -> int:
    return (word & 0xFF) << 8 | word >> 8


class Max1704xUps:
    """A gauge and a line, for one thread."""

    def __init__(
        self,
        options: Max1704xOptions,
        *,
        pin_factory: object | None = None,
        open_bus: Callable[[int], WordBus] = I2cBus,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Touch nothing yet. `pin_factory` is gpiozero's own choice where none is given."""
        self._options = options
        self._line = MainsLine(options.line, pin_factory=pin_factory, pause=pause)
        self._open_bus = open_bus
        self._bus: WordBus | None = None

    def read(self) -> UpsReading:
        """Look at the line and ask the gauge: `OL` or `OB`, charge and the cell's voltage.

        Raises UpsError: "no-device", "line-unsteady".
        """
        flag = self._line.flag()
        volts, charge = cell_v(self._word(_VCELL)), charge_percent(self._word(_SOC))
        figures = {"battery.charge": charge, "battery.voltage": volts}
        return UpsReading(
            status=(flag,),
            charge_percent=charge,
            runtime_s=None,
            load_percent=None,
            battery_v=volts,
            input_v=None,
            absurd=tuple(sorted(name for name, figure in figures.items() if figure is None)),
        )

    def close(self) -> None:
        """Give line and bus back; a later `read` takes them again."""
        self._line.close()
        self._close_bus()

    def _word(self, register: int) -> int:
        tried = 0
        while True:
            tried += 1
            try:
                if self._bus is None:
                    self._bus = self._open_bus(self._options.bus)
                return self._bus.read_word(self._options.address, register)
            except I2cError as error:
                self._close_bus()
                # One answer is lost now and then: the Pi's controller cannot stand a gauge that stretches its
                # clock. A second loss in a row is a fault.
                if tried == _TRIES:
                    raise UpsError("no-device", str(error)) from error

    def _close_bus(self) -> None:
        if self._bus is not None:
            self._bus.close()
        self._bus = None
