"""One bundle from the sources to the outbox: captured, sealed, read back, published; whole or not at all."""

import contextlib
import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from appliance.backup import allocator, collector, index_files, keep, outbox
from appliance.backup.age_keys import AgeKeyError, parse_recipient
from appliance.backup.bundle import (
    DATA_SUFFIX,
    DELTA,
    FULL,
    MANIFEST_SUFFIX,
    NAMESPACE,
    SIGNATURE_SUFFIX,
    AllSourcesFailed,
    Bundle,
    OutboxUnwritable,
    Progress,
    Published,
    ReadBackFailed,
    Request,
    RequestRefused,
    SourceTally,
    bundle_name,
    refuse_nonsense,
)
from appliance.backup.capture import Capture
from appliance.backup.disk import DiskFault
from appliance.backup.gentle import Pace
from appliance.backup.index import Index, IndexUnusable
from appliance.backup.keys import SigningKeyUnusable, signing_key
from appliance.backup.manifest import FORMAT, encode, manifest_of
from appliance.backup.readback import ReadBackDiffers
from appliance.backup.scratch import Scratch
from appliance.backup.sealing import SealingProcess
from appliance.backup.spool import Spool
from appliance.backup.sshsig import sign
from appliance.backup.stream import BatchWritable

_log = logging.getLogger(__name__)

def run(
    request: Request,
    *,
    log_rows: Iterable[bytes],
    now: datetime,
    progress: Callable[[Progress], None] | None = None,
) -> Bundle:
    """Publish one bundle of `request`; `log_rows` are the event log's rows since the last one, `now` aware.

    A source that fails is named in the manifest and stops no other. Raises BackupBusy, RequestRefused,
    AllSourcesFailed, OutboxUnwritable, ReadBackFailed: then nothing is to be announced. After a read-back that failed
    the next bundle is a full one: nothing is to build on such a medium.
    """
    if now.tzinfo is None:
        raise ValueError("now has no time zone")
    refuse_nonsense(request)
    recipients = _parsed_recipients(request.recipients)
    try:
        with outbox.locked(request.state_dir) as directory:
            outbox.sweep(directory)
            _scratch(request).sweep()
            key = signing_key(request.state_dir, request.venue)
            making = _Run(request, directory, recipients, key, now, progress)
            try:
                return making.made(making.parent(), log_rows)
            except IndexUnusable as error:
                _log.warning("the index of the bundle before cannot be used, a full bundle is made: %s", error)
                return making.made(None, log_rows)
            except ReadBackFailed:
                index_files.sweep(request.state_dir, "")
                raise
    except (DiskFault, OSError) as error:
        raise OutboxUnwritable(f"{request.state_dir}: {error}") from error
    except (SigningKeyUnusable, IndexUnusable) as error:
        raise OutboxUnwritable(str(error)) from error


