"""What was dropped becomes rows, classes and items: bounded, exact, and words that accuse nobody."""

from dataclasses import replace

import pytest

from appliance.events.bodies import NetworkFlooded, NetworkLedger, NetworkOffered
from appliance.events.codec import to_plain
from appliance.events.network import KINDS
from appliance.events.readings import Dropped, LedgerReading
from appliance.exam.net.causes import attempts
from appliance.exam.net.classes import ATTEMPT, BACKGROUND, BOUNDS, NOISE, class_of
from appliance.words import event_sentence, incident_words
from tests.exam.ledger import Ledger, running
from tests.exam.net.places import mac_of, networked

NUMBER = {name: number for number, name in KINDS.items()}
STRANGER = "02:99:00:00:00:01"


def dropped(seat: str, what: str, packets: int, to: str = "") -> Dropped:
    mac = mac_of(seat) if "-" in seat else seat
    return Dropped(mac=mac, number=NUMBER[what], packets=packets, to=to)


def told(day: Ledger, *rows: Dropped, **more: int) -> list[NetworkLedger]:
    return [b for b in day.read(LedgerReading(rows=rows, **more)) if isinstance(b, NetworkLedger)]


def class_now(day: Ledger, seat: str, what: str) -> str:
    return class_of(day.venue.net.tallies[f"{mac_of(seat) if '-' in seat else seat} {what}"])


def minutes(day: Ledger, seat: str, what: str, *per_minute: int, to: str = "") -> None:
    """So many packets in each of these minutes."""
    total = 0
    for packets in per_minute:
        total += packets
        told(day, dropped(seat, what, total, to))
        day.advance(61, every_s=61)


def test_every_kind_has_a_bound() -> None:
    assert set(BOUNDS) == set(KINDS.values())


def test_a_machine_and_kind_gets_a_row_at_once_and_then_one_a_minute_with_the_kernels_own_count() -> None:
    day = running(networked())
    (first,) = told(day, dropped("1-03", "dns", 4))
    assert (first.seat, first.what, first.packets) == ("1-03", "dns", 4)
    for packets in range(5, 60):
        assert not told(day, dropped("1-03", "dns", packets))
        day.advance(1)
    day.advance(6)
    (second,) = told(day, dropped("1-03", "dns", 77))
    assert second.packets == 77
    day.advance(120, every_s=60)
    assert not told(day, dropped("1-03", "dns", 77)), "nothing more was dropped"


def test_a_flood_of_200_machines_and_10_kinds_writes_60_rows_a_minute_and_says_what_waits() -> None:
    day = running(networked())
    rows = [
        Dropped(mac=f"02:77:00:00:00:{n:02x}", number=number, packets=1000 + n)
        for n in range(200)
        for number in range(1, 11)
    ]
    before = len(day.events)
    for second in range(60):
        day.read(
            LedgerReading(rows=tuple(replace(row, packets=row.packets + second) for row in rows), lost=9)
        )
        day.advance(1)
    written = [event.body for event in day.events[before:] if event.kind.startswith("network.")]
    assert sum(isinstance(body, NetworkLedger) for body in written) <= 60
    (flooded,) = (body for body in written if isinstance(body, NetworkFlooded))
    assert (flooded.rows, flooded.lost) == (1940, 9)
    assert flooded.packets > 1940 * 1000
    for _ in range(40):
        day.advance(61, every_s=61)
        day.read(LedgerReading(rows=tuple(replace(row, packets=row.packets + 59) for row in rows)))
    tallies = day.venue.net.tallies
    assert all(tallies[f"{row.mac} {KINDS[row.number]}"].packets == row.packets + 59 for row in rows)


def test_a_counter_that_begins_anew_is_added_to_what_was() -> None:
    day = running(networked())
    minutes(day, "1-01", "dns", 100)
    day.reboot(60.0)
    told(day, dropped("1-01", "dns", 7))
    tally = day.venue.net.tallies[f"{mac_of('1-01')} dns"]
    assert (tally.packets, tally.total) == (7, 107)


@pytest.mark.parametrize(
    ("what", "per_minute", "to", "expected"),
    [
        ("name-lookup", (90, 80, 70, 60), "224.0.0.252:5355/udp", NOISE),
        ("discovery", (40, 40), "239.255.255.250:1900/udp", NOISE),
        ("multicast", (3, 3), "224.0.0.22", NOISE),
        ("dhcp-client", (4, 4), "255.255.255.255:67/udp", NOISE),
        ("ipv6", (20, 2, 2), "[ff02::2]", NOISE),
        ("ipv6", (2,), "[2001:db8::1]:443", ATTEMPT),
        ("tunnel", (5,), "192.0.2.1:3544/udp", NOISE),
        ("tunnel", (1,), "192.0.2.1:51820/udp", ATTEMPT),
        ("dns", (200, 150, 180, 90), "192.0.2.53:53/udp", BACKGROUND),
        ("dns", (900, 900), "192.0.2.53:53/udp", BACKGROUND),
        ("dns", (900, 900, 900), "192.0.2.53:53/udp", ATTEMPT),
        ("http", (12, 0, 9, 6, 6), "192.0.2.80:80", BACKGROUND),
        ("https", (50, 50, 50, 50), "192.0.2.80:443", BACKGROUND),
        ("https", (100, 100, 100), "192.0.2.80:443", ATTEMPT),
        ("https", (3,), "223.5.5.5:443", ATTEMPT),
        ("other-seat", (6, 4), "10.50.1.102:7680", BACKGROUND),
        ("other-seat", (11,), "10.50.1.102:445", ATTEMPT),
        ("dns-over-tls", (1,), "", ATTEMPT),
        ("spoofed-ip", (1,), "", ATTEMPT),
        ("dhcp-server", (1,), "", ATTEMPT),
    ],
)
def test_what_was_dropped_gets_its_class(
    what: str, per_minute: tuple[int, ...], to: str, expected: str
) -> None:
    day = running(networked())
    minutes(day, "1-04", what, *per_minute, to=to)
    assert class_now(day, "1-04", what) == expected
    assert (mac_of("1-04") in attempts(day.venue, day.now)) == (expected == ATTEMPT)


