"""Walks the hash chain and names the first row that does not fit."""

import json
from dataclasses import dataclass

from appliance.eventlog.log import EventLog, Row, chain
from appliance.eventlog.opened import LogDamagedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """`rows` that hold, from `after` on; `bad_seq` and `problem` of the first that does not, 0 and '' if none."""

    rows: int
    head_seq: int
    head_hash: str
    bad_seq: int = 0
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether every row holds."""
        return not self.problem


def verify(log: EventLog, *, after: int | None = None) -> Verified:
    """Walks the rows beyond `after`, whose own stored hash is taken as given; all rows where it is None.

    What the chain alone can not show: rows cut off at the end, or a file rewritten whole. The heads in
    manifests and on printed seals show those.
    """
    count, seq = 0, after or 0
    try:
        seq = log.first_seq - 1 if after is None else after
        previous = log.hash_at(seq)
        for row in log.each(after=seq):
            problem = _problem(row, seq, previous)
            if problem:
                return Verified(
                    rows=count, head_seq=seq, head_hash=previous.hex(), bad_seq=seq + 1, problem=problem
                )
            count, seq, previous = count + 1, row.seq, row.hash
    except LogDamagedError as error:
        return Verified(
            rows=count, head_seq=seq, head_hash="", bad_seq=seq + 1, problem=f"unreadable: {error}"
        )
    return Verified(rows=count, head_seq=seq, head_hash=previous.hex())


def _problem(row: Row, before: int, previous: bytes) -> str:
    if row.seq != before + 1:
        return f"row {before + 1} is missing: row {row.seq} follows row {before}"
    if chain(previous, row.text) != row.hash:
        return f"row {row.seq} was altered or inserted: its hash does not follow from row {before}"
    try:
        stored = json.loads(row.text)
        named = (stored["seq"], stored["kind"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return f"row {row.seq} is no event"
    if named != (row.seq, row.kind):
        return f"row {row.seq} was altered: its text is that of row {named[0]}, {named[1]}"
    return ""
