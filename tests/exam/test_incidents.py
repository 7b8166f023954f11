"""Incidents by cause: one cause one item, from its beginning until people say how it ended."""

import pytest

from appliance.events.bodies import ClockJudged, IncidentOpened
from appliance.events.plan import UsbAllowed
from appliance.events.readings import SeatsReading, UsbReading
from appliance.exam.acts import Refused
from appliance.exam.incidents import KEPT_CLOSED
from tests.exam.ledger import SIGNED, Ledger, at, plan, running, sealed, seats_of, sitting, stick

ALL_OF_1 = seats_of(1)


# One cause, one item


def test_mains_loss_opens_one_incident_however_often_it_is_read() -> None:
    day = running()
    for _ in range(40):
        day.power("OB", "DISCHRG")
        day.advance(1)
    assert day.kinds == ["mains"]
    assert len(day.recorded("incident.opened")) == 1
    assert not day.recorded("incident.grew")


def test_two_ups_that_lose_the_mains_are_one_item_that_names_both() -> None:
    two = tuple(plan().ups[0].__class__(name=name, feeds=(), driver="simulated") for name in ("a", "b"))
    day = running_with(two)
    day.power("OB", ups="a")
    day.power("OB", ups="b")
    day.advance(5)
    assert day.one("mains").place == "a b"
    day.power("OL", ups="a")
    assert day.one("mains").ceased is None
    day.power("OL", ups="b")
    assert day.one("mains").ceased is not None


def running_with(ups: tuple[object, ...]) -> Ledger:
    day = Ledger(plan(ups=ups))
    for one in day.venue.plan.ups:
        day.power("OL", ups=one.name)
    day.usb()
    day.lit()
    day.act("seal", chief="王主考", technician="张工")
    day.until("09:10", bundles=True)
    return day


def test_a_blip_of_three_seconds_is_recorded_and_no_alarm() -> None:
    day = running()
    assert day.power("OB") and day.venue.ups["ups1"].state == "battery"
    day.advance(3)
    assert not day.opened
    assert day.power("OL")
    day.advance(10)
    assert not day.venue.incidents


def test_a_cut_longer_than_a_blip_begins_when_the_mains_went_not_when_it_was_judged() -> None:
    day = running()
    day.power("OB")
    began = day.wall
    day.advance(4)
    assert day.one("mains").opened.wall == began
    assert day.now.since(day.one("mains").opened) == 4


def test_the_mains_back_within_three_minutes_and_gone_again_is_the_same_item_counted_twice() -> None:
    day = running()
    for cut in range(3):
        day.power("OB")
        day.advance(5)
        assert day.one("mains").count == cut + 1 and day.one("mains").ceased is None
        day.power("OL")
        assert day.one("mains").ceased is not None
        day.advance(170, every_s=10)
    assert len(day.venue.incidents) == 1
    assert [event.body.again for event in day.recorded("incident.grew")] == [True, True]  # type: ignore[attr-defined]


def test_the_mains_gone_again_after_more_than_three_minutes_is_a_new_item() -> None:
    day = running()
    for number in (1, 2):
        day.power("OB")
        day.advance(5)
        day.power("OL")
        day.advance(180)
        assert day.one("mains").number == number
        day.advance(1)
        assert not day.opened
    assert [i.outcome for i in day.venue.incidents] == ["recovered", "recovered"]
    assert all(i.closed_by == "" for i in day.venue.incidents)


def test_what_stopped_candidates_is_closed_by_people_never_by_the_guard() -> None:
    day = running()
    day.dark("1-05")
    day.power("OB")
    day.advance(5)
    day.power("OL")
    day.lit("1-05")
    day.advance(3600, every_s=30)
    assert day.one("mains").ceased is not None


# The mains and the seats


def test_the_mains_swallow_the_dark_seats_that_hang_on_no_ups() -> None:
    day = running()
    day.power("OB")
    day.dark(*ALL_OF_1)
    day.advance(120)
    assert day.kinds == ["mains"]
    assert day.one("mains").members == ALL_OF_1


def test_seats_that_went_dark_a_little_before_the_ups_was_read_belong_to_the_mains_too() -> None:
    day = running()
    day.dark("1-05")
    day.advance(35)
    assert day.kinds == ["seat"]
    seat = day.one("seat")
    day.power("OB")
    day.advance(5)
    assert day.kinds == ["mains"]
    assert day.one("mains").members == ("1-05",)
    assert day.numbered(seat.number).outcome == "absorbed"


