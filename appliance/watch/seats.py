"""Reads which seats are there."""

from collections.abc import Callable
from pathlib import Path

from appliance.events.readings import SeatsReading
from hw.seats import SeatsError, present

PERIOD_S = 1.0


def reader(path: Path) -> Callable[[], SeatsReading]:
    """A function that gives the seats of a simulated world's list."""

    def read() -> SeatsReading:
        try:
            return SeatsReading(present=present(path))
        except SeatsError as error:
            return SeatsReading(unknown=str(error))

    return read
