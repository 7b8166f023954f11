"""What was dropped gets a kind: its mark, its row of the ledger, once a minute a word to NFLOG, and the drop.

Nothing here lets anything pass: who comes to the chain `blame` is dropped, whatever it is called; but in a rehearsal,
as long as the kernel holds the elements of the set `rehearse`.
"""

from collections.abc import Iterator, Mapping

from appliance.enforce.firewall.place import BRIDGE, Place, members
from appliance.enforce.firewall.sets import ASKED, ASKED_BURST, ASKED_RATE, ASKERS
from appliance.events import ghost
from appliance.events.network import KINDS

NFLOG_GROUP = 76
NUMBER = {name: number for number, name in KINDS.items()}
VLAN_TYPES = "{ 0x8100, 0x88a8, 0x9100, 0x9200, 0x9300 }"
FRAGMENT = "ip frag-off & 0x3fff != 0"
# An option may send a packet elsewhere than its address says (source routes, RFC 791 3.1).
OPTIONS = "ip hdrlength != 5"
# Whatever stands beside it: a SYN with a FIN opens a connection at some machines too.
BARE_SYN = "tcp flags & (syn | ack) == syn"

# What protocol a number or a port is. Source: IANA's registries.
PROTOCOLS = {
    "icmp": (1,),
    "multicast": (2,),  # IGMP
    "tunnel": (4, 41, 47, 50, 51, 55, 94, 97, 98, 108, 115, 132, 137, 143),
}
UDP = {
    "dns": (53,),
    "dns-over-tls": (853, 784, 8853),
    "http": (80,),
    "https": (443, 8443),
    "tunnel": (500, 655, 1194, 1197, 1198, 1701, 3544, 4500, 4789, 6081, 8472, 41641, 51820, 51821),
    "dhcp-server": (68,),
    "dhcp-client": (67,),
    "name-lookup": (137, 138, 5353, 5355),
    "discovery": (1900, 3702, 5357),
    "ntp": (123,),
    "service": (161, 162, 389, 514, 3389, 5900),
}
TCP = {
    "dns": (53,),
    "dns-over-tls": (853,),
    "http": (80, 3128, 8000, 8080, 8888),
    "https": (443, 8443),
    "tunnel": (1080, 1194, 1723, 9050),
    "name-lookup": (137, 139, 5355),
    "discovery": (5357, 5358),
    "service": (
        20,
        21,
        22,
        23,
        25,
        110,
        135,
        143,
        389,
        445,
        465,
        587,
        993,
        995,
        1433,
        3306,
        3389,
        5432,
        5900,
        5938,
    ),
}


def chains(family: str, here: Place) -> Iterator[tuple[str, list[str]]]:
    """The chains that end every refused packet: name and rules."""
    end = "goto let" if here.rehearsing else "drop"
    # The box's own probe is dropped as everybody's, and nobody is blamed for it.
    probe = [f"meta mark {ghost.MARK:#x} {end}"] if here.ghost else []
    yield "blame", [*probe, *_link(family), *_owner(family, here), "goto blame4"]
    yield "blame4", [*_content(here)]
    yield "blame6", [f"icmpv6 type nd-router-advert {_called('router-advertisement')}", _called("ipv6")]
    yield (
        "ledger",
        [
            "ether saddr @listed goto known",
            "update @strangers { ether saddr }",
            "update @stranger_ledger { ether saddr . meta mark }",
            f"ether saddr . meta mark @stranger_told {end}",
            "add @stranger_told { ether saddr . meta mark } goto tell",
            end,
        ],
    )
    yield (
        "known",
        [
            "update @ledger { ether saddr . meta mark }",
            f"ether saddr . meta mark @told {end}",
            "add @told { ether saddr . meta mark } goto tell",
            end,
        ],
    )
    # The message bears the mark, which is the kind: a rule for each kind would be a fifth of all rules.
    yield "tell", [f'log prefix "venue" group {NFLOG_GROUP}', end]
    if here.rehearsing:
        yield "let", [*_let(family, here)]


