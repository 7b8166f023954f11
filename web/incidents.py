"""What needs doing, what is owed, and what happened: incidents, debts and events as rows of words."""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from appliance.words import event_sentence, figures_of, incident_words, label, name_of, plain_text, usb_places
from web.fields import Plain, count, number, part, parts, text
from web.seats import free_spares
from web.times import clock_time, day_time, minutes_since, moment_of, whole_minutes

EVENTS_SHOWN = 8
_BLIND = ("ups_unknown", "usb_unknown", "seats_unknown")
_GRAVE = {"ending": None, "ups_fault": ("off", "forced-shutdown")}
# Their titles say what is or will be, not what lasts: minutes behind them would read as part of it.
_NO_AGE = ("ups_fault", "ups_short", "ending")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to see to: place first, what it is, who does what; `facts` are short words.

    `proposal` is what the chief may ask of the province for the time lost; empty where nothing was lost.
    """

    number: int
    level: str
    place: str
    title: str
    todo: str
    script: str
    state: str
    proposal: str = ""
    facts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the events or of the debts; `mark` and `state` where it belongs to an incident."""

    time: str
    words: str
    state: str = ""
    level: str = ""


def items(language: str, snapshot: Plain, now: datetime, zone: tzinfo) -> list[Item]:
    """The incidents that are not closed, in the guard's order."""
    open_ones = [i for i in parts(snapshot, "incidents") if text(i, "state") != "closed"]
    return [item(language, snapshot, incident, now, zone) for incident in open_ones]


def debts(language: str, snapshot: Plain, now: datetime, zone: tzinfo) -> list[Row]:
    """What is owed to the province, with its time."""
    rows = []
    for debt in parts(snapshot, "debts"):
        overdue = debt.get("overdue") is True
        moment = moment_of(debt.get("due"))
        due = day_time(language, moment, now, zone)
        sitting = plain_text(text(debt, "sitting"), limit=40)
        key = "debt_overdue" if overdue else "debt_line"
        left = whole_minutes(language, abs(moment - now)) if moment else ""
        words = label(language, key, what=text(debt, "what"), sitting=sitting, time=due, left=left)
        rows.append(Row(time=due, words=words, level="attention" if overdue else ""))
    return rows


def proposals(language: str, snapshot: Plain) -> list[Row]:
    """What closed incidents of the sitting shown would add to it, until the sitting was moved that far."""
    sitting = part(snapshot, "sitting")
    moved = count(sitting, "extend_minutes") + count(sitting, "delay_minutes")
    rows = []
    for incident in parts(snapshot, "incidents"):
        minutes = count(incident, "proposed_extension_minutes")
        here = text(incident, "sitting") == text(sitting, "id") and not text(incident, "drill")
        if text(incident, "state") == "closed" and here and minutes > moved:
            title = incident_words(language, incident).title
            words = label(language, "extension_line", title=title, count=minutes)
            rows.append(Row(time="", words=words, level="attention"))
    return rows


def events(language: str, snapshot: Plain, told: tuple[Plain, ...], now: datetime, zone: tzinfo) -> list[Row]:
    """The newest events worth a line; an incident's opening carries how it stands now."""
    incidents = {count(i, "number"): i for i in parts(snapshot, "incidents")}
    places = usb_places(snapshot)
    rows = []
    for event in told[:EVENTS_SHOWN]:
        kind, body = text(event, "kind"), part(event, "body")
        row = Row(
            time=day_time(language, moment_of(event.get("at")), now, zone),
            words=event_sentence(language, kind, body, places=places),
        )
        incident = incidents.get(count(body, "number")) if kind == "incident.opened" else None
        if incident is not None:
            state = text(incident, "state")
            level = "ok" if state == "closed" else level_of(incident)
            row = Row(time=row.time, words=row.words, state=name_of(language, "incident", state), level=level)
        rows.append(row)
    return rows


def level_of(incident: Plain) -> str:
    """The shape an incident is shown with; the guard judged, this only picks the sign for its words."""
    if incident.get("stops_work") is True or "major" in (
        text(incident, "class_confirmed") or text(incident, "class_proposed")
    ):
        return "critical"
    grave = _GRAVE.get(text(incident, "cause_kind"), ())
    if grave is None or text(incident, "detail") in grave:
        return "critical"
    return "unknown" if text(incident, "cause_kind") in _BLIND else "attention"


def item(language: str, snapshot: Plain, incident: Plain, now: datetime, zone: tzinfo) -> Item:
    """One incident as the page shows it."""
    opened = moment_of(incident.get("opened_at"))
    spares = free_spares(snapshot, text(incident, "place")) if text(incident, "cause_kind") == "seat" else []
    said = incident_words(
        language,
        incident,
        venue=plain_text(text(part(snapshot, "venue"), "name"), limit=40),
        since=clock_time(opened, zone),
        spare=label(language, "seat_number", seat=spares[0]) if spares else "",
        figures=figures_of(
            snapshot,
            incident.get("cause_kind"),
            incident.get("place"),
            lambda iso: clock_time(moment_of(iso), zone),
            incident.get("detail"),
        ),
    )
    longer = count(incident, "proposed_extension_minutes")
    lasted = ""
    if text(incident, "cause_kind") not in _NO_AGE:
        lasted = minutes_since(language, opened, moment_of(incident.get("ceased_at")) or now)
    return Item(
        number=count(incident, "number"),
        level=level_of(incident),
        place=said.place,
        title=f"{said.title} {lasted}".rstrip(),
        todo=said.todo,
        script=said.script,
        state=name_of(language, "incident", text(incident, "state")),
        proposal=label(language, "proposed_extension", count=longer) if longer > 0 else "",
        facts=_facts(language, incident),
    )


def _facts(language: str, incident: Plain) -> list[str]:
    facts = []
    if text(incident, "drill"):
        facts.append(label(language, "drill_mark"))
    if incident.get("ceased_at"):
        facts.append(label(language, "ceased"))
    if text(incident, "class_confirmed"):
        facts.append(label(language, "class_confirmed", name=text(incident, "class_confirmed")))
    elif text(incident, "class_proposed"):
        facts.append(label(language, "class_proposed", name=text(incident, "class_proposed")))
    if number(incident, "lost_minutes") is not None:
        facts.append(label(language, "lost_minutes", count=count(incident, "lost_minutes")))
    if text(incident, "acknowledged_by"):
        facts.append(label(language, "hands", by=plain_text(text(incident, "acknowledged_by"), limit=20)))
    return facts
