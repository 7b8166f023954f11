"""The orderly end on a battery that gives out: its signs, its stages, what each of them asks for.

One sign alone never ends anything while a sitting is on. Servers are stopped only where the chief agreed. A UPS
is asked to cut its output only where nothing that lives hangs on it, and always in the way that comes back with
the mains: what was switched off is switched on again, whenever the mains return.
"""

from collections.abc import Iterator

from appliance.events import Body, Moment
from appliance.events.bodies import EndingBegun, EndingCancelled, EndingCut, EndingRested
from appliance.exam import phase as phases
from appliance.exam.belief import believed_charge_percent, believed_runtime_s
from appliance.exam.endings import Ending
from appliance.exam.hold import hold
from appliance.exam.power import BATTERY, LOW, MAINS, UpsState
from appliance.exam.supply import BOX, servers_on, ups_plan
from appliance.exam.venue import Venue

RUNTIME_LOW_S = 300.0
SAG = 0.87  # of the voltage the discharge began with: 13.2 V of a lead battery to 11.5 V
PROVEN_LEFT_S = 120.0
LAST_BUNDLE_S = 120.0  # the last bundle is awaited no longer than this
CUT_ENDS_S = 300.0  # a cut that has not come by then, with the mains on, does not come

BEGUN, STOPPING, RESTED, CUT, BLOCKED = "begun", "stopping", "rested", "cut", "blocked"


def signs(venue: Venue, name: str, now: Moment) -> tuple[str, ...]:
    """What says now that the battery gives out: lb, charge, runtime, voltage, proven; lb-alone where it is all."""
    ups, rules = venue.ups[name], venue.plan.rules
    if ups.state not in (BATTERY, LOW) or ups.read is None:
        return ()
    found = []
    told_s = _low_for_s(ups, now)
    if ups.state == LOW and told_s >= rules.low_confirm_s:
        found.append("lb")
    charge, runtime_s = believed_charge_percent(ups), believed_runtime_s(ups)
    if charge is not None and charge <= rules.battery_low_percent:
        found.append("charge")
    if runtime_s is not None and runtime_s <= RUNTIME_LOW_S:
        found.append("runtime")
    fresh_v = ups.discharge.battery_v_from if ups.discharge else None
    if fresh_v and ups.battery_v is not None and ups.battery_v <= SAG * fresh_v:
        found.append("voltage")
    proven_s = hold(venue, name, now).proven_s
    if proven_s is not None and proven_s <= PROVEN_LEFT_S:
        found.append("proven")
    mute = charge is None and runtime_s is None and ups.battery_v is None and proven_s is None
    if mute and ups.state == LOW and told_s >= rules.low_alone_s:
        found.append("lb-alone")
    return tuple(found)


def _low_for_s(ups: UpsState, now: Moment) -> float:
    since = [ups.flags_since[flag] for flag in ("LB", "FSD") if flag in ups.flags_since]
    return max((now.since(each) for each in since), default=0.0)


def confirmed(found: tuple[str, ...], *, sitting: bool) -> bool:
    """Whether the signs are enough: two of a kind that can not fail together, one only where no sitting is on."""
    measured = {"charge", "runtime", "voltage"} & set(found)
    if "lb" in found and (measured or "proven" in found):
        return True
    if "proven" in found and measured:
        return True
    return not sitting and bool({"lb-alone", "proven"} & set(found))


def stage(venue: Venue, ending: Ending) -> str:
    """`begun`, `stopping`, `rested`, `cut`, or `blocked`: a server would not stop, or nothing can cut."""
    if ending.cut:
        return CUT
    if ending.agreed_by and to_stop(venue, ending):
        return STOPPING
    if ending.agreed_by and not may_cut(venue, ending):
        return BLOCKED
    return RESTED if ending.rested else BEGUN


def to_stop(venue: Venue, ending: Ending) -> tuple[str, ...]:
    """The servers that are to be stopped and of which nothing was heard, in the configured order."""
    if not ending.agreed_by:
        return ()
    on = servers_on(venue.plan, ending.ups)
    return tuple(name for name in venue.plan.stoppable if name in on and name not in ending.stops)


def may_cut(venue: Venue, ending: Ending) -> bool:
    """Whether the UPS can cut and come back, and no server that lives hangs on it."""
    plan = ups_plan(venue.plan, ending.ups)
    living = [name for name in servers_on(venue.plan, ending.ups) if ending.stops.get(name) != "stopped"]
    others = [feed for feed in plan.feeds if feed.startswith("room:")]
    return plan.cuts and not living and not (others and venue.phase.name == phases.RUNNING)


def due_endings(venue: Venue, now: Moment) -> Iterator[Body]:
    """What is to be recorded of endings now."""
    sitting = venue.phase.name in phases.EXAM_PHASES
    for name, ups in venue.ups.items():
        ending = venue.endings.get(name)
        if ending is not None:
            yield from _onward(venue, ending, ups, now)
        elif ups.out:
            found = signs(venue, name, now)
            hangs = BOX in ups_plan(venue.plan, name).feeds or servers_on(venue.plan, name)
            if hangs and confirmed(found, sitting=sitting):
                yield EndingBegun(ups=name, signs=found)


def _onward(venue: Venue, ending: Ending, ups: UpsState, now: Moment) -> Iterator[Body]:
    back_s = now.since(ups.since) if ups.state == MAINS and ups.since else 0.0
    back = back_s > venue.plan.rules.blip_s
    if now.boot_id != ending.begun.boot_id:
        yield EndingCancelled(ups=ending.ups, reason="restarted")
    elif ending.cut:
        if back_s > CUT_ENDS_S and now.since(ending.cut) > CUT_ENDS_S:
            yield EndingCancelled(ups=ending.ups, reason="mains")
    elif back and not ending.agreed_by:
        yield EndingCancelled(ups=ending.ups, reason="mains")
    elif not last_bundle_made(venue, ending, now) or to_stop(venue, ending):
        return
    elif may_cut(venue, ending) and (ending.agreed_by or not servers_on(venue.plan, ending.ups)):
        # Agreed and stopped: it goes through even with the mains back, or the servers would stay off.
        yield EndingCut(ups=ending.ups, box=BOX in ups_plan(venue.plan, ending.ups).feeds)
    elif not ending.rested and not back and BOX in ups_plan(venue.plan, ending.ups).feeds:
        yield EndingRested(ups=ending.ups)


def last_bundle_made(venue: Venue, ending: Ending, now: Moment) -> bool:
    """Whether the last bundle holds the log up to the end, or has been waited for long enough."""
    last = venue.backup.last
    made = last is not None and last.log_seq >= ending.seq
    return not venue.plan.backup or made or now.since(ending.begun) >= LAST_BUNDLE_S


def power_level(venue: Venue) -> str:
    """How the box's power must be now: `run`, `rest`, `cut UPS` or `off UPS` (the box with it)."""
    cuts = [ending.ups for ending in venue.endings.values() if ending.cut]
    for name in cuts:
        if BOX in ups_plan(venue.plan, name).feeds:
            return f"off {name}"
    if cuts:
        return f"cut {cuts[0]}"
    return "rest" if any(ending.rested for ending in venue.endings.values()) else "run"


def servers_level(venue: Venue) -> str:
    """Which servers must stop now: `up`, or `stop` and their names in order."""
    names = [name for ending in venue.endings.values() for name in to_stop(venue, ending)]
    return " ".join(["stop", *names]) if names else "up"
