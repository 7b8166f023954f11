"""What the last talk with each venue was like: `contacts/CODE.json`, for `venue province status`.

Not evidence: it is written without a flush, and lost at a power cut it is there again after the next pull.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

DIRECTORY = "contacts"
_LIMIT_BYTES = 1 << 20
_TEXTS = ("tried_at", "answered_at", "newest", "phase", "fault", "gone")
_WHOLE = ("listed", "waiting", "waiting_bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Times are ISO with their zone, '' for never. `newest` and `listed` are what the venue named when it last did.

    `alarms` are what somebody has to look at, `fault` why the last try came to nothing, '' where it did not.
    `gone` are numbers that are not here and that the venue took away itself, once it had their receipts.
    """

    tried_at: str = ""
    answered_at: str = ""
    newest: str = ""
    listed: int = 0
    waiting: int = 0
    waiting_bytes: int = 0
    phase: str = ""
    fault: str = ""
    alarms: tuple[str, ...] = ()
    gone: str = ""


def read(home: Path, venue: str) -> Contact:
    """The last talk; an empty one where there was none, or its file cannot be used."""
    try:
        with (home / DIRECTORY / f"{venue}.json").open("rb") as file:
            value = json.loads(file.read(_LIMIT_BYTES))
    except (OSError, ValueError, RecursionError):
        return Contact()
    if not isinstance(value, dict):
        return Contact()
    text = {name: value[name] for name in _TEXTS if isinstance(value.get(name), str)}
    whole = {name: value[name] for name in _WHOLE if type(value.get(name)) is int}
    alarms = value.get("alarms")
    told = tuple(each for each in alarms if isinstance(each, str)) if isinstance(alarms, list) else ()
    return Contact(**text, **whole, alarms=told)


def write(home: Path, venue: str, contact: Contact) -> None:
    """Keeps it. Raises OSError."""
    directory = home / DIRECTORY
    directory.mkdir(mode=0o755, exist_ok=True)
    beside = directory / f".{venue}.json.part"
    beside.write_text(json.dumps(asdict(contact), ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(beside, directory / f"{venue}.json")