def test_a_room_item_is_taken_into_the_mains_that_explain_it() -> None:
    day = running()
    day.dark(*ALL_OF_1)
    day.advance(40)
    room = day.one("room")
    day.power("OB")
    day.advance(5)
    assert day.kinds == ["mains"]
    assert day.numbered(room.number).outcome == "absorbed"


def test_a_seat_that_was_dark_long_before_the_mains_went_keeps_its_own_item() -> None:
    day = running()
    day.dark("1-05")
    day.advance(300, every_s=10)
    day.power("OB")
    day.advance(10)
    assert sorted(day.kinds) == ["mains", "seat"]
    assert day.one("mains").members == ()


def test_a_room_that_hangs_on_a_ups_is_not_swallowed_by_the_mains() -> None:
    ups = plan().ups[0].__class__(name="ups1", feeds=("exam-server", "room:1"), driver="simulated")
    day = running_with((ups,))
    day.power("OB")
    day.dark(*ALL_OF_1, *seats_of(2))
    day.advance(60)
    assert sorted(day.kinds) == ["mains", "room"]
    assert day.one("mains").members == seats_of(2)
    assert day.one("room").members == ALL_OF_1


def test_seats_still_dark_when_the_mains_are_back_stay_inside_the_one_item() -> None:
    day = running()
    day.power("OB")
    day.dark(*ALL_OF_1)
    day.advance(60)
    day.power("OL")
    day.advance(600, every_s=10)
    assert day.kinds == ["mains"]
    day.lit(*ALL_OF_1)
    day.advance(60)
    assert day.kinds == ["mains"]


def test_a_seat_that_dies_an_hour_after_the_mains_came_back_is_its_own_item() -> None:
    day = running()
    day.power("OB")
    day.dark(*ALL_OF_1)
    day.advance(60)
    day.power("OL")
    day.lit(*ALL_OF_1)
    day.until("10:20", bundles=True)
    assert day.kinds == ["mains"], "nobody closed it yet"
    day.dark("1-05")
    day.advance(31)
    assert day.kinds == ["mains", "seat"]


def test_a_seat_that_dies_after_the_candidates_resumed_is_its_own_item() -> None:
    day = running()
    day.power("OB")
    day.dark(*ALL_OF_1)
    day.advance(60)
    day.power("OL")
    day.lit(*ALL_OF_1)
    day.advance(30)
    day.act("incident.resume", number=1, by="李监考")
    day.advance(30)
    day.dark("1-05")
    day.advance(31)
    assert day.kinds == ["mains", "seat"]


def test_a_second_cut_after_the_candidates_resumed_stops_work_again() -> None:
    day = running()
    day.power("OB")
    day.dark(*ALL_OF_1)
    day.advance(300, every_s=5)
    day.power("OL")
    day.lit(*ALL_OF_1)
    day.act("incident.resume", number=1, by="李监考")
    assert not day.one("mains").stops_work
    day.advance(100, every_s=5)
    day.power("OB")
    day.dark(*ALL_OF_1)
    day.advance(120, every_s=5)
    stopped = [i for i in day.opened if i.stops_work]
    assert [i.cause_kind for i in stopped] == ["mains"]
    assert stopped[0].members == ALL_OF_1
    assert stopped[0].lost_minutes_at(day.now) == 2
    assert day.numbered(1).lost_minutes == 5
    assert day.verdict.level == "critical"


def test_a_room_that_resumed_and_goes_dark_again_stops_work_again() -> None:
    day = running()
    day.dark(*ALL_OF_1)
    day.advance(120, every_s=5)
    day.act("incident.resume", number=1, by="李监考")
    day.lit(*ALL_OF_1)
    day.advance(600, every_s=5)
    day.dark(*ALL_OF_1)
    day.advance(60, every_s=5)
    (again,) = [i for i in day.opened if i.stops_work]
    assert again.key == "room:1" and again.lost_minutes_at(day.now) == 1


