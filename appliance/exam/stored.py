"""Where bundles are stored, as the record knows it: the outbox's room, second places, the last drill."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from appliance.events import Body, Moment
from appliance.events.stored import BackupDrilled, CopyRead, OutboxRead

COPY_AGAIN_S = 300.0  # after a copy that did not come about
COPY_LATE_S = 1800.0  # our judgement: six bundles of an exam
RESTS = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyState:
    """A second place: what `CopyRead` said last, at `at`; `tries` counts the runs of this record."""

    at: Moment
    newest: str = ""
    bundles: int = 0
    lacking: int = 0
    fault: str = ""
    detail: str = ""
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillState:
    """The last drill of the backups."""

    at: datetime
    passed: bool
    files: int = 0
    source_bytes: int = 0
    seconds: float = 0.0
    changed: int = 0
    differing: int = 0
    faulty: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredState:
    """`level` of the outbox is unknown, ok, low or full; `written_bytes` by the backups of `written_sitting`."""

    at: datetime | None = None
    level: str = "unknown"
    used_bytes: int = 0
    limit_bytes: int = 0
    bundles: int = 0
    owed: int = 0
    owed_bytes: int = 0
    written_sitting: str = ""
    written_bytes: int = 0
    copies: dict[str, CopyState] = field(default_factory=dict)
    drill: DrillState | None = None


def after(state: StoredState, body: Body, now: Moment) -> StoredState:
    """The state once `body` is recorded; the same object where it is about something else."""
    match body:
        case OutboxRead():
            return replace(
                state, at=now.wall, level=body.level_name, used_bytes=body.used_bytes, limit_bytes=body.limit_bytes,
                bundles=body.bundles, owed=body.owed, owed_bytes=body.owed_bytes, **_written(state, body),
            )  # fmt: skip
        case CopyRead(place=place):
            before = state.copies.get(place)
            copy = CopyState(
                at=now, newest=body.newest, bundles=body.bundles, lacking=body.lacking, fault=body.fault,
                detail=body.detail, tries=before.tries + 1 if before else 1,
            )  # fmt: skip
            return replace(state, copies=state.copies | {place: copy})
        case BackupDrilled():
            drill = DrillState(
                at=now.wall, passed=body.result == "passed", files=body.files, source_bytes=body.source_bytes,
                seconds=body.seconds, changed=body.changed, differing=body.differing, faulty=body.faulty,
                reason=body.reason,
            )  # fmt: skip
            return replace(state, drill=drill)
    return state


def copy_level(copy: CopyState | None, last: str, now: Moment) -> str:
    """What is asked of a second place: `rest`, or `owed`, the number of the run and the bundle it is owed for."""
    if not last or (copy is not None and copy.newest == last and not copy.fault):
        return RESTS
    if copy is not None and copy.fault and now.comparable(copy.at) and now.since(copy.at) < COPY_AGAIN_S:
        return RESTS
    return f"owed {copy.tries if copy else 0} {last}"


def _written(state: StoredState, body: OutboxRead) -> dict[str, Any]:
    """Of the sitting that is on, or was last: what is written between sittings is none's."""
    if not body.sitting:
        return {}
    before = state.written_bytes if body.sitting == state.written_sitting else 0
    return {"written_sitting": body.sitting, "written_bytes": before + body.written_bytes}
