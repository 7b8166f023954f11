"""Reads fields of a snapshot that may lack any of them: a page must be shown whatever the guard answers."""

from collections.abc import Mapping

Plain = Mapping[str, object]


def text(plain: Plain, name: str) -> str:
    """The field as text; empty where it is missing or null."""
    value = plain.get(name)
    return "" if value is None else str(value)


def number(plain: Plain, name: str) -> float | None:
    """The field as a number; None where it is none."""
    value = plain.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def count(plain: Plain, name: str) -> int:
    """The field as a whole number; 0 where it is none."""
    return int(number(plain, name) or 0)


def part(plain: Plain, name: str) -> Plain:
    """The field as an object; an empty one where it is none."""
    value = plain.get(name)
    return value if isinstance(value, Mapping) else {}


def parts(plain: Plain, name: str) -> list[Plain]:
    """The field as a list of objects; what is no object is left out."""
    value = plain.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def words_of(plain: Plain, name: str) -> list[str]:
    """The field as a list of texts; empty where it is no list."""
    value = plain.get(name)
    return [str(item) for item in value] if isinstance(value, list) else []
