"""Beside a guard each run of the backup prunes what may go, and tells how much room is taken and was written."""

import contextlib
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from appliance import daemon
from appliance.backup import keep
from appliance.backup.disk import DiskFault
from appliance.backup.outbox import bundles, locked
from appliance.backup.room import Room, room_of
from appliance.cli.shell import language, say, unusable
from appliance.client import Client
from appliance.eventlog import EventLog
from appliance.words import label

_IO = Path("/proc/self/io")
_PAGE = 500
RECEIPTED = "bundle.receipted"
GB = 10**9


def receipted_in(log: EventLog | None) -> set[str]:
    """The names of all bundles that the province has receipted, by the record. Raises LogError."""
    found: set[str] = set()
    after = 0
    while log is not None and (rows := log.rows(after=after, kind=RECEIPTED, limit=_PAGE)):
        after = rows[-1].seq
        for row in rows:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                found.add(str(json.loads(row.text)["body"]["name"]))
    return found


def prune(settings: daemon.Settings, client: Client, receipted: set[str], now: datetime) -> None:
    """Remove what the province has receipted and is too old, or stands in the way; each told to the guard.

    Only beside a guard: what nobody records is not removed. What can not be removed is said, and keeps no bundle from
    being made. Raises BackupBusy.
    """
    try:
        _prune(settings, client, receipted, now)
    except (DiskFault, OSError) as error:
        say(label(language(), "shell_not_pruned", reason=unusable(error)))


def _prune(settings: daemon.Settings, client: Client, receipted: set[str], now: datetime) -> None:
    state_dir, backup = settings.config.venue.state_dir, settings.config.backup
    with locked(state_dir) as directory:
        room = room_of(state_dir, quota_bytes=backup.quota_gb * GB)
        groups = keep.groups_of(bundles(state_dir))
        over = int(room.used_bytes - keep.KEPT_SHARE * room.limit_bytes)
        dropped = keep.to_drop(
            groups, receipted=receipted, now=now, keep_days=backup.keep_days, over_bytes=over
        )
        for group in dropped:
            try:
                keep.remove(directory, group)
            finally:  # at once, and of half a group too: what can not be removed brings back nothing that is gone
                gone = keep.gone_of(group)
                if gone.bundles:
                    told(client, "bundle.pruned", pruned(gone))


def pruned(group: keep.Group, *, place: str = "") -> dict[str, Any]:
    """The body of `bundle.pruned`."""
    names = [bundle.name for bundle in group.bundles]
    return {"names": names, "sealed_bytes": group.size_bytes, "reason": group.reason, "place": place}


def measured(settings: daemon.Settings, receipted: set[str], *, sitting: str, written_bytes: int) -> dict[str, Any]:
    """The body of `outbox.read`. Raises DiskFault, OSError."""
    config = settings.config
    room: Room = room_of(config.venue.state_dir, quota_bytes=config.backup.quota_gb * GB)
    found = bundles(config.venue.state_dir)
    owed = [bundle for bundle in found if bundle.name not in receipted]
    return {
        "used_bytes": room.used_bytes,
        "limit_bytes": room.limit_bytes,
        "bundles": len(found),
        "owed": len(owed),
        "owed_bytes": sum(map(keep.size_of, owed)),
        "level_name": room.level,
        "sitting": sitting,
        "written_bytes": written_bytes,
    }


def written_bytes() -> int:
    """What this process and those that it waited for caused to be written to a medium so far, by the kernel's count.

    0 where the kernel does not count. Source: proc(5), `write_bytes`; kernel/exit.c adds a child's as it is waited for.
    """
    try:
        lines = _IO.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("write_bytes:")), 0)


@contextlib.contextmanager
def told_room(settings: daemon.Settings, client: Client | None, receipted: set[str], sitting: str) -> Iterator[None]:
    """Whatever becomes of the run: how much room is taken then, and what it wrote."""
    before = written_bytes()
    try:
        yield
    finally:
        if client is not None:
            try:
                body = measured(settings, receipted, sitting=sitting, written_bytes=written_bytes() - before)
            except (DiskFault, OSError) as error:
                say(label(language(), "shell_room_unread", reason=unusable(error)))
            else:
                told(client, "outbox.read", body)


def told(client: Client, kind: str, body: dict[str, Any]) -> None:
    """A fact for the record."""
    client.call("report", kind=kind, body=body)
