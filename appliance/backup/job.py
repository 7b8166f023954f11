"""One bundle from the sources to the outbox: captured, sealed, read back, published; whole or not at all."""

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from appliance.backup import outbox
from appliance.backup.age_keys import AgeKeyError, parse_recipient
from appliance.backup.bundle import (
    DATA_SUFFIX,
    MANIFEST_SUFFIX,
    NAMESPACE,
    SIGNATURE_SUFFIX,
    AllSourcesFailed,
    Bundle,
    OutboxUnwritable,
    Progress,
    ReadBackFailed,
    Request,
    RequestRefused,
    SourceTally,
    bundle_name,
    refuse_nonsense,
)
from appliance.backup.capture import Capture
from appliance.backup.disk import DiskFault, sha256_of
from appliance.backup.keys import SigningKeyUnusable, signing_key
from appliance.backup.manifest import FORMAT, encode, manifest_of
from appliance.backup.scratch import Scratch
from appliance.backup.seal import Sealer
from appliance.backup.sshsig import sign


def run(
    request: Request,
    *,
    log_rows: Iterable[bytes],
    now: datetime,
    progress: Callable[[Progress], None] | None = None,
) -> Bundle:
    """Publish one bundle of `request`; `log_rows` are the event log's rows since the last one, `now` aware.

    A source that fails is named in the manifest and stops no other. Raises BackupBusy, RequestRefused,
    AllSourcesFailed, OutboxUnwritable, ReadBackFailed: then nothing was published.
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
            return _made(request, directory, recipients, key, log_rows, now, progress)
    except (DiskFault, OSError) as error:
        raise OutboxUnwritable(f"{request.state_dir}: {error}") from error
    except SigningKeyUnusable as error:
        raise OutboxUnwritable(str(error)) from error


def _made(
    request: Request,
    directory: Path,
    recipients: Sequence[X25519PublicKey],
    key: Ed25519PrivateKey,
    log_rows: Iterable[bytes],
    now: datetime,
    progress: Callable[[Progress], None] | None,
) -> Bundle:
    before = outbox.head(directory)
    counter = before.counter + 1
    name = bundle_name(venue=request.venue, counter=counter, now=now, kind=request.kind)
    with contextlib.ExitStack() as undo:
        undo.callback(_remove_parts, directory, name)
        part = outbox.part_of(directory, name + DATA_SUFFIX)
        tallies, size, digest = _sealed(part, request, name, recipients, log_rows, now, progress)
        if sha256_of(part) != digest:
            raise ReadBackFailed(f"{name}: the medium gave back other bytes than were written: replace it")
        manifest = encode(
            manifest_of(
                request, tallies, name=name, counter=counter, now=now, size=size, sha256=digest,
                previous_sha256=before.manifest_sha256,
            )
        )  # fmt: skip
        outbox.publish(
            directory, name, manifest=manifest, signature=sign(manifest, key=key, namespace=NAMESPACE)
        )
        undo.pop_all()
    newest = outbox.Head(counter=counter, manifest_sha256=hashlib.sha256(manifest).hexdigest())
    outbox.remember(directory, newest)
    return _bundle(request, tallies, name=name, head=newest, now=now, size=size, digest=digest)


def _sealed(
    part: Path,
    request: Request,
    name: str,
    recipients: Sequence[X25519PublicKey],
    log_rows: Iterable[bytes],
    now: datetime,
    progress: Callable[[Progress], None] | None,
) -> tuple[list[SourceTally], int, str]:
    """The sealed file at `part`: the sources' tallies, its size in bytes, its sha256 in hex."""
    with contextlib.ExitStack() as stack:
        sealer = Sealer(part, recipients, mode=outbox.FILE_MODE)
        stack.callback(sealer.abandon)
        capture = Capture(
            sealer, spool_dir=part.parent, scratch=_scratch(request), now=now, progress=progress
        )
        stack.callback(capture.close)
        capture.information(_information(request, name, now))
        tallies = [capture.source(spec) for spec in request.sources]
        if all(tally.error for tally in tallies):
            reasons = "; ".join(
                missing.reason for tally in tallies for missing in tally.missing if not missing.path
            )
            raise AllSourcesFailed(f"no source could be captured: {reasons}")
        capture.log(log_rows)
        capture.finish()
        size, digest = sealer.finish()
        return tallies, size, digest


def _scratch(request: Request) -> Scratch:
    return Scratch(request.state_dir / "spool")


def _information(request: Request, name: str, now: datetime) -> dict[str, object]:
    sources = [{"name": spec.name, "driver": spec.options.driver} for spec in request.sources]
    return {
        "format": FORMAT, "venue": request.venue, "name": name, "kind": request.kind, "stage": request.stage,
        "parent": None, "created_at": now.isoformat(), "sources": sources,
    }  # fmt: skip


def _bundle(
    request: Request,
    tallies: Sequence[SourceTally],
    *,
    name: str,
    head: outbox.Head,
    now: datetime,
    size: int,
    digest: str,
) -> Bundle:
    return Bundle(
        name=name, counter=head.counter, created_at=now, kind=request.kind, stage=request.stage,
        files=sum(tally.files for tally in tallies),
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
