"""What a chain of bundles holds, path by path, as one bundle after the other is taken in."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from appliance.backup.filelist import Listed
from appliance.backup.index import name_id
from appliance.backup.tar import DIRECTORY, FILE, SYMLINK
from appliance.backup.unseal import BundleDamaged
from appliance.backup.untar import Member

KINDS = {"file": FILE, "directory": DIRECTORY, "symlink": SYMLINK}


class Held(NamedTuple):
    """One member: `bundle` counts along the chain, and is where a file's content waits. A tuple, as `Member` is.

    `sha256`, in hex, is what the file list says: what of it is held was compared, or is before it is put.
    """

    member: Member
    bundle: int
    sha256: str = ""
    torn: bool = False


class Tree:
    """The state after each bundle. `confirmed` hears of each file held, `dropped` what is of no use."""

    def __init__(self, *, confirmed: Callable[[Held], None], dropped: Callable[[Held], None]) -> None:
        self.held: dict[bytes, Held] = {}
        self.not_captured: set[bytes] = set()
        # By directory; made when first something is taken away, which a full bundle alone never does.
        self._below: dict[bytes, set[bytes]] | None = None
        self._confirmed, self._dropped = confirmed, dropped

    def __iter__(self) -> Iterator[Held]:
        """In the order of paths: a directory before what is in it."""
        return (self.held[path] for path in sorted(self.held))

    def take_in(self, bundle: int, staged: dict[bytes, Held], records: Iterator[Listed], key: bytes) -> None:
        """The next bundle of the chain: its members as staged, its file list, the key of its names' ids.

        What no record confirms is not held. Raises BundleDamaged.
        """
        removals: list[Listed] = []
        for record in records:
            if record.kind in KINDS:
                self._put(record, staged.get(record.path))
            elif record.kind == "source":
                for removal in removals if not record.error else ():
                    self._remove(removal, bundle, key)
                removals.clear()
            elif record.kind in ("gone", "anew"):
                removals.append(record)
            elif record.kind == "not_captured":
                self.not_captured.add(record.path)
            else:
                raise BundleDamaged(f"{record.path!r}: the file list has a record of an unknown kind")
        for path, held in staged.items():
            if path not in self.held:
                self._dropped(held)

    def _put(self, record: Listed, held: Held | None) -> None:
        """Compare the archive's member with the list's record, and hold it."""
        kind = KINDS.get(record.kind)
        if held is None or held.member.kind != kind or held.member.target != record.target:
            raise BundleDamaged(f"{record.path!r}: the file list and the archive differ")
        if kind == FILE and held.member.size != record.size:
            raise BundleDamaged(f"{record.path!r}: its content is not what was captured")
        before = self.held.get(record.path)
        if before is not None:
            if before.member.kind == DIRECTORY != kind:
                self._drop_below(record.path, older_than=held.bundle)
            if before.bundle != held.bundle and not before.member.kind == DIRECTORY == kind:
                self._dropped(before)
        self.not_captured.discard(record.path)
        member = _dated(held.member, record)
        held = self.held[record.path] = Held(member, held.bundle, record.sha256, record.label == "torn")
        if kind == FILE:
            self._confirmed(held)
        if self._below is not None:
            self._below.setdefault(_parent(record.path), set()).add(record.path)

    def _remove(self, removal: Listed, bundle: int, key: bytes) -> None:
        if removal.kind == "anew":
            self._drop_below(removal.path, older_than=bundle)
            return
        for path in self._in(removal.path):
            if name_id(path.rpartition(b"/")[2], key) in removal.names:
                self._drop_below(path, older_than=bundle)
                self._drop(path, older_than=bundle)

    def _in(self, directory: bytes) -> list[bytes]:
        """What is held directly in a directory."""
        if self._below is None:
            self._below = {}
            for path in self.held:
                self._below.setdefault(_parent(path), set()).add(path)
        return list(self._below.get(directory, ()))

    def _drop_below(self, directory: bytes, *, older_than: int) -> None:
        todo = self._in(directory)
        while todo:
            path = todo.pop()
            todo.extend(self._in(path))
            self._drop(path, older_than=older_than)

    def _drop(self, path: bytes, *, older_than: int) -> None:
        held = self.held.get(path)
        if held is None or held.bundle >= older_than:
            return
        del self.held[path]
        if self._below is not None:
            self._below[_parent(path)].discard(path)
        self._dropped(held)


def _dated(member: Member, record: Listed) -> Member:
    """The time to the nanosecond stands in the list alone; lists of before have it in both."""
    mtime_ns = member.mtime_ns if record.mtime_ns is None else record.mtime_ns
    return Member(member.path, member.kind, member.mode, mtime_ns, member.size, member.target)


def _parent(path: bytes) -> bytes:
    return path.rpartition(b"/")[0]
