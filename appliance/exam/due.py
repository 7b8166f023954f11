"""What must be recorded now: derived bodies, judged anew each second from the state alone.

Level, not edge: `due` compares what is wrong with which incidents are open, and what phase it is with
the one recorded. Recording its answer makes the next answer empty.
"""

from datetime import timedelta

from appliance.events import Body, Moment
from appliance.events.bodies import (
    IncidentCeased,
    IncidentClassProposed,
    IncidentClosed,
    IncidentGrew,
    IncidentOpened,
    PhaseChanged,
    SealLifted,
)
from appliance.exam import phase as phases
from appliance.exam.cause import Cause
from appliance.exam.causes import causes
from appliance.exam.incidents import GENERAL, MAJOR, Incident
from appliance.exam.net.acts import due_windows
from appliance.exam.net.rehearse import due_rehearsal
from appliance.exam.power.due import due_power
from appliance.exam.seats import seat_causes
from appliance.exam.usb.acts import due_grants
from appliance.exam.venue import Venue

# Causes that need nobody's word to end: closed by the guard once they have been gone for the flap time.
ENDS_BY_ITSELF = {
    "ups_unknown", "usb_unknown", "attached_unknown", "seats_unknown", "backup_failed", "backup_late", "receipt_late",
    "unsealed", "log_unwritable", "disk_low", "host", "posture", "clock", "mains", "ups_fault", "ups_short", "ending",
    "doubled", "network_unknown",
    "network_drift", "network_foreign", "rules_unknown", "line_unproven",
    "source_incomplete", "answers_short", "outbox_full", "copy_failed",
}  # fmt: skip
PROPOSED_GENERAL = {"mains", "switch", "room", "server_silent", "receipt_late"}
SWALLOWS = {
    "room": {"seat"},
    "mains": {"seat", "room"},
    "ups_fault": {"seat", "room"},
    "switch": {"seat", "room", "server_silent"},
    "outward_many": {"outward"},
}
TELLS_ANEW = {"battery_low", "full"}  # details that are said although the item had one


def due(venue: Venue, now: Moment, log_problem: str = "") -> tuple[Body, ...]:
    """The bodies to record at `now`; empty once they are. `log_problem` says why the log can not be written."""
    day = _day(venue, now)
    if day:
        return day  # incidents are judged in the new phase, one step later
    before = (*due_power(venue, now), *due_grants(venue, now), *due_windows(venue, now), *due_rehearsal(venue, now))
    if before:
        return before
    wrong = _merged(seat_causes(venue, now, causes(venue, now, log_problem)))
    return (*_incidents(venue, now, wrong), *_classes(venue, now))


def _day(venue: Venue, now: Moment) -> tuple[Body, ...]:
    seal, rules = venue.seal, venue.plan.rules
    if seal and phases.batch_over(venue.sittings, seal.batch, rules, now.wall):
        return (SealLifted(batch=seal.batch, by="", reason="batch-over"),)
    phase = phases.phase_at(venue.sittings, rules, seal is not None, now.wall)
    mark = venue.phase
    if (phase.name, phase.sitting) == (mark.name, mark.sitting) and mark.at:
        return ()
    return (PhaseChanged(phase=phase.name, sitting=phase.sitting, previous=mark.name if mark.at else ""),)


def _merged(found: tuple[Cause, ...]) -> dict[str, Cause]:
    merged: dict[str, Cause] = {}
    for cause in found:
        before = merged.get(cause.key)
        if before is not None:
            members = before.members + tuple(m for m in cause.members if m not in before.members)
            cause = Cause(
                kind=cause.kind,
                name=cause.name,
                place=cause.place,
                members=members,
                detail=cause.detail or before.detail,
                for_s=max(cause.for_s, before.for_s),
                unsure=cause.unsure and before.unsure,
            )
        merged[cause.key] = cause
    return merged


def _incidents(venue: Venue, now: Moment, wrong: dict[str, Cause]) -> tuple[Body, ...]:
    bodies: list[Body] = []
    newest = {incident.key: incident for incident in venue.open_incidents()}
    known = {key: i for key, i in newest.items() if key in wrong and not _another(venue, i, wrong[key])}
    number = venue.next_incident
    for key, cause in wrong.items():
        if key in known:
            bodies += _grown(known[key], cause)
        elif not cause.unsure:
            bodies.append(_opened(venue, now, number, cause))
            number += 1
    for incident in venue.open_incidents():
        if known.get(incident.key) is not incident:
            bodies += _ended(venue, now, incident)
    return tuple(bodies)


