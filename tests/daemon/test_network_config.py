"""The exam network as configured: the plan of it, and all that can not be meant, with its place."""

from pathlib import Path

import pytest

from appliance.config import ConfigError
from appliance.daemon.network import warnings as network_warnings
from appliance.daemon.seat_list import mac_of
from appliance.daemon.settings import Settings, read, warnings
from appliance.events.codec import canonical, from_plain, to_plain
from appliance.events.network import NetworkDevice, NetworkSeat, NetworkServer
from appliance.events.plan import Plan

HEAD = "room,seat,mac,ip,port,spare\n"
VENUE = '[venue]\ncode = "520100-03"\nname = "实验中学考点"\nseats = "seats.csv"\n'
SECTION = """[network]
mode = "bridge"
exam_ports = ["eth1", "eth2"]
uplink = "eth0"
address = "10.50.0.1/24"
staff = ["10.50.0.16/28"]
province = ["198.51.100.10:443"]
"""
SERVER = '[[network.exam_server]]\nname = "s"\nip = "10.50.0.2"\nmac = "02:50:00:00:00:02"\nport = "eth2"\ntcp = [443]\n'
DEVICE = '[[network.device]]\nname = "m"\nip = "10.50.0.20"\nmac = "0250.0000.0020"\nrole = "management"\n'
WHOLE = SECTION + SERVER + DEVICE
SEATS = HEAD + "1,01,02-50-00-00-01-01,10.50.0.101,eth1,\n1,02,02:50:00:00:01:02,10.50.0.102,eth1,yes\n"


def settings(place: Path, network: str = WHOLE, seats: str = SEATS) -> Settings:
    (place / "appliance.toml").write_text(VENUE + network, encoding="utf-8")
    (place / "seats.csv").write_text(seats, encoding="utf-8")
    return read(place / "appliance.toml")


def faults(place: Path, network: str = WHOLE, seats: str = SEATS) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        settings(place, network, seats)
    assert all("\n" not in fault for fault in caught.value.faults)
    return [fault.removeprefix("appliance.toml: network.") for fault in caught.value.faults]


def test_a_network_that_holds_is_in_the_plan_with_its_machines(tmp_path: Path) -> None:
    plan = settings(tmp_path, WHOLE + '[clock]\nsource = "ntp:192.0.2.7"\n').plan
    assert plan.network == plan.net.mode == "bridge"
    assert plan.net.exam_ports == ("eth1", "eth2") and plan.net.address == "10.50.0.1/24"
    assert plan.net.servers == (
        NetworkServer(name="s", ip="10.50.0.2", mac="02:50:00:00:00:02", port="eth2", tcp=(443,)),
    )
    assert plan.net.devices == (
        NetworkDevice(name="m", ip="10.50.0.20", mac="02:50:00:00:00:20", role="management"),
    )
    assert plan.net.seats[0] == NetworkSeat(id="1-01", mac="02:50:00:00:01:01", ip="10.50.0.101", port="eth1")
    assert plan.net.ntp == "192.0.2.7"


def test_a_plan_of_before_the_network_was_in_it_is_still_read(tmp_path: Path) -> None:
    plain = to_plain(settings(tmp_path).plan)
    assert from_plain(Plan, plain).net.seats[1].ip == "10.50.0.102"
    del plain["net"]
    old = from_plain(Plan, plain)
    assert (old.network, old.net.mode, old.net.seats) == ("bridge", "off", ())
    assert "net" in canonical(to_plain(old))


