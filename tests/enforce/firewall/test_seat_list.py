"""Machines that people retire or register reach the kernel's rules, and their rules read as held."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.enforce.firewall.firewall import Firewall
from appliance.events.network import NetworkSeat
from appliance.events.seats import seats_listed
from appliance.exam.posture import NotHeld
from tests.enforce.firewall import kernel
from tests.enforce.firewall.kernel import Kernel, plan
from tests.enforce.firewall.test_firewall import Played, firewall
from tests.lab.net import within

needs_nft = pytest.mark.skipif(bool(kernel.missing()), reason=kernel.missing())
NEW = "+1-99;02:50:00:00:00:99;10.50.0.199;"
SEATS = (NetworkSeat(id="1-1", mac="02:50:00:00:00:11", ip="10.50.0.11"), NetworkSeat(id="1-2"))


@pytest.fixture
def box() -> Iterator[Kernel]:
    """A namespace with the ports of the plan, and this thread in it."""
    with Kernel(f"venue-p1-seats-{os.getpid()}") as found:
        for name in ("eth0", "eth1"):
            found.run("ip", "link", "add", name, "type", "veth", "peer", "name", f"{name}-far")
        with within(Path("/run/netns") / found.name):
            yield found


def seats_in(box: Kernel) -> str:
    """The kernel's set of seats."""
    return box.run(kernel.NFT, "list", "set", "bridge", "venue", "seat").stdout


@needs_nft
def test_a_registered_machine_is_in_the_kernels_list_and_a_retired_one_is_not(box: Kernel) -> None:
    wall = firewall(Played())
    wall.hold("closed")
    first = plan("bridge").seats[0]
    assert first.mac in seats_in(box) and "10.50.0.199" not in seats_in(box)
    wall.hold_seats(f"-{first.id} {NEW}")
    held = wall.read()
    assert first.mac not in seats_in(box) and "02:50:00:00:00:99 . 10.50.0.199" in seats_in(box)
    assert held.digest and not held.drift and not held.unknown, "what changed is ours"
    wall.hold_seats(NEW)
    assert first.mac in seats_in(box), "the level says all of it"


@needs_nft
def test_a_list_that_comes_before_the_rules_is_loaded_with_them(box: Kernel) -> None:
    wall = firewall(Played())
    wall.hold_seats(NEW)
    wall.hold("closed")
    assert "10.50.0.199" in seats_in(box)


@needs_nft
def test_a_list_that_nft_refused_once_is_no_held_one_until_the_kernel_has_it(
    box: Kernel, tmp_path: Path
) -> None:
    nft, refuses = tmp_path / "nft", tmp_path / "refuses"
    nft.write_text(f'#!/bin/sh\n[ -e {refuses} ] && exit 1\nexec {kernel.NFT} "$@"\n')
    nft.chmod(0o755)
    wall = Firewall(plan("bridge"), wall=Played().wall, mono_s=Played().mono_s, nft=str(nft))
    wall.hold("closed")
    refuses.touch()
    for _ in range(2):
        with pytest.raises(NotHeld):
            wall.hold_seats(NEW)
    refuses.unlink()
    wall.hold_seats(NEW)
    assert "10.50.0.199" in seats_in(box) and wall.read().digest


@needs_nft
@pytest.mark.parametrize(
    "level", ["x", "+1-9;junk", "+1-9;02:00;10.50.0.9;", "+1-9;02:50:00:00:00:99;1 2;", "-"]
)
def test_a_list_that_can_not_be_meant_is_not_held_and_changes_nothing(box: Kernel, level: str) -> None:
    wall = firewall(Played())
    wall.hold("closed")
    before = seats_in(box)
    with pytest.raises(NotHeld):
        wall.hold_seats(level)
    assert seats_in(box) == before
    wall.hold("closed")
    assert seats_in(box) == before and not wall.read().drift


def test_words_change_the_list_and_nothing_else_is_understood() -> None:
    assert seats_listed(SEATS, "") == SEATS
    assert [s.id for s in seats_listed(SEATS, "-1-1")] == ["1-2"]
    changed = seats_listed(SEATS, "+1-1;02:50:00:00:00:99;10.50.0.99;eth1 +2-1;02:50:00:00:00:98;10.50.0.98;")
    assert [(s.id, s.mac, s.port) for s in changed] == [
        ("1-1", "02:50:00:00:00:99", "eth1"), ("1-2", "", ""), ("2-1", "02:50:00:00:00:98", "")
    ]  # fmt: skip
    for word in ("x", "+a", "+a;b;c", "+a;b;c;d;e", "-", "-a;b", "closed", "\x00"):
        with pytest.raises(ValueError, match="expected"):
            seats_listed(SEATS, word)


@needs_nft
def test_the_port_of_a_retired_machine_stays_a_seats_port_where_nobody_is_known(box: Kernel) -> None:
    """Else it would be taken for a switch's, from which everybody reaches the exam server."""
    for name in ("eth2", "eth3"):
        box.run("ip", "link", "add", name, "type", "veth", "peer", "name", f"{name}-far")
    wall = firewall(Played(), seats=2, box_ports=True)
    gone, stays = plan("bridge", seats=2, box_ports=True).seats
    wall.hold("closed")
    wall.hold_seats(f"-{gone.id}")
    chain = box.run(kernel.NFT, "list", "chain", "bridge", "venue", "prerouting").stdout
    (judged,) = [line for line in chain.splitlines() if "jump seat_pass" in line]
    assert '"eth1"' in judged and '"eth2"' in judged
    known = box.run(kernel.NFT, "list", "set", "bridge", "venue", "seat_port").stdout
    assert gone.mac not in known and stays.mac in known
