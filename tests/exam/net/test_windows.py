"""Windows of the line as the phase and people open them: who passes, until when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from appliance.events.bodies import WindowClosed, WindowOpened
from appliance.exam.net.windows import Through, Window, address_port, windows
from tests.exam.ledger import Ledger, at, running, sealed
from tests.exam.net.places import SECOND, SERVER, networked


def window(day: Ledger, name: str) -> Window:
    (found,) = (each for each in windows(day.venue, day.now) if each.name == name)
    return found


def names(day: Ledger) -> list[str]:
    return [each.name for each in windows(day.venue, day.now)]


def test_the_paper_window_lets_each_server_reach_the_province_until_the_start() -> None:
    day = sealed(networked())
    day.until("07:46")
    paper = window(day, "paper")
    assert paper.through == (
        Through(server=SERVER, address="198.51.100.10", protocol="tcp", port=443),
        Through(server=SECOND, address="198.51.100.10", protocol="tcp", port=443),
    )
    assert (paper.until, paper.until_mono_s) == (at("09:00"), None)
    day.act("sitting.delay", minutes=20, by="王主考", consent="省值班室", reason="停电")
    assert window(day, "paper").until == at("09:20")


def test_pulls_name_nobody_for_they_come_to_the_box_itself() -> None:
    assert window(sealed(networked()), "pull").through == ()


def test_the_box_calls_the_province_as_long_as_pulls_may_come_and_not_before() -> None:
    listed = networked()
    day = Ledger(replace(listed, net=replace(listed.net, dial_out="pull@198.51.100.11:22")))
    assert day.posture.levels["dial_out"] == "rest"
    day = sealed(day.venue.plan)
    assert day.posture.levels["dial_out"] == "open"
    assert "dial_out" not in sealed(networked()).posture.levels, "nobody to call"


def test_a_window_without_an_end_is_put_off_lease_by_lease_and_never_each_second() -> None:
    day = running(networked(), clock="09:10")
    ends = set()
    for _ in range(120):
        pull = window(day, "pull")
        left = pull.until - day.wall
        assert timedelta(minutes=30) < left <= timedelta(minutes=60)
        ends.add(pull.until)
        day.advance(60, every_s=60)
    assert len(ends) == 5


def test_the_upload_window_ends_with_the_next_preparation_or_sooner_once_the_answers_are_collected() -> None:
    day = running(networked())
    day.until("11:31", bundles=True)
    assert (window(day, "upload").until, window(day, "upload").leased) == (at("12:30"), False)
    day.act("sitting.finish", by="王主考")
    assert window(day, "upload").until == at("12:01")


def test_what_one_person_opened_ends_by_the_boot_clock_whatever_the_wall_clock_does() -> None:
    day = sealed(networked())
    day.until("08:50")
    day.record(WindowOpened(name="paper", minutes=20, how="more", by="王主考"))
    begun_s = day.mono_s
    day.step_wall(-3600 * 3)
    assert window(day, "paper").until_mono_s == begun_s + 1200
    day.advance(1199)
    assert "paper" in names(day)
    day.advance(1)
    assert "paper" not in names(day)


def test_a_window_of_people_is_over_after_a_boot() -> None:
    day = Ledger(networked()).all_read()
    day.record(WindowOpened(name="maintenance", minutes=60, how="maintenance", technician="张工"))
    assert names(day) == ["maintenance"]
    day.reboot(5.0)
    assert names(day) == []


def test_maintenance_reaches_the_named_hosts_from_the_named_server_and_ends_with_the_seal() -> None:
    day = Ledger(networked()).all_read()
    day.record(
        WindowOpened(name="maintenance", minutes=60, how="maintenance", technician="张工", server="second")
    )
    assert window(day, "maintenance").through == (
        Through(server=SECOND, address="203.0.113.5", protocol="tcp", port=443),
    )
    day.act("seal", chief="王主考", technician="张工")
    assert names(day) == ["pull"]


def test_two_people_open_one_place_and_no_other() -> None:
    day = running(networked())
    day.record(
        WindowOpened(
            name="other", minutes=5, how="two", chief="王", technician="张", server="second",
            to=("192.0.2.9:8443/udp",),
        )
    )  # fmt: skip
    assert window(day, "other").through == (
        Through(server=SECOND, address="192.0.2.9", protocol="udp", port=8443),
    )
    day.record(WindowClosed(name="other", why="person", by="王"))
    assert names(day) == ["pull"]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("198.51.100.10:443", ("198.51.100.10", "tcp", 443)),
        ("198.51.100.10:53/udp", ("198.51.100.10", "udp", 53)),
        ("198.51.100.10", None),
        ("198.51.100.10:", None),
        ("198.51.100.10:0", None),
        ("198.51.100.10:65536", None),
        ("198.51.100.10:٤٤٣", None),
        ("198.51.100.10:443/icmp", None),
        ("198.51.100.10/24:443", None),
        ("example.com:443", None),
        ("[2001:db8::1]:443", None),
        ("", None),
    ],
)
def test_an_end_is_an_address_and_a_port_or_nothing(text: str, end: object) -> None:
    assert address_port(text) == end
