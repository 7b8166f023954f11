"""A long log as a guard would have written it, kept for the next run, and taken back to that after each use."""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from appliance.demo.world import UPS
from appliance.dispatch.loop import CHECKPOINT_ROWS
from appliance.dispatch.start import checkpoint
from appliance.eventlog import EventLog
from appliance.events import Body, Event, to_text
from appliance.events.bodies import GuardStarted, PhaseChanged, PowerRead, SeatsRead, UsbSeen, VenueConfigured
from appliance.exam.venue import Venue, fold
from scripts.benches.stage import IDLE, Site

EVENT_EVERY = timedelta(seconds=30)  # a million of them is a year


def long_log(kept: Path, rows: int, venue: Site) -> Path:
    """A log of `rows` rows with the guard's checkpoints, the last one as far back as it can be.

    Made by the guard's own means and kept for the next run under a name that tells the state's shape; those of
    another shape go.
    """
    bodies = _first_bodies(venue)
    state = _folded(bodies)
    shape = hashlib.sha256(to_text(_event(0, checkpoint(state))).encode()).hexdigest()[:12]
    path = kept / f"log-{rows}-{shape}" / "events-1.sqlite"
    if not path.exists():
        for stale in kept.glob(f"log-{rows}-*"):
            _remove(stale)
        beside = path.parent.with_suffix(".part")
        beside.mkdir()
        log = EventLog(beside / path.name)
        for page in _pages(rows, bodies):
            log.append(page)
        log.close()
        beside.rename(path.parent)
    return path


def _first_bodies(venue: Site) -> list[Body]:
    present = tuple(f"{room}-{seat}" for room, seat, spare in venue.world.seat_rows() if not spare)
    configured = VenueConfigured(plan=venue.settings.plan)
    phase = PhaseChanged(phase="open", sitting="", previous="")
    return [GuardStarted(version="bench"), configured, phase, UsbSeen(), SeatsRead(arrived=present)]


def _folded(bodies: list[Body]) -> Venue:
    state = Venue()
    for seq, body in enumerate(bodies, start=1):
        state = fold(state, _event(seq, body))
    return state


def _event(seq: int, body: Body) -> Event:
    at = IDLE - timedelta(days=400) + seq * EVENT_EVERY
    return Event(seq=seq, at=at, mono_s=30.0 * seq, boot_id="bench", body=body)


def _pages(rows: int, bodies: list[Body]) -> Iterator[list[tuple[str, str]]]:
    state, page = Venue(), []
    for seq in range(1, rows + 1):
        body: Body
        if seq <= len(bodies):
            body = bodies[seq - 1]
        elif (rows - seq) % CHECKPOINT_ROWS == CHECKPOINT_ROWS - 1:
            body = checkpoint(state)
        else:
            body = PowerRead(
                ups=UPS, status=("OL",), charge_percent=100.0 - seq % 3, runtime_s=4320.0, load_percent=35.0
            )
        event = _event(seq, body)
        state = fold(state, event)
        page.append((event.kind, to_text(event)))
        if len(page) == CHECKPOINT_ROWS or seq == rows:
            yield page
            page = []


def _remove(directory: Path) -> None:
    for path in directory.iterdir():
        path.unlink()
    directory.rmdir()


def cut_back(path: Path, rows: int) -> None:
    """Takes away what a guard added to a long log, and what the kernel holds of it in memory."""
    db = sqlite3.connect(path)
    db.execute("DELETE FROM log WHERE seq > ?", (rows,))
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    forget(path)


def forget(path: Path) -> None:
    """Drops the file from the page cache: a start after a power cut reads from the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
