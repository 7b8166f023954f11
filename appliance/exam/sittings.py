"""What people did to a sitting, folded from the log."""

from dataclasses import replace

from appliance.events import Event
from appliance.events.bodies import (
    PaperImported,
    SittingDelayed,
    SittingExtended,
    SittingFinished,
    UploadReported,
)
from appliance.exam.timetable import SittingActs


def sitting_after(acts: SittingActs, event: Event) -> SittingActs:
    """The acts once `event` is recorded; an event of anything else changes nothing."""
    match event.body:
        case SittingDelayed(minutes=minutes):
            return replace(acts, delay_minutes=acts.delay_minutes + minutes)
        case SittingExtended(seat=seat, minutes=minutes) if seat:
            return replace(acts, seats=acts.seats | {seat: acts.seats.get(seat, 0) + minutes})
        case SittingExtended(minutes=minutes):
            return replace(acts, extend_minutes=acts.extend_minutes + minutes)
        case SittingFinished():
            return replace(acts, finished_at=event.at, finished_seq=event.seq)
        case PaperImported():
            return replace(acts, paper_at=event.at)
        case UploadReported(room=room):
            return replace(acts, uploaded=acts.uploaded | {room: event.at})
    return acts
