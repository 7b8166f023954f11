"""A bundle opened and compared with what it says of itself; nothing of it is written anywhere."""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from appliance.backup.bundle import FILES_MEMBER, Published
from appliance.backup.filelist import Listed, listed
from appliance.backup.held import KINDS
from appliance.backup.manifest import Manifest
from appliance.backup.tar import FILE
from appliance.backup.unseal import BundleDamaged, members
from appliance.backup.untar import Member

_OWN = b".venue/"
# Of each member its path and a mark are kept until the list comes: two million names of a hundred characters.
MOST_HELD_BYTES, _MARK_BYTES = 1 << 29, 150
OWN_BYTES = 1 << 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What openings at the same time keep in memory: each `own_bytes`, and one at a time up to `most_bytes`.

    Whoever needs more than its own waits for the one that has more, in whatever process, at the file `lock`; None where
    nobody else opens. That is for a bundle of a quarter million names and above.
    """

    own_bytes: int = OWN_BYTES
    most_bytes: int = MOST_HELD_BYTES
    lock: Path | None = None


class _Place:
    """One opening's part of the room; a with block."""

    def __init__(self, room: Room) -> None:
        self._room, self._held_bytes, self._fd = room, 0, -1

    def __enter__(self) -> "_Place":
        return self

    def __exit__(self, *_: object) -> None:
        if self._fd >= 0:
            os.close(self._fd)

    def take(self, count: int) -> bool:
        """Once `count` bytes more may be kept; False where they never may. Raises OSError."""
        self._held_bytes += count
        if self._held_bytes > self._room.own_bytes and self._fd < 0 and self._room.lock:
            self._fd = os.open(self._room.lock, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._fd, fcntl.LOCK_EX)
        return self._held_bytes <= self._room.most_bytes


@dataclass(slots=True, kw_only=True)
class Opened:
    """What was found: files by source, their bytes, and how many had changed while they were captured."""

    files: dict[str, int] = field(default_factory=dict)
    content_bytes: int = 0
    torn: int = 0


def opened(
    bundle: Published,
    manifest: Manifest,
    identities: Sequence[X25519PrivateKey],
    *,
    told: Callable[[int], None] | None = None,
    room: Room | None = None,
) -> Opened:
    """Reads `bundle` to its end, in its place of `room`: each file's sha256 is the list's, and the list's files are the
    manifest's count.

    `told` hears the sealed bytes read. Of each file 32 bytes are kept until the list comes, which is last.
    A stolen key can sign what it likes: members without number end it. Raises WrongKey, BundleDamaged, OSError.
    """
    seen: dict[bytes, bytes] = {}
    found = Opened()
    has_list = False
    with _Place(room or Room()) as place:
        for member, content in members(bundle.data, identities, sha256=manifest.sha256, told=told):
            if member.path == FILES_MEMBER:
                has_list = True
                _compare(listed(content), seen, found)
            elif not member.path.startswith(_OWN):
                if not place.take(len(member.path) + _MARK_BYTES):
                    raise BundleDamaged(f"{bundle.name}: more members than can be kept in memory: it is not opened")
                seen[member.path] = _mark(member, content)
    if not has_list:
        raise BundleDamaged(f"{bundle.name}: no file list")
    for source in manifest.sources:
        files = found.files.get(source.name, 0)
        if files != source.files:
            raise BundleDamaged(
                f"{bundle.name}: {files} files of {source.name!r}, {source.files} were published"
            )
    return found


def _compare(records: Iterator[Listed], seen: dict[bytes, bytes], found: Opened) -> None:
    for record in records:
        kind = KINDS.get(record.kind)
        if kind is None:
            continue
        told = _marked(kind, record.size, record.sha256 if kind == FILE else "", record.target)
        if seen.get(record.path) != told:
            raise BundleDamaged(f"{record.path!r}: the file list and the archive differ")
        if kind == FILE:
            source = record.path.partition(b"/")[0].decode("utf-8", "replace")
            found.files[source] = found.files.get(source, 0) + 1
            found.content_bytes += record.size
            found.torn += record.label == "torn"


def _mark(member: Member, content: Iterator[bytes]) -> bytes:
    if member.kind != FILE:
        return _marked(member.kind, 0, "", member.target)
    digest = hashlib.sha256()
    for chunk in content:
        digest.update(chunk)
    return _marked(member.kind, member.size, digest.hexdigest(), b"")


def _marked(kind: bytes, size: int, sha256: str, target: bytes) -> bytes:
    """32 bytes that stand for a member: what it is, and what is in it."""
    return hashlib.sha256(json.dumps([kind.hex(), size, sha256, target.hex()]).encode()).digest()
