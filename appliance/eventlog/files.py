"""The log's files in one directory: the newest is written, older ones are left exactly as they are."""

import re
from pathlib import Path

from appliance.eventlog.log import EventLog

_NAME = re.compile(r"events-(\d{1,6})\.sqlite")


def log_files(directory: Path) -> list[Path]:
    """The log files, oldest first."""
    found = ((int(match[1]), path) for path in directory.glob("events-*.sqlite")
             if (match := _NAME.fullmatch(path.name)))  # fmt: skip
    return [path for _, path in sorted(found)]


def newest(directory: Path) -> Path:
    """The file to write: the newest, or the first one to be."""
    files = log_files(directory)
    return files[-1] if files else directory / "events-1.sqlite"


def begin_beside(damaged: Path, *, base: int) -> EventLog:
    """A new log beside a damaged one, which counts on from `base`."""
    match = _NAME.fullmatch(damaged.name)
    number = int(match[1]) + 1 if match else 1
    return EventLog(damaged.with_name(f"events-{number}.sqlite"), base=base, even_unwritable=True)