def test_most_of_a_room_dark_again_while_one_machine_never_came_back_stops_work_again() -> None:
    day = running()
    day.dark(*ALL_OF_1)
    day.advance(120, every_s=5)
    day.act("incident.resume", number=1, by="李监考")
    day.lit(*ALL_OF_1[1:])
    day.advance(600, every_s=5)
    assert day.kinds == ["room"]
    day.dark(*ALL_OF_1)
    day.advance(60, every_s=5)
    (again,) = [i for i in day.opened if i.stops_work]
    assert set(ALL_OF_1[1:]) <= set(again.members)


def test_seats_that_go_dark_while_nobody_can_read_the_ups_are_still_an_item() -> None:
    day = running()
    day.power("OB")
    day.advance(1)
    day.power_lost_sight()
    day.dark(*ALL_OF_1)
    day.advance(60)
    assert sorted(day.kinds) == ["room", "ups_unknown"]


def test_an_open_mains_item_takes_seats_in_although_the_ups_can_not_be_read() -> None:
    day = running()
    day.power("OB")
    day.advance(10)
    day.power_lost_sight()
    day.advance(10)
    day.dark(*ALL_OF_1)
    day.advance(60)
    assert sorted(day.kinds) == ["mains", "ups_unknown"]
    assert day.one("mains").members == ALL_OF_1


# Rooms and single seats


def test_one_dark_seat_is_an_item_after_thirty_seconds_and_not_before() -> None:
    day = running()
    day.dark("1-05")
    day.advance(29)
    assert not day.opened
    day.advance(1)
    assert day.one("seat").members == ("1-05",)
    assert day.one("seat").cause == "1-05"


def test_a_seat_that_is_back_within_thirty_seconds_is_no_item() -> None:
    day = running()
    day.dark("1-05")
    day.advance(29)
    day.lit("1-05")
    day.advance(60)
    assert not day.venue.incidents


def test_an_unused_spare_that_is_off_is_no_item() -> None:
    day = running()
    day.dark("1-11", "2-11")
    day.advance(120)
    assert not day.opened


def test_five_seats_of_a_room_within_a_minute_are_one_item() -> None:
    day = running()
    for seat in ALL_OF_1[:5]:
        day.dark(seat)
        day.advance(5)
    day.advance(30)
    assert day.kinds == ["room"]
    assert day.one("room").members == ALL_OF_1[:5]
    assert day.one("room").cause == "1"


def test_four_seats_of_a_room_and_one_of_another_are_five_items() -> None:
    day = running()
    day.dark(*ALL_OF_1[:4], "2-01")
    day.advance(60)
    assert day.kinds == ["seat"] * 5


def test_five_seats_over_more_than_a_minute_are_five_items() -> None:
    day = running()
    for seat in ALL_OF_1[:5]:
        day.dark(seat)
        day.advance(31)
    day.advance(30)
    assert day.kinds == ["seat"] * 5


def test_a_room_takes_in_the_single_items_that_went_before_it() -> None:
    day = running()
    day.dark("1-01")
    day.advance(35)
    seat = day.one("seat")
    day.dark(*ALL_OF_1[1:5])
    day.advance(35)
    assert day.kinds == ["room"]
    assert day.numbered(seat.number).outcome == "absorbed"
    assert "1-01" in day.one("room").members


def test_a_seat_dark_for_an_hour_does_not_hide_that_its_room_went_dark() -> None:
    day = running()
    day.dark("1-10")
    day.advance(3600, every_s=30)
    day.dark(*ALL_OF_1[:6])
    day.advance(40)
    assert sorted(day.kinds) == ["backup_late", "room", "seat"]
    assert day.one("room").members == ALL_OF_1[:6]


def test_a_room_still_dark_takes_in_the_next_seat() -> None:
    day = running()
    day.dark(*ALL_OF_1[:5])
    day.advance(40)
    day.dark("1-06")
    day.advance(40)
    assert day.kinds == ["room"]
    assert day.one("room").members == ALL_OF_1[:6]


def test_a_single_seat_an_hour_after_its_room_came_back_is_its_own_item() -> None:
    day = running()
    day.dark(*ALL_OF_1[:5])
    day.advance(40)
    day.lit(*ALL_OF_1[:5])
    day.until("10:20", bundles=True)
    day.dark("1-08")
    day.advance(40)
    assert day.kinds == ["room", "seat"]
    day.dark("1-02")
    day.advance(40)
    assert day.kinds == ["room", "seat", "seat"]


# What can not be seen


