"""Reads what lockdown.conf lets in before the guard runs."""

from collections.abc import Callable
from pathlib import Path

from appliance.config import lockdown
from appliance.events.readings import BootReading

PERIOD_S = 10.0


def reader(path: Path) -> Callable[[], BootReading]:
    """A function that gives what the file at `path` grants; no file grants nothing."""

    def read() -> BootReading:
        try:
            with path.open("rb") as file:
                found = lockdown.read(file.read(lockdown.MAX_BYTES + 1))
        except FileNotFoundError:
            return BootReading()
        except OSError as error:
            return BootReading(unreadable=error.strerror or type(error).__name__)
        return BootReading(grants=found.grants, faults=found.faults)

    return read
