"""A bundle's manifest: what is said about it in the open, signed, without a path or a candidate."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from appliance.backup.bundle import Request, SourceTally
from appliance.backup.counts import RoomCount
from appliance.backup.fields import Fields, read_fields

FORMAT = 1
Spans = tuple[tuple[int, int], ...]
MOST_SPANS = 100
# Forty sources take about 10 kB.
LIMIT_BYTES = 1 << 20


class ManifestFault(Exception):
    """A manifest that is malformed, too long, or of a later format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCount:
    """A source's line: counts only; `error` is "" or a code such as `missing`, None is unknown."""

    name: str
    driver: str
    files: int
    bytes: int
    directories: int = 0
    symlinks: int = 0
    skipped: int = 0
    not_captured: int = 0
    torn: int = 0
    gone: int = 0
    error: str = ""
    expected: int | None = None
    collected: int | None = None
    rooms: tuple[RoomCount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`NAME.json`: `size` and `sha256` are the sealed file's, `previous_sha256` the manifest's before it.

    `pruned`: numbers from and to that this box took away itself, all of them receipted, the newest hundred spans.
    """

    format: int = FORMAT
    venue: str
    name: str
    counter: int
    kind: str
    stage: str
    parent: str | None
    created_at: str
    sitting: str
    phase: str
    reason: str
    sources: tuple[SourceCount, ...]
    size: int
    sha256: str
    previous_sha256: str | None
    log_seq: int
    log_hash: str
    pruned: Spans = ()


def manifest_of(
    request: Request,
    tallies: Sequence[SourceTally],
    *,
    kind: str,
    parent: str | None,
    name: str,
    counter: int,
    now: datetime,
    size: int,
    sha256: str,
    previous_sha256: str | None,
    pruned: Spans = (),
) -> Manifest:
    """The manifest of a bundle that was just sealed."""
    return Manifest(
        venue=request.venue, name=name, counter=counter, kind=kind, stage=request.stage, parent=parent,
        created_at=now.isoformat(), sitting=request.sitting, phase=request.phase, reason=request.reason,
        sources=tuple(_counted(tally) for tally in tallies),
        size=size, sha256=sha256, previous_sha256=previous_sha256,
        log_seq=request.log_seq, log_hash=request.log_hash, pruned=pruned[-MOST_SPANS:],
    )  # fmt: skip


def encode(manifest: Manifest) -> bytes:
    """`NAME.json`, byte for byte what is signed."""
    return (json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n").encode()


def decode(raw: bytes) -> Manifest:
    """The manifest in `raw`; fields of later versions are ignored. Raises ManifestFault."""
    fields = read_fields(raw, "the manifest", limit_bytes=LIMIT_BYTES, fault=ManifestFault)
    if fields.whole("format") != FORMAT:
        raise ManifestFault(f"format {fields.whole('format')}: this program reads {FORMAT}")
    return Manifest(
        venue=fields.text("venue"), name=fields.text("name"), counter=fields.whole("counter"),
        kind=fields.text("kind"), stage=fields.text("stage"), parent=fields.text_or_none("parent"),
        created_at=fields.time("created_at"), sitting=fields.text("sitting"), phase=fields.text("phase"),
        reason=fields.text("reason"), sources=tuple(_source(item) for item in fields.items("sources")),
        size=fields.whole("size"), sha256=fields.digest("sha256") or "",
        previous_sha256=fields.digest("previous_sha256", optional=True),
        log_seq=fields.whole("log_seq"), log_hash=fields.text("log_hash"),
        pruned=_spans(fields.items_or_none("pruned")),
    )  # fmt: skip


def _spans(items: list[object]) -> Spans:
    """Pairs of whole numbers that rise. Raises ManifestFault."""
    found: list[tuple[int, int]] = []
    for item in items[-MOST_SPANS:]:
        match item:
            case [int(low), int(high)] if (found[-1][1] if found else 0) < low <= high < 1 << 63:
                found.append((low, high))
            case _:
                raise ManifestFault("'pruned' is no list of numbers from and to, which rise")
    return tuple(found)


def _source(value: object) -> SourceCount:
    fields = Fields(value, "a source", ManifestFault)
    return SourceCount(
        name=fields.text("name"), driver=fields.text("driver"), files=fields.whole("files"),
        bytes=fields.whole("bytes"), directories=fields.whole("directories"),
        symlinks=fields.whole("symlinks"), skipped=fields.whole("skipped"),
        not_captured=fields.whole("not_captured"), torn=fields.whole("torn"),
        gone=fields.whole_or_none("gone") or 0, error=fields.text("error"),
        expected=fields.whole_or_none("expected"),
        collected=fields.whole_or_none("collected"),
        rooms=tuple(_room(item) for item in fields.items_or_none("rooms")),
    )  # fmt: skip


def _room(value: object) -> RoomCount:
    fields = Fields(value, "a room", ManifestFault)
    return RoomCount(
        room=fields.text("room"),
        expected=fields.whole_or_none("expected"),
        collected=fields.whole_or_none("collected"),
    )


def _counted(tally: SourceTally) -> SourceCount:
    total = tally.counts[0] if tally.counts else RoomCount(room="")
    return SourceCount(
        name=tally.name, driver=tally.driver, files=tally.files, bytes=tally.content_bytes,
        directories=tally.directories, symlinks=tally.symlinks, skipped=tally.skipped,
        not_captured=tally.not_captured, torn=tally.torn, gone=tally.gone,
        error=tally.error,
        expected=total.expected, collected=total.collected, rooms=tally.counts[1:],
    )  # fmt: skip
