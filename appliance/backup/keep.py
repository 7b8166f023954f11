"""Which bundles are kept: what the province has receipted goes first, oldest first; what it has not never goes."""

import errno
import json
import os
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from appliance.backup import disk
from appliance.backup.bundle import FULL, Published

PRUNED_NAME = ".pruned"
# Receipted ones make room before anybody is told that there is little: that begins at 0.9.
KEPT_SHARE = 0.8
AGE, ROOM = "age", "room"
_FILE_MODE = 0o640
_LEDGER_BYTES, _LEDGER_COUNTERS = 1 << 20, 100_000
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A full bundle and the deltas after it, which are worth nothing without: they are kept or removed as one."""

    bundles: tuple[Published, ...]
    size_bytes: int
    reason: str = ""


def size_of(bundle: Published) -> int:
    """What the bundle's files take, those that are there."""
    return sum(
        path.stat().st_size for path in (bundle.data, bundle.manifest, bundle.signature) if path.exists()
    )


def groups_of(bundles: Sequence[Published]) -> list[Group]:
    """The bundles, in the counter's order, by the full one that each builds on.

    A delta builds on the bundle before it, so that a new full one ends what was before.
    """
    found: list[list[Published]] = []
    for bundle in bundles:
        if bundle.kind == FULL or not found:
            found.append([])
        found[-1].append(bundle)
    return [Group(bundles=tuple(group), size_bytes=sum(map(size_of, group))) for group in found]


def to_drop(
    groups: Sequence[Group], *, receipted: Container[str], now: datetime, keep_days: int, over_bytes: int = 0
) -> list[Group]:
    """The groups that go, oldest first, each with its reason: those of before `keep_days`, and as many more as give
    back `over_bytes`.

    Only where the province has receipted every bundle of them; the newest group stays, for the next delta builds on it.
    """
    old = now - timedelta(days=keep_days)
    found = []
    for group in groups[:-1]:
        if not all(bundle.name in receipted for bundle in group.bundles):
            continue
        aged = max(bundle.created_at for bundle in group.bundles) < old
        if aged or over_bytes > 0:
            over_bytes -= group.size_bytes
            reason = AGE if aged else ROOM
            found.append(Group(bundles=group.bundles, size_bytes=group.size_bytes, reason=reason))
    return found


def remove(directory: Path, group: Group) -> None:
    """Take a group away; call it under the lock. Raises OSError.

    The newest first, so that what a power cut leaves still builds on something; of each the signature first, by which
    it exists, and on the medium before its data goes. That they went is noted beforehand: `verify` sees no gap then.
    Where the medium has no room for the note it comes afterwards: else a full one could never be relieved.
    """
    counters = [bundle.counter for bundle in group.bundles]
    noted = _noted_if_room(directory, counters)
    for bundle in reversed(group.bundles):
        bundle.signature.unlink(missing_ok=True)
        disk.sync_directory(directory)
        bundle.manifest.unlink(missing_ok=True)
        bundle.data.unlink(missing_ok=True)
    disk.sync_directory(directory)
    if not noted:
        _note(directory, counters)


def gone_of(group: Group) -> Group:
    """What of a group is there no more, by the signatures. Raises OSError."""
    gone = tuple(bundle for bundle in group.bundles if not bundle.signature.exists())
    whole = len(gone) == len(group.bundles)
    return Group(bundles=gone, size_bytes=group.size_bytes if whole else 0, reason=group.reason)


def pruned_in(directory: Path) -> set[int]:
    """The counters that were pruned there, as this box noted it; none where the note is not there or unreadable."""
    try:
        raw = (directory / PRUNED_NAME).read_bytes()[:_LEDGER_BYTES]
        found: set[int] = set()
        # The newest spans first: of the oldest nothing is asked any more.
        for first, last in reversed(json.loads(raw)["counters"]):
            left = _LEDGER_COUNTERS - len(found)
            found.update(range(max(int(first), int(last) - left + 1), int(last) + 1))
        return found
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return set()


def pruned_spans(directory: Path) -> tuple[tuple[int, int], ...]:
    """The same as numbers from and to, which rise."""
    return _spans(pruned_in(directory))


def _spans(counters: Iterable[int]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for n in sorted(counters):
        if found and found[-1][1] + 1 == n:
            found[-1] = (found[-1][0], n)
        else:
            found.append((n, n))
    return tuple(found)


def _noted_if_room(directory: Path, counters: Iterable[int]) -> bool:
    try:
        _note(directory, counters)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        return False
    return True


def _note(directory: Path, counters: Iterable[int]) -> None:
    text = json.dumps({"counters": _spans(pruned_in(directory) | set(counters))}) + os.linesep
    try:
        disk.replace_file(directory / PRUNED_NAME, text.encode(), mode=_FILE_MODE)
    except disk.DiskFault as error:
        raise OSError(error.errno, str(error)) from error
