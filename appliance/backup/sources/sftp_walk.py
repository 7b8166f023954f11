"""One walk over a folder on a server, by SFTP: the order of names, what changed, each file whole or named."""

import os
import stat
import struct
import time
from collections.abc import Iterable, Iterator

from appliance.backup.sftp import Attributes, Sftp, SftpFault, SftpRefused
from appliance.backup.sources.entry import Entry, Label, Sink, SourceMissing, SourceUnreadable
from appliance.backup.sources.exclude import Exclude
from appliance.command import CommandError

_DEPTH_LIMIT = 200
# Up to so many files of up to so many bytes are asked for at one go: 2 MB at most wait in memory.
_SMALL_BYTES, _SMALL_FILES = 64 << 10, 32
_SETTLED_S = 600
_STAMP = struct.Struct(">IQI").pack
_TAKINGS = 2
_NS = 1_000_000_000

# Its path below the root, what the list said of it, whether it is new or altered.
_Member = tuple[bytes, Attributes, bool]


class Walk:
    """One walk over one session."""

    def __init__(
        self, session: Sftp, sink: Sink, *, root: str, excluded: Exclude, largest_bytes: int
    ) -> None:
        self._session, self._sink = session, sink
        self._root = os.fsencode(root).rstrip(b"/") or b"/"
        self._excluded, self._largest_bytes = excluded, largest_bytes
        self._newest_s = 0

    def root(self) -> None:
        """All of it. Raises SourceMissing, SourceUnreadable, SftpFault."""
        shown = os.fsdecode(self._root)
        try:
            attributes = self._session.stat(self._root)
            if not stat.S_ISDIR(attributes.mode):
                raise SourceMissing(f"{shown}: no directory on the server")
            names = self._session.listing(self._root)
        except SftpRefused as refused:
            if refused.gone:
                raise SourceMissing(f"{shown}: not there on the server") from refused
            raise SourceUnreadable(f"{shown}: the server lets nobody list it: {refused.word}") from refused
        self._directory(b"", attributes, names, depth=0)

    def _directory(
        self,
        path: bytes,
        attributes: Attributes,
        names: list[tuple[bytes, Attributes]],
        *,
        depth: int,
        told: bool = True,
    ) -> None:
        if told:
            self._sink.directory(_entry(path, attributes))
        kept = [(name, there) for name, there in names if not self._excluded(_below(path, name))]
        self._newest_s = max([self._newest_s, *(there.mtime_s for _, there in kept)])
        taken = self._sink.changes(path, ((name, _stamp(there)) for name, there in kept))
        wanted = (
            (_below(path, name), there, name in taken)
            for name, there in kept
            if name in taken or stat.S_ISDIR(there.mode)
        )
        for batch in _batches(wanted):
            if _is_small(batch[0][1]):
                self._small(batch)
            else:
                self._member(*batch[0], depth=depth + 1)

    def _member(self, path: bytes, there: Attributes, told: bool, *, depth: int) -> None:
        try:
            if stat.S_ISREG(there.mode):
                self._file(path)
            elif stat.S_ISLNK(there.mode):
                target = self._session.target(self._there(path))
                self._sink.symlink(Entry(path=path, mode=0o777, mtime_ns=there.mtime_s * _NS, target=target))
            elif not stat.S_ISDIR(there.mode):
                self._sink.skipped()
            elif depth > _DEPTH_LIMIT:
                self._sink.not_captured(path, "too_deep")
            else:
                names = self._session.listing(self._there(path))
                self._directory(path, there, names, depth=depth, told=told)
        except SftpRefused as refused:
            self._not_taken(path, refused)

    def _not_taken(self, path: bytes, refused: SftpRefused) -> None:
        """Gone since it was listed is deleted, as if a moment earlier; all else is missing from it."""
        if refused.gone:
            self._sink.missed(path)
        else:
            self._sink.not_captured(path, refused.word)

    def _settled(self, told: Attributes) -> bool:
        """Whether the next write leaves another time: a second one within the same second would not be seen.

        The server's second is over once something there is younger; where nothing is, after ten minutes of our clock.
        """
        return self._newest_s - told.mtime_s >= 2 or time.time() - told.mtime_s >= _SETTLED_S

    def _there(self, path: bytes) -> bytes:
        return self._root.rstrip(b"/") + b"/" + path

    def _small(self, batch: list[_Member]) -> None:
        """Small files at one go; one that was not as it was listed, or did not hold still, once more by itself."""
        asked = [(self._there(path), there.size) for path, there, _ in batch]
        for (path, there, told), found in zip(batch, self._session.whole(asked), strict=True):
            if isinstance(found, SftpRefused):
                self._not_taken(path, found)
            elif found.before == found.after and found.before.size == there.size == len(found.content):
                self._sink.file(_entry(path, found.before))
                self._sink.write(found.content)
                self._sink.end(Label.PULLED, settled=self._settled(found.after))
            else:
                self._member(path, found.before, told, depth=0)

    def _file(self, path: bytes) -> None:
        handle = self._session.opened(self._there(path))
        try:
            for taking in range(1, _TAKINGS + 1):
                before = self._session.attributes(handle)
                if before.size > self._largest_bytes:
                    self._sink.not_captured(path, "too_large")
                    return
                if self._streamed(handle, _entry(path, before), before, last=taking == _TAKINGS):
                    return
        finally:
            self._session.closed(handle)

    def _streamed(self, handle: bytes, entry: Entry, before: Attributes, *, last: bool) -> bool:
        """Whether it is taken; False when it changed meanwhile and may be taken once more."""
        self._sink.file(entry)
        length = 0
        try:
            for chunk in self._session.content(handle, entry.size):
                length += len(chunk)
                self._sink.write(chunk)
            same = self._session.attributes(handle) == before and length == entry.size
        except (SftpFault, SftpRefused, CommandError):
            # The header promised the bytes already: the member is filled up and does not count.
            self._sink.abandon()
            raise
        if same or last:
            self._sink.end(Label.PULLED if same else Label.TORN, settled=same and self._settled(before))
        else:
            self._sink.abandon()
        return same or last


def _stamp(told: Attributes) -> bytes:
    return _STAMP(told.mode, told.size, told.mtime_s)


def _is_small(told: Attributes) -> bool:
    return stat.S_ISREG(told.mode) and told.size <= _SMALL_BYTES


def _batches(members: Iterable[_Member]) -> Iterator[list[_Member]]:
    """The members in order: small files up to 32 together, everything else alone."""
    small: list[_Member] = []
    for member in members:
        if _is_small(member[1]):
            small.append(member)
        if small and (len(small) == _SMALL_FILES or not _is_small(member[1])):
            yield small
            small = []
        if not _is_small(member[1]):
            yield [member]
    if small:
        yield small


def _below(path: bytes, name: bytes) -> bytes:
    return path + b"/" + name if path else name


def _entry(path: bytes, told: Attributes) -> Entry:
    return Entry(path=path, mode=told.mode, mtime_ns=told.mtime_s * _NS, size=told.size)
