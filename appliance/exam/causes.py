"""What is wrong right now, cause by cause: the level that incidents are held against."""

from collections.abc import Iterator

from appliance.events import Moment
from appliance.exam import phase as phases
from appliance.exam.backup_causes import backup_causes
from appliance.exam.cause import Cause
from appliance.exam.net.causes import net_causes
from appliance.exam.net.proof import SHOWN_KINDS, fresh
from appliance.exam.power.causes import power_causes
from appliance.exam.usb.attached_causes import attached_causes
from appliance.exam.usb.causes import usb_causes
from appliance.exam.venue import Venue


def causes(venue: Venue, now: Moment, log_problem: str = "") -> tuple[Cause, ...]:
    """Everything that is wrong at `now`, seats aside (seats.py groups those)."""
    return (
        *power_causes(venue, now),
        *_line(venue, now),
        *usb_causes(venue, now),
        *attached_causes(venue, now),
        *net_causes(venue, now),
        *backup_causes(venue, now),
        *_box(venue, log_problem),
    )


def _line(venue: Venue, now: Moment) -> Iterator[Cause]:
    state, proof = venue.firewall, venue.net.proof
    told = fresh(proof, venue.phase.name, now)
    if proof.leaked:
        yield Cause(kind="line_leaks", detail=", ".join(proof.leaked[:SHOWN_KINDS]), unsure=not told)
    if proof.reason and not told and venue.phase.name in phases.EXAM_PHASES:
        yield Cause(kind="line_unproven", detail=proof.reason)
    if state.drift:
        yield Cause(kind="network_drift", detail="; ".join(state.drift), unsure=bool(state.unknown))
    if state.foreign:
        counted = ", ".join(f"{name} ({state.removed.get(name, 0)})" for name in state.foreign)
        yield Cause(kind="network_foreign", detail=counted, unsure=bool(state.unknown))
    if state.unknown:
        yield Cause(kind="rules_unknown", detail=state.unknown)


def _box(venue: Venue, log_problem: str) -> Iterator[Cause]:
    if venue.phase.name in phases.EXAM_PHASES and venue.seal is None:
        yield Cause(kind="unsealed", name=venue.phase.sitting)
    if log_problem:
        yield Cause(kind="log_unwritable", detail=log_problem)
    if venue.log_problem:
        yield Cause(kind="log_damaged", detail=venue.log_problem)
    if venue.disk_level in ("low", "full"):
        yield Cause(kind="disk_low", detail=venue.disk_level)
    for fault in venue.host.faults:
        yield Cause(kind="host", name=fault, detail=fault)
    for key, reason in sorted(venue.posture_failures.items()):
        yield Cause(kind="posture", name="panel" if key in ("lamp", "buzzer") else key, detail=reason)
    if not venue.clock_trusted:
        yield Cause(kind="clock")
