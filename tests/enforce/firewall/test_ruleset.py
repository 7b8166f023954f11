"""The text of the rules, loaded by the real nft into a namespace of its own."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from appliance.enforce.firewall.place import BadPlan
from appliance.enforce.firewall.ruleset import render, toggle
from appliance.events.network import NetworkSeat
from tests.enforce.firewall import kernel
from tests.enforce.firewall.kernel import PAPER, PULL, Kernel, plan

needs_nft = pytest.mark.skipif(bool(kernel.missing()), reason=kernel.missing())
MODES = ("route", "bridge", "watch")


@pytest.fixture
def box() -> Iterator[Kernel]:
    with Kernel(f"venue-nft-{os.getpid()}") as found:
        yield found


@needs_nft
def test_every_mode_loads_after_every_other_one(box: Kernel) -> None:
    for mode in (*MODES, *reversed(MODES)):
        for box_ports in (False, True):
            assert (
                box.load(render(plan(mode, box_ports=box_ports, dhcp=True, masquerade=True), [PAPER, PULL]))
                == ""
            )


@needs_nft
def test_servers_and_seats_without_all_their_facts_still_load(box: Kernel) -> None:
    whole = plan("bridge")
    bare = replace(
        whole,
        servers=(replace(whole.servers[0], mac="", tcp=()),),
        seats=(replace(whole.seats[0], mac=""), replace(whole.seats[1], ip="")),
        address="",
        staff=(),
    )
    for mode in MODES:
        assert box.load(render(replace(bare, mode=mode), [PAPER])) == ""


@needs_nft
def test_a_reload_keeps_what_windows_and_ledger_hold(box: Kernel) -> None:
    assert box.load(render(plan(), [PAPER])) == ""
    assert (
        box.load("add element inet venue ledger { 02:50:00:01:00:00 . 4 counter packets 7 bytes 70 }") == ""
    )
    before = box.elements("inet", "window")[0]["elem"]["expires"]
    assert box.load(render(plan(seats=9))) == ""
    (window,) = box.elements("inet", "window")
    assert window["elem"]["val"]["concat"] == [kernel.SERVER, kernel.PROVINCE, "tcp", 443]
    assert 0 < window["elem"]["expires"] <= before <= 50
    (told,) = box.elements("inet", "ledger")
    assert told["elem"]["counter"]["packets"] == 7
    assert len(box.elements("bridge", "seat")) == 9


@needs_nft
def test_a_toggle_makes_the_windows_exactly_what_it_says(box: Kernel) -> None:
    assert box.load(render(plan("bridge"), [PAPER, PULL])) == ""
    assert len(box.elements("bridge", "pull")) == len(box.elements("inet", "dial")) == 1
    assert box.load(toggle(plan("bridge"), [replace(PAPER, left_s=5000)])) == ""
    assert 4000 < box.elements("bridge", "window")[0]["elem"]["expires"] <= 5000
    assert box.elements("bridge", "pull") == box.elements("inet", "dial") == []
    assert box.load(toggle(plan("bridge"), [])) == ""
    assert box.elements("bridge", "window") == box.elements("bridge", "open") == []


@needs_nft
def test_a_refused_text_leaves_all_that_was_there(box: Kernel) -> None:
    assert box.load(render(plan(), [PAPER])) == ""
    before = box.run(kernel.NFT, "-s", "-t", "list", "ruleset").stdout
    assert "Error" in box.load(render(plan(), []) + "add rule inet venue input no such thing\n")
    assert box.run(kernel.NFT, "-s", "-t", "list", "ruleset").stdout == before
    assert len(box.elements("inet", "window")) == 1


def test_one_plan_gives_one_text_whatever_the_order_of_its_lists() -> None:
    given = plan(seats=20, box_ports=True)
    assert render(replace(given, seats=given.seats[::-1]), [PAPER]) == render(given, [PAPER])


def test_a_window_that_is_over_opens_nothing() -> None:
    assert "198.51.100.10" not in toggle(plan(), [replace(PAPER, left_s=0), replace(PULL, left_s=-3)])


@pytest.mark.parametrize(
    "changes",
    [
        {"uplink": 'eth0" accept; #'},
        {"exam_ports": ("eth1\n",)},
        {"staff": ("10.50.0.20/32 }\n",)},
        {"province": ("198.51.100.10, 0.0.0.0/0:443",)},
        {"dial_out": "pull@198.51.100.11:22 }"},
        {"address": "10.50.0.1/16 accept"},
        {"ntp": "192.0.2.1 accept"},
        {"seats": (NetworkSeat(id="1-1", mac="02:50:00:01:00:00 }", ip="10.50.1.1"),)},
        {"seats": (NetworkSeat(id="1-1", mac="02:50:00:01:00:00", ip="10.50.1.0/24"),)},
    ],
)
def test_what_is_no_name_and_no_number_comes_into_no_rule(changes: dict[str, object]) -> None:
    with pytest.raises(BadPlan):
        render(replace(plan(), **changes))  # type: ignore[arg-type]  # wrong values of the right types
