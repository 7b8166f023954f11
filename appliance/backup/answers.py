"""What became of the receipts that came: bundles that the venue believes to be held, receipts that it refused, and why.

`STATE/receipts/answers/answers.json`, which the page hands on to the province with the list of the bundles.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.backup.bundle import Published
from appliance.backup.disk import replace_file
from appliance.backup.fields import Fields, read_fields
from appliance.backup.receipt import SIGNATURE_SUFFIX

ANSWERS_NAME, FILE_NAME = "answers", "answers.json"
SCHEMA = 1
MOST_REFUSED = 200
LIMIT_BYTES = 8 << 20
_MODE = 0o644  # the page reads it; who comes into the directory is the directory's business


class AnswersFault(Exception):
    """What was told before cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """`receipt`: the 32 digits under which the page put it down; `why` is a code of `receipt.ReceiptFault`."""

    receipt: str
    why: str


def tell(receipts: Path, here: Sequence[Published], refused: Sequence[Refusal]) -> None:
    """Tells of the bundles `here` and of what was refused just now, and still of what was before.

    `receipts` is STATE/receipts; what stands there was believed. Raises DiskFault, OSError.
    """
    directory = receipts / ANSWERS_NAME
    directory.mkdir(mode=0o750, exist_ok=True)
    path = directory / FILE_NAME
    rows = {one.receipt: one for one in (*before(path), *refused)}
    told = {
        "schema": SCHEMA,
        "believed": [one.name for one in here if (receipts / (one.name + SIGNATURE_SUFFIX)).exists()],
        "refused": [{"receipt": one.receipt, "why": one.why} for one in [*rows.values()][-MOST_REFUSED:]],
    }
    raw = json.dumps(told).encode()
    if not _is(path, raw):
        replace_file(path, raw, mode=_MODE)


def before(path: Path) -> list[Refusal]:
    """The refusals of the last time, the oldest first; none where nothing that can be read is there. Raises OSError."""
    try:
        with path.open("rb") as file:
            fields = read_fields(file.read(LIMIT_BYTES + 1), "it", limit_bytes=LIMIT_BYTES, fault=AnswersFault)
        return [_refusal(each) for each in fields.items("refused")]
    except (FileNotFoundError, AnswersFault):
        return []


def _refusal(value: object) -> Refusal:
    fields = Fields(value, "a refusal", AnswersFault)
    return Refusal(receipt=fields.text("receipt"), why=fields.text("why"))


def _is(path: Path, raw: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(raw) + 1) == raw
    except FileNotFoundError:
        return False
