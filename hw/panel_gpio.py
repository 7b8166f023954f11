"""The panel on GPIO lines: two lamps, a buzzer, a button to ground.

    [panel]                  # BCM numbers; leave out what is not wired
    lamp_green = 17
    lamp_red = 27
    buzzer = 22              # an active buzzer: a level, no tone
    button = 23              # to ground; the pull-up is the Pi's own

One thread drives all outputs from one clock. gpiozero's own `blink` is a thread for each lamp, started one after
the other: two lamps that must alternate drift, and three beeps every five seconds are not to be had.
"""

import math
import threading
import time
from collections.abc import Callable

from hw.gpio import InputPin, OutputPin, PinsError
from hw.panel import BUZZER_PATTERNS, LAMP_LEVELS, PanelError, one_of

# What an output does, over and over: on or off, and for how many seconds.
Cycle = tuple[tuple[bool, float], ...]

STEADY: Cycle = ((True, math.inf),)
DARK: Cycle = ((False, math.inf),)
_SLOW: Cycle = ((True, 1.0), (False, 1.0))  # 0.5 Hz
_SLOW_OTHER: Cycle = ((False, 1.0), (True, 1.0))
_FAST: Cycle = ((True, 0.125), (False, 0.125))  # 4 Hz
_BEEP_S = 0.2
_BEEP: Cycle = ((True, _BEEP_S), (False, _BEEP_S))

# Level: green, red. What is unknown is told apart from every other level even with one eye on one lamp.
LAMPS: dict[str, tuple[Cycle, Cycle]] = {
    "ok": (STEADY, DARK),
    "attention": (STEADY, _SLOW),
    "critical": (DARK, _FAST),
    "unknown": (_SLOW, _SLOW_OTHER),
    "test": (STEADY, STEADY),
}
SOUNDS: dict[str, Cycle] = {
    "quiet": DARK,
    "attention": ((True, _BEEP_S), (False, 60.0 - _BEEP_S)),
    "unknown": (*_BEEP, (True, _BEEP_S), (False, 60.0 - 3 * _BEEP_S)),
    "critical": (*_BEEP, *_BEEP, (True, _BEEP_S), (False, 5.0 - 5 * _BEEP_S)),
    "test": STEADY,
}

SETTLED_S = 0.05  # the button counts when it has stood still for so long


def due(cycle: Cycle, elapsed_s: float) -> tuple[bool, float]:
    """Give whether the output is on `elapsed_s` after the cycle began, and the seconds until that changes."""
    length_s = sum(seconds for _, seconds in cycle)
    into_s = elapsed_s % length_s if math.isfinite(length_s) else 0.0
    for on, seconds in cycle:
        if into_s < seconds:
            return on, seconds - into_s
        into_s -= seconds
    return cycle[0][0], cycle[0][1]  # rounding carried us past the end: the next turn begins


class _Output:
    """One line and what it does. A fault stops this line alone, until it is told something again."""

    def __init__(self, pin: OutputPin) -> None:
        self._pin = pin
        self._cycle = DARK
        self._began_s = 0.0
        self.fault = ""

    def begin(self, cycle: Cycle, now_s: float) -> None:
        """Do this from now on; what it does already goes on without a break."""
        self.fault = ""
        if cycle != self._cycle:
            self._cycle, self._began_s = cycle, now_s

    def drive(self, now_s: float) -> float:
        """Drive the line as it is due, read it back; give the seconds until it changes."""
        if self.fault:
            return math.inf
        on, remaining_s = due(self._cycle, now_s - self._began_s)
        try:
            self._pin.set(on)
        except PinsError as error:
            self.fault = str(error)
            return math.inf
        return remaining_s

    def close(self) -> None:
        """Dark, quiet. Raises PinsError."""
        self._pin.close()


