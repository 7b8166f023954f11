"""Machines retired and registered: what people change of the seat list, and what a new list makes of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance.dispatch import Observed
from appliance.events import Moment
from appliance.events.network import NetworkPlan, NetworkSeat, NetworkServer
from appliance.events.plan import Plan, SeatPlan
from appliance.events.readings import SeatsReading
from appliance.exam.acts import Refused
from appliance.exam.posture import posture
from appliance.exam.seats import expected
from tests.fakes.box import SEAL, Box, T, plan

NEW = {"room": "1", "seat": "3", "mac": "02-50-00-00-00-99", "ip": "10.50.0.99", "by": "张工"}
OLD = {"seat": "1-3", "reason": "主板坏", "by": "张工"}


def listed(*ids: str, **macs: str) -> Plan:
    """A venue whose seats are on the exam network, the last one a spare."""
    names = ids or ("1-1", "1-2", "1-3", "1-9")
    seats = tuple(SeatPlan(id=name, room=name.split("-")[0], spare=name == "1-9") for name in names)
    addressed = tuple(
        NetworkSeat(id=name, mac=macs.get(f"s{n}", f"02:50:00:00:00:0{n}"), ip=f"10.50.0.{10 + n}")
        for n, name in enumerate(names)
    )
    server = NetworkServer(name="exam-server", ip="10.50.0.2", mac="02:50:00:00:00:f0")
    net = NetworkPlan(
        mode="bridge", address="10.50.0.1/24", router="10.50.0.254", seats=addressed, servers=(server,)
    )
    return plan(seats=seats, seats_watched=True, network="bridge", net=net)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path / "log", plan=listed())


def refused(box: Box, verb: str, **args: Any) -> str:
    with pytest.raises(Refused) as caught:
        box.act(verb, **args)
    return caught.value.code


def moment(box: Box) -> Moment:
    """Now, by the box's clock."""
    return Moment(wall=box.clock.wall(), mono_s=box.clock.mono_s(), boot_id=box.clock.boot_id, trusted=True)


def present(box: Box, *seats: str) -> None:
    """These machines are on."""
    box.inbox.put(Observed(instrument="seats", reading=SeatsReading(present=frozenset(seats))))
    box.step()


def test_a_retired_machine_is_expected_no_more_and_unknown_to_the_network(box: Box) -> None:
    box.act("seat.retire", **OLD)
    venue = box.dispatch.venue
    assert "1-3" not in expected(venue) and "1-3" not in {s.id for s in venue.plan.net.seats}
    row = next(row for row in box.snapshot["seats"] if row["id"] == "1-3")
    assert (row["state"], row["room"]) == ("retired", "1")
    assert refused(box, "seat.retire", **OLD) == "unknown-seat"
    assert refused(box, "seat.swap", seat="1-3", spare="1-9", by="x") == "unknown-seat"


def test_a_registered_machine_stands_in_the_old_ones_place(box: Box) -> None:
    box.act("seat.retire", **OLD)
    box.act("seat.register", **NEW)
    venue = box.dispatch.venue
    assert "1-3" in expected(venue)
    (seat,) = (s for s in venue.plan.net.seats if s.id == "1-3")
    assert (seat.mac, seat.ip) == ("02:50:00:00:00:99", "10.50.0.99")
    assert not [row for row in box.snapshot["seats"] if row["state"] == "retired"]


def test_a_machine_at_a_new_place_is_a_seat_or_a_spare_like_any_other(box: Box) -> None:
    box.act("seat.register", **(NEW | {"seat": "10", "spare": True}))
    box.act("seat.swap", seat="1-1", spare="1-10", by="张工")
    assert box.dispatch.venue.seats.swapped == {"1-1": "1-10"}


def test_the_change_is_asked_of_the_firewall_as_a_level(box: Box) -> None:
    assert "seat_list" not in posture(box.dispatch.venue, moment(box)).levels, "nothing is changed"
    box.act("seat.retire", **OLD)
    box.act("seat.register", **(NEW | {"seat": "7"}))
    levels = posture(box.dispatch.venue, moment(box)).levels
    assert levels["seat_list"] == "-1-3 +1-7;02:50:00:00:00:99;10.50.0.99;"
    assert next(iter(levels)) == "seat_list", "before the rules that are made of it"


def test_changes_outlive_a_restart_with_the_same_list_and_nothing_is_said_twice(box: Box) -> None:
    box.act("seat.retire", **OLD)
    box.act("seat.register", **(NEW | {"seat": "7"}))
    configured = box.kinds().count("venue.configured")
    box.die()
    box.begin()
    assert box.kinds().count("venue.configured") == configured
    assert {"1-7"} <= set(expected(box.dispatch.venue)) and "1-3" not in expected(box.dispatch.venue)


def test_another_change_of_the_configuration_keeps_what_people_changed(box: Box) -> None:
    box.act("seat.retire", **OLD)
    box.die()
    box.plan = replace(box.plan, name="另一名称")
    box.begin()
    assert box.dispatch.venue.plan.name == "另一名称" and "1-3" not in expected(box.dispatch.venue)


