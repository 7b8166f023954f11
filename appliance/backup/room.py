"""How much room bundles may take: the quota, and what the medium gives beyond what stays free for the record."""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from appliance.backup.bundle import BackupError, Progress
from appliance.backup.disk import DiskFault
from appliance.backup.outbox import outbox_of
from appliance.backup.scratch import KEEP_FREE_BYTES

LOW, FULL = 0.9, 1.0
PLACES = ("outbox", "index", "spool")
# Of a small medium a twentieth stays free for the record, else half a gigabyte: years of it.
_SHARE = 20
_LOOK_EVERY_S = 0.25


class OutboxFull(BackupError):
    """No room for the bundle: the quota is used up, or the medium but for what the record needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """`used_bytes` by bundles, indexes and what is kept aside; `limit_bytes` in all; `free_bytes` of the medium, of
    which `reserve_bytes` stay free."""

    used_bytes: int
    limit_bytes: int
    free_bytes: int
    reserve_bytes: int

    @property
    def level(self) -> str:
        """ok, low or full."""
        if self.used_bytes >= FULL * self.limit_bytes:
            return "full"
        return "low" if self.used_bytes >= LOW * self.limit_bytes else "ok"

    def left_bytes(self, *, beyond_quota: bool = False) -> int:
        """What a bundle may still take; `beyond_quota`: a sitting's last one, limited by the record's reserve alone."""
        free = max(self.free_bytes - self.reserve_bytes, 0)
        return free if beyond_quota else max(min(self.limit_bytes - self.used_bytes, free), 0)


def room_of(state_dir: Path, *, quota_bytes: int) -> Room:
    """How it stands now. Raises DiskFault."""
    try:
        used = sum(_size(state_dir / place) for place in PLACES)
        medium = shutil.disk_usage(_there(state_dir))
    except OSError as error:
        raise DiskFault(error) from error
    reserve = min(KEEP_FREE_BYTES, medium.total // _SHARE)
    limit = min(quota_bytes, used + max(medium.free - reserve, 0))
    return Room(used_bytes=used, limit_bytes=limit, free_bytes=medium.free, reserve_bytes=reserve)


def within(
    state_dir: Path, room: Room, progress: Callable[[Progress], None], *, beyond_quota: bool
) -> Callable[[Progress], None]:
    """`progress`, and OutboxFull from it once the bundle has grown beyond what is left. Raises OutboxFull at once
    where nothing is."""
    left, looked_s = room.left_bytes(beyond_quota=beyond_quota), time.monotonic()
    if left <= 0:
        raise OutboxFull(_why(room))

    def told(now: Progress) -> None:
        nonlocal looked_s
        if time.monotonic() - looked_s >= _LOOK_EVERY_S:
            looked_s = time.monotonic()
            grown = sum(_size(state_dir / place) for place in PLACES) - room.used_bytes
            if grown > left or shutil.disk_usage(outbox_of(state_dir)).free < room.reserve_bytes:
                raise OutboxFull(_why(room))
        progress(now)

    return told


def keep_free_bytes(room: Room, *, beyond_quota: bool) -> int:
    """What a dump that waits for its size must leave free on the medium."""
    return max(room.reserve_bytes, room.free_bytes - room.left_bytes(beyond_quota=beyond_quota))


def _why(room: Room) -> str:
    used, limit = room.used_bytes / 1e9, room.limit_bytes / 1e9
    return (
        f"no room for a bundle: {used:.1f} of {limit:.1f} GB are used, {room.reserve_bytes / 1e6:.0f} MB stay free for "
        "the record; what the province has not receipted is never pruned: carry bundles out, or bring the line up"
    )


def _size(directory: Path) -> int:
    """What the files of a directory take on the medium; one that goes meanwhile takes nothing."""
    total = 0
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                try:
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                except FileNotFoundError:
                    continue
    except FileNotFoundError:
        return 0
    return total


def _there(path: Path) -> Path:
    """The directory, or the one above it that is there already."""
    return path if path.exists() else _there(path.parent)
