"""What the configuration says of the exam network: the plan of it, and every fault that it has."""

import re
from collections.abc import Callable, Iterator, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

from appliance.config.load import Config
from appliance.config.sections import NetworkSection
from appliance.daemon.network_between import beyond_the_line, doubles, ends, is_address_port, outside, ports
from appliance.daemon.seat_list import SeatRow, ip_of, mac_of
from appliance.events.network import NetworkDevice, NetworkPlan, NetworkSeat, NetworkServer
from appliance.finding import Finding, Unfit

ENFORCED = ("route", "bridge")
# Debian's programs that put tables of their own beside the box's.
RIVALS = {"usr/sbin/firewalld": "firewalld", "usr/sbin/dockerd": "Docker", "usr/sbin/ufw": "ufw"}
_INTERFACE = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}", re.ASCII
)  # what Linux takes, less what looks like words
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}", re.ASCII)


def plan(config: Config, seats: Sequence[SeatRow]) -> NetworkPlan:
    """The plan of a configuration without faults."""
    section = config.network
    source = config.clock.source
    return NetworkPlan(
        mode=section.mode,
        exam_bridge=section.exam_bridge,
        exam_ports=section.exam_ports,
        uplink=section.uplink,
        address=section.address,
        staff_port=section.staff_port,
        staff=section.staff,
        province=section.province,
        updates=section.updates,
        dial_out=section.dial_out,
        router=section.router,
        dhcp=section.dhcp,
        tell_time=section.tell_time,
        ntp=source.removeprefix("ntp:") if _is_ntp_address(source) else "",
        masquerade=section.masquerade,
        servers=tuple(
            NetworkServer(
                name=s.name,
                ip=s.ip,
                mac=mac_of(s.mac) if s.mac else "",
                port=s.port,
                tcp=s.tcp,
                offers=s.offers,
            )
            for s in section.exam_server
        ),
        devices=tuple(
            NetworkDevice(
                name=d.name, mac=mac_of(d.mac) if d.mac else "", ip=d.ip, role=d.role, offers=d.offers
            )
            for d in section.device
        ),
        seats=tuple(NetworkSeat(id=s.plan.id, mac=s.mac, ip=s.ip, port=s.port) for s in seats),
    )


def seats_seen(config: Config, seats: Sequence[SeatRow]) -> bool:
    """Whether every seat can be told on the network: one that nothing is listed of would be missing for ever."""
    return config.network.mode != "off" and all(seat.mac or seat.ip for seat in seats)


def faults(path: Path, config: Config, seats: Sequence[SeatRow]) -> Iterator[Finding]:
    """Everything that can not be meant: in the section, between machines, in the seat list with its line."""
    section, place = config.network, f"{path.name}: network"
    yield from (fault.at(place, ".") for fault in _addresses(section))
    yield from (fault.at(place, ".") for fault in _machines(section))
    yield from doubles(path, config, seats)
    if section.mode == "off":
        return
    yield from (fault.at(place, ".") for fault in _interfaces(section))
    yield from (fault.at(place, ".") for fault in _wanted(config))
    yield from outside(path, config, seats)
    yield from beyond_the_line(path, config, seats)
    yield from ports(path, config, seats)


def warnings(config: Config, seats: Sequence[NetworkSeat], root: Path = Path("/")) -> Iterator[Finding]:
    """What holds and will surprise somebody."""
    section = config.network
    if section.mode == "off":
        return
    if section.mode in ENFORCED and not section.province:
        reason = "empty: no paper can be fetched and no bundle handed on through the line"
        yield Finding("network.province", "no_province", reason)
    if not section.exam_server:
        yield Finding("network.exam_server", "no_server", "none: no window can be opened for it")
    source = config.clock.source
    if source != "rtc" and not _is_ntp_address(source):
        reason = "nothing vouches for the box's time, the exam network is told none"
        yield Finding("clock.source", "no_time", reason, source)
    if section.mode in ENFORCED:
        for program, name in RIVALS.items():
            if (root / program).exists():
                reason = f"{name} is installed here: its network rules are deleted each time, remove it"
                yield Finding("network.mode", "rival", reason, name=name)
    bare = sum(1 for seat in seats if not (seat.mac and seat.ip))
    if bare:
        reason = f"{bare} of {len(seats)} seats have no mac or no ip: they are taken for strangers"
        yield Finding("venue.seats", "bare_seats", reason, bare=bare, count=len(seats))


