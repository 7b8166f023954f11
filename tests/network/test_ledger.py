"""What was dropped is counted, by machine and kind; and a ledger that is full lets nothing out."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from appliance.events.network import KINDS as NAMES
from tests.lab import net
from tests.lab import net_frames as wire
from tests.lab.net import BRIDGE, INTERNET, PORTS_BRIDGE, ROUTE, TOPOLOGIES, Lab
from tests.lab.net_plan import load, plan
from tests.lab.net_shoot import KINDS, leaks, open_wide, shoot

pytestmark = pytest.mark.skipif(bool(net.missing()), reason=net.missing())
FULL = {"ledger": 8192, "stranger_ledger": 1024, "strangers": 1024, "told": 8192, "stranger_told": 1024}
MACHINES, TIMES = 200, 20
PIECE = 1000  # elements that one message to the kernel holds
PORTS = {
    "dns": 53,
    "http": 80,
    "https": 443,
    "ntp": 123,
    "name-lookup": 5355,
    "discovery": 1900,
    "tunnel": 1194,
}
# A lie is a lie: on a port of the box the MAC shows it, on a switch only the address.
LIES = {"spoofed-mac", "spoofed-ip", "arp-spoof"}
NOT_AS_NAMED = {
    "from zero's address": "it claims nobody's address: a machine that waits for one",
    "from a link-local's address": "the same",
    "from the exam server's MAC and address": "on a switch only the switch could tell",
    "from the management PC's MAC and address": "the same",
    "a packet whose time runs out in the box": "the kernel drops it before any chain that counts",
    "an IPv6 packet whose time runs out in the box": "the same",
    "strict source route": "the same",
    "the exam port, sent to everybody": "it reaches the server, as it may",
    "the exam port, at another seat's MAC": "the same",
    "ARP with a message behind it": "true, and not to be told from a machine's habit",
    "ARP for another seat": "the same",
    "ARP: I am the gateway": "where the gateway is a router of the venue, its address is not in the plan",
    "ARP to all: I am the gateway": "the same",
    "ARP request: I am the gateway": "the same",
    "an ARP probe": "a machine that looks whether its address is free",
    "ARP of an operation nobody has": "on a switch nothing that a rule could name",
    "ARP for hardware nobody has": "the same",
    "ARP that is too short": "the same",
    "IPv4 that says it is ARP": "the same",
}


@pytest.fixture(params=TOPOLOGIES)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(request.param) as made:
        open_wide(made)
        yield made


def _elements(lab: Lab, family: str, name: str) -> list[Any]:
    told = json.loads(lab.run("box", "nft", "-j", "list", "set", family, "venue", name))
    (found,) = (each["set"] for each in told["nftables"] if "set" in each)
    return list(found.get("elem", []))


def _ledger(lab: Lab) -> Counter[tuple[str, str]]:
    """Packets by machine and kind, of both tables, listed machines and strangers."""
    counted: Counter[tuple[str, str]] = Counter()
    for family in ("bridge", "inet"):
        for name in ("ledger", "stranger_ledger"):
            for each in _elements(lab, family, name):
                mac, mark = each["elem"]["val"]["concat"]
                counted[mac, NAMES[mark]] += each["elem"]["counter"]["packets"]
    return counted


@pytest.mark.parametrize("lab", [ROUTE, PORTS_BRIDGE], indirect=True)
def test_each_kind_is_counted_as_what_it_is(lab: Lab) -> None:
    load(lab)
    wrong = {}
    before = _ledger(lab)
    for kind in KINDS:
        if lab.topology not in kind.where or kind.sender != "seat1":
            continue
        shoot(kind, lab)
        after = _ledger(lab)
        counted = {name for _, name in after - before}
        before = after
        told = kind.group in counted or (kind.group in LIES and counted & LIES)
        if not told and kind.name not in NOT_AS_NAMED:
            wrong[kind.name] = (kind.group, counted)
    assert wrong == {}


@pytest.mark.parametrize("topology", [ROUTE, BRIDGE])
def test_two_hundred_machines_that_flood_are_counted_to_the_frame(topology: str) -> None:
    with Lab(topology) as lab:
        open_wide(lab)
        load(lab, seats=MACHINES)
        seats = plan(lab, seats=MACHINES).seats[-MACHINES:]
        hop = lab.gateway.mac
        for _ in range(TIMES):
            for seat in seats:
                for port in PORTS.values():
                    packet = wire.ipv4(
                        seat.ip, INTERNET, wire.UDP, wire.udp(seat.ip, INTERNET, (4000, port), b"flood")
                    )
                    lab.wire("seat1").send(wire.ether(hop, seat.mac, wire.ETH_IPV4, packet))
        assert _ledger_of(lab, {seat.mac for seat in seats}) == {
            (seat.mac, kind): TIMES for seat in seats for kind in PORTS
        }


def _ledger_of(lab: Lab, macs: set[str]) -> dict[tuple[str, str], int]:
    return {key: count for key, count in _ledger(lab).items() if key[0] in macs}


def test_ledgers_that_are_full_let_nothing_out(lab: Lab) -> None:
    load(lab)
    for name in ("seat1", "seat2", "server", "management"):
        lab.set(name, ipv6__conf__all__disable_ipv6=1)  # their own talk is counted too
    for family in ("bridge", "inet"):
        for name, size in FULL.items():
            left = size - len(_elements(lab, family, name))
            macs = [f"02:77:00:00:{number >> 8:02x}:{number & 255:02x}" for number in range(left)]
            held = macs if name == "strangers" else [f"{mac} . 0x1" for mac in macs]
            for first in range(0, left, PIECE):
                piece = ", ".join(held[first : first + PIECE])
                lab.run("box", "nft", "-f", "-", stdin=f"add element {family} venue {name} {{ {piece} }}\n")
            assert len(_elements(lab, family, name)) == size
    assert leaks(lab) == {}
