"""Seats that went dark, grouped by cause: the mains, the switch, a room, or the one machine."""

from collections import Counter

from appliance.events import Moment
from appliance.events.plan import Plan
from appliance.exam import phase as phases
from appliance.exam.cause import Cause
from appliance.exam.incidents import Incident
from appliance.exam.venue import Venue

SHOWN, UNOBSERVED, ALARM = "shown", "unobserved", "alarm"
ALL_PERCENT = 90  # so many of the seats that ought to be on count as all (our judgement)


def watch_level(venue: Venue, now: Moment) -> str:
    """How seats are looked at in this phase: `shown`, `unobserved` or `alarm` (the phase table)."""
    if venue.phase.name == phases.OPEN:
        return SHOWN
    if venue.phase.name == phases.SEALED:
        return UNOBSERVED
    for sitting in venue.sittings:
        if sitting.id != venue.phase.sitting:
            continue
        if venue.phase.name == phases.PREPARING:
            before_s = (sitting.planned.start - now.wall).total_seconds()
            return ALARM if before_s <= 60 * venue.plan.rules.seats_expected_before_minutes else SHOWN
        if venue.phase.name == phases.CLOSING:
            return SHOWN if sitting.acts.finished_at else ALARM
    return ALARM


def expected(venue: Venue) -> tuple[str, ...]:
    """The seats that ought to be on: no unused spares, nobody who moved to one."""
    in_use = set(venue.seats.swapped.values())
    return tuple(
        seat.id
        for seat in venue.plan.seats
        if seat.id not in venue.seats.swapped and (not seat.spare or seat.id in in_use)
    )


