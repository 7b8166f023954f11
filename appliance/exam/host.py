"""How the box itself is: what is wrong with it by what it tells, and when that is worth a row."""

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.events import Moment
from appliance.events.bodies import HostRead
from appliance.events.readings import HostReading

# What is wrong from here on, and no more from there on: a level does not flutter.
HOT_C, COOL_C = 80.0, 75.0  # the Raspberry Pi slows itself down from 80 °C on
MEMORY_LOW_PERCENT, MEMORY_WELL_PERCENT = 5.0, 10.0
SLOW_S, QUICK_S = 1.0, 0.5  # a second until a row is safe: a card near its end
WORN_PERCENT = 90
URGENT = "urgent"  # nine of ten spare blocks of the disk are used
OFF_S, RIGHT_S = 2.0, 1.0  # candidates see the seats' clocks beside the box's: our judgement
HEARTBEAT_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """The last row of the box's health; `read` None before the first of this start."""

    read: Moment | None = None
    row: HostRead | None = None

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong: hot, under-voltage, throttled, memory-low, disk-slow, card-worn, clock-off."""
        return self.row.faults if self.row else ()


def faults_of(before: tuple[str, ...], reading: HostReading) -> tuple[str, ...]:
    """What is wrong by a reading. What is not told is not wrong, and what was wrong stays so until it is told well."""
    return tuple(_faults(before, reading))


def _faults(before: tuple[str, ...], reading: HostReading) -> Iterator[str]:
    if _beyond("hot" in before, reading.temperature_c, HOT_C, COOL_C):
        yield "hot"
    for name, told in (("under-voltage", reading.under_voltage), ("throttled", reading.throttled)):
        if told or (told is None and name in before):
            yield name
    free = reading.memory_free_percent
    used = None if free is None else 100.0 - free
    if _beyond("memory-low" in before, used, 100.0 - MEMORY_LOW_PERCENT, 100.0 - MEMORY_WELL_PERCENT):
        yield "memory-low"
    if _beyond("disk-slow" in before, reading.write_s, SLOW_S, QUICK_S):
        yield "disk-slow"
    if reading.reserve == URGENT or _beyond(
        "card-worn" in before and reading.reserve is None, reading.wear_percent, WORN_PERCENT, WORN_PERCENT
    ):
        yield "card-worn"
    if _beyond("clock-off" in before, reading.clock_offset_s, OFF_S, RIGHT_S):
        yield "clock-off"


def _beyond(before: bool, value: float | None, begins: float, ends: float) -> bool:
    if value is None:
        return before
    return value >= (ends if before else begins)


def news(state: HostState, reading: HostReading, now: Moment) -> tuple[HostRead, ...]:
    """A row where something else is wrong than before, the line's port is another way, or the clock is measured no
    more or again; else one an hour.
    """
    faults = faults_of(state.faults, reading)
    same = state.read is not None and faults == state.faults and _told(state.row) == _told(reading)
    if same and state.read is not None and now.since(state.read) < HEARTBEAT_S:
        return ()
    rounded = {
        "temperature_c": _rounded(reading.temperature_c),
        "memory_free_percent": _rounded(reading.memory_free_percent),
        "write_ms": None if reading.write_s is None else round(1000 * reading.write_s, 1),
        "clock_offset_s": None if reading.clock_offset_s is None else round(reading.clock_offset_s, 3),
    }
    return (
        HostRead(
            faults=faults,
            under_voltage=reading.under_voltage,
            throttled=reading.throttled,
            wear_percent=reading.wear_percent,
            rtc=reading.rtc,
            watchdog=reading.watchdog,
            line_mbps=reading.line_mbps,
            reserve=reading.reserve,
            **rounded,
        ),
    )


def _told(row: HostRead | HostReading | None) -> tuple[str, int | None, bool] | None:
    """What makes a row by itself; whether the clock is measured at all among it: its last offset says nothing more."""
    return None if row is None else (row.watchdog, row.line_mbps, row.clock_offset_s is None)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def host_row(state: HostState) -> dict[str, object]:
    """The box's health as a reader sees it: null where it does not tell, or nobody asked yet."""
    row = state.row
    return {
        "read_at": state.read.wall.isoformat() if state.read else None,
        "faults": list(state.faults),
        "temperature_c": row.temperature_c if row else None,
        "under_voltage": row.under_voltage if row else None,
        "throttled": row.throttled if row else None,
        "memory_free_percent": row.memory_free_percent if row else None,
        "write_ms": row.write_ms if row else None,
        "wear_percent": row.wear_percent if row else None,
        "rtc": row.rtc if row else None,
        "reserve": row.reserve if row else None,
        "clock_offset_s": row.clock_offset_s if row else None,
    }
