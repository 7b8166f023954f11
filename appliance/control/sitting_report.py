"""Reads what a sitting's report needs from the log by kind and stretch: of a million rows some hundred are read."""

from collections.abc import Iterator
from typing import Any

from appliance.control.question import ControlError
from appliance.eventlog import EventLog, Record
from appliance.events import Event, from_text
from appliance.events.bodies import (
    IncidentClosed,
    IncidentOpened,
    PhaseChanged,
    SealLifted,
    SealMade,
    VenueConfigured,
)
from appliance.events.plan import Plan
from appliance.exam.report import LATER, OF_SITTING, WITHIN, Stretch, latest, mark, report, stretch

DRILLS = ("drill.started", "drill.ended")
MAX_OF_KIND = 1000  # more than a sitting has of any kind; a flood must not fill the guard's memory
MAX_NAME = 64


Log = EventLog | Record


def sitting_report(log: Log, asked: object, *, most: int = MAX_OF_KIND) -> dict[str, Any]:
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
    before = _open_before(log, found)
    rows, more = _rows_of(log, sitting, found, before, most)
    plan, seal = _last(log, VenueConfigured.kind, found.last), _seal(log, found)
    body = plan.body if plan else None
    known = body.plan if isinstance(body, VenueConfigured) else Plan(code="", name="")
    told = report(sitting, known, rows, seal, drilled=_drilled(log, min([found.first, *before.values()])))
    if told is None:
        raise ControlError("unknown-sitting", sitting=sitting)
    lacks = log.unreadable if isinstance(log, Record) else []
    return {**told, "log": {"head_seq": seq, "head_hash": digest.hex(), "unreadable": lacks}, "more": more}


def _marks(log: Log) -> Iterator[tuple[int, str]]:
    for event in _events(log, PhaseChanged.kind):
        yield mark(event)


def _open_before(log: Log, found: Stretch) -> dict[int, int]:
    """The items that were open already when the stretch began: number → the row that opened it."""
    open_: dict[int, int] = {}
    for event in _events(log, IncidentOpened.kind, until=found.first - 1):
        if isinstance(event.body, IncidentOpened):
            open_[event.body.number] = event.seq
            for taken in event.body.absorbs:
                open_.pop(taken, None)
    for event in _events(log, IncidentClosed.kind, until=found.first - 1):
        if isinstance(event.body, IncidentClosed):
            open_.pop(event.body.number, None)
    return open_


def _rows_of(
    log: Log, sitting: str, found: Stretch, before: dict[int, int], most: int
) -> tuple[list[Event], bool]:
    """What the report needs, in the order of the record; whether anything was left out."""
    rows: list[Event] = []
    more = False
    numbers: set[object] = set(before)
    first = min([found.first, *before.values()])
    for kind in (*DRILLS, *WITHIN, *OF_SITTING, *LATER):
        after = 0 if kind in OF_SITTING else (first if kind in (*DRILLS, *LATER) else found.first) - 1
        until = None if kind in OF_SITTING or kind in LATER else found.last
        if until is not None and kind == PhaseChanged.kind:
            until += 1  # the one that ended the sitting's own last phase
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
    within = event.seq >= found.first and (found.last is None or event.seq <= found.last)
    if event.kind in ("incident.opened", "bundle.published"):
        if within:
            seen.add(name)
        return within or (event.kind == "incident.opened" and name in seen)
    return name in seen if event.kind in LATER else True


def _seal(log: Log, found: Stretch) -> Event | None:
    """The seal that held when the stretch began, or was made in it; None where it had been lifted by then."""
    made, lifted = _last(log, SealMade.kind, found.last), _last(log, SealLifted.kind, found.first)
    return None if made and lifted and lifted.seq > made.seq else made


def _last(log: Log, kind: str, until: int | None) -> Event | None:
    """The newest row of a kind, up to row `until`."""
    rows = log.rows(kind=kind, until=until, newest=True, limit=1)
    return from_text(rows[0].text) if rows else None


def _drilled(log: Log, seq: int) -> bool:
    """Whether a drill was on at that row."""
    last = [row.seq for kind in DRILLS for row in log.rows(kind=kind, until=seq, newest=True, limit=1)]
    begun = log.rows(kind=DRILLS[0], until=seq, newest=True, limit=1)
    return bool(begun) and begun[0].seq == max(last)


def _events(log: Log, kind: str, *, after: int = 0, until: int | None = None) -> Iterator[Event]:
    """All events of a kind in a stretch, a page at a time."""
    while page := log.rows(kind=kind, after=after, until=until):
        for row in page:
            yield from_text(row.text)
        after = page[-1].seq