def test_a_pause_forgives_what_went_on_too_fast() -> None:
    day = running(networked())
    minutes(day, "1-04", "http", 100, 100, 5, 100, 100)
    assert class_now(day, "1-04", "http") == BACKGROUND


def test_many_ways_out_in_a_row_are_a_scan_though_each_is_little() -> None:
    day = running(networked())
    for what in ("dns", "http", "https", "icmp"):
        told(day, dropped("1-05", what, 3))
    assert not attempts(day.venue, day.now)
    told(day, dropped("1-05", "service", 3))
    assert attempts(day.venue, day.now) == {mac_of("1-05"): "scan"}


def test_noise_and_background_reach_nobody_and_an_attempt_is_one_item_in_words_that_accuse_nobody() -> None:
    day = running(networked())
    told(day, dropped("1-01", "name-lookup", 50), dropped("1-02", "dns", 80))
    assert not day.opened
    told(day, dropped("1-03", "tunnel", 3), dropped("1-03", "dns-over-tls", 1))
    item = day.one("outward")
    assert (item.cause, item.place, item.detail) == ("1-03", "1-03", "tunnel")
    assert not item.stops_work and day.verdict.level == "attention"
    said = incident_words("zh_CN", day.snapshot["incidents"][0])  # type: ignore[index]
    assert said.place == "1 考场 03 号" and said.title == "有程序连外网，已拦下（常见是系统更新）"
    assert "请监考员到座位看一眼" in said.todo
    for accusing in ("作弊", "违规", "攻击", "考生"):
        assert accusing not in said.title + said.todo + said.script
    day.advance(700, every_s=50)
    assert day.numbered(item.number).ceased


def test_five_machines_at_once_are_one_item_and_take_the_single_ones_in() -> None:
    day = running(networked())
    told(day, dropped("1-01", "tunnel", 3))
    assert day.kinds == ["outward"]
    told(day, *(dropped(f"1-0{n}", "tunnel", 3) for n in range(1, 6)))
    assert day.kinds == ["outward_many"]
    assert set(day.one("outward_many").members) == {f"1-0{n}" for n in range(1, 6)}
    told(day, dropped("2-01", "tunnel", 1))
    assert day.kinds == ["outward_many"] and "2-01" in day.one("outward_many").members


def test_before_the_seal_nothing_is_an_item() -> None:
    day = Ledger(networked()).all_read()
    told(day, dropped("1-03", "tunnel", 3))
    assert not day.opened


def test_a_ledger_that_can_not_be_read_is_said_once_and_closes_no_item() -> None:
    day = running(networked())
    told(day, dropped("1-03", "tunnel", 3))
    for _ in range(3):
        day.read(LedgerReading(unknown="nft: not there"))
        day.advance(300, every_s=50)
    assert {"outward", "network_unknown"} <= set(day.kinds)
    assert len(day.recorded("network.unknown")) == 2
    told(day)
    day.advance(800, every_s=50)
    assert "network_unknown" not in day.kinds and "outward" in day.kinds


def test_a_server_and_a_stranger_are_named_as_what_they_are() -> None:
    day = running(networked())
    rows = told(day, dropped("02:50:00:00:00:02", "dns", 3), dropped(STRANGER, "dns", 3))
    assert {row.seat for row in rows} == {"name:exam-server", ""}
    said = [event_sentence("zh_CN", "network.ledger", to_plain(row)) for row in rows]
    assert any(text.startswith("exam-server（") for text in said)
    assert any(text.startswith("未登记的机器") for text in said)


def test_a_kind_that_this_version_does_not_know_is_left_out() -> None:
    day = running(networked())
    assert not told(day, Dropped(mac=STRANGER, number=77, packets=5))


def test_who_gives_addresses_is_one_item_and_none_where_it_is_meant() -> None:
    server = networked().net.devices[0]
    meant = running(networked(devices=(replace(server, offers=("dhcp",)),)))
    told(meant, dropped(server.mac, "dhcp-server", 7))
    assert not meant.opened and not meant.snapshot["network"]["machines"]["attempt"]  # type: ignore[index]
    told(meant, dropped(server.mac, "router-advertisement", 1))
    assert meant.kinds == ["outward"]
    other = running(networked())
    other.record(NetworkOffered(what="dhcp-server", mac=mac_of("1-05"), name="1-05"))
    told(other, dropped("1-05", "dhcp-server", 7))
    assert "outward" not in other.kinds
