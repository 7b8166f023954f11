"""The named sets of both tables: what the plan lists, what the windows open, what was dropped.

The kernel keeps the last two over a reload. A set's definition never changes under its name: the kernel would
refuse the whole file.
"""

from collections.abc import Iterable, Iterator

from appliance.enforce.firewall.place import BRIDGE, Place
from appliance.events import ghost
from appliance.events.network import NetworkPlan

LEDGER_SIZE, STRANGERS_SIZE = 8192, 1024
STATIC = {
    "seat": "type ether_addr . ipv4_addr;",
    "seat_port": "type ifname . ether_addr . ipv4_addr;",
    "sender": "type ether_addr . ipv4_addr;",
    "host": "type ether_addr . ipv4_addr;",
    "listed": "type ether_addr;",
    "unplaced": "type ether_addr;",
    "address": "type ipv4_addr;",
    "server": "type ipv4_addr . inet_proto . inet_service;",
    "server_any": "type ipv4_addr;",
}
OF_PORTS = ("seat_port", "server", "server_any")  # asked where seats hang on ports of the box
WINDOWS = {
    "window": "type ipv4_addr . ipv4_addr . inet_proto . inet_service; flags timeout;",
    "open": "type ipv4_addr; flags timeout;",
    "pull": "type ipv4_addr; flags timeout;",
    "dial": "type ipv4_addr . inet_service; flags timeout;",
    "rehearse": "type ifname; flags timeout;",
}
# A stranger has a ledger of its own: made-up MACs without end must not push out what a seat did.
KEPT = {
    "ledger": f"type ether_addr . mark; flags dynamic; counter; size {LEDGER_SIZE};",
    "stranger_ledger": f"type ether_addr . mark; flags dynamic; counter; size {STRANGERS_SIZE};",
    "strangers": f"type ether_addr; flags dynamic; counter; size {STRANGERS_SIZE};",
    "told": f"type ether_addr . mark; flags dynamic,timeout; timeout 60s; size {LEDGER_SIZE};",
    "stranger_told": f"type ether_addr . mark; flags dynamic,timeout; timeout 60s; size {STRANGERS_SIZE};",
}


# What was asked outside in a rehearsal: a bridge keeps no state, and nothing but answers may come back.
ASKED, ASKED_S, ASKED_SIZE = "asked", 300, 65_536
ASKED_SET = (
    "type ipv4_addr . inet_proto . inet_service . ipv4_addr . inet_service; "
    f"flags dynamic,timeout; timeout {ASKED_S}s; size {ASKED_SIZE};"
)
# So many new ones a machine may ask, and a second: 800 in those 300 s at most, so that no machine fills the set alone.
# Who is not listed may make up addresses without end: all of these share one share.
ASKERS, ASKED_BURST, ASKED_RATE = "askers", 200, 2
ASKERS_SET = f"type ether_addr; flags dynamic,timeout; timeout {ASKED_S}s; size 4096;"


def declared(family: str) -> Iterator[str]:
    """Every set, made where it is not there."""
    bridge = {ASKED: ASKED_SET, ASKERS: ASKERS_SET} if family == BRIDGE else {}
    for name, definition in (STATIC | WINDOWS | KEPT | bridge).items():
        yield f"add set {family} venue {name} {{ {definition} }}"


def filled(family: str, here: Place) -> Iterator[str]:
    """The plan's sets hold exactly what the plan lists; those that no rule of the family asks stay empty."""
    asked = here.seat_ports if family == BRIDGE else ()
    for name, held in contents(here).items():
        yield f"flush set {family} venue {name}"
        if held and (asked or name not in OF_PORTS):
            yield f"add element {family} venue {name} {{ {', '.join(held)} }}"


def contents(here: Place) -> dict[str, list[str]]:
    """The elements of the plan's sets.

    `sender` are the servers' pairs, `host` all pairs but the seats', `listed` each MAC, `unplaced` those
    without an address, `address` each address whose MAC is known, and those beyond the line: nobody inside has one.
    """
    plan = here.plan
    pairs = _pairs(plan)
    seats = [(seat.mac, seat.ip) for seat in plan.seats if seat.mac and seat.ip]
    return {
        "seat": _sorted(f"{mac} . {ip}" for mac, ip in seats),
        "seat_port": _sorted(
            f'"{port}" . {mac} . {ip}' for port, mac, ip in _on_ports(here) if port and mac and ip
        ),
        "sender": _sorted(f"{server.mac} . {server.ip}" for server in plan.servers if server.mac),
        "host": _sorted(f"{mac} . {ip}" for mac, ip in pairs),
        "listed": _sorted(_listed(plan)),
        "unplaced": _sorted({*_listed(plan)} - {mac for mac, _ in [*pairs, *seats]}),
        "address": _sorted([*(ip for _, ip in [*pairs, *seats]), *here.beyond]),
        "server": _sorted(f"{server.ip} . tcp . {port}" for server in plan.servers for port in server.tcp),
        "server_any": _sorted(server.ip for server in plan.servers if not server.tcp),
    }


def _on_ports(here: Place) -> Iterator[tuple[str, str, str]]:
    """Seats on ports of the box. The ghost is one of them, and in no other list: its address may be somebody's."""
    yield from ((seat.port, seat.mac, seat.ip) for seat in here.plan.seats)
    if ghost.PORT in here.seat_ports:
        yield ghost.PORT, ghost.MAC, here.ghost


def _pairs(plan: NetworkPlan) -> list[tuple[str, str]]:
    servers = [(server.mac, server.ip) for server in plan.servers if server.mac and server.ip]
    return servers + [(device.mac, device.ip) for device in plan.devices if device.mac and device.ip]


def _listed(plan: NetworkPlan) -> Iterator[str]:
    for macs in (
        [server.mac for server in plan.servers],
        [device.mac for device in plan.devices],
        [seat.mac for seat in plan.seats],
    ):
        yield from filter(None, macs)


def _sorted(given: Iterable[str]) -> list[str]:
    return sorted(set(given))
