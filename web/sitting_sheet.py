"""The page of a sitting's acts: what stands, what is proposed, which windows are open."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from appliance.words import label, name_of, room_place, seat_place
from web.fields import Plain, count, number, part, parts, text
from web.head import sitting_words
from web.times import clock_time, moment_of

MOST_MINUTES = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """The sitting as it stands; `seats` and `rooms` are (id, words); `proposed` the minutes that incidents cost.

    `windows` are (name, words) of windows of the line that are open; `more` whether one may be made longer.
    """

    id: str
    words: str
    started: bool
    ended: bool
    finished: bool
    paper: str
    uploads: str
    seats: list[tuple[str, str]]
    rooms: list[tuple[str, str]]
    proposed: int
    windows: list[str]
    more: bool


def sitting_sheet(language: str, snapshot: Plain, now: datetime, zone: tzinfo) -> Sitting | None:
    """The sitting that is on or comes next; None where there is none."""
    told = part(snapshot, "sitting")
    if not told:
        return None
    start, end, last = (moment_of(told.get(name)) for name in ("start", "end", "last_end"))
    phase_sitting = text(part(snapshot, "phase"), "sitting")
    opened = parts(part(snapshot, "network"), "windows")
    return Sitting(
        id=text(told, "id"),
        words=sitting_words(language, snapshot, zone),
        started=start is not None and start <= now,
        ended=last is not None and last <= now and phase_sitting == text(told, "id"),
        finished=bool(told.get("finished_at")),
        paper=paper_words(language, told, zone),
        uploads=upload_words(language, snapshot, zone) if end is not None and end <= now else "",
        seats=_seats(language, snapshot, told),
        rooms=_rooms(language, snapshot, told),
        proposed=_proposed(snapshot, told),
        windows=[_window(language, row, zone) for row in opened],
        more=any(text(row, "name") in ("paper", "upload") and row.get("until") for row in opened),
    )


def paper_words(language: str, sitting: Plain, zone: tzinfo) -> str:
    """That the paper is in, as somebody declared; empty where nobody did."""
    at = moment_of(sitting.get("paper_at"))
    return label(language, "paper_in", time=clock_time(at, zone)) if at else ""


def upload_words(language: str, snapshot: Plain, zone: tzinfo) -> str:
    """Which rooms reported the official upload of the sitting: people's word, never green."""
    sitting = part(snapshot, "sitting")
    told = part(sitting, "uploaded")
    rooms = {text(seat, "room") for seat in parts(snapshot, "seats")}
    times = [moment for at in told.values() if (moment := moment_of(at))]
    if not times:
        return label(language, "upload_none")
    time = clock_time(max(times), zone)
    if "" in told or rooms and rooms <= set(told):
        return label(language, "upload_all", time=time)
    return label(language, "upload_some", count=len(told), total=len(rooms), time=time)


def makeup_of_seat(snapshot: Plain, seat: str) -> int:
    """The minutes that this seat's candidate lost and was not given yet; 0 where nothing says so."""
    rows = [
        i
        for i in parts(snapshot, "incidents")
        if text(i, "cause_kind") == "seat" and text(i, "cause") == seat
    ]
    newest = max(rows, key=lambda row: count(row, "number"), default=None)
    return count(newest, "makeup_minutes") if newest else 0


def _proposed(snapshot: Plain, sitting: Plain) -> int:
    rows = [i for i in parts(snapshot, "incidents") if text(i, "sitting") == text(sitting, "id")]
    return max(
        (count(row, "proposed_extension_minutes") for row in rows if not text(row, "drill")), default=0
    )


def _seats(language: str, snapshot: Plain, sitting: Plain) -> list[tuple[str, str]]:
    """Seats with an item or minutes of their own first: they are what somebody comes for."""
    given = part(sitting, "extended_seats")
    hit = [text(i, "cause") for i in parts(snapshot, "incidents") if text(i, "cause_kind") == "seat"]
    seats = [text(seat, "id") for seat in parts(snapshot, "seats")]
    ordered = dict.fromkeys([*(s for s in hit if s in seats), *(s for s in given if s in seats), *seats])
    return [(seat, _seat_words(language, seat, snapshot, number(given, seat))) for seat in ordered]


def _seat_words(language: str, seat: str, snapshot: Plain, given: float | None) -> str:
    lost = makeup_of_seat(snapshot, seat)
    marks = [label(language, "makeup_minutes", count=lost)] if lost else []
    marks += [label(language, "given_minutes", minutes=int(given))] if given else []
    inside = ("，" if language == "zh_CN" else ", ").join(marks)
    place = seat_place(language, seat)
    if not inside:
        return place
    return f"{place}（{inside}）" if language == "zh_CN" else f"{place} ({inside})"


def _rooms(language: str, snapshot: Plain, sitting: Plain) -> list[tuple[str, str]]:
    told = part(sitting, "uploaded")
    rooms = dict.fromkeys(text(seat, "room") for seat in parts(snapshot, "seats"))
    return [(room, room_place(language, room)) for room in rooms if room not in told and "" not in told]


def _window(language: str, row: Plain, zone: tzinfo) -> str:
    until = moment_of(row.get("until"))
    key = "window_until" if until else "window_open"
    name = name_of(language, "window", text(row, "name"))
    return label(language, key, window=name, time=clock_time(until, zone))
