"""Fills the fields of a sentence: never raises, lets nothing in that could drive a page or a terminal."""

import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from appliance.words.languages import LANGUAGES
from appliance.words.names import NAMES, name_of
from appliance.words.plain import plain_text
from appliance.words.usb.kinds import kinds_words, port_words


@dataclass(frozen=True, slots=True)
class By:
    """A sentence that depends on `field`: a case for its value, or for the first case its list holds."""

    field: str
    cases: Mapping[str, "Template"]
    otherwise: "Template"


# A tuple is tried in order: the first one whose fields are all known; the last one always serves.
Template = str | tuple[str, ...] | By


@dataclass(frozen=True, slots=True)
class Both:
    """The same said in both languages."""

    zh: Template
    en: Template

    def in_language(self, language: str) -> Template:
        """The one of `language`."""
        return self.zh if language == LANGUAGES[0] else self.en


def say(language: str, template: Template | Both, values: Mapping[str, object]) -> str:
    """The sentence with its fields filled in; what is not known reads 未知 or unknown."""
    if isinstance(template, Both):
        return say(language, template.in_language(language), values)
    if isinstance(template, By):
        return say(language, _case(template, values.get(template.field)), values)
    if isinstance(template, tuple):
        return say(language, _fullest(template, values), values)
    return "".join(
        literal + ("" if field is None else _field(language, values.get(field), spec or ""))
        for literal, field, spec, _ in string.Formatter().parse(template)
    )


def fields_of(template: Template | Both) -> Iterator[tuple[str, str]]:
    """Every (field, form) a sentence may ask for, for the test that holds them to the bodies."""
    if isinstance(template, Both):
        yield from fields_of(template.zh)
        yield from fields_of(template.en)
    elif isinstance(template, By):
        yield template.field, ""
        for case in (*template.cases.values(), template.otherwise):
            yield from fields_of(case)
    elif isinstance(template, tuple):
        for text in template:
            yield from fields_of(text)
    else:
        for _, field, spec, _ in string.Formatter().parse(template):
            if field is not None:
                yield field, spec or ""


def seat_place(language: str, seat: object) -> str:
    """A seat id as people say it: `1-23` → 1 考场 23 号, Room 1 seat 23; `name:` and a name: the name."""
    text = plain_text(seat, limit=40)
    if text.startswith("name:"):
        return text.removeprefix("name:")
    room, dash, number = text.rpartition("-")
    if not dash:
        return number
    return f"{room} 考场 {number} 号" if language == "zh_CN" else f"Room {room} seat {number}"


def room_place(language: str, room: object) -> str:
    """A room's name as people say it: `1` or `room:1` → 1 考场, Room 1."""
    number = plain_text(room, limit=40).removeprefix("room:")
    return f"{number} 考场" if language == "zh_CN" else f"Room {number}"


def doubt_words(language: str, doubt: str) -> str:
    """One word of a UPS's doubts as people say it; `absurd:VARIABLE` names the variable."""
    code, _, variable = doubt.partition(":")
    told = name_of(language, "doubt", code)
    return told.replace("{variable}", plain_text(variable, limit=40))


def _case(by: By, value: object) -> Template:
    if isinstance(value, Sequence) and not isinstance(value, str):
        held = {str(item) for item in value}
        return next((template for key, template in by.cases.items() if key in held), by.otherwise)
    key = str(value).lower() if isinstance(value, bool) else str(value)
    return by.cases.get(key, by.otherwise)


def _fullest(templates: tuple[str, ...], values: Mapping[str, object]) -> str:
    for template in templates[:-1]:
        if all(values.get(field) not in (None, "", [], ()) for field, _ in fields_of(template)):
            return template
    return templates[-1]


def _field(language: str, value: object, form: str) -> str:
    if form in NAMES:
        if isinstance(value, list | tuple):
            return _joined(language, [name_of(language, form, item) for item in value])
        return name_of(language, form, value)
    if value is None or value == "" or value in ([], ()):
        return name_of(language, "word", "unknown")
    if form in _FORMS:
        return _FORMS[form](language, value)
    if isinstance(value, list | tuple):
        return _joined(language, [plain_text(item, limit=40) for item in value])
    return _number(value) if isinstance(value, int | float) else plain_text(value)


def _joined(language: str, words: list[str]) -> str:
    shown = words[:6]
    if len(words) > 6:
        shown[-1] += f" …（共 {len(words)}）" if language == "zh_CN" else f" … ({len(words)} in all)"
    return ("、" if language == "zh_CN" else ", ").join(shown)


def _number(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def _minutes(_language: str, value: object) -> str:
    return str(int(value // 60)) if isinstance(value, int | float) else plain_text(value)


def _lasting(language: str, value: object) -> str:
    """Seconds as people say them: `47 秒`, `12 分钟`, `3 小时 5 分钟`."""
    if not isinstance(value, int | float):
        return plain_text(value)
    whole, chinese = max(0, int(value)), language == LANGUAGES[0]
    if whole < 120:
        return f"{whole} 秒" if chinese else f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} 分钟" if chinese else f"{whole // 60} min"
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours} 小时 {minutes} 分钟" if chinese else f"{hours} h {minutes} min"


def _for_minutes(language: str, value: object) -> str:
    """Minutes that were given to something: `10 分钟`, `24 小时`."""
    if not isinstance(value, int | float):
        return plain_text(value)
    whole, chinese = max(0, int(value)), language == LANGUAGES[0]
    if whole >= 120 and not whole % 60:
        return f"{whole // 60} 小时" if chinese else f"{whole // 60} h"
    return f"{whole} 分钟" if chinese else f"{whole} min"


def _whole(_language: str, value: object) -> str:
    return str(int(value)) if isinstance(value, int | float) else plain_text(value)


def _doubts(language: str, value: object) -> str:
    doubts = value if isinstance(value, list | tuple) else [value]
    return _joined(language, [doubt_words(language, str(doubt)) for doubt in doubts])


def _size(_language: str, value: object) -> str:
    if not isinstance(value, int | float):
        return plain_text(value)
    size = float(value)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def _seats(language: str, value: object) -> str:
    seats = value if isinstance(value, list | tuple) else [value]
    return _joined(language, [seat_place(language, seat) for seat in seats])


def _count(_language: str, value: object) -> str:
    return str(len(value)) if isinstance(value, list | tuple) else plain_text(value)


_FORMS: Mapping[str, Callable[[str, object], str]] = {
    "minutes": _minutes,
    "lasting": _lasting,
    "whole": _whole,
    "doubts": _doubts,
    "size": _size,
    "seats": _seats,
    "count": _count,
    "room": room_place,
    "for_minutes": _for_minutes,
    "usb_kinds": kinds_words,
    "usb_port": port_words,
}
