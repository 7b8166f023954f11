"""The snapshot: everything a reader may see, as plain JSON values; times, not ages."""

from datetime import datetime

from appliance.events import Moment
from appliance.exam import phase as phases
from appliance.exam import seats as seating
from appliance.exam.backup_view import backup_row, debts, province_row
from appliance.exam.host import host_row
from appliance.exam.incidents import Incident
from appliance.exam.net.view import network_row
from appliance.exam.power.view import panel_row, power_rows, supply
from appliance.exam.readiness.view import readiness_row, seal_row
from appliance.exam.timetable import Moved
from appliance.exam.usb.view import usb_row
from appliance.exam.venue import Venue
from appliance.exam.verdict import Verdict, verdict

SCHEMA = 1
SHOWN_CLOSED = 8
Plain = dict[str, object]


def snapshot(venue: Venue, now: Moment, log_problem: str = "", unheld: tuple[str, ...] = ()) -> Plain:
    """The state as a reader sees it. `unheld` names the posture keys that are not made so at the moment."""
    judged = verdict(venue, now, log_problem)
    phase = phases.phase_at(venue.sittings, venue.plan.rules, venue.seal is not None, now.wall)
    sitting = phases.current_sitting(venue.sittings, phase, now.wall)
    return {
        "schema": SCHEMA,
        "phase": {
            "name": venue.phase.name,
            "since": _iso(venue.phase.at),
            "until": _iso(phase.until),
            "sitting": venue.phase.sitting,
        },
        "sitting": _sitting(sitting) if sitting else None,
        "sittings": [_sitting(each) for each in venue.sittings],
        "steps": _steps(venue, sitting),
        "seal": seal_row(venue),
        "readiness": readiness_row(venue, now),
        "drill": venue.drill,
        "verdict": verdict_row(judged),
        "power": power_rows(venue, now),
        "supply": supply(venue),
        "panel": panel_row(venue, judged.level, now),
        "usb": usb_row(venue, now, unheld),
        "network": network_row(venue, now, unheld),
        **_seats(venue, now),
        "backup": backup_row(venue, now),
        "province": province_row(venue),
        "debts": debts(venue, now),
        "incidents": _incidents(venue, now),
        "host": {
            "disk_free_percent": venue.disk_free_percent,
            "disk_level": venue.disk_level,
            **host_row(venue.host),
        },
    }


def verdict_row(judged: Verdict) -> Plain:
    """The verdict as plain values."""
    return {
        "level": judged.level,
        "code": judged.code,
        "args": judged.args,
        "reason": {"code": judged.reason.code, "args": judged.reason.args},
        "beside": list(judged.beside),
    }


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def _sitting(sitting: Moved) -> Plain:
    return {
        "id": sitting.id,
        "batch": sitting.planned.batch,
        "subject": sitting.planned.subject,
        "start": sitting.start.isoformat(),
        "end": sitting.end.isoformat(),
        "last_end": sitting.last_end.isoformat(),
        "planned_start": sitting.planned.start.isoformat(),
        "planned_end": sitting.planned.end.isoformat(),
        "delay_minutes": sitting.acts.delay_minutes,
        "extend_minutes": sitting.acts.extend_minutes,
        "extended_seats": dict(sitting.acts.seats),
        "finished_at": _iso(sitting.acts.finished_at),
        "paper_at": _iso(sitting.acts.paper_at),
        "uploaded": {room: _iso(at) for room, at in sitting.acts.uploaded.items()},
    }


def _steps(venue: Venue, sitting: Moved | None) -> list[Plain]:
    order = [phases.SEALED, phases.PREPARING, phases.RUNNING, phases.CLOSING, "received"]
    here = order.index(venue.phase.name) if venue.phase.name in order else -1
    times: dict[str, datetime | None] = {phases.SEALED: venue.seal.at if venue.seal else None}
    if sitting:
        final = venue.backup.finals.get(sitting.id)
        times[phases.PREPARING] = phases.preparing_from(sitting, venue.plan.rules)
        times[phases.RUNNING] = sitting.start
        times[phases.CLOSING] = sitting.last_end
        times["received"] = venue.backup.receipted.get(final.name) if final else None
    steps: list[Plain] = []
    for number, name in enumerate(order):
        state = "now" if number == here else "done" if number < here else "todo"
        if name == phases.SEALED and number < here and venue.seal is None:
            state = "todo"
        if name == "received" and times.get("received"):
            state = "done"
        steps.append({"name": name, "state": state, "at": _iso(times.get(name))})
    return steps


