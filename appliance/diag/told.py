"""What the guard and its record tell, by codes: verdict, readiness, incidents. No name, no seat, no text."""

import json
from collections.abc import Mapping
from pathlib import Path

from appliance.client import Client, GuardSilent, Refused
from appliance.diag.part import Part, PartFailed, as_json, code, picked
from appliance.eventlog import EventLog, LogError
from appliance.eventlog.files import log_files

LAST_ROWS = 1000
_INCIDENT = (
    "number", "cause_kind", "state", "class_proposed", "class_confirmed", "count", "drill", "opened_at", "ceased_at",
    "closed_at", "outcome", "stops_work", "lost_minutes",
)  # fmt: skip
_POWER = (
    "driver", "state", "status", "charge_percent", "runtime_s", "load_percent", "battery_v", "input_v", "unknown",
    "faults",
)  # fmt: skip
_HOST = (
    "read_at", "faults", "disk_free_percent", "disk_level", "temperature_c", "under_voltage", "throttled",
    "memory_free_percent", "write_ms", "wear_percent", "rtc", "clock_offset_s", "reserve",
)  # fmt: skip
_PRESENCE = ("state", "watch", "expected", "present", "absent", "spares")


def verdicts(client: Client) -> Part:
    """The verdict and what is below it. Raises PartFailed where no guard answers."""
    try:
        told = client.call("status")
    except (GuardSilent, Refused) as error:
        raise PartFailed("no guard answers") from error
    if not isinstance(told, Mapping):
        raise PartFailed("the guard's answer is none")
    readiness = _below(told, "readiness")
    return as_json(
        "verdict.json",
        {
            **picked(told, ("at", "rev", "turned_age_s", "drill")),
            "verdict": picked(told.get("verdict"), ("level", "code")),
            "reason": picked(_below(told, "verdict").get("reason"), ("code",)),
            "phase": picked(told.get("phase"), ("name", "since", "until")),
            "sealed": told.get("seal") is not None,
            "sittings": len(_rows(told.get("sittings"))),
            "readiness": [
                picked(each, ("key", "must", "level", "code")) for each in _rows(readiness.get("points"))
            ],
            "incidents": [picked(each, _INCIDENT) for each in _rows(told.get("incidents"))],
            "power": [picked(each, _POWER) for each in _rows(told.get("power"))],
            "presence": picked(told.get("presence"), _PRESENCE),
            "host": picked(told.get("host"), _HOST),
            "debts": [picked(each, ("what", "due", "overdue")) for each in _rows(told.get("debts"))],
        },
    )


def record(directory: Path) -> Part:
    """The last rows of the record, each by its number, time and kind alone. Raises PartFailed."""
    files = log_files(directory)
    if not files:
        raise PartFailed("there is no record")
    try:
        log = EventLog(files[-1], read_only=True)
    except LogError as error:
        raise PartFailed(f"the record cannot be opened: {type(error).__name__}") from error
    try:
        rows = log.rows(newest=True, limit=LAST_ROWS)
        told = [{"seq": row.seq, "at": _time(row.text), "kind": code(row.kind)} for row in rows]
    except LogError as error:
        raise PartFailed(f"the record cannot be read: {type(error).__name__}") from error
    finally:
        log.close()
    return as_json("record.json", {"files": len(files), "rows": told})


def _time(text: str) -> object:
    try:
        row = json.loads(text)
    except ValueError:
        return None
    return code(row.get("at")) if isinstance(row, dict) else None


def _below(told: object, name: str) -> Mapping[str, object]:
    found = told.get(name) if isinstance(told, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _rows(found: object) -> list[object]:
    return found[:500] if isinstance(found, list) else []
