"""What hangs on which UPS, and what stops where one gives nothing."""

from collections.abc import Iterator

from appliance.events import Moment
from appliance.events.plan import Plan, UpsPlan
from appliance.exam import phase as phases
from appliance.exam.power.state import BATTERY, LOW, UNKNOWN
from appliance.exam.seats import expected
from appliance.exam.venue import Venue

BOX, SWITCH = "box", "switch"
# What each of NUT's flags says is wrong; the others are states, not faults.
FAULTS = {
    "OFF": "off",
    "BYPASS": "bypass",
    "OVER": "overload",
    "RB": "replace-battery",
    "FSD": "forced-shutdown",
    "ALARM": "alarm",
}


def ups_plan(plan: Plan, name: str) -> UpsPlan:
    """What the configuration says of a UPS; an empty one where it no longer names it."""
    return next((ups for ups in plan.ups if ups.name == name), UpsPlan(name=name))


def servers_on(plan: Plan, name: str) -> tuple[str, ...]:
    """The exam servers that hang on this UPS."""
    feeds = ups_plan(plan, name).feeds
    return tuple(server for server in plan.servers if server in feeds)


def uncovered(plan: Plan) -> tuple[str, ...]:
    """The exam servers that hang on no UPS."""
    fed = {feed for ups in plan.ups for feed in ups.feeds}
    return tuple(server for server in plan.servers if server not in fed)


def server_upses(venue: Venue) -> tuple[str, ...]:
    """The watched UPSes that a server hangs on; all of them where none is said to."""
    named = tuple(name for name in venue.ups if servers_on(venue.plan, name))
    return named or tuple(venue.ups)


def seats_stopped(venue: Venue, name: str) -> tuple[str, ...]:
    """The seats that can not work while this UPS gives nothing: all without server or switch, else its rooms'.

    Only in an exam: machines without power at night keep nobody from working.
    """
    if venue.phase.name not in (phases.RUNNING, phases.CLOSING):
        return ()
    feeds = set(ups_plan(venue.plan, name).feeds)
    everybody = expected(venue)
    if SWITCH in feeds or servers_on(venue.plan, name):
        return everybody
    rooms = {feed.removeprefix("room:") for feed in feeds if feed.startswith("room:")}
    room_of = {seat.id: seat.room for seat in venue.plan.seats}
    return tuple(seat for seat in everybody if room_of[seat] in rooms)


def faults(venue: Venue, name: str, now: Moment) -> Iterator[tuple[str, float]]:
    """What is wrong with a UPS besides the mains, and for how many seconds; a flicker is none."""
    ups = venue.ups[name]
    if ups.state == UNKNOWN:
        return
    for flag, what in FAULTS.items():
        since = ups.flags_since.get(flag)
        # On battery most UPSes raise their alarm: the outage says so already.
        if since is None or (flag == "ALARM" and ups.state in (BATTERY, LOW)):
            continue
        lasted_s = now.since(since)
        if lasted_s >= venue.plan.rules.fault_s:
            yield what, lasted_s