def test_comms_lost_opens_ups_unknown_after_a_blip_and_ends_with_the_next_reading() -> None:
    day = running()
    day.power_lost_sight("data-stale")
    day.advance(3)
    assert not day.opened
    day.advance(1)
    assert day.one("ups_unknown").detail == "data-stale"
    assert day.one("ups_unknown").place == "ups1"
    day.power("OL")
    assert day.one("ups_unknown").ceased is not None
    day.advance(181, every_s=5)
    assert not day.opened


def test_comms_lost_during_a_cut_neither_ends_nor_doubles_the_mains_item() -> None:
    day = running()
    day.power("OB")
    day.advance(10)
    day.power_lost_sight()
    day.advance(600, every_s=5)
    assert sorted(day.kinds) == ["mains", "ups_unknown"]
    assert day.one("mains").ceased is None
    day.power("OB")
    day.advance(10)
    assert day.one("mains").count == 1


def test_comms_lost_after_a_moment_on_battery_opens_no_mains_item() -> None:
    day = running()
    day.power("OB")
    day.advance(1)
    day.power_lost_sight()
    day.advance(60)
    assert day.kinds == ["ups_unknown"]


def test_a_status_that_is_neither_on_line_nor_on_battery_is_unknown_not_fine() -> None:
    day = running()
    day.power("CHRG")
    day.advance(5)
    assert day.kinds == ["ups_unknown"]
    assert day.one("ups_unknown").detail == "not-live"


def test_seats_that_can_not_be_read_neither_open_nor_end_a_seat_item() -> None:
    day = running()
    day.dark("1-05")
    day.advance(40)
    day.read(SeatsReading(unknown="silent"))
    day.advance(60)
    assert sorted(day.kinds) == ["seat", "seats_unknown"]
    assert day.one("seat").ceased is None


def test_a_usb_bus_that_can_not_be_read_neither_opens_nor_ends_a_stick() -> None:
    day = running()
    day.usb(stick())
    day.read(UsbReading(unknown="silent"))
    day.advance(60)
    assert sorted(day.kinds) == ["usb", "usb_unknown"]
    assert day.one("usb").ceased is None


# Batteries


def test_a_low_battery_is_said_on_the_mains_item_and_stays_said() -> None:
    day = running()
    day.power("OB")
    day.advance(10)
    assert day.one("mains").detail == ""
    day.power("OB", "LB")
    day.advance(2)
    assert day.one("mains").detail == "battery_low"
    assert (day.verdict.level, day.verdict.code) == ("critical", "battery_low")
    day.power("OB")
    day.advance(2)
    assert day.one("mains").detail == "battery_low"
    assert len(day.venue.incidents) == 1


def test_a_low_battery_stays_said_while_the_item_takes_seats_in() -> None:
    day = running()
    day.power("OB", "LB")
    day.advance(5)
    day.power("OB")
    day.dark("1-05")
    day.advance(5)
    assert (day.one("mains").members, day.one("mains").detail) == (("1-05",), "battery_low")


def test_a_self_test_is_no_outage() -> None:
    day = running()
    day.power("OB", "CAL", "DISCHRG")
    day.advance(300, every_s=5)
    assert not day.venue.incidents
    assert day.venue.ups["ups1"].state == "mains"


# Class


def test_a_cut_the_ups_bridges_is_general_and_not_major_at_minute_thirty_one() -> None:
    day = running()
    day.power("OB")
    day.advance(31 * 60, every_s=10)
    assert day.one("mains").proposed == "general"


def test_many_seats_dark_are_general_first_and_major_at_thirty_minutes_exactly() -> None:
    day = running()
    day.power("OB")
    day.dark(*ALL_OF_1)
    day.advance(29 * 60 + 59)
    assert day.one("mains").proposed == "general"
    day.advance(1)
    assert day.one("mains").proposed == "major"
    assert day.one("mains").confirmed == ""
    day.advance(600, every_s=30)
    proposals = day.recorded("incident.class_proposed")
    assert [event.body.proposed for event in proposals] == ["general", "major"]  # type: ignore[attr-defined]


def test_a_room_dark_for_thirty_minutes_is_major_too() -> None:
    day = running()
    day.dark(*ALL_OF_1[:5])
    day.advance(30 * 60 - 1, every_s=5)
    assert day.one("room").proposed == "general"
    day.advance(1)
    assert day.one("room").proposed == "major"


