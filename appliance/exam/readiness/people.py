"""Points that hang on what people saw: the clock, lamp and buzzer, the switch, USB of the seats; and the seats seen."""

from collections import Counter

from appliance.events import Moment
from appliance.exam.readiness.point import Point, point, within
from appliance.exam.readiness.state import VOUCHED_S, Word
from appliance.exam.seats import rooms_short_of_spares
from appliance.exam.venue import Venue

SAID_S = 24 * 3600.0  # the check is of one evening: a word of the week before says nothing (our judgement)
FAR_OFF_S = 60
ROOMS_SHOWN = 8


def clock(venue: Venue, now: Moment) -> Point:
    """Whether a person compared the box's clock with another one, today and in this boot."""
    word = venue.readiness.clock
    if word is None:
        return point("clock", "unconfirmed")
    args: dict[str, object] = {"by": word.by, "at": word.at.wall.isoformat(), "offset_s": word.offset_s}
    if not within(word.at, now, SAID_S):
        return point("clock", "old", **args)
    off_s = abs(word.offset_s)
    code = "confirmed" if off_s <= VOUCHED_S else "a-little-off" if off_s <= FAR_OFF_S else "off"
    return point("clock", code, **args)


def panel(venue: Venue, now: Moment) -> Point:
    """Whether somebody saw the lamps and heard the buzzer when they were last tried."""
    state = venue.panel
    if not venue.plan.panel:
        return point("panel", "off")
    if state.tested is None:
        return point("panel", "untested")
    if state.seen is None or state.confirmed is None:
        return point("panel", "unsaid", at=state.tested.wall.isoformat())
    args = {"at": state.confirmed.wall.isoformat()}
    if not state.seen:
        return point("panel", "not-seen", **args)
    return point("panel", "seen" if within(state.confirmed, now, SAID_S) else "old", **args)


def seats(venue: Venue, now: Moment) -> Point:
    """Whether every seat was on the network within a day, spares too, and each room has spares enough."""
    plan = venue.plan
    if not plan.seats:
        return point("seats", "none")
    short = rooms_short_of_spares(plan)
    if short:
        room, (there, asked) = min(short.items(), key=lambda each: each[1][0])
        # About 5 %, the rule says: one spare for 24 seats is near it, none is not.
        code, rooms = "spares-short" if there else "no-spares", list(short)[:ROOMS_SHOWN]
        return point("seats", code, rooms=rooms, room=room, there=there, asked=asked)
    if not plan.seats_watched:
        return point("seats", "off")
    if not venue.seats.read or venue.seats.unknown:
        return point("seats", "unread")
    unseen = [seat for seat in plan.seats if not _seen(venue, seat.id, now)]
    spares = sum(1 for seat in plan.seats if seat.spare)
    args: dict[str, object] = {
        "count": len(plan.seats),
        "seen": len(plan.seats) - len(unseen),
        "spares": spares,
    }
    if not unseen:
        return point("seats", "seen", **args)
    by_room = Counter(seat.room for seat in unseen)
    return point(
        "seats",
        "unseen",
        rooms=list(by_room)[:ROOMS_SHOWN],
        missing=[seat.id for seat in unseen][:10],
        **args,
    )


def _seen(venue: Venue, seat: str, now: Moment) -> bool:
    if seat in venue.seats.present:
        return True
    seen = venue.readiness.seats_seen.get(seat)
    return seen is not None and within(seen, now, SAID_S)


def isolation(venue: Venue, now: Moment) -> Point:
    """Whether the exam switch keeps seats from each other: nothing of the box sees that, so a person says it."""
    word = venue.readiness.isolation
    if word is None or not within(word.at, now, SAID_S):
        return point("isolation", "unconfirmed")
    return point("isolation", "confirmed" if word.yes else "not-isolated", **_who(word))


def seat_usb(venue: Venue, now: Moment) -> Point:
    """USB storage of the exam machines: no probe measures it, so a technician's word is the most there is."""
    word = venue.readiness.seat_usb
    if word is None or not within(word.at, now, SAID_S):
        return point("seat_usb", "undeclared")
    return point("seat_usb", "declared" if word.yes else "not-blocked", **_who(word))


def _who(word: Word) -> dict[str, object]:
    return {"by": word.by, "at": word.at.wall.isoformat()}
