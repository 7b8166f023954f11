"""Bundles restored: opened with the province's key, checked in full, and only then put in place."""

import contextlib
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from appliance.backup import collector
from appliance.backup.age_keys import AgeKeyError
from appliance.backup.age_locked import identities_in
from appliance.backup.bundle import FILES_MEMBER, FULL, INFO_MEMBER
from appliance.backup.chain import LATEST, NoSuchBundle, chain
from appliance.backup.filelist import Listed, listed
from appliance.backup.held import Held, Tree
from appliance.backup.place import Place, checked_parts
from appliance.backup.tar import DIRECTORY, FILE, SYMLINK
from appliance.backup.unseal import BundleDamaged, RestoreError, members
from appliance.backup.untar import Member

_NAMED_LIMIT = 10
_INFORMATION_BYTES = 1 << 20
_RESERVED = b".venue/"


class WouldOverwrite(RestoreError):
    """Files that differ stand in the way; nothing was changed."""


@dataclass(slots=True, kw_only=True)
class Restored:
    """What came of it: `bundles` were read, `unchanged` stood there already, `torn` changed while captured."""

    name: str
    bundles: int = 1
    files: int = 0
    content_bytes: int = 0
    unchanged: int = 0
    directories: int = 0
    symlinks: int = 0
    torn: int = 0
    not_captured: int = 0


def restore(
    directory: Path,
    *,
    allowed_signers: Path,
    name: str = LATEST,
    at: datetime | None = None,
    identity: Path,
    passphrase: Callable[[], str] | None = None,
    into: Path,
    paths: Sequence[str] = (),
    force: bool = False,
    told: Callable[[int, int], None] | None = None,
) -> Restored:
    """Restore the state at bundle `name` of `directory`, or as it was `at`, into `into`, or what is at `paths` of it.

    Nothing is put in place before the signatures, the sealed files' sha256 and every file's sha256 are known
    good. `passphrase` is asked where the identity is locked with one. `told` hears sealed bytes read and in all.
    Raises RestoreError, OSError.
    """
    signers = allowed_signers.read_text(encoding="utf-8", errors="replace")
    links = chain(directory, signers, name=name, at=at)
    identities = _identities(identity, passphrase)
    total, done = sum(manifest.size for _, manifest in links), 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        if told:
            told(done, total)

    wanted = [path.strip("/").encode("utf-8", "surrogateescape") for path in paths]
    newest = links[-1][0].name
    with contextlib.closing(Place(into)) as place, collector.seldom():
        tree = Tree(place.unstage)
        numbers = itertools.count()
        for position, (bundle, manifest) in enumerate(links):
            if manifest.kind == FULL:
                tree = Tree(place.unstage)
            opened = members(bundle.data, identities, sha256=manifest.sha256, told=count)
            _take_in(bundle.name, opened, wanted, place, tree, position, numbers)
        if wanted and not tree.held:
            raise RestoreError(f"{newest} holds nothing at {', '.join(paths)}")
        result = Restored(name=newest, bundles=len(links), not_captured=len(tree.not_captured))
        _put(place, tree, result, force=force)
    return result


def _identities(path: Path, passphrase: Callable[[], str] | None) -> list[X25519PrivateKey]:
    try:
        return identities_in(path, passphrase)
    except AgeKeyError as error:
        raise RestoreError(f"{path}: {error}") from error


def _take_in(
    name: str,
    opened: Iterator[tuple[Member, Iterator[bytes]]],
    wanted: Sequence[bytes],
    place: Place,
    tree: Tree,
    position: int,
    numbers: Iterator[int],
) -> None:
    """Stage the members of one bundle and bring the tree up to it; the list comes last in the archive."""
    staged: dict[bytes, Held] = {}
    key, listed_any = b"", False
    for member, content in opened:
        checked_parts(member.path)
        if member.path == INFO_MEMBER:
            key = _name_key(content)
        elif member.path == FILES_MEMBER:
            listed_any = True
            place.settle()
            records = (record for record in listed(content) if _concerns(record, wanted))
            tree.take_in(position, staged, records, key)
        elif not member.path.startswith(_RESERVED) and _selected(member.path, wanted):
            before = staged.get(member.path)
            if member.kind == FILE:
                number = before.number if before and before.number >= 0 else next(numbers)
                digest = place.stage(number, member, content)
                staged[member.path] = Held(member=member, bundle=position, number=number, sha256=digest)
            else:
                staged[member.path] = Held(member=member, bundle=position)
    if not listed_any:
        raise BundleDamaged(f"{name}: no file list")


def _name_key(content: Iterator[bytes]) -> bytes:
    """The key of names' ids; bundles of before there were deltas have none, and need none."""
    raw = b""
    for chunk in content:
        raw += chunk
        if len(raw) > _INFORMATION_BYTES:
            raise BundleDamaged(f"what the bundle says of itself is longer than {_INFORMATION_BYTES} bytes")
    try:
        return bytes.fromhex(json.loads(raw.decode()).get("name_key", ""))
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise BundleDamaged(f"what the bundle says of itself cannot be read: {error}") from error


def _concerns(record: Listed, wanted: Sequence[bytes]) -> bool:
    """Whether a record says something of what is wanted: also one of a directory above it."""
    if record.kind in ("gone", "anew", "source"):
        return True
    return _selected(record.path, wanted)


def _selected(path: bytes, wanted: Sequence[bytes]) -> bool:
    return not wanted or any(path == want or path.startswith(want + b"/") for want in wanted)


def _put(place: Place, tree: Tree, result: Restored, *, force: bool) -> None:
    todo: list[Held] = []
    differing = []
    for held in tree:
        member = held.member
        result.torn += held.torn
        same = place.standing(member, held.sha256)
        if same is False and not force:
            differing.append(member.path)
        if same and member.kind != DIRECTORY:
            result.unchanged += 1
        else:
            todo.append(held)
    if differing:
        named = ", ".join(repr(path.decode(errors="replace")) for path in differing[:_NAMED_LIMIT])
        raise WouldOverwrite(
            f"{len(differing)} files stand there and differ, nothing was changed (--force overwrites): {named}"
        )
    for held in todo:
        if held.member.kind == FILE:
            place.date(held.number, held.member)
    place.sync()
    # Links last: a file is never put through one. Directories' modes after that: a read-only one fills first.
    for held in todo:
        if held.member.kind == DIRECTORY:
            place.put_directory(held.member, finished=False)
        elif held.member.kind == FILE:
            place.put_file(held.number, held.member)
            result.files += 1
            result.content_bytes += held.member.size
    for held in todo:
        if held.member.kind == SYMLINK:
            place.put_symlink(held.member)
            result.symlinks += 1
    for held in reversed(todo):
        if held.member.kind == DIRECTORY:
            place.put_directory(held.member, finished=True)
            result.directories += 1
    place.sync()


__all__ = ["LATEST", "BundleDamaged", "NoSuchBundle", "RestoreError", "Restored", "WouldOverwrite", "restore"]
