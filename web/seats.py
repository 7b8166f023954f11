"""The seat map: rooms in their order, quiet normals and loud exceptions."""

import re
from dataclasses import dataclass

from appliance.words import label, name_of, plain_text, seat_place
from web.fields import Plain, parts, text

# State → the sign beside the number: never colour alone.
MARKS = {
    "present": "✓",
    "absent": "×",
    "off": "–",
    "unknown": "?",
    "swapped": "换",
    "in_use": "用",
    "spare": "备",
    "retired": "停",
}
MARKS_EN = MARKS | {"swapped": "↷", "in_use": "+", "spare": "s", "retired": "r"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatView:
    """A seat: its `number`, the class of its look and its sign; `words` for who cannot see them."""

    number: str
    look: str
    mark: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomView:
    """A room: its note (`全部正常`, `1 台离线`) with its level, and its seats in their order."""

    name: str
    note: str
    level: str
    seats: list[SeatView]


_KNOWN = ("absent", "present", "off", "swapped", "in_use", "retired")


def rooms(language: str, snapshot: Plain) -> list[RoomView]:
    """Every room with its seats, numbers in their natural order (2 before 10)."""
    by_room: dict[str, list[Plain]] = {}
    for seat in parts(snapshot, "seats"):
        by_room.setdefault(text(seat, "room"), []).append(seat)
    return [
        _room(language, room, sorted(by_room[room], key=lambda seat: _natural(text(seat, "seat"))))
        for room in sorted(by_room, key=_natural)
    ]


def legend(language: str, shown: list[RoomView]) -> list[tuple[str, str, str]]:
    """(look, sign, word) of every look on the map, in a fixed order."""
    looks = {seat.look for room in shown for seat in room.seats}
    return [
        (look, _marks(language)[look], name_of(language, "seat", look)) for look in MARKS if look in looks
    ]


def free_spares(snapshot: Plain, seat_id: str) -> list[str]:
    """Numbers of the spares of the seat's own room that are there and not in use."""
    all_seats = parts(snapshot, "seats")
    room = next((text(seat, "room") for seat in all_seats if text(seat, "id") == seat_id), None)
    return [
        text(seat, "seat")
        for seat in all_seats
        if seat.get("spare") is True and text(seat, "room") == room and text(seat, "state") == "present"
    ]


def _room(language: str, room: str, seats: list[Plain]) -> RoomView:
    views = [_seat(language, seat) for seat in seats]
    note, level = _note(language, [text(seat, "state") for seat in seats if seat.get("spare") is not True])
    return RoomView(
        name=label(language, "room", room=plain_text(room, limit=16)), note=note, level=level, seats=views
    )


def _seat(language: str, seat: Plain) -> SeatView:
    state = text(seat, "state")
    look = state if state in MARKS else "unknown"
    if seat.get("spare") is True and look in ("present", "off"):
        look = "spare"
    return SeatView(
        number=plain_text(text(seat, "seat"), limit=6),
        look=look,
        mark=_marks(language)[look],
        words=name_of(language, "seat", look),
    )


def _note(language: str, states: list[str]) -> tuple[str, str]:
    absent, here, off = states.count("absent"), states.count("present"), states.count("off")
    unknown = sum(1 for state in states if state not in _KNOWN)
    if absent:
        return label(language, "room_bad", count=absent), "critical"
    if unknown:
        return label(language, "room_unknown"), "unknown"
    if off and here:
        return label(language, "room_mixed", count=here, total=here + off), "quiet"
    if off:
        return label(language, "room_quiet"), "quiet"
    return label(language, "room_well"), "ok"


def _marks(language: str) -> dict[str, str]:
    return MARKS if language == "zh_CN" else MARKS_EN


def _natural(name: str) -> list[tuple[int, int, str]]:
    pieces = re.findall(r"[0-9]+|[^0-9]+", name[:80])
    return [(0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces]


def spares_for(language: str, snapshot: Plain, seat_id: str) -> list[tuple[str, str]]:
    """(id, words) of the spares that are there and not in use: the seat's own room first, others marked so."""
    all_seats = parts(snapshot, "seats")
    room = next((text(seat, "room") for seat in all_seats if text(seat, "id") == seat_id), None)
    free = [
        seat
        for seat in all_seats
        if seat.get("spare") is True and text(seat, "state") not in ("in_use", "retired")
    ]
    free.sort(key=lambda s: (text(s, "room") != room, text(s, "state") != "present", _natural(text(s, "id"))))
    return [(text(seat, "id"), _spare_words(language, seat, room)) for seat in free]


def _spare_words(language: str, seat: Plain, room: str | None) -> str:
    marks = []
    if room is not None:  # of no seat's room: then nothing is here or elsewhere
        marks.append(label(language, "spare_here" if text(seat, "room") == room else "spare_elsewhere"))
    if text(seat, "state") != "present":
        marks.append(name_of(language, "seat", text(seat, "state")))
    inside = ("，" if language == "zh_CN" else ", ").join(marks)
    place = seat_place(language, text(seat, "id"))
    if not inside:
        return place
    return f"{place}（{inside}）" if language == "zh_CN" else f"{place} ({inside})"
