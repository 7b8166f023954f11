"""What is wrong with the backups right now: none made, not whole, fewer answers, no room, no copy, no receipt."""

from collections.abc import Iterator
from datetime import timedelta

from appliance.events import Moment
from appliance.exam import phase as phases
from appliance.exam.cause import Cause
from appliance.exam.deadline import receipt_due
from appliance.exam.stored import COPY_LATE_S
from appliance.exam.venue import Venue

OWED_FOR = timedelta(days=7)


def backup_causes(venue: Venue, now: Moment) -> Iterator[Cause]:
    """The causes; none where nothing is to be backed up."""
    if not venue.plan.backup:
        return
    yield from _bundles(venue, now)
    yield from _sources(venue)
    yield from _places(venue, now)
    for sitting in venue.sittings:
        due = receipt_due(sitting, venue.plan.rules)
        final = venue.backup.finals.get(sitting.id)
        owed = final is None or final.name not in venue.backup.receipted
        if owed and due <= now.wall < due + OWED_FOR and _was_held(venue, sitting.id):
            yield Cause(kind="receipt_late", name=sitting.id)


def _bundles(venue: Venue, now: Moment) -> Iterator[Cause]:
    backup = venue.backup
    if backup.failures:
        yield Cause(kind="backup_failed", detail=backup.failed_code or backup.failed_reason)
    if venue.phase.name == phases.RUNNING and venue.phase.at:
        fresh = max(venue.phase.at, backup.last.at.wall) if backup.last else venue.phase.at
        if now.wall - fresh > timedelta(minutes=3 * venue.plan.rules.backup_every_minutes):
            yield Cause(kind="backup_late")


def _sources(venue: Venue) -> Iterator[Cause]:
    """By the newest bundle: the next one that is whole ends it."""
    backup = venue.backup
    for told in backup.last.sources if backup.last else ():
        if told.fault:
            yield Cause(kind="source_incomplete", name=told.name, place=told.name, detail=told.fault)
    for told in backup.short.values():
        yield Cause(
            kind="answers_short", name=told.name, place=told.name, detail=f"{told.collected}/{told.expected}"
        )


def _places(venue: Venue, now: Moment) -> Iterator[Cause]:
    backup, stored = venue.backup, venue.backup.stored
    if stored.level in ("low", "full"):
        yield Cause(kind="outbox_full", detail=stored.level)
    for place in venue.plan.copies:
        copy = stored.copies.get(place)
        if copy is not None and copy.fault:
            yield Cause(kind="copy_failed", name=place, place=place, detail=copy.fault)
        elif backup.last and (copy is None or copy.newest != backup.last.name):
            since = now.since(backup.last.at) if now.comparable(backup.last.at) else 0.0
            if since > COPY_LATE_S:
                yield Cause(kind="copy_failed", name=place, place=place, detail="late")


def _was_held(venue: Venue, sitting: str) -> bool:
    """Whether this record saw the sitting at all: a box set up the day after owes nothing for it."""
    seen = sitting in venue.held or venue.phase.sitting == sitting or sitting in venue.backup.finals
    acts = venue.acts.get(sitting)
    return seen or (acts is not None and acts.finished_at is not None)
