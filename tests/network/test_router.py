"""The venue's router beside a bridge, named in the plan: by ARP nobody else is looked for, answers, or is believed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from appliance.enforce.firewall.ruleset import render
from tests.lab import net
from tests.lab import net_frames as wire
from tests.lab.net import BRIDGE, LINE, SEAT1, SERVER, Host, Lab
from tests.lab.net_ledger import ledger
from tests.lab.net_plan import OPEN, plan
from tests.lab.net_shoot import open_wide

pytestmark = pytest.mark.skipif(bool(net.missing()), reason=net.missing())
OTHER = "10.50.0.253"
EVERYBODY = "ff:ff:ff:ff:ff:ff"


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(BRIDGE) as made:
        open_wide(made)
        yield made


def load(lab: Lab, router: str) -> None:
    """The rules with the server's window open. The ports are not isolated: the rules alone are looked at."""
    lab.run("box", "nft", "-f", "-", stdin=render(replace(plan(lab), router=router), (OPEN,)))


def arrives(lab: Lab, sender: Host, own: str, asked: str, at: str, *, reply: bool = False) -> bool:
    """Whether an ARP packet of a machine that says it has `own` comes to the machine `at`."""
    operation = wire.ARP_REPLY if reply else wire.ARP_REQUEST
    packet = wire.arp(operation, (sender.mac, own), (EVERYBODY if reply else "00:00:00:00:00:00", asked))
    frame = wire.ether(EVERYBODY, sender.mac, wire.ETH_ARP, packet)
    lab.heard(at)
    lab.wire("isp" if sender is LINE else sender.name).send(frame)
    return any(packet in heard for heard in lab.heard(at))


@pytest.mark.parametrize("router", [LINE.ip, ""])
def test_who_has_a_window_looks_for_the_router_alone_and_it_alone_looks_for_them(lab: Lab, router: str) -> None:
    load(lab, router)
    assert arrives(lab, SERVER, SERVER.ip, LINE.ip, "isp") and arrives(lab, LINE, LINE.ip, SERVER.ip, "server")
    others = arrives(lab, SERVER, SERVER.ip, OTHER, "isp"), arrives(lab, LINE, OTHER, SERVER.ip, "server")
    assert others == (not router, not router), "the control: with no router named anybody may be there"
    assert not arrives(lab, SEAT1, SEAT1.ip, LINE.ip, "isp")


@pytest.mark.parametrize("router", [LINE.ip, ""])
def test_a_seat_that_says_it_is_the_router_is_counted_as_a_liar(lab: Lab, router: str) -> None:
    load(lab, router)
    assert not arrives(lab, SEAT1, LINE.ip, SERVER.ip, "isp", reply=True)
    assert bool(ledger(lab)[SEAT1.mac, "arp-spoof"]) == bool(router)
