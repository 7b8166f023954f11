"""A bundle's manifest: what is said about it in the open, signed, without a path or a candidate."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from appliance.backup.bundle import Request, SourceTally
from appliance.backup.counts import RoomCount

FORMAT = 1
# Forty sources take about 10 kB.
LIMIT_BYTES = 1 << 20
_HEX = re.compile(r"[0-9a-f]{64}")


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
    """`NAME.json`: `size` and `sha256` are the sealed file's, `previous_sha256` the manifest's before it."""

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
) -> Manifest:
    """The manifest of a bundle that was just sealed."""
    return Manifest(
        venue=request.venue, name=name, counter=counter, kind=kind, stage=request.stage, parent=parent,
        created_at=now.isoformat(), sitting=request.sitting, phase=request.phase, reason=request.reason,
        sources=tuple(_counted(tally) for tally in tallies),
        size=size, sha256=sha256, previous_sha256=previous_sha256,
        log_seq=request.log_seq, log_hash=request.log_hash,
    )  # fmt: skip


def encode(manifest: Manifest) -> bytes:
    """`NAME.json`, byte for byte what is signed."""
    return (json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n").encode()


def decode(raw: bytes) -> Manifest:
    """The manifest in `raw`; fields of later versions are ignored. Raises ManifestFault."""
    if len(raw) > LIMIT_BYTES:
        raise ManifestFault(f"longer than {LIMIT_BYTES} bytes")
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ManifestFault(f"no JSON: {error}") from error
    fields = _Fields(value, "the manifest")
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
    )  # fmt: skip


class _Fields:
    """Typed access to a decoded object: the type is right, or ManifestFault says which field is not."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise ManifestFault(f"{where} is no object")
        self._value: dict[str, object] = value
        self._where = where

    def _get(self, key: str) -> object:
        if key not in self._value:
            raise ManifestFault(f"{self._where} has no {key!r}")
        return self._value[key]

    def text(self, key: str) -> str:
        value = self._get(key)
        if not isinstance(value, str):
            raise ManifestFault(f"{key!r} is no text")
        return value

    def text_or_none(self, key: str) -> str | None:
        return None if self._get(key) is None else self.text(key)

    def whole(self, key: str) -> int:
        value = self._get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 63:
            raise ManifestFault(f"{key!r} is no whole number from 0")
        return value

    def whole_or_none(self, key: str) -> int | None:
        return None if self._value.get(key) is None else self.whole(key)

    def digest(self, key: str, *, optional: bool = False) -> str | None:
        if optional and self._get(key) is None:
            return None
        if not _HEX.fullmatch(value := self.text(key)):
            raise ManifestFault(f"{key!r} is no sha256 in hex")
        return value

    def time(self, key: str) -> str:
        try:
            if datetime.fromisoformat(self.text(key)).tzinfo is None:
                raise ManifestFault(f"{key!r} has no time zone")
        except ValueError as error:
            raise ManifestFault(f"{key!r} is no time") from error
        return self.text(key)

    def items_or_none(self, key: str) -> list[object]:
        return [] if self._value.get(key) is None else self.items(key)

    def items(self, key: str) -> list[object]:
        value = self._get(key)
        if not isinstance(value, list):
            raise ManifestFault(f"{key!r} is no list")
        return value


def _source(value: object) -> SourceCount:
    fields = _Fields(value, "a source")
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
    fields = _Fields(value, "a room")
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


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ManifestFault("a field is there twice")
    return found


def _no_constant(name: str) -> object:
    raise ManifestFault(f"the number {name}")
