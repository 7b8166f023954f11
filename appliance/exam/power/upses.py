"""The UPSes of the venue: what each event about one of them changes."""

from dataclasses import replace

from appliance.events import Body, Moment
from appliance.events.bodies import (
    BatteryReplaced,
    PowerDischarged,
    PowerDoubted,
    PowerDrillEnded,
    PowerDrillStarted,
    PowerRead,
    PowerTestEnded,
    PowerTestStarted,
    PowerUnknown,
    UpsSwapped,
)
from appliance.events.plan import Plan
from appliance.exam.power import state as power
from appliance.exam.power.discharge import proof_after
from appliance.exam.power.state import Drill, Test, UpsState

Upses = dict[str, UpsState]


def configured(upses: Upses, before: Plan, plan: Plan) -> Upses:
    """The watched UPSes of a plan. One that is now read another way has proven nothing of that way."""
    wired = {ups.name: ups.wiring for ups in before.ups}
    found = {}
    for ups in plan.ups:
        if ups.declared is not None:
            continue
        state = upses.get(ups.name, UpsState())
        moved = ups.name in wired and wired[ups.name] != ups.wiring
        found[ups.name] = replace(state, drill=None) if moved else state
    return found


def after(upses: Upses, body: Body, now: Moment) -> Upses:
    """The UPSes once `body` is recorded; the same object where it is about none of them."""
    name = getattr(body, "ups", None)
    if not isinstance(name, str) or (name not in upses and not isinstance(body, PowerRead | PowerUnknown)):
        return upses
    changed = _change(upses.get(name, UpsState()), body, now)
    return upses if changed is None else upses | {name: changed}


def _change(ups: UpsState, body: Body, now: Moment) -> UpsState | None:
    match body:
        case PowerRead():
            return power.after_reading(ups, body, now)
        case PowerUnknown():
            return power.after_unknown(ups, body, now)
        case PowerDischarged():
            return replace(ups, ended=None, proof=proof_after(ups.proof, body, now))
        case PowerDoubted(doubts=doubts):
            return replace(ups, doubts=doubts)
        case PowerTestStarted(by=by, minutes=minutes, floor_percent=floor, commanded=commanded):
            test = Test(started=now, by=by, minutes=minutes, floor_percent=floor, commanded=commanded)
            return replace(ups, test=test, asked_to_test=commanded)
        case PowerTestEnded():
            return replace(ups, test=None, tested=now)
        case PowerDrillStarted(by=by):
            return replace(ups, drill=Drill(started=now, by=by))
        case PowerDrillEnded(outcome=outcome) if ups.drill:
            return replace(ups, drill=replace(ups.drill, outcome=outcome))
        case BatteryReplaced():
            return replace(ups, proof=None, void="void-battery")
        case UpsSwapped():
            return replace(ups, proof=None, void="void-swapped", drill=None, doubts=(), recharge=None)
    return None
