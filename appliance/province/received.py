"""What the province has of its venues: `received/CODE/`, each bundle checked before it gets its name there."""

import contextlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from appliance.backup.bundle import Published
from appliance.backup.disk import DiskFault, HashingWriter, sync_directory, write_file
from appliance.backup.manifest import LIMIT_BYTES, Manifest
from appliance.backup.outbox import bundles_in
from appliance.backup.sshsig import SIGNATURE_LIMIT_BYTES
from appliance.backup.verify import Distrusted, trusted_manifest

RECEIVED_NAME, SIGNERS_NAME, TAKING_NAME = "received", "allowed_signers", ".taking"
_BLOCK_BYTES = 1 << 20
Told = Callable[[int], None]


class NotTaken(Exception):
    """A bundle was not taken in, and what was there before is untouched; the message says why."""


class Received:
    """The province's own directory `home`: its keys, the venues' keys in `allowed_signers`, `received/CODE/`."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def venues(self) -> list[str]:
        """The venues of which anything was received, by their codes. Raises OSError."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(entry.name for entry in os.scandir(self._home / RECEIVED_NAME) if entry.is_dir())
        return []

    def bundles(self, venue: str) -> list[Published]:
        """Its bundles in the counter's order. Raises OSError."""
        return bundles_in(self._home / RECEIVED_NAME / venue)

    def signers(self) -> str:
        """The venues' public keys. Raises OSError."""
        with contextlib.suppress(FileNotFoundError):
            return (self._home / SIGNERS_NAME).read_text(encoding="utf-8", errors="replace")
        return ""

    def take_in(self, bundle: Published, *, told: Told | None = None) -> tuple[Published, Manifest, bool]:
        """The bundle as it stands here now, its manifest, and whether it is new. Raises NotTaken, OSError.

        Nothing gets its name before the signature and the sealed file's size and sha256 are right, all of the copy;
        one that is here is never written over. `told` hears the bytes copied.
        """
        directory = self._home / RECEIVED_NAME / bundle.venue
        here = replace(bundle, directory=directory)
        signers = self.signers()
        if bundle.venue not in _known(signers):
            raise NotTaken(
                f"{bundle.name}: the venue {bundle.venue} is not known here: `venue province trust`"
            )
        try:
            if here.signature.exists():
                return here, _same(bundle, here, signers), False
            taking = directory / TAKING_NAME
            taking.mkdir(mode=0o700, parents=True, exist_ok=True)
            staged = replace(bundle, directory=taking)
            try:
                manifest = _staged(bundle, staged, signers, told)
                _put(staged, here)
            finally:
                for path in (staged.data, staged.manifest, staged.signature):
                    path.unlink(missing_ok=True)
        except Distrusted as error:
            raise NotTaken(str(error)) from error
        except DiskFault as error:
            raise NotTaken(f"{directory}: {error}") from error
        return here, manifest, True


def _known(signers: str) -> set[str]:
    return {name for line in signers.splitlines() for name in line.partition(" ")[0].split(",")}


def _same(bundle: Published, here: Published, signers: str) -> Manifest:
    manifest, digest = trusted_manifest(here, signers)
    if trusted_manifest(bundle, signers)[1] != digest:
        raise NotTaken(f"{bundle.name}: another bundle of that name was received before")
    return manifest


def _staged(bundle: Published, staged: Published, signers: str, told: Told | None) -> Manifest:
    """A copy of the three files, checked as it stands on this medium."""
    for path in (staged.data, staged.manifest, staged.signature):
        path.unlink(missing_ok=True)
    for source, target, limit_bytes in (
        (bundle.manifest, staged.manifest, LIMIT_BYTES),
        (bundle.signature, staged.signature, SIGNATURE_LIMIT_BYTES),
    ):
        with source.open("rb") as file:
            write_file(target, file.read(limit_bytes + 1), mode=0o600)
    manifest, _ = trusted_manifest(staged, signers)
    writer = HashingWriter(staged.data, mode=0o600)
    try:
        with bundle.data.open("rb") as file:
            # One byte more than was promised is enough to refuse it: a file that never ends fills no disk.
            while writer.size_bytes <= manifest.size and (block := file.read(_BLOCK_BYTES)):
                writer.write(block)
                if told:
                    told(len(block))
        if (writer.size_bytes, writer.finish()) != (manifest.size, manifest.sha256):
            raise NotTaken(f"{bundle.name}: the sealed file is not the one that was published")
    finally:
        writer.abandon()
    return manifest


def _put(staged: Published, here: Published) -> None:
    staged.data.rename(here.data)
    staged.manifest.rename(here.manifest)
    sync_directory(here.directory)
    staged.signature.rename(here.signature)
    sync_directory(here.directory)
