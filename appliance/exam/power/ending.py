"""The orderly end on a battery that gives out: its signs, its stages, what each of them asks for.

One sign alone never ends anything while a sitting is on. Servers are stopped only where the chief agreed. A UPS
is asked to cut its output only where nothing that lives hangs on it, and always in the way that comes back with
the mains: what was switched off is switched on again, whenever the mains return.
"""

from collections.abc import Iterator

from appliance.events import Body, Moment
from appliance.events.bodies import EndingBegun, EndingCancelled, EndingCut, EndingRested
from appliance.exam import phase as phases
from appliance.exam.power.belief import believed_charge_percent, believed_runtime_s
from appliance.exam.power.endings import Ending
from appliance.exam.power.hold import hold
from appliance.exam.power.state import BATTERY, LOW, MAINS, UpsState
from appliance.exam.power.supply import BOX, SWITCH, servers_on, ups_plan
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
    charge, runtime_s = believed_charge_percent(ups), believed_runtime_s(ups)
    # "Low" at a full charge is not believed, but where the charge is not believed either it is a sign again.
    if (ups.state == LOW or charge is None) and told_s >= rules.low_confirm_s:
        found.append("lb")
    if charge is not None and charge <= rules.battery_low_percent:
        found.append("charge")
    if runtime_s is not None and runtime_s <= RUNTIME_LOW_S:
        found.append("runtime")
    fresh_v = ups.discharge.battery_v_from if ups.discharge else None
    if fresh_v and ups.battery_v is not None and ups.battery_v <= SAG * fresh_v:
        found.append("voltage")
    held = hold(venue, name, now)
    proven_s = None if held.at_least else held.proven_s  # a lower bound that is over says nothing of the end
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
    """Whether the UPS can cut and come back, and nothing that lives hangs on it: no server, nobody's seat."""
    plan = ups_plan(venue.plan, ending.ups)
    living = [name for name in servers_on(venue.plan, ending.ups) if ending.stops.get(name) != "stopped"]
    # A switch lives as long as a server does: where all that hang here are stopped it serves nobody.
    serves = SWITCH in plan.feeds and not servers_on(venue.plan, ending.ups)
    seats = serves or any(feed.startswith("room:") for feed in plan.feeds)
    working = venue.phase.name in (phases.RUNNING, phases.CLOSING)
    return plan.cuts and not living and not (seats and working)


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
    for name in venue.endings:
        if name not in venue.ups:  # the configuration that a restart read names it no longer
            yield EndingCancelled(ups=name, reason="restarted")


def _onward(venue: Venue, ending: Ending, ups: UpsState, now: Moment) -> Iterator[Body]:
    back_s = now.since(ups.since) if ups.state == MAINS and ups.since else 0.0
    back = back_s > venue.plan.rules.blip_s
    blocked = ending.agreed_by and not to_stop(venue, ending) and not may_cut(venue, ending)
    if now.boot_id != (ending.cut or ending.begun).boot_id and not _goes_through(venue, ending, ups):
        yield EndingCancelled(ups=ending.ups, reason="restarted")
    elif ending.cut:
        if back_s > CUT_ENDS_S and now.since(ending.cut) > CUT_ENDS_S:
            yield EndingCancelled(ups=ending.ups, reason="mains")
    elif (back and not ending.agreed_by) or (blocked and back_s > CUT_ENDS_S):
        # Blocked, and the mains are back to stay: what is off people switch on. A cut that comes an hour later,
        # when the sitting is over, would take it from them again.
        yield EndingCancelled(ups=ending.ups, reason="mains")
    elif not last_bundle_made(venue, ending, now) or to_stop(venue, ending) or ups.read is None:
        return
    elif may_cut(venue, ending) and (ending.agreed_by or not servers_on(venue.plan, ending.ups)):
        # Agreed and stopped: it goes through even with the mains back, or the servers would stay off.
        yield EndingCut(ups=ending.ups, box=BOX in ups_plan(venue.plan, ending.ups).feeds)
    elif not ending.rested and not back and BOX in ups_plan(venue.plan, ending.ups).feeds:
        yield EndingRested(ups=ending.ups)


def _goes_through(venue: Venue, ending: Ending, ups: UpsState) -> bool:
    """Whether an end goes on after this box started anew: a server is off that nothing else switches on.

    Where the box hangs on the same UPS and the mains are on, the start came with the power: it switched them on.
    """
    if ending.cut or "stopped" not in ending.stops.values():
        return False
    return ups.state != MAINS or BOX not in ups_plan(venue.plan, ending.ups).feeds


def last_bundle_made(venue: Venue, ending: Ending, now: Moment) -> bool:
    """Whether the last bundle holds the log up to the end, or has been waited for long enough."""
    last = venue.backup.last
    made = last is not None and last.log_seq >= ending.seq
    waited = now.boot_id != ending.begun.boot_id or now.since(ending.begun) >= LAST_BUNDLE_S
    return not venue.plan.backup or made or waited


def power_level(venue: Venue) -> str:
    """How the box's power must be now: `run`, `rest`, `cut UPS…` or `off UPS…` (the first is this box's own)."""
    boxes = {name: BOX in ups_plan(venue.plan, name).feeds for name in venue.endings}
    cuts = [name for name, ending in venue.endings.items() if ending.cut]
    if cuts:
        first = sorted(cuts, key=lambda name: not boxes[name])
        return " ".join(["off" if boxes[first[0]] else "cut", *first])
    # With the mains back nothing rests, whatever still keeps the end from being called off.
    resting = (name for name, ending in venue.endings.items() if ending.rested)
    return (
        "rest" if any(name not in venue.ups or venue.ups[name].state != MAINS for name in resting) else "run"
    )


def servers_level(venue: Venue) -> str:
    """Which servers must stop now: `up`, or `stop` and their names in order."""
    names = [name for ending in venue.endings.values() for name in to_stop(venue, ending)]
    return " ".join(["stop", *names]) if names else "up"