def test_four_dark_seats_are_not_many_and_never_major() -> None:
    day = running()
    day.power("OB")
    day.dark(*ALL_OF_1[:4])
    day.advance(45 * 60, every_s=30)
    assert day.one("mains").proposed == "general"


def test_many_is_ten_percent_where_the_venue_is_large() -> None:
    seats = tuple(
        plan().seats[0].__class__(id=f"{room}-{n:02d}", room=str(room), spare=n > 30)
        for room in range(1, 5)
        for n in range(1, 33)
    )
    day = running(plan(seats=seats))
    day.power("OB")
    day.dark(*(f"1-{n:02d}" for n in range(1, 12)))
    day.advance(31 * 60, every_s=30)
    assert day.one("mains").proposed == "general"
    day.dark("1-12")
    day.advance(30)
    assert day.one("mains").proposed == "major"


def test_candidates_who_work_again_before_minute_thirty_make_nothing_major() -> None:
    day = running()
    day.power("OB")
    day.dark(*ALL_OF_1)
    day.advance(29 * 60, every_s=30)
    day.act("incident.resume", number=1, by="李监考")
    day.advance(600, every_s=30)
    assert day.one("mains").proposed == "general"


def test_what_was_proposed_as_major_is_not_proposed_as_less_once_candidates_work_again() -> None:
    day = running()
    day.power("OB")
    day.dark(*ALL_OF_1)
    day.advance(31 * 60, every_s=30)
    day.act("incident.resume", number=1, by="李监考")
    day.advance(600, every_s=30)
    assert day.one("mains").proposed == "major"
    assert len(day.recorded("incident.class_proposed")) == 2


def test_a_single_seat_gets_no_class() -> None:
    day = running()
    day.dark("1-05")
    day.advance(40 * 60, every_s=30)
    assert day.one("seat").proposed == ""


def test_a_confirmed_class_stands_whatever_is_proposed_later() -> None:
    day = running()
    day.power("OB")
    day.dark(*ALL_OF_1)
    day.advance(60, every_s=5)
    day.act("incident.classify", number=1, by="王主考", **{"class": "general"})
    day.advance(30 * 60, every_s=30)
    assert (day.one("mains").proposed, day.one("mains").confirmed) == ("major", "general")


# Lost minutes


def test_lost_minutes_run_until_people_say_it_goes_on_not_until_the_mains_are_back() -> None:
    day = running()
    day.power("OB")
    day.dark(*ALL_OF_1)
    day.advance(600, every_s=10)
    day.power("OL")
    day.lit(*ALL_OF_1)
    day.advance(300, every_s=10)
    assert day.one("mains").lost_minutes_at(day.now) == 15
    day.advance(1)
    assert day.one("mains").lost_minutes_at(day.now) == 16
    (resumed,) = day.act("incident.resume", number=1, by="李监考")
    assert resumed.lost_minutes == 16  # type: ignore[attr-defined]
    day.advance(600, every_s=10)
    assert day.one("mains").lost_minutes_at(day.now) == 16


def test_a_cut_no_candidate_noticed_loses_no_minutes() -> None:
    day = running()
    day.power("OB")
    day.advance(600, every_s=10)
    assert day.one("mains").lost_minutes_at(day.now) is None
    with pytest.raises(Refused, match="nothing-to-resume"):
        day.act("incident.resume", number=1, by="李监考")


def cut_for_ten_minutes() -> Ledger:
    day = running()
    day.power("OB")
    day.dark(*ALL_OF_1)
    day.advance(600, every_s=10)
    return day


def test_lost_minutes_go_on_over_a_reboot() -> None:
    day = cut_for_ten_minutes()
    day.reboot(120)
    day.advance(180, every_s=10)
    assert day.one("mains").lost_minutes_at(day.now) == 15


def test_a_stepped_wall_clock_changes_no_lost_minutes() -> None:
    for step_s in (-3600, 3600):
        day = cut_for_ten_minutes()
        day.step_wall(step_s)
        assert day.one("mains").lost_minutes_at(day.now) == 10
        assert day.one("mains").proposed == "general"


