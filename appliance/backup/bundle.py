"""What a bundle is asked to hold, what came of it, and how it is named."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from appliance.backup.counts import Counting, RoomCount
from appliance.backup.scratch import KEEP_FREE_BYTES
from appliance.backup.sources import Options

DATA_SUFFIX = ".tar.zst.age"
MANIFEST_SUFFIX = ".json"
SIGNATURE_SUFFIX = ".json.sig"
NAMESPACE = "venue-backup"
KINDS = FULL, DELTA = "full", "delta"
STAGES = ("", "provisional", "final")
INFO_MEMBER = b".venue/bundle.json"
LOG_MEMBER = b".venue/log.jsonl"
FILES_MEMBER = b".venue/files.jsonl"
_TIME = "%Y%m%dT%H%M%SZ"
VENUE_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
SOURCE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAME = re.compile(
    rf"(?P<venue>{VENUE_CODE.pattern})-(?P<counter>[0-9]{{6}}|[1-9][0-9]{{6,11}})-(?P<time>[0-9]{{8}}T[0-9]{{6}}Z)"
    r"-(?P<kind>full|delta)"
)


class BackupError(Exception):
    """No bundle was made; nothing was published, and what was published before is untouched."""


class BackupBusy(BackupError):
    """Another process holds the outbox: one bundle at a time."""


class RequestRefused(BackupError):
    """The request itself cannot be carried out: recipients, sources or names."""


class AllSourcesFailed(BackupError):
    """No source could be captured, so there is nothing to publish."""


class OutboxUnwritable(BackupError):
    """The outbox or the keys could not be written: disk full, rights, medium."""


class ReadBackFailed(BackupError):
    """The medium gave back other bytes than were written to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """A source by its name in the bundle, its driver's settings, and how its answers are counted."""

    name: str
    options: Options
    counting: Counting = Counting()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One bundle: `recipients` are `age1…` texts, `log_seq` and `log_hash` (hex) the event log's head.

    `keep_free_bytes`: what a dump that waits for its size leaves free on the medium.
    A `kind` of delta is taken as a wish: where the bundle before is of no help, the bundle is a full one.
    `most_bytes_per_s`: how fast sources are read; 0 is as fast as can be.
    """

    state_dir: Path
    venue: str
    sources: tuple[SourceSpec, ...]
    recipients: tuple[str, ...]
    kind: str = "full"
    stage: str = ""
    sitting: str = ""
    phase: str = ""
    reason: str = ""
    log_seq: int = 0
    log_hash: str = ""
    most_bytes_per_s: int = 0
    keep_free_bytes: int = KEEP_FREE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is: the source being read, files and bytes of content so far, of all sources."""

    source: str
    files: int
    content_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCaptured:
    """A file that should be in the bundle and is not; for the technician, never for journal or manifest."""

    source: str
    path: str
    reason: str


@dataclass(slots=True, kw_only=True)
class SourceTally:
    """Counts of one source while and after it is captured; `error` is a SourceError's code, "" when whole."""

    name: str
    driver: str
    files: int = 0
    content_bytes: int = 0
    directories: int = 0
    symlinks: int = 0
    skipped: int = 0
    not_captured: int = 0
    torn: int = 0
    gone: int = 0
    error: str = ""
    missing: list[NotCaptured] = field(default_factory=list)
    counts: tuple[RoomCount, ...] = ()
    count_fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A published bundle. `not_captured` names the first of the missing files, the tallies count them all."""

    name: str
    counter: int
    created_at: datetime
    kind: str
    parent: str | None
    stage: str
    files: int
    content_bytes: int
    sealed_bytes: int
    sha256: str
    manifest_sha256: str
    sources: tuple[SourceTally, ...]
    not_captured: tuple[NotCaptured, ...]
    torn: int
    failed_sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One bundle in a directory, known by its signature's name; the counter orders, never the clock."""

    directory: Path
    name: str
    venue: str
    counter: int
    created_at: datetime
    kind: str

    @property
    def data(self) -> Path:
        """The sealed file."""
        return self.directory / (self.name + DATA_SUFFIX)

    @property
    def manifest(self) -> Path:
        """The manifest."""
        return self.directory / (self.name + MANIFEST_SUFFIX)

    @property
    def signature(self) -> Path:
        """The manifest's signature, by which the bundle exists."""
        return self.directory / (self.name + SIGNATURE_SUFFIX)


def bundle_name(*, venue: str, counter: int, now: datetime, kind: str) -> str:
    """`CODE-COUNTER-TIME-KIND`, the time in UTC."""
    return f"{venue}-{counter:06d}-{now.astimezone(UTC).strftime(_TIME)}-{kind}"


def parsed_name(directory: Path, name: str) -> Published | None:
    """What `name` says, None where it is no bundle's name."""
    match = _NAME.fullmatch(name)
    if not match:
        return None
    try:
        created_at = datetime.strptime(match["time"], _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    counter = int(match["counter"])
    return Published(
        directory=directory,
        name=name,
        venue=match["venue"],
        counter=counter,
        created_at=created_at,
        kind=match["kind"],
    )


def refuse_nonsense(request: Request) -> None:
    """Raises RequestRefused, naming every fault of `request` at once."""
    names = [source.name for source in request.sources]
    faults = [
        f"source name {name!r}: letters, digits, . _ - only" for name in names if not _fits(SOURCE_NAME, name)
    ]
    faults += [f"source name {name!r} is used twice" for name in sorted(set(names)) if names.count(name) > 1]
    faults += [] if names else ["no source is configured"]
    faults += [] if request.recipients else ["no recipient is configured: nobody could ever open the bundle"]
    faults += (
        []
        if _fits(VENUE_CODE, request.venue)
        else [f"venue code {request.venue!r}: letters, digits, . _ - only"]
    )
    faults += _not_among("kind", request.kind, KINDS) + _not_among("stage", request.stage, STAGES)
    if faults:
        raise RequestRefused("; ".join(faults))


def _fits(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.fullmatch(text) is not None


def _not_among(what: str, value: str, known: Sequence[str]) -> list[str]:
    return (
        [] if value in known else [f"{what} {value!r} is none of {', '.join(repr(item) for item in known)}"]
    )
