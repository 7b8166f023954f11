"""What the box answers itself, with the real dnsmasq, chronyd and nginx behind the product's real rules."""

import select
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.enforce.firewall.ruleset import render
from tests.lab import net_answers as asked
from tests.lab.net import BOX, INTERNET, PORTS, ROUTE, SEAT1, SERVER, TOPOLOGIES, Lab, within
from tests.lab.net_answers import NO_ERROR, NO_SUCH_NAME, answering, fetch, ntp, offer, resolve
from tests.lab.net_plan import load, plan
from tests.lab.net_scene import WINDOW_PORT
from tests.lab.net_shoot import open_wide

pytestmark = pytest.mark.skipif(bool(asked.missing()), reason=asked.missing())
OTHER_NAMES = ("www.example.com", "example.com", "a.www.msftconnecttest.com", "wpad", "1.0.0.10.in-addr.arpa")
STRANGER = "02:66:00:00:00:01"
NOBODY_S = 1.0
IPV4 = b"\x08\x00"


@pytest.fixture(params=TOPOLOGIES)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(request.param) as made:
        open_wide(made)  # nothing but the rules stands between
        load(made)
        yield made


def on_the_line(lab: Lab) -> list[bytes]:
    """The IPv4 packets that came out at the line since it was last listened to."""
    return [frame for frame in lab.heard("isp") if frame[12:14] == IPV4]


def test_a_seat_finds_windows_probe_and_the_time_and_no_other_name_and_nothing_leaves(
    lab: Lab, tmp_path: Path
) -> None:
    lab.heard("isp")
    with answering(lab, tmp_path, plan(lab)):
        assert resolve(lab, "dns.msftncsi.com") == (NO_ERROR, ["131.107.255.255"])
        assert resolve(lab, "www.msftconnecttest.com") == (NO_ERROR, [BOX.ip])
        assert resolve(lab, "www.msftconnecttest.com", kind=asked.AAAA) == (NO_ERROR, [])
        assert fetch(lab, "www.msftconnecttest.com", "/connecttest.txt") == (200, b"Microsoft Connect Test")
        assert fetch(lab, "www.msftncsi.com", "/ncsi.txt") == (200, b"Microsoft NCSI")
        assert fetch(lab, "www.msftconnecttest.com", "/")[0] == 404
        assert resolve(lab, "time.windows.com") == (NO_ERROR, [BOX.ip])
        leap, stratum, clock_s = ntp(lab)
        assert (leap, stratum) == (0, 10) and abs(clock_s - time.time()) < 1
        for name in OTHER_NAMES:
            assert resolve(lab, name) == (NO_SUCH_NAME, []), name
        assert resolve(lab, "msftncsi.com") == (NO_ERROR, []), "no host, but one below it"
        assert on_the_line(lab) == []
        assert _listener_hears(lab)


def _listener_hears(lab: Lab) -> bool:
    """The server calls through its open window: that comes out."""
    with within(lab.namespace("server")):
        opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with opened:
        opened.setblocking(False)
        opened.connect_ex((INTERNET, WINDOW_PORT))
        deadline = time.monotonic() + asked.DEADLINE_S
        while time.monotonic() < deadline:
            select.select([lab.wire("isp")], [], [], 0.1)
            if on_the_line(lab):
                return True
    return False


@pytest.mark.parametrize("lab", [ROUTE], indirect=True)
def test_a_time_that_nothing_vouches_for_is_told_to_nobody(lab: Lab, tmp_path: Path) -> None:
    for clock, ntp_server in (("none", ""), ("ntp", "198.51.100.77")):
        place = tmp_path / clock
        place.mkdir()
        with answering(lab, place, replace(plan(lab), ntp=ntp_server), clock=clock):
            assert ntp(lab)[0] == 3, "not synchronised"


@pytest.mark.parametrize("lab", [ROUTE], indirect=True)
def test_the_probe_is_for_the_exam_network_alone(lab: Lab, tmp_path: Path) -> None:
    with answering(lab, tmp_path, plan(lab)):
        assert fetch(lab, "www.msftconnecttest.com", "/connecttest.txt", machine="box", at="127.0.0.1") == (
            0,
            b"",
        )
        assert fetch(lab, "www.msftconnecttest.com", "/connecttest.txt", machine="seat2")[0] == 200


@pytest.mark.parametrize("lab", [ROUTE, PORTS], indirect=True)
def test_addresses_are_given_only_where_the_configuration_says_so(lab: Lab, tmp_path: Path) -> None:
    with answering(lab, tmp_path, plan(lab)):
        assert offer(lab, machine="seat1", mac=SEAT1.mac, timeout_s=NOBODY_S) is None
    giving = replace(plan(lab), dhcp=True)
    lab.run("box", "nft", "-f", "-", stdin=render(giving, []))
    place = tmp_path / "dhcp"
    place.mkdir()
    with answering(lab, place, giving):
        told = offer(lab, machine="seat1", mac=SEAT1.mac)
        assert told is not None and told[0] == SEAT1.ip
        box = socket.inet_aton(BOX.ip)
        assert {number: told[1][number] for number in (3, 6, 42)} == {3: box, 6: box, 42: box}
        server = offer(lab, machine="server", mac=SERVER.mac)
        if lab.topology == ROUTE:
            stranger = offer(lab, machine="seat2", mac=STRANGER)
            assert server is not None and server[0] == SERVER.ip
            assert stranger is not None and stranger[0] not in {host.ip for host in (BOX, SEAT1, SERVER)}
