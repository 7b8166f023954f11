"""NFLOG: what real rules of nft log, in both families; bytes that lie, and messages that are lost."""

import random
import struct
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.netlink import NetlinkError, attribute, attributes, message, messages
from hw.nflog import Logged, Nflog, NflogError, parse
from tests.lab.wires import Wires, missing

real = pytest.mark.skipif(bool(missing("nft")), reason=missing("nft") or "nft is there")
PACKET = 4 << 8


def packet(**changes: bytes) -> bytes:
    """A message as the kernel sends one; attributes by name, replaced by what is given."""
    values = {
        "header": (1, struct.pack(">HBx", 0x0800, 2)),
        "mark": (2, struct.pack(">I", 7)),
        "indev": (4, struct.pack(">I", 3)),
        "hwaddr": (8, struct.pack(">HxxBBBBBBxx", 6, 2, 0x50, 0, 0, 0, 1)),
        "payload": (9, b"\x45" + bytes(19)),
        "prefix": (10, b"venue dns\0"),
        "sequence": (12, struct.pack(">I", 5)),
    }
    parts = b"".join(attribute(kind, changes.get(name, value)) for name, (kind, value) in values.items())
    return message(PACKET, 0, 0, struct.pack(">BBH", 2, 0, 76) + parts)


def test_a_message_gives_prefix_mark_sender_interface_and_the_first_bytes() -> None:
    assert parse(packet() + packet()) == 2 * [
        Logged(
            prefix="venue dns", mark=7, mac="02:50:00:00:00:01", indev=3, protocol=0x0800,
            payload=b"\x45" + bytes(19), sequence=5,
        )
    ]  # fmt: skip


def test_what_is_missing_or_of_another_length_is_empty_and_nothing_drives_a_terminal() -> None:
    (found,) = parse(
        packet(
            header=b"",
            mark=b"\1",
            indev=b"12345",
            hwaddr=b"\0\6" + bytes(3),
            prefix=b"\x1b[2J\xff",
            sequence=b"",
        )
    )
    assert (found.mark, found.mac, found.indev, found.protocol, found.sequence) == (0, "", 0, 0, 0)
    assert found.prefix.isprintable() and found.prefix.startswith("?[2J")
    (long,) = parse(packet(payload=bytes(4000), prefix=b"v" * 4000))
    assert (len(long.payload), len(long.prefix)) == (128, 128)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_parser(raw: bytes) -> None:
    try:
        parse(raw)
    except NetlinkError:
        return


def test_no_damaged_message_breaks_the_parser() -> None:
    dice, told = random.Random(76), 0
    for _ in range(20_000):
        raw = bytearray(packet() + packet())
        for _ in range(dice.randrange(1, 6)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        cut = bytes(raw[: dice.choice((len(raw), dice.randrange(len(raw) + 1)))])
        try:
            told += all(len(each.payload) <= 128 and len(each.mac) in (0, 17) for each in parse(cut))
        except NetlinkError:
            continue
    assert told > 1000


@pytest.mark.parametrize(
    "raw", [bytes(15), struct.pack("=IHHII", 15, 0, 0, 0, 0), struct.pack("=IHHII", 0, 0, 0, 0, 0)]
)
def test_a_length_that_cannot_be_ends_the_datagram(raw: bytes) -> None:
    with pytest.raises(NetlinkError):
        list(messages(raw))
    with pytest.raises(NetlinkError):
        attributes(struct.pack("=HH", 3, 1), 0)


INET = """
table inet venue { chain f { type filter hook input priority 0
  meta l4proto udp meta mark set 4
  meta mark 4 log prefix "venue dns" group 76 snaplen 64
  meta mark 4 drop
 }
}
"""
BRIDGE = """
table bridge venue { chain f { type filter hook forward priority 0
  ether type ip meta mark set 3
  meta mark 3 log prefix "venue other-seat" group 76
  meta mark 3 drop
 }
}
"""


@pytest.fixture
def wires() -> Iterator[Wires]:
    with Wires() as made:
        made.space("box")
        made.host("seat1", mac="02:50:00:00:00:01", ip="10.50.0.11/24", at="box", port="p1")
        made.host("seat2", mac="02:50:00:00:00:02", ip="10.50.0.12/24", at="box", port="p2")
        yield made


def heard(log: Nflog, count: int, limit_s: float = 5.0) -> list[Logged]:
    found: list[Logged] = []
    deadline_s = time.monotonic() + limit_s
    while len(found) < count and time.monotonic() < deadline_s:
        found += log.read(0.5)
    return found


@real
def test_a_real_rule_of_the_inet_family_is_heard_within_a_second(wires: Wires) -> None:
    wires.run("box", "ip", "address", "add", "10.50.0.1/24", "dev", "p1")
    wires.run("box", "nft", "-f", "-", stdin=INET)
    with wires.inside("box"):
        log = Nflog()
    try:
        sent_s = time.monotonic()
        wires.udp("seat1", "10.50.0.1", 53)
        (found,) = heard(log, 1)
        assert time.monotonic() - sent_s < 1.0
        assert (found.prefix, found.mark, found.mac) == ("venue dns", 4, "02:50:00:00:00:01")
        assert found.protocol == 0x0800 and found.payload[:1] == b"\x45" and len(found.payload) <= 64
        assert found.payload[12:20] == bytes([10, 50, 0, 11, 10, 50, 0, 1])
        assert found.indev > 0 and (log.lost, log.broken) == (0, 0)
    finally:
        log.close()


@real
def test_a_real_rule_of_the_bridge_family_tells_the_sender_and_the_port(wires: Wires) -> None:
    wires.bridge("box", "br0", "p1", "p2")
    wires.run("box", "nft", "-f", "-", stdin=BRIDGE)
    wires.run("seat1", "ip", "neigh", "add", "10.50.0.12", "lladdr", "02:50:00:00:00:02", "dev", "eth0")
    with wires.inside("box"):
        log = Nflog()
    try:
        wires.udp("seat1", "10.50.0.12", 445)
        found = heard(log, 1)[0]
        assert (found.prefix, found.mark, found.mac) == ("venue other-seat", 3, "02:50:00:00:00:01")
        index = wires.run("box", "cat", "/sys/class/net/p1/ifindex").strip()
        assert (found.protocol, found.payload[:1], found.indev) == (0x0800, b"\x45", int(index))
    finally:
        log.close()


@real
def test_what_the_kernel_could_not_hand_over_is_told_as_lost_and_listening_goes_on(wires: Wires) -> None:
    wires.run("box", "ip", "address", "add", "10.50.0.1/24", "dev", "p1")
    wires.run("box", "nft", "-f", "-", stdin=INET)
    with wires.inside("box"):
        log = Nflog(receive_buffer_bytes=1)
    try:
        wires.udp("seat1", "10.50.0.1", 53, times=3000)
        first = len(heard(log, 3000, 1.0))
        wires.udp("seat1", "10.50.0.1", 53)
        later = heard(log, 1)
        assert later and log.lost > 0
        assert first + len(later) + log.lost == 3001
    finally:
        log.close()


@real
def test_a_group_that_another_listens_to_is_refused_with_its_reason(wires: Wires) -> None:
    with wires.inside("box"):
        log = Nflog()
        try:
            with pytest.raises(NflogError, match="group 76"):
                Nflog()
        finally:
            log.close()


@real
def test_a_wait_ends_when_it_is_woken(wires: Wires) -> None:
    with wires.inside("box"):
        log = Nflog()
    log.wake()
    begun_s = time.monotonic()
    assert log.read(60.0) == [] and time.monotonic() - begun_s < 30.0
    log.close()
