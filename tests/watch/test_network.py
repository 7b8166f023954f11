"""Readers of the exam network on real wires: who is there, and what real rules dropped."""

import random
import time
from collections.abc import Callable, Iterator

import pytest

from appliance.command import CommandError
from appliance.daemon.seen import NotSeen, hosts
from appliance.enforce.firewall.ruleset import render
from appliance.events.network import KINDS, NetworkPlan, NetworkSeat, NetworkServer
from appliance.events.readings import Dropped, Host, LedgerReading, PresenceReading
from appliance.watch.ledger import LedgerReader, kernel_counters
from appliance.watch.presence import PresenceReader
from hw.arp import Arp
from hw.nflog import NflogError
from hw.packet import ends
from tests.fakes.wait import WAIT_S
from tests.lab.wires import Wires, missing

real = pytest.mark.skipif(bool(missing("nft")), reason=missing("nft") or "nft is there")
SERVER, SEAT1, SEAT2 = "02:50:00:00:00:02", "02:50:00:00:00:11", "02:50:00:00:00:12"
STRANGER = "02:99:00:00:00:01"
PLAN = NetworkPlan(
    mode="bridge",
    exam_bridge="br0",
    exam_ports=("p0", "p1", "p2"),
    uplink="line",
    address="10.50.0.1/24",
    servers=(NetworkServer(name="exam-server", ip="10.50.0.2", mac=SERVER, tcp=(443,)),),
    seats=(
        NetworkSeat(id="1-01", mac=SEAT1, ip="10.50.0.11"),
        NetworkSeat(id="1-02", mac=SEAT2, ip="10.50.0.12"),
    ),
)
NUMBER = {name: number for number, name in KINDS.items()}


@pytest.fixture
def wires() -> Iterator[Wires]:
    with Wires() as made:
        made.space("box")
        made.host("server", mac=SERVER, ip="10.50.0.2/24", at="box", port="p0")
        made.host("seat1", mac=SEAT1, ip="10.50.0.11/24", at="box", port="p1")
        made.host("seat2", mac=SEAT2, ip="10.50.0.12/24", at="box", port="p2")
        made.host("outside", mac="02:77:00:00:00:01", ip="10.50.0.254/24", at="box", port="line")
        made.bridge("box", "br0", "p0", "p1", "p2", "line", ip="10.50.0.1/24")
        for name in ("seat1", "seat2"):
            made.run(name, "ip", "route", "add", "default", "via", "10.50.0.254")
            made.run(name, "ip", "neigh", "add", "10.50.0.254", "lladdr", "02:77:00:00:00:01", "dev", "eth0")
        yield made


def presence(**changes: object) -> PresenceReader:
    values: dict[str, object] = {
        "interface": "br0",
        "ips": ["10.50.0.2", "10.50.0.11", "10.50.0.12"],
        "own_ip": "10.50.0.1",
        "uplink": "line",
        "round_s": 1.0,
    }
    return PresenceReader(**(values | changes))  # type: ignore[arg-type]  # what a reader takes


def read_until(
    read: Callable[[], PresenceReading], good: Callable[[PresenceReading], bool], limit_s: float
) -> PresenceReading:
    """Reads as the watcher does until it is so."""
    deadline_s = time.monotonic() + limit_s
    while not good(reading := read()):
        assert time.monotonic() < deadline_s, reading
        time.sleep(0.1)
    return reading


@real
def test_who_answers_is_there_with_its_port_and_who_is_behind_the_line_is_not(wires: Wires) -> None:
    with wires.inside("box"):
        reader = presence()
        wires.udp("outside", "10.50.0.1", 9)
        reading = read_until(reader, lambda r: not r.unknown, 10.0)
        assert reading.hosts == (
            Host(mac=SERVER, ip="10.50.0.2", port="p0"),
            Host(mac=SEAT1, ip="10.50.0.11", port="p1"),
            Host(mac=SEAT2, ip="10.50.0.12", port="p2"),
        )
        assert reading.doubled == () and reading.offers == ()
        wires.run("seat2", "ip", "link", "set", "eth0", "down")
        gone = read_until(reader, lambda r: len(r.hosts) < 3, 30.0)
        assert {host.mac for host in gone.hosts} == {SERVER, SEAT1}
        reader.close()


class Liar(Arp):
    """A machine that asks with an address that is another's."""

    def __enter__(self) -> "Liar":
        return self

    def __exit__(self, *args: object) -> None:
        self.close()


@real
def test_one_address_on_two_machines_and_a_claim_to_the_boxs_own_are_told(wires: Wires) -> None:
    wires.run("seat2", "ip", "address", "add", "10.50.0.2/24", "dev", "eth0")
    with wires.inside("box"):
        reader = presence()
        reading = read_until(reader, lambda r: bool(r.doubled), 20.0)
        assert reading.doubled == (("10.50.0.2", tuple(sorted((SERVER, SEAT2)))),)
        with wires.inside("seat1"), Liar("eth0", own_ip="10.50.0.1") as liar:
            read_until(lambda: (liar.ask("10.50.0.77"), reader())[1], lambda r: len(r.doubled) == 2, 10.0)
        assert dict(reader().doubled)["10.50.0.1"] == (SEAT1,)
        reader.close()