def rooms_short_of_spares(plan: Plan) -> dict[str, tuple[int, int]]:
    """Rooms with fewer spares than the rules ask, and for each how many there are and how many are asked.

    Asked is a share of the room's seats that are no spares, a started one counting whole.
    """
    seats = Counter(seat.room for seat in plan.seats if not seat.spare)
    spares = Counter(seat.room for seat in plan.seats if seat.spare)
    asked = {room: -(-count * plan.rules.spare_percent // 100) for room, count in seats.items()}
    return {room: (spares[room], asked[room]) for room in sorted(seats) if spares[room] < asked[room]}


def seat_causes(venue: Venue, now: Moment, others: tuple[Cause, ...]) -> tuple[Cause, ...]:
    """`others` with dark seats put where they belong, and causes of their own for the rest."""
    if not venue.plan.seats_watched:
        return others
    if not venue.seats.read or venue.seats.unknown:
        return (*others, *_unseen(venue))
    if watch_level(venue, now) != ALARM:
        return others
    rules = venue.plan.rules
    due = set(expected(venue))
    dark = {seat: since for seat, since in venue.seats.gone.items() if seat in due}
    if not dark:
        return others
    with_mains, dark = _taken_by_mains(venue, now, others, dark)
    unpowered = {seat for cause in others if cause.kind == "ups_fault" for seat in cause.members}
    dark = {seat: since for seat, since in dark.items() if seat not in unpowered}
    alarm_s = alarm_for_s(venue, now)
    whole = _switch(venue, now, dark, alarm_s)
    if whole is not None:
        # Servers too are silent then: one thing.
        return (*(cause for cause in with_mains if cause.kind != "server_silent"), whole)
    kept, dark = _already_inside(venue, dark)
    # Dark since before a reboot that no clock spans: longer than any grace.
    long_dark = {
        seat: min(now.since(since), alarm_s) if now.comparable(since) else alarm_s
        for seat, since in dark.items()
    }
    rooms = _rooms(venue, now, long_dark)
    grouped = {seat for cause in rooms for seat in cause.members}
    room_of = {seat.id: seat.room for seat in venue.plan.seats}
    single = tuple(
        Cause(kind="seat", name=seat, place=seat, members=(seat,), for_s=for_s)
        for seat, for_s in sorted(long_dark.items())
        if seat not in grouped and for_s >= rules.seat_gone_s and room_of.get(seat)
    )
    return (*with_mains, *kept, *rooms, *single)


def _switch(venue: Venue, now: Moment, dark: dict[str, Moment], alarm_s: float) -> Cause | None:
    """Nobody is heard any more, no server or device either: the switch, or the box's own cable; one thing.

    It can not be told apart from here whether candidates work on: they are taken for stopped until somebody looks.
    """
    net, rules = venue.net, venue.plan.rules
    nobody = net.sees("presence") and not net.others and bool(net.others_gone)
    if not nobody or len(dark) < max(rules.group_seats, len(expected(venue)) * ALL_PERCENT / 100):
        return None
    ages = [min(now.since(since), alarm_s) if now.comparable(since) else alarm_s for since in dark.values()]
    if max(ages) < rules.seat_gone_s:
        return None
    return Cause(kind="switch", members=tuple(sorted(dark)), for_s=max(ages))


def alarm_for_s(venue: Venue, now: Moment) -> float:
    """How long this sitting's machines have been expected: one that was off all night is late since T − 60 only."""
    before_s = 60 * venue.plan.rules.seats_expected_before_minutes
    for sitting in venue.sittings:
        if sitting.id == venue.phase.sitting:
            return max(0.0, (now.wall - sitting.planned.start).total_seconds() + before_s)
    return 0.0


def _unseen(venue: Venue) -> tuple[Cause, ...]:
    seen = Cause(kind="seats_unknown", detail=venue.seats.unknown, unsure=not venue.seats.unknown)
    open_ones = (i for i in venue.open_incidents() if i.cause_kind in ("seat", "room", "switch"))
    return (seen, *(Cause(kind=i.cause_kind, name=i.cause, unsure=True) for i in open_ones))


def _taken_by_mains(
    venue: Venue, now: Moment, others: tuple[Cause, ...], dark: dict[str, Moment]
) -> tuple[tuple[Cause, ...], dict[str, Moment]]:
    """A seat on no UPS that went dark with the mains belongs to the mains' one item."""
    mains = next((cause for cause in others if cause.kind == "mains"), None)
    is_open = any(incident.cause_kind == "mains" for incident in venue.open_incidents())
    if mains is None or (mains.unsure and not is_open):
        return others, dark
    held = {
        room.removeprefix("room:") for ups in venue.plan.ups for room in ups.feeds if room.startswith("room:")
    }
    room_of = {seat.id: seat.room for seat in venue.plan.seats}
    window_s = venue.plan.rules.group_window_s
    members = tuple(
        seat
        for seat, since in sorted(dark.items())
        if now.since(since) <= mains.for_s + window_s and room_of.get(seat) not in held
    )
    grown = Cause(
        kind=mains.kind,
        place=mains.place,
        detail=mains.detail,
        for_s=mains.for_s,
        unsure=mains.unsure,
        members=members,
    )
    rest = {seat: since for seat, since in dark.items() if seat not in members}
    return tuple(grown if cause is mains else cause for cause in others), rest


def _already_inside(venue: Venue, dark: dict[str, Moment]) -> tuple[tuple[Cause, ...], dict[str, Moment]]:
    """A seat still dark stays inside the open incident that took it, whatever became of the cause."""
    kept: list[Cause] = []
    for incident in venue.open_incidents():
        if incident.cause_kind not in ("mains", "room"):
            continue
        inside = tuple(
            seat for seat in incident.members if seat in dark and _took(venue, incident, dark[seat])
        )
        dark = {seat: since for seat, since in dark.items() if seat not in inside}
        if inside and incident.cause_kind == "room":
            kept.append(Cause(kind="room", name=incident.cause, place=incident.place, members=inside))
    return tuple(kept), dark


def _took(venue: Venue, incident: Incident, dark_since: Moment) -> bool:
    """Whether a darkness is the one the incident took: not a new one after it resumed, or well after it ended."""
    if incident.resumed and dark_since.since(incident.resumed) > 0:
        return False
    return incident.ceased is None or dark_since.since(incident.ceased) <= venue.plan.rules.flap_s


def _rooms(venue: Venue, now: Moment, long_dark: dict[str, float]) -> tuple[Cause, ...]:
    """Five machines of one room within 60 s are one cause: the room. An open one takes the next seats in."""
    rules, items = venue.plan.rules, venue.open_incidents()
    alone = {i.cause for i in items if i.cause_kind == "seat" and not i.ceased}
    found = []
    for room in dict.fromkeys(seat.room for seat in venue.plan.seats):
        ages = {s.id: long_dark[s.id] for s in venue.plan.seats if s.room == room and s.id in long_dark}
        together = _most_within(ages, rules.group_window_s)
        first = max((ages[seat] for seat in together), default=0.0)
        if len(together) < rules.group_seats or first < rules.seat_gone_s:
            is_open = any(i.key == f"room:{room}" and i.goes_on(now, rules.flap_s) for i in items)
            together = tuple(seat for seat in ages if is_open and seat not in alone)
        if together:
            found.append(Cause(kind="room", name=room, place=f"room:{room}", members=together, for_s=first))
    return tuple(found)


def _most_within(ages: dict[str, float], window_s: float) -> tuple[str, ...]:
    """The largest set of seats that went dark within `window_s` of each other: one dark for long hides no other."""
    groups = (
        tuple(seat for seat, age in ages.items() if 0 <= first - age <= window_s) for first in ages.values()
    )
    return max(groups, key=len, default=())
