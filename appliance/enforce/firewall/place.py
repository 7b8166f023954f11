"""The plan as rules need it: which port is what, who is where, each list sorted so that one plan gives one text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from appliance.events import ghost
from appliance.events.network import NetworkPlan

PAGE, PULL = 443, 8443
BRIDGE, INET = "bridge", "inet"
_INTERFACE = re.compile(r"[A-Za-z0-9_.:-]{1,15}", re.ASCII)
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", re.ASCII)


class BadPlan(ValueError):
    """A name or address that can not stand in a rule: written down it might mean something else there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A NetworkPlan, sorted out. `seat_ports` are box ports that seats hang on, `other_ports` all other exam ports.

    `rehearsing`: what would be dropped on its way out is counted and let through.
    The ghost machine's port is where seats are: among the seats' ports, else it comes in as a switch's does (`coming`).
    `ghost` is its address, '' where there is none.
    """

    plan: NetworkPlan
    box: str
    network: str
    seat_ports: tuple[str, ...]
    other_ports: tuple[str, ...]
    rehearsing: bool = False
    ghost: str = ""

    @property
    def coming(self) -> tuple[str, ...]:
        """The ports of the bridge that are judged by no seat's list, but by where they send to."""
        return self.other_ports if self.seat_ports or not self.ghost else (*self.other_ports, ghost.PORT)

    @property
    def bridged(self) -> bool:
        """Whether the line hangs on the exam bridge."""
        return self.plan.mode == "bridge"

    @property
    def routed(self) -> bool:
        """Whether the box routes between exam network and line."""
        return self.plan.mode == "route"

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Every interface between exam network and line."""
        return tuple(sorted({self.plan.exam_bridge, *self.plan.exam_ports, self.plan.uplink} - {""}))

    @property
    def beyond(self) -> tuple[str, ...]:
        """Who of the exam network's addresses is beyond a bridged line: the router, and outside machines without one.

        Empty where no router is named: then everybody may be there who is not listed.
        """
        if not (self.bridged and self.plan.router and self.network):
            return ()
        named = [address_port(each)[0] for each in (*self.plan.province, *self.plan.updates)]
        named += [self.dial.partition(" ")[0]] if self.dial else []
        named += [self.plan.ntp] if self.plan.ntp else []
        near = {each for each in named if IPv4Address(each) in IPv4Network(self.network)}
        return tuple(sorted({self.plan.router, *near}))

    @property
    def province(self) -> tuple[str, ...]:
        """The addresses of the province's machines."""
        return tuple(sorted({address_port(each)[0] for each in self.plan.province}))

    @property
    def dial(self) -> str:
        """ADDRESS . PORT that the box calls, '' if none."""
        return " . ".join(address_port(self.plan.dial_out.rpartition("@")[2])) if self.plan.dial_out else ""

    @property
    def unowned(self) -> tuple[str, ...]:
        """Servers whose MAC nobody gave: only their address can be looked at."""
        return tuple(sorted({server.ip for server in self.plan.servers if not server.mac}))


def place(plan: NetworkPlan) -> Place:
    """`plan` sorted out. Raises BadPlan: whoever made it, nothing but names and numbers comes into a rule."""
    _check(plan)
    seats = {seat.port for seat in plan.seats if seat.port}
    box = IPv4Interface(plan.address) if plan.address else None
    seat_ports = tuple(port for port in plan.exam_ports if port in seats)
    own = ghost.ghost_ip(plan)
    return Place(
        plan=plan,
        box=str(box.ip) if box else "",
        network=str(box.network) if box else "",
        seat_ports=(*seat_ports, ghost.PORT) if seat_ports and own else seat_ports,
        other_ports=tuple(port for port in plan.exam_ports if port not in seats),
        ghost=own,
    )


def members(given: Iterable[str], *, quoted: bool = False) -> str:
    """An anonymous set: `{ a, b }`."""
    return "{ " + ", ".join(f'"{one}"' if quoted else one for one in given) + " }"


def address_port(text: str) -> tuple[str, str]:
    """Address and port of ADDRESS:PORT. Raises BadPlan."""
    address, _, port = text.rpartition(":")
    _address(address)
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65_536):
        raise BadPlan(f"{text!r}: a port from 1 to 65535 was expected")
    return address, port


def _check(plan: NetworkPlan) -> None:
    for name in (
        plan.exam_bridge,
        plan.uplink,
        plan.staff_port,
        *plan.exam_ports,
        *(s.port for s in plan.seats),
    ):
        if name and not _INTERFACE.fullmatch(name):
            raise BadPlan(f"{name!r}: no interface has such a name")
    for mac, ip in _owners(plan):
        if mac and not _MAC.fullmatch(mac):
            raise BadPlan(f"{mac!r}: a MAC as 02:50:00:00:00:02 was expected")
        if ip:
            _address(ip)
    for one in (
        *plan.province,
        *plan.updates,
        *([plan.dial_out.rpartition("@")[2]] if plan.dial_out else ()),
    ):
        address_port(one)
    for address in filter(None, (plan.ntp, plan.router)):
        _address(address)
    try:
        for network in plan.staff:
            IPv4Network(network)
        if plan.address:
            IPv4Interface(plan.address)
    except ValueError as error:
        raise BadPlan(str(error)) from error


def _owners(plan: NetworkPlan) -> Iterator[tuple[str, str]]:
    yield from ((server.mac, server.ip) for server in plan.servers)
    yield from ((device.mac, device.ip) for device in plan.devices)
    yield from ((seat.mac, seat.ip) for seat in plan.seats)


def _address(text: str) -> None:
    try:
        IPv4Address(text)
    except ValueError as error:
        raise BadPlan(f"{text!r}: an IPv4 address was expected") from error