def test_an_untrusted_clock_after_a_reboot_never_makes_an_incident_shorter_or_endless() -> None:
    for wall_s in (-86400 * 365, 86400 * 365):
        day = cut_for_ten_minutes()
        day.distrust()
        day.reboot(wall=day.wall)
        day.step_wall(wall_s)
        day.power("OB")
        day.read(SeatsReading(present=day.seats_on))
        day.advance(180, every_s=10)
        assert day.one("mains").lost_minutes_at(day.now) == 13
        day.advance(17 * 60, every_s=30)
        assert day.one("mains").proposed == "major"


def test_an_incident_that_began_under_an_untrusted_clock_is_not_measured_by_it_later() -> None:
    day = running()
    day.distrust()
    day.power("OB")
    day.dark(*ALL_OF_1)
    day.advance(600, every_s=10)
    day.power("OB")
    day.reboot(wall=day.wall)
    day.wall = day.wall.replace(year=2031)
    day.record(ClockJudged(trusted=True, reason="rtc"))
    day.settle()
    assert day.one("mains").lost_minutes_at(day.now) == 10


def test_a_running_outage_is_not_forgotten_by_a_reboot_without_a_trusted_clock() -> None:
    day = cut_for_ten_minutes()
    day.distrust()
    day.reboot(wall=day.wall)
    day.power("OB")
    day.read(SeatsReading(present=day.seats_on))
    day.advance(600, every_s=10)
    mains = day.one("mains")
    assert mains.ceased is None and mains.count == 1


def test_a_seat_dark_over_a_reboot_without_a_trusted_clock_stays_an_item() -> None:
    day = running()
    day.dark("1-05")
    day.advance(60)
    day.distrust()
    day.reboot(wall=day.wall)
    day.power("OL")
    day.usb()
    day.read(SeatsReading(present=day.seats_on))
    day.advance(300, every_s=10)
    assert day.one("seat").ceased is None and day.one("seat").count == 1


def test_an_instruments_reading_of_yesterday_does_not_outlive_the_boot() -> None:
    day = running()
    day.power("OB", "LB")
    day.advance(10)
    day.reboot(3600)
    assert day.venue.ups["ups1"].state == "unknown"
    assert day.verdict.code != "battery_low"
    day.power("OL")
    assert day.one("mains").ceased is not None


# Drill and rehearsal


@pytest.mark.parametrize("mode", ["drill", "rehearsal"])
def test_what_happens_in_a_drill_or_rehearsal_is_marked_and_what_follows_is_not(mode: str) -> None:
    day = Ledger().all_read()
    day.act("drill", mode=mode, by="张工")
    assert mode in day.verdict.beside
    day.power("OB")
    day.advance(10)
    assert day.one("mains").drill == mode
    shown = day.snapshot["incidents"]
    assert isinstance(shown, list) and shown[0]["drill"] == mode
    assert day.snapshot["drill"] == mode
    day.power("OL")
    day.advance(200, every_s=5)
    day.act("drill", mode="end", by="张工")
    day.power("OB")
    day.advance(10)
    assert day.one("mains").drill == ""
    assert mode not in day.verdict.beside


# What people add


def test_who_was_told_what_they_answered_and_notes_are_kept_in_order() -> None:
    day = running()
    day.usb(stick())
    day.act("incident.acknowledge", number=1, by="张工")
    assert day.one("usb").state == "in_hand"
    day.act("incident.reported", number=1, by="王主考", to="市考办", answer="知道了")
    day.act("incident.reported", number=1, by="王主考", to="省值班室")
    day.act("incident.note", number=1, by="张工", text="清洁工误插\n已收走")
    day.usb()
    day.close(day.one("usb"), "recorded", text="封存")
    usb = day.numbered(1)
    assert [(t.to, t.answer) for t in usb.told] == [("市考办", "知道了"), ("省值班室", "")]
    assert [n.text for n in usb.notes] == ["清洁工误插\n已收走", "封存"]
    assert (usb.state, usb.outcome, usb.closed_by) == ("closed", "recorded", "王主考")
    day.act("incident.reported", number=1, by="王主考", to="省值班室", answer="补报")
    day.act("incident.note", number=1, by="张工", text="补记")
    assert len(day.numbered(1).told) == 3 and len(day.numbered(1).notes) == 3


def test_a_false_alarm_loses_nobody_a_minute() -> None:
    day = running()
    day.dark(*ALL_OF_1)
    day.advance(600, every_s=10)
    day.lit(*ALL_OF_1)
    day.close(day.one("room"), "false_alarm")
    day.advance(600, every_s=10)
    assert day.numbered(1).lost_minutes_at(day.now) is None


