"""What every table of the command needs: columns that stand below each other, signs, the venue's clock."""

import contextlib
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

MARKS = {"ok": "●", "attention": "▲", "critical": "■", "unknown": "?"}


def padded(row: list[str], widths: list[int]) -> str:
    """The cells of a row, each as wide as its column, two blanks between them."""
    pairs = zip(row, widths, strict=True)
    return "  ".join(cell + " " * (broad - width(cell)) for cell, broad in pairs).rstrip()


def width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def venue_clock(snapshot: dict[str, Any]) -> Callable[[object, str], str]:
    """Writes an ISO time in the venue's zone; '' where there is none."""
    venue = snapshot.get("venue")
    zone: tzinfo = UTC
    with contextlib.suppress(ValueError, OSError, KeyError):  # no such zone: a table must be shown
        zone = ZoneInfo(str((venue.get("timezone") if isinstance(venue, dict) else "") or "UTC"))

    def at(value: object, form: str) -> str:
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            return ""
        return moment.astimezone(zone).strftime(form) if moment and moment.tzinfo else ""

    return at
