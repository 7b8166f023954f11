"""Who is there: ARP, the kernel's neighbours, a bridge's ports, offers of addresses; on real wires and in lies."""

import random
import socket
import struct
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw import arp, neighbours, offers
from hw.arp import Arp, ArpError, Heard
from hw.neighbours import Neighbour
from hw.netlink import NetlinkError, attributes
from hw.offers import Offer, Offers
from tests.lab.wires import Wires, missing

real = pytest.mark.skipif(bool(missing("nft")), reason=missing("nft") or "ip is there")
SEAT1, SEAT2 = "02:50:00:00:00:11", "02:50:00:00:00:12"


@pytest.fixture
def wires() -> Iterator[Wires]:
    with Wires() as made:
        made.space("box")
        made.host("seat1", mac=SEAT1, ip="10.50.0.11/24", at="box", port="p1")
        made.host("seat2", mac=SEAT2, ip="10.50.0.12/24", at="box", port="p2")
        made.bridge("box", "br0", "p1", "p2", ip="10.50.0.1/24")
        yield made


def within(limit_s: float, read: Callable[[], bool]) -> bool:
    """Whether `read` says so before the time is over."""
    deadline_s = time.monotonic() + limit_s
    while not read():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.02)
    return True


def index_of(wires: Wires, name: str) -> int:
    return int(wires.run("box", "cat", f"/sys/class/net/{name}/ifindex"))


@real
@pytest.mark.parametrize("own_ip", ["10.50.0.1", ""])
def test_a_machine_that_is_asked_for_its_address_answers_and_one_that_is_off_does_not(
    wires: Wires, own_ip: str
) -> None:
    with wires.inside("box"):
        ear = Arp("br0", own_ip=own_ip)
    heard: list[Heard] = []
    for ip in ("10.50.0.11", "10.50.0.12", "10.50.0.13"):
        assert ear.ask(ip)
    assert within(3.0, lambda: heard.extend(ear.read()) or len(heard) >= 2)  # type: ignore[func-returns-value]
    assert {(h.ip, h.mac, h.frame_mac, h.reply) for h in heard} == {
        ("10.50.0.11", SEAT1, SEAT1, True),
        ("10.50.0.12", SEAT2, SEAT2, True),
    }
    ear.close()


@real
def test_one_address_on_two_machines_is_heard_from_both(wires: Wires) -> None:
    wires.run("seat2", "ip", "address", "add", "10.50.0.11/24", "dev", "eth0")
    with wires.inside("box"):
        ear = Arp("br0", own_ip="10.50.0.1")
    ear.ask("10.50.0.11")
    macs: set[str] = set()
    assert within(3.0, lambda: macs.update(h.mac for h in ear.read()) or len(macs) == 2)  # type: ignore[func-returns-value]
    ear.close()


@real
def test_asking_is_bounded_in_time(wires: Wires) -> None:
    with wires.inside("box"):
        ear = Arp("br0", rate_per_s=50.0)
    begun_s, asked = time.monotonic(), 0
    while time.monotonic() - begun_s < 0.5:
        asked += ear.ask("10.50.0.77")
        time.sleep(0.001)
    assert 20 < asked <= 20 + 50 * 0.6
    ear.close()


@real
def test_an_interface_that_is_not_there_is_an_error_and_one_that_goes_away_too(wires: Wires) -> None:
    with wires.inside("box"):
        with pytest.raises(ArpError, match="br7"):
            Arp("br7")
        ear = Arp("br0")
        wires.run("box", "ip", "link", "del", "br0")
        with pytest.raises(ArpError):
            for _ in range(5):
                ear.read()
                ear.ask("10.50.0.11")
    ear.close()


@real
def test_the_kernel_tells_its_neighbours_and_the_port_each_was_heard_at(wires: Wires) -> None:
    wires.udp("seat1", "10.50.0.1", 9)
    wires.run("box", "ip", "neigh", "replace", "10.50.0.99", "dev", "br0", "nud", "failed")
    with wires.inside("box"):
        bridge = index_of(wires, "br0")
        assert within(3.0, lambda: any(n.mac == SEAT1 for n in neighbours.neighbours()))
        found = neighbours.neighbours()
        assert Neighbour(ip="10.50.0.11", mac=SEAT1, interface=bridge) in found
        assert Neighbour(ip="10.50.0.99", mac="", interface=bridge) in found
        wires.udp("seat2", "10.50.0.1", 9)
        assert neighbours.ports(bridge) == {SEAT1: index_of(wires, "p1"), SEAT2: index_of(wires, "p2")}
        assert neighbours.ports(index_of(wires, "p1")) == {}