def test_closing_without_resuming_counts_the_minutes_up_to_the_close() -> None:
    day = running()
    day.dark(*ALL_OF_1)
    day.advance(600, every_s=10)
    day.lit(*ALL_OF_1)
    day.close(day.one("room"), "recovered")
    assert day.numbered(1).lost_minutes == 10
    assert not day.numbered(1).stops_work


def test_an_item_closed_while_its_cause_lasts_is_opened_anew_at_once() -> None:
    day = running()
    day.usb(stick())
    day.close(day.one("usb"), "recorded")
    assert day.one("usb").number == 2


def test_closed_items_are_dropped_from_the_state_beyond_fifty_and_numbers_are_not_reused() -> None:
    day = running()
    for n in range(KEPT_CLOSED + 20):
        day.usb(stick(serial=f"S{n}"))
        day.advance(1)
        day.usb()
        day.advance(1)
        day.close(day.one("usb"))
    assert len(day.venue.incidents) == KEPT_CLOSED
    numbers = [e.body.number for e in day.events if isinstance(e.body, IncidentOpened)]
    assert numbers == list(range(1, KEPT_CLOSED + 21))


# Other causes


def test_a_stick_is_an_item_under_seal_and_none_in_open() -> None:
    day = Ledger().all_read()
    day.usb(stick())
    assert not day.opened
    day.usb()
    day.act("seal", chief="王主考", technician="张工")
    day.usb(stick())
    assert day.one("usb").place == "1-2" and day.one("usb").cause == "0781:5567/S1"


def test_the_same_stick_at_another_port_is_the_same_item() -> None:
    day = sealed()
    day.usb(stick(port="1-2"))
    day.usb()
    day.usb(stick(port="1-3"))
    assert day.one("usb").count == 2


def test_two_sticks_without_serials_are_told_apart_by_their_ports() -> None:
    day = sealed()
    day.usb(stick(port="1-2", serial=""), stick(port="1-3", serial=""))
    assert day.kinds == ["usb", "usb"]


def test_an_allowed_device_is_no_item_at_its_port_and_one_at_any_other() -> None:
    allowed = (UsbAllowed(id="0781:5567", port="1-2", serial="S1"),)
    day = Ledger(plan(usb_allow=allowed)).all_read()
    day.usb(stick(port="1-2"))
    day.act("seal", **SIGNED)
    assert not day.opened
    day.usb(stick(port="1-3"))
    assert day.kinds == ["usb"]
    assert day.one("usb").ceased is None
    day.usb(stick(port="1-2", serial="S2"))
    assert len(day.opened) == 2


def test_no_bundle_for_three_intervals_of_a_sitting_is_late_and_the_next_one_ends_it() -> None:
    day = running(clock="09:10")
    day.advance(15 * 60, every_s=5)
    assert not day.opened
    day.advance(1)
    assert day.kinds == ["backup_late"]
    day.bundle("at last")
    assert day.one("backup_late").ceased is not None


def test_no_receipt_thirty_minutes_after_the_end_is_late_until_the_final_one_is_receipted() -> None:
    day = running()
    day.until("11:40", bundles=True)
    day.act("sitting.finish", by="王主考")
    day.until("11:59:30", bundles=True)
    assert not day.opened
    day.until("12:00", bundles=True)
    assert day.one("receipt_late").cause == "am"
    assert day.one("receipt_late").proposed == "general"
    day.receipt(day.venue.backup.finals["am"].name)
    assert day.one("receipt_late").ceased is not None


def test_a_sitting_nobody_finished_owes_its_receipt_on_when_the_next_one_is_prepared() -> None:
    day = running()
    day.until("12:10", bundles=True)
    assert day.one("receipt_late").cause == "am"
    day.until("13:00", bundles=True)
    assert day.phase == ("preparing", "pm")
    assert day.one("receipt_late").ceased is None


def test_a_box_set_up_for_the_next_sitting_owes_nothing_for_one_it_never_saw() -> None:
    sittings = [sitting("am", "09:00", "11:30"), sitting("next", "09:00", "11:00", day=7)]
    day = Ledger(plan(sittings), wall=at("08:00", 7))
    assert day.phase == ("preparing", "next")
    assert "receipt_late" not in day.kinds
