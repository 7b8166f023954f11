"""What hangs on which UPS, what stops where one gives nothing, and what of its flags is a fault."""

import pytest

from appliance.events.plan import Plan, UpsDeclared, UpsPlan
from appliance.exam.power.supply import seats_stopped
from appliance.exam.power.view import power_rows
from tests.exam.ledger import SEATS, Ledger, plan, running, sealed, seats_of

SERVER = "exam-server"
EVERYBODY = (*seats_of(1), *seats_of(2))


def wired(*feeds: str, others: tuple[UpsPlan, ...] = (), servers: tuple[str, ...] = (SERVER,)) -> Plan:
    return plan(ups=(UpsPlan(name="ups1", feeds=feeds, driver="simulated"), *others), servers=servers)


def working(laid_down: Plan) -> Ledger:
    """The morning sitting at 09:10."""
    return running(laid_down)


# Coverage


@pytest.mark.parametrize(
    ("feeds", "servers", "uncovered", "level"),
    [
        ((SERVER,), (SERVER,), [], "ok"),
        ((SERVER,), (SERVER, "database"), ["database"], "attention"),
        (("box",), (SERVER,), [SERVER], "attention"),
        ((SERVER,), (), [], "unknown"),
    ],
)
def test_every_server_hangs_on_a_ups_or_is_named(
    feeds: tuple[str, ...], servers: tuple[str, ...], uncovered: list[str], level: str
) -> None:
    supply = Ledger(wired(*feeds, servers=servers)).all_read().snapshot["supply"]
    assert supply == {"servers": list(servers), "uncovered": uncovered, "level": level}


def test_a_server_on_a_second_ups_is_covered() -> None:
    second = UpsPlan(name="ups2", feeds=("database",), driver="simulated")
    day = Ledger(wired(SERVER, others=(second,), servers=(SERVER, "database")))
    assert day.snapshot["supply"]["level"] == "ok"  # type: ignore[index,call-overload]


# What stops


@pytest.mark.parametrize(
    ("feeds", "stopped"),
    [
        ((SERVER,), EVERYBODY),
        (("switch",), EVERYBODY),
        (("room:1",), seats_of(1)),
        (("room:1", "room:2"), EVERYBODY),
        (("room:1", SERVER), EVERYBODY),
        (("box",), ()),
        (("line",), ()),
        (("room:9",), ()),
    ],
)
def test_what_an_output_that_is_off_stops_is_read_from_what_it_feeds(
    feeds: tuple[str, ...], stopped: tuple[str, ...]
) -> None:
    day = working(wired(*feeds))
    assert seats_stopped(day.venue, "ups1") == stopped
    day.keep(12, "OL", "OFF")
    item = day.one("ups_fault")
    assert (item.cause, item.place, item.detail, item.members) == ("ups1:off", "ups1", "off", stopped)


def test_outside_a_sitting_nobody_is_kept_from_working() -> None:
    day = sealed(wired(SERVER))
    day.keep(12, "OL", "OFF")
    assert day.one("ups_fault").members == ()


def test_a_spare_that_nobody_uses_is_not_stopped() -> None:
    assert "1-11" not in seats_stopped(working(wired(SERVER)).venue, "ups1")


def test_an_output_that_goes_off_is_one_item_and_its_dark_seats_are_swallowed() -> None:
    day = working(wired("room:1"))
    day.power("OL", "OFF")
    day.dark(*seats_of(1))
    day.keep(120, "OL", "OFF")
    assert day.kinds == ["ups_fault"] and len(day.recorded("incident.opened")) == 1


def test_seats_that_went_dark_before_the_output_was_read_as_off_are_taken_in() -> None:
    day = working(wired("room:1"))
    day.dark(*seats_of(1))
    day.advance(35)
    assert day.kinds == ["room"]
    day.keep(15, "OL", "OFF")
    assert day.kinds == ["ups_fault"] and day.numbered(1).outcome == "absorbed"


def test_seats_of_another_room_are_an_item_of_their_own() -> None:
    day = working(wired("room:1"))
    day.power("OL", "OFF")
    day.dark(*EVERYBODY)
    day.keep(120, "OL", "OFF")
    assert sorted(day.kinds) == ["room", "ups_fault"]
    assert day.one("room").members == seats_of(2)


# How bad, and how long


def test_major_is_proposed_at_thirty_minutes_where_many_can_not_work() -> None:
    day = working(wired(SERVER))
    day.keep(12, "OL", "OFF")
    item = day.one("ups_fault").number
    began = day.one("ups_fault").opened
    while day.now.since(began) < 1799:
        day.advance(1)
    assert day.numbered(item).proposed == "general"
    day.advance(1)
    assert day.numbered(item).proposed == "major" and day.verdict.code == "affects_exam"


def test_major_is_never_proposed_where_nobody_is_kept_from_working() -> None:
    day = working(wired(SERVER))
    day.discharge(2400, charge=(100.0, 60.0), every_s=5)
    assert day.one("mains").proposed == "general"
    other = working(wired("box"))
    other.keep(12, "OL", "OFF")
    other.advance(2400, every_s=5)
    assert other.one("ups_fault").proposed == ""


