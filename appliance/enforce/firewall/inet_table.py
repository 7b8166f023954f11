"""Table `inet venue`: what is routed to the line, what comes to the box, what the box sends."""

from collections.abc import Iterator

from appliance.enforce.firewall import early
from appliance.enforce.firewall.blame import BARE_SYN, FRAGMENT, OPTIONS
from appliance.enforce.firewall.place import PAGE, PULL, Place, members

# Before conntrack puts fragments together: what is in them can not be judged one by one.
BEFORE_CONNTRACK = -450
# A router answers a packet whose time is over before any chain of forward sees it: that answer ends here.
SAID = "{ echo-request, destination-unreachable }"
ANSWERS = "ct state established ct direction reply accept"  # to what the box itself asked in the exam network


def hooks(here: Place) -> dict[str, tuple[str, int, str]]:
    """The chains that the kernel calls: hook, priority, policy. Who only watches stands in nobody's way."""
    watching = here.plan.mode == "watch"
    return {
        "prerouting": ("prerouting", BEFORE_CONNTRACK, "accept"),
        "input": ("input", 0, "drop"),
        "forward": ("forward", 0, "accept" if watching else "drop"),
        "output": ("output", 0, "accept" if watching else "drop"),
    }


def chains(here: Place) -> Iterator[tuple[str, list[str]]]:
    """The table's chains: name and rules."""
    watching = here.plan.mode == "watch"
    yield "prerouting", [] if watching else [*_prerouting(here)]
    yield "early", [*early.chain(here)] if here.routed else []
    yield "forward", [] if watching else [*_forward(here)]
    yield "outward", [*_outward(here)] if here.routed else []
    yield "inward", [*_inward(here)] if here.routed else []
    yield "input", [*(_input_watching(here) if watching else _input(here))]
    yield "input_exam", [*_input_exam(here)]
    yield "input_owned", [*_input_owned()]
    yield "input_line", [*_from_line(here), "goto closed"]
    yield "output", [] if watching else [*_output(here)]
    yield "output_line", [*_to_line(here), "counter drop"]
    yield "closed", ["counter drop"]


def _prerouting(here: Place) -> Iterator[str]:
    if here.rehearsing:
        return  # who is only counted is counted once, where it leaves
    yield f'iifname "{here.plan.exam_bridge}" {FRAGMENT} goto blame'
    if here.routed:
        yield f'iifname "{here.plan.uplink}" {FRAGMENT} goto closed'
        yield from early.prerouting(here, (here.plan.exam_bridge,))


def _forward(here: Place) -> Iterator[str]:
    if here.routed:
        yield f'iifname "{here.plan.uplink}" oifname "{here.plan.exam_bridge}" goto inward'
        yield f'iifname "{here.plan.exam_bridge}" oifname "{here.plan.uplink}" goto outward'
    yield f'iifname "{here.plan.exam_bridge}" goto blame'


def _outward(here: Place) -> Iterator[str]:
    through = "ip saddr . ip daddr . ip protocol . th dport @window"
    yield f"{OPTIONS} goto blame"
    yield f"ether saddr . ip saddr @sender {through} accept"
    if here.unowned:
        yield f"ip saddr {members(here.unowned)} {through} accept"
    yield "goto blame"


def _inward(here: Place) -> Iterator[str]:
    yield f"{OPTIONS} goto closed"
    yield f"{BARE_SYN} goto closed"
    yield "ip daddr . ip saddr . ip protocol . th sport @window accept"
    if here.rehearsing:
        yield "iifname @rehearse ct state established,related accept"
    yield "goto closed"


def _input(here: Place) -> Iterator[str]:
    plan = here.plan
    yield 'iifname "lo" accept'
    if here.routed:
        yield f'iifname "{plan.uplink}" goto input_line'
    if here.bridged:
        yield from _from_line(here)  # the other table let it in from the line's port alone
    if plan.staff_port:
        yield f'iifname "{plan.staff_port}" meta nfproto ipv4 {ANSWERS}'
        staff = f"ip saddr {members(plan.staff)} " if plan.staff else ""
        yield f'iifname "{plan.staff_port}" {staff}tcp dport {PAGE} accept'
    yield f'iifname "{plan.exam_bridge}" goto input_exam'
    yield "goto closed"


def _input_watching(here: Place) -> Iterator[str]:
    yield 'iifname "lo" accept'
    yield "ct state established ct direction reply accept"
    yield from _from_line(here)
    yield "goto input_exam"


def _input_exam(here: Place) -> Iterator[str]:
    """Machines find the time and Windows' probe here, staff the page. No ping, no IPv6."""
    plan = here.plan
    yield "meta nfproto ipv6 goto blame"
    if plan.dhcp:
        yield "udp sport 68 udp dport 67 accept"
    yield ANSWERS
    yield "ip saddr @address jump input_owned"
    if here.box:
        own = f"ip saddr {here.network} ip daddr {here.box}"
        yield f"{own} udp dport {{ 53, 123 }} accept"
        yield f"{own} tcp dport {{ 53, 80 }} accept"
    if plan.staff and not plan.staff_port:
        yield f"ip saddr {members(plan.staff)} tcp dport {PAGE} accept"
    yield "goto blame"


def _input_owned() -> Iterator[str]:
    """A listed address is its owner's alone."""
    yield "ether saddr . ip saddr @seat return"
    yield "ether saddr . ip saddr @host return"
    yield "goto blame"


def _from_line(here: Place) -> Iterator[str]:
    yield f"ip saddr @pull tcp dport {PULL} accept"
    yield f"{BARE_SYN} ip saddr . tcp sport @dial goto closed"
    yield "ip saddr . tcp sport @dial accept"
    if here.plan.ntp:
        yield f"ip saddr {here.plan.ntp} udp sport 123 accept"


def _to_line(here: Place) -> Iterator[str]:
    yield f"ip daddr @pull tcp sport {PULL} accept"
    yield "ip daddr . tcp dport @dial accept"
    if here.plan.ntp:
        yield f"ip daddr {here.plan.ntp} udp dport 123 accept"


def _output(here: Place) -> Iterator[str]:
    """Towards the line what is named; towards the exam network what the box needs there; elsewhere nothing."""
    plan = here.plan
    yield 'oifname "lo" accept'
    if here.routed:
        yield f'oifname "{plan.uplink}" goto output_line'
    inside = [name for name in (plan.exam_bridge, plan.staff_port) if name]
    exam = f"oifname {members(inside, quoted=True)}"
    yield f"{exam} icmp type != {SAID} drop"
    yield f"{exam} meta nfproto ipv4 accept"
