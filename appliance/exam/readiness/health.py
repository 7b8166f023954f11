"""Points of the box's own health: heat, supply, wear, as it tells them; what it does not tell is unknown."""

from appliance.exam.readiness.point import Point, point
from appliance.exam.venue import Venue


def health(venue: Venue) -> tuple[Point, ...]:
    """Wear, temperature and under-voltage by the last row of the box's health."""
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
    return tuple(found)
