"""Table `bridge venue`: what crosses the exam bridge, and what comes to the box over its ports.

Stateless, and nothing but names of ports and headers: kernels of the Raspberry Pi have neither conntrack nor meta
expressions for bridges.
"""

from collections.abc import Iterator

from appliance.enforce.firewall import early
from appliance.enforce.firewall.blame import BARE_SYN, FRAGMENT, OPTIONS, VLAN_TYPES
from appliance.enforce.firewall.place import PULL, Place, members
from appliance.enforce.firewall.sets import ASKED
from appliance.events import ghost

# A frame of 60 bytes holds an ARP packet and its padding; more is somebody's own freight.
SHORT_ARP = "meta length <= 46"
LINK_LOCAL = "ether daddr & ff:ff:ff:ff:ff:f0 == 01:80:c2:00:00:00"
HOOKS = {
    "prerouting": ("prerouting", -300, "accept"),
    "input": ("input", -200, "accept"),
    "forward": ("forward", -200, "drop"),
    "output": ("output", -300, "accept"),
}


def chains(here: Place) -> Iterator[tuple[str, list[str]]]:
    """The table's chains: name and rules."""
    yield "prerouting", [*_prerouting(here)]
    yield "seat_pass", [*_seat_pass(here)] if here.seat_ports else []
    yield "early", [*early.chain(here)] if here.bridged else []
    yield "forward", [*_forward(here)]
    yield "to_seat", [*_to_seat(here)] if here.seat_ports else []
    yield "outward", [*_outward(here)] if here.bridged else []
    yield "outward_arp", [*_outward_arp(here)] if here.bridged else []
    yield "inward", [*_inward(here)] if here.bridged else []
    yield "input", [*_input(here)]
    yield "input_ip", [*_input_ip(here)] if here.bridged else []
    yield "input_arp", [*_input_arp(here)]
    yield "input_line", [*_input_line(here)] if here.bridged else []
    yield "closed", ["counter drop"]
    if here.rehearsing:
        yield "habit", ["iifname @rehearse accept", "drop"]
    yield "output", [f'oifname "{here.plan.uplink}" goto output_line'] if here.bridged else []
    yield "output_line", [*_output_line(here)] if here.bridged else []


def _prerouting(here: Place) -> Iterator[str]:
    """A frame from a seat's port is judged here, once, wherever it goes.

    The bridge learns who is where behind this hook: a server's MAC that came from the line would take the server away
    from its seats.
    """
    if here.ghost:
        yield f'iifname "{ghost.PORT}" meta mark set {ghost.MARK:#x}'
    if here.bridged:
        yield f'iifname "{here.plan.uplink}" ether saddr @listed goto closed'
    if here.rehearsing:
        return  # who is only counted is counted once, where it leaves
    if here.seat_ports:
        ports = members(here.seat_ports, quoted=True)
        yield f"iifname {ports} jump seat_pass"
        yield f"iifname {ports} goto blame"
    if here.bridged:
        yield from early.prerouting(here, here.coming)


def _seat_pass(here: Place) -> Iterator[str]:
    """What a seat on a port of the box may send; who comes back from here may not."""
    own = "iifname . ether saddr . ip saddr @seat_port"
    yield f"ether type {VLAN_TYPES} return"
    arp = f"ether type arp {SHORT_ARP} arp operation {{ request, reply }}"
    told = (
        "iifname . ether saddr . arp saddr ip @seat_port iifname . arp saddr ether . arp saddr ip @seat_port"
    )
    if asked := [server.ip for server in here.plan.servers] + ([here.box] if here.box else []):
        yield f"{arp} {told} arp daddr ip {members(asked)} accept"
    yield f"{arp} {told} iifname . ether saddr . arp daddr ip @seat_port accept"
    yield f"{arp} {told} {_habit(here)}"  # true, and about somebody else: a machine's habit
    yield f"{arp} arp saddr ip 0.0.0.0 iifname . ether saddr . arp daddr ip @seat_port accept"
    yield "ether type != ip return"
    yield f"{FRAGMENT} return"
    yield f"{OPTIONS} return"
    yield f"{own} ip daddr . ip protocol . th dport @server accept"
    yield f"{own} ip daddr @server_any accept"
    if here.box:
        yield f"{own} ip daddr {here.box} udp dport {{ 53, 123 }} accept"
        yield f"{own} ip daddr {here.box} tcp dport {{ 53, 80 }} accept"
    if here.plan.dhcp:
        yield "ether saddr @listed udp sport 68 udp dport 67 accept"


