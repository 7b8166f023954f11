"""A rehearsal: what would be dropped passes and is counted; and it closes with nobody alive."""

import socket
import time
from collections.abc import Iterator

import pytest

from appliance.enforce.firewall.sets import ASKED_BURST, ASKED_RATE
from appliance.enforce.firewall.windows import REHEARSE, Window
from tests.lab import net
from tests.lab import net_frames as wire
from tests.lab.net import BRIDGE, INTERNET, ROUTE, SEAT1, SEAT2, SERVER, TOPOLOGIES, Lab, within
from tests.lab.net_guard import boot_s, firewall
from tests.lab.net_ledger import ledger
from tests.lab.net_plan import load
from tests.lab.net_scene import EXAM_PORT
from tests.lab.net_shoot import leaks, open_wide

pytestmark = pytest.mark.skipif(bool(net.missing()), reason=net.missing())
REHEARSAL_S, SHORT_S, DEADLINE_S = 60, 2.0, 10.0
NOBODY_S = 0.5
TIMES = 5
PORTS_OF = {"dns": 53, "http": 80, "https": 443, "ntp": 123, "tunnel": 1194}


@pytest.fixture(params=TOPOLOGIES)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with Lab(request.param) as made:
        open_wide(made)
        made.wire("isp")  # it listens from here on
        yield made


def level(left_s: float) -> str:
    return f"closed {REHEARSE}@m{int(boot_s() + left_s)}"


def send(lab: Lab, port: int, *, seat: net.Host = SEAT1, token: bytes = b"rehearsed") -> None:
    packet = wire.ipv4(seat.ip, INTERNET, wire.UDP, wire.udp(seat.ip, INTERNET, (4000, port), token))
    lab.wire(seat.name).send(wire.ether(lab.gateway.mac, seat.mac, wire.ETH_IPV4, packet))


def outside(lab: Lab, token: bytes = b"rehearsed") -> int:
    return sum(token in frame for frame in lab.heard("isp"))


def test_what_would_be_dropped_passes_and_is_counted_by_machine_and_kind(lab: Lab) -> None:
    for name in ("seat1", "seat2", "server", "management"):
        lab.set(name, ipv6__conf__all__disable_ipv6=1)
    guard = firewall(lab)
    with within(lab.namespace("box")):
        guard.hold("closed")
    send(lab, 53)
    before = ledger(lab)
    assert before[SEAT1.mac, "dns"] == 1 and outside(lab) == 0
    with within(lab.namespace("box")):
        guard.hold(level(REHEARSAL_S))
        assert guard.read().drift == ()
    for _ in range(TIMES):
        for port in PORTS_OF.values():
            send(lab, port)
            send(lab, port, seat=SEAT2)
    assert outside(lab) == 2 * TIMES * len(PORTS_OF)
    seen = ledger(lab) - before
    assert {key: count for key, count in seen.items() if key[0] in (SEAT1.mac, SEAT2.mac)} == {
        (seat.mac, kind): TIMES for seat in (SEAT1, SEAT2) for kind in PORTS_OF
    }
    with within(lab.namespace("box")):
        guard.hold("closed")
        assert guard.read().drift == ()
    send(lab, 53)
    assert outside(lab) == 0
    assert ledger(lab)[SEAT1.mac, "dns"] == before[SEAT1.mac, "dns"] + TIMES + 1


def test_with_nobody_alive_the_kernel_ends_it(lab: Lab) -> None:
    load(lab, [Window(name=REHEARSE, left_s=SHORT_S)])
    ended_s = time.monotonic() + SHORT_S
    send(lab, 53)
    assert outside(lab) == 1
    while (left_s := ended_s - time.monotonic()) > 0:
        time.sleep(left_s)
    assert leaks(lab, passing=False) == {}


def answered(lab: Lab, name: str, at: str, *, port: int = 445, within_s: float = DEADLINE_S) -> bool:
    """Whether seat1 gets a connection to a program of the machine `name`."""
    with within(lab.namespace(name)):
        listening = socket.create_server((at, port))
    with within(lab.namespace("seat1")):
        calling = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with listening, calling:
        calling.settimeout(within_s)
        try:
            calling.connect((at, port))
        except OSError:
            return False
        return True


def test_a_program_asks_and_is_answered_while_it_is_rehearsed(lab: Lab) -> None:
    load(lab, [Window(name=REHEARSE, left_s=REHEARSAL_S)])
    assert answered(lab, "internet", INTERNET)
    assert answered(lab, "server", SERVER.ip, port=EXAM_PORT)
    if not lab.switched:
        assert answered(lab, "seat2", SEAT2.ip)
        assert ledger(lab)[SEAT1.mac, "other-seat"] >= 1
    load(lab, [])
    assert not answered(lab, "internet", INTERNET, within_s=NOBODY_S)
    assert lab.switched or not answered(lab, "seat2", SEAT2.ip, within_s=NOBODY_S)


@pytest.mark.parametrize("lab", [BRIDGE], indirect=True)
def test_one_machine_that_asks_without_end_leaves_the_others_theirs(lab: Lab) -> None:
    load(lab, [Window(name=REHEARSE, left_s=REHEARSAL_S)])
    flood = 3 * ASKED_BURST
    began_s = time.monotonic()
    for port in range(flood):
        send(lab, 1024 + port, token=b"flood")
    took_s = time.monotonic() - began_s
    passed = outside(lab, b"flood")
    assert ASKED_BURST <= passed <= ASKED_BURST + ASKED_RATE * (took_s + 1) + 1
    send(lab, 1024, token=b"again")
    assert outside(lab, b"again") == 1, "what was asked before goes on"
    send(lab, 53, seat=SEAT2)
    assert outside(lab) == 1, "another machine asks as ever"


@pytest.mark.parametrize("lab", [ROUTE, BRIDGE], indirect=True)
def test_the_box_itself_stays_closed_and_nothing_from_outside_begins_a_connection(lab: Lab) -> None:
    load(lab, [Window(name=REHEARSE, left_s=REHEARSAL_S)])
    assert not answered(lab, "box", net.BOX.ip, within_s=NOBODY_S)
    ends = (INTERNET, SEAT1.ip, (4000, 3389), b"from outside")
    reach(lab, (wire.TCP, wire.tcp(*ends)), (wire.TCP, wire.tcp(*ends, flags=wire.ACK)), (wire.UDP, wire.udp(*ends)))
    reach(lab, (wire.ICMP, wire.icmp(8, 0, b"\0\7\0\1", b"from outside")), (47, b"from outside"))
    send(lab, 53)
    assert outside(lab) == 1, "the frame behind it passed"
    assert not [frame for frame in lab.heard("seat1") if b"from outside" in frame]
    answer = wire.udp(INTERNET, SEAT1.ip, (53, 4000), b"an answer")
    reach(lab, (wire.UDP, answer))
    assert [frame for frame in lab.heard("seat1") if b"an answer" in frame]


def reach(lab: Lab, *packets: tuple[int, bytes]) -> None:
    """Somebody outside sends to seat1."""
    hop = lab.line_box.mac if lab.topology == ROUTE else SEAT1.mac
    for protocol, body in packets:
        packet = wire.ipv4(INTERNET, SEAT1.ip, protocol, body)
        lab.wire("isp").send(wire.ether(hop, lab.line.mac, wire.ETH_IPV4, packet))
