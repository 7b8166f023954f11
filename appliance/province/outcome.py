"""What became of each receipt that was sent: `NAME.receipt.accepted` beside the bundle.

Not evidence: it only spares sending again what the venue has. Lost, a receipt is sent once more, and says nothing new.
"""

import enum
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from appliance.backup.bundle import Published

SUFFIX = ".receipt.accepted"
_LIMIT_BYTES = 4096


class State(enum.Enum):
    """What the venue said: `SENT` it put it down and will look, `TAKEN` it did and says no more (an older program),
    `BELIEVED` it looked and holds it, `REFUSED` it looked and does not. `GONE`: it owes that bundle no more."""

    SENT = "sent"
    TAKEN = "taken"
    BELIEVED = "believed"
    REFUSED = "refused"
    GONE = "gone"


SETTLED = frozenset({State.TAKEN, State.BELIEVED, State.GONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`receipt`: the digits by which the venue names what it was sent; `why`: the venue's code where it refused."""

    state: State
    receipt: str = ""
    why: str = ""
    at: datetime


def read(bundle: Published) -> Outcome | None:
    """What is known; None where nothing was ever sent. An empty file is an older program's: taken. Raises OSError."""
    path = _path(bundle)
    try:
        with path.open("rb") as file:
            raw = file.read(_LIMIT_BYTES)
            at = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
    except FileNotFoundError:
        return None
    try:
        told = json.loads(raw or b"{}")
        state = State(told.get("state", "taken"))
        return Outcome(state=state, receipt=str(told.get("receipt", "")), why=str(told.get("why", "")), at=at)
    except (ValueError, AttributeError, RecursionError):
        return None


def write(bundle: Published, state: State, *, receipt: str = "", why: str = "") -> None:
    """Keeps it. Raises OSError."""
    path = _path(bundle)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(json.dumps({"state": state.value, "receipt": receipt, "why": why}) + "\n", encoding="utf-8")
    os.replace(beside, path)


def forget(bundle: Published) -> None:
    """As if it had never been sent. Raises OSError."""
    _path(bundle).unlink(missing_ok=True)


def _path(bundle: Published) -> Path:
    return bundle.directory / (bundle.name + SUFFIX)
