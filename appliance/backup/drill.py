"""A drill: everything sealed to a throw-away key, restored beside, compared with its source, and gone again."""

import hashlib
import os
import shutil
import stat
import time
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from appliance.backup import drill_place, job
from appliance.backup.age_keys import new_identity
from appliance.backup.bundle import Bundle, Progress, Request
from appliance.backup.disk import sha256_of, write_file
from appliance.backup.index import ALL
from appliance.backup.keys import allowed_signers
from appliance.backup.outbox import outbox_of
from appliance.backup.restore import restore
from appliance.backup.room import OutboxFull, room_of
from appliance.backup.scratch import Scratch
from appliance.backup.sources import Entry, Label, SourceError
from appliance.backup.spool import Spool

_SHOWN = 20
# A dump taken twice need not be the same twice: its own program writes the time into it.
_OF_A_MOMENT = (Label.SNAPSHOT, Label.OUTPUT)


@dataclass(slots=True, kw_only=True)
class Drilled:
    """What came of it. `changed`: files of which the source has another state by now, and those gone; `differing`:
    files that were restored otherwise than their source holds them, though nothing changed; `faulty`: sources that
    were not whole."""

    files: int = 0
    restored: int = 0
    source_bytes: int = 0
    sealed_bytes: int = 0
    compared: int = 0
    changed: int = 0
    differing: int = 0
    seconds: float = 0.0
    faulty: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything came back as it is; where all has changed since, nothing was seen to be as it is."""
        all_back = self.restored == self.files and self.compared + self.changed >= self.files
        seen = self.compared > 0 or self.files == 0
        return not self.differing and not self.faulty and all_back and seen


def run(
    request: Request,
    *,
    now: datetime,
    progress: Callable[[Progress], None] | None = None,
    restoring: Callable[[int, int], None] | None = None,
    comparing: Callable[[int, int], None] | None = None,
) -> Drilled:
    """Drill the sources of `request`; its recipients, outbox and keys are not touched.

    The restored answers lie in the clear in `STATE/drill` (0700) as long as this runs; what a power cut left is swept.
    Raises BackupError, RestoreError, DiskFault, OSError.
    """
    begun_s = time.monotonic()
    with drill_place.held(request.state_dir) as place:
        secret, recipient = new_identity()
        write_file(place / "key", f"{secret}\n".encode(), mode=0o600)
        aside = replace(request, state_dir=place / "state", recipients=(recipient,), kind="full", stage="")
        bundle = job.run(aside, log_rows=[], now=now, progress=progress)
        _enough_room(request.state_dir, bundle)
        back = restore(
            outbox_of(aside.state_dir), allowed_signers=allowed_signers(aside.state_dir), identity=place / "key",
            into=place / "restored", told=restoring,
        )  # fmt: skip
        shutil.rmtree(aside.state_dir)  # the second look at the sources may need the room
        done = Drilled(
            files=bundle.files, restored=back.files,
            source_bytes=bundle.content_bytes, sealed_bytes=bundle.sealed_bytes,
            faulty=tuple(tally.name for tally in bundle.sources if tally.error or tally.not_captured),
        )  # fmt: skip
        _compare(request, place, done, comparing, now)
    done.seconds = time.monotonic() - begun_s
    return done


def _enough_room(state_dir: Path, bundle: Bundle) -> None:
    room = room_of(state_dir, quota_bytes=1 << 62)
    if bundle.content_bytes > room.left_bytes():
        raise OutboxFull(f"no room to restore {bundle.content_bytes / 1e9:.1f} GB beside: nothing was drilled")


def _compare(
    request: Request, place: Path, done: Drilled, told: Callable[[int, int], None] | None, now: datetime
) -> None:
    scratch = Scratch(place / "spool", spool=Spool)
    named: list[str] = []
    seen = 0
    for spec in request.sources:
        sink = _Comparing(place / "restored" / spec.name, done, named, told, now)
        try:
            spec.options.open(scratch).capture(sink)
        except SourceError as error:
            named.append(f"{spec.name}: {error}")
            if spec.name not in done.faulty:
                done.faulty += (spec.name,)
        seen += sink.files
    done.changed += max(done.files - seen, 0)  # gone since
    done.named = tuple(named[:_SHOWN])


class _Comparing:
    """A sink that compares each file with the one that was restored of it."""

    def __init__(
        self, root: Path, done: Drilled, named: list[str], told: Callable[[int, int], None] | None, now: datetime
    ) -> None:
        self._root, self._done, self._named, self._told = root, done, named, told
        # The archive has whole seconds: a file written since within one of them looks as it did.
        self._begun_ns = (int(now.timestamp()) - 1) * 10**9
        self._entry = Entry(path=b"", mode=0, mtime_ns=0)
        self._hash = hashlib.sha256()
        self._bytes = 0
        self.files = 0

    def changes(self, path: bytes, entries: Iterable[tuple[bytes, bytes]]) -> Container[bytes]:
        for _ in entries:
            pass
        return ALL

    def directory(self, entry: Entry) -> None:
        """Nothing to compare."""

    def symlink(self, entry: Entry) -> None:
        there = self._at(entry)
        if os.path.islink(there) and os.readlink(os.fsencode(there)) != entry.target:
            self._differs(entry)

    def room(self, size: int) -> memoryview:
        return memoryview(bytearray(size + 1))

    def whole(self, path: bytes, content: memoryview, *, size: int, mode: int, mtime_ns: int) -> None:
        self.file(Entry(path=path, mode=mode, mtime_ns=mtime_ns, size=size))
        self.write(content[:size])
        self.end(Label.STABLE)

    def file(self, entry: Entry) -> None:
        self._entry, self._hash = entry, hashlib.sha256()

    def write(self, chunk: bytes | memoryview, /) -> None:
        self._hash.update(chunk)
        self._bytes += len(chunk)
        if self._told:
            self._told(self._bytes, self._done.source_bytes)

    def end(self, label: Label, *, settled: bool = True) -> None:
        there = self._at(self._entry)
        try:
            found = there.stat(follow_symlinks=False)
            same = stat.S_ISREG(found.st_mode) and sha256_of(there) == self._hash.hexdigest()
        except FileNotFoundError:
            return  # it came since: there is nothing to compare it with
        self.files += 1
        if same:
            self._done.compared += 1
        elif label is Label.TORN or label in _OF_A_MOMENT or self._moved(found):
            self._done.changed += 1
        else:
            self._differs(self._entry)

    def abandon(self) -> None:
        """It is taken again."""

    def missed(self, path: bytes) -> None:
        """It went away meanwhile: counted at the end."""

    def not_captured(self, path: bytes, reason: str) -> None:
        """Counted where it was sealed."""

    def skipped(self) -> None:
        """Nothing that could be backed up."""

    def _moved(self, found: os.stat_result) -> bool:
        """Whether the source has another state than the one that was sealed: then it may well differ."""
        entry = self._entry
        another = found.st_size != entry.size or found.st_mtime_ns // 10**9 != entry.mtime_ns // 10**9
        return another or entry.mtime_ns >= self._begun_ns

    def _differs(self, entry: Entry) -> None:
        self._done.differing += 1
        self._named.append(os.fsdecode(entry.path))

    def _at(self, entry: Entry) -> Path:
        return self._root / os.fsdecode(entry.path) if entry.path else self._root

