"""An SQLite database, copied by SQLite's own backup in one pass while others write.

    [[backup.source]]
    name = "records"
    driver = "sqlite"
    path = "/srv/exam/records.db"

Stepping through it in parts never ends beside a busy writer, because each write begins it anew; copying the file gives
a damaged one. One pass under one read lock gives one moment. With a write-ahead log nobody waits for it; with a
rollback journal a writer waits as long as the pass takes (300 MB: half a second on an SSD), and must have a busy
time-out of its own. The copy is checked (`quick_check`) before it counts; a damaged database is refused.

The copy lies in `STATE/spool` in the clear until it is sealed, some seconds: SQLite writes to a file alone.
Source: sqlite.org/backup.html, sqlite.org/c3ref/backup_finish.html.
"""

import contextlib
import os
import sqlite3
import stat
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from appliance.backup.disk import sha256_of
from appliance.backup.scratch import NoRoom, Scratch
from appliance.backup.sources import checks
from appliance.backup.sources.entry import (
    Entry,
    Label,
    Sink,
    Source,
    SourceBusy,
    SourceDamaged,
    SourceError,
    SourceFailed,
    SourceMissing,
    SourceTooLarge,
    SourceUnreadable,
)

_CHUNK_BYTES = 1 << 18
# The low eight bits of an extended result code are the primary one.
_PRIMARY = 0xFF
_ONE_PASS = -1
_BESIDE = ("-wal", "-shm", "-journal")
# Two ticks of a kernel with HZ=100: a write within one could leave the stamp as it was.
_SETTLED_NS = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`path` absolute; `busy_seconds`: how long to wait for who holds the database; `limit_gb`: refused above."""

    driver: ClassVar[str] = "sqlite"
    path: Path
    busy_seconds: float = 30
    limit_gb: float = 16

    def __post_init__(self) -> None:
        """Raises ValueError with every fault."""
        checks.refuse(
            checks.absolute("path", self.path),
            checks.between("busy_seconds", self.busy_seconds, 0.1, 600),
            checks.between("limit_gb", self.limit_gb, 0.001, 1000),
        )

    def open(self, scratch: Scratch, /) -> Source:
        """The database; nothing is opened yet."""
        return Sqlite(self, scratch)


class Sqlite:
    """The database of one set of options."""

    def __init__(self, options: Options, scratch: Scratch) -> None:
        self._options, self._scratch = options, scratch

    def capture(self, sink: Sink) -> None:
        """The database as one file of its own name. Raises SourceError; then nothing was put."""
        path = self._options.path
        try:
            status = os.stat(path)
        except OSError as error:
            raise SourceMissing(f"{path}: {error.strerror}") from error
        if not stat.S_ISREG(status.st_mode):
            raise SourceUnreadable(f"{path}: no file")
        try:
            with self._scratch.file() as copy:
                with _told(path):
                    self._copy(copy)
                    _check(copy)
                _put(sink, copy, os.fsencode(path.name))
        except NoRoom as error:
            raise SourceTooLarge(f"{path}: {error}") from error

    def _copy(self, copy: Path) -> None:
        """All pages under one read lock, or of a file that nobody has open and that stands still."""
        try:
            self._pass(copy, "mode=ro")
        except sqlite3.OperationalError as error:
            # With a write-ahead log SQLite wants to write beside the database, which the backup's user may not.
            if getattr(error, "sqlite_errorcode", 0) & _PRIMARY != sqlite3.SQLITE_READONLY or self._beside():
                raise
            before = self._stamp()
            self._pass(copy, "mode=ro&immutable=1")
            if self._beside() or self._stamp() != before or time.time_ns() - max(before[1:]) < _SETTLED_NS:
                raise SourceBusy("it was opened while it was copied") from error

    def _beside(self) -> bool:
        """Whether somebody has it open, or a crash left something to finish."""
        return any(self._options.path.with_name(self._options.path.name + end).exists() for end in _BESIDE)

    def _stamp(self) -> tuple[int, int, int]:
        status = os.stat(self._options.path)
        return status.st_size, status.st_mtime_ns, status.st_ctime_ns

    def _pass(self, copy: Path, how: str) -> None:
        name = urllib.parse.quote(os.fsencode(self._options.path))
        with (
            contextlib.closing(
                sqlite3.connect(
                    f"file:{name}?{how}", uri=True, timeout=self._options.busy_seconds, isolation_level=None
                )
            ) as source,
            contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as target,
        ):
            source.execute("BEGIN")
            # The lock is taken by the first read; the busy time-out holds for this, the pass itself would try for ever.
            source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            self._expect_room(source)
            for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
                target.execute(f"PRAGMA {pragma}")
            source.backup(target, pages=_ONE_PASS, progress=_never_twice)

    def _expect_room(self, source: sqlite3.Connection) -> None:
        (pages,) = source.execute("PRAGMA page_count").fetchone()
        (page_bytes,) = source.execute("PRAGMA page_size").fetchone()
        if pages * page_bytes > self._options.limit_gb * checks.GB:
            raise NoRoom(
                f"{pages * page_bytes / 1e9:.3f} GB, more than its limit of {self._options.limit_gb:g} GB"
            )
        if pages * page_bytes > self._scratch.room_bytes():
            raise NoRoom(f"{pages * page_bytes / 1e9:.3f} GB, and the box has no room left for a copy of it")


def _never_twice(status: int, _remaining: int, _total: int) -> None:
    """Python tries a pass that found a lock again and again, without end."""
    if status & _PRIMARY in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise SourceBusy("its lock was lost during the pass")


def _check(copy: Path) -> None:
    """Raises sqlite3.Error, SourceDamaged for what SQLite itself calls malformed."""
    # Immutable: a copy that says it has a write-ahead log has none, and none is to be made.
    with contextlib.closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as checked:
        try:
            (found,) = checked.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.OperationalError as error:
            # A collation or a function that only the exam system has: no sign of damage.
            if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise
            return
    if found != "ok":
        raise SourceDamaged(" ".join(str(found).split()))


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's faults as ours, with the path before them."""
    try:
        yield
    except SourceDamaged as error:
        raise SourceDamaged(f"{path}: damaged: {error}") from error
    except SourceError as error:
        raise type(error)(f"{path}: {error}") from error
    except sqlite3.Error as error:
        raise _fault(path, error) from error