def _habit(here: Place) -> str:
    """What becomes of what a machine does by habit: it is not counted."""
    return "goto habit" if here.rehearsing else "drop"


def _forward(here: Place) -> Iterator[str]:
    if here.bridged:
        yield f'iifname "{here.plan.uplink}" goto inward'
        yield f'oifname "{here.plan.uplink}" goto outward'
    others = members(here.other_ports, quoted=True)
    if here.seat_ports:
        ports = members(here.seat_ports, quoted=True)
        if here.rehearsing and here.bridged and here.network:
            # Sent to all ports by a bridge that does not know where it belongs: it is counted at the line.
            outward = f"ip daddr != {members((here.network, *early.NOT_OUTWARD))}"
            yield f"iifname {ports} oifname {members(here.plan.exam_ports, quoted=True)} {outward} drop"
        yield f"oifname {ports} goto to_seat"
        if here.other_ports:
            yield f"iifname {ports} oifname {others} jump seat_pass"
        yield f"iifname {ports} {'goto blame' if here.rehearsing else 'drop'}"
    if here.other_ports:
        yield f"iifname {others} oifname {others} accept"


def _to_seat(here: Place) -> Iterator[str]:
    """Servers speak to seats on ports of the box, nobody else. From seat to seat was judged where it came in.

    A bridge that has forgotten where a seat is sends to all ports: what is one seat's is dropped at the others'.
    """
    one = "ether daddr & 01:00:00:00:00:00 == 00:00:00:00:00:00"
    if here.rehearsing:
        yield f"iifname {members(here.seat_ports, quoted=True)} ether type arp goto habit"
        yield f"iifname {members(here.seat_ports, quoted=True)} goto blame"
    yield f"iifname {members(here.seat_ports, quoted=True)} drop"
    yield f"ether type {VLAN_TYPES} drop"
    yield f"ether type arp {one} oifname . ether daddr . arp daddr ip != @seat_port drop"
    yield f"ether type ip {one} oifname . ether daddr . ip daddr != @seat_port drop"
    yield "ether saddr . arp saddr ip @sender accept"
    yield "ether saddr . ip saddr @sender accept"
    if here.unowned:
        yield f"arp saddr ip {members(here.unowned)} accept"
        yield f"ip saddr {members(here.unowned)} accept"
    yield "drop"


def _outward(here: Place) -> Iterator[str]:
    through = "ip saddr . ip daddr . ip protocol . th dport @window"
    if here.seat_ports and not here.rehearsing:
        yield f"iifname {members(here.seat_ports, quoted=True)} drop"
    yield f"ether type {VLAN_TYPES} goto blame"
    yield f"{LINK_LOCAL} drop"
    yield "ether type arp goto outward_arp"
    yield "ether type != ip goto blame"
    yield f"{FRAGMENT} goto blame"
    yield f"{OPTIONS} goto blame"
    yield f"ether saddr . ip saddr @sender {through} accept"
    if here.unowned:
        yield f"ip saddr {members(here.unowned)} {through} accept"
    yield "goto blame"


def _outward_arp(here: Place) -> Iterator[str]:
    """Who has an open window may look for the line's router, and answer it. The rest is a machine's habit, or a lie."""
    told = "arp saddr ether . arp saddr ip @sender"
    router = f"arp daddr ip {members(here.beyond)} " if here.beyond else ""
    yield f"{SHORT_ARP} ether saddr . arp saddr ip @sender {told} {router}arp saddr ip @open accept"
    yield f"{SHORT_ARP} arp saddr ip != @address {router}arp saddr ip @open accept"
    yield f"ether saddr . arp saddr ip @seat {_habit(here)}"
    yield f"ether saddr . arp saddr ip @host {_habit(here)}"
    yield f"arp saddr ip != @address {_habit(here)}"
    yield "goto blame"