def _let(family: str, here: Place) -> Iterator[str]:
    """What crosses from one interface to another passes; what is for the box itself is dropped as ever."""
    across = here.interfaces if family == BRIDGE else (here.plan.uplink,)
    if family == BRIDGE and here.bridged:
        asked = "ip saddr . ip protocol . th sport . ip daddr . th dport"
        over = f"limit rate over {ASKED_RATE}/second burst {ASKED_BURST} packets"
        for protocol in ("tcp", "udp"):
            outward = f'oifname "{here.plan.uplink}" ip protocol {protocol}'
            yield f"{outward} {asked} != @{ASKED} ether saddr @listed update @{ASKERS} {{ ether saddr {over} }} drop"
            yield f"{outward} {asked} != @{ASKED} ether saddr != @listed {over} drop"
            yield f"{outward} update @{ASKED} {{ {asked} }}"
    yield f"iifname @rehearse oifname {members(across, quoted=True)} accept"
    yield "drop"


def _called(kind: str) -> str:
    return f"meta mark set {NUMBER[kind]} goto ledger"


def _link(family: str) -> Iterator[str]:
    if family == BRIDGE:
        yield f"ether type {VLAN_TYPES} {_called('vlan')}"
        yield f"ether type arp {_called('arp-spoof')}"
        yield "ether type ip6 goto blame6"
        yield f"ether type != ip {_called('ethertype')}"
    else:
        yield "meta nfproto ipv6 goto blame6"


def _owner(family: str, here: Place) -> Iterator[str]:
    """A listed address from another MAC, or a listed MAC with another address.

    A machine that waits for an address (0.0.0.0) or gave itself one (169.254.0.0/16) claims nobody's.
    """
    for port in here.seat_ports if family == BRIDGE else ():
        macs = sorted({seat.mac for seat in here.plan.seats if seat.port == port and seat.mac})
        if not macs:
            continue  # the ghost's
        yield f'iifname "{port}" ether saddr != {members(macs)} {_called("spoofed-mac")}'
    yield "ether saddr . ip saddr @seat goto blame4"
    yield "ether saddr . ip saddr @host goto blame4"
    yield f"ether saddr != @listed ip saddr @address {_called('spoofed-mac')}"
    yield f"ether saddr @unplaced ip saddr @address {_called('spoofed-mac')}"
    yield "ether saddr @unplaced goto blame4"
    yield f"ether saddr @listed ip saddr != {{ 0.0.0.0, 169.254.0.0/16 }} {_called('spoofed-ip')}"


def _content(here: Place) -> Iterator[str]:
    yield f"{FRAGMENT} {_called('fragment')}"
    yield f"meta mark set ip protocol map {_marks(PROTOCOLS)} goto ledger"
    servers = sorted({server.ip for server in here.plan.servers})
    others = f"ip daddr != {members(servers)} " if servers else ""
    yield f"{others}ip daddr @address {_called('other-seat')}"
    habits = {kind: UDP[kind] for kind in ("name-lookup", "discovery")}
    yield f"meta mark set udp dport map {_marks(habits)} goto ledger"
    yield f"udp sport 67 udp dport 68 {_called('dhcp-server')}"
    yield f"udp dport 67 {_called('dhcp-client')}"
    yield f"ip daddr 224.0.0.0/4 {_called('multicast')}"
    for protocol, ports in (("udp", UDP), ("tcp", TCP)):
        yield f"meta mark set {protocol} dport map {_marks(ports)} goto ledger"
    yield f"ip protocol tcp {_called('other-tcp')}"
    yield f"ip protocol udp {_called('other-udp')}"
    yield _called("other")


def _marks(held: Mapping[str, tuple[int, ...]]) -> str:
    """What a number is called, as a map; what is not in it goes on to the next rule."""
    return members(f"{number} : {NUMBER[kind]}" for kind, numbers in held.items() for number in sorted(numbers))