def _is_ntp_address(source: str) -> bool:
    try:
        IPv4Address(source.removeprefix("ntp:"))
    except AddressValueError:
        return False
    return source.startswith("ntp:")


def _addresses(section: NetworkSection) -> Iterator[Finding]:
    if section.address:
        try:
            address = IPv4Interface(section.address)
        except ValueError:
            reason = "an address as 10.50.0.1/24 was expected"
            yield Finding("address", "no_own_address", reason, repr(section.address))
        else:
            if address.network.prefixlen > 30 or address.ip in ends(address.network):
                reason = "no machine can have it; an address as 10.50.0.1/24 was expected"
                yield Finding("address", "nobodys_address", reason, repr(section.address))
    for n, staff in enumerate(section.staff):
        try:
            IPv4Network(staff)
        except ValueError:
            yield Finding(f"staff[{n}]", "no_network", "a network as 10.50.1.0/24 was expected", repr(staff))
    for key, given in (("province", section.province), ("updates", section.updates)):
        for n, text in enumerate(given):
            if not is_address_port(text):
                reason = "ADDRESS:PORT was expected, as 198.51.100.10:443"
                yield Finding(f"{key}[{n}]", "no_place", reason, repr(text))
    user, _, end = section.dial_out.rpartition("@")
    if section.dial_out and not (_USER.fullmatch(user) and is_address_port(end)):
        reason = "USER@ADDRESS:PORT was expected, as pull@198.51.100.11:22"
        yield Finding("dial_out", "no_dial_out", reason, repr(section.dial_out))


def _machines(section: NetworkSection) -> Iterator[Finding]:
    given = [(f"exam_server[{n}]", s.mac, s.ip) for n, s in enumerate(section.exam_server)]
    given += [(f"device[{n}]", d.mac, d.ip) for n, d in enumerate(section.device)]
    offering = [(f"exam_server[{n}]", s.mac, s.offers) for n, s in enumerate(section.exam_server)]
    offering += [(f"device[{n}]", d.mac, d.offers) for n, d in enumerate(section.device)]
    for place, mac, offers in offering:
        if offers and not mac:
            yield Finding(f"{place}.mac", "offers_without_mac", "missing: who offers is known by it")
    yield from _misread("router", ip_of, section.router)
    for place, mac, ip in given:
        yield from _misread(f"{place}.mac", mac_of, mac)
        yield from _misread(f"{place}.ip", ip_of, ip)


def _misread(place: str, read: Callable[[str], str], text: str) -> Iterator[Finding]:
    try:
        if text:
            read(text)
    except Unfit as error:
        yield from (fault.at(place) for fault in error.faults)


def _interfaces(section: NetworkSection) -> Iterator[Finding]:
    given = [(f"exam_ports[{n}]", name) for n, name in enumerate(section.exam_ports)]
    given += [
        ("uplink", section.uplink),
        ("staff_port", section.staff_port),
        ("exam_bridge", section.exam_bridge),
    ]
    first: dict[str, str] = {}
    for place, name in given:
        if name and (not _INTERFACE.fullmatch(name) or name in ("lo", "all", "default")):
            reason = "an interface's name as eth1 was expected, at most 15 letters and digits"
            yield Finding(place, "no_interface", reason, repr(name))
        elif name and first.setdefault(name, place) != place:
            yield Finding(place, "stands_too", f"stands in {first[name]} too", repr(name), other=first[name])


def _wanted(config: Config) -> Iterator[Finding]:
    """What a box between exam network and line can not do without."""
    section = config.network
    if not section.exam_bridge:
        yield Finding("exam_bridge", "missing", "missing")
    if section.dhcp and not section.address:
        yield Finding("address", "dhcp_needs", "missing: dhcp needs it")
    if section.mode not in ENFORCED:
        return
    for key in ("exam_ports", "uplink", "address"):
        if not getattr(section, key):
            yield Finding(key, "mode_needs", f"missing: mode {section.mode} needs it", mode=section.mode)
    for n, server in enumerate(section.exam_server):
        if not server.ip:
            yield Finding(f"exam_server[{n}].ip", "missing", "missing")