def _seats(venue: Venue, now: Moment) -> Plain:
    watched = venue.plan.seats_watched
    known = watched and venue.seats.read and not venue.seats.unknown
    looked_at = seating.watch_level(venue, now)
    alarmed = looked_at == seating.ALARM
    in_use = set(venue.seats.swapped.values())
    present = set(venue.seats.present)
    rows: list[Plain] = []
    for seat in venue.plan.seats:
        if not known:
            state = "unknown"
        elif seat.id in venue.seats.swapped:
            state = "swapped"
        elif seat.id in in_use:
            state = "in_use" if seat.id in present else "absent"
        else:
            state = "present" if seat.id in present else "absent" if alarmed and not seat.spare else "off"
        number = seat.id.removeprefix(f"{seat.room}-")
        rows.append({"id": seat.id, "room": seat.room, "seat": number, "spare": seat.spare, "state": state})
    for change in venue.changes.values():
        if change.retired:
            number = change.seat.removeprefix(f"{change.room}-")
            told = {"id": change.seat, "room": change.room, "seat": number, "spare": False}
            rows.append({**told, "state": "retired"})
    wanted = seating.expected(venue)
    here = sum(1 for seat in wanted if seat in present) if known else 0
    presence: Plain = {
        "state": "watched" if known else "unknown" if watched else "unmonitored",
        "watch": looked_at,
        "expected": len(wanted),
        "present": here,
        "absent": len(wanted) - here if known else 0,
        "spares": sum(1 for seat in venue.plan.seats if seat.spare and seat.id not in in_use),
    }
    return {"presence": presence, "seats": rows}


def _incidents(venue: Venue, now: Moment) -> list[Plain]:
    open_ones = [i for i in venue.incidents if not i.closed]
    closed = [i for i in venue.incidents if i.closed and i.outcome != "absorbed"][-SHOWN_CLOSED:]
    return [incident_row(venue, i, now) for i in (*open_ones, *reversed(closed))]


def incident_row(venue: Venue, incident: Incident, now: Moment) -> Plain:
    """One incident as plain values."""
    return {
        "number": incident.number,
        "cause_kind": incident.cause_kind,
        "cause": incident.cause,
        "place": incident.place,
        "members": list(incident.members),
        "count": incident.count,
        "detail": incident.detail,
        "sitting": incident.sitting,
        "drill": incident.drill,
        "opened_at": incident.opened.wall.isoformat(),
        "ceased_at": _iso(incident.ceased.wall if incident.ceased else None),
        "state": incident.state,
        "class_proposed": incident.proposed,
        "class_confirmed": incident.confirmed,
        "acknowledged_by": incident.acknowledged_by,
        "stops_work": incident.stops_work,
        "lost_minutes": incident.lost_minutes_at(now),
        "proposed_extension_minutes": _proposed_extension(venue, incident),
        "makeup_minutes": makeup_minutes(venue, incident, now),
        "resumed_at": _iso(incident.resumed.wall if incident.resumed else None),
        "outcome": incident.outcome,
        "closed_at": _iso(incident.closed.wall if incident.closed else None),
        "closed_by": incident.closed_by,
        "reported": [
            {"at": told.at.isoformat(), "by": told.by, "to": told.to, "answer": told.answer}
            for told in incident.told
        ],
        "notes": [{"at": n.at.isoformat(), "by": n.by, "text": n.text} for n in incident.notes],
    }


def makeup_minutes(venue: Venue, incident: Incident, now: Moment) -> int | None:
    """The minutes that the candidate of one seat lost in the sitting and was not given yet; None for other items.

    All items of the seat count together, as the minutes given do: what was given once is not proposed again.
    """
    if incident.cause_kind != "seat":
        return None
    mine = [
        i
        for i in venue.incidents
        if (i.cause_kind, i.cause, i.sitting) == ("seat", incident.cause, incident.sitting) and not i.drill
    ]
    lost = sum(i.lost_minutes_at(now) or 0 for i in mine)
    acts = venue.acts.get(incident.sitting)
    return max(0, lost - (acts.seats.get(incident.cause, 0) if acts else 0))


def _proposed_extension(venue: Venue, incident: Incident) -> int | None:
    """The minutes that candidates lost and were not given yet, once they work again; the province decides."""
    many = incident.cause_kind in ("mains", "switch", "room", "ups_fault")
    if not many or not incident.resumed or incident.lost_minutes is None:
        return None
    given = venue.acts[incident.sitting].extend_minutes if incident.sitting in venue.acts else 0
    left = incident.lost_minutes - given
    return left if left > 0 else None