def test_every_fault_of_section_and_seat_list_is_told_at_once(tmp_path: Path) -> None:
    wrong = (
        SECTION.replace("10.50.0.1/24", "10.50.0.1/31")
        .replace('"eth0"', '"eth1"')
        .replace("10.50.0.16/28", "10.50.0.17/28")
        .replace("100.10:443", "100.10")
        .replace('"eth2"]', '"eth 2"]')
    )
    found = faults(
        tmp_path,
        wrong + 'dial_out = "198.51.100.11:22"\nupdates = ["update.example:443"]\n' + SERVER + DEVICE,
        HEAD + "1,01,02:50:00:00:01,10.50.0.101,,\n1,02,,10.50.0.256,eth7,\n",
    )
    assert found == [
        "seats.csv: line 2: mac: '02:50:00:00:01': a MAC as 02:50:00:00:00:02 was expected",
        "seats.csv: line 3: ip: '10.50.0.256': an IPv4 address as 10.50.0.2 was expected",
        "address: '10.50.0.1/31': no machine can have it; an address as 10.50.0.1/24 was expected",
        "staff[0]: '10.50.0.17/28': a network as 10.50.1.0/24 was expected",
        "province[0]: '198.51.100.10': ADDRESS:PORT was expected, as 198.51.100.10:443",
        "updates[0]: 'update.example:443': ADDRESS:PORT was expected, as 198.51.100.10:443",
        "dial_out: '198.51.100.11:22': USER@ADDRESS:PORT was expected, as pull@198.51.100.11:22",
        "exam_ports[1]: 'eth 2': an interface's name as eth1 was expected, at most 15 letters and digits",
        "uplink: 'eth1': stands in exam_ports[0] too",
        "exam_server[0]: ip: 10.50.0.2: outside the exam network 10.50.0.0/31",
        "device[0]: ip: 10.50.0.20: outside the exam network 10.50.0.0/31",
        "seats.csv: line 2: ip: 10.50.0.101: outside the exam network 10.50.0.0/31",
        "seats.csv: line 3: port: 'eth7': no exam port; there are eth1, eth 2",
        "exam_server[0].port: 'eth2': no exam port; there are eth1, eth 2",
    ]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("1,03,02:50:00:00:01:01,10.50.0.103,,", "line 4: mac: 02:50:00:00:01:01 stands twice, first in seats.csv: line 2"),
        ("1,03,02-50-00-00-01-02,10.50.0.103,,", "line 4: mac: 02:50:00:00:01:02 stands twice, first in seats.csv: line 3"),
        ("1,03,,10.50.0.101,,", "line 4: ip: 10.50.0.101 stands twice, first in seats.csv: line 2"),
        ("1,03,,10.50.0.2,,", "line 4: ip: 10.50.0.2 stands twice, first in appliance.toml: network.exam_server[0]"),
        ("1,03,02:50:00:00:00:20,,,", "line 4: mac: 02:50:00:00:00:20 stands twice, first in appliance.toml: network.device[0]"),
        ("1,03,02:76:65:6e:75:65,,,", "line 4: mac: 02:76:65:6e:75:65 stands twice, first in the box's own ghost machine"),
        ("1,03,,10.50.0.1,,", "line 4: ip: 10.50.0.1 stands twice, first in appliance.toml: network.address"),
        ("1,03,,10.60.0.3,,", "line 4: ip: 10.60.0.3: outside the exam network 10.50.0.0/24"),
        ("1,03,,10.50.0.255,,", "line 4: ip: 10.50.0.255: no machine of 10.50.0.0/24 can have it"),
        ("1,03,01:00:5e:00:00:01,,,", "line 4: mac: '01:00:5e:00:00:01': no machine has such a MAC"),
        ("1,03,00:00:00:00:00:00,,,", "line 4: mac: '00:00:00:00:00:00': no machine has such a MAC"),
        ("1,03,,224.0.0.5,,", "line 4: ip: '224.0.0.5': no machine has such an address"),
        ("1,03,,fd50::1,,", "line 4: ip: 'fd50::1': an IPv4 address as 10.50.0.2 was expected"),
        ("1,03,02:50:00:00:01:03,10.50.0.103,eth9,", "line 4: port: 'eth9': no exam port; there are eth1, eth2"),
        ("1,03,02:50:00:00:01:03,,eth1,", "line 4: mac and ip: missing: a seat on a port of the box is known by both"),
    ],
)  # fmt: skip
def test_a_fault_of_the_seat_list_names_its_line(tmp_path: Path, rows: str, fault: str) -> None:
    assert faults(tmp_path, seats=SEATS + rows + "\n")[0] == f"seats.csv: {fault}"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({'uplink = "eth0"\n': ""}, "uplink: missing: mode bridge needs it"),
        ({'uplink = "eth0"': 'uplink = "eth0\\" accept"'}, "uplink: 'eth0\" accept': an interface's name as eth1 was expected, at most 15 letters and digits"),
        ({'uplink = "eth0"': 'uplink = "lo"'}, "uplink: 'lo': an interface's name as eth1 was expected, at most 15 letters and digits"),
        ({'uplink = "eth0"': 'uplink = "br0"'}, "exam_bridge: 'br0': stands in uplink too"),
        ({'ip = "10.50.0.2"': 'ip = "198.51.100.2"'}, "exam_server[0]: ip: 198.51.100.2: outside the exam network 10.50.0.0/24"),
        ({'port = "eth2"': 'port = "eth1"'}, "exam_server[0].port: 'eth1': seats hang on it; a server needs a port of its own"),
        ({'"bridge"': '"route"', "198.51.100.10:443": "10.50.0.99:443"}, "province[0]: '10.50.0.99:443': lies in the exam network, not beyond the line"),
    ],
)  # fmt: skip
def test_a_fault_of_the_section_names_its_place(tmp_path: Path, change: dict[str, str], fault: str) -> None:
    network = WHOLE
    for before, after in change.items():
        assert before in network
        network = network.replace(before, after)
    assert fault in faults(tmp_path, network)


