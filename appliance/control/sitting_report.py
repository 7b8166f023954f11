"""Reads what a sitting's report needs from the log by kind and stretch: of a million rows some hundred are read."""

from collections.abc import Iterator
from typing import Any

from appliance.control.question import ControlError
from appliance.eventlog import EventLog
from appliance.events import Event, from_text
from appliance.events.bodies import PhaseChanged, SealLifted, SealMade, VenueConfigured
from appliance.events.plan import Plan
from appliance.exam.report import LATER, OF_SITTING, WITHIN, Stretch, latest, mark, report, stretch

DRILLS = ("drill.started", "drill.ended")
MAX_OF_KIND = 1000  # more than a sitting has of any kind; a flood must not fill the guard's memory
MAX_NAME = 64


def sitting_report(log: EventLog, asked: object, *, most: int = MAX_OF_KIND) -> dict[str, Any]:
    """The report of the sitting `asked` (an id; '' for the one that is on or was last), with the log's head.

    At most so many rows of a kind are read; `more` says that there were more.

    Raises ControlError where there is none, LogError where the log can not be read.
    """
    if not isinstance(asked, str) or len(asked) > MAX_NAME:
        raise ControlError("bad-question")
    sitting = asked or latest(_marks(log))
    if not sitting:
        raise ControlError("no-sitting-now")
    found = stretch(_marks(log), sitting)
    if found is None:
        raise ControlError("unknown-sitting", sitting=sitting)
    seq, digest = log.head_now()
    rows, more = _rows_of(log, sitting, found, most)
    plan, seal = _last(log, VenueConfigured.kind, found.last), _seal(log, found)
    body = plan.body if plan else None
    known = body.plan if isinstance(body, VenueConfigured) else Plan(code="", name="")
    told = report(sitting, known, rows, seal, drilled=_drilled(log, found))
    if told is None:
        raise ControlError("unknown-sitting", sitting=sitting)
    return {**told, "log": {"head_seq": seq, "head_hash": digest.hex()}, "more": more}


def _marks(log: EventLog) -> Iterator[tuple[int, str]]:
    for event in _events(log, PhaseChanged.kind):
        yield mark(event)


def _rows_of(log: EventLog, sitting: str, found: Stretch, most: int) -> tuple[list[Event], bool]:
    """What the report needs, in the order of the record; whether anything was left out."""
    rows: list[Event] = []
    more = False
    numbers: set[object] = set()
    for kind in (*DRILLS, *WITHIN, *OF_SITTING, *LATER):
        after = 0 if kind in OF_SITTING else found.first - 1
        until = None if kind in OF_SITTING or kind in LATER else found.last
        kept = 0
        for event in _events(log, kind, after=after, until=until):
            if kind in OF_SITTING and getattr(event.body, "sitting", "") != sitting:
                continue
            if not _belongs(event, found, numbers):
                continue
            more = more or kept >= most
            if kept >= most:
                break
            kept += 1
            rows.append(event)
    return sorted(rows, key=lambda event: event.seq), more


def _belongs(event: Event, found: Stretch, seen: set[object]) -> bool:
    """Whether a row of days later is about an item or a bundle of the stretch; `seen` collects those."""
    name = getattr(event.body, "number", None) or getattr(event.body, "name", None)
    within = found.last is None or event.seq <= found.last
    if event.kind in ("incident.opened", "bundle.published"):
        if within:
            seen.add(name)
        return within
    return name in seen if event.kind in LATER else True


def _seal(log: EventLog, found: Stretch) -> Event | None:
    """The seal that held when the stretch began, or was made in it; None where it had been lifted by then."""
    made, lifted = _last(log, SealMade.kind, found.last), _last(log, SealLifted.kind, found.first)
    return None if made and lifted and lifted.seq > made.seq else made


def _last(log: EventLog, kind: str, until: int | None) -> Event | None:
    """The newest row of a kind, up to row `until`."""
    rows = log.rows(kind=kind, until=until, newest=True, limit=1)
    return from_text(rows[0].text) if rows else None


def _drilled(log: EventLog, found: Stretch) -> bool:
    """Whether a drill was on when the stretch began."""
    last = [
        row.seq for kind in DRILLS for row in log.rows(kind=kind, until=found.first, newest=True, limit=1)
    ]
    begun = log.rows(kind=DRILLS[0], until=found.first, newest=True, limit=1)
    return bool(begun) and begun[0].seq == max(last)


def _events(log: EventLog, kind: str, *, after: int = 0, until: int | None = None) -> Iterator[Event]:
    """All events of a kind in a stretch, a page at a time."""
    while page := log.rows(kind=kind, after=after, until=until):
        for row in page:
            yield from_text(row.text)
        after = page[-1].seq
