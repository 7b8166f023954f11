"""How a venue stands where no guard answers: by its record, and the timetable that stands in it."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from appliance.dispatch.start import recorded
from appliance.eventlog import LogError
from appliance.eventlog.files import log_files
from appliance.eventlog.record import Record
from appliance.exam.phase import EXAM_PHASES, batch_over, phase_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`sealed`: a seal on record that nobody lifted and whose batch is not over. `sitting`: the one that is on, or is
    being prepared or collected, by the timetable on record; '' for none. `ever_sealed`: a seal was ever made here.
    """

    sealed: bool = False
    sitting: str = ""
    ever_sealed: bool = False


class StandingUnknown(Exception):
    """The record, or an older part of it in which a seal may stand, can not be read."""


def standing(log_directory: Path, wall: datetime) -> Standing:
    """How the venue stands at `wall` (aware), read only. Raises StandingUnknown.

    A clock behind the record's last row counts as that row's time: a box without a battery wakes in the past.
    """
    try:
        venue = recorded(log_directory)
        made, lifted = _seals(log_directory)
    except (LogError, OSError) as error:
        raise StandingUnknown(str(error)) from error
    if venue is None:
        return Standing(sealed=made > lifted, ever_sealed=made > 0)
    now = max(wall, venue.last.wall) if venue.last else wall
    rules, sealed = venue.plan.rules, made > lifted or venue.seal is not None
    if venue.seal is not None and batch_over(venue.sittings, venue.seal.batch, rules, now):
        sealed = False
    phase = phase_at(venue.sittings, rules, sealed, now)
    sitting = phase.sitting if phase.name in EXAM_PHASES else ""
    return Standing(sealed=sealed, sitting=sitting, ever_sealed=made > 0 or venue.seal is not None)


def ever_sealed(log_directory: Path) -> bool:
    """Whether a seal was ever made here, also while a guard writes. Raises StandingUnknown."""
    try:
        return _seals(log_directory)[0] > 0
    except (LogError, OSError) as error:
        raise StandingUnknown(str(error)) from error


def _seals(log_directory: Path) -> tuple[int, int]:
    """Where the last seal was made and lifted, in whichever file of the log; 0 for never. Raises LogError."""
    if not log_files(log_directory):
        return 0, 0
    with closing(Record(log_directory)) as record:
        made, lifted = record.last("seal.made"), record.last("seal.lifted")
        if not made and not lifted and record.unreadable:
            raise LogError(f"{', '.join(record.unreadable)}: can not be read, and a seal may stand in it")
        return made.seq if made else 0, lifted.seq if lifted else 0
