"""The upper half of the pipeline: sources into tar members, each hashed as it streams, the file list last."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Container, Iterable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from appliance.backup.bundle import (
    FILES_MEMBER,
    INFO_MEMBER,
    LOG_MEMBER,
    NotCaptured,
    Progress,
    SourceSpec,
    SourceTally,
)
from appliance.backup.counts import Counter, CountFault
from appliance.backup.filelist import FileList
from appliance.backup.index import Index
from appliance.backup.scratch import Scratch
from appliance.backup.sources import Entry, Label, SourceError
from appliance.backup.spool import Spool
from appliance.backup.stream import BatchWritable, Hashing
from appliance.backup.tar import TarWriter

_MODE = 0o640
_STABLE = Label.STABLE.value
_NAMED_LIMIT = 100
_PROGRESS_EVERY_S = 0.1
_DIGESTS_EVERY_FILES = 256


class Digests(Hashing, Protocol):
    """A stage that hashes, and tells what came of it."""

    def digests(self) -> list[bytes]:
        """The sha256 of parts that are known since this was asked last, in the order of the parts."""

    def settle(self) -> None:
        """Wait until those of all that was written are known."""


class Capture:
    """One archive: `.venue/bundle.json`, the sources, `.venue/log.jsonl`, `.venue/files.jsonl`."""

    def __init__(
        self,
        stream: BatchWritable,
        hashing: Digests,
        *,
        index: Index,
        spool_dir: Path,
        scratch: Scratch,
        now: datetime,
        delta: bool = False,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        """`hashing` is `stream`, or what is below it. `index` tells what changed; in a `delta` the rest is left out."""
        self._index, self._delta = index, delta
        self._hashing = hashing
        self._tar = TarWriter(stream, hashing)
        self._now_ns = int(now.timestamp()) * 1_000_000_000
        self._spool_dir, self._scratch = spool_dir, scratch
        self._spool = Spool(spool_dir)
        self._files = FileList(self._spool)
        self._progress = progress
        self._told_s = 0.0
        self._done_files, self._done_bytes = 0, 0

    def information(self, information: dict[str, object]) -> None:
        """The first member: what the bundle is, sealed with it."""
        told = (json.dumps(information, ensure_ascii=False, indent=1) + "\n").encode()
        self._member(INFO_MEMBER, len(told), [told])

    def source(self, spec: SourceSpec) -> SourceTally:
        """Capture one source; a fault of its own ends in the tally and not in the run. Raises DiskFault."""
        tally = SourceTally(name=spec.name, driver=spec.options.driver)
        intake = _Intake(self._tar, self._files, tally, self._took, index=self._index, delta=self._delta)
        counter = spec.counting.counter()
        self._index.begin(spec.name)
        try:
            spec.options.open(self._scratch).capture(counter.over(intake))
            self._index.end()
        except SourceError as error:
            tally.error = error.code
            tally.missing.append(NotCaptured(source=spec.name, path="", reason=str(error)))
            self._index.take_back()
        else:
            _count(tally, counter)
        intake.close()
        self._done_files += tally.files
        self._done_bytes += tally.content_bytes
        return tally

    def log(self, rows: Iterable[bytes]) -> None:
        """The events since the last bundle, one row a line."""
        spool = Spool(self._spool_dir)
        try:
            for row in rows:
                spool.write(row.rstrip(b"\n") + b"\n")
            self._spooled(LOG_MEMBER, spool)
        finally:
            spool.close()

    def finish(self) -> None:
        """The file list and the archive's end."""
        self._tar.flush()
        self._hashing.settle()
        self._files.hashed(self._hashing.digests())
        self._files.flush()
        self._spooled(FILES_MEMBER, self._spool)
        self._tar.close()

    def close(self) -> None:
        """Let the spooled file list go."""
        self._spool.close()

    def _spooled(self, path: bytes, spool: Spool) -> None:
        self._member(path, spool.size_bytes, spool.chunks())

    def _member(self, path: bytes, size: int, chunks: Iterable[bytes]) -> None:
        self._tar.file(path, size=size, mode=_MODE, mtime_ns=self._now_ns)
        for chunk in chunks:
            self._tar.write(chunk)
        self._tar.end()

    def _took(self, tally: SourceTally) -> None:
        """A file, or a part of one: what became known meanwhile."""
        if tally.files % _DIGESTS_EVERY_FILES == 0:
            self._files.hashed(self._hashing.digests())
        if self._progress and time.monotonic() - self._told_s >= _PROGRESS_EVERY_S:
            self._told_s = time.monotonic()
            files, content = self._done_files + tally.files, self._done_bytes + tally.content_bytes
            self._progress(Progress(source=tally.name, files=files, content_bytes=content))


