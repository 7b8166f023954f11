"""Readiness as a reader sees it: plain JSON values; times, not ages."""

from appliance.events import Moment
from appliance.events.sealed import SealPoint
from appliance.exam.readiness import check
from appliance.exam.readiness.acts import batch_ahead
from appliance.exam.readiness.morning import morning
from appliance.exam.readiness.point import Point
from appliance.exam.venue import Venue

Plain = dict[str, object]


def readiness_row(venue: Venue, now: Moment) -> Plain:
    """The points in their order, the batch a seal would be for, and the revision that it must name."""
    points = check.points(venue, now)
    batch = venue.seal.batch if venue.seal else batch_ahead(venue, now)
    needed = {each.key for each in check.needing_reason(points)}
    return {
        "batch": batch,
        "level": check.level(points),
        "revision": check.revision_now(venue, points, now),
        "points": [point_row(each) | {"needs_reason": each.key in needed} for each in points],
        "morning": morning_row(venue, now),
    }


def point_row(each: Point | SealPoint) -> Plain:
    """One point as plain values."""
    return {
        "key": each.key,
        "must": each.must,
        "level": each.level,
        "code": each.code,
        "args": dict(each.args),
    }


def morning_row(venue: Venue, now: Moment) -> Plain | None:
    """The morning check, None while none is due."""
    found = morning(venue, now)
    if found is None:
        return None
    return {
        "sitting": found.sitting,
        "state": found.state,
        "level": found.level,
        "until": found.until.isoformat(),
        "by": found.by,
        "at": found.at.isoformat() if found.at else None,
        "revision": found.revision,
        "points": [point_row(each) for each in found.points],
        "unobserved": [
            {"what": each.what, "since": each.since.isoformat(), "until": each.until.isoformat()}
            for each in found.unobserved
        ],
    }


def seal_row(venue: Venue) -> Plain | None:
    """Who sealed, when, over what; None without a seal."""
    seal = venue.seal
    if seal is None:
        return None
    return {
        "batch": seal.batch,
        "at": seal.at.isoformat(),
        "chief": seal.chief,
        "technician": seal.technician,
        "seq": seal.seq,
        "overrides": sum(1 for each in seal.points if each.override),
    }