class GpioPanel:
    """The panel; open from the constructor on, and driven by a thread of its own until `close`."""

    def __init__(
        self,
        *,
        lamp_green: int | None = None,
        lamp_red: int | None = None,
        buzzer: int | None = None,
        button: int | None = None,
        pin_factory: object | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the lines, dark and quiet. `pin_factory` is gpiozero's own choice where none is given.

        Raises PanelError, with no line held.
        """
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._outputs: dict[str, _Output] = {}
        self._button: InputPin | None = None
        self._edge_s: float | None = None
        self._pressed = False
        self._presses = 0
        self._button_fault = ""
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="panel", daemon=True)
        try:
            for name, gpio in (("green", lamp_green), ("red", lamp_red), ("buzzer", buzzer)):
                if gpio is not None:
                    self._outputs[name] = _Output(OutputPin(gpio, pin_factory=pin_factory))
            if button is not None:
                self._button = InputPin(button, pull="up", pin_factory=pin_factory, changed=self._edge)
                self._pressed = not self._button.is_high()  # held down already: no press of ours
        except PinsError as error:
            self._let_go()
            raise PanelError(str(error)) from error
        self._thread.start()

    def show_lamp(self, level: str) -> None:
        """Show one of `LAMP_LEVELS`; each lamp is read back. Raises PanelError, ValueError."""
        green, red = LAMPS[one_of(LAMP_LEVELS, level)]
        self._do({"green": green, "red": red})

    def sound(self, pattern: str) -> None:
        """Sound one of `BUZZER_PATTERNS`; the line is read back. Raises PanelError, ValueError."""
        self._do({"buzzer": SOUNDS[one_of(BUZZER_PATTERNS, pattern)]})

    def presses(self) -> int:
        """Give how often the button was pressed since the panel was opened. Raises PanelError.

        One press is a line that went to ground and stood still there for 50 ms.
        """
        with self._changed:
            if self._button_fault:
                raise PanelError(self._button_fault)
            return self._presses

    def close(self) -> None:
        """Dark and quiet, the lines given back; closing twice is nothing. Raises PanelError."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()
        if fault := self._let_go():
            raise PanelError(fault)

    def _do(self, cycles: dict[str, Cycle]) -> None:
        with self._changed:
            if self._closed:
                raise PanelError("the panel is closed")
            now_s = self._monotonic()
            asked = [(self._outputs[name], cycle) for name, cycle in cycles.items() if name in self._outputs]
            for output, cycle in asked:
                output.begin(cycle, now_s)
                output.drive(now_s)
            self._changed.notify()
            if faults := [output.fault for output, _ in asked if output.fault]:
                raise PanelError("; ".join(faults))

    def _edge(self) -> None:
        with self._changed:
            self._edge_s = self._monotonic()
            self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            while not self._closed:
                now_s = self._monotonic()
                outputs_s = (output.drive(now_s) for output in self._outputs.values())
                wait_s = min([self._settle(now_s), *outputs_s])
                self._changed.wait(None if math.isinf(wait_s) else wait_s)

    def _settle(self, now_s: float) -> float:
        """Count the press once the button stands still; give the seconds until it might."""
        if self._button is None or self._edge_s is None:
            return math.inf
        if (remaining_s := self._edge_s + SETTLED_S - now_s) > 0:
            return remaining_s
        self._edge_s = None
        try:
            pressed = not self._button.is_high()
            self._button_fault = ""
        except PinsError as error:
            self._button_fault = str(error)
            return math.inf
        self._presses += pressed and not self._pressed
        self._pressed = pressed
        return math.inf

    def _let_go(self) -> str:
        """Close each line, whatever the others say; give the first fault, '' for none."""
        lines: list[_Output | InputPin] = [*self._outputs.values()]
        if self._button is not None:
            lines.append(self._button)
        self._outputs, self._button = {}, None
        faults = []
        for line in lines:
            try:
                line.close()
            except PinsError as error:
                faults.append(str(error))
        return faults[0] if faults else ""