def _fault(path: Path, error: sqlite3.Error) -> Exception:
    match getattr(error, "sqlite_errorcode", 0) & _PRIMARY:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            return SourceBusy(f"{path}: somebody holds it for longer than its busy time-out: {error}")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return SourceDamaged(f"{path}: damaged: {error}")
        case sqlite3.SQLITE_FULL:
            return SourceTooLarge(f"{path}: the box has no room left for a copy of it")
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH | sqlite3.SQLITE_IOERR:
            return SourceUnreadable(f"{path}: {error}")
        case sqlite3.SQLITE_READONLY:
            # A journal that a crash of the exam system left: rolling it back would be writing to its database.
            return SourceUnreadable(
                f"{path}: its program has to open it first, to finish what a crash cut off"
            )
        case _:
            return SourceFailed(f"{path}: {error}")


def _put(sink: Sink, copy: Path, name: bytes) -> None:
    # The moment of the copy: with a write-ahead log the database's own stamp stands still for hours.
    now_ns = time.time_ns()
    sink.directory(Entry(path=b"", mode=stat.S_IFDIR | 0o750, mtime_ns=now_ns))
    if name not in sink.changes(b"", [(name, bytes.fromhex(sha256_of(copy)))]):
        return
    with copy.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        sink.file(Entry(path=name, mode=stat.S_IFREG | 0o640, mtime_ns=now_ns, size=size))
        while chunk := file.read(_CHUNK_BYTES):
            sink.write(chunk)
    sink.end(Label.SNAPSHOT)
