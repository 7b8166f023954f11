"""The snapshot: plain JSON, times not ages, each seat's state, the steps and the debts."""

import json
from typing import Any

import pytest

from appliance.events.bodies import VenueConfigured
from appliance.events.readings import SeatsReading, UsbReading
from tests.exam.ledger import CONSENT, MORNING, SIGNED, Ledger, plan, running, sealed, seats_of, stick


def shown(day: Ledger) -> Any:
    return json.loads(json.dumps(day.snapshot, allow_nan=False))


def states(day: Ledger) -> dict[str, str]:
    return {row["id"]: row["state"] for row in shown(day)["seats"]}


def steps(day: Ledger) -> list[tuple[str, str]]:
    return [(step["name"], step["state"]) for step in shown(day)["steps"]]


def busy_day() -> Ledger:
    day = running()
    day.act("sitting.extend", seat="1-05", minutes=7, **CONSENT)
    day.act("seat.swap", seat="1-06", spare="1-11", by="张工")
    day.usb(stick())
    day.power("OB", "DISCHRG", runtime_s=600.0)
    day.dark(*seats_of(2))
    day.advance(60)
    day.act("incident.reported", number=1, by="王主考", to="省", answer="同意")
    day.act("incident.note", number=1, by="张工", text="断路器")
    return day


def test_a_busy_day_is_plain_json_through_and_through() -> None:
    day = busy_day()
    assert shown(day) == day.snapshot, "nothing but plain values: JSON gives back what went in"


def test_an_empty_venue_is_plain_json_too() -> None:
    day = Ledger(plan([], ups=(), seats=(), usb=False, seats_watched=False, backup=False))
    assert shown(day) == day.snapshot
    assert shown(day)["sitting"] is None
    assert shown(day)["presence"]["state"] == "unmonitored"
    assert shown(day)["usb"]["state"] == "unmonitored"
    assert shown(day)["backup"]["state"] == "unmonitored"
    assert shown(day)["province"]["state"] == "unmonitored"


def test_time_alone_changes_nothing_that_is_shown_on_a_quiet_day() -> None:
    day = running()
    before = shown(day)
    day.advance(120)
    assert shown(day) == before, "times, not ages: the revision must not move each second"


def test_the_sitting_shows_what_was_moved_and_what_was_planned() -> None:
    day = sealed()
    day.act("sitting.delay", sitting="am", minutes=10, **CONSENT)
    day.act("sitting.extend", sitting="am", minutes=5, **CONSENT)
    day.act("sitting.extend", sitting="am", seat="1-05", minutes=7, **CONSENT)
    sitting = shown(day)["sitting"]
    assert (sitting["planned_start"], sitting["planned_end"]) == (
        MORNING.start.isoformat(),
        MORNING.end.isoformat(),
    )
    assert [sitting[key][11:16] for key in ("start", "end", "last_end")] == ["09:10", "11:45", "11:52"]
    assert (sitting["delay_minutes"], sitting["extend_minutes"]) == (10, 5)
    assert sitting["extended_seats"] == {"1-05": 7}


def test_the_steps_follow_the_phase() -> None:
    day = Ledger().all_read()
    assert [state for _, state in steps(day)] == ["todo"] * 5
    day.act("seal", **SIGNED)
    assert steps(day)[0] == ("sealed", "now")
    day.until("07:31", bundles=True)
    assert [state for _, state in steps(day)] == ["done", "now", "todo", "todo", "todo"]
    day.until("09:01", bundles=True)
    assert [state for _, state in steps(day)] == ["done", "done", "now", "todo", "todo"]
    day.until("11:31", bundles=True)
    day.act("sitting.finish", by="王主考")
    day.until("11:33", bundles=True)
    assert [state for _, state in steps(day)] == ["done", "done", "done", "now", "todo"]
    day.receipt(day.venue.backup.finals["am"].name)
    assert [state for _, state in steps(day)] == ["done", "done", "done", "now", "done"]


def test_a_seal_that_was_never_made_is_never_shown_as_done() -> None:
    day = Ledger().all_read()
    day.until("09:01", bundles=True)
    assert steps(day)[0] == ("sealed", "todo")
    assert shown(day)["seal"] is None


def test_each_state_of_a_seat_is_told() -> None:
    day = running()
    day.dark("1-05", "2-11")
    day.act("seat.swap", seat="1-06", spare="1-11", by="张工")
    told = states(day)
    assert told["1-01"] == "present"
    assert told["1-05"] == "absent"
    assert told["1-06"] == "swapped"
    assert told["1-11"] == "in_use"
    assert told["2-11"] == "off"
    day.dark("1-11")
    assert states(day)["1-11"] == "absent"
    presence = shown(day)["presence"]
    told = {"state": "watched", "watch": "alarm", "expected": 20, "present": 18, "absent": 2, "spares": 1}
    assert presence == told


@pytest.mark.parametrize("stop", ["unread", "unreadable"])
def test_seats_nobody_can_see_are_unknown_and_none_of_them_counts_as_absent(stop: str) -> None:
    day = running()
    if stop == "unread":
        day.reboot()
    else:
        day.read(SeatsReading(unknown="silent"))
    assert set(states(day).values()) == {"unknown"}
    presence = shown(day)["presence"]
    assert (presence["state"], presence["present"], presence["absent"]) == ("unknown", 0, 0)


def test_machines_off_at_night_are_off_and_not_absent() -> None:
    day = sealed()
    day.dark(*seats_of(1))
    assert {states(day)[seat] for seat in seats_of(1)} == {"off"}


