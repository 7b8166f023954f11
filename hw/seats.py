"""Which seats' machines are there, told by a text file: one seat id a line, `#` begins a comment line."""

from collections.abc import Iterable
from pathlib import Path

from hw.files import read_limited, replace_text

_LIMIT_BYTES = 256 * 1_024
_LIMIT_CHARACTERS = 64


class SeatsError(Exception):
    """It is unknown which seats are there."""


def present(path: Path) -> frozenset[str]:
    """Give the ids of the seats that are there now. An empty file says: none.

    Raises SeatsError where the file cannot be read or is no list of seat ids; no list is not an empty room.
    """
    try:
        content = read_limited(path, _LIMIT_BYTES)
        text = None if content is None else content.decode("utf-8")
    except OSError as error:
        raise SeatsError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SeatsError(f"{path} is not UTF-8: {error}") from error
    if text is None:
        raise SeatsError(f"{path} is longer than {_LIMIT_BYTES} bytes")
    lines = (line.strip() for line in text.split("\n"))
    return frozenset(_checked(line) for line in lines if line and not line.startswith("#"))


def write_present(path: Path, seats: Iterable[str]) -> None:
    """Say which seats are there. Raises SeatsError for what is no seat id, or cannot be written."""
    text = "".join(f"{_checked(seat)}\n" for seat in sorted(seats))
    try:
        replace_text(path, text)
    except OSError as error:
        raise SeatsError(f"{path} cannot be written: {error.strerror}") from error


def _checked(seat: str) -> str:
    plain = seat.isprintable() and " " not in seat and not seat.startswith("#")
    if not plain or not 0 < len(seat) <= _LIMIT_CHARACTERS:
        raise SeatsError(f"{seat[:80]!r} is not a seat id (1…{_LIMIT_CHARACTERS} characters without spaces)")
    return seat