def offer_frame(mac: str, kind: str) -> bytes:
    source = bytes.fromhex(mac.replace(":", ""))
    if kind == offers.DHCP_SERVER:
        ip = struct.pack(
            ">BBHHHBBH4s4s", 0x45, 0, 36, 1, 0, 64, 17, 0, socket.inet_aton("10.50.0.12"), b"\xff" * 4
        )
        total = sum(struct.unpack(">10H", ip))  # the kernel's bridge drops what has no valid checksum
        ip = ip[:10] + struct.pack(">H", ~(total + (total >> 16)) & 0xFFFF) + ip[12:]
        return b"\xff" * 6 + source + b"\x08\x00" + ip + struct.pack(">HHHH", 67, 68, 16, 0) + bytes(8)
    six = struct.pack(">IHBB16s16s", 0x60000000, 16, 58, 255, bytes(16), bytes(16))
    return b"\x33\x33" + bytes(4) + source + b"\x86\xdd" + six + struct.pack(">BBH", 134, 0, 0) + bytes(12)


@real
def test_a_dhcp_server_and_a_router_advertisement_are_heard_and_the_rest_never_comes_up(wires: Wires) -> None:
    with wires.inside("box"):
        ear = Offers("br0")
    wires.udp("seat1", "10.50.0.1", 67, times=50)
    with wires.inside("seat2"), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
        raw.bind(("eth0", 0))
        for kind in (offers.DHCP_SERVER, offers.ROUTER):
            raw.send(offer_frame(SEAT2, kind))
    found: list[Offer] = []
    assert within(3.0, lambda: found.extend(ear.read()) or len(found) >= 2)  # type: ignore[func-returns-value]
    assert found == [
        Offer(kind=offers.DHCP_SERVER, mac=SEAT2, ip="10.50.0.12"),
        Offer(kind=offers.ROUTER, mac=SEAT2),
    ]
    ear.close()


FRAME = arp.request(bytes.fromhex("025000000011"), "10.50.0.11", "10.50.0.1")


@pytest.mark.parametrize(
    "frame",
    [
        FRAME[:41],
        FRAME[:12] + b"\x08\x00" + FRAME[14:],
        FRAME[:18] + b"\x08" + FRAME[19:],
        FRAME[:21] + b"\x03" + FRAME[22:],
        FRAME[:22] + b"\xff" * 6 + FRAME[28:],
        FRAME[:22] + bytes(6) + FRAME[28:],
        FRAME[:22] + b"\x01" + FRAME[23:],
        arp.request(bytes.fromhex("025000000011"), "", "10.50.0.1"),
    ],
)
def test_a_frame_that_claims_nothing_or_lies_about_its_shape_says_nothing(frame: bytes) -> None:
    assert arp.parse(FRAME) == Heard(ip="10.50.0.11", mac=SEAT1, frame_mac=SEAT1, reply=False)
    assert arp.parse(frame) is None


@given(st.binary(max_size=120))
def test_no_bytes_break_any_of_the_parsers(raw: bytes) -> None:
    arp.parse(raw)
    offers.parse(raw)
    try:
        attributes(raw, 12)
    except NetlinkError:
        return


def test_no_damaged_frame_breaks_a_parser() -> None:
    dice, told = random.Random(826), 0
    whole = [FRAME, *(offer_frame(SEAT1, kind) for kind in (offers.DHCP_SERVER, offers.ROUTER))]
    for _ in range(20_000):
        raw = bytearray(dice.choice(whole))
        for _ in range(dice.randrange(1, 4)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        cut = bytes(raw[: dice.choice((len(raw), dice.randrange(len(raw) + 1)))])
        heard, offer = arp.parse(cut), offers.parse(cut)
        told += heard is not None or offer is not None
        assert heard is None or len(heard.mac) == 17
    assert told > 1000


def test_a_header_of_no_length_makes_no_offer_of_other_bytes() -> None:
    frame = bytearray(offer_frame(SEAT1, offers.DHCP_SERVER))
    frame[14] = 0x40
    frame[14:16] = b"\x00\x43"
    assert offers.parse(bytes(frame)) is None
