"""One incident as its own page shows it: what happened so far, whom to call, and which acts make sense now."""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from appliance.words import label, name_of, plain_text
from appliance.words.people.calls import whom_to_call
from web.fields import Plain, count, number, part, parts, text
from web.incidents import Item, Row, item
from web.seats import spares_for
from web.times import clock_time, day_time, moment_of

CLASSES = ("general", "major")
OUTCOMES = ("recovered", "recorded", "false_alarm")
NOTE_CHARACTERS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`spares` are (id, words) of spares, the own room's first; empty where nobody would move.

    `seat` is the one seat it is about, for the candidate's make-up minutes. `clock` is the time now, as HH:MM.
    """

    item: Item
    state: str
    open: bool
    taken: bool
    calls: list[tuple[str, str]]
    history: list[Row]
    outcomes: list[tuple[str, str]]
    classes: list[tuple[str, str]]
    class_proposed: str
    class_confirmed: str
    resumable: bool
    lost: int
    makeup: int
    clock: str
    seat: str = ""
    usb: bool = False
    spares: list[tuple[str, str]] = field(default_factory=list)


def incident_of(snapshot: Plain, number_: int) -> Plain | None:
    """The incident of that number among those that the guard shows."""
    return next((row for row in parts(snapshot, "incidents") if count(row, "number") == number_), None)


def case(language: str, snapshot: Plain, incident: Plain, now: datetime, zone: tzinfo) -> Case:
    """The page's content for one incident of the snapshot."""
    state, kind = text(incident, "state"), text(incident, "cause_kind")
    seat = text(incident, "cause") if kind == "seat" else ""
    spares = spares_for(language, snapshot, seat) if seat else []
    class_ = text(incident, "class_confirmed") or text(incident, "class_proposed")
    ends = ("swapped", *OUTCOMES) if seat else OUTCOMES
    return Case(
        item=item(language, snapshot, incident, now, zone),
        state=state,
        open=state != "closed",
        taken=bool(text(incident, "acknowledged_by")),
        calls=_calls(language, snapshot, whom_to_call(kind, class_)),
        history=_history(language, incident, now, zone),
        outcomes=[(name, name_of(language, "outcome", name)) for name in ends],
        classes=[(name, name_of(language, "class", name)) for name in CLASSES],
        class_proposed=text(incident, "class_proposed"),
        class_confirmed=text(incident, "class_confirmed"),
        resumable=number(incident, "lost_minutes") is not None and not text(incident, "resumed_at"),
        lost=count(incident, "lost_minutes"),
        makeup=count(incident, "makeup_minutes"),
        clock=clock_time(now, zone),
        seat=seat,
        usb=kind == "usb",
        spares=spares,
    )


def _calls(language: str, snapshot: Plain, names: tuple[str, ...]) -> list[tuple[str, str]]:
    told = part(part(snapshot, "venue"), "contacts")
    return [
        (plain_text(name_of(language, "contact", name), limit=24), plain_text(text(told, name), limit=60))
        for name in names
        if text(told, name)
    ]


def _history(language: str, incident: Plain, now: datetime, zone: tzinfo) -> list[Row]:
    """What is known of it by time, oldest first."""
    rows: list[tuple[datetime, str]] = []

    def add(when: object, key: str, **values: object) -> None:
        moment = moment_of(when)
        if moment is not None:
            rows.append((moment, label(language, key, **values)))

    add(incident.get("opened_at"), "history_opened", cause=text(incident, "cause_kind"))
    add(incident.get("ceased_at"), "history_ceased")
    add(incident.get("resumed_at"), "history_resumed", minutes=count(incident, "lost_minutes"))
    for told in parts(incident, "reported"):
        key = "history_reported" if text(told, "answer") else "history_reported_only"
        add(told.get("at"), key, to=text(told, "to"), by=text(told, "by"), answer=_plain(told, "answer"))
    for note in parts(incident, "notes"):
        add(note.get("at"), "history_note", by=text(note, "by"), text=_plain(note, "text"))
    closed = "history_closed_by" if text(incident, "closed_by") else "history_closed"
    outcome = text(incident, "outcome")
    add(incident.get("closed_at"), closed, outcome=outcome, by=text(incident, "closed_by"))
    rows.sort(key=lambda row: row[0])
    return [Row(time=day_time(language, when, now, zone), words=words) for when, words in rows]


def _plain(row: Plain, name: str) -> str:
    return plain_text(text(row, name), limit=NOTE_CHARACTERS)
