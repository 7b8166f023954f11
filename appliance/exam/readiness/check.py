"""The readiness check: all points of a venue at a moment, must before should, and what stands against a seal."""

import hashlib
from collections.abc import Iterable

from appliance.events import Moment
from appliance.events.codec import canonical
from appliance.exam.backup_view import is_expired
from appliance.exam.readiness import people, supply
from appliance.exam.readiness.health import health
from appliance.exam.readiness.inventory import usb, usb_sha256
from appliance.exam.readiness.line import line
from appliance.exam.readiness.point import Point, point, within, worst
from appliance.exam.stored import DrillState
from appliance.exam.venue import Venue
from appliance.exam.verdict import CRITICAL

OLD_S = 24 * 3600.0
DRILL_OLD_S = 31 * 24 * 3600.0  # a mock exam is held within the month before; so is a restore (our judgement)
DISK = {"ok": "room", "low": "low", "full": "full"}
WHAT = ("names", "count", "leaks", "rooms")  # of what a red point tells: no figures, they move by themselves


def points(venue: Venue, now: Moment) -> tuple[Point, ...]:
    """Every point: the eight that must be, then those that should."""
    return (
        supply.mains(venue, now),
        supply.holds(venue, now),
        line(venue, now),
        usb(venue, now),
        bundle(venue, now),
        people.clock(venue, now),
        people.seats(venue, now),
        people.panel(venue, now),
        disk(venue),
        clock_source(venue),
        polarity(venue),
        people.isolation(venue, now),
        people.seat_usb(venue, now),
        *health(venue, now),
    )


def bundle(venue: Venue, now: Moment) -> Point:
    """Whether a sealed bundle stands in the outbox, whole and of today, and a restore was tried."""
    backup = venue.backup
    if not venue.plan.backup:
        return point("bundle", "off")
    if backup.failures:
        return point("bundle", "failed", reason=backup.failed_reason[:200])
    last = backup.last
    if last is None:
        return point("bundle", "none")
    args: dict[str, object] = {"name": last.name, "at": last.at.wall.isoformat()}
    if last.incomplete:
        return point("bundle", "incomplete", sources=list(last.incomplete[:8]), **args)
    if not within(last.at, now, OLD_S):
        return point("bundle", "old", **args)
    if expired := [
        each.name or each.key for each in venue.plan.recipients if is_expired(each, now.wall.date())
    ]:
        return point("bundle", "key-expired", keys=expired, **args)
    return _restore(backup.stored.drill, args, now)


def _restore(drill: DrillState | None, args: dict[str, object], now: Moment) -> Point:
    """Whether what is sealed can be opened again: a drill seals to a throw-away key and restores."""
    if drill is None:
        return point("bundle", "not-drilled", **args)
    args = args | {"drilled_at": drill.at.isoformat()}
    if not drill.passed:
        return point("bundle", "drill-failed", reason=(drill.reason or ", ".join(drill.faulty))[:200], **args)
    if not drill.files:  # of nothing nothing was shown
        return point("bundle", "drill-empty", **args)
    age_s = (now.wall - drill.at).total_seconds()
    return point("bundle", "restored" if 0 <= age_s <= DRILL_OLD_S else "drill-old", **args)


def disk(venue: Venue) -> Point:
    """Room on the disk of the record and the bundles."""
    code = DISK.get(venue.disk_level, "unread")
    free = venue.disk_free_percent
    return point("disk", code, free_percent=None if free is None else int(free))


def clock_source(venue: Venue) -> Point:
    """Whether anything vouches for the clock; before the box's own readings, nobody has looked."""
    if not venue.clock_trusted:
        return point("rtc", "unkept")
    return point("rtc", "unread" if venue.host.row is None else "kept")


def polarity(venue: Venue) -> Point:
    """Whether somebody pulled each watched UPS's plug to see that the box reads the mains the right way round."""
    if not venue.ups:
        return point("polarity", "none")
    outcomes = {name: ups.drill.outcome if ups.drill else "" for name, ups in sorted(venue.ups.items())}
    wrong = [name for name, outcome in outcomes.items() if outcome in ("no-edge", "not-back")]
    if wrong:
        return point("polarity", "wrong", names=wrong)
    undone = [name for name, outcome in outcomes.items() if outcome != "passed"]
    return point("polarity", "undrilled" if undone else "drilled", names=undone or list(outcomes))


def level(found: Iterable[Point]) -> str:
    """The level of the whole check: that of its worst must point."""
    return worst(tuple(each.level for each in found if each.must))


def needing_reason(found: Iterable[Point]) -> tuple[Point, ...]:
    """The points that nobody seals over without a written reason: must points that were found wrong.

    What is amber or unknown is printed as such and stops nobody: the box does not know better than two people.
    """
    return tuple(each for each in found if each.must and each.level == CRITICAL)


def revision(found: Iterable[Point], inventory: str) -> str:
    """Names what people read and sign: it moves where a point's level or reason does, or the USB inventory.

    So does it where a red point is red for another thing: the reason was written for those that were shown.
    """
    told = [[each.key, each.level, each.code, *_wrong(each)] for each in found]
    return hashlib.sha256(canonical([inventory, *told]).encode()).hexdigest()[:16]


def _wrong(each: Point) -> list[object]:
    return [each.args.get(name) for name in WHAT] if each.level == CRITICAL else []


def revision_now(venue: Venue, found: Iterable[Point], now: Moment) -> str:
    """The revision of these points, with the USB inventory as it is now."""
    return revision(found, usb_sha256(venue, now))
