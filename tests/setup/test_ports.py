"""Which socket is which: by cables that are plugged in, on real veth pairs."""

from pathlib import Path

import pytest

from appliance.setup import ports
from hw.interfaces import InterfaceStaysDown, bring_up
from tests.lab.wires import Wires, missing

NAMES = ("eth0", "eth1", "eth2")


def lit(*names: str) -> frozenset[str]:
    return frozenset(names)


def after(*looks: frozenset[str]) -> ports.Looks:
    seen = ports.first_look(looks[0], NAMES)
    for each in looks[1:]:
        seen = ports.look(seen, each, NAMES)
    return seen


def test_a_socket_counts_once_its_link_has_stood_for_some_looks() -> None:
    steady = [lit("eth1")] * ports.STEADY_LOOKS
    assert after(lit(), *steady[:-1]).found == "" and after(lit(), *steady).found == "eth1"
    assert after(lit(), lit("eth1"), lit(), *steady[:-1]).found == "", "a plug that bounced begins anew"


def test_a_cable_that_was_in_already_is_pulled_and_put_back() -> None:
    steady = [lit("eth0", "eth1")] * ports.STEADY_LOOKS
    assert after(lit("eth0", "eth1"), *steady).found == ""
    assert after(lit("eth0", "eth1"), lit("eth1"), *steady).found == "eth0"


def test_two_at_once_are_nobodys() -> None:
    seen = after(lit(), *[lit("eth0", "eth2")] * 20)
    assert seen.found == "" and seen.several
    assert after(lit(), lit("eth0", "eth2"), *[lit("eth0")] * ports.STEADY_LOOKS).found == "eth0"


def test_bridges_radios_and_the_ghost_are_no_sockets(tmp_path: Path) -> None:
    for name, kind, uevent in (
        ("eth0", "1", ""), ("br0", "1", "DEVTYPE=bridge\n"), ("wlan0", "1", "DEVTYPE=wlan\n"), ("lo", "772", ""),
        ("venue-ghost", "1", ""), ("eth0.5", "1", "DEVTYPE=vlan\n"),
    ):  # fmt: skip
        place = tmp_path / "sys/class/net" / name
        place.mkdir(parents=True)
        (place / "type").write_text(f"{kind}\n")
        (place / "uevent").write_text(f"INTERFACE={name}\n{uevent}")
        (place / "carrier").write_text("1\n")
    assert ports.sockets(tmp_path) == ("eth0",) and ports.linked(tmp_path, ("eth0", "gone")) == {"eth0"}
    with pytest.raises(ports.PortsUnknown):
        ports.sockets(tmp_path / "nowhere")


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_an_interface_is_brought_up_and_one_that_is_not_there_is_told() -> None:
    with Wires() as wires:
        space = wires.space("su")
        wires.run(space, "ip", "link", "add", "su0", "type", "veth", "peer", "name", "su9")
        with wires.inside(space):
            bring_up("su0")
            with pytest.raises(InterfaceStaysDown):
                bring_up("su1")
        assert ",UP" in wires.run(space, "ip", "link", "show", "su0")