def _another(venue: Venue, incident: Incident, cause: Cause) -> bool:
    """Whether `cause` is a new item: its like ended, or took more seats, after its candidates had resumed."""
    if incident.resumed is None or cause.unsure:
        return False
    dark = (venue.seats.gone[member] for member in cause.members if member in venue.seats.gone)
    return incident.ceased is not None or any(since.since(incident.resumed) > 0 for since in dark)


def _grown(incident: Incident, cause: Cause) -> list[Body]:
    members = tuple(member for member in cause.members if member not in incident.members)
    again = incident.ceased is not None and not cause.unsure
    detail = cause.detail if cause.detail != incident.detail and _worse(incident, cause) else ""
    if not (members or again or detail):
        return []
    return [
        IncidentGrew(
            number=incident.number,
            members=members,
            again=again,
            detail=detail,
            cause_kind=incident.cause_kind,
        )
    ]


def _worse(incident: Incident, cause: Cause) -> bool:
    """Whether a new detail says more: a low battery stays said, a changed reason is not said each time."""
    news = not incident.detail or cause.detail in TELLS_ANEW or cause.kind in ("ending", "network_foreign")
    return not cause.unsure and news and bool(cause.detail)


def _opened(venue: Venue, now: Moment, number: int, cause: Cause) -> IncidentOpened:
    absorbed = tuple(i.number for i in venue.open_incidents() if _explained(venue, now, i, cause))
    return IncidentOpened(
        number=number,
        cause_kind=cause.kind,
        cause=cause.name,
        place=cause.place,
        members=cause.members,
        detail=cause.detail,
        absorbs=absorbed,
        began=now.wall - timedelta(seconds=cause.for_s) if cause.for_s else None,
    )


def _explained(venue: Venue, now: Moment, incident: Incident, cause: Cause) -> bool:
    """Whether `cause` is what took the seats of `incident`, which is still going on."""
    if incident.cause_kind not in SWALLOWS.get(cause.kind, set()) or not incident.goes_on(
        now, venue.plan.rules.flap_s
    ):
        return False
    return set(incident.members) <= set(cause.members)


def _ended(venue: Venue, now: Moment, incident: Incident) -> list[Body]:
    """The cause is gone. People close what stopped candidates; the rest closes after the flap time."""
    if incident.ceased is None:
        return [
            IncidentCeased(
                number=incident.number, cause_kind=incident.cause_kind, stops_work=incident.stops_work
            )
        ]
    lasting = now.since(incident.ceased) > venue.plan.rules.flap_s
    if lasting and incident.cause_kind in ENDS_BY_ITSELF and not incident.members:
        return [IncidentClosed(number=incident.number, outcome="recovered", cause_kind=incident.cause_kind)]
    return []


def _classes(venue: Venue, now: Moment) -> tuple[Body, ...]:
    bodies: list[Body] = []
    for incident in venue.open_incidents():
        proposed, reason = _class(venue, now, incident)
        if proposed and proposed != incident.proposed and incident.proposed != MAJOR:
            bodies.append(IncidentClassProposed(number=incident.number, proposed=proposed, reason=reason))
    return tuple(bodies)


def _class(venue: Venue, now: Moment, incident: Incident) -> tuple[str, str]:
    """Major: many candidates can not work, and 30 minutes have gone by. It is proposed, never decided."""
    rules = venue.plan.rules
    if incident.stops_work and many(venue, incident):
        if incident.lasted_s(now) >= 60 * rules.major_after_minutes:
            return MAJOR, "many-not-working"
        return GENERAL, "many-not-working"
    if incident.cause_kind in PROPOSED_GENERAL:
        return GENERAL, incident.cause_kind
    return "", ""


def many(venue: Venue, incident: Incident) -> bool:
    """Whether an incident keeps many (大范围) from working: 10 % of the seats, at least five (our judgement)."""
    rules = venue.plan.rules
    enough = max(rules.group_seats, len(venue.plan.seats) * rules.many_percent // 100)
    return len(incident.members) >= enough
