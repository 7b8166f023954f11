"""The state a guard starts from: the last checkpoint and what followed, or what a damaged log still gives."""

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from appliance.eventlog import EventLog, LogDamagedError, LogError, verify
from appliance.eventlog.files import begin_beside, newest
from appliance.events import Event, from_text
from appliance.events.bodies import LogCheckpoint, LogDamaged
from appliance.events.codec import CodecError, canonical, from_plain, to_plain
from appliance.exam.venue import Venue, fold

COPY = "checkpoint.json"  # the last checkpoint once more, for the day the log file itself is gone
UNSEEN_ROWS = 100_000  # how far the numbering leaps over rows nobody can read


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """An open log, the state it gives, and `damage` to record first where an older file does not hold."""

    log: EventLog
    venue: Venue
    damage: LogDamaged | None = None


def start(directory: Path) -> Started:
    """Opens the newest log under `directory` and folds it.

    A damaged file is left as it is and a new one begun beside it, with all of the state that still
    verifies. A disk that refuses writing gives the state that can be read. Raises LogError for a log of
    a newer format.
    """
    with contextlib.suppress(OSError):  # a disk that refuses even this: the log says so at its first row
        directory.mkdir(parents=True, exist_ok=True, mode=0o750)
    path = newest(directory)
    if not path.exists() or not path.stat().st_size:
        if (directory / COPY).exists():  # a power cut can leave an empty file: no first start
            return _salvaged(path, directory, "missing or empty, though a checkpoint of it was kept")
        return Started(log=EventLog(path, even_unwritable=True), venue=Venue())
    try:
        venue, damage, head_seq = _folded(path)
        if damage is None:
            return Started(log=EventLog(path, even_unwritable=True), venue=venue)
    except (LogDamagedError, CodecError) as error:
        return _salvaged(path, directory, str(error))
    return Started(log=begin_beside(path, base=head_seq), venue=venue, damage=damage)


def recorded(directory: Path) -> Venue | None:
    """The state that the record under `directory` gives, for who only looks; None where there is none.

    Nothing is written. A damaged log gives what still holds of it, as a guard would start from. Raises LogError.
    """
    path = newest(directory)
    if not path.exists() or not path.stat().st_size:
        return _copied(directory)[0] if (directory / COPY).exists() else None
    try:
        return _folded(path)[0]
    except (LogDamagedError, CodecError) as error:
        venue, _ = _copied(directory)
        if not venue.seq:
            raise LogError(f"{path.name}: {error}") from error
        return venue


def _folded(path: Path) -> tuple[Venue, LogDamaged | None, int]:
    """The state of all rows that hold, what is wrong with the first that does not, the last row's seq.

    Read only: opened for writing, a damaged file would have its -wal file written into it on closing.
    """
    log = EventLog(path, read_only=True, even_unwritable=True)
    try:
        after, venue = _last_checkpoint(log)
        checked = verify(log, after=after - 1 if after else None)
        for row in log.each(after=after):
            if not checked.ok and row.seq >= checked.bad_seq:
                break
            venue = fold(venue, from_text(row.text))
        if checked.ok:
            return venue, None, log.head_seq
        damage = LogDamaged(file=path.name, problem=checked.problem, salvaged_seq=venue.seq)
        return venue, damage, log.head_seq
    finally:
        log.close()


def _last_checkpoint(log: EventLog) -> tuple[int, Venue]:
    row = log.last(LogCheckpoint.kind)
    if row is None:
        return 0, Venue()
    body = from_text(row.text).body
    try:
        return row.seq, from_plain(Venue, getattr(body, "state", None))
    except CodecError:
        return 0, Venue()  # written by a version whose state had another shape: fold it all


def _salvaged(path: Path, directory: Path, problem: str) -> Started:
    """A file SQLite can not read: the copy of its last checkpoint is what is left."""
    venue, base = _copied(directory)
    damage = LogDamaged(file=path.name, problem=problem, salvaged_seq=venue.seq)
    return Started(log=begin_beside(path, base=base), venue=venue, damage=damage)


def _copied(directory: Path) -> tuple[Venue, int]:
    """The state of the last checkpoint's copy, and from where a new log counts on; empty where that is lost too."""
    try:
        stored = json.loads((directory / COPY).read_text(encoding="utf-8"))
        return from_plain(Venue, stored["state"]), int(stored["seq"]) + UNSEEN_ROWS
    except (OSError, ValueError, KeyError, TypeError, CodecError):
        return Venue(), UNSEEN_ROWS


def checkpoint(venue: Venue) -> LogCheckpoint:
    """The checkpoint body of a state."""
    return LogCheckpoint(state=to_plain(venue))


def copy_checkpoint(directory: Path, event: Event) -> None:
    """Keeps a checkpoint once more beside the log: written beside, synced, renamed. Raises OSError."""
    state = getattr(event.body, "state", None)
    beside = directory / (COPY + ".part")
    with beside.open("w", encoding="utf-8") as file:
        file.write(canonical({"seq": event.seq, "state": state}))
        file.flush()
        os.fsync(file.fileno())
    beside.rename(directory / COPY)
