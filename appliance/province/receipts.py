"""Receipts: what the province opened, signed, beside the bundle that it is about."""

from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.backup.bundle import Published
from appliance.backup.disk import replace_file
from appliance.backup.manifest import Manifest
from appliance.backup.receipt import (
    NAMESPACE,
    RECEIPT_SUFFIX,
    SIGNATURE_SUFFIX,
    Receipt,
    ReceiptedSource,
    encode,
)
from appliance.backup.sshsig import sign
from appliance.province.opened import Opened

_ACCEPTED_SUFFIX = ".receipt.accepted"


def receipt_of(bundle: Published, manifest: Manifest, found: Opened, *, now: datetime) -> Receipt:
    """What is to be signed of a bundle that was opened whole; `now` aware."""
    return Receipt(
        venue=manifest.venue,
        bundle=bundle.name,
        sha256=manifest.sha256,
        files=sum(found.files.values()),
        content_bytes=found.content_bytes,
        torn=found.torn,
        sources=tuple(
            ReceiptedSource(
                name=source.name,
                files=found.files.get(source.name, 0),
                expected=source.expected,
                collected=source.collected,
            )
            for source in manifest.sources
        ),
        checked_at=now.isoformat(timespec="seconds"),
    )


def paths_in(directory: Path, bundle: str) -> tuple[Path, Path]:
    """Where the receipt of `bundle` and its signature stand in `directory`."""
    return directory / (bundle + RECEIPT_SUFFIX), directory / (bundle + SIGNATURE_SUFFIX)


def is_given(bundle: Published) -> bool:
    """Whether a receipt stands beside the bundle."""
    return paths_in(bundle.directory, bundle.name)[1].exists()


def was_accepted(bundle: Published) -> bool:
    """Whether the venue took the receipt over the line."""
    return (bundle.directory / (bundle.name + _ACCEPTED_SUFFIX)).exists()


def mark_accepted(bundle: Published) -> None:
    """The venue took it. Raises OSError; a mark that a power cut takes is made again: receipts may come twice."""
    (bundle.directory / (bundle.name + _ACCEPTED_SUFFIX)).touch()


def give(bundle: Published, receipt: Receipt, key: Ed25519PrivateKey) -> None:
    """Signs `receipt` and puts it beside the bundle; it exists once its signature does. Raises DiskFault."""
    raw = encode(receipt)
    (bundle.directory / (bundle.name + _ACCEPTED_SUFFIX)).unlink(missing_ok=True)
    path, signature = paths_in(bundle.directory, bundle.name)
    replace_file(path, raw, mode=0o644)
    replace_file(signature, sign(raw, key=key, namespace=NAMESPACE), mode=0o644)
