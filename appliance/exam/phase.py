"""The phase: a function of timetable, clock, seal and the chief's acts, never of a receipt.

Closing ends 30 minutes after `finish`, or at the next T − 90, whichever is first. Where the next
T − 90 lies before this sitting's end (two sittings less than 90 minutes apart), closing lasts until
`finish`, at most until the next start: else the upload window would never open
(docs/decisions/0002-closing-between-close-sittings.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.events.plan import Rules
from appliance.exam.timetable import Moved

OPEN, SEALED, PREPARING, RUNNING, CLOSING = "open", "sealed", "preparing", "running", "closing"
PHASES = (OPEN, SEALED, PREPARING, RUNNING, CLOSING)
EXAM_PHASES = (PREPARING, RUNNING, CLOSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """`sitting` is the id of the sitting it belongs to, '' in `open` and `sealed`; `until` None = open-ended."""

    name: str
    sitting: str = ""
    until: datetime | None = None


def phase_at(sittings: Sequence[Moved], rules: Rules, sealed: bool, wall: datetime) -> Phase:
    """The phase at `wall` (aware UTC) of sittings in order of start."""
    for sitting in sittings:
        if sitting.start <= wall < sitting.last_end:
            return Phase(name=RUNNING, sitting=sitting.id, until=sitting.last_end)
    for sitting, following in _pairs(sittings):
        until = closing_until(sitting, following, rules)
        if sitting.last_end <= wall and (until is None or wall < until):
            return Phase(name=CLOSING, sitting=sitting.id, until=until)
    for sitting in sittings:
        if preparing_from(sitting, rules) <= wall < sitting.start:
            return Phase(name=PREPARING, sitting=sitting.id, until=sitting.start)
    ahead = (preparing_from(sitting, rules) for sitting in sittings)
    until = next((start for start in ahead if start > wall), None)
    return Phase(name=SEALED if sealed else OPEN, until=until)


def preparing_from(sitting: Moved, rules: Rules) -> datetime:
    """T − 90 min of the planned start: staff come to their posts then, whatever is delayed later."""
    return sitting.planned.start - timedelta(minutes=rules.preparing_before_minutes)


def closing_until(sitting: Moved, following: Moved | None, rules: Rules) -> datetime | None:
    """When closing ends: None while it waits for `finish` and nothing follows."""
    finished = sitting.acts.finished_at
    done = finished + timedelta(minutes=rules.after_finish_minutes) if finished else None
    if following is None:
        return done
    limit = preparing_from(following, rules)
    if limit <= sitting.last_end:
        limit = following.start
        done = finished
    return min(done, limit) if done else limit


def current_sitting(sittings: Sequence[Moved], phase: Phase, wall: datetime) -> Moved | None:
    """The phase's own sitting, else the next one to come."""
    for sitting in sittings:
        if sitting.id == phase.sitting or (not phase.sitting and sitting.start > wall):
            return sitting
    return None


def batch_over(sittings: Sequence[Moved], batch: str, rules: Rules, wall: datetime) -> bool:
    """Whether the last sitting of `batch` has ended and its closing too.

    A batch the timetable does not name is never over: a file that somebody edits lifts no seal.
    """
    found = False
    for sitting, following in _pairs(sittings):
        if sitting.planned.batch != batch:
            continue
        found = True
        until = closing_until(sitting, following, rules)
        if wall < sitting.last_end or until is None or wall < until:
            return False
    return found


def _pairs(sittings: Sequence[Moved]) -> list[tuple[Moved, Moved | None]]:
    """Each sitting with the one that follows it; none at all where there is no timetable."""
    return list(zip(sittings, [*sittings[1:], None], strict=False))
