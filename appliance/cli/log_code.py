"""A code that was printed (记录校验码) against the record: whether its row is still the one that stood there then."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from appliance.eventlog import EventLog, LogError

# venue-log:VENUE:SITTING:ROWS:HASH of a report, venue-seal VENUE ROW HASH of a certificate.
_REPORT = re.compile(r"venue-log:.{0,200}:([0-9]{1,18}):([0-9a-f]{64})")
_SEAL = re.compile(r"venue-seal \S{1,100} ([0-9]{1,18}) ([0-9a-f]{64})")
_HASH = re.compile(r"[0-9a-f]{64}")
MAX_CODE = 500
CODE_WORDS = {
    "fits": "shell_code_fits", "differs": "shell_code_differs", "missing": "shell_code_missing",
    "broken": "shell_code_broken",
}  # fmt: skip


def printed_code(code: str, row: int) -> tuple[int, str]:
    """(row, hash) of what was typed or scanned; blanks and capitals do not matter.

    Raises ValueError with the label that says what is wrong.
    """
    if len(code) > MAX_CODE:
        raise ValueError("shell_code_long")
    told = code.strip().lower()
    for form in (_REPORT, _SEAL):
        if found := form.fullmatch(told):
            return int(found[1]), found[2]
    plain = "".join(told.split())
    if not _HASH.fullmatch(plain):
        raise ValueError("shell_code_odd")
    if row <= 0:
        raise ValueError("shell_code_row")
    return row, plain


def compare(printed: tuple[int, str], paths: Sequence[Path], verified: Sequence[dict[str, Any]]) -> str:
    """fits, differs, missing or broken: one file in which the row stands as it was printed is enough.

    `verified` are the walks over `paths`: a hash that stands in a chain which does not hold proves nothing.
    """
    seq, digest = printed
    found = [_stands(path, seq, digest, walk) for path, walk in zip(paths, verified, strict=True)]
    return next((word for word in ("fits", "broken", "differs") if word in found), "missing")


def _stands(path: Path, seq: int, digest: str, walk: dict[str, Any]) -> str:
    try:
        log = EventLog(path, read_only=True)
    except LogError:
        return "missing"
    try:
        rows = log.rows(after=seq - 1, until=seq, limit=1)
    except LogError:
        return "missing"
    finally:
        log.close()
    if not rows:
        return "missing"
    if rows[0].hash.hex() != digest:
        return "differs"
    return "broken" if walk["problem"] and walk["bad_seq"] <= seq else "fits"