def test_a_list_that_says_something_else_of_the_seat_has_the_last_word(box: Box) -> None:
    box.act("seat.retire", **OLD)
    box.die()
    box.plan = listed(s2="02:50:00:00:00:77")
    box.begin()
    venue = box.dispatch.venue
    assert "1-3" in expected(venue) and not venue.changes
    assert next(s.mac for s in venue.plan.net.seats if s.id == "1-3") == "02:50:00:00:00:77"


def test_a_list_that_gives_a_registered_machines_address_to_another_seat_has_the_last_word(box: Box) -> None:
    box.act("seat.retire", **OLD)
    box.act("seat.register", **(NEW | {"ip": "10.50.0.14"}))
    box.act("seat.register", **(NEW | {"seat": "7", "mac": "02-50-00-00-00-98", "ip": "10.50.0.98"}))
    box.die()
    box.plan = listed("1-1", "1-2", "1-3", "1-9", "1-5")  # the last of them is given 10.50.0.14
    box.begin()
    seats = {seat.id: seat.ip for seat in box.dispatch.venue.plan.net.seats}
    assert seats["1-5"] == "10.50.0.14" and seats["1-3"] == "10.50.0.12", "as the list says"
    assert seats["1-7"] == "10.50.0.98", "what the list says nothing of stays"
    assert len(set(seats.values())) == len(seats)


def test_a_machine_that_was_moved_on_the_page_stays_where_it_was_put(box: Box) -> None:
    mac, ip = next((s.mac, s.ip) for s in box.dispatch.venue.plan.net.seats if s.id == "1-3")
    box.act("seat.retire", **OLD)
    box.act("seat.register", **(NEW | {"seat": "7", "mac": mac, "ip": ip}))
    box.die()
    box.begin()
    seats = {seat.id: seat.ip for seat in box.dispatch.venue.plan.net.seats}
    assert seats["1-7"] == ip and "1-3" not in seats


def test_a_list_that_took_the_change_up_is_no_news(box: Box) -> None:
    box.act("seat.retire", **OLD)
    box.die()
    box.plan = listed("1-1", "1-2", "1-9")
    # The addresses of this plan go by place, so the spare has another one: that is a change of its own.
    box.begin()
    assert "1-3" not in expected(box.dispatch.venue)
    assert not [row for row in box.snapshot["seats"] if row["state"] == "retired"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"mac": "02:50:00:00:00:00"}, "address-taken"),
        ({"ip": "10.50.0.2"}, "address-taken"),
        ({"mac": "02:50:00:00:00:f0"}, "address-taken"),
        ({"ip": "10.51.0.9"}, "address-outside"),
        ({"ip": "10.50.0.1"}, "address-outside"),
        ({"ip": "10.50.0.254"}, "address-taken"),
        ({"ip": "10.50.0.0"}, "address-outside"),
        ({"ip": "10.50.0.255"}, "address-outside"),
        ({"ip": "224.0.0.1"}, "bad-ip"),
        ({"ip": "10.50.0.0x1"}, "bad-ip"),
        ({"mac": "03:50:00:00:00:01"}, "bad-mac"),
        ({"mac": "00:00:00:00:00:00"}, "bad-mac"),
        ({"mac": "nonsense"}, "bad-mac"),
        ({"mac": ""}, "missing"),
        ({"room": "a b"}, "bad-seat-name"),
        ({"room": "1;2"}, "bad-seat-name"),
        ({"seat": "7-7"}, "bad-seat-name"),
        ({"seat": "x" * 17}, "bad-text"),
        ({"spare": "yes"}, "bad-choice"),
        ({"by": ""}, "missing"),
    ],
)
def test_a_machine_that_can_not_be_meant_is_refused(box: Box, changed: dict[str, Any], code: str) -> None:
    before = box.dispatch.venue.plan
    assert refused(box, "seat.register", **(NEW | {"seat": "7"} | changed)) == code
    assert box.dispatch.venue.plan == before


def test_a_machine_that_is_on_is_neither_replaced_nor_in_an_exam_retired(box: Box) -> None:
    box.act("seal", **SEAL)
    box.clock.advance((T - box.clock.wall()).total_seconds() + 60)
    box.step()
    present(box, "1-1", "1-2", "1-3")
    assert refused(box, "seat.retire", **OLD) == "seat-is-on"
    assert refused(box, "seat.register", **NEW) == "seat-is-on"
    present(box, "1-1", "1-2")
    box.act("seat.retire", **OLD)
    assert "seat" not in box.open_kinds


def test_a_spare_in_use_is_not_retired(box: Box) -> None:
    box.act("seat.swap", seat="1-1", spare="1-9", by="x")
    assert refused(box, "seat.retire", **(OLD | {"seat": "1-9"})) == "spare-in-use"
