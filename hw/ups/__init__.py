"""UPS drivers: one file each, and one line each in `DRIVERS`."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from hw.ups.commander import COMMANDS, Commander
from hw.ups.declared import DeclaredOptions
from hw.ups.gpio_line import GpioLineOptions, GpioLineUps
from hw.ups.max1704x import Max1704xOptions, Max1704xUps
from hw.ups.nut import NutOptions, NutUps
from hw.ups.nut_commands import NutCommander
from hw.ups.reading import Reason, Ups, UpsError, UpsReading
from hw.ups.simulated import SimulatedCommander, SimulatedOptions, SimulatedUps, write_simulated

__all__ = [
    "COMMANDS",
    "DRIVERS",
    "Commander",
    "DeclaredOptions",
    "Driver",
    "GpioLineOptions",
    "Max1704xOptions",
    "NutOptions",
    "Reason",
    "SimulatedOptions",
    "Ups",
    "UpsError",
    "UpsReading",
    "open_commander",
    "open_ups",
    "write_simulated",
]

_Monotonic = Callable[[], float]
_O = TypeVar("_O")
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A driver: the dataclass of its options, and what makes a UPS of them and of a clock (monotonic, s).

    `watched`: False for a UPS that nobody can read. `commands` makes what tells the UPS to do something; None
    where the driver only reads.
    """

    options: type[object]
    construct: Callable[[object, _Monotonic], Ups]
    watched: bool = True
    commands: Callable[[object, _Monotonic], Commander] | None = None


def _checked(
    options: type[_O], make: Callable[[_O, _Monotonic], _Made]
) -> Callable[[object, _Monotonic], _Made]:
    def checked(given: object, monotonic: _Monotonic) -> _Made:
        if not isinstance(given, options):
            raise TypeError(f"options are {type(given).__name__}, this driver takes {options.__name__}")
        return make(given, monotonic)

    return checked


def _driver(
    options: type[_O],
    construct: Callable[[_O, _Monotonic], Ups],
    commands: Callable[[_O, _Monotonic], Commander] | None = None,
    *,
    watched: bool = True,
) -> Driver:
    return Driver(
        options=options,
        construct=_checked(options, construct),
        watched=watched,
        commands=None if commands is None else _checked(options, commands),
    )


def _nobody_reads(_options: DeclaredOptions, _monotonic: _Monotonic) -> Ups:
    raise ValueError("driver: 'declared' is a UPS without a data port: there is nothing to read")


# All are imported, asked for or not: gpiozero is the only dear one, and costs the guard 2.8 MB of its 50.
DRIVERS: Mapping[str, Driver] = MappingProxyType(
    {
        "nut": _driver(
            NutOptions,
            lambda options, monotonic: NutUps(options, monotonic=monotonic),
            lambda options, monotonic: NutCommander(options, monotonic=monotonic),
        ),
        "gpio_line": _driver(GpioLineOptions, lambda options, _monotonic: GpioLineUps(options)),
        "max1704x": _driver(Max1704xOptions, lambda options, _monotonic: Max1704xUps(options)),
        "declared": _driver(DeclaredOptions, _nobody_reads, watched=False),
        "simulated": _driver(
            SimulatedOptions,
            lambda options, _monotonic: SimulatedUps(options),
            lambda options, _monotonic: SimulatedCommander(options),
        ),
    }
)


def open_ups(driver: str, options: object, *, monotonic: _Monotonic = time.monotonic) -> Ups:
    """Give the UPS of a driver's name and its options; nothing is touched before the first `read`.

    `monotonic` must run in real seconds: sockets are timed by it.

    Raises ValueError for a driver nobody has written or nobody can read, TypeError for another driver's options.
    """
    return _known(driver).construct(options, monotonic)


def open_commander(
    driver: str, options: object, *, monotonic: _Monotonic = time.monotonic
) -> Commander | None:
    """Give what tells the UPS to do something, None where the driver only reads; nothing is touched yet.

    Raises ValueError for a driver nobody has written, TypeError for another driver's options.
    """
    commands = _known(driver).commands
    return None if commands is None else commands(options, monotonic)


def _known(driver: str) -> Driver:
    if driver not in DRIVERS:
        raise ValueError(f"driver: {driver!r} is unknown; known are {', '.join(DRIVERS)}")
    return DRIVERS[driver]