@real
def test_who_is_on_is_found_for_a_seat_list_without_a_guard(wires: Wires) -> None:
    with wires.inside("box"):
        wires.udp("outside", "10.50.0.1", 9)
        found = hosts(PLAN, "br0", rounds=1)
        assert {(host.mac, host.port) for host in found} == {(SERVER, "p0"), (SEAT1, "p1"), (SEAT2, "p2")}
        with pytest.raises(NotSeen, match="br7"):
            hosts(PLAN, "br7")


@real
def test_an_interface_that_is_not_there_yet_is_unknown_and_is_read_once_it_is(wires: Wires) -> None:
    with wires.inside("box"):
        reader = presence(interface="br7")
        assert "br7" in reader().unknown
        wires.run("box", "ip", "link", "set", "br0", "name", "br7")
        assert len(read_until(reader, lambda r: not r.unknown, 20.0).hosts) == 3
        reader.close()


def ledger_until(
    reader: LedgerReader, good: Callable[[LedgerReading], bool], limit_s: float
) -> tuple[LedgerReading, float]:
    """Reads as the watcher does until it is so; how long that took."""
    begun_s = time.monotonic()
    while not good(reading := reader()):
        assert time.monotonic() - begun_s < limit_s, reading
    return reading, time.monotonic() - begun_s


def rows(reading: LedgerReading) -> dict[tuple[str, int], Dropped]:
    return {(row.mac, row.number): row for row in reading.rows}


@real
def test_the_first_forbidden_frame_is_told_by_itself_and_the_count_becomes_exact(wires: Wires) -> None:
    wires.run("box", "nft", "-f", "-", stdin=render(PLAN, ()))
    with wires.inside("box"):
        reader = LedgerReader()
        assert reader() == LedgerReading()
        wires.udp("outside", "10.50.0.1", 9)  # else the bridge floods: a copy to each port, each one dropped
        wires.udp("seat1", "192.0.2.53", 53)
        key = (SEAT1, NUMBER["dns"])
        reading, _ = ledger_until(reader, lambda r: key in rows(r), WAIT_S)
        assert rows(reading)[key] == Dropped(
            mac=SEAT1, number=key[1], packets=1, ip="10.50.0.11", to="192.0.2.53:53/udp"
        )
        wires.udp("seat1", "192.0.2.53", 53, times=299)
        reading, _ = ledger_until(reader, lambda r: rows(r)[key].packets == 300, WAIT_S)
        assert reading.lost == 0 and not reading.unknown
        reader.close()


@real
def test_the_counters_are_the_kernels_whatever_nflog_lost(wires: Wires) -> None:
    wires.run("box", "nft", "-f", "-", stdin=render(PLAN, ()))
    with wires.inside("box"):

        def mute() -> None:
            raise NflogError("taken")

        reader = LedgerReader(open_log=mute)  # type: ignore[arg-type]  # never opens
        wires.udp("outside", "10.50.0.1", 9)
        wires.udp("seat1", "192.0.2.53", 53, times=40)
        wires.udp("seat2", "10.50.0.11", 445, times=7)
        reading = reader()
        assert rows(reading)[(SEAT1, NUMBER["dns"])].packets == 40
        reader.close()


@real
def test_without_the_rules_the_ledger_is_unknown(wires: Wires) -> None:
    with wires.inside("box"):
        with pytest.raises(CommandError):
            kernel_counters()
        reader = LedgerReader()
        assert "nft" in reader().unknown
        reader.close()


def test_the_ends_of_a_packet_are_read_and_no_bytes_break_it() -> None:
    four = bytes([0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 50, 0, 11, 192, 0, 2, 9, 1, 2, 1, 187])
    assert ends(0x0800, four) == ("10.50.0.11", "192.0.2.9:443")
    assert ends(0x0800, four[:6] + b"\x00\x10" + four[8:]) == ("10.50.0.11", "192.0.2.9")
    assert ends(0x0800, b"\x4f" + four[1:]) == ("10.50.0.11", "192.0.2.9")
    six = (
        bytes([0x60, 0, 0, 0, 0, 8, 17, 1]) + bytes(15) + b"\x01" + bytes(15) + b"\x02" + bytes([0, 1, 0, 53])
    )
    assert ends(0x86DD, six) == ("::1", "[::2]:53/udp")
    dice = random.Random(791)
    for _ in range(20_000):
        raw = bytearray(dice.choice((four, six)))
        raw[dice.randrange(len(raw))] = dice.randrange(256)
        ends(dice.choice((0x0800, 0x86DD, 0x0806)), bytes(raw[: dice.randrange(len(raw) + 1)]))
