"""GPIO lines: the one module that knows gpiozero, and makes one kind of error out of its many.

Source: gpiozero's documentation, "API - Pins" and "API - Exceptions". Numbers are BCM's, 0…27 on the header.
"""

import threading
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Literal, TypeVar

from gpiozero import DigitalInputDevice, DigitalOutputDevice, InputDevice

Pull = Literal["none", "up", "down"]
_Device = TypeVar("_Device")

HIGHEST_GPIO = 27
_PULL_UP: dict[str, bool | None] = {"none": None, "up": True, "down": False}

# The back ends' exceptions have no common ancestor: lgpio.error and pigpio.error are plain Exceptions.
_BACK_ENDS = frozenset({"gpiozero", "lgpio", "RPi", "pigpio"})

# warnings.catch_warnings swaps global state; two threads within it could leave it swapped.
_choosing = threading.Lock()


class PinsError(Exception):
    """There are no pins here, or one is taken, or it does not do what it was told."""


class InputPin:
    """A line that is read."""

    def __init__(
        self,
        gpio: int,
        *,
        pull: Pull = "none",
        pin_factory: object | None = None,
        changed: Callable[[], None] | None = None,
    ) -> None:
        """Take the line. `changed` is called on another thread after each edge, bounces and all.

        Without it no edge is listened to: a fluttering line then costs nothing between two looks.

        Raises PinsError.
        """
        self._gpio = gpio
        up = _PULL_UP[pull]
        kind = InputDevice if changed is None else DigitalInputDevice
        self._device = _taken(
            gpio,
            lambda: kind(
                gpio, pull_up=up, active_state=True if up is None else None, pin_factory=pin_factory
            ),
        )
        if changed is not None:
            with _Told(f"GPIO{gpio}"):
                self._device.when_activated = changed
                self._device.when_deactivated = changed

    def is_high(self) -> bool:
        """Give the line's level now, as a voltmeter would see it. Raises PinsError."""
        with _Told(f"GPIO{self._gpio}"):
            return bool(self._device.pin.state)

    def close(self) -> None:
        """Give the line back; closing twice is nothing. Raises PinsError."""
        with _Told(f"GPIO{self._gpio}"):
            self._device.close()


class OutputPin:
    """A line that is driven, high for on; off at first."""

    def __init__(self, gpio: int, *, pin_factory: object | None = None) -> None:
        """Take the line and switch it off. Raises PinsError."""
        self._gpio = gpio
        self._device = _taken(gpio, lambda: DigitalOutputDevice(gpio, pin_factory=pin_factory))

    def set(self, on: bool) -> None:
        """Drive the line and see that it follows. Raises PinsError where it does not: a short, a taken line."""
        with _Told(f"GPIO{self._gpio}"):
            self._device.value = on
        if (found := self.is_on()) is not on:
            levels = {True: "high", False: "low"}
            raise PinsError(f"GPIO{self._gpio} reads {levels[found]} after it was driven {levels[on]}")

    def is_on(self) -> bool:
        """Whether the line is high now. Raises PinsError."""
        with _Told(f"GPIO{self._gpio}"):
            return bool(self._device.pin.state)

    def close(self) -> None:
        """Let the line go, which switches it off; closing twice is nothing. Raises PinsError."""
        with _Told(f"GPIO{self._gpio}"):
            self._device.close()


class _Told(AbstractContextManager[None]):
    """Turns what gpiozero or its back end raises into PinsError; a mistake of ours passes."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        if isinstance(error, OSError | RuntimeError | ImportError) or (
            isinstance(error, Exception) and type(error).__module__.partition(".")[0] in _BACK_ENDS
        ):
            raise PinsError(f"{self._what}: {_one_line(error)}") from error
        return False


def _taken(gpio: int, take: Callable[[], _Device]) -> _Device:
    """Give the device that `take` makes. Raises PinsError; one sentence where gpiozero has no pins at all.

    The choice of a back end is left to the device's constructor: gpiozero 1.6 has no other way to ask for it.
    """
    with _choosing, warnings.catch_warnings(record=True) as passed_over:
        # gpiozero warns of each back end that it passes over. They are the reason where none is left, and
        # nobody's business where one is.
        warnings.simplefilter("always")
        try:
            with _Told(f"GPIO{gpio}"):
                return take()
        except PinsError as error:
            if not isinstance(error.__cause__, ImportError):
                raise
            reasons = (_one_line(item.message).removeprefix("Falling back from ") for item in passed_over)
            why = "; ".join(reasons) or _one_line(error.__cause__)
            raise PinsError(f"no GPIO pins on this machine, gpiozero finds no way to any ({why})") from error


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
