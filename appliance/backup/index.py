"""What the bundles up to the newest one hold of each directory, so that the next one takes only what changed.

No name and no content: of each entry eight bytes of a keyed hash of its name and eight of its stamp (kind, size,
times, inode). Names of answers are names of candidates, and the medium can be stolen. One SQLite file a bundle, a
few megabytes for 200,000 files, named as the bundle is: one without its bundle belongs to a run that was cut off.
"""

import contextlib
import hashlib
import os
import secrets
import shutil
import sqlite3
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.backup.disk import DiskFault, sync_directory

FORMAT = 1
_ID_BYTES, _ENTRY_BYTES, _DIRECTORY_ID_BYTES = 8, 16, 16
_DISK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
_MOST_ROWS = 100_000_000
_FOREIGN = bytes(_ID_BYTES)  # the stamp of an entry that is to be taken again
_SCHEMA = (
    "CREATE TABLE about (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE directory (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, source TEXT NOT NULL, "
    "entries BLOB NOT NULL)",
)


class IndexUnusable(Exception):
    """The index of the bundle before cannot be believed: a full bundle needs none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a directory has that the bundles before do not: `taken` names, `gone` ids of names no longer there.

    `anew`: nothing is known of the directory, so all of it is taken and whatever an older bundle holds there is
    not its content any more.
    """

    taken: Container[bytes]
    gone: tuple[bytes, ...] = ()
    anew: bool = False


class _All:
    """Every name."""

    def __contains__(self, name: object) -> bool:
        return True


ALL = _All()


class Index:
    """The index of one bundle, made from its parent's or anew; in one transaction, a savepoint a source.

    A fault of the disk is raised as DiskFault, one of the parent's content as IndexUnusable.
    """

    def __init__(self, path: Path, *, parent: Path | None, made_for: str) -> None:
        """Begin the index at `path`, which is written over; `parent` is read and left as it is.

        `made_for` says what bundles of one chain have in common; a parent made for something else is unusable.
        """
        self._path, self._made_for = path, made_for
        self._numbers = 0
        try:
            path.unlink(missing_ok=True)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            if parent is not None:
                shutil.copyfile(parent, path)
            self._db = sqlite3.connect(path, isolation_level=None)
        except OSError as error:
            raise DiskFault(error) from error
        except sqlite3.DatabaseError as error:
            raise _fault(error) from error
        with contextlib.ExitStack() as undo:
            undo.callback(self._db.close)
            # Written beside, synced and renamed as a whole: a journal on the disk would only wear it out.
            for pragma in ("journal_mode = MEMORY", "synchronous = OFF", "cache_size = -4000"):
                self._run(f"PRAGMA {pragma}")
            self.key = self._begun() if parent is None else self._found()
            self._run("BEGIN")
            undo.pop_all()
        self._seen, self._known = bytearray(self._numbers // 8 + 1), 0
        self._source = ""
        self._open: list[_Row] = []

    def begin(self, source: str) -> None:
        """What follows is of `source`; until `end` or `take_back`."""
        self._source, self._known = source, 0
        self._run("SAVEPOINT source")

    def changes(self, path: bytes, entries: Iterable[tuple[bytes, bytes]]) -> Changes:
        """Note the directory at `path` of the source with its `entries`, name and stamp, and tell what changed."""
        self._close_above(path)
        names: list[bytes] = []
        packed = bytearray()
        fresh = hashlib.blake2b(digest_size=_ID_BYTES, key=self.key).copy  # half the cost of one made anew
        for name, stamp in entries:
            names.append(name)
            told = fresh()
            told.update(name)
            packed += told.digest()
            told = fresh()
            told.update(stamp)
            packed += told.digest()
        identity = self._identity(path)
        found = next(iter(self._run("SELECT number, entries FROM directory WHERE id = ?", identity)), None)
        row = _Row(path=path, identity=identity, number=None if found is None else found[0], entries=packed)
        self._open.append(row)
        if found is None:
            row.altered = True
            return Changes(taken=ALL, anew=True)
        self._mark(found[0])
        self._known += 1
        if not isinstance(found[1], bytes) or len(found[1]) % _ENTRY_BYTES:
            raise IndexUnusable(f"row {found[0]} is damaged")
        if found[1] == packed:
            return Changes(taken=frozenset())
        row.altered = True
        return _compared(names, packed, found[1])

    def spoil(self, path: bytes) -> None:
        """What stands at `path` is not held as it is now: it is to be taken again by the next bundle."""
        parent, _, name = path.rpartition(b"/")
        self._close_above(path)
        if not self._open or self._open[-1].path != parent or not name:
            return
        row = self._open[-1]
        wanted = hashlib.blake2b(name, digest_size=_ID_BYTES, key=self.key).digest()
        at = row.places().get(wanted)
        if at is not None:
            row.entries[at + _ID_BYTES : at + _ENTRY_BYTES] = _FOREIGN
            row.altered = True

    def end(self) -> None:
        """The source was captured: directories that were not seen are gone."""
        self._close_above(None)
        ((count,),) = self._run("SELECT count(*) FROM directory WHERE source = ?", self._source)
        if count > self._known:
            rows = self._run("SELECT number FROM directory WHERE source = ?", self._source)
            for (number,) in rows:
                if not self._was_seen(number):
                    self._run("DELETE FROM directory WHERE number = ?", number)
        self._run("RELEASE source")

    def take_back(self) -> None:
        """The source failed on the way: what is known of it is what the bundles before hold."""
        self._open.clear()
        self._run("ROLLBACK TO source")
        self._run("RELEASE source")

    def finish(self) -> None:
        """Everything on the medium; the file is whole and closed."""
        try:
            self._run("COMMIT")
            self._db.close()
            fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)
        except OSError as error:
            raise DiskFault(error) from error

    def keep(self, path: Path) -> None:
        """Give the finished index its bundle's name, just before the bundle exists. Raises DiskFault."""
        try:
            os.rename(self._path, path)
            self._path = path
            sync_directory(path.parent)
        except OSError as error:
            raise DiskFault(error) from error

    def remove(self) -> None:
        """It is of no use, kept or not: its bundle was not made, or may not last. May be called at any time."""
        self._db.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _begun(self) -> bytes:
        key = secrets.token_bytes(32)
        for statement in _SCHEMA:
            self._run(statement)
        for name, value in (("format", FORMAT), ("key", key), ("made_for", self._made_for)):
            self._run("INSERT INTO about VALUES (?, ?)", name, value)
        return key

    def _found(self) -> bytes:
        (fault,) = self._run("PRAGMA quick_check(1)")
        about = dict(self._run("SELECT key, value FROM about"))
        key = about.get("key")
        if fault != ("ok",) or about.get("format") != FORMAT or not isinstance(key, bytes) or len(key) != 32:
            raise IndexUnusable(f"not an index of format {FORMAT}: {fault[0]}")
        if about.get("made_for") != self._made_for:
            raise IndexUnusable("recipients or sources are others than they were")
        ((self._numbers,),) = self._run("SELECT coalesce(max(number), 0) + 1 FROM directory")
        if not 0 < self._numbers <= _MOST_ROWS:
            raise IndexUnusable(f"{self._numbers} rows")
        return key

    def _run(self, statement: str, *values: object) -> list[Any]:
        """The rows. Raises DiskFault, IndexUnusable."""
        try:
            return self._db.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise _fault(error) from error

    def _close_above(self, path: bytes | None) -> None:
        """Write the directories of the walk that `path` is not below."""
        while self._open and (path is None or not _below(path, self._open[-1].path)):
            row = self._open.pop()
            if not row.altered:
                continue
            if row.number is None:
                self._run(
                    "INSERT INTO directory (id, source, entries) VALUES (?, ?, ?)",
                    row.identity, self._source, bytes(row.entries),
                )  # fmt: skip
                self._known += 1
                ((number,),) = self._run("SELECT last_insert_rowid()")
                self._mark(number)
            else:
                self._run("UPDATE directory SET entries = ? WHERE number = ?", bytes(row.entries), row.number)

    def _mark(self, number: int) -> None:
        """A bit for each row: a set of numbers would be most of the memory that a run needs."""
        if number >> 3 >= len(self._seen):
            self._seen.extend(bytes((number >> 3) - len(self._seen) + 4096))
        self._seen[number >> 3] |= 1 << (number & 7)

    def _was_seen(self, number: int) -> bool:
        return number >> 3 < len(self._seen) and bool(self._seen[number >> 3] & 1 << (number & 7))

    def _identity(self, path: bytes) -> bytes:
        told = self._source.encode() + b"\x00" + path
        return hashlib.blake2b(told, digest_size=_DIRECTORY_ID_BYTES, key=self.key).digest()


