"""The point of the line: its rules are held, and packets proved that nothing gets out."""

from appliance.events import Moment
from appliance.exam.net.firewall import CLOSED, DRIFTED, ENFORCED, state_of
from appliance.exam.net.proof import ProofState, proves
from appliance.exam.net.windows import rehearsal
from appliance.exam.readiness.point import Point, point, within
from appliance.exam.venue import Venue

FULL_FRESH_S = 2 * 3600.0  # the full proof is part of the check before the seal (our judgement)


def line(venue: Venue, now: Moment) -> Point:
    """Green only where a full proof of this boot's rules is fresh and let nothing out."""
    plan, proof = venue.plan, venue.net.proof
    if plan.cards_denied:  # whatever is proven now, the next boot has no such card
        return point("line", "card-denied", names=list(plan.cards_denied))
    if "boot" in venue.posture_failures:
        return point("line", "boot-files", reason=venue.posture_failures["boot"][:200])
    if plan.network not in ENFORCED:
        return point("line", "off", mode=plan.network)
    if proof.leaked:
        return point("line", "leaks", leaks=len(proof.leaked), kinds=proof.kinds, at=_told(proof.at))
    if rehearsal(venue, now) is not None:
        return point("line", "rehearsing")
    state = state_of(venue.firewall, plan.network)
    if state == DRIFTED:
        return point("line", "drifted")
    if state != CLOSED or "network" in venue.posture_failures:
        return point("line", "unread")
    if not proves(plan.network, plan.simulated):
        return point("line", "simulated")
    return _proof(proof, now)


def _proof(proof: ProofState, now: Moment) -> Point:
    args: dict[str, object] = {"kinds": proof.kinds, "leaks": 0}
    if proof.full_at is not None and within(proof.full_at, now, FULL_FRESH_S):
        return point("line", "proven", at=_told(proof.full_at), **args)
    if proof.at is not None and within(proof.at, now, FULL_FRESH_S):
        return point("line", "proven-small", at=_told(proof.at), **args)
    return point("line", "unproven", at=_told(proof.at), reason=proof.reason)


def _told(at: Moment | None) -> str:
    return at.wall.isoformat() if at else ""
