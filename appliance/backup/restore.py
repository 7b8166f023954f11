"""A bundle restored: opened with the province's key, checked in full, and only then put in place."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from appliance.backup.age_keys import AgeKeyError, parse_identities
from appliance.backup.bundle import FILES_MEMBER, Published
from appliance.backup.filelist import Listed, listed
from appliance.backup.outbox import bundles_in
from appliance.backup.place import Place, checked_parts
from appliance.backup.tar import DIRECTORY, FILE, SYMLINK
from appliance.backup.unseal import BundleDamaged, RestoreError, members
from appliance.backup.untar import Member
from appliance.backup.verify import Distrusted, trusted_manifest

LATEST = "latest"
_NAMED_LIMIT = 10
_RESERVED = b".venue/"


class NoSuchBundle(RestoreError):
    """No published bundle has that name."""


class WouldOverwrite(RestoreError):
    """Files that differ stand in the way; nothing was changed."""


@dataclass(slots=True, kw_only=True)
class Restored:
    """What came of it: `unchanged` stood there already, `torn` changed while captured, as labelled then."""

    name: str
    files: int = 0
    content_bytes: int = 0
    unchanged: int = 0
    directories: int = 0
    symlinks: int = 0
    torn: int = 0
    not_captured: int = 0


@dataclass(slots=True, kw_only=True)
class _Staged:
    """What the archive held, by path; the later member of a path replaces the earlier."""

    members: dict[bytes, Member] = field(default_factory=dict)
    numbers: dict[bytes, int] = field(default_factory=dict)
    digests: dict[bytes, str] = field(default_factory=dict)
    confirmed: set[bytes] = field(default_factory=set)


def restore(
    directory: Path,
    *,
    allowed_signers: Path,
    name: str = LATEST,
    identity: Path,
    into: Path,
    paths: Sequence[str] = (),
    force: bool = False,
    told: Callable[[int, int], None] | None = None,
) -> Restored:
    """Restore the bundle `name` of `directory` into `into`: all of it, or what lies at or below `paths`.

    Nothing is put in place before the signature, the sealed file's sha256 and every file's sha256 are known
    good. `told` hears sealed bytes read and in all. Raises RestoreError, OSError.
    """
    bundle = _chosen(directory, name)
    identities = _identities(identity)
    try:
        manifest, _ = trusted_manifest(bundle, allowed_signers.read_text(encoding="utf-8", errors="replace"))
    except Distrusted as error:
        raise BundleDamaged(str(error)) from error
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        if told:
            told(done, manifest.size)

    result = Restored(name=bundle.name)
    with contextlib.closing(Place(into)) as place:
        staged = _Staged()
        wanted = [path.strip("/").encode("utf-8", "surrogateescape") for path in paths]
        _stage(bundle, identities, manifest.sha256, wanted, place, staged, result, count)
        if wanted and not staged.confirmed:
            raise RestoreError(f"{bundle.name} holds nothing at {', '.join(paths)}")
        _put(place, staged, result, force=force)
    return result


def _chosen(directory: Path, name: str) -> Published:
    found = bundles_in(directory)
    chosen = found[-1:] if name == LATEST else [bundle for bundle in found if bundle.name == name]
    if not chosen:
        raise NoSuchBundle(f"{directory}: no bundle {name!r} among {len(found)}")
    return chosen[0]


def _identities(path: Path) -> list[X25519PrivateKey]:
    try:
        return parse_identities(path.read_text(encoding="utf-8"))
    except (AgeKeyError, UnicodeDecodeError) as error:
        raise RestoreError(f"{path}: {error}") from error


def _stage(
    bundle: Published,
    identities: Sequence[X25519PrivateKey],
    sha256: str,
    wanted: Sequence[bytes],
    place: Place,
    staged: _Staged,
    result: Restored,
    count: Callable[[int], None],
) -> None:
    listed_any = False
    for member, content in members(bundle.data, identities, sha256=sha256, told=count):
        checked_parts(member.path)
        if member.path == FILES_MEMBER:
            listed_any = True
            for record in listed(content):
                if _selected(record.path, wanted):
                    _confirm(record, staged, result)
        elif not member.path.startswith(_RESERVED) and _selected(member.path, wanted):
            number = staged.numbers.setdefault(member.path, len(staged.numbers))
            staged.members[member.path] = member
            if member.kind == FILE:
                staged.digests[member.path] = place.stage(number, member, content)
    if not listed_any:
        raise BundleDamaged(f"{bundle.name}: no file list")


def _selected(path: bytes, wanted: Sequence[bytes]) -> bool:
    return not wanted or any(path == want or path.startswith(want + b"/") for want in wanted)


def _confirm(record: Listed, staged: _Staged, result: Restored) -> None:
    """Compare the archive's member with the list's record; what no record confirms is not restored."""
    if record.kind == "not_captured":
        result.not_captured += 1
        return
    member = staged.members.get(record.path)
    kind = {"file": FILE, "directory": DIRECTORY, "symlink": SYMLINK}.get(record.kind)
    if member is None or member.kind != kind or member.target != record.target:
        raise BundleDamaged(f"{record.path!r}: the file list and the archive differ")
    if kind == FILE and (member.size, staged.digests[record.path]) != (record.size, record.sha256):
        raise BundleDamaged(f"{record.path!r}: its content is not what was captured")
    result.torn += record.label == "torn"
    staged.confirmed.add(record.path)


def _put(place: Place, staged: _Staged, result: Restored, *, force: bool) -> None:
    todo, differing = [], []
    for path in sorted(staged.confirmed):
        member = staged.members[path]
        same = place.standing(member, staged.digests.get(path, ""))
        if same is False and not force:
            differing.append(path)
        if same and member.kind != DIRECTORY:
            result.unchanged += 1
        else:
            todo.append(member)
    if differing:
        named = ", ".join(repr(path.decode(errors="replace")) for path in differing[:_NAMED_LIMIT])
        raise WouldOverwrite(f"{len(differing)} files stand there and differ, nothing was changed: {named}")
    place.sync()
    # Links last: a file is never put through one. Directories' modes after that: a read-only one fills first.
    for member in todo:
        if member.kind == DIRECTORY:
            place.put_directory(member, finished=False)
        elif member.kind == FILE:
            place.put_file(staged.numbers[member.path], member)
            result.files += 1
            result.content_bytes += member.size
    for member in todo:
        if member.kind == SYMLINK:
            place.put_symlink(member)
            result.symlinks += 1
    for member in reversed(todo):
        if member.kind == DIRECTORY:
            place.put_directory(member, finished=True)
            result.directories += 1
    place.sync()
