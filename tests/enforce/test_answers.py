"""The files for dnsmasq, chronyd and nginx as they come of a plan."""

from ipaddress import IPv4Address

import pytest

from appliance.enforce.answers import DNS, FILES, POOL, TIME, texts
from appliance.enforce.firewall.place import BadPlan
from tests.enforce.firewall.kernel import plan


def pool(text: str) -> tuple[int, int]:
    line = next(line for line in text.splitlines() if line.startswith("dhcp-range="))
    first, last, *_ = line.removeprefix("dhcp-range=").split(",")
    return int(IPv4Address(first)), int(IPv4Address(last))


@pytest.mark.parametrize("mode", ["route", "bridge", "watch"])
def test_who_has_an_address_answers_and_who_is_off_does_not(mode: str) -> None:
    assert tuple(texts(plan(mode), clock="rtc")) == FILES
    assert texts(plan(mode, address=""), clock="rtc") == {}
    assert texts(plan("off"), clock="rtc") == {}


def test_no_file_names_anybody_outside_but_the_clocks_own_server() -> None:
    made = texts(plan(dhcp=True), clock="rtc")
    lines = [line for text in made.values() for line in text.splitlines()]
    assert [line for line in lines if line.startswith("server")] == ["server {"] * 2
    asked = texts(plan(ntp="198.51.100.77"), clock="ntp")[TIME]
    assert "server 198.51.100.77 iburst" in asked and "local stratum" not in asked


def test_addresses_given_to_strangers_are_nobodys() -> None:
    for count in (0, 3, 300):
        made = plan(seats=count, dhcp=True)
        text = texts(made, clock="rtc")[DNS]
        first, last = pool(text)
        assert 0 < last - first < POOL
        owned = {each.ip for each in (*made.seats, *made.servers, *made.devices)} | {"10.50.0.1"}
        assert not [ip for ip in owned if first <= int(IPv4Address(ip)) <= last]
        assert text.count("dhcp-host=") == len(owned) - 1


def test_a_network_without_a_free_address_gives_listed_ones_only() -> None:
    full = plan(seats=0, dhcp=True, address="10.50.0.1/30", devices=())
    assert "dhcp-range=10.50.0.0,static,255.255.255.252" in texts(full, clock="rtc")[DNS]


def test_addresses_are_the_venues_affair_unless_the_plan_says_otherwise() -> None:
    assert "dhcp" not in texts(plan(), clock="rtc")[DNS]


def test_what_is_no_name_and_no_number_comes_into_no_file() -> None:
    with pytest.raises(BadPlan):
        texts(plan(exam_bridge="br0\nserver=198.51.100.1"), clock="rtc")
    with pytest.raises(BadPlan):
        texts(plan(address="10.50.0.1/24\nx"), clock="rtc")
    with pytest.raises(BadPlan):
        texts(plan(ntp="198.51.100.77 key 1"), clock="ntp")


def test_the_box_is_a_windows_time_server_where_its_time_is_vouched_for_and_nobody_forbids_it() -> None:
    def told(clock: str, **changes: object) -> bool:
        return "host-record=time.windows.com," in texts(plan(**changes), clock=clock)[DNS]

    assert told("rtc") and told("ntp", ntp="198.51.100.77")
    assert not told("none") and not told("ntp")
    assert not told("rtc", tell_time=False)


def test_machines_beside_a_bridge_get_the_venues_router_where_it_is_named() -> None:
    option = "dhcp-option=tag:machine,option:router"
    assert option in texts(plan("bridge", dhcp=True), clock="rtc")[DNS].splitlines()
    named = texts(plan("bridge", dhcp=True, router="10.50.255.254"), clock="rtc")[DNS].splitlines()
    assert f"{option},10.50.255.254" in named and option not in named
