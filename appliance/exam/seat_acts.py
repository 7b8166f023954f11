"""Acts on machines: taken out of service (停用), put into the list (新机登记)."""

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import AddressValueError, IPv4Address, ip_interface
from types import MappingProxyType

from appliance.events import Body, Moment
from appliance.events.bodies import SeatRegistered, SeatRetired
from appliance.exam import phase as phases
from appliance.exam.asked import MAX_NAME, Act, Refused
from appliance.exam.seats import expected
from appliance.exam.venue import Venue

MAX_SEATS = 2000
_NAME = re.compile(r"[\w.]{1,16}")
_MAC = re.compile(r"[0-9a-f]{12}", re.ASCII)


def _retire(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    seat = act.text("seat", limit=40)
    if seat not in {each.id for each in venue.plan.seats}:
        raise Refused("unknown-seat", seat=seat)
    if seat in venue.seats.swapped.values():
        raise Refused("spare-in-use", seat=seat)
    if venue.phase.name in phases.EXAM_PHASES and seat in venue.seats.present and seat in expected(venue):
        raise Refused("seat-is-on", seat=seat)
    return (SeatRetired(seat=seat, by=act.text("by", limit=MAX_NAME), reason=act.text("reason")),)


def _register(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    room, number = act.text("room", limit=16), act.text("seat", limit=16)
    if not (_NAME.fullmatch(room) and _NAME.fullmatch(number)):
        raise Refused("bad-seat-name", room=room, seat=number)
    seat, mac, ip = f"{room}-{number}", _mac(act.text("mac", limit=40)), _ip(act.text("ip", limit=40))
    listed = {each.id for each in venue.plan.seats}
    if seat in listed and seat in venue.seats.present:
        raise Refused("seat-is-on", seat=seat)
    if seat not in listed and len(listed) >= MAX_SEATS:
        raise Refused("too-many-seats", limit=MAX_SEATS)
    _free(venue, seat, mac, ip)
    spare = act.args.get("spare", False)
    if not isinstance(spare, bool):
        raise Refused("bad-choice", name="spare", choices="true, false")
    by = act.text("by", limit=MAX_NAME)
    return (SeatRegistered(seat=seat, room=room, mac=mac, ip=ip, spare=spare, by=by),)


def _free(venue: Venue, seat: str, mac: str, ip: str) -> None:
    """Nobody else has the address, and it lies in the exam network."""
    net = venue.plan.net
    for name, other_mac, other_ip in _known(venue):
        if name != seat and mac == other_mac:
            raise Refused("address-taken", address=mac, name=name)
        if name != seat and ip == other_ip:
            raise Refused("address-taken", address=ip, name=name)
    if not net.address:
        return
    box = ip_interface(net.address)
    ends = (box.network.network_address, box.network.broadcast_address)
    if IPv4Address(ip) not in box.network or IPv4Address(ip) in (box.ip, *ends):
        raise Refused("address-outside", address=ip, network=str(box.network))


def _known(venue: Venue) -> Iterator[tuple[str, str, str]]:
    net = venue.plan.net
    yield from ((each.id, each.mac, each.ip) for each in net.seats)
    yield from ((each.name, each.mac, each.ip) for each in net.servers)
    yield from ((each.name, each.mac, each.ip) for each in net.devices)
    if net.router:
        yield "router", "", net.router


def _mac(text: str) -> str:
    plain = re.sub(r"[:.-]", "", text.lower())
    if not _MAC.fullmatch(plain) or int(plain[:2], 16) & 1 or not int(plain, 16):
        raise Refused("bad-mac", address=text)
    return ":".join(plain[at : at + 2] for at in range(0, 12, 2))


def _ip(text: str) -> str:
    try:
        found = IPv4Address(text)
    except AddressValueError as error:
        raise Refused("bad-ip", address=text) from error
    if found.is_multicast or found.is_loopback or found.is_unspecified or found.is_reserved:
        raise Refused("bad-ip", address=text)
    return str(found)


SEAT_DECISIONS: Mapping[str, Callable[[Venue, Act, Moment], tuple[Body, ...]]] = MappingProxyType(
    {"seat.retire": _retire, "seat.register": _register}
)
