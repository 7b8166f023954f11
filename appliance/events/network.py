"""What the exam network's plan names, and the kinds of what is dropped on its way out."""

from dataclasses import dataclass
from typing import ClassVar

from appliance.events.body import ERROR, INFO, WARNING, Body

# The number is the packet's mark in the kernel's rules, and so part of every ledger: never given anew.
KINDS: dict[int, str] = {
    1: "spoofed-mac",
    2: "spoofed-ip",
    3: "other-seat",
    4: "dns",
    5: "dns-over-tls",
    6: "http",
    7: "https",
    8: "icmp",
    9: "tunnel",
    10: "fragment",
    11: "ipv6",
    12: "router-advertisement",
    13: "dhcp-server",
    14: "dhcp-client",
    15: "arp-spoof",
    16: "vlan",
    17: "ethertype",
    18: "name-lookup",
    19: "discovery",
    20: "ntp",
    21: "service",
    22: "other-tcp",
    23: "other-udp",
    24: "other",
    25: "multicast",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkServer:
    """An exam server: `tcp` are the ports that seats speak to; `port` the box's own port it hangs on, '' if none.

    `offers`: dhcp and ra, where it offers addresses or a way out on purpose.
    """

    name: str
    ip: str
    mac: str = ""
    port: str = ""
    tcp: tuple[int, ...] = ()
    offers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkDevice:
    """A machine that is neither seat nor server; `role` is management, sign-in, camera or other; `offers` as above."""

    name: str
    mac: str = ""
    ip: str = ""
    role: str = "other"
    offers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSeat:
    """A seat's address; `port` the box's own port it hangs on, '' for any exam port."""

    id: str
    mac: str = ""
    ip: str = ""
    port: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPlan:
    """Who is in the exam network, and where the box stands in it.

    `mode`: route, bridge, watch or off. `address`: the box's own, as 10.50.0.1/24. `staff`: networks that may open
    the page. `province`: ADDRESS:PORT of the province's machines. `updates`: ADDRESS:PORT that a technician may open
    for a server. `dial_out`: USER@ADDRESS:PORT. `dhcp`: the box gives the exam network its addresses. `ntp`: where
    the box has the time from, '' if from nowhere outside. `masquerade`: the line sees the box's address instead of
    the servers'. `router`: the venue's own towards the line, in the exam network, '' where nobody said. `tell_time`:
    the box answers as the time server that a Windows asks by name.
    """

    mode: str = "off"
    exam_bridge: str = "br0"
    exam_ports: tuple[str, ...] = ()
    uplink: str = ""
    address: str = ""
    staff_port: str = ""
    staff: tuple[str, ...] = ()
    province: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    dial_out: str = ""
    router: str = ""
    dhcp: bool = False
    tell_time: bool = True
    ntp: str = ""
    masquerade: bool = False
    servers: tuple[NetworkServer, ...] = ()
    devices: tuple[NetworkDevice, ...] = ()
    seats: tuple[NetworkSeat, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Through:
    """What passes: from the exam server `server` to `address`, `protocol` (tcp, udp) and `port`; answers come back."""

    server: str
    address: str
    protocol: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkHeld(Body):
    """The line's rules are loaded and read back; `digest` names them. Whether they hold, packets must prove."""

    kind: ClassVar[str] = "network.held"
    level: ClassVar[int] = INFO
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkDrifted(Body):
    """Somebody else changed what keeps the line closed; it is put right. `what`: rules, a table, a switch, a port."""

    kind: ClassVar[str] = "network.drifted"
    level: ClassVar[int] = ERROR
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkForeign(Body):
    """Another program's `tables` that hook into the packets' way were removed, so many `times` each since this start.

    One that comes back is told once a minute, however often it does; none once none came for a minute.
    """

    kind: ClassVar[str] = "network.foreign"
    level: ClassVar[int] = WARNING
    tables: tuple[str, ...] = ()
    times: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkUnreadable(Body):
    """Whether the line's rules are as they were loaded can not be read."""

    kind: ClassVar[str] = "network.unreadable"
    level: ClassVar[int] = WARNING
    reason: str
