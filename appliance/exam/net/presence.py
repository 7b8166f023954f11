"""Who is there: seats by MAC, address and port as listed; servers and devices; whoever else is heard.

A seat is there where the machine listed for it answers as listed. Its machine elsewhere is *moved*, another machine
is a *stranger*: neither makes the seat there.
"""

from collections.abc import Iterator

from appliance.events import Body, Moment
from appliance.events.bodies import (
    NetworkDoubled,
    NetworkMoved,
    NetworkOffered,
    NetworkPresent,
    NetworkStranger,
    NetworkUnknown,
)
from appliance.events.network import NetworkPlan, NetworkSeat
from appliance.events.readings import Host, PresenceReading
from appliance.exam.net.ledger import NAMED, offers_meant, others, owners
from appliance.exam.net.state import NetState

PRESENCE = "presence"
KEPT_STRANGERS, KEPT_ALIKE = 32, 32  # made-up MACs must neither fill the record nor the page


def can_be_seen(seat: NetworkSeat) -> bool:
    """Whether anything is listed that tells the seat's machine from others."""
    return bool(seat.mac or seat.ip)


def seats_there(plan: NetworkPlan, hosts: tuple[Host, ...]) -> frozenset[str]:
    """The seats whose machine answers as it is listed."""
    by_mac, by_ip = _indexed(hosts)
    listed = owners(plan)
    return frozenset(
        seat.id
        for seat in plan.seats
        if any(
            _as_listed(seat, host, listed)
            for host in (by_mac if seat.mac else by_ip).get(seat.mac or seat.ip, ())
        )
    )


def _as_listed(seat: NetworkSeat, host: Host, listed: dict[str, str]) -> bool:
    if seat.mac == "" and listed.get(host.mac, seat.id) != seat.id:
        return False  # the address, but of a machine that is listed for somebody else
    return seat.ip in ("", host.ip) and (not host.port or seat.port in ("", host.port))


def presence_rows(
    net: NetState, plan: NetworkPlan, reading: PresenceReading, now: Moment
) -> tuple[Body, ...]:
    """The bodies that bring the record up to the reading, seats aside; none where it says nothing new."""
    if reading.unknown:
        told = net.unknown.get(PRESENCE)
        return () if told is not None else (NetworkUnknown(part=PRESENCE, reason=reading.unknown),)
    first = not net.sees(PRESENCE)
    seen: tuple[Body, ...] = (NetworkUnknown(part=PRESENCE),) if first else ()
    return (
        *seen,
        *_others(net, plan, reading, first=PRESENCE not in net.read),
        *_strangers(net, plan, reading),
        *_moved(net, plan, reading),
        *_doubled(net, plan, reading),
        *_offered(net, plan, reading),
    )


def _others(net: NetState, plan: NetworkPlan, reading: PresenceReading, *, first: bool) -> Iterator[Body]:
    macs, ips = {host.mac for host in reading.hosts}, {host.ip for host in reading.hosts}
    names = {each.name: each for each in others(plan) if each.mac or each.ip}
    here = {name for name, each in names.items() if (each.mac in macs if each.mac else each.ip in ips)}
    before = set() if first else set(net.others)
    gone = set(names) - here if first else before - here
    if here - before or gone:
        yield NetworkPresent(arrived=tuple(sorted(here - before)), gone=tuple(sorted(gone)))


def _strangers(net: NetState, plan: NetworkPlan, reading: PresenceReading) -> Iterator[Body]:
    by_mac, _ = _indexed(reading.hosts)
    listed = owners(plan)
    by_address = {each.ip for each in others(plan) if each.ip and not each.mac}
    by_address |= {seat.ip for seat in plan.seats if seat.ip and not seat.mac} | {plan.router} - {""}
    unknown = {
        mac: hosts[0]
        for mac, hosts in by_mac.items()
        if mac not in listed and not any(host.ip in by_address for host in hosts)
    }
    for mac, told in net.strangers.items():
        if mac not in unknown:
            yield NetworkStranger(mac=mac, ip=told.ip, port=told.port, here=False)
    room = KEPT_STRANGERS - len(net.strangers)
    for mac in [mac for mac in sorted(unknown) if mac not in net.strangers][: max(0, room)]:
        yield NetworkStranger(mac=mac, ip=unknown[mac].ip, port=unknown[mac].port)


def _moved(net: NetState, plan: NetworkPlan, reading: PresenceReading) -> Iterator[Body]:
    by_mac, _ = _indexed(reading.hosts)
    there, listed = seats_there(plan, reading.hosts), owners(plan)
    for seat in plan.seats:
        found = by_mac.get(seat.mac, []) if seat.mac else []
        elsewhere = found[0] if found and seat.id not in there and listed.get(seat.mac) == seat.id else None
        told = net.moved.get(seat.id)
        if elsewhere is None and told is not None:
            yield NetworkMoved(seat=seat.id, mac=told.mac, ip=told.ip, port=told.port, here=False)
        elif elsewhere is not None and (
            told is None or (told.ip, told.port) != (elsewhere.ip, elsewhere.port)
        ):
            yield NetworkMoved(seat=seat.id, mac=elsewhere.mac, ip=elsewhere.ip, port=elsewhere.port)


def _doubled(net: NetState, plan: NetworkPlan, reading: PresenceReading) -> Iterator[Body]:
    names = {plan.router: "router"} if plan.router else {}
    names |= {each.ip: each.name for each in others(plan) if each.ip}
    names |= {seat.ip: seat.id for seat in plan.seats if seat.ip}
    names |= {plan.address.partition("/")[0]: "box"} if plan.address else {}
    here = dict(sorted(reading.doubled)[:KEPT_ALIKE])
    for ip, told in net.doubled.items():
        if ip not in here:
            yield NetworkDoubled(ip=ip, macs=told.macs, name=told.name, here=False)
    for ip, macs in here.items():
        if ip not in net.doubled:
            yield NetworkDoubled(ip=ip, macs=macs[:4], name=names.get(ip, ""))


def _offered(net: NetState, plan: NetworkPlan, reading: PresenceReading) -> Iterator[Body]:
    """Whoever offers, but for those of whom the configuration says that they do."""
    listed = owners(plan)
    meant = offers_meant(plan)
    unasked = [offer for offer in reading.offers if f"{offer.mac} {offer.what}" not in meant]
    here = {f"{offer.mac} {offer.what}": offer for offer in unasked[:KEPT_ALIKE]}
    for key, told in net.offers.items():
        if key not in here:
            yield NetworkOffered(what=told.what, mac=told.mac, ip=told.ip, name=told.name, here=False)
    for key, offer in here.items():
        if key not in net.offers and len(net.offers) < KEPT_ALIKE:
            name = listed.get(offer.mac, "").removeprefix(NAMED)
            yield NetworkOffered(what=offer.what, mac=offer.mac, ip=offer.ip, name=name)


def _indexed(hosts: tuple[Host, ...]) -> tuple[dict[str, list[Host]], dict[str, list[Host]]]:
    by_mac: dict[str, list[Host]] = {}
    by_ip: dict[str, list[Host]] = {}
    for host in hosts:
        by_mac.setdefault(host.mac, []).append(host)
        by_ip.setdefault(host.ip, []).append(host)
    return by_mac, by_ip
