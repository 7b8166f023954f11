"""Counters of nft's sets, printed by the real nft; and prints that make no sense."""

import json
import random
import string

import pytest

from hw.nft_json import LIMIT_BYTES, Counted, NftJsonError, counted
from tests.lab.wires import Wires, missing

RULES = """
table inet venue {
 set ledger { type ether_addr . mark; size 8192; flags dynamic; counter; }
 set strangers { type ether_addr; size 1024; flags dynamic; counter; }
 chain f { type filter hook input priority 0
  meta l4proto udp meta mark set 4
  meta mark 4 update @ledger { ether saddr . meta mark }
  meta mark 4 update @strangers { ether saddr }
  meta mark 4 drop
 }
}
"""
SEAT = "02:50:00:00:00:01"


def printed(elements: object, name: str = "ledger") -> bytes:
    return json.dumps({"nftables": [{"metainfo": {}}, {"set": {"name": name, "elem": elements}}]}).encode()


def element(value: object, packets: object = 5) -> object:
    return {"elem": {"val": value, "counter": {"packets": packets, "bytes": 300}}}


@pytest.mark.skipif(bool(missing("nft")), reason=missing("nft") or "nft is there")
def test_the_real_nft_tells_exact_counters_that_outlive_a_reload() -> None:
    with Wires() as wires:
        wires.space("box")
        wires.host("seat", mac=SEAT, ip="10.50.0.11/24", at="box", port="p1")
        wires.run("box", "ip", "address", "add", "10.50.0.1/24", "dev", "p1")
        wires.run("box", "nft", "-f", "-", stdin=RULES)
        for name in ("ledger", "strangers"):
            assert (
                counted(wires.run("box", "nft", "-j", "list", "set", "inet", "venue", name).encode(), name)
                == ()
            )
        wires.udp("seat", "10.50.0.1", 53, times=40)
        wires.run("box", "nft", "-f", "-", stdin="flush chain inet venue f\n" + RULES)
        wires.udp("seat", "10.50.0.1", 53, times=2)
        ledger = wires.run("box", "nft", "-j", "list", "set", "inet", "venue", "ledger").encode()
        assert counted(ledger, "ledger") == (Counted(mac=SEAT, mark=4, packets=42),)
        strangers = wires.run("box", "nft", "-j", "list", "set", "inet", "venue", "strangers").encode()
        assert counted(strangers, "strangers") == (Counted(mac=SEAT, mark=0, packets=42),)


def test_elements_with_and_without_counters_are_read() -> None:
    found = counted(printed([element({"concat": [SEAT, 4]}), {"concat": [SEAT, 5]}]), "ledger")
    assert found == (Counted(mac=SEAT, mark=4, packets=5), Counted(mac=SEAT, mark=5, packets=0))
    assert counted(printed([SEAT], "strangers"), "strangers") == (Counted(mac=SEAT, mark=0, packets=0),)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[" * 100_000,
        b"\xff",
        b"null",
        b'{"nftables": 5}',
        printed([], "other"),
        printed({}),
        printed([element("02:50")]),
        printed([element({"concat": ["02:50:00:00:00:0A", 4]})]),
        printed([element({"concat": [SEAT, 4, 5]})]),
        printed([element({"concat": [SEAT, -1]})]),
        printed([element({"concat": [SEAT, True]})]),
        printed([element({"concat": [SEAT, 2**32]})]),
        printed([element({"concat": []})]),
        printed([element(SEAT, "many")]),
        printed([{"elem": 5}]),
        printed([element(SEAT)] * 10_001),
        b" " * (LIMIT_BYTES + 1),
    ],
)
def test_what_is_no_set_of_machines_is_refused(raw: bytes) -> None:
    with pytest.raises(NftJsonError):
        counted(raw, "ledger")


def test_no_damaged_print_breaks_the_reader() -> None:
    dice, read = random.Random(8192), 0
    whole = printed([element({"concat": [SEAT, 4]}), element({"concat": [SEAT, 5]})]).decode()
    for _ in range(5_000):
        text = list(whole)
        for _ in range(dice.randrange(1, 4)):
            text[dice.randrange(len(text))] = dice.choice(string.printable)
        try:
            counted("".join(text).encode(), "ledger")
            read += 1
        except NftJsonError:
            continue
    assert read > 100
