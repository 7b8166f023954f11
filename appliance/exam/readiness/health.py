"""Points of the box's own health: heat, supply, wear, clock, watchdog, line; what is not told is unknown."""

from appliance.events import Moment
from appliance.events.bodies import HostRead
from appliance.exam.host import HEARTBEAT_S
from appliance.exam.readiness.point import Point, point, within
from appliance.exam.venue import Venue

FAST_MBPS = 100  # a paper and an upload go through that within minutes (our judgement)
OLD_S = 2 * HEARTBEAT_S
WATCHDOG = {"active": "on", "inactive": "idle", "none": "none"}


def health(venue: Venue, now: Moment) -> tuple[Point, ...]:
    """Wear, temperature, under-voltage, watchdog, the line's port, the clock's offset: by the last row of health.

    One comes each hour at least: where none came for two, nobody reads it any more.
    """
    read = venue.host.read
    row = venue.host.row if read is not None and within(read, now, OLD_S) else None
    faults = venue.host.faults
    told = {
        "temperature": None if row is None else row.temperature_c,
        "undervoltage": None if row is None else row.under_voltage,
    }
    wrong = {"temperature": "hot", "undervoltage": "under-voltage"}
    found = [_wear(row, faults)]
    for key, value in told.items():
        if value is None:
            found.append(point(key, "unmeasured"))
        elif wrong[key] in faults:
            found.append(point(key, "bad", value=int(value)))
        else:
            found.append(point(key, "well", value=int(value)))
    found.append(_offset(row, faults))
    watchdog = "" if row is None else row.watchdog
    found.append(point("watchdog", WATCHDOG.get(watchdog, "unmeasured")))
    return (*found, _line_speed(None if row is None else row.line_mbps))


def _line_speed(mbps: int | None) -> Point:
    if mbps is None:
        return point("line_speed", "unmeasured")
    if mbps == 0:
        return point("line_speed", "no-link")
    return point("line_speed", "fast" if mbps >= FAST_MBPS else "slow", mbps=mbps)


def _wear(row: HostRead | None, faults: tuple[str, ...]) -> Point:
    """By the disk's own estimate of its life, else by its spare blocks; either one that ends is the end."""
    if row is None or (row.wear_percent is None and row.reserve is None):
        return point("wear", "unmeasured")
    if row.reserve == "urgent" or (row.reserve == "warning" and "card-worn" not in faults):
        return point("wear", "reserve-gone" if row.reserve == "urgent" else "reserve-low")
    if row.wear_percent is None:
        return point("wear", "reserve")
    return point("wear", "bad" if "card-worn" in faults else "well", value=row.wear_percent)


def _offset(row: HostRead | None, faults: tuple[str, ...]) -> Point:
    """Whether the clock goes with those that it follows; no figure beside "within", it moves by itself."""
    if row is None or row.clock_offset_s is None:
        return point("offset", "unmeasured")
    if "clock-off" in faults:
        return point("offset", "beyond", seconds=round(row.clock_offset_s))
    return point("offset", "within")
