"""Which socket is which: by cables that are plugged in, on real veth pairs."""

import tomllib
from pathlib import Path

import pytest

from appliance.cli.setup_bench import Bench
from appliance.cli.setup_box import sockets, ups
from appliance.cli.setup_talk import Talk
from appliance.setup import ports
from hw import attached_simulated
from hw.interfaces import InterfaceStaysDown, bring_up
from tests.fakes.adapters import adapters_under
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


@pytest.fixture
def adapters(tmp_path: Path) -> Path:
    return adapters_under(tmp_path)


def begun(directory: Path) -> Path:
    """A configuration that says whose the box is and where things lie."""
    (config := directory / "etc/appliance.toml").parent.mkdir(exist_ok=True)
    told = {"code": "520100-03", "name": "x", "state_dir": f"{directory}/s", "run_dir": f"{directory}/r"}
    lines = (f'{key} = "{value}"' for key, value in told.items())
    config.write_text("\n".join(["[venue]", *lines, ""]), encoding="utf-8")
    return config


def test_a_socket_on_usb_is_let_in_by_the_list_with_the_hub_above_it(adapters: Path, tmp_path: Path) -> None:
    config = begun(tmp_path)
    given = {"ports.mode": "route", "ports.uplink": "eth1", "ports.exam": ("eth0", "eth2")}
    for _ in range(2):
        sockets(Bench(config=config, talk=Talk("en", given), dry=False, root=adapters))
        read = tomllib.loads(config.read_text(encoding="utf-8"))
        assert read["network"]["uplink"] == "eth1" and read["network"]["exam_ports"] == ["eth0", "eth2"]
        assert read["usb"]["allow"] == [
            {"id": "0bda:8153", "port": "1-1.2", "why": "eth1", "serial": "000001"},
            {"id": "05e3:0608", "port": "1-1.4", "why": "hub"},
            {"id": "0b95:1790", "port": "1-1.4.3", "why": "eth2"},
        ], "neither the board's own hub nor an adapter that nobody took"


def test_without_sockets_on_usb_nobody_asks_for_a_bus(tmp_path: Path) -> None:
    attached_simulated.make_board(tmp_path)
    assert ports.on_usb(tmp_path, ("eth0",)) == ()
    attached_simulated.add_interface(tmp_path, "usb0", "platform/usb1/1-1/1-1:1.0")
    with pytest.raises(ports.PortsUnknown):
        ports.on_usb(tmp_path, ("eth0", "usb0"))


@pytest.mark.parametrize("closed", [True, False])
def test_a_ups_on_usb_is_in_the_list_whether_the_guard_enforces_it_or_not(
    adapters: Path, tmp_path: Path, closed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    config = begun(tmp_path)
    scanner = adapters / "usr/bin/nut-scanner"
    scanner.parent.mkdir(parents=True)
    lines = '[nutdev1]\n\tdriver = "usbhid-ups"\n\tport = "auto"\n\tvendorid = "051D"\n\tproductid = "0002"\n'
    scanner.write_text(f"#!/bin/sh\ncat <<'END'\n{lines}END\n")
    scanner.chmod(0o755)
    bench = Bench(
        config=config, talk=Talk("en", {"ups.closed": closed, "ups.name": "u"}), dry=False, root=adapters
    )
    ups(bench)
    assert "cannot be told" in capsys.readouterr().out, "it is nowhere on the bus"
    device = adapters / "sys/bus/usb/devices/1-1.3"
    device.mkdir()
    for name, text in {"idVendor": "051d", "idProduct": "0002", "bDeviceClass": "00"}.items():
        (device / name).write_text(f"{text}\n")
    ups(bench)
    read = tomllib.loads(config.read_text(encoding="utf-8"))
    assert read["usb"]["allow"] == [{"id": "051d:0002", "port": "1-1.3", "why": "UPS"}]
    assert read["usb"].get("enforce", False) is closed
