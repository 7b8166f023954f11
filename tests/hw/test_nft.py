"""What nft prints and what the kernel answers about its rules, whole, cut and made up."""

import json
import random
import struct

import pytest

from hw.nft_generation import GenerationError, parse
from hw.nft_rules import NftRulesError, rules

LEDGER = {
    "family": "bridge",
    "name": "ledger",
    "table": "venue",
    "stmt": [{"counter": None}],
    "elem": ["02:00:00:00:00:01"],
}
SEATS = {"family": "bridge", "name": "seat", "table": "venue", "handle": 3, "elem": ["b", "a"]}
RULE = {
    "family": "bridge",
    "table": "venue",
    "chain": "closed",
    "handle": 9,
    "expr": [{"counter": {"packets": 5}}, {"drop": None}],
}
FOREIGN = {"family": "inet", "table": "filter", "name": "forward", "hook": "forward", "prio": 0}


def printed(*objects: tuple[str, object]) -> bytes:
    return json.dumps(
        {"nftables": [{"metainfo": {"version": "1.0.6"}}, *({k: w} for k, w in objects)]}
    ).encode()


WHOLE = printed(
    ("table", {"family": "bridge", "name": "venue"}), ("set", LEDGER), ("set", SEATS), ("rule", RULE)
)


def test_counters_handles_and_what_packets_wrote_do_not_change_the_digest() -> None:
    later = printed(
        ("table", {"family": "bridge", "name": "venue"}),
        ("set", LEDGER | {"elem": ["x", "y"]}),
        ("set", SEATS | {"handle": 77, "elem": ["a", "b"]}),
        ("rule", RULE | {"handle": 1, "expr": [{"counter": {"packets": 900}}, {"drop": None}]}),
    )
    assert rules(later, own="venue").digest == rules(WHOLE, own="venue").digest
    assert rules(WHOLE, own="venue").counts == {"bridge seat": 2, "bridge closed": 1}


@pytest.mark.parametrize("change", [{"elem": ["a"]}, {"name": "seats"}, {"flags": ["constant"]}])
def test_another_set_is_another_digest(change: dict[str, object]) -> None:
    other = WHOLE.replace(json.dumps(SEATS).encode(), json.dumps(SEATS | change).encode())
    assert other != WHOLE and rules(other, own="venue").digest != rules(WHOLE, own="venue").digest


def test_another_table_is_foreign_only_where_it_has_a_hook() -> None:
    idle = ("chain", {"family": "ip", "table": "nat", "name": "idle"})
    found = rules(printed(("chain", FOREIGN), idle, ("table", {"family": "ip", "name": "nat"})), own="venue")
    assert found.foreign == ("inet filter",)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"nftables": 3}', b"\xff", b"[" * 100_000])
def test_what_is_no_ruleset_is_refused(text: bytes) -> None:
    with pytest.raises(NftRulesError):
        rules(text, own="venue")


def test_cut_and_changed_listings_are_refused_or_read_and_never_more() -> None:
    chance = random.Random(5)
    for _ in range(3000):
        raw = bytearray(WHOLE[: chance.randrange(len(WHOLE) + 1)] if chance.random() < 0.5 else WHOLE)
        for _ in range(chance.randrange(4)):
            if raw:
                raw[chance.randrange(len(raw))] = chance.randrange(256)
        try:
            assert len(rules(bytes(raw), own="venue").digest) == 64
        except NftRulesError:
            continue


def answer(generation: int) -> bytes:
    body = struct.pack(">BBH", 0, 0, 0) + struct.pack("=HH", 8, 1) + generation.to_bytes(4, "big")
    return struct.pack("=IHHII", 16 + len(body), 10 << 8 | 15, 0, 1, 0) + body


def test_the_generation_is_read_from_the_kernels_answer() -> None:
    assert parse(answer(41)) == 41


def test_a_refusal_of_the_kernel_is_told_by_its_number() -> None:
    with pytest.raises(GenerationError, match="error 1"):
        parse(struct.pack("=IHHIIi", 20, 2, 0, 1, 0, -1))


def test_cut_and_changed_answers_are_refused_or_a_number() -> None:
    chance = random.Random(6)
    for _ in range(5000):
        raw = bytearray(answer(chance.randrange(2**32)))
        del raw[chance.randrange(len(raw) + 1) :]
        for _ in range(chance.randrange(5)):
            if raw:
                raw[chance.randrange(len(raw))] = chance.randrange(256)
        try:
            assert 0 <= parse(bytes(raw)) < 2**32
        except GenerationError:
            continue
