"""What people say of readiness, and the acts of two people: seal and unseal."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from appliance.events import Body, Moment
from appliance.events.bodies import (
    ClockConfirmed,
    MorningChecked,
    SealLifted,
    SealMade,
    SeatUsbDeclared,
    SwitchDeclared,
)
from appliance.events.plan import NOBODY
from appliance.events.sealed import SealPoint
from appliance.exam.asked import MAX_NAME, Act, Refused
from appliance.exam.readiness import check
from appliance.exam.readiness.inventory import usb_sha256
from appliance.exam.readiness.morning import WATCHING, morning
from appliance.exam.readiness.point import Point
from appliance.exam.venue import Venue

MAX_OFFSET_S = 86_400
SHOWN_FOR_S = 120.0  # who presses "yes" two minutes after the time was shown compared something else
MAX_OVERRIDE = 500


def _clock(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    offset_s, shown = act.args.get("offset_s", 0), _shown(act)
    if not isinstance(offset_s, int) or isinstance(offset_s, bool) or abs(offset_s) > MAX_OFFSET_S:
        raise Refused("bad-number", name="offset_s", lowest=-MAX_OFFSET_S, highest=MAX_OFFSET_S)
    if shown is not None and abs((now.wall - shown).total_seconds()) > SHOWN_FOR_S:
        raise Refused("shown-too-long-ago")
    return (ClockConfirmed(by=act.text("by", limit=MAX_NAME), offset_s=offset_s, shown=shown),)


def _shown(act: Act) -> datetime | None:
    """The time that the page showed, if it says one."""
    text = act.text("shown", required=False, limit=40)
    if not text:
        return None
    try:
        shown = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("bad-text", name="shown", limit=40) from error
    if shown.tzinfo is None:
        raise Refused("bad-text", name="shown", limit=40)
    return shown


def _seat_usb(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    blocked, by = act.choice("blocked"), act.text("by", limit=MAX_NAME)
    return (SeatUsbDeclared(by=by, blocked=blocked, text=act.text("text", required=False)),)


def _switch(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    isolated, by = act.choice("isolated"), act.text("by", limit=MAX_NAME)
    return (SwitchDeclared(by=by, isolated=isolated, text=act.text("text", required=False)),)


def _seal(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    if venue.seal:
        raise Refused("already-sealed", batch=venue.seal.batch)
    if venue.plan.code == NOBODY:
        raise Refused("no-venue-yet", venue=NOBODY)
    chief, technician = _two(act)
    batch = act.text("batch", required=False, limit=MAX_NAME) or batch_ahead(venue, now)
    if not any(s.planned.batch == batch for s in venue.sittings if _is_ahead(venue, s.id, s.last_end, now)):
        raise Refused("no-batch-ahead", batch=batch)
    points = check.points(venue, now)
    seen = act.text("revision", required=False, limit=MAX_NAME)
    if seen and seen != check.revision_now(venue, points, now):
        raise Refused("points-changed")
    reasons = _overrides(act, points)
    missing = [each.key for each in check.needing_reason(points) if each.key not in reasons]
    if missing:
        raise Refused("points-not-ready", points=missing)
    made = SealMade(
        batch=batch,
        chief=chief,
        technician=technician,
        points=tuple(_as_sealed(each, reasons.get(each.key, "")) for each in points),
        usb_sha256=usb_sha256(venue, now),
        log_seq=act.head[0],
        log_hash=act.head[1],
        drill=venue.drill,
    )
    return (made,)


def batch_ahead(venue: Venue, now: Moment) -> str:
    """The batch that a seal would be for: that of the first sitting not over, '' where none is ahead."""
    ahead = (s for s in venue.sittings if _is_ahead(venue, s.id, s.last_end, now))
    first = next(ahead, None)
    return first.planned.batch if first else ""


def _is_ahead(venue: Venue, name: str, last_end: datetime, now: Moment) -> bool:
    return last_end > now.wall or name == venue.phase.sitting


def _overrides(act: Act, points: tuple[Point, ...]) -> dict[str, str]:
    """The written reasons by point; only must points take one. Raises Refused."""
    given = act.args.get("overrides", {})
    musts = {each.key for each in points if each.must}
    if not isinstance(given, dict) or not set(given) <= musts:
        raise Refused("bad-choice", name="overrides", choices=", ".join(sorted(musts)))
    reasons = {}
    for key in given:
        try:
            reasons[key] = Act(verb=act.verb, args=given).text(key, required=False, limit=MAX_OVERRIDE)
        except Refused as error:
            raise Refused("bad-override", points=[key], limit=MAX_OVERRIDE) from error
    return {key: reason for key, reason in reasons.items() if reason}


def _as_sealed(each: Point, override: str) -> SealPoint:
    reason = "" if each.level == "ok" else override
    return SealPoint(
        key=each.key, must=each.must, level=each.level, code=each.code, args=each.args, override=reason
    )


def _two(act: Act) -> tuple[str, str]:
    """Chief and technician: two names. Blanks and the case of letters make no other person. Raises Refused."""
    chief, technician = act.text("chief", limit=MAX_NAME), act.text("technician", limit=MAX_NAME)
    if "".join(chief.split()).casefold() == "".join(technician.split()).casefold():
        raise Refused("two-people-needed")
    return chief, technician


def _unseal(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    if venue.seal is None:
        raise Refused("not-sealed")
    chief, technician = _two(act)
    by = f"{chief}, {technician}"
    return (SealLifted(batch=venue.seal.batch, by=by, reason=act.text("reason")),)


def _morning(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    found, by = morning(venue, now), act.text("by", limit=MAX_NAME)
    if found is None:
        raise Refused("no-morning-check")
    if found.state == WATCHING:
        raise Refused("morning-too-early")
    seen = act.text("revision", required=False, limit=MAX_NAME)
    if seen and seen != found.revision:
        raise Refused("points-changed")
    points = tuple(_as_sealed(each, "") for each in found.points)
    return (MorningChecked(by=by, sitting=found.sitting, points=points, unobserved=found.unobserved),)


READINESS_DECISIONS: Mapping[str, Callable[[Venue, Act, Moment], tuple[Body, ...]]] = MappingProxyType(
    {
        "clock.confirm": _clock,
        "seats.declare_usb": _seat_usb,
        "switch.declare": _switch,
        "morning.confirm": _morning,
        "seal": _seal,
        "unseal": _unseal,
    }
)