def _inward(here: Place) -> Iterator[str]:
    """Answers through a window, to the machine that it is open for. The outside is not told apart: it is counted."""
    back = "ip daddr . ip saddr . ip protocol . th sport @window"
    yield f"ether type {VLAN_TYPES} goto closed"
    asked = f"{SHORT_ARP} arp daddr ip @open {_of_line(here)}"
    yield (
        f"ether type arp {asked} arp saddr ip != {here.box} accept"
        if here.box
        else f"ether type arp {asked} accept"
    )
    if here.rehearsing:
        yield f"ether type arp {SHORT_ARP} {_of_line(here)} iifname @rehearse accept"
    yield "ether type != ip goto closed"
    yield f"{FRAGMENT} goto closed"
    yield f"{OPTIONS} goto closed"
    yield f"{BARE_SYN} goto closed"
    yield f"ether daddr . ip daddr @sender {back} accept"
    if here.unowned:
        yield f"ip daddr {members(here.unowned)} {back} accept"
    if here.rehearsing:
        yield f"ip daddr . ip protocol . th dport . ip saddr . th sport @{ASKED} iifname @rehearse accept"
    yield "goto closed"


def _of_line(here: Place) -> str:
    """Whose ARP may come from the line: the router's where it is named, else anybody's who is not listed inside."""
    return f"arp saddr ip {members(here.beyond)}" if here.beyond else "arp saddr ip != @address"


def _input(here: Place) -> Iterator[str]:
    """What comes to the box itself. IP is judged in the other table, where the box's own questions are known."""
    if here.bridged:
        yield f'iifname "{here.plan.uplink}" goto input_line'
    if here.seat_ports:
        yield from _input_seats(here, f"iifname {members(here.seat_ports, quoted=True)}")
    yield f"ether type {VLAN_TYPES} goto blame"
    yield f"{LINK_LOCAL} drop"
    yield "ether type arp goto input_arp"
    yield "ether type { ip, ip6 } jump input_ip" if here.bridged else "ether type { ip, ip6 } accept"
    yield "goto blame"


def _input_seats(here: Place, seats: str) -> Iterator[str]:
    """It was judged where it came in; in a rehearsal here, but for what is routed: that is judged where it leaves."""
    if here.rehearsing:
        yield f"{seats} jump seat_pass"
        if here.routed and here.network:
            yield f"{seats} ip daddr != {members((here.network, *early.NOT_OUTWARD))} accept"
        yield f"{seats} goto blame"
    yield f"{seats} accept"


def _input_ip(here: Place) -> Iterator[str]:
    """Bridged: what goes to all was judged on its way to the line, and is not counted twice."""
    if here.plan.dhcp:
        yield "udp sport 68 udp dport 67 accept"
    # Who gives addresses or a way out is to be heard; the other table drops and counts it.
    yield "udp sport 67 udp dport 68 accept"
    yield "icmpv6 type nd-router-advert accept"
    yield "meta pkttype { broadcast, multicast } drop"
    # What only the line may send: the box's answer to it would leave by the line.
    yield f"tcp dport {PULL} goto blame"
    yield "ip saddr . tcp sport @dial goto blame"
    if here.plan.ntp:
        yield f"ip saddr {here.plan.ntp} udp sport 123 goto blame"
    yield "accept"


def _input_arp(here: Place) -> Iterator[str]:
    yield "ether saddr . arp saddr ip @seat arp saddr ether . arp saddr ip @seat accept"
    yield "ether saddr . arp saddr ip @host arp saddr ether . arp saddr ip @host accept"
    yield "arp saddr ip @address goto blame"
    if here.box:
        yield f"arp saddr ip {here.box} goto blame"
    yield "accept"


def _input_line(here: Place) -> Iterator[str]:
    yield f"ether type {VLAN_TYPES} goto closed"
    if here.box:
        yield (
            f"ether type arp {SHORT_ARP} arp daddr ip {here.box} {_of_line(here)} arp saddr ip != {here.box} accept"
        )
    yield "ether type != ip goto closed"
    yield f"{FRAGMENT} goto closed"
    yield f"ip saddr @pull tcp dport {PULL} accept"
    yield f"{BARE_SYN} goto closed"
    yield "ip saddr . tcp sport @dial accept"
    if here.plan.ntp:
        yield f"ip saddr {here.plan.ntp} udp sport 123 accept"
    yield "goto closed"


def _output_line(here: Place) -> Iterator[str]:
    if here.box:
        asked = f"arp daddr ip {members(here.beyond)}" if here.beyond else "arp daddr ip != @address"
        yield f"ether type arp arp saddr ip {here.box} {asked} accept"
    yield "ether type != ip drop"
    yield f"ip daddr @pull tcp sport {PULL} accept"
    yield "ip daddr . tcp dport @dial accept"
    if here.plan.ntp:
        yield f"ip daddr {here.plan.ntp} udp dport 123 accept"
    yield "drop"
