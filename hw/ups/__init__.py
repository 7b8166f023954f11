"""UPS drivers: one file each, and one line each in `DRIVERS`."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from hw.ups.nut import NutOptions, NutUps
from hw.ups.reading import Reason, Ups, UpsError, UpsReading
from hw.ups.simulated import SimulatedOptions, SimulatedUps, write_simulated

__all__ = [
    "DRIVERS",
    "Driver",
    "NutOptions",
    "Reason",
    "SimulatedOptions",
    "Ups",
    "UpsError",
    "UpsReading",
    "open_ups",
    "write_simulated",
]

_Monotonic = Callable[[], float]
_O = TypeVar("_O")


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A driver: the dataclass of its options, and what makes a UPS of them and of a clock (monotonic, s)."""

    options: type[object]
    construct: Callable[[object, _Monotonic], Ups]


def _driver(options: type[_O], construct: Callable[[_O, _Monotonic], Ups]) -> Driver:
    def checked(given: object, monotonic: _Monotonic) -> Ups:
        if not isinstance(given, options):
            raise TypeError(f"options are {type(given).__name__}, this driver takes {options.__name__}")
        return construct(given, monotonic)

    return Driver(options=options, construct=checked)


DRIVERS: Mapping[str, Driver] = MappingProxyType(
    {
        "nut": _driver(NutOptions, lambda options, monotonic: NutUps(options, monotonic=monotonic)),
        "simulated": _driver(SimulatedOptions, lambda options, _monotonic: SimulatedUps(options)),
    }
)


def open_ups(driver: str, options: object, *, monotonic: _Monotonic = time.monotonic) -> Ups:
    """Give the UPS of a driver's name and its options; nothing is connected before the first `read`.

    `monotonic` must run in real seconds: sockets are timed by it.

    Raises ValueError for a driver nobody has written, TypeError for another driver's options.
    """
    if driver not in DRIVERS:
        raise ValueError(f"driver: {driver!r} is unknown; known are {', '.join(DRIVERS)}")
    return DRIVERS[driver].construct(options, monotonic)
