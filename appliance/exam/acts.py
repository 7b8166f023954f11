"""The acts of people: each checked against the state, then the bodies that record it."""

import math
from collections.abc import Callable

from appliance.events import Body, Moment
from appliance.events.bodies import (
    BackupRequested,
    DrillEnded,
    DrillStarted,
    IncidentAcknowledged,
    IncidentClassConfirmed,
    IncidentClosed,
    IncidentNoted,
    IncidentReported,
    IncidentResumed,
    SeatSwapped,
)
from appliance.exam import phase as phases
from appliance.exam.asked import MAX_NAME, Act, Refused
from appliance.exam.incidents import CLASSES, OUTCOMES, Incident
from appliance.exam.net.acts import NET_DECISIONS
from appliance.exam.net.proof_acts import PROOF_DECISIONS
from appliance.exam.net.rehearse import REHEARSAL_DECISIONS
from appliance.exam.panel_acts import PANEL_DECISIONS
from appliance.exam.pin_acts import PIN_DECISIONS
from appliance.exam.power.acts import POWER_DECISIONS
from appliance.exam.readiness.acts import READINESS_DECISIONS
from appliance.exam.seat_acts import SEAT_DECISIONS
from appliance.exam.sitting_acts import SITTING_DECISIONS
from appliance.exam.usb.acts import USB_DECISIONS
from appliance.exam.venue import Venue


def decide(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """The bodies that record `act`. Raises Refused with what stands against it."""
    decision = DECISIONS.get(act.verb)
    if decision is None:
        raise Refused("unknown-verb", verb=act.verb)
    return decision(venue, act, now)


def _drill(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    mode = act.text("mode")
    by = act.text("by", limit=MAX_NAME)
    if mode == "end":
        if not venue.drill:
            raise Refused("no-drill")
        return (DrillEnded(by=by),)
    if mode not in ("drill", "rehearsal"):
        raise Refused("bad-choice", name="mode", choices="drill, rehearsal, end")
    if venue.phase.name in phases.EXAM_PHASES:
        raise Refused("exam-on", phase=venue.phase.name)
    if venue.drill:
        raise Refused("drill-on", mode=venue.drill)
    return (DrillStarted(mode=mode, by=by),)


def _incident(venue: Venue, act: Act) -> Incident:
    number = act.number()
    for incident in venue.incidents:
        if incident.number == number:
            return incident
    raise Refused("unknown-incident", number=number)


def _open_incident(venue: Venue, act: Act) -> Incident:
    incident = _incident(venue, act)
    if incident.closed:
        raise Refused("incident-closed", number=incident.number)
    return incident


def _acknowledge(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    incident = _open_incident(venue, act)
    return (IncidentAcknowledged(number=incident.number, by=act.text("by", limit=MAX_NAME)),)


def _note(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    incident = _incident(venue, act)
    by = act.text("by", limit=MAX_NAME)
    return (IncidentNoted(number=incident.number, by=by, text=act.text("text")),)


def _reported(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    return (
        IncidentReported(
            number=_incident(venue, act).number,
            by=act.text("by", limit=MAX_NAME),
            to=act.text("to", limit=MAX_NAME),
            answer=act.text("answer", required=False),
            told_at=act.moment("told_at", now.wall),
        ),
    )


def _classify(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    incident, confirmed = _incident(venue, act), act.text("class")
    if confirmed not in CLASSES:
        raise Refused("bad-choice", name="class", choices=", ".join(CLASSES))
    by = act.text("by", limit=MAX_NAME)
    return (IncidentClassConfirmed(number=incident.number, confirmed=confirmed, by=by),)


def _resume(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    incident = _open_incident(venue, act)
    lost = incident.lost_minutes_at(now)
    if lost is None or incident.resumed:
        raise Refused("nothing-to-resume", number=incident.number)
    by = act.text("by", limit=MAX_NAME)
    return (IncidentResumed(number=incident.number, by=by, lost_minutes=math.ceil(lost)),)


def _close(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    incident, outcome = _open_incident(venue, act), act.text("outcome")
    by, text = act.text("by", limit=MAX_NAME), act.text("text", required=False)
    if outcome not in OUTCOMES:
        raise Refused("bad-choice", name="outcome", choices=", ".join(OUTCOMES))
    closed = IncidentClosed(
        number=incident.number,
        outcome=outcome,
        by=by,
        text=text,
        cause_kind=incident.cause_kind,
        cause=incident.cause if incident.cause_kind == "ending" else "",
    )
    if outcome != "swapped" or incident.cause in venue.seats.swapped:
        if outcome == "recovered" and not incident.ceased:
            raise Refused("not-recovered", number=incident.number)
        return (closed,)
    return (*_swap(venue, Act(verb="swap", args={**act.args, "seat": incident.cause}), now), closed)


def _swap(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    seat, spare = act.text("seat"), act.text("spare")
    seats = {s.id: s for s in venue.plan.seats}
    if seat not in seats:
        raise Refused("unknown-seat", seat=seat)
    if spare not in seats or not seats[spare].spare:
        raise Refused("no-spare", seat=spare)
    free = [s.id for s in venue.plan.seats if s.spare and s.id not in venue.seats.swapped.values()]
    if seat in free:  # nobody sits there
        raise Refused("bad-choice", name="seat", choices=", ".join(s for s in seats if s not in free)[:200])
    if spare not in free:
        raise Refused("spare-in-use", seat=spare)
    if seat in venue.seats.swapped:
        raise Refused("already-swapped", seat=seat)
    return (SeatSwapped(seat=seat, spare=spare, by=act.text("by", limit=MAX_NAME)),)


def _backup(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    if not venue.plan.backup:
        raise Refused("no-backup-configured")
    full = act.args.get("full", False)
    if not isinstance(full, bool):
        raise Refused("bad-choice", name="full", choices="true, false")
    return (BackupRequested(by=act.text("by", limit=MAX_NAME), full=full),)


Decision = Callable[[Venue, Act, Moment], tuple[Body, ...]]
DECISIONS: dict[str, Decision] = {
    **SITTING_DECISIONS,
    **SEAT_DECISIONS,
    "drill": _drill,
    "incident.acknowledge": _acknowledge,
    "incident.note": _note,
    "incident.reported": _reported,
    "incident.classify": _classify,
    "incident.resume": _resume,
    "incident.close": _close,
    "seat.swap": _swap,
    "backup.run": _backup,
    **POWER_DECISIONS,
    **PANEL_DECISIONS,
    **READINESS_DECISIONS,
    **PIN_DECISIONS,
    **USB_DECISIONS,
    **NET_DECISIONS,
    **REHEARSAL_DECISIONS,
    **PROOF_DECISIONS,
}

__all__ = ["DECISIONS", "Act", "Decision", "Refused", "decide"]
