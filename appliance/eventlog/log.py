"""One log file: rows of seq, kind, text, hash, where hash = sha256(previous hash + text).

The stored text is never serialised again: what was hashed is what is read.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from appliance.eventlog.opened import (
    LogDamagedError,
    LogError,
    LogUnwritable,
    is_read_only,
    open_lent,
    opened,
)

GENESIS = b"\0" * 32
MAX_PAGE = 1000
MAX_SEQ = 2**63 - 1  # what SQLite can compare with


class Row(NamedTuple):
    """A row as it is stored; `hash` is 32 bytes."""

    seq: int
    kind: str
    text: str
    hash: bytes


def chain(previous: bytes, text: str) -> bytes:
    """The hash of a row that follows `previous`."""
    return hashlib.sha256(previous + text.encode()).digest()


class EventLog:
    """A log file, made where it does not exist; one writer (the guard), any number of readers.

    Every commit is durable when `append` returns (WAL, synchronous=FULL). Raises LogDamagedError for a
    file that is not a log, LogNewerError for one of a newer format, LogUnwritable where the disk refuses.
    `base` is the seq that an empty file counts on from: a file begun beside a damaged one goes on numbering. With
    `even_unwritable` a file that can not be written is opened as far as it can be read, and `append`
    tries again to open it in earnest: the log never stops enforcement. So it does with one that SQLite could open for
    reading alone, which it says at the first write and holds to for as long as the connection lives.
    """

    def __init__(
        self, path: Path, *, read_only: bool = False, base: int = 0, even_unwritable: bool = False
    ) -> None:
        self.path = path
        self._base = base
        self._read_only = read_only
        self._lent = False
        try:
            self._db = opened(path, read_only)
        except LogUnwritable:
            if not even_unwritable:
                raise
            self._db, self._lent = open_lent(path), True
        try:
            self.head_seq, self.head_hash = self._head()
        except LogError:
            self._db.close()
            raise

    def close(self) -> None:
        """Lets the file go."""
        self._db.close()

    def fault(self) -> str:
        """Why no row can be made durable now, as far as it shows without writing one; '' where nothing shows."""
        return f"{self.path}: its file system is read-only" if is_read_only(self.path.parent) else ""

    def append(self, rows: Sequence[tuple[str, str]]) -> None:
        """Adds (kind, text) rows in one transaction; the texts carry the seqs that follow the head."""
        if fault := self.fault():
            self._lent = not self._read_only
            raise LogUnwritable(fault)
        if self._lent:
            self._reopen()
        seq, previous = self.head_seq, self.head_hash
        values = []
        for kind, text in rows:
            seq += 1
            previous = chain(previous, text)
            values.append((seq, kind, text, previous))
        try:
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany("INSERT INTO log VALUES (?, ?, ?, ?)", values)
        except sqlite3.OperationalError as error:
            self._lent = not self._read_only and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY
            raise LogUnwritable(f"{self.path}: {error}") from error
        except sqlite3.DatabaseError as error:
            raise LogDamagedError(f"{self.path}: {error}") from error
        self.head_seq, self.head_hash = seq, previous

    def _reopen(self) -> None:
        """Opens in earnest what was lent. Closed first: all connections of a process share one index of the file."""
        self._db.close()
        try:
            self._db, self._lent = opened(self.path, False), False
        except LogUnwritable:
            self._db = open_lent(self.path)
            raise
        if (found := self._head()) != (self.head_seq, self.head_hash):
            self._lent = True  # asked again at each try
            raise LogUnwritable(
                f"{self.path}: it ends with row {found[0]} and was read up to row {self.head_seq}: "
                "systemctl restart venue-guard reads it anew"
            )

    def rows(
        self,
        *,
        after: int = 0,
        limit: int = MAX_PAGE,
        kind: str = "",
        newest: bool = False,
        without: Sequence[str] = (),
        until: int | None = None,
    ) -> list[Row]:
        """At most `limit` rows beyond `after`, up to `until`, oldest first; the last ones of them with `newest`.

        `kind` asks for one kind, `without` leaves kinds out.
        """
        if without and newest and not kind:
            return self._newest_without(frozenset(without), after, min(limit, MAX_PAGE), until)
        where, values = ("seq > ? AND kind = ?", [after, kind]) if kind else ("seq > ?", [after])
        if until is not None:
            where, values = f"{where} AND seq <= ?", [*values, until]
        if without:
            where += f" AND kind NOT IN ({', '.join('?' * len(without))})"
        order = "DESC" if newest else "ASC"
        query = f"SELECT seq, kind, text, hash FROM log WHERE {where} ORDER BY seq {order} LIMIT ?"
        found = [_row(row) for row in self._query(query, (*values, *without, min(limit, MAX_PAGE)))]
        return found[::-1] if newest else found

    def _newest_without(
        self, without: frozenset[str], after: int, limit: int, until: int | None
    ) -> list[Row]:
        """The last rows of all other kinds, each by the index: to scan a million rows for forty takes seconds."""
        query = (
            "SELECT seq, kind, text, hash FROM log WHERE kind = ? AND seq > ? AND seq <= ? ORDER BY seq DESC LIMIT ?"
        )
        found: list[Row] = []
        for kind in self.kinds():
            if kind not in without:
                most = self._query(query, (kind, after, MAX_SEQ if until is None else until, limit))
                found += [_row(row) for row in most]
        return sorted(found, key=lambda row: row.seq)[-limit:]

    def kinds(self) -> list[str]:
        """Every kind that has a row, from the index: a step for each kind, not for each row."""
        query = (
            "WITH RECURSIVE each(kind) AS (SELECT min(kind) FROM log UNION ALL SELECT (SELECT min(log.kind) FROM log "
            "WHERE log.kind > each.kind) FROM each WHERE each.kind IS NOT NULL) SELECT kind FROM each"
        )
        return [kind for (kind,) in self._query(query, ()) if isinstance(kind, str)]

    def head_now(self) -> tuple[int, bytes]:
        """Seq and hash of the last row as it is now, which another process may have written."""
        return self._head()

    @property
    def first_seq(self) -> int:
        """The seq of the first row, or of the next one where there is none."""
        for (first,) in self._query("SELECT min(seq) FROM log", ()):
            if first is not None:
                return int(str(first))
        return self.head_seq + 1

    def each(self, *, after: int = 0) -> Iterator[Row]:
        """All rows beyond `after`, a page at a time, so that a writer is never held up.

        Raises LogDamagedError at the row that is none, not at its page: verify names it.
        """
        query = "SELECT seq, kind, text, hash FROM log WHERE seq > ? ORDER BY seq LIMIT ?"
        while page := self._query(query, (after, MAX_PAGE)):
            for stored in page:
                row = _row(stored)
                yield row
                after = row.seq

    def last(self, kind: str) -> Row | None:
        """The newest row of a kind."""
        found = self.rows(kind=kind, newest=True, limit=1)
        return found[0] if found else None

    def hash_at(self, seq: int) -> bytes:
        """The stored hash of a row; the genesis hash before the first. Raises LogDamagedError where it is missing."""
        if seq == self.first_seq - 1:
            return GENESIS
        for (value,) in self._query("SELECT hash FROM log WHERE seq = ?", (seq,)):
            if isinstance(value, bytes):
                return value
        raise LogDamagedError(f"{self.path}: row {seq} is missing")

    def _head(self) -> tuple[int, bytes]:
        for seq, value in self._query("SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1", ()):
            if not isinstance(value, bytes) or len(value) != 32:
                raise LogDamagedError(f"{self.path}: row {seq} has no hash")
            return int(str(seq)), value
        return self._base, GENESIS

    def _query(self, query: str, values: Iterable[object]) -> list[tuple[object, ...]]:
        try:
            return self._db.execute(query, tuple(values)).fetchall()
        except sqlite3.DatabaseError as error:
            raise LogDamagedError(f"{self.path}: {error}") from error


def _row(stored: tuple[object, ...]) -> Row:
    seq, kind, text, digest = stored
    if not (isinstance(seq, int) and isinstance(kind, str) and isinstance(text, str)):
        raise LogDamagedError(f"row {seq}: not text")
    return Row(seq, kind, text, digest if isinstance(digest, bytes) else b"")