def _count(tally: SourceTally, counter: Counter) -> None:
    try:
        tally.counts = counter.counts()
    except CountFault as fault:
        tally.count_fault = str(fault)


class _Intake:
    """The sink of one source: members under its name, a line each in the file list, counts in the tally."""

    def __init__(
        self,
        tar: TarWriter,
        files: FileList,
        tally: SourceTally,
        tell: Callable[[SourceTally], None],
        *,
        index: Index,
        delta: bool,
    ) -> None:
        self._tar, self._files, self._tally, self._tell = tar, files, tally, tell
        self._index, self._delta = index, delta
        self._root = tally.name.encode()
        self._above = self._root + b"/"
        self._entry, self._hash = Entry(path=b"", mode=0, mtime_ns=0), hashlib.sha256()

    def changes(self, path: bytes, entries: Iterable[tuple[bytes, bytes]]) -> Container[bytes]:
        found = self._index.changes(path, entries)
        if self._delta and found.anew:
            self._files.other(self._path(path), "anew")
        if self._delta and found.gone:
            self._files.other(self._path(path), "gone", names=[name.hex() for name in found.gone])
            self._tally.gone += len(found.gone)
        return found.taken

    def directory(self, entry: Entry) -> None:
        path = self._path(entry.path)
        self._tar.directory(path, mode=entry.mode, mtime_ns=entry.mtime_ns)
        self._files.directory(path, mtime_ns=entry.mtime_ns)
        self._tally.directories += 1

    def symlink(self, entry: Entry) -> None:
        path = self._path(entry.path)
        self._tar.symlink(path, target=entry.target, mtime_ns=entry.mtime_ns)
        self._files.symlink(path, mtime_ns=entry.mtime_ns, target=entry.target)
        self._tally.symlinks += 1

    def room(self, size: int) -> memoryview:
        return self._tar.room(size)

    def whole(self, path: bytes, content: memoryview, *, size: int, mode: int, mtime_ns: int) -> None:
        path = self._above + path
        self._tar.whole(path, content, size=size, mode=mode, mtime_ns=mtime_ns)
        # Its sha256 is taken beside this: hashed here, the many small files would cost a fifth more.
        self._files.file(path, size=size, mtime_ns=mtime_ns, sha256=None, label=_STABLE)
        tally = self._tally
        tally.files += 1
        tally.content_bytes += size
        self._tell(tally)

    def file(self, entry: Entry) -> None:
        self._entry, self._hash = entry, hashlib.sha256()
        self._tar.file(self._path(entry.path), size=entry.size, mode=entry.mode, mtime_ns=entry.mtime_ns)

    def write(self, chunk: bytes | memoryview, /) -> None:
        self._hash.update(chunk)
        self._tar.write(chunk)
        self._tell(self._tally)

    def end(self, label: Label, *, settled: bool = True) -> None:
        if not settled or label is Label.TORN:
            self._index.spoil(self._entry.path)
        missing = self._tar.end()
        while missing > 0:
            self._hash.update(bytes(min(missing, 1 << 20)))
            missing -= 1 << 20
        path = self._path(self._entry.path)
        self._took(path, self._entry.size, self._entry.mtime_ns, self._hash.hexdigest(), label)

    def _took(self, path: bytes, size: int, mtime_ns: int, sha256: str, label: Label) -> None:
        self._files.file(path, size=size, mtime_ns=mtime_ns, sha256=sha256, label=label.value)
        self._tally.files += 1
        self._tally.content_bytes += size
        self._tally.torn += label is Label.TORN
        self._tell(self._tally)

    def abandon(self) -> None:
        self._tar.end()

    def missed(self, path: bytes) -> None:
        self._index.spoil(path)

    def not_captured(self, path: bytes, reason: str) -> None:
        self._index.spoil(path)
        self._files.other(self._path(path), "not_captured", reason=reason)
        self._tally.not_captured += 1
        if len(self._tally.missing) < _NAMED_LIMIT:
            shown = os.fsdecode(path)
            self._tally.missing.append(NotCaptured(source=self._tally.name, path=shown, reason=reason))

    def skipped(self) -> None:
        self._tally.skipped += 1

    def close(self) -> None:
        """The source's last line: how it ended."""
        self._files.other(self._root, "source", error=self._tally.error)

    def _path(self, path: bytes) -> bytes:
        return self._above + path if path else self._root