class _Run:
    """What stays the same however often the bundle is begun."""

    def __init__(
        self,
        request: Request,
        directory: Path,
        recipients: Sequence[X25519PublicKey],
        key: Ed25519PrivateKey,
        now: datetime,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._request, self._directory, self._recipients, self._key = request, directory, recipients, key
        self._now, self._progress = now, progress
        self._indexes = index_files.prepare(request.state_dir)

    def parent(self) -> Published | None:
        """The bundle that a delta is made against; None where a full one is wanted or needed."""
        newest = outbox.newest(self._directory)
        index_files.sweep(self._request.state_dir, newest.name if newest else "")
        wished = newest is not None and self._request.kind == DELTA
        return newest if newest and wished and self._index_of(newest.name).exists() else None

    def made(self, parent: Published | None, log_rows: Iterable[bytes]) -> Bundle:
        """The bundle, published."""
        before = outbox.head(self._directory)
        counter = before.counter + 1
        kind = DELTA if parent else FULL
        name = bundle_name(venue=self._request.venue, counter=counter, now=self._now, kind=kind)
        part = outbox.part_of(self._directory, name + DATA_SUFFIX)
        with contextlib.ExitStack() as undo:
            undo.callback(_remove_parts, self._directory, name)
            growing = Index(
                self._indexes / (name + index_files.PART),
                parent=self._index_of(parent.name) if parent else None,
                made_for=_made_for(self._request),
            )
            undo.callback(growing.remove)
            try:
                tallies, size, digest = self._sealed(part, name, parent, growing, log_rows)
            except ReadBackDiffers as error:
                raise ReadBackFailed(f"{name}: {error}: replace it") from error
            manifest = encode(
                manifest_of(
                    self._request, tallies, kind=kind, parent=parent.name if parent else None, name=name,
                    counter=counter, now=self._now, size=size, sha256=digest,
                    previous_sha256=before.manifest_sha256, pruned=keep.pruned_spans(self._directory),
                )
            )  # fmt: skip
            outbox.publish(
                self._directory, name, manifest=manifest,
                signature=sign(manifest, key=self._key, namespace=NAMESPACE),
                before_it_exists=lambda: growing.keep(self._index_of(name)),
            )  # fmt: skip
            undo.pop_all()
        with contextlib.suppress(OSError):  # the next run does it
            index_files.sweep(self._request.state_dir, name)
        newest = outbox.Head(counter=counter, manifest_sha256=hashlib.sha256(manifest).hexdigest())
        outbox.remember(self._directory, newest)
        return _bundle(
            self._request, tallies, kind=kind, parent=parent, name=name, head=newest, now=self._now, size=size,
            digest=digest,
        )  # fmt: skip

    def _index_of(self, name: str) -> Path:
        return index_files.index_of(self._request.state_dir, name)

    def _sealed(
        self,
        part: Path,
        name: str,
        parent: Published | None,
        growing: Index,
        log_rows: Iterable[bytes],
    ) -> tuple[list[SourceTally], int, str]:
        """The sealed file at `part`: the sources' tallies, its size in bytes, its sha256 in hex."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(collector.seldom())
            allocator.keep_freed()
            sealer = SealingProcess(part, self._recipients, mode=outbox.FILE_MODE)
            stack.callback(sealer.abandon)
            capture = Capture(
                _paced(sealer, self._request), sealer, index=growing, delta=parent is not None,
                spool_dir=part.parent, scratch=_scratch(self._request), now=self._now, progress=self._progress,
            )  # fmt: skip
            stack.callback(capture.close)
            capture.information(_information(self._request, name, parent, growing.key, self._now))
            tallies = [capture.source(spec) for spec in self._request.sources]
            if all(tally.error for tally in tallies):
                reasons = "; ".join(
                    missing.reason for tally in tallies for missing in tally.missing if not missing.path
                )
                raise AllSourcesFailed(f"no source could be captured: {reasons}")
            growing.finish()  # before the log's rows are used up: they can be told once
            capture.log(log_rows)
            capture.finish()
            size, digest = sealer.finish()
            return tallies, size, digest


def _paced(sealer: SealingProcess, request: Request) -> BatchWritable:
    return Pace(sealer, bytes_per_s=request.most_bytes_per_s) if request.most_bytes_per_s else sealer


def _scratch(request: Request) -> Scratch:
    return Scratch(request.state_dir / "spool", spool=Spool, keep_free_bytes=request.keep_free_bytes)


def _made_for(request: Request) -> str:
    """What a chain of bundles has in common: who opens it, and what it is made of."""
    told = [sorted(request.recipients), [[spec.name, spec.options.driver] for spec in request.sources]]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _information(
    request: Request, name: str, parent: Published | None, key: bytes, now: datetime
) -> dict[str, object]:
    sources = [{"name": spec.name, "driver": spec.options.driver} for spec in request.sources]
    return {
        "format": FORMAT, "venue": request.venue, "name": name, "kind": DELTA if parent else FULL,
        "stage": request.stage, "parent": parent.name if parent else None, "created_at": now.isoformat(),
        "name_key": key.hex(), "sources": sources,
    }  # fmt: skip


def _bundle(
    request: Request,
    tallies: Sequence[SourceTally],
    *,
    kind: str,
    parent: Published | None,
    name: str,
    head: outbox.Head,
    now: datetime,
    size: int,
    digest: str,
) -> Bundle:
    return Bundle(
        name=name, counter=head.counter, created_at=now, kind=kind, parent=parent.name if parent else None,
        stage=request.stage, files=sum(tally.files for tally in tallies),
        content_bytes=sum(tally.content_bytes for tally in tallies),
        sealed_bytes=size, sha256=digest, manifest_sha256=head.manifest_sha256 or "", sources=tuple(tallies),
        not_captured=tuple(missing for tally in tallies for missing in tally.missing if missing.path),
        torn=sum(tally.torn for tally in tallies),
        failed_sources=tuple(tally.name for tally in tallies if tally.error),
    )  # fmt: skip


def _parsed_recipients(texts: Sequence[str]) -> list[X25519PublicKey]:
    try:
        return [parse_recipient(text) for text in texts]
    except AgeKeyError as error:
        raise RequestRefused(f"backup.recipients: {error}") from error


def _remove_parts(directory: Path, name: str) -> None:
    """Give the space back at once; what cannot be removed now is swept by the next run."""
    for suffix in (DATA_SUFFIX, MANIFEST_SUFFIX, SIGNATURE_SUFFIX):
        with contextlib.suppress(OSError):
            outbox.part_of(directory, name + suffix).unlink(missing_ok=True)
