"""Receipts: what the province opened, signed, beside the bundle that it is about."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.backup.bundle import Published
from appliance.backup.disk import replace_file, sync_directory
from appliance.backup.manifest import Manifest
from appliance.backup.receipt import (
    BODY_LIMIT_BYTES,
    NAMESPACE,
    RECEIPT_SUFFIX,
    SIGNATURE_SUFFIX,
    SIGNER,
    Receipt,
    ReceiptedSource,
    ReceiptFault,
    decode,
    encode,
    sent,
)
from appliance.backup.sshsig import SIGNATURE_LIMIT_BYTES, SignatureFault, sign, verify
from appliance.backup.unseal import BundleDamaged
from appliance.province import outcome
from appliance.province.keys import public_line
from appliance.province.opened import Opened


def receipt_of(bundle: Published, manifest: Manifest, found: Opened, *, now: datetime) -> Receipt:
    """What is to be signed of a bundle that was opened whole; `now` aware.

    Where the counts of all rooms are more than goes over the line, the sums stand alone. Raises BundleDamaged.
    """
    whole = Receipt(
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
                rooms=source.rooms,
            )
            for source in manifest.sources
        ),
        checked_at=now.isoformat(timespec="seconds"),
    )
    sums = replace(whole, sources=tuple(replace(source, rooms=()) for source in whole.sources))
    for receipt in (whole, sums):
        if len(sent(encode(receipt), b"")) + 2 * SIGNATURE_LIMIT_BYTES <= BODY_LIMIT_BYTES:
            return receipt
    raise BundleDamaged(f"{bundle.name}: {len(manifest.sources)} sources: no receipt holds as many")


def paths_in(directory: Path, bundle: str) -> tuple[Path, Path]:
    """Where the receipt of `bundle` and its signature stand in `directory`."""
    return directory / (bundle + RECEIPT_SUFFIX), directory / (bundle + SIGNATURE_SUFFIX)


def is_given(bundle: Published) -> bool:
    """Whether a receipt stands beside the bundle."""
    return paths_in(bundle.directory, bundle.name)[1].exists()


def pair(bundle: Published) -> tuple[bytes, bytes]:
    """The receipt and its signature, both of one giving. Raises OSError."""
    with _locked(bundle.directory, fcntl.LOCK_SH):
        receipt, signature = paths_in(bundle.directory, bundle.name)
        return receipt.read_bytes(), signature.read_bytes()


def was_accepted(bundle: Published) -> bool:
    """Whether the venue owes nothing for it any more: it believes the receipt, as far as it tells."""
    told = outcome.read(bundle)
    return told is not None and told.state in outcome.SETTLED


def give(bundle: Published, receipt: Receipt, key: Ed25519PrivateKey) -> Receipt:
    """Signs `receipt` and puts it beside the bundle; it exists once its signature does. Raises DiskFault, OSError.

    One that stands there and holds stays, and is what is returned: a pull and a `verify` at the same time give one.
    """
    path, signature = paths_in(bundle.directory, bundle.name)
    with _locked(bundle.directory, fcntl.LOCK_EX):
        there = _holds(bundle, public_line(key))
        if there and there.sha256 == receipt.sha256:
            return there
        raw = encode(receipt)
        outcome.forget(bundle)
        signature.unlink(missing_ok=True)
        sync_directory(bundle.directory)
        replace_file(path, raw, mode=0o644)
        replace_file(signature, sign(raw, key=key, namespace=NAMESPACE), mode=0o644)
        return receipt


def withdraw(bundle: Published, key_lines: str) -> bool:
    """Takes away a receipt that holds by none of the province's own keys `ssh-ed25519 …`, one a line.

    It rotted, or is a mixture. Whether it did: then the bundle is to be opened again. Raises OSError.
    """
    with _locked(bundle.directory, fcntl.LOCK_EX):
        if _holds(bundle, key_lines):
            return False
        outcome.forget(bundle)
        for path in reversed(paths_in(bundle.directory, bundle.name)):
            path.unlink(missing_ok=True)
        return True


def _holds(bundle: Published, key_lines: str) -> Receipt | None:
    path, signature = paths_in(bundle.directory, bundle.name)
    try:
        raw, allowed = path.read_bytes(), "".join(f"{SIGNER} {line}\n" for line in key_lines.splitlines() if line)
        verify(raw, signature.read_bytes(), allowed_signers=allowed, principal=SIGNER, namespace=NAMESPACE)
        receipt = decode(raw)
    except (FileNotFoundError, SignatureFault, ReceiptFault):
        return None
    return receipt if receipt.bundle == bundle.name else None


@contextlib.contextmanager
def _locked(directory: Path, how: int) -> Iterator[None]:
    """Two files are one pair only while nobody is between them: held for the writing of some kilobytes."""
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, how)
        yield
    finally:
        os.close(fd)