@pytest.mark.parametrize(("dark", "proposed"), [(4, "general"), (5, "major")])
def test_few_dark_seats_are_not_many(dark: int, proposed: str) -> None:
    day = working(wired(SERVER))
    day.discharge(4)
    day.dark(*seats_of(1, dark))
    day.discharge(1900, charge=(40.0, 39.0), every_s=5)
    assert day.one("mains").proposed == proposed


def test_lost_minutes_run_until_candidates_work_again_and_are_proposed_as_the_extension() -> None:
    day = working(wired(SERVER))
    day.discharge(60, charge=(100.0, 99.0))
    day.dark(*seats_of(1))
    day.discharge(540, charge=(99.0, 90.0), every_s=5)
    day.power("OL", "CHRG")
    day.lit(*seats_of(1))
    day.advance(300, every_s=5)
    rows = day.snapshot["incidents"]
    assert isinstance(rows, list) and rows[0]["lost_minutes"] == 15
    assert rows[0]["proposed_extension_minutes"] is None, "candidates do not work yet"
    day.advance(30, every_s=5)
    day.act("incident.resume", number=day.one("mains").number, by="王主考")
    rows = day.snapshot["incidents"]
    assert isinstance(rows, list) and rows[0]["proposed_extension_minutes"] == 16
    day.advance(600, every_s=5)
    rows = day.snapshot["incidents"]
    assert isinstance(rows, list) and rows[0]["proposed_extension_minutes"] == 16


def test_an_outage_that_stopped_nobody_proposes_no_extension() -> None:
    day = working(wired(SERVER))
    day.discharge(600, charge=(100.0, 90.0), every_s=5)
    day.power("OL")
    day.advance(300, every_s=5)
    rows = day.snapshot["incidents"]
    assert isinstance(rows, list) and rows[0]["proposed_extension_minutes"] is None


# Faults


@pytest.mark.parametrize(
    ("flag", "what"),
    [
        ("OFF", "off"),
        ("BYPASS", "bypass"),
        ("OVER", "overload"),
        ("RB", "replace-battery"),
        ("FSD", "forced-shutdown"),
        ("ALARM", "alarm"),
    ],
)
def test_a_flag_that_stays_for_ten_seconds_is_a_fault_and_a_shorter_one_is_a_flicker(
    flag: str, what: str
) -> None:
    day = working(wired("box"))
    day.keep(9, "OL", flag)
    day.power("OL")
    day.advance(5)
    assert not day.venue.incidents
    day.keep(10, "OL", flag)
    item = day.one("ups_fault")
    assert (item.cause, item.detail, item.place) == (f"ups1:{what}", what, "ups1")
    assert day.row["faults"] == [what]
    day.power("OL")
    day.advance(200, every_s=5)
    assert not day.opened and day.row["faults"] == []


@pytest.mark.parametrize("flag", ["CHRG", "TRIM", "BOOST", "CAL", "HB", "ECO"])
def test_a_state_is_no_fault(flag: str) -> None:
    day = working(wired(SERVER))
    day.keep(60, "OL", flag, every_s=5)
    assert day.row["faults"] == [] and "ups_fault" not in day.kinds


def test_the_alarm_that_every_outage_raises_is_no_fault_of_its_own() -> None:
    day = working(wired(SERVER))
    day.discharge(60, "OB", "ALARM", charge=(100.0, 90.0))
    day.discharge(60, "OB", "LB", "ALARM", charge=(89.0, 60.0))
    assert "ups_fault" not in day.kinds


def test_a_ups_that_only_says_off_is_off_and_never_on_the_mains() -> None:
    day = working(wired(SERVER))
    day.keep(12, "OFF")
    assert day.row["state"] == "off" and day.one("ups_fault").members == EVERYBODY


def test_a_fault_that_nobody_sees_now_is_neither_over_nor_new() -> None:
    day = working(wired(SERVER))
    day.keep(12, "OL", "RB")
    day.power_lost_sight()
    day.advance(30)
    assert day.one("ups_fault").ceased is None
    day.power("OL", "RB")
    day.advance(30)
    assert day.one("ups_fault").count == 1


def test_two_upses_have_their_faults_apart() -> None:
    second = UpsPlan(name="ups2", feeds=("room:2",), driver="simulated")
    day = working(wired("room:1", others=(second,)))
    for _ in range(12):
        day.power("OL", "OFF", ups="ups1")
        day.power("OL", "OFF", ups="ups2")
        day.advance(1)
    assert {i.cause: len(i.members) for i in day.opened} == {"ups1:off": SEATS, "ups2:off": SEATS}


@pytest.mark.parametrize(("minutes", "level"), [(59.0, "short"), (60.0, "unproven")])
def test_a_declared_ups_is_short_by_its_own_declaration_and_never_more_than_unproven(
    minutes: float, level: str
) -> None:
    declared = UpsDeclared(on="2026-03-14", by="王工", load_percent=40.0, hold_minutes=minutes)
    day = Ledger(
        plan(ups=(UpsPlan(name="ups1", feeds=("exam-server",), driver="declared", declared=declared),))
    )
    (row,) = power_rows(day.venue, day.now)
    assert row["hold"] == {"asked_s": 3600.0, "level": level}
