"""Two points of the supply: the mains and a charged UPS, and how long the servers hold."""

from appliance.events import Moment
from appliance.exam.power.hold import asked, hold, level
from appliance.exam.power.state import MAINS, UNKNOWN
from appliance.exam.power.supply import faults, server_upses, servers_on, uncovered
from appliance.exam.readiness.point import Point, point
from appliance.exam.venue import Venue

CHARGED_PERCENT, LEAST_PERCENT = 90.0, 50.0  # our judgement: a seal finds the battery full


def mains(venue: Venue, now: Moment) -> Point:
    """Whether every watched UPS is read, on mains, without a fault, and charged."""
    if not venue.plan.ups:
        return point("mains", "none")
    if not venue.ups:
        return point("mains", "unwatched", names=[ups.name for ups in venue.plan.ups])
    states = {name: ups.state for name, ups in sorted(venue.ups.items())}
    out = [name for name, state in states.items() if state not in (MAINS, UNKNOWN)]
    if out:
        return point("mains", "on-battery", names=out)
    unread = [name for name, state in states.items() if state == UNKNOWN]
    if unread:
        return point("mains", "unread", names=unread)
    faulty = {name: [what for what, _ in faults(venue, name, now)] for name in states}
    wrong = [name for name, found in faulty.items() if found]
    if wrong:
        return point("mains", "faulty", names=wrong, faults=faulty[wrong[0]])
    return _charge(venue)


def _charge(venue: Venue) -> Point:
    charges = {name: ups.charge_percent for name, ups in sorted(venue.ups.items())}
    told = {name: charge for name, charge in charges.items() if charge is not None}
    if len(told) < len(charges):
        return point("mains", "no-charge", names=[name for name in charges if name not in told])
    name = min(told, key=lambda each: told[each])
    code = "charged" if told[name] >= CHARGED_PERCENT else "charging"
    code = "charge-low" if told[name] < LEAST_PERCENT else code
    return point("mains", code, names=[name], charge_percent=int(told[name]))


def holds(venue: Venue, now: Moment) -> Point:
    """How long the servers hold without mains: proven is green, everything else is not."""
    minutes = venue.plan.rules.ups_hold_minutes
    if not venue.plan.ups:
        return point("hold", "none", asked_minutes=minutes)
    missing = uncovered(venue.plan)
    if missing:
        return point("hold", "uncovered", names=list(missing), asked_minutes=minutes)
    found = [_held(venue, name, now) for name in server_upses(venue)] + _declared(venue)
    order = ("short", "unread", "reckoned-short", "unproven", "declared", "proven")
    return min(found, key=lambda each: order.index(each.code))


def _held(venue: Venue, name: str, now: Moment) -> Point:
    held = hold(venue, name, now)
    _, first_s = held.first
    args: dict[str, object] = {"names": [name], "asked_minutes": venue.plan.rules.ups_hold_minutes}
    judged = level(held, asked(venue))
    if judged == "unknown" or first_s is None:
        return point("hold", "unread", **args)
    # Whole steps of five minutes: the estimate of a battery that rests moves by a minute all the time.
    args["minutes"] = int(first_s // 300) * 5
    if judged == "ok":
        args["at"] = _proof_time(venue, name)
        return point("hold", "proven", **args)
    if judged == "short":
        known = held.proven_s is not None and not held.at_least
        return point("hold", "short" if known else "reckoned-short", **args)
    return point("hold", "unproven", **args)


def _proof_time(venue: Venue, name: str) -> str:
    proof = venue.ups[name].proof
    return proof.at.wall.isoformat() if proof else ""


def _declared(venue: Venue) -> list[Point]:
    """UPSes without a data port: what somebody measured by hand, and when."""
    plan, found = venue.plan, []
    for ups in plan.ups:
        told = ups.declared
        if told is None or (plan.servers and not servers_on(plan, ups.name)):
            continue
        code = "declared" if told.hold_minutes >= plan.rules.ups_hold_minutes else "short"
        args = {"minutes": int(told.hold_minutes), "by": told.by, "on": told.on}
        found.append(point("hold", code, names=[ups.name], asked_minutes=plan.rules.ups_hold_minutes, **args))
    return found
