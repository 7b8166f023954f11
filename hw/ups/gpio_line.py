"""UPS driver `gpio_line`: one GPIO line that says whether the mains are there, and nothing else.

    [[ups]]
    name = "box-hat"
    driver = "gpio_line"
    gpio = 6                 # BCM number, 0…27
    mains_lost = "high"      # what the line is without mains: X728 "high", X120x "low"
    pull = "none"            # "up" or "down" where the board drives one level only

Source: Geekworm's X728 and X1200 wiki pages (X728: GPIO6 high = power lost; X120x: GPIO6 low = power lost).
Only a drill proves polarity and wiring: pull the plug.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from hw.gpio import HIGHEST_GPIO, InputPin, PinsError, Pull
from hw.ups.reading import UpsError, UpsReading, reading
from hw.ups.refused import OptionFault, OptionsRefused, not_within, option_fault

Level = Literal["high", "low"]

# The debounce is ours, for gpiozero's differs with its back end (and its mock pins have none).
AGREEING_SAMPLES = 3
MOST_SAMPLES = 10
SAMPLES_APART_S = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class GpioLineOptions:
    """Which line, and which of its levels means that the mains are lost.

    Raises ValueError, all faults in one message, each beginning with the option's name.
    """

    gpio: int
    mains_lost: Level
    pull: Pull = "none"

    def __post_init__(self) -> None:
        """Refuse what could only fail later."""
        if faults := list(_faults(self)):
            raise OptionsRefused(*faults)


def _faults(options: GpioLineOptions) -> Iterator[OptionFault]:
    if not 0 <= options.gpio <= HIGHEST_GPIO:
        yield not_within("gpio", str(options.gpio), "0", str(HIGHEST_GPIO))
    if options.mains_lost not in ("high", "low"):
        reason = f"{options.mains_lost!r} is neither high nor low"
        yield option_fault("mains_lost", "none_of", reason, shown=repr(options.mains_lost), known="high, low")
    if options.pull not in ("none", "up", "down"):
        reason = f"{options.pull!r} is none of none, up, down"
        yield option_fault("pull", "none_of", reason, shown=repr(options.pull), known="none, up, down")


class MainsLine:
    """The line, taken at the first look."""

    def __init__(
        self, options: GpioLineOptions, *, pin_factory: object | None, pause: Callable[[float], None]
    ) -> None:
        """Touch nothing yet."""
        self._options = options
        self._pin_factory = pin_factory
        self._pause = pause
        self._pin: InputPin | None = None

    def flag(self) -> str:
        """Look now, for 10…45 ms: `OL` where the mains are there, `OB` where they are lost.

        Raises UpsError: "no-device", "line-unsteady".
        """
        try:
            lost = self._steady_level() == self._options.mains_lost
        except PinsError as error:
            self.close()
            raise UpsError("no-device", str(error)) from error
        return "OB" if lost else "OL"

    def close(self) -> None:
        """Give the line back; a later look takes it again."""
        pin, self._pin = self._pin, None
        if pin is not None:
            try:
                pin.close()
            except PinsError:
                return  # it is gone from this process either way, and the next look says what is wrong

    def _steady_level(self) -> Level:
        if self._pin is None:
            options = self._options
            self._pin = InputPin(options.gpio, pull=options.pull, pin_factory=self._pin_factory)
        before, agreeing = self._pin.is_high(), 1
        for _ in range(MOST_SAMPLES - 1):
            self._pause(SAMPLES_APART_S)
            now = self._pin.is_high()
            agreeing = agreeing + 1 if now is before else 1
            before = now
            if agreeing == AGREEING_SAMPLES:
                return "high" if now else "low"
        raise UpsError(
            "line-unsteady",
            f"GPIO{self._options.gpio} is not the same {AGREEING_SAMPLES} times in a row in {MOST_SAMPLES} looks: "
            "a loose wire, or a pull is missing",
        )


class GpioLineUps:
    """A UPS that is one line, for one thread."""

    def __init__(
        self,
        options: GpioLineOptions,
        *,
        pin_factory: object | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Touch nothing yet. `pin_factory` is gpiozero's own choice where none is given."""
        self._line = MainsLine(options, pin_factory=pin_factory, pause=pause)

    def read(self) -> UpsReading:
        """Look at the line: `OL` or `OB`, no figures. Raises UpsError: "no-device", "line-unsteady"."""
        return reading((self._line.flag(),), {})

    def close(self) -> None:
        """Give the line back; a later `read` takes it again."""
        self._line.close()
