"""The seat list as people changed it since it was written: retired machines, machines put in their place.

The list itself is the technician's file. A change lasts until the file says something else of that seat, or gives its
machine to another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from appliance.events import Body
from appliance.events.network import NetworkSeat
from appliance.events.plan import Plan, SeatPlan
from appliance.events.seats import SeatRegistered, SeatRetired, seats_listed


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatChange:
    """What became of a seat; `was` is what the list said of it at that time, '' for nothing."""

    seat: str
    room: str
    retired: bool = False
    spare: bool = False
    mac: str = ""
    ip: str = ""
    port: str = ""
    was: str = ""


Changes = dict[str, SeatChange]


def changes_after(changes: Changes, body: Body, plan: Plan) -> Changes:
    """The changes once `body` is recorded; `plan` is the one that stands, with the changes in it."""
    known = {seat: change.port for seat, change in changes.items()} | {s.id: s.port for s in plan.net.seats}
    match body:
        case SeatRetired(seat=seat):
            room = next((s.room for s in plan.seats if s.id == seat), "")
            made = SeatChange(seat=seat, room=room, retired=True, port=known.get(seat, ""))
        case SeatRegistered(seat=seat, room=room, mac=mac, ip=ip, spare=spare):
            port = known.get(seat, "")  # the box's own port stays the place's
            made = SeatChange(seat=seat, room=room, spare=spare, mac=mac, ip=ip, port=port)
        case _:
            return changes
    before = changes.get(made.seat)
    was = before.was if before else _listed(plan, made.seat)
    return changes | {made.seat: replace(made, was=was)}


def still_meant(changes: Changes, plan: Plan) -> Changes:
    """The changes that a newly read list has not overtaken: it says the same of their seat, of their machine nothing.

    A list that gives a registered machine's MAC or address to another seat wins: two seats can not share them.
    """
    kept = {seat: change for seat, change in changes.items() if change.was == _listed(plan, seat)}
    while True:
        rows = [row for row in plan.net.seats if row.id not in kept]
        taken = {row.mac for row in rows if row.mac} | {row.ip for row in rows if row.ip}
        left = {seat: change for seat, change in kept.items() if not taken & {change.mac, change.ip}}
        if left == kept:
            return kept
        kept = left  # what the list says of the seats that went counts again


def with_changes(plan: Plan, changes: Mapping[str, SeatChange]) -> Plan:
    """The plan of the configuration, its seats as people changed them."""
    if not changes:
        return plan
    seats = {seat.id: seat for seat in plan.seats}
    for change in changes.values():
        if change.retired:
            seats.pop(change.seat, None)
        else:
            seats[change.seat] = SeatPlan(id=change.seat, room=change.room, spare=change.spare)
    net = replace(plan.net, seats=seats_listed(plan.net.seats, seat_list_level(changes)))
    return replace(plan, seats=tuple(seats.values()), net=net)


def seat_list_level(changes: Mapping[str, SeatChange]) -> str:
    """The changes as a level of the posture, for who makes rules of the list; `seats_listed` reads it."""
    return " ".join(
        f"-{c.seat}" if c.retired else f"+{c.seat};{c.mac};{c.ip};{c.port}" for c in changes.values()
    )


def _listed(plan: Plan, seat: str) -> str:
    if not any(each.id == seat for each in plan.seats):
        return ""
    address = next((each for each in plan.net.seats if each.id == seat), NetworkSeat(id=seat))
    return f"{address.mac} {address.ip}"
