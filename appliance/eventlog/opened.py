"""The SQLite file of a log, opened: for writing, for reading, or as far as a disk that refuses gives it."""

import os
import sqlite3
from pathlib import Path

FORMAT = 1
APPLICATION_ID = 0x76656E75  # "venu"

_SCHEMA = f"""
CREATE TABLE log (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL, hash BLOB NOT NULL);
CREATE INDEX log_kind ON log (kind, seq);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT};
"""


class LogError(Exception):
    """The event log can not be used."""


class LogDamagedError(LogError):
    """What the file holds is not what was written."""


class LogNewerError(LogError):
    """A newer program wrote the file: this one can not know what it holds."""


class LogUnwritable(LogError):
    """The file can be read, but a row can not be made durable now."""


def _text(raw: bytes) -> str:
    """Bytes that are no UTF-8 any more become U+FFFD: then the row's hash does not fit, and names it."""
    return raw.decode("utf-8", "replace")


def is_read_only(directory: Path) -> bool:
    """Whether its file system was made read-only, maybe under an open file.

    Into one that was open before, Linux takes writes all the same, and answers an fsync with success (ext4_sync_file
    returns at once where sb_rdonly): the rows would count as durable, and nothing makes them so.
    """
    try:
        return bool(os.statvfs(directory).f_flag & os.ST_RDONLY)
    except OSError:
        return False  # what is wrong with it, writing says


def opened(path: Path, read_only: bool) -> sqlite3.Connection:
    """The log's database, made where it does not exist and `read_only` is not asked for. Raises LogError.

    Where it can not be opened for writing SQLite may open it for reading alone, and says so at the first write.
    """
    fresh = not path.exists() or path.stat().st_size == 0  # empty: a first start that was cut off
    if fresh and read_only:
        raise LogError(f"{path}: no such log")
    try:
        mode = "ro" if read_only else "rwc"
        db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=5, isolation_level=None,
            check_same_thread=False,
        )  # fmt: skip
    except sqlite3.Error as error:
        raise LogUnwritable(f"{path}: {error}") from error
    db.text_factory = _text
    try:
        if fresh:
            path.chmod(0o640)
            db.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        _check_format(db, path)
        if not read_only:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
    except (sqlite3.OperationalError, OSError) as error:
        db.close()
        if read_only and is_read_only(path.parent):
            return open_lent(path)
        raise LogUnwritable(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        db.close()
        raise LogDamagedError(f"{path}: {error}") from error
    except LogError:
        db.close()
        raise
    return db


def open_lent(path: Path) -> sqlite3.Connection:
    """What can be read of a file on a disk that refuses writing; an empty log in memory where there is none."""
    try:
        if path.exists() and path.stat().st_size:
            if is_read_only(path.parent) and (whole := _without_index(path)) is not None:
                return whole
            return _checked(path, "mode=ro&immutable=1")
        db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        db.executescript(_SCHEMA)
        return db
    except sqlite3.DatabaseError as error:
        raise LogDamagedError(f"{path}: {error}") from error


def _without_index(path: Path) -> sqlite3.Connection | None:
    """The file with all rows of its -wal, where nobody can make the index beside it that SQLite wants; None where not.

    "immutable" leaves those rows out. Here the index is made in memory, without a lock: on such a disk nobody writes.
    Source: sqlite.org, "Write-Ahead Logging", 8; "URI Filenames" (vfs).
    """
    try:
        return _checked(path, "mode=ro&vfs=unix-none", "PRAGMA locking_mode = EXCLUSIVE")
    except (LogDamagedError, sqlite3.DatabaseError):
        return None


def _checked(path: Path, how: str, first: str = "") -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{how}"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    db.text_factory = _text
    try:
        db.execute(first)
        _check_format(db, path)
        db.execute("SELECT max(seq) FROM log").fetchone()
    except (LogError, sqlite3.DatabaseError):
        db.close()
        raise
    return db


def _check_format(db: sqlite3.Connection, path: Path) -> None:
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise LogDamagedError(f"{path}: not an event log of this box")
    if version > FORMAT:
        raise LogNewerError(f"{path}: format {version} is newer than this program's {FORMAT}")
