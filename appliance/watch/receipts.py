"""Sees whether receipts lie there that came over the line and nobody looked at, and when the province asked last."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from appliance.events.readings import ReceiptsReading

PERIOD_S = 1.0
ASKED_NAME = ".asked"  # the page touches it each time; no receipt begins with a dot


def reader(incoming: Path) -> Callable[[], ReceiptsReading]:
    """A function that looks; a place that is not there, or can not be listed, holds none that could be taken."""
    before: datetime | None = None
    every_s: float | None = None

    def read() -> ReceiptsReading:
        nonlocal before, every_s
        try:
            waiting = sum(1 for name in os.listdir(incoming) if not name.startswith("."))
        except OSError:
            waiting = 0
        asked_at = _asked_at(incoming)
        if asked_at != before:
            every_s = (asked_at - before).total_seconds() if asked_at and before else None
            before = asked_at
        return ReceiptsReading(waiting=waiting, asked_at=asked_at, every_s=every_s)

    return read


def _asked_at(incoming: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(os.stat(incoming / ASKED_NAME, follow_symlinks=False).st_mtime, UTC)
    except (OSError, ValueError, OverflowError):  # the page may set any time; a year beyond 9999 is none
        return None
