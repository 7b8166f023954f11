"""What goes outward is judged where it comes in: the kernel drops it before `forward` sees it, and nobody counted.

While no window is open nothing is routed, and a bridge does not send from one isolated port to another: both hold
by themselves, and both come before the chains of `forward`, which stay as they are. Besides, a bridge that does not
know where a frame belongs sends it to all ports: here it is one frame still, there one for each port.
"""

from collections.abc import Iterator

from appliance.enforce.firewall.blame import FRAGMENT, OPTIONS
from appliance.enforce.firewall.place import Place, members

# Not outward: the exam network itself, what goes to many, and who has no address yet.
NOT_OUTWARD = ("224.0.0.0/4", "255.255.255.255", "0.0.0.0")


def prerouting(here: Place, interfaces: tuple[str, ...]) -> Iterator[str]:
    """The rule that sends what goes outward to the chain `early`."""
    if here.network and interfaces and (here.routed or here.bridged):
        names = members(interfaces, quoted=True)
        # One by one: a set of ranges is empty for a moment in each reload (the kernel fills it after the new rules are
        # in force), and what is no exam traffic then is dropped.
        outward = " ".join(f"ip daddr != {network}" for network in (here.network, *NOT_OUTWARD))
        yield f"iifname {names} {outward} jump early"


def chain(here: Place) -> Iterator[str]:
    """Who comes back from here passes a window, as far as can be told yet."""
    through = "ip saddr . ip daddr . ip protocol . th dport @window"
    yield f"{FRAGMENT} goto blame"
    yield f"{OPTIONS} goto blame"
    yield f"ether saddr . ip saddr @sender {through} return"
    if here.unowned:
        yield f"ip saddr {members(here.unowned)} {through} return"
    yield "goto blame"
