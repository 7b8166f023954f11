"""A real dnsmasq that nobody asked for, in a seat: its offer reaches no seat, and it is told with its place."""

import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.events.readings import Offered
from appliance.watch.presence import PresenceReader
from tests.exam.ledger import plan as venue
from tests.exam.ledger import running
from tests.fakes.wait import wait_for
from tests.lab import net
from tests.lab import net_frames as wire
from tests.lab.net import BOX, BRIDGE, PORTS, PORTS_BRIDGE, ROUTE, SEAT1, SEAT2, Lab, within
from tests.lab.net_answers import offer
from tests.lab.net_ledger import ledger
from tests.lab.net_plan import load, plan
from tests.lab.net_shoot import open_wide

DNSMASQ = shutil.which("dnsmasq", path="/usr/sbin:/usr/bin") or ""
_LACK = net.missing() or ("" if DNSMASQ else "dnsmasq is not installed (Debian: dnsmasq-base)")
pytestmark = pytest.mark.skipif(bool(_LACK), reason=_LACK)
FIRST = "10.50.0.180"
NOBODY_S = 0.5
DISCOVER = b"\x01\x01\x06\0" + b"\x12\x34\x56\x78" + b"\0\0\x80\0" + bytes(16)


@contextlib.contextmanager
def rogue(lab: Lab, place: Path, name: str) -> Iterator[None]:
    """dnsmasq gives addresses in this machine meanwhile."""
    argv = (
        *(DNSMASQ, "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file", "--user=root", "--port=0"),
        *("--interface=lan0", "--bind-interfaces", "--no-ping", "--dhcp-authoritative"),
        *(f"--dhcp-range={FIRST},10.50.0.190,255.255.255.0,1h", f"--dhcp-leasefile={place}/leases"),
    )
    running: subprocess.Popen[bytes] = lab.start(name, *argv)
    try:
        wait_for(lambda: running.poll() is None and "0.0.0.0%lan0:67" in lab.run(name, "ss", "-Hlnu"))
        yield
    finally:
        running.terminate()
        running.communicate(timeout=10)


def ask_at(lab: Lab, port: str) -> None:
    """A machine asks for an address behind this port of the box: past the rules, as if they had let it through."""
    body = (DISCOVER + wire.mac_bytes(SEAT1.mac)).ljust(236, b"\0") + b"\x63\x82\x53\x63\x35\x01\x01\xff"
    packet = wire.ipv4("0.0.0.0", "255.255.255.255", wire.UDP, wire.udp("0.0.0.0", "255.255.255.255", (68, 67), body))
    with within(lab.namespace("box")), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
        raw.bind((port, 0))
        raw.send(wire.ether("ff:ff:ff:ff:ff:ff", SEAT1.mac, wire.ETH_IPV4, packet))


def offers(frames: list[bytes]) -> list[bytes]:
    """Those of them that a DHCP server sends."""
    return [f for f in frames if f[12:14] == b"\x08\0" and f[23] == wire.UDP and f[34:36] == b"\0\x43"]


@pytest.mark.parametrize("topology", [PORTS, PORTS_BRIDGE])
def test_on_ports_of_the_box_no_seat_gets_a_rogues_offer_and_it_is_counted_as_one(
    topology: str, tmp_path: Path
) -> None:
    with Lab(topology) as lab, rogue(lab, tmp_path, "seat2"):
        open_wide(lab)
        told = wait_for(lambda: offer(lab, machine="seat1", mac=SEAT1.mac))  # a busy dnsmasq may answer late
        assert told[0].startswith("10.50.0.18"), "the control: without rules it is offered"
        load(lab)
        assert offer(lab, machine="seat1", mac=SEAT1.mac, timeout_s=NOBODY_S) is None
        lab.heard("seat1")
        ask_at(lab, SEAT2.port)
        wait_for(lambda: ledger(lab)[SEAT2.mac, "dhcp-server"])
        assert not offers(lab.heard("seat1"))


@pytest.mark.parametrize("topology", [ROUTE, BRIDGE])
def test_on_a_switch_it_is_only_seen_and_is_an_item_with_its_seat(topology: str, tmp_path: Path) -> None:
    with Lab(topology) as lab:
        open_wide(lab)
        load(lab)
        reader = PresenceReader(interface="br0", ips=[SEAT1.ip], own_ip=BOX.ip, round_s=0.2)
        with within(lab.namespace("box")), contextlib.closing(reader):
            quiet = wait_for(lambda: (told := reader()).hosts and told)
            assert quiet.offers == (), "the control: nobody offers"
            with rogue(lab, tmp_path, "seat2"):
                assert wait_for(lambda: offer(lab, machine="seat1", mac=SEAT1.mac)), "a switch is a switch"
            seen = wait_for(lambda: reader().offers)
        assert seen == (Offered(what="dhcp-server", mac=SEAT2.mac, ip=SEAT2.ip),)
        day = running(venue(network=plan(lab).mode, net=plan(lab)))
        day.read(replace(quiet, offers=seen))
        item = day.one("offered")
        assert (item.place, item.detail) == ("1-seat2", "dhcp-server")
