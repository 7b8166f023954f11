"""What must be recorded of the supply now: discharges that are over, doubts, ends of trials, orderly ends."""

from collections.abc import Iterator

from appliance.events import Body, Moment
from appliance.events.bodies import PowerDoubted
from appliance.exam.power.belief import doubts
from appliance.exam.power.discharge import recorded
from appliance.exam.power.ending import due_endings
from appliance.exam.power.supply import BOX, ups_plan
from appliance.exam.power.trial import due_trials
from appliance.exam.venue import Venue


def due_power(venue: Venue, now: Moment) -> tuple[Body, ...]:
    """The bodies to record at `now`; empty once they are.

    Ends are judged one step later, by what is still believed then: a lie must not end anything in the moment in
    which it is first told.
    """
    told = (*_readings(venue, now), *due_trials(venue, now))
    return told or tuple(due_endings(venue, now))


def _readings(venue: Venue, now: Moment) -> Iterator[Body]:
    for name, ups in venue.ups.items():
        if ups.ended is not None:
            feeds_box = BOX in ups_plan(venue.plan, name).feeds
            yield recorded(name, ups.ended, feeds_box=feeds_box, blip_s=venue.plan.rules.blip_s)
        found = doubts(ups, now)
        if found != ups.doubts:
            yield PowerDoubted(ups=name, doubts=found)
