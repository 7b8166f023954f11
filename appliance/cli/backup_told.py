"""What a run of the backup tells the guard and the technician: the bundle, what is not whole in it, why it failed."""

from typing import Any

from appliance.backup.bundle import (
    AllSourcesFailed,
    Bundle,
    OutboxUnwritable,
    ReadBackFailed,
    Request,
    RequestRefused,
    SourceTally,
)
from appliance.backup.counts import RoomCount
from appliance.backup.disk import DiskFault
from appliance.backup.room import OutboxFull
from appliance.eventlog import LogError

REASON_SHOWN = 300
_CODES: tuple[tuple[type[Exception], str], ...] = (
    (AllSourcesFailed, "sources"), (OutboxFull, "full"), (RequestRefused, "refused"), (ReadBackFailed, "read_back"),
    (OutboxUnwritable, "unwritable"), (DiskFault, "unwritable"), (OSError, "unwritable"), (LogError, "log"),
)  # fmt: skip


def failure(error: Exception) -> dict[str, str]:
    """The body of `backup.failed`."""
    code = next((code for cls, code in _CODES if isinstance(error, cls)), "")
    return {"reason": plain(str(error))[:REASON_SHOWN], "code": code}


def published(bundle: Bundle, request: Request) -> dict[str, Any]:
    """The body of `bundle.published`."""
    incomplete = {tally.name for tally in bundle.sources if _fault(tally)}
    return {
        "name": bundle.name,
        "counter": bundle.counter,
        "bundle_kind": bundle.kind,
        "stage": bundle.stage,
        "sitting": request.sitting,
        "log_seq": request.log_seq,
        "files": bundle.files,
        "source_bytes": bundle.content_bytes,
        "sealed_bytes": bundle.sealed_bytes,
        "sha256": bundle.sha256,
        "incomplete": sorted(incomplete),
        "reasons": reasons(bundle),
        "sources": [_source(tally) for tally in bundle.sources],
    }


def reasons(bundle: Bundle) -> list[str]:
    """What is not whole in it and why, a line a source: for the technician, and no file's name."""
    lines = []
    for tally in bundle.sources:
        told = [missing.reason for missing in tally.missing if tally.error and not missing.path]
        told += [f"{tally.not_captured} files are missing from it"] if tally.not_captured else []
        told += [f"{tally.torn} files changed while they were read"] if tally.torn else []
        told += [f"not counted: {tally.count_fault}"] if tally.count_fault else []
        if told:
            lines.append(plain(f"source {tally.name}: {'; '.join(told)}")[:REASON_SHOWN])
    return lines


def plain(text: str) -> str:
    """Text of others without what drives a terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _source(tally: SourceTally) -> dict[str, Any]:
    total = tally.counts[0] if tally.counts else RoomCount(room="")
    return {
        "name": tally.name,
        "fault": _fault(tally),
        "files": tally.files,
        "not_captured": tally.not_captured,
        "torn": tally.torn,
        "expected": total.expected,
        "collected": total.collected,
    }


def _fault(tally: SourceTally) -> str:
    return tally.error or ("files" if tally.not_captured else "torn" if tally.torn else "")
