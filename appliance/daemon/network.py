"""What the configuration says of the exam network: the plan of it, and every fault that it has."""

import re
from collections.abc import Callable, Iterator, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

from appliance.config.load import Config
from appliance.config.sections import NetworkSection
from appliance.daemon.seat_list import SeatRow, ip_of, mac_of
from appliance.events import ghost
from appliance.events.network import NetworkDevice, NetworkPlan, NetworkSeat, NetworkServer

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


def faults(path: Path, config: Config, seats: Sequence[SeatRow]) -> Iterator[str]:
    """Everything that can not be meant: in the section, between machines, in the seat list with its line."""
    section, place = config.network, f"{path.name}: network"
    yield from (f"{place}.{fault}" for fault in _addresses(section))
    yield from (f"{place}.{fault}" for fault in _machines(section))
    yield from _doubles(path, config, seats)
    if section.mode == "off":
        return
    yield from (f"{place}.{fault}" for fault in _interfaces(section))
    yield from (f"{place}.{fault}" for fault in _wanted(config))
    yield from _outside(path, config, seats)
    yield from _router(path, config, seats)
    yield from _ports(path, config, seats)


def warnings(config: Config, seats: Sequence[NetworkSeat], root: Path = Path("/")) -> Iterator[str]:
    """What holds and will surprise somebody."""
    section = config.network
    if section.mode == "off":
        return
    if section.mode in ENFORCED and not section.province:
        yield "network.province: empty: no paper can be fetched and no bundle handed on through the line"
    if not section.exam_server:
        yield "network.exam_server: none: no window can be opened for it"
    source = config.clock.source
    if source != "rtc" and not _is_ntp_address(source):
        yield f"clock.source: {source}: nothing vouches for the box's time, the exam network is told none"
    if section.mode in ENFORCED:
        for program, name in RIVALS.items():
            if (root / program).exists():
                yield f"network.mode: {name} is installed here: its network rules are deleted each time, remove it"
    bare = sum(1 for seat in seats if not (seat.mac and seat.ip))
    if bare:
        yield f"venue.seats: {bare} of {len(seats)} seats have no mac or no ip: they are taken for strangers"


def _is_ntp_address(source: str) -> bool:
    try:
        IPv4Address(source.removeprefix("ntp:"))
    except AddressValueError:
        return False
    return source.startswith("ntp:")


def _addresses(section: NetworkSection) -> Iterator[str]:
    if section.address:
        try:
            address = IPv4Interface(section.address)
        except ValueError:
            yield f"address: {section.address!r}: an address as 10.50.0.1/24 was expected"
        else:
            if address.network.prefixlen > 30 or address.ip in _ends(address.network):
                yield f"address: {section.address!r}: no machine can have it; an address as 10.50.0.1/24 was expected"
    for n, staff in enumerate(section.staff):
        try:
            IPv4Network(staff)
        except ValueError:
            yield f"staff[{n}]: {staff!r}: a network as 10.50.1.0/24 was expected"
    for key, given in (("province", section.province), ("updates", section.updates)):
        for n, text in enumerate(given):
            if not _is_address_port(text):
                yield f"{key}[{n}]: {text!r}: ADDRESS:PORT was expected, as 198.51.100.10:443"
    user, _, end = section.dial_out.rpartition("@")
    if section.dial_out and not (_USER.fullmatch(user) and _is_address_port(end)):
        yield f"dial_out: {section.dial_out!r}: USER@ADDRESS:PORT was expected, as pull@198.51.100.11:22"


def _is_address_port(text: str) -> bool:
    address, _, port = text.rpartition(":")
    try:
        ip_of(address)
    except ValueError:
        return False
    return port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65_536


def _machines(section: NetworkSection) -> Iterator[str]:
    given = [(f"exam_server[{n}]", s.mac, s.ip) for n, s in enumerate(section.exam_server)]
    given += [(f"device[{n}]", d.mac, d.ip) for n, d in enumerate(section.device)]
    offering = [(f"exam_server[{n}]", s.mac, s.offers) for n, s in enumerate(section.exam_server)]
    offering += [(f"device[{n}]", d.mac, d.offers) for n, d in enumerate(section.device)]
    yield from (f"{place}.mac: missing: who offers is known by it" for place, mac, of in offering if of and not mac)
    yield from _misread("router", ip_of, section.router)
    for place, mac, ip in given:
        yield from _misread(f"{place}.mac", mac_of, mac)
        yield from _misread(f"{place}.ip", ip_of, ip)


def _misread(place: str, read: Callable[[str], str], text: str) -> Iterator[str]:
    try:
        if text:
            read(text)
    except ValueError as error:
        yield f"{place}: {error}"


def _owners(path: Path, config: Config, seats: Sequence[SeatRow]) -> Iterator[tuple[str, str, str]]:
    """(where it stands, MAC, address) of everything that is in the exam network."""
    section, place = config.network, f"{path.name}: network"
    yield f"{place}.address", "", section.address.partition("/")[0]
    for n, server in enumerate(section.exam_server):
        yield f"{place}.exam_server[{n}]", server.mac, server.ip
    for n, device in enumerate(section.device):
        yield f"{place}.device[{n}]", device.mac, device.ip
    for seat in seats:
        yield f"{config.venue.seats}: line {seat.line}", seat.mac, seat.ip


