"""Points of the box's own health: heat, supply, wear, watchdog, the line's port; what is not told is unknown."""

from appliance.exam.readiness.point import Point, point
from appliance.exam.venue import Venue

FAST_MBPS = 100  # a paper and an upload go through that within minutes (our judgement)
WATCHDOG = {"active": "on", "inactive": "idle", "none": "none"}


def health(venue: Venue) -> tuple[Point, ...]:
    """Wear, temperature, under-voltage, watchdog and the line's port by the last row of the box's health."""
    row, faults = venue.host.row, venue.host.faults
    told = {
        "wear": None if row is None else row.wear_percent,
        "temperature": None if row is None else row.temperature_c,
        "undervoltage": None if row is None else row.under_voltage,
    }
    wrong = {"wear": "card-worn", "temperature": "hot", "undervoltage": "under-voltage"}
    found = []
    for key, value in told.items():
        if value is None:
            found.append(point(key, "unmeasured"))
        elif wrong[key] in faults:
            found.append(point(key, "bad", value=int(value)))
        else:
            found.append(point(key, "well", value=int(value)))
    watchdog = "" if row is None else row.watchdog
    found.append(point("watchdog", WATCHDOG.get(watchdog, "unmeasured")))
    return (*found, _line_speed(None if row is None else row.line_mbps))


def _line_speed(mbps: int | None) -> Point:
    if mbps is None:
        return point("line_speed", "unmeasured")
    if mbps == 0:
        return point("line_speed", "no-link")
    return point("line_speed", "fast" if mbps >= FAST_MBPS else "slow", mbps=mbps)