@dataclass(slots=True, kw_only=True)
class _Row:
    """A directory that the walk is in, not written yet."""

    path: bytes
    identity: bytes
    number: int | None
    entries: bytearray
    altered: bool = False
    _places: dict[bytes, int] | None = None

    def places(self) -> dict[bytes, int]:
        """Where each name's entry begins."""
        if self._places is None:
            whole = bytes(self.entries)
            self._places = {whole[at : at + _ID_BYTES]: at for at in range(0, len(whole), _ENTRY_BYTES)}
        return self._places


def name_id(name: bytes, key: bytes) -> bytes:
    """What stands for a name in a bundle's list of what is gone."""
    return hashlib.blake2b(name, digest_size=_ID_BYTES, key=key).digest()


def _fault(error: sqlite3.DatabaseError) -> DiskFault | IndexUnusable:
    """The disk's, by the primary code: SQLITE_IOERR_WRITE and its like are one. Source: sqlite.org/rescode.html."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DISK:
        return DiskFault(OSError(str(error)))
    return IndexUnusable(str(error))


def _compared(names: Sequence[bytes], now: bytearray, before: bytes) -> Changes:
    held = {
        before[at : at + _ID_BYTES]: before[at + _ID_BYTES : at + _ENTRY_BYTES]
        for at in range(0, len(before), _ENTRY_BYTES)
    }
    taken = set()
    fresh = bytes(now)
    for position, name in enumerate(names):
        at = position * _ENTRY_BYTES
        if held.pop(fresh[at : at + _ID_BYTES], None) != fresh[at + _ID_BYTES : at + _ENTRY_BYTES]:
            taken.add(name)
    return Changes(taken=taken, gone=tuple(sorted(held)))


def _below(path: bytes, directory: bytes) -> bool:
    return not directory or path.startswith(directory + b"/")
