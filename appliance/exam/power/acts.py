"""What people do with a UPS: try it, pull its plug, change its battery, agree to an orderly end."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from appliance.events import Body, Moment
from appliance.events.bodies import (
    BatteryReplaced,
    EndingAgreed,
    PowerDrillStarted,
    PowerTestEnded,
    PowerTestStarted,
    UpsSwapped,
)
from appliance.exam import phase as phases
from appliance.exam.asked import MAX_NAME, Act, Refused
from appliance.exam.power.belief import believed_charge_percent
from appliance.exam.power.state import MAINS, UpsState
from appliance.exam.power.supply import servers_on, ups_plan
from appliance.exam.venue import Venue

# A test that is ended on the minute proves an hour for that day alone. With 25 minutes more it still does after twelve
# months at 2 % each (60 / 0.76 = 79), or under a load that is a quarter heavier.
MORE_THAN_ASKED_MINUTES = 25
MAX_TEST_MINUTES = 24 * 60


def _ups(venue: Venue, act: Act) -> tuple[str, UpsState]:
    name = act.text("ups", limit=64)
    if name in venue.ups:
        return name, venue.ups[name]
    if any(ups.name == name for ups in venue.plan.ups):
        raise Refused("ups-not-watched", ups=name)
    raise Refused("unknown-ups", ups=name)


def _idle(venue: Venue, name: str, ups: UpsState) -> None:
    """Trials are for quiet days: a pulled plug takes its battery from the exam that needs it."""
    if venue.seal is not None or venue.phase.name in phases.EXAM_PHASES:
        raise Refused("test-now", phase=venue.phase.name)
    if ups.test is not None:
        raise Refused("test-on", ups=name)
    if ups.drill is not None and not ups.drill.outcome:
        raise Refused("drill-on-ups", ups=name)
    if ups.state != MAINS:
        raise Refused("not-on-mains", ups=name, state=ups.state)


def _whole(act: Act, name: str, default: int, lowest: int, highest: int) -> int:
    value = act.args.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise Refused("bad-number", name=name, lowest=lowest, highest=highest)
    return value


def _test(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    name, ups = _ups(venue, act)
    by = act.text("by", limit=MAX_NAME)
    _idle(venue, name, ups)
    rules = venue.plan.rules
    usual = rules.ups_hold_minutes + MORE_THAN_ASKED_MINUTES
    minutes = _whole(act, "minutes", usual, 1, MAX_TEST_MINUTES)
    floor = _whole(act, "floor_percent", rules.test_floor_percent, 5, 95)
    charge = believed_charge_percent(ups)
    if charge is not None and charge <= floor:
        raise Refused("charge-too-low", ups=name, charge_percent=charge, floor_percent=floor)
    command = act.args.get("command", False)
    if not isinstance(command, bool):
        raise Refused("bad-choice", name="command", choices="true, false")
    if command and not ups_plan(venue.plan, name).commands:
        raise Refused("no-command", ups=name)
    return (PowerTestStarted(ups=name, by=by, minutes=minutes, floor_percent=floor, commanded=command),)


def _cancel(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    name, ups = _ups(venue, act)
    if ups.test is None:
        raise Refused("no-test", ups=name)
    return (PowerTestEnded(ups=name, outcome="cancelled", by=act.text("by", limit=MAX_NAME)),)


def _drill(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    name, ups = _ups(venue, act)
    by = act.text("by", limit=MAX_NAME)
    _idle(venue, name, ups)
    return (PowerDrillStarted(ups=name, by=by),)


def _battery(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    name, _ = _ups(venue, act)
    return (BatteryReplaced(ups=name, by=act.text("by", limit=MAX_NAME), note=act.text("note")),)


def _swap(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    name, _ = _ups(venue, act)
    return (UpsSwapped(ups=name, by=act.text("by", limit=MAX_NAME), note=act.text("note")),)


def _end(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """The chief agrees that the servers on a UPS are stopped, while it runs on its battery."""
    name, ups = _ups(venue, act)
    by = act.text("by", limit=MAX_NAME)
    ending = venue.endings.get(name)
    if not any(server in venue.plan.stoppable for server in servers_on(venue.plan, name)):
        raise Refused("no-stop-configured", ups=name)
    if not ups_plan(venue.plan, name).cuts:  # the mains may be back before the battery is empty
        raise Refused("no-cut", ups=name)
    if not ups.out or (ending is not None and ending.agreed_by):
        raise Refused("nothing-to-end", ups=name)
    return (EndingAgreed(ups=name, by=by),)


POWER_DECISIONS: Mapping[str, Callable[[Venue, Act, Moment], tuple[Body, ...]]] = MappingProxyType(
    {
        "power.test": _test,
        "power.test_cancel": _cancel,
        "power.drill": _drill,
        "power.battery": _battery,
        "power.swap": _swap,
        "power.end": _end,
    }
)