def _doubles(path: Path, config: Config, seats: Sequence[SeatRow]) -> Iterator[str]:
    first: dict[str, str] = {ghost.MAC: "the box's own ghost machine"}
    for place, mac, ip in _owners(path, config, seats):
        for kind, read, text in (("mac", mac_of, mac), ("ip", ip_of, ip)):
            try:
                told = read(text) if text else ""
            except ValueError:
                continue  # told elsewhere
            if told and first.setdefault(told, place) != place:
                yield f"{place}: {kind}: {told} stands twice, first in {first[told]}"


def _interfaces(section: NetworkSection) -> Iterator[str]:
    given = [(f"exam_ports[{n}]", name) for n, name in enumerate(section.exam_ports)]
    given += [
        ("uplink", section.uplink),
        ("staff_port", section.staff_port),
        ("exam_bridge", section.exam_bridge),
    ]
    first: dict[str, str] = {}
    for place, name in given:
        if name and (not _INTERFACE.fullmatch(name) or name in ("lo", "all", "default")):
            yield f"{place}: {name!r}: an interface's name as eth1 was expected, at most 15 letters and digits"
        elif name and first.setdefault(name, place) != place:
            yield f"{place}: {name!r}: stands in {first[name]} too"


def _wanted(config: Config) -> Iterator[str]:
    """What a box between exam network and line can not do without."""
    section = config.network
    if not section.exam_bridge:
        yield "exam_bridge: missing"
    if section.dhcp and not section.address:
        yield "address: missing: dhcp needs it"
    if section.mode not in ENFORCED:
        return
    for key in ("exam_ports", "uplink", "address"):
        if not getattr(section, key):
            yield f"{key}: missing: mode {section.mode} needs it"
    for n, server in enumerate(section.exam_server):
        if not server.ip:
            yield f"exam_server[{n}].ip: missing"


def _outside(path: Path, config: Config, seats: Sequence[SeatRow]) -> Iterator[str]:
    try:
        network = IPv4Interface(config.network.address).network
    except ValueError:
        return
    for place, _, ip in [*_owners(path, config, seats)][1:]:  # the box's own is first
        try:
            address = IPv4Address(ip)
        except AddressValueError:
            continue
        if address not in network:
            yield f"{place}: ip: {ip}: outside the exam network {network}"
        elif address in _ends(network):
            yield f"{place}: ip: {ip}: no machine of {network} can have it"
    if config.network.mode == "route":
        for n, text in enumerate(config.network.province):
            if _is_address_port(text) and IPv4Address(text.rpartition(":")[0]) in network:
                yield f"{path.name}: network.province[{n}]: {text!r}: lies in the exam network, not beyond the line"


def _router(path: Path, config: Config, seats: Sequence[SeatRow]) -> Iterator[str]:
    """Beyond the line's port: the rules take whoever is listed as somebody of the exam network for a liar there."""
    section, place = config.network, f"{path.name}: network.router"
    try:
        router = IPv4Address(section.router)
    except AddressValueError:
        return  # none, or told elsewhere
    if section.mode == "route":
        yield f"{place}: {router}: mode route knows none: the box is the exam network's router"
        return
    for other, _, ip in _owners(path, config, seats):
        if ip == str(router) and (section.mode == "bridge" or not other.startswith(f"{path.name}: network.device")):
            yield f"{place}: {router} stands in {other} too"
    try:
        network = IPv4Interface(section.address).network
    except ValueError:
        return  # told elsewhere
    if router not in network or router in _ends(network):
        yield f"{place}: {router}: outside the exam network {network}"


def _ends(network: IPv4Network) -> tuple[IPv4Address, IPv4Address]:
    return network.network_address, network.broadcast_address


def _ports(path: Path, config: Config, seats: Sequence[SeatRow]) -> Iterator[str]:
    """A seat on a port of the box is known by port, MAC and address; a server is not among seats."""
    section, taken = config.network, {seat.port for seat in seats if seat.port}
    known = ", ".join(section.exam_ports) or "none"
    for seat in seats:
        place = f"{config.venue.seats}: line {seat.line}"
        if seat.port and seat.port not in section.exam_ports:
            yield f"{place}: port: {seat.port[:40]!r}: no exam port; there are {known}"
        elif seat.port and not (seat.mac and seat.ip):
            yield f"{place}: mac and ip: missing: a seat on a port of the box is known by both"
    for n, server in enumerate(section.exam_server):
        place = f"{path.name}: network.exam_server[{n}].port"
        if server.port and server.port not in section.exam_ports:
            yield f"{place}: {server.port[:40]!r}: no exam port; there are {known}"
        elif server.port and server.port in taken:
            yield f"{place}: {server.port!r}: seats hang on it; a server needs a port of its own"
