"""A proof of every kind that somebody asks for: the readiness check does, before a seal."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from appliance.events import Body, Moment
from appliance.events.bodies import NetworkProofAsked
from appliance.exam import phase as phases
from appliance.exam.asked import MAX_NAME, Act, Refused
from appliance.exam.net.proof import proves
from appliance.exam.net.windows import rehearsal
from appliance.exam.venue import Venue


def _prove(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """Anybody, while no exam is near and no rehearsal lets things pass.

    The guard has it run, and its fact comes as any other's.
    """
    if not proves(venue.plan.network, venue.plan.simulated):
        raise Refused("line-not-held")
    if venue.phase.name in phases.EXAM_PHASES:
        raise Refused("proof-not-in-exam", phase=venue.phase.name)
    if rehearsal(venue, now) is not None:
        raise Refused("rehearsal-runs")
    return (NetworkProofAsked(by=act.text("by", limit=MAX_NAME)),)


PROOF_DECISIONS: Mapping[str, Callable[[Venue, Act, Moment], tuple[Body, ...]]] = MappingProxyType(
    {"net.prove": _prove}
)