def test_where_nothing_is_enforced_a_double_is_a_fault_all_the_same(tmp_path: Path) -> None:
    seats = HEAD + "1,01,02:50:00:00:01:01,,,\n1,02,025000000101,,,\n"
    (fault,) = faults(tmp_path, "", seats)
    assert fault == "seats.csv: line 3: mac: 02:50:00:00:01:01 stands twice, first in seats.csv: line 2"


def test_seats_without_an_address_are_told_for_they_will_be_strangers(tmp_path: Path) -> None:
    said = warnings(settings(tmp_path, seats=SEATS + "1,03,,,,\n"))
    assert "venue.seats: 1 of 3 seats have no mac or no ip: they are taken for strangers" in said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "02:50:00:00:00",
        "02:50:00:00:00:0g",
        "０2:50:00:00:00:02",
        "02:50:00:00:00:02:03",
        "ff:ff:ff:ff:ff:ff",
    ],
)
def test_what_is_no_mac_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="MAC"):
        mac_of(text)


@pytest.mark.parametrize(
    ("router", "fault"),
    [
        ('"10.50.0.254"', ""),
        ('"10.50.0.256"', "router: '10.50.0.256': an IPv4 address as 10.50.0.2 was expected"),
        ('"10.60.0.254"', "router: 10.60.0.254: outside the exam network 10.50.0.0/24"),
        ('"10.50.0.255"', "router: 10.50.0.255: outside the exam network 10.50.0.0/24"),
        ('"10.50.0.1"', "router: 10.50.0.1 stands in appliance.toml: network.address too"),
        ('"10.50.0.101"', "router: 10.50.0.101 stands in seats.csv: line 2 too"),
        ('"10.50.0.20"', "router: 10.50.0.20 stands in appliance.toml: network.device[0] too"),
    ],
)  # fmt: skip
def test_the_venues_router_is_nobody_of_the_exam_network(tmp_path: Path, router: str, fault: str) -> None:
    network = SECTION + f"router = {router}\n" + SERVER + DEVICE
    if fault:
        assert fault in faults(tmp_path, network)
    else:
        assert settings(tmp_path, network).plan.net.router == "10.50.0.254"


def test_a_box_that_routes_knows_no_other_router_and_one_that_watches_may_list_it(tmp_path: Path) -> None:
    network = SECTION + 'router = "10.50.0.20"\n' + SERVER + DEVICE
    (fault,) = faults(tmp_path, network.replace('"bridge"', '"route"'))
    assert fault == "router: 10.50.0.20: mode route knows none: the box is the exam network's router"
    assert settings(tmp_path, network.replace('"bridge"', '"watch"')).plan.net.router == "10.50.0.20"


def test_who_offers_on_purpose_is_in_the_plan_and_needs_a_mac(tmp_path: Path) -> None:
    network = WHOLE + 'offers = ["dhcp", "ra"]\n'
    plan = settings(tmp_path, network).plan
    assert plan.net.devices[0].offers == ("dhcp", "ra") and plan.net.servers[0].offers == ()
    assert from_plain(Plan, to_plain(plan)).net.devices[0].offers == ("dhcp", "ra")
    (fault,) = faults(tmp_path, network.replace('mac = "0250.0000.0020"\n', ""))
    assert fault == "device[0].mac: missing: who offers is known by it"
    assert "offers" in faults(tmp_path, network.replace('"ra"', '"pppoe"'))[0]


def test_programs_with_rules_of_their_own_are_told_where_the_box_closes_the_line(tmp_path: Path) -> None:
    (tmp_path / "usr/sbin").mkdir(parents=True)
    (tmp_path / "usr/sbin/firewalld").touch()
    found = settings(tmp_path)
    (said,) = network_warnings(found.config, found.plan.net.seats, tmp_path)
    assert "firewalld" in said and "deleted each time" in said
    (tmp_path / "usr/sbin/firewalld").unlink()
    assert not [*network_warnings(found.config, found.plan.net.seats, tmp_path)]
