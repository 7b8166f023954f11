"""Three classes of what was dropped: the noise of an idle machine, its background, and an attempt.

Every number here is our judgement, with its reason beside it: no rule of the ministry knows it. What is dropped is
dropped in each class; the class only says who needs to look. Background that goes on too fast is an attempt.
"""

from dataclasses import dataclass

from appliance.exam.net.tally import Tally

NOISE, BACKGROUND, ATTEMPT = "noise", "background", "attempt"
CLASSES = (NOISE, BACKGROUND, ATTEMPT)
PERSISTENT_ROWS = (
    3  # minutes in succession above the bound: a start of Windows makes one, an update check two
)
SCAN_KINDS = (
    5  # so many outward kinds of one machine within `SCAN_S`: no program of an exam machine has that many
)
SCAN_S = 600.0
OUTWARD = {"dns", "http", "https", "icmp", "service", "other-tcp", "other-udp", "other", "ntp"}

# Resolvers that answer DNS inside HTTPS on their own addresses. A name behind other addresses is not told apart.
DOH = {
    "1.0.0.1", "1.1.1.1", "1.12.12.12", "1.12.12.21", "8.8.4.4", "8.8.8.8", "9.9.9.9", "94.140.14.14",
    "101.101.101.101", "119.29.29.29", "120.53.53.53", "149.112.112.112", "180.76.76.76", "208.67.222.222",
    "223.5.5.5", "223.6.6.6",
}  # fmt: skip
TEREDO = 3544


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """`few` is the class of up to `per_minute` packets a minute; `at_once`: whoever sends more is trying at once."""

    few: str
    per_minute: float
    at_once: bool = False


BOUNDS: dict[str, Bound] = {
    # Each idle Windows calls its neighbours by name and asks for printers all day; a class of 25 is loud for itself.
    "name-lookup": Bound(few=NOISE, per_minute=600),
    "discovery": Bound(few=NOISE, per_minute=600),
    "multicast": Bound(few=NOISE, per_minute=600),
    "dhcp-client": Bound(few=NOISE, per_minute=60),
    # Router solicitations, MLD and mDNS of a machine whose IPv6 nobody switched off: about one a second at its start.
    "ipv6": Bound(few=NOISE, per_minute=120),
    # LLDP, LLTD, EAPOL and loop tests of network cards.
    "ethertype": Bound(few=NOISE, per_minute=60),
    # An unanswered question is sent five times to each server, and an idle Windows asks for some twenty names.
    "dns": Bound(few=BACKGROUND, per_minute=300),
    # A connection that nobody answers is three SYN; an update check tries a handful of hosts, then waits minutes.
    "http": Bound(few=BACKGROUND, per_minute=60),
    "https": Bound(few=BACKGROUND, per_minute=60),
    "ntp": Bound(few=BACKGROUND, per_minute=20),
    # Programs that look whether a gateway is there.
    "icmp": Bound(few=BACKGROUND, per_minute=60),
    # File shares and licence servers of software that was set up elsewhere.
    "service": Bound(few=BACKGROUND, per_minute=30),
    "other-tcp": Bound(few=BACKGROUND, per_minute=30),
    "other-udp": Bound(few=BACKGROUND, per_minute=60),
    "other": Bound(few=BACKGROUND, per_minute=30),
    # Windows shares updates with its neighbours and asks them now and then.
    "other-seat": Bound(few=BACKGROUND, per_minute=10, at_once=True),
    # A packet too long for its way; who hides something in fragments sends many.
    "fragment": Bound(few=BACKGROUND, per_minute=5, at_once=True),
    # No program of an exam machine has these at all.
    "dns-over-tls": Bound(few=ATTEMPT, per_minute=0),
    "tunnel": Bound(few=ATTEMPT, per_minute=0),
    "spoofed-mac": Bound(few=ATTEMPT, per_minute=0),
    "spoofed-ip": Bound(few=ATTEMPT, per_minute=0),
    "arp-spoof": Bound(few=ATTEMPT, per_minute=0),
    "router-advertisement": Bound(few=ATTEMPT, per_minute=0),
    "dhcp-server": Bound(few=ATTEMPT, per_minute=0),
    "vlan": Bound(few=ATTEMPT, per_minute=0),
}
UNNAMED = Bound(few=BACKGROUND, per_minute=30)


def bound_of(what: str) -> Bound:
    """The bound of a kind; of one that this version does not know a narrow one."""
    return BOUNDS.get(what, UNNAMED)


def class_of(tally: Tally) -> str:
    """noise, background or attempt, of one machine and one kind by itself."""
    bound = bound_of(tally.what)
    if bound.few == ATTEMPT:
        return NOISE if tally.what == "tunnel" and _port(tally.to) == TEREDO else ATTEMPT
    if tally.what == "https" and _address(tally.to) in DOH:
        return ATTEMPT
    if tally.what == "ipv6" and _address(tally.to).startswith(("2", "3")):
        return ATTEMPT  # a global address: nothing in this network gave it a way there
    if tally.fast >= (1 if bound.at_once else PERSISTENT_ROWS):
        return ATTEMPT
    return bound.few


def scans(tallies: tuple[Tally, ...], now_at: Tally) -> bool:
    """Whether one machine tried so many kinds of ways out within ten minutes of the row `now_at`."""
    near = {
        each.what
        for each in tallies
        if each.mac == now_at.mac and each.what in OUTWARD and now_at.at.since(each.at) <= SCAN_S
    }
    return len(near) >= SCAN_KINDS


def _address(to: str) -> str:
    """Of `192.0.2.9:443/udp` the address; of `[2001:db8::1]:443` that without brackets."""
    place = to.partition("/")[0]
    return place.rpartition(":")[0].strip("[]")


def _port(to: str) -> int:
    port = to.partition("/")[0].rpartition(":")[2]
    return int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0