def test_usb_is_closed_open_or_unknown_as_it_was_read_back() -> None:
    day = sealed()
    assert shown(day)["usb"]["state"] == "closed"
    day.usb(stick())
    (device,) = shown(day)["usb"]["devices"]
    told = {"port": "1-2", "id": "0781:5567", "name": "Cruzer Blade", "allowed": False, "authorized": False}
    assert told.items() <= device.items() and device["why"] == "not-sealed-in"
    day.read(UsbReading(unknown="silent"))
    assert shown(day)["usb"]["state"] == "unknown"


def test_a_ups_that_is_unknown_shows_why_and_no_number_of_before() -> None:
    day = running()
    day.power("OL", runtime_s=4000.0)
    day.power_lost_sight("data-stale")
    (ups,) = shown(day)["power"]
    assert (ups["state"], ups["reason"]) == ("unknown", "data-stale")
    assert ups["runtime_s"] is None and ups["charge_percent"] is None and ups["status"] == []


def test_a_ups_taken_out_of_the_configuration_is_shown_no_more() -> None:
    day = running()
    day.record(VenueConfigured(plan=plan(ups=())))
    day.settle()
    assert shown(day)["power"] == []


def test_the_debts_of_a_sitting_are_its_final_bundle_then_the_receipt_then_none() -> None:
    day = running()
    assert shown(day)["debts"] == []
    day.until("11:31", bundles=True)
    assert shown(day)["debts"] == [
        {"sitting": "am", "what": "final_bundle", "due": "2026-09-05T12:00:00+00:00", "overdue": False}
    ]
    day.act("sitting.finish", by="王主考")
    day.until("12:01", bundles=True)
    assert [(d["what"], d["overdue"]) for d in shown(day)["debts"]] == [("receipt", True)]
    day.receipt("some other bundle")
    assert shown(day)["debts"]
    day.receipt(day.venue.backup.finals["am"].name)
    assert shown(day)["debts"] == []


def test_a_debt_stands_beside_the_phase_and_never_holds_it() -> None:
    day = running()
    day.until("14:01", bundles=True)
    assert day.phase == ("running", "pm")
    assert [d["sitting"] for d in shown(day)["debts"]] == ["am"]


def test_a_venue_without_backups_owes_none() -> None:
    day = Ledger(plan(backup=False)).all_read()
    day.until("11:45")
    assert shown(day)["debts"] == []


def test_an_incident_shows_whom_it_took_whom_was_told_and_the_minutes() -> None:
    day = busy_day()
    rows = {row["cause_kind"]: row for row in shown(day)["incidents"]}
    mains, usb = rows["mains"], rows["usb"]
    assert mains["members"] == list(seats_of(2)) and mains["lost_minutes"] == 1
    assert mains["stops_work"] is True and mains["class_proposed"] == "general"
    assert usb["reported"][0]["answer"] == "同意" and usb["notes"][0]["text"] == "断路器"
    assert usb["lost_minutes"] is None
    assert [row["number"] for row in shown(day)["incidents"]] == [1, 2]


def test_closed_incidents_follow_the_open_ones_newest_first_and_absorbed_ones_are_left_out() -> None:
    day = running()
    for n in range(10):
        day.usb(stick(serial=f"S{n}"))
        day.usb()
        day.close(day.one("usb"))
    day.dark("1-01")
    day.advance(35)
    day.dark(*seats_of(1)[1:5])
    day.advance(35)
    rows = shown(day)["incidents"]
    assert [row["cause_kind"] for row in rows] == ["room"] + ["usb"] * 8
    assert [row["number"] for row in rows[1:]] == list(range(10, 2, -1))


def test_lost_minutes_are_proposed_as_the_postponement_less_what_was_given() -> None:
    day = running()
    day.power("OB")
    day.dark(*seats_of(1))
    day.advance(600)
    (row,) = shown(day)["incidents"]
    assert row["proposed_extension_minutes"] is None, "they still wait"
    day.power("OL")
    day.lit(*seats_of(1))
    day.advance(10)
    day.act("incident.resume", number=row["number"], by="李监考")
    (row,) = shown(day)["incidents"]
    assert row["proposed_extension_minutes"] == row["lost_minutes"] == 11
    day.act("sitting.extend", minutes=8, **CONSENT)
    assert shown(day)["incidents"][0]["proposed_extension_minutes"] == 3
    day.act("sitting.extend", minutes=3, **CONSENT)
    assert shown(day)["incidents"][0]["proposed_extension_minutes"] is None


def test_minutes_that_a_candidate_was_given_are_not_proposed_again() -> None:
    day = sealed()
    day.until("09:30", bundles=True)

    def row() -> Any:
        found: Any = day.snapshot["incidents"]
        return next(each for each in found if each["cause_kind"] == "seat" and each["state"] != "closed")

    day.dark("1-05")
    day.until("09:40", bundles=True)
    lost = row()["lost_minutes"]
    assert lost and row()["makeup_minutes"] == lost
    day.act("sitting.extend", seat="1-05", minutes=lost - 1, **CONSENT)
    assert row()["makeup_minutes"] == 1
    number = row()["number"]
    day.lit("1-05")
    day.act("incident.resume", number=number, by="李监考")
    day.act("incident.close", number=number, outcome="recovered", by="李监考")
    day.until("09:50", bundles=True)
    day.dark("1-05")
    day.until("09:56", bundles=True)
    again = row()
    assert again["makeup_minutes"] == again["lost_minutes"] + 1, "what is still owed of the first counts with it"
    day.act("sitting.extend", seat="1-05", minutes=60, **CONSENT)
    assert row()["makeup_minutes"] == 0
