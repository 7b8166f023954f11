"""Incidents (突发事件): one item a cause, from its start until people say how it ended."""

import math
from dataclasses import dataclass, replace
from datetime import datetime

from appliance.events import Body, Event, Moment
from appliance.events.bodies import (
    IncidentAcknowledged,
    IncidentCeased,
    IncidentClassConfirmed,
    IncidentClassProposed,
    IncidentClosed,
    IncidentGrew,
    IncidentNoted,
    IncidentOpened,
    IncidentReported,
    IncidentResumed,
)

GENERAL, MAJOR = "general", "major"
CLASSES = (GENERAL, MAJOR)
OUTCOMES = ("swapped", "recovered", "recorded", "false_alarm")
OPEN, IN_HAND, CLOSED = "open", "in_hand", "closed"
KEPT_CLOSED = 50  # closed ones kept in the state; the log keeps all
STOPS_WORK = {"mains", "switch", "room", "seat", "ups_fault"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Who was told (`to`) by whom, and what they answered."""

    at: datetime
    by: str
    to: str
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody wrote down."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One cause. `members` are the seats it took; `count` how often it came; `drill` '' for the record.

    `before_s` is what it had lasted when the box last booted, at `carried`: where no trusted wall clock
    spans the reboot, that is all that is known of the time before.
    """

    number: int
    cause_kind: str
    cause: str
    opened: Moment
    place: str = ""
    members: tuple[str, ...] = ()
    count: int = 1
    detail: str = ""
    sitting: str = ""
    drill: str = ""
    ceased: Moment | None = None
    proposed: str = ""
    confirmed: str = ""
    acknowledged_by: str = ""
    resumed: Moment | None = None
    lost_minutes: int | None = None
    closed: Moment | None = None
    closed_by: str = ""
    outcome: str = ""
    told: tuple[Told, ...] = ()
    notes: tuple[Note, ...] = ()
    before_s: float = 0.0
    carried: Moment | None = None

    @property
    def key(self) -> str:
        """What tells this cause from every other."""
        return f"{self.cause_kind}:{self.cause}"

    @property
    def state(self) -> str:
        """`open`, `in_hand` or `closed`."""
        if self.closed:
            return CLOSED
        return IN_HAND if self.acknowledged_by else OPEN

    @property
    def stops_work(self) -> bool:
        """Whether it took seats whose candidates are not known to work again."""
        return self.cause_kind in STOPS_WORK and bool(self.members) and not self.resumed

    def goes_on(self, now: Moment, flap_s: float) -> bool:
        """Whether what happens now may still be the same: nobody resumed, and it ended no longer ago than a flap."""
        return not self.resumed and (self.ceased is None or now.since(self.ceased) <= flap_s)

    def lasted_s(self, now: Moment) -> float:
        """Seconds since it began, whatever reboots and clocks did in between; never too short."""
        measured = self.before_s + now.since(self.carried) if self.carried else 0.0
        return max(now.since(self.opened), measured)

    def lost_minutes_at(self, now: Moment) -> int | None:
        """Minutes lost so far, rounded up: they run until somebody says the candidates work again."""
        if self.cause_kind not in STOPS_WORK or not self.members:
            return None
        if self.closed or self.lost_minutes is not None:
            return self.lost_minutes
        return math.ceil(self.lasted_s(now) / 60)


Incidents = tuple[Incident, ...]


def opened(incidents: Incidents, body: IncidentOpened, now: Moment, *, drill: str, sitting: str) -> Incidents:
    """The incidents once `body` is recorded at `now`; those it absorbs are closed into it."""
    begun = replace(now, wall=body.began, mono_s=_shifted(now, body.began)) if body.began else now
    incident = Incident(
        number=body.number,
        cause_kind=body.cause_kind,
        cause=body.cause,
        opened=begun,
        place=body.place,
        members=body.members,
        detail=body.detail,
        sitting=sitting,
        drill=drill,
    )
    kept = tuple(
        replace(i, closed=now, outcome="absorbed", ceased=i.ceased or now) if i.number in body.absorbs else i
        for i in incidents
    )
    return _pruned((*kept, incident))


def changed(incidents: Incidents, body: Body, now: Moment) -> Incidents:
    """The incidents once any other incident body is recorded; an unknown number changes nothing."""
    number = getattr(body, "number", 0)
    return _pruned(tuple(_change(i, body, now) if i.number == number else i for i in incidents))


def carried_over(incidents: Incidents, last: Moment | None, now: Moment) -> Incidents:
    """The incidents as a new boot finds them, `last` the old one's last event: what was measured is kept."""
    return tuple(
        i if i.closed or last is None else replace(i, before_s=i.lasted_s(last), carried=now)
        for i in incidents
    )


def moment(event: Event, *, trusted: bool) -> Moment:
    """When an event happened, as a Moment; `trusted` whether anything vouched for the wall clock then."""
    return Moment(wall=event.at, mono_s=event.mono_s, boot_id=event.boot_id, trusted=trusted)


def _shifted(now: Moment, began: datetime) -> float:
    return now.mono_s - (now.wall - began).total_seconds()


def _change(incident: Incident, body: Body, now: Moment) -> Incident:
    match body:
        case IncidentGrew():
            return _grew(incident, body)
        case IncidentCeased():
            return replace(incident, ceased=now)
        case IncidentClassProposed():
            return replace(incident, proposed=body.proposed)
        case IncidentClassConfirmed():
            return replace(incident, confirmed=body.confirmed)
        case IncidentAcknowledged():
            return replace(incident, acknowledged_by=body.by)
        case IncidentNoted():
            note = Note(at=now.wall, by=body.by, text=body.text)
            return replace(incident, notes=(*incident.notes, note))
        case IncidentReported():
            told = Told(at=body.told_at or now.wall, by=body.by, to=body.to, answer=body.answer)
            return replace(incident, told=(*incident.told, told))
        case IncidentResumed():
            return replace(incident, resumed=now, lost_minutes=body.lost_minutes)
        case IncidentClosed():
            return _closed(incident, body, now)
    return incident


def _grew(incident: Incident, body: IncidentGrew) -> Incident:
    again = body.again
    return replace(
        incident,
        members=incident.members + tuple(m for m in body.members if m not in incident.members),
        count=incident.count + (1 if again else 0),
        ceased=None if again else incident.ceased,
        resumed=None if body.members else incident.resumed,
        lost_minutes=None if body.members else incident.lost_minutes,
        detail=body.detail or incident.detail,
    )


def _closed(incident: Incident, body: IncidentClosed, now: Moment) -> Incident:
    text = (Note(at=now.wall, by=body.by, text=body.text),) if body.text else ()
    lost = incident.lost_minutes_at(now) if body.outcome != "false_alarm" else None
    return replace(
        incident,
        closed=now,
        closed_by=body.by,
        outcome=body.outcome,
        notes=incident.notes + text,
        resumed=incident.resumed or now,
        lost_minutes=lost,
    )


def _pruned(incidents: Incidents) -> Incidents:
    closed = [i.number for i in incidents if i.closed]
    dropped = set(closed[: max(0, len(closed) - KEPT_CLOSED)])
    return tuple(i for i in incidents if i.number not in dropped) if dropped else incidents
