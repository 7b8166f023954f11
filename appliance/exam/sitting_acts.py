"""Acts on a sitting: moved with the province's consent, finished, and what people declare of it.

What is declared (the paper is in, the official upload is done) nobody here measured: it is shown as somebody's word,
and nothing hangs on it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from appliance.events import Body, Moment
from appliance.events.bodies import (
    PaperImported,
    SittingDelayed,
    SittingExtended,
    SittingFinished,
    UploadReported,
)
from appliance.exam import phase as phases
from appliance.exam.asked import MAX_NAME, Act, Refused
from appliance.exam.timetable import Moved
from appliance.exam.venue import Venue


def _sitting(venue: Venue, act: Act, now: Moment) -> Moved:
    name = act.text("sitting", required=False) or venue.phase.sitting
    if not name:
        raise Refused("no-sitting-now")
    for sitting in venue.sittings:
        if sitting.id == name:
            return sitting
    raise Refused("unknown-sitting", sitting=name)


def _consented(act: Act) -> dict[str, str]:
    return {
        "by": act.text("by", limit=MAX_NAME),
        "consent": act.text("consent", limit=MAX_NAME),
        "reason": act.text("reason"),
    }


def _room_for(venue: Venue, sitting: Moved, new_end: datetime) -> None:
    """The next sitting must not begin before this one ends: it is delayed first."""
    following = (s for s in venue.sittings if s.planned.start > sitting.planned.start)
    after = next(following, None)
    if after and new_end > after.start:
        raise Refused("meets-next-sitting", sitting=after.id, start=after.start.isoformat())


def _delay(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    sitting, minutes = _sitting(venue, act, now), act.minutes()
    if now.wall >= sitting.start:
        raise Refused("already-started", sitting=sitting.id)
    _room_for(venue, sitting, sitting.last_end + timedelta(minutes=minutes))
    return (SittingDelayed(sitting=sitting.id, minutes=minutes, **_consented(act)),)


def _extend(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    sitting, minutes = _sitting(venue, act, now), act.minutes()
    if sitting.acts.finished_at:
        raise Refused("already-finished", sitting=sitting.id)
    seat = act.text("seat", required=False)
    if seat and seat not in {s.id for s in venue.plan.seats}:
        raise Refused("unknown-seat", seat=seat)
    end = sitting.end + timedelta(minutes=sitting.acts.seats.get(seat, 0) if seat else 0)
    if now.wall >= sitting.last_end and end + timedelta(minutes=minutes) <= now.wall:
        raise Refused("ends-in-the-past", sitting=sitting.id)
    _room_for(venue, sitting, (end if seat else sitting.last_end) + timedelta(minutes=minutes))
    return (SittingExtended(sitting=sitting.id, minutes=minutes, seat=seat, **_consented(act)),)


def _finish(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    sitting = _sitting(venue, act, now)
    if sitting.acts.finished_at:
        raise Refused("already-finished", sitting=sitting.id)
    if now.wall < sitting.last_end:
        raise Refused("not-ended", sitting=sitting.id, end=sitting.last_end.isoformat())
    return (SittingFinished(sitting=sitting.id, by=act.text("by", limit=MAX_NAME)),)


def _paper(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """The electronic paper is in the exam system, says somebody; from the seal on, once a sitting."""
    sitting = _sitting(venue, act, now)
    if sitting.acts.paper_at:
        raise Refused("paper-declared", sitting=sitting.id)
    if sitting.acts.finished_at:
        raise Refused("already-finished", sitting=sitting.id)
    if venue.phase.name == phases.OPEN:
        raise Refused("not-sealed")
    return (PaperImported(sitting=sitting.id, by=act.text("by", limit=MAX_NAME)),)


def _upload(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """A room's invigilator reports the official upload; '' for all rooms at once."""
    sitting, room = _sitting(venue, act, now), act.text("room", required=False, limit=16)
    if now.wall < sitting.end:
        raise Refused("not-ended", sitting=sitting.id, end=sitting.end.isoformat())
    rooms = sorted({seat.room for seat in venue.plan.seats})
    if room and room not in rooms:
        raise Refused("bad-choice", name="room", choices=", ".join(rooms)[:200])
    if "" in sitting.acts.uploaded or room in sitting.acts.uploaded:
        raise Refused("upload-reported", sitting=sitting.id, room=room or "–")
    return (UploadReported(sitting=sitting.id, room=room, by=act.text("by", limit=MAX_NAME)),)


SITTING_DECISIONS: Mapping[str, Callable[[Venue, Act, Moment], tuple[Body, ...]]] = MappingProxyType(
    {
        "sitting.delay": _delay,
        "sitting.extend": _extend,
        "sitting.finish": _finish,
        "sitting.paper": _paper,
        "sitting.uploaded": _upload,
    }
)
