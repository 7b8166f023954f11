"""Trials of a UPS by people: the watched discharge test, and the drill that pulls the plug."""

from collections.abc import Iterator

from appliance.events import Body, Moment
from appliance.events.bodies import PowerDrillEnded, PowerTestEnded
from appliance.exam import phase as phases
from appliance.exam.power.discharge import TO_THE_END
from appliance.exam.power.state import MAINS, UNKNOWN, Drill, Test, UpsState
from appliance.exam.venue import Venue

BEGINS_WITHIN_S = 120.0
UNKNOWN_ENDS_S = 10.0
BACK_WITHIN_S = 300.0


def due_trials(venue: Venue, now: Moment) -> Iterator[Body]:
    """The ends of tests and drills that are to be recorded now."""
    for name, ups in venue.ups.items():
        if ups.test is not None and (outcome := _test_outcome(venue, ups, ups.test, now)):
            yield PowerTestEnded(ups=name, outcome=outcome)
        if ups.drill is not None and (outcome := _drill_outcome(venue, ups, ups.drill, now)):
            yield PowerDrillEnded(ups=name, outcome=outcome)


def _test_outcome(venue: Venue, ups: UpsState, test: Test, now: Moment) -> str:
    if test.started.boot_id != now.boot_id:
        return "restarted"
    if venue.seal is not None or venue.phase.name in phases.EXAM_PHASES:
        return "sealed"
    if ups.state == UNKNOWN:
        unknown_s = now.since(ups.since) if ups.since else 0.0
        return "unknown" if unknown_s >= UNKNOWN_ENDS_S else ""
    if ups.ended is not None:
        return "low" if ups.ended.over in TO_THE_END else "mains"
    discharge = ups.discharge
    if discharge is None:
        return "no-discharge" if now.since(test.started) >= BEGINS_WITHIN_S else ""
    if discharge.low:
        return "low"
    if ups.charge_percent is not None and ups.charge_percent <= test.floor_percent:
        return "floor"
    return "held" if discharge.held_s >= 60 * test.minutes else ""


def _drill_outcome(venue: Venue, ups: UpsState, drill: Drill, now: Moment) -> str:
    if drill.outcome:
        return ""
    if drill.started.boot_id != now.boot_id or ups.state == UNKNOWN:
        return "unknown"
    if drill.edge is None:
        return "no-edge" if now.since(drill.started) >= venue.plan.rules.drill_edge_s else ""
    if ups.state == MAINS:
        return "passed"
    return "not-back" if now.since(drill.edge) >= BACK_WITHIN_S else ""


def trial_level(ups: UpsState) -> str:
    """What a UPS that tests itself on command must do now: `idle`, `run` or `stop`."""
    if ups.test is not None:
        return "run" if ups.test.commanded else "idle"
    if not (ups.asked_to_test and ups.testing) or ups.testing_since is None or ups.tested is None:
        return "idle"
    # What it begins by itself, days later, is not ours to stop.
    return "stop" if ups.testing_since.since(ups.tested) <= BEGINS_WITHIN_S else "idle"
