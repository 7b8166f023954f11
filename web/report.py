"""Turns the guard's report of a sitting into sheets of words: formatting only, no rule."""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from appliance.words import event_sentence, incident_words, label, plain_text, room_place, seat_place
from web.fields import Plain, count, number, part, parts, text, words_of
from web.qr import QrCode, qr_code
from web.report_sections import bundles, sections
from web.times import clock_time, moment_of, zone_of

HAND_ROWS = 4  # empty lines for what the invigilators write


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A row of a room's annex: when, where, what the box recorded, what was done."""

    time: str
    place: str
    words: str
    done: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSheet:
    """The annex of one room; `quiet` where nothing was recorded."""

    name: str
    seats: str
    facts: list[Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSheet:
    """An item of the venue's record: `rows` are (name, words), lines of a cell as a list."""

    title: str
    rows: list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """All of a report: the head's (name, words), rooms, items, sections of (time, words), the code."""

    language: str
    venue: str
    title: str
    head: list[tuple[str, str]]
    rooms: list[RoomSheet]
    incidents: list[IncidentSheet]
    sections: list[tuple[str, list[tuple[str, str]]]]
    nothing: str
    code: list[str]
    code_words: str
    check: str
    qr: QrCode | None
    notes: list[str] = field(default_factory=list)
    hand_rows: int = HAND_ROWS


def sheets(language: str, report: Plain) -> Sheets:
    """The sheets of `report` as the guard gave it; whatever it lacks reads as not known."""
    now = moment_of(report.get("at"))
    zone = zone_of(text(part(report, "venue"), "timezone"))
    sitting, log = part(report, "sitting"), part(report, "log")
    day = {"day": sitting.get("start")}
    items: dict[int, Plain] = {count(item, "number"): {**item, **day} for item in parts(report, "incidents")}
    digest = plain_text(text(log, "head_hash"), limit=64)
    found, comma = sections(language, report, zone), "、" if language == "zh_CN" else ", "
    notes = []
    if not sitting.get("finished_at"):
        notes.append(label(language, "report_part", time=clock_time(now, zone)))
    if report.get("more") is True:
        notes.append(label(language, "report_more"))
    lacks = [plain_text(name, limit=40) for name in words_of(log, "unreadable")]
    if lacks:
        notes.append(label(language, "report_unreadable", names=comma.join(lacks)))
    return Sheets(
        language=language,
        venue=plain_text(text(part(report, "venue"), "name"), limit=40),
        title=label(language, "report_title"),
        head=_head(language, report, zone),
        rooms=[_room(language, room, items, zone) for room in parts(report, "rooms")],
        incidents=[_incident(language, item, zone) for item in items.values()],
        sections=[*(told for told in found if told[1]), bundles(language, report, zone)],
        nothing=label(
            language, "report_nothing", what=comma.join(name for name, rows in found if not rows) or None
        ),
        code=[digest[at : at + 8] for at in range(0, len(digest), 8)],
        code_words=label(
            language, "report_code_words", time=_full(now, zone) or None, seq=count(log, "head_seq")
        ),
        check=label(language, "report_check", seq=count(log, "head_seq")),
        qr=qr_code(_qr_text(report)) if digest else None,
        notes=notes,
    )


def _qr_text(report: Plain) -> str:
    code, sitting = text(part(report, "venue"), "code"), text(part(report, "sitting"), "id")
    log = part(report, "log")
    told = (plain_text(code, limit=32), plain_text(sitting, limit=64), str(count(log, "head_seq")))
    return "venue-log:" + ":".join((*told, plain_text(text(log, "head_hash"), limit=64)))


def _head(language: str, report: Plain, zone: tzinfo) -> list[tuple[str, str]]:
    sitting, venue, seal = part(report, "sitting"), part(report, "venue"), part(report, "seal")
    start, end = moment_of(sitting.get("start")), moment_of(sitting.get("end"))
    last, finished = moment_of(sitting.get("last_end")), moment_of(sitting.get("finished_at"))
    held = f"{clock_time(start, zone)}–{clock_time(end, zone)}"
    if last and end and last > end:
        held = label(language, "report_held_longer", held=held, until=clock_time(last, zone))
    planned = [clock_time(moment_of(sitting.get(key)), zone) for key in ("planned_start", "planned_end")]
    sealed = label(language, "report_no_seal")
    if seal:
        people = {key: plain_text(text(seal, key), limit=24) for key in ("chief", "technician")}
        sealed = label(language, "report_seal_words", time=_full(moment_of(seal.get("at")), zone), **people)
    rows = [
        (
            "venue",
            f"{plain_text(text(venue, 'name'), limit=40)}（{plain_text(text(venue, 'code'), limit=24)}）",
        ),
        ("subject", plain_text(text(sitting, "subject"), limit=40)),
        ("sitting", plain_text(text(sitting, "id"), limit=64)),
        ("day", start.astimezone(zone).strftime("%Y-%m-%d") if start else ""),
        ("planned", "–".join(planned)),
        ("held", held),
        ("finished", clock_time(finished, zone) or label(language, "report_not_finished")),
        ("seal", sealed),
    ]
    return [(label(language, f"report_{key}"), words) for key, words in rows]


def _room(language: str, room: Plain, items: dict[int, Plain], zone: tzinfo) -> RoomSheet:
    dated = []
    for touched in parts(room, "incidents"):
        item = items.get(count(touched, "number"), {})
        place = _seats(language, words_of(touched, "seats")) or _place(language, item)
        title = incident_words(language, item).title
        done = "；".join(filter(None, (_outcome(language, item), _lost(language, item))))
        fact = Fact(time=_from_to(language, item, zone), place=place, words=title, done=done)
        dated.append((text(item, "opened_at"), fact))
    for event in parts(room, "events"):
        body = part(event, "body")
        words = event_sentence(language, text(event, "kind"), body)
        place = seat_place(language, text(body, "seat"))
        fact = Fact(time=clock_time(moment_of(event.get("at")), zone), place=place, words=words, done="")
        dated.append((text(event, "at"), fact))
    return RoomSheet(
        name=room_place(language, plain_text(text(room, "room"), limit=16)),
        seats=label(language, "report_seats_count", count=count(room, "seats")),
        facts=[fact for _, fact in sorted(dated, key=lambda pair: pair[0])],
    )


def _incident(language: str, item: Plain, zone: tzinfo) -> IncidentSheet:
    words = incident_words(language, item)
    title = f"{label(language, 'report_number', number=count(item, 'number'))} · {words.title}"
    if count(item, "count") > 1:
        title += f"（{label(language, 'report_again', count=count(item, 'count'))}）"
    told = [_told(language, row, item, zone) for row in parts(item, "reported")]
    of_seats = bool(words_of(item, "members"))
    rows = [
        ("time", [_from_to(language, item, zone), _lasted(language, item)]),
        ("place", [words.place]),
        ("members", [_seats(language, words_of(item, "members"))]),
        ("class", [_class(language, item)]),
        ("told", told or [label(language, "report_told_none")]),
        ("lost", [_lost(language, item) or (label(language, "report_lost_none") if of_seats else "")]),
        ("outcome", [_outcome(language, item) or label(language, "report_outcome_open")]),
        ("notes", [_note(language, row, item, zone) for row in parts(item, "notes")]),
    ]
    shown = [(label(language, f"report_{key}"), [line for line in lines if line]) for key, lines in rows]
    return IncidentSheet(title=title, rows=[(name, lines) for name, lines in shown if lines])


def _place(language: str, item: Plain) -> str:
    return incident_words(language, item).place


def _class(language: str, item: Plain) -> str:
    for key in ("class_confirmed", "class_proposed"):
        if text(item, key):
            return label(language, f"report_{key}", name=text(item, key))
    return label(language, "report_class_none")


def _later(iso: object, item: Plain, zone: tzinfo) -> str:
    """A time, with its date where it is of another day than the item's beginning."""
    when, start = moment_of(iso), moment_of(item.get("opened_at"))
    if when is None or start is None or when.astimezone(zone).date() == start.astimezone(zone).date():
        return clock_time(when, zone)
    return when.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _told(language: str, row: Plain, item: Plain, zone: tzinfo) -> str:
    at = _later(row.get("at"), item, zone)
    said = {key: plain_text(text(row, key)) or None for key in ("by", "to", "answer")}
    return label(language, "report_told_words", time=at, **said)


def _note(language: str, row: Plain, item: Plain, zone: tzinfo) -> str:
    said = {key: plain_text(text(row, key)) for key in ("by", "text")}
    return label(language, "report_note_words", time=_later(row.get("at"), item, zone), **said)


def _outcome(language: str, item: Plain) -> str:
    if not text(item, "outcome"):
        return ""
    by = plain_text(text(item, "closed_by"), limit=24) or None
    return label(language, "report_outcome_words", outcome=text(item, "outcome"), by=by)


def _lost(language: str, item: Plain) -> str:
    if number(item, "lost_minutes") is None:
        return ""
    return label(language, "lost_minutes", count=count(item, "lost_minutes"))


def _lasted(language: str, item: Plain) -> str:
    minutes = number(item, "lasted_minutes")
    return "" if minutes is None else label(language, "report_lasted", count=int(minutes))


def _from_to(language: str, item: Plain, zone: tzinfo) -> str:
    start = _later(item.get("opened_at"), {"opened_at": item.get("day")}, zone)
    ended = item.get("resumed_at") or item.get("ceased_at") or item.get("closed_at")
    if not ended:
        return label(language, "report_from", start=start)
    return label(language, "report_from_to", start=start, end=_later(ended, item, zone))


def _seats(language: str, ids: list[str]) -> str:
    """Seats by room, numbers that follow each other as one: `4 考场 76–99 号`."""
    rooms: dict[str, list[str]] = {}
    for seat in ids:
        room, _, number = plain_text(seat, limit=40).rpartition("-")
        rooms.setdefault(room, []).append(number)
    told = [
        label(language, "report_seats_run", room=room, numbers=_runs(numbers))
        for room, numbers in rooms.items()
    ]
    return ("；" if language == "zh_CN" else "; ").join(told)


def _runs(numbers: list[str]) -> str:
    """`1–3, 7`; what is no number stands as it is."""
    whole = sorted({int(number) for number in numbers if number.isdecimal()})
    runs: list[list[int]] = []
    for each in whole:
        if runs and each == runs[-1][1] + 1:
            runs[-1][1] = each
        else:
            runs.append([each, each])
    told = [f"{first}–{last}" if last > first else str(first) for first, last in runs]
    return ", ".join([*told, *(number for number in numbers if not number.isdecimal())])


def _full(moment: datetime | None, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if moment else ""
