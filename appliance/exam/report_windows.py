"""The windows of the line that a sitting's phases asked for, by the rows of its phases."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import zip_longest

from appliance.events import Event
from appliance.events.bodies import PhaseChanged
from appliance.events.plan import Plan
from appliance.exam.net.firewall import ENFORCED
from appliance.exam.net.windows import PAPER, UPLOAD
from appliance.exam.phase import CLOSING, PREPARING
from appliance.exam.timetable import Moved


def phase_windows(plan: Plan, sitting: Moved, events: Sequence[Event]) -> list[dict[str, object]]:
    """The windows of the line that the sitting's phases ask for, by the rows of its phases; `until` None: still open.

    Whether the line was as asked stands beside it: what could not be held is a row of its own.
    """
    if plan.network not in ENFORCED:
        return []
    found: list[dict[str, object]] = []
    phases_of = [event for event in events if isinstance(event.body, PhaseChanged)]
    for event, following in zip_longest(phases_of, phases_of[1:]):
        body = event.body
        if not isinstance(body, PhaseChanged) or body.sitting != sitting.id:
            continue
        until = following.at if following else None
        if body.phase == PREPARING:
            begun = max(event.at, sitting.planned.start - timedelta(minutes=plan.rules.paper_before_minutes))
            if until is None or begun < until:
                found.append({"name": PAPER, "from": begun.isoformat(), "until": _iso(until)})
        elif body.phase == CLOSING:
            found.append({"name": UPLOAD, "from": event.at.isoformat(), "until": _iso(until)})
    return found


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
