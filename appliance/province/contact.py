"""What the last talk with each venue was like: `contacts/CODE.json`, for `venue province status`.

Not evidence: it is written without a flush, and lost at a power cut it is there again after the next pull.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

DIRECTORY = "contacts"
_LIMIT_BYTES = 1 << 20
# A venue, and what is wrong with its bundles here, say as much as they like: the file stays far below its limit.
MOST_ALARMS, _MOST_CHARACTERS = 100, 1000
UNREADABLE = "what is known of it here cannot be read"
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
    """The last talk; an empty one where there was none, an alarm where its file cannot be used: it was none for all one
    knows, and somebody has to look."""
    try:
        with (home / DIRECTORY / f"{venue}.json").open("rb") as file:
            raw = file.read(_LIMIT_BYTES + 1)
        value = json.loads(raw) if len(raw) <= _LIMIT_BYTES else None
    except FileNotFoundError:
        return Contact()
    except (OSError, ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        return Contact(alarms=(UNREADABLE,))
    text = {name: value[name] for name in _TEXTS if isinstance(value.get(name), str)}
    whole = {name: value[name] for name in _WHOLE if type(value.get(name)) is int}
    alarms = value.get("alarms")
    told = tuple(each for each in alarms if isinstance(each, str)) if isinstance(alarms, list) else ()
    return Contact(**text, **whole, alarms=told)


def write(home: Path, venue: str, contact: Contact) -> None:
    """Keeps it; of more alarms than anybody reads the first ones. Raises OSError."""
    directory = home / DIRECTORY
    directory.mkdir(mode=0o755, exist_ok=True)
    beside = directory / f".{venue}.json.part"
    beside.write_text(json.dumps(_bounded(asdict(contact)), ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(beside, directory / f"{venue}.json")


def _bounded(told: dict[str, Any]) -> dict[str, Any]:
    alarms = told["alarms"]
    if len(alarms) > MOST_ALARMS:
        alarms = (*alarms[: MOST_ALARMS - 1], f"{len(alarms) - MOST_ALARMS + 1} more")
    short = {name: _short(told[name]) for name in _TEXTS}
    return told | short | {"alarms": [_short(alarm) for alarm in alarms]}


def _short(text: str) -> str:
    """Half a character, which a path may have, would keep the file from being written."""
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"
