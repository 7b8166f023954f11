"""The report of a sitting: the facts of its own stretch of the record, by room and for the venue; nothing judged anew.

For the annex to the 考场情况报告单 and the 突发事件情况记录. What drills and rehearsals left is not in it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.events import Event
from appliance.events.bodies import (
    BundlePublished,
    BundleReceipted,
    DrillEnded,
    DrillStarted,
    IncidentOpened,
    PhaseChanged,
    SealMade,
    SeatSwapped,
    SittingDelayed,
    SittingExtended,
    SittingFinished,
)
from appliance.events.codec import to_plain
from appliance.events.plan import Plan
from appliance.exam import incidents
from appliance.exam.incidents import Incident
from appliance.exam.report_windows import phase_windows
from appliance.exam.timetable import SittingActs, moved

Plain = dict[str, object]

# What happened within the stretch, acts of people on the sitting itself, and what may come days later.
WITHIN = (
    "usb.granted", "usb.revoked", "window.opened", "window.closed", "power.discharged", "server.stopped",
    "seat.swapped", "backup.failed", "bundle.published", "log.gap", "log.damaged", "guard.started", "phase.changed",
    "posture.failed", "posture.held",
)  # fmt: skip
OF_SITTING = ("sitting.delayed", "sitting.extended", "sitting.finished")
LATER = (
    "incident.opened", "incident.grew", "incident.ceased", "incident.class_proposed", "incident.class_confirmed",
    "incident.acknowledged", "incident.noted", "incident.reported", "incident.resumed", "incident.closed",
    "bundle.receipted",
)  # fmt: skip
GRANTS, WINDOWS = ("usb.granted", "usb.revoked"), ("window.opened", "window.closed")
POWER, BOX = (
    ("power.discharged", "server.stopped"), ("backup.failed", "log.gap", "log.damaged", "guard.started")
)  # fmt: skip
LINE_HELD = ("posture.failed", "posture.held")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The rows of a sitting, from its first phase to the row before the next one's; `last` None: it is still on."""

    first: int
    last: int | None


def stretch(marks: Iterable[tuple[int, str]], sitting: str) -> Stretch | None:
    """The stretch of `sitting` in (seq, sitting) of the phase changes in their order; None where it never began."""
    first, last = 0, None
    for seq, named in marks:
        if named == sitting:
            first, last = first or seq, None
        elif first and last is None:
            last = seq - 1
    return Stretch(first=first, last=last) if first else None


def latest(marks: Iterable[tuple[int, str]]) -> str:
    """The sitting that is on or was last; '' where there was none."""
    found = ""
    for _, named in marks:
        found = named or found
    return found


def report(
    sitting: str, plan: Plan, rows: Sequence[Event], seal: Event | None, drilled: bool
) -> Plain | None:
    """The report of a sitting as plain JSON, from its `rows` in their order; None where `plan` has no such sitting.

    `seal`: the seal that held then; `drilled`: whether a drill was on when they began.
    """
    events = [*_of_record(rows, drilled)]
    acts = [e for e in events if e.kind in OF_SITTING]
    found = next((s for s in moved(plan.sittings, _moves(acts)) if s.id == sitting), None)
    if found is None:
        return None
    items = _incidents(events)
    return {
        "venue": {"code": plan.code, "name": plan.name, "timezone": plan.timezone},
        "sitting": {
            "id": found.id,
            "batch": found.planned.batch,
            "subject": found.planned.subject,
            "planned_start": found.planned.start.isoformat(),
            "planned_end": found.planned.end.isoformat(),
            "start": found.start.isoformat(),
            "end": found.end.isoformat(),
            "last_end": found.last_end.isoformat(),
            "finished_at": found.acts.finished_at.isoformat() if found.acts.finished_at else None,
        },
        "seal": _seal(seal, found.planned.batch),
        "acts": _plain(acts),
        "incidents": [_incident(item) for item in items],
        "power": _plain(e for e in events if e.kind in POWER and not getattr(e.body, "test", False)),
        "windows": _plain(e for e in events if e.kind in WINDOWS or _of_line(e)),
        "phase_windows": phase_windows(plan, found, events),
        "grants": _plain(e for e in events if e.kind in GRANTS),
        "box": _plain(e for e in events if e.kind in BOX),
        "bundles": _bundles(events),
        "rooms": _rooms(plan, items, events),
    }


def _of_record(rows: Sequence[Event], drilled: bool) -> Iterable[Event]:
    """The rows that count: not those of a drill or a rehearsal, nor what was said of its items later."""
    left: set[int] = set()
    for event in rows:
        body = event.body
        number = getattr(body, "number", 0) if event.kind.startswith("incident.") else 0
        if isinstance(body, DrillStarted):
            drilled = True
        elif isinstance(body, DrillEnded):
            drilled = False
        elif isinstance(body, IncidentOpened) and drilled:
            left.add(number)
        elif number in left or (drilled and not number and event.kind not in OF_SITTING):
            continue
        else:
            yield event


