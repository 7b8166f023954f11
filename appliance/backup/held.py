"""What a chain of bundles holds, path by path, as one bundle after the other is taken in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from appliance.backup.filelist import Listed
from appliance.backup.index import name_id
from appliance.backup.tar import DIRECTORY, FILE, SYMLINK
from appliance.backup.unseal import BundleDamaged
from appliance.backup.untar import Member

KINDS = {"file": FILE, "directory": DIRECTORY, "symlink": SYMLINK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One member: `bundle` counts along the chain, `number` is where a file's content waits, -1 for others."""

    member: Member
    bundle: int
    number: int = -1
    sha256: str = ""
    torn: bool = False


class Tree:
    """The state after each bundle. `dropped` hears the number of a content that is of no use any more."""

    def __init__(self, dropped: Callable[[int], None]) -> None:
        self.held: dict[bytes, Held] = {}
        self.not_captured: set[bytes] = set()
        self._below: dict[bytes, set[bytes]] = {}
        self._dropped = dropped

    def __iter__(self) -> Iterator[Held]:
        """In the order of paths: a directory before what is in it."""
        return (self.held[path] for path in sorted(self.held))

    def take_in(self, bundle: int, staged: dict[bytes, Held], records: Iterator[Listed], key: bytes) -> None:
        """The next bundle of the chain: its members as staged, its file list, the key of its names' ids.

        What no record confirms is not held. Raises BundleDamaged.
        """
        removals: list[Listed] = []
        for record in records:
            if record.kind == "source":
                for removal in removals if not record.error else ():
                    self._remove(removal, bundle, key)
                removals.clear()
            elif record.kind in ("gone", "anew"):
                removals.append(record)
            elif record.kind == "not_captured":
                self.not_captured.add(record.path)
            else:
                self._put(record, staged.get(record.path))

    def _put(self, record: Listed, held: Held | None) -> None:
        """Compare the archive's member with the list's record, and hold it."""
        kind = KINDS.get(record.kind)
        if held is None or held.member.kind != kind or held.member.target != record.target:
            raise BundleDamaged(f"{record.path!r}: the file list and the archive differ")
        if kind == FILE and (held.member.size, held.sha256) != (record.size, record.sha256):
            raise BundleDamaged(f"{record.path!r}: its content is not what was captured")
        before = self.held.get(record.path)
        if before is not None and before.number not in (-1, held.number):
            self._dropped(before.number)
        if before is not None and before.member.kind == DIRECTORY != kind:
            self._drop_below(record.path, older_than=held.bundle)
        self.not_captured.discard(record.path)
        self.held[record.path] = Held(
            member=_dated(held.member, record), bundle=held.bundle, number=held.number, sha256=held.sha256,
            torn=record.label == "torn",
        )  # fmt: skip
        self._below.setdefault(_parent(record.path), set()).add(record.path)

    def _remove(self, removal: Listed, bundle: int, key: bytes) -> None:
        if removal.kind == "anew":
            self._drop_below(removal.path, older_than=bundle)
            return
        for path in list(self._below.get(removal.path, ())):
            if name_id(path.rpartition(b"/")[2], key) in removal.names:
                self._drop_below(path, older_than=bundle)
                self._drop(path, older_than=bundle)

    def _drop_below(self, directory: bytes, *, older_than: int) -> None:
        todo = list(self._below.get(directory, ()))
        while todo:
            path = todo.pop()
            todo.extend(self._below.get(path, ()))
            self._drop(path, older_than=older_than)

    def _drop(self, path: bytes, *, older_than: int) -> None:
        held = self.held.get(path)
        if held is None or held.bundle >= older_than:
            return
        del self.held[path]
        self._below[_parent(path)].discard(path)
        if held.number >= 0:
            self._dropped(held.number)


def _dated(member: Member, record: Listed) -> Member:
    """The time to the nanosecond stands in the list alone; lists of before have it in both.

    Written out, here and above: `replace` costs three times that, and there may be 200,000 of them.
    """
    mtime_ns = member.mtime_ns if record.mtime_ns is None else record.mtime_ns
    return Member(
        path=member.path, kind=member.kind, mode=member.mode, mtime_ns=mtime_ns, size=member.size,
        target=member.target,
    )  # fmt: skip


def _parent(path: bytes) -> bytes:
    return path.rpartition(b"/")[0]
