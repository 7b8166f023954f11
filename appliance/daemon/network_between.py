"""Machines, seats and ports of the exam network, each against the others: what can not stand together."""

from collections.abc import Iterator, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

from appliance.config.load import Config
from appliance.daemon.seat_list import SeatRow, ip_of, mac_of
from appliance.events import ghost
from appliance.finding import Finding


def doubles(path: Path, config: Config, seats: Sequence[SeatRow]) -> Iterator[Finding]:
    """A MAC or an address that two machines have."""
    first: dict[str, str] = {ghost.MAC: ""}
    for place, mac, ip in _owners(path, config, seats):
        for kind, read, text in (("mac", mac_of, mac), ("ip", ip_of, ip)):
            try:
                told = read(text) if text else ""
            except ValueError:
                continue  # told elsewhere
            if told and first.setdefault(told, place) != place:
                yield _double(f"{place}: {kind}", told, first[told])


def _double(place: str, told: str, first: str) -> Finding:
    if not first:
        return Finding(place, "ghosts", f"{told} stands twice, first in the box's own ghost machine", told=told)
    return Finding(place, "address_twice", f"{told} stands twice, first in {first}", told=told, first=first)


def outside(path: Path, config: Config, seats: Sequence[SeatRow]) -> Iterator[Finding]:
    """A machine's address that is none of the exam network; a place beyond the line that is one."""
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
            reason = f"outside the exam network {network}"
            yield Finding(f"{place}: ip", "outside", reason, ip, network=str(network))
        elif address in ends(network):
            reason = f"no machine of {network} can have it"
            yield Finding(f"{place}: ip", "nobodys_in", reason, ip, network=str(network))
    if config.network.mode == "route":
        for n, text in enumerate(config.network.province):
            if is_address_port(text) and IPv4Address(text.rpartition(":")[0]) in network:
                reason = "lies in the exam network, not beyond the line"
                yield Finding(f"{path.name}: network.province[{n}]", "inside", reason, repr(text))


def beyond_the_line(path: Path, config: Config, seats: Sequence[SeatRow]) -> Iterator[Finding]:
    """Beyond the line's port: the rules take whoever is listed as somebody of the exam network for a liar there."""
    section, place = config.network, f"{path.name}: network.router"
    try:
        router = IPv4Address(section.router)
    except AddressValueError:
        return  # none, or told elsewhere
    if section.mode == "route":
        reason = "mode route knows none: the box is the exam network's router"
        yield Finding(place, "router_in_route", reason, str(router))
        return
    for other, _, ip in _owners(path, config, seats):
        if ip == str(router) and (section.mode == "bridge" or not other.startswith(f"{path.name}: network.device")):
            yield Finding(place, "router_too", f"{router} stands in {other} too", router=str(router), other=other)
    try:
        network = IPv4Interface(section.address).network
    except ValueError:
        return  # told elsewhere
    if router not in network or router in ends(network):
        reason = f"outside the exam network {network}"
        yield Finding(place, "outside", reason, str(router), network=str(network))


def ports(path: Path, config: Config, seats: Sequence[SeatRow]) -> Iterator[Finding]:
    """A seat on a port of the box is known by port, MAC and address; a server is not among seats."""
    section, taken = config.network, {seat.port for seat in seats if seat.port}
    known = ", ".join(section.exam_ports) or "none"
    for seat in seats:
        place = f"{config.venue.seats}: line {seat.line}"
        if seat.port and seat.port not in section.exam_ports:
            yield _no_exam_port(f"{place}: port", seat.port, known)
        elif seat.port and not (seat.mac and seat.ip):
            reason = "missing: a seat on a port of the box is known by both"
            yield Finding(f"{place}: mac and ip", "seat_on_port", reason)
    for n, server in enumerate(section.exam_server):
        place = f"{path.name}: network.exam_server[{n}].port"
        if server.port and server.port not in section.exam_ports:
            yield _no_exam_port(place, server.port, known)
        elif server.port and server.port in taken:
            reason = "seats hang on it; a server needs a port of its own"
            yield Finding(place, "seats_port", reason, repr(server.port))


def _no_exam_port(place: str, port: str, known: str) -> Finding:
    return Finding(place, "no_exam_port", f"no exam port; there are {known}", repr(port[:40]), known=known)


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


def is_address_port(text: str) -> bool:
    """Whether `text` is ADDRESS:PORT."""
    address, _, port = text.rpartition(":")
    try:
        ip_of(address)
    except ValueError:
        return False
    return port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65_536


def ends(network: IPv4Network) -> tuple[IPv4Address, IPv4Address]:
    """The addresses of a network that no machine has."""
    return network.network_address, network.broadcast_address
