"""Bundles restored: opened with the province's key, checked in full, and only then put in place."""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from appliance.backup import collector
from appliance.backup.age_keys import AgeKeyError
from appliance.backup.age_locked import identities_in
from appliance.backup.bundle import FILES_MEMBER, INFO_MEMBER
from appliance.backup.chain import LATEST, NoSuchBundle, chain
from appliance.backup.filelist import Listed, listed
from appliance.backup.held import Held, Tree
from appliance.backup.place import Place, checked_parts
from appliance.backup.tar import DIRECTORY, FILE, SYMLINK
from appliance.backup.unseal import BundleDamaged, RestoreError, members
from appliance.backup.untar import Member

_NAMED_LIMIT = 10
_SHA256_BYTES = 32
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
        state = _State(place)
        for position, (bundle, manifest) in enumerate(links):
            opened = members(bundle.data, identities, sha256=manifest.sha256, told=count)
            state.take_in(bundle.name, position, opened, wanted)
        if wanted and not state.tree.held:
            raise RestoreError(f"{newest} holds nothing at {', '.join(paths)}")
        result = Restored(name=newest, bundles=len(links), not_captured=len(state.tree.not_captured))
        place.settle()
        state.put(result, force=force)
    return result


def _identities(path: Path, passphrase: Callable[[], str] | None) -> list[X25519PrivateKey]:
    try:
        return identities_in(path, passphrase)
    except AgeKeyError as error:
        raise RestoreError(f"{path}: {error}") from error


class _State:
    """What is held after each bundle of a chain, its files in `place`."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.tree = Tree(confirmed=self._confirm, dropped=self._drop)
        self._emptied: set[bytes] = set()

    def take_in(
        self, name: str, position: int, opened: Iterator[tuple[Member, Iterator[bytes]]], wanted: Sequence[bytes]
    ) -> None:
        """Stage the members of one bundle and bring the tree up to it; the list comes last in the archive."""
        staged: dict[bytes, Held] = {}
        key, listed_any = b"", False
        for member, content in opened:
            path = member.path
            checked_parts(path)
            if path == INFO_MEMBER:
                key = _name_key(content)
            elif path == FILES_MEMBER:
                listed_any = True
                records = listed(content)
                if wanted:
                    records = (record for record in records if _concerns(record, wanted))
                self.tree.take_in(position, staged, records, key)
            elif not path.startswith(_RESERVED) and _selected(path, wanted):
                if member.kind == FILE:
                    self._place.stage(position, member, content)
                staged[path] = Held(member, position)
        if not listed_any:
            raise BundleDamaged(f"{name}: no file list")

    def put(self, result: Restored, *, force: bool) -> None:
        """All that is held into its place, on the medium; counted in `result`. Raises WouldOverwrite."""
        place = self._place
        result.torn = sum(held.torn for held in self.tree)
        names = {path.partition(b"/")[0] for path in self.tree.held}
        beside = not place.stands_any(names)
        todo = list(self.tree) if beside else self._missing(result, force=force)
        if beside:
            place.put_beside()
            self._take_away()
        else:
            place.sync()
        # Links last: a file is never put through one. Directories' modes after that: a read-only one fills first.
        for held in todo:
            if held.member.kind == DIRECTORY:
                place.put_directory(held.member, finished=False)
            elif held.member.kind == FILE:
                place.put_file(held.bundle, held.member)
                result.files += 1
                result.content_bytes += held.member.size
        for held in todo:
            if held.member.kind == SYMLINK:
                place.put_symlink(held.member)
                result.symlinks += 1
        if beside:
            place.sync()
            place.reveal(names)
        for held in reversed(todo):
            if held.member.kind == DIRECTORY:
                place.put_directory(held.member, finished=True)
                result.directories += 1
        place.sync()

    def _missing(self, result: Restored, *, force: bool) -> list[Held]:
        """What does not stand there as it is to be, and every directory. Raises WouldOverwrite."""
        todo: list[Held] = []
        differing = []
        for held in self.tree:
            member = held.member
            same = self._place.standing(member, held.sha256)
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
        return todo

    def _take_away(self) -> None:
        """The directories that a later bundle does not hold: what was in them is gone already."""
        for path in sorted(self._emptied, reverse=True):
            held = self.tree.held.get(path)
            if held is None or held.member.kind != DIRECTORY:
                self._place.take_away(path)

    def _confirm(self, held: Held) -> None:
        try:
            digest = bytes.fromhex(held.sha256)
        except ValueError:
            digest = b""
        if len(digest) != _SHA256_BYTES:
            raise BundleDamaged(f"{held.member.path!r}: the file list has no sha256 of it")
        self._place.confirm(held.bundle, held.member, digest)

    def _drop(self, held: Held) -> None:
        if held.member.kind == FILE:
            self._place.unstage(held.bundle, held.member)
        elif held.member.kind == DIRECTORY:
            self._emptied.add(held.member.path)


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


__all__ = ["LATEST", "BundleDamaged", "NoSuchBundle", "RestoreError", "Restored", "WouldOverwrite", "restore"]
