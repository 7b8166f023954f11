"""Which bundles must be read for the state at one of them: a full one, and the deltas after it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from appliance.backup.bundle import Published
from appliance.backup.manifest import Manifest
from appliance.backup.outbox import bundles_in
from appliance.backup.unseal import BundleDamaged, RestoreError
from appliance.backup.verify import Distrusted, trusted_manifest

LATEST = "latest"
_LONGEST = 10_000


class NoSuchBundle(RestoreError):
    """No published bundle has that name, or is as old as that, or one that it builds on is not here."""


def chain(
    directory: Path, signers: str, *, name: str = LATEST, at: datetime | None = None
) -> list[tuple[Published, Manifest]]:
    """The bundles of `directory` from the full one up to `name`, or to the last one made at `at` (aware) or before.

    Each manifest is signed by the venue that it names. Raises RestoreError, OSError.
    """
    found = bundles_in(directory)
    by_name = {bundle.name: bundle for bundle in found}
    bundle = _chosen(directory, found, name, at)
    links: list[tuple[Published, Manifest]] = []
    while True:
        manifest = _trusted(bundle, signers)
        links.append((bundle, manifest))
        if manifest.parent is None:
            return links[::-1]
        before = by_name.get(manifest.parent)
        if before is None:
            raise NoSuchBundle(f"{bundle.name} builds on {manifest.parent}, which is not in {directory}")
        if before.counter >= bundle.counter or len(links) >= _LONGEST:
            raise BundleDamaged(f"{bundle.name} builds on {manifest.parent}, which is not older")
        bundle = before


def _chosen(directory: Path, found: Sequence[Published], name: str, at: datetime | None) -> Published:
    if at is not None:
        old = [bundle for bundle in found if bundle.created_at <= at]
        if not old:
            raise NoSuchBundle(f"{directory}: none of {len(found)} bundles was made at {at.isoformat()} or before")
        return old[-1]
    chosen = found[-1:] if name == LATEST else [bundle for bundle in found if bundle.name == name]
    if not chosen:
        raise NoSuchBundle(f"{directory}: no bundle {name!r} among {len(found)}")
    return chosen[0]


def _trusted(bundle: Published, signers: str) -> Manifest:
    try:
        return trusted_manifest(bundle, signers)[0]
    except Distrusted as error:
        raise BundleDamaged(str(error)) from error