def _moves(acts: Sequence[Event]) -> dict[str, SittingActs]:
    delay = extend = 0
    seats: dict[str, int] = {}
    finished = None
    sitting = ""
    for event in acts:
        match event.body:
            case SittingDelayed(sitting=sitting, minutes=minutes):
                delay += minutes
            case SittingExtended(sitting=sitting, minutes=minutes, seat=seat) if seat:
                seats[seat] = seats.get(seat, 0) + minutes
            case SittingExtended(sitting=sitting, minutes=minutes):
                extend += minutes
            case SittingFinished(sitting=sitting):
                finished = event.at
    done = SittingActs(delay_minutes=delay, extend_minutes=extend, seats=seats, finished_at=finished)
    return {sitting: done}


def _incidents(events: Sequence[Event]) -> list[Incident]:
    """The items of the record, each folded by itself; what another one took in is told there."""
    items: dict[int, tuple[Incident, ...]] = {}
    for event in events:
        now, body = incidents.moment(event, trusted=True), event.body
        if isinstance(body, IncidentOpened):
            items[body.number] = incidents.opened((), body, now, drill="", sitting="")
            for taken in body.absorbs:
                items.pop(taken, None)
        elif event.kind.startswith("incident.") and (number := getattr(body, "number", 0)) in items:
            items[number] = incidents.changed(items[number], body, now)
    return [item for (item,) in items.values()]


def _incident(item: Incident) -> Plain:
    end = item.resumed or item.ceased or item.closed
    lasted_s = end.since(item.opened) if end else None
    return {
        "number": item.number,
        "cause_kind": item.cause_kind,
        "place": item.place,
        "members": list(item.members),
        "count": item.count,
        "detail": item.detail,
        "opened_at": item.opened.wall.isoformat(),
        "ceased_at": item.ceased.wall.isoformat() if item.ceased else None,
        "resumed_at": item.resumed.wall.isoformat() if item.resumed else None,
        "closed_at": item.closed.wall.isoformat() if item.closed else None,
        "lasted_minutes": None if lasted_s is None else math.ceil(lasted_s / 60),
        "state": item.state,
        "class_proposed": item.proposed,
        "class_confirmed": item.confirmed,
        "acknowledged_by": item.acknowledged_by,
        "lost_minutes": item.lost_minutes,
        "outcome": item.outcome,
        "closed_by": item.closed_by,
        "reported": [{"at": t.at.isoformat(), "by": t.by, "to": t.to, "answer": t.answer} for t in item.told],
        "notes": [{"at": n.at.isoformat(), "by": n.by, "text": n.text} for n in item.notes],
    }


def _of_line(event: Event) -> bool:
    return event.kind in LINE_HELD and getattr(event.body, "key", "") == "network"


def _bundles(events: Sequence[Event]) -> list[Plain]:
    receipts = {e.body.name: e.at.isoformat() for e in events if isinstance(e.body, BundleReceipted)}
    return [
        {
            "at": event.at.isoformat(),
            "name": event.body.name,
            "stage": event.body.stage,
            "files": event.body.files,
            "sealed_bytes": event.body.sealed_bytes,
            "sha256": event.body.sha256,
            "incomplete": list(event.body.incomplete),
            "receipted_at": receipts.get(event.body.name),
        }
        for event in events
        if isinstance(event.body, BundlePublished)
    ]


def _rooms(plan: Plan, items: Sequence[Incident], events: Sequence[Event]) -> list[Plain]:
    """Each room's seats and what touched it: (its items, its swaps, minutes given to one of its candidates)."""
    seats: dict[str, set[str]] = {}
    for seat in plan.seats:
        seats.setdefault(seat.room, set()).add(seat.id)
    return [
        {
            "room": room,
            "seats": len(ids),
            "incidents": [
                {"number": item.number, "seats": [m for m in item.members if m in ids]}
                for item in items
                if _touches(item, room, ids)
            ],
            "events": _plain(e for e in events if _seat_of(e) in ids),
        }
        for room, ids in seats.items()
    ]


def _touches(item: Incident, room: str, ids: set[str]) -> bool:
    """Whether an item is about this room; a USB port may be called as a seat is."""
    at_seat = item.cause_kind in ("seat", "outward") and item.place in ids
    return at_seat or bool(ids.intersection(item.members)) or (item.cause_kind, item.place) == ("room", room)


def _seat_of(event: Event) -> str:
    match event.body:
        case SeatSwapped(seat=seat) | SittingExtended(seat=seat):
            return seat
    return ""


def _seal(event: Event | None, batch: str) -> Plain | None:
    """The seal of that batch; one that was made in a drill is none."""
    if event is None or not isinstance(event.body, SealMade):
        return None
    body = event.body
    if body.batch != batch or body.drill:
        return None
    return {
        "at": event.at.isoformat(),
        "batch": body.batch,
        "chief": body.chief,
        "technician": body.technician,
    }


def _plain(events: Iterable[Event]) -> list[Plain]:
    return [{"seq": e.seq, "at": e.at.isoformat(), "kind": e.kind, "body": to_plain(e.body)} for e in events]


def mark(event: Event) -> tuple[int, str]:
    """(seq, sitting) of a phase change."""
    return event.seq, event.body.sitting if isinstance(event.body, PhaseChanged) else ""
