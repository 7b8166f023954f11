"""The morning check: compared with the seal, from T − 90; what nobody watched is no broken seal."""

from dataclasses import replace
from typing import Any

import pytest

from appliance.events.bodies import AttachedSeen, PostureFailed, RadiosRead
from appliance.events.plan import UsbAllowed
from appliance.exam.acts import Refused
from appliance.exam.verdict import unmonitored
from appliance.words.ready.sentences import point_words
from tests.exam.ledger import SIGNED, Ledger, plan, sealed, seats_of, stick


def morning(day: Ledger) -> dict[str, Any]:
    row: Any = day.snapshot["readiness"]
    assert row["morning"] is not None
    return dict(row["morning"])


def codes(day: Ledger) -> dict[str, str]:
    return {each["key"]: each["code"] for each in morning(day)["points"]}


def at_work(clock: str = "07:36") -> Ledger:
    """Sealed the evening before, off for the night, and now the staff is there."""
    day = sealed()
    day.until(clock, bundles=True)
    return day


def test_before_the_morning_and_without_a_seal_there_is_none() -> None:
    day = sealed()
    assert day.snapshot["readiness"]["morning"] is None  # type: ignore[index]  # plain JSON
    bare = Ledger().all_read()
    bare.until("08:00")
    assert bare.snapshot["readiness"]["morning"] is None  # type: ignore[index]  # plain JSON
    with pytest.raises(Refused) as caught:
        bare.act("morning.confirm", by="王主考")
    assert caught.value.code == "no-morning-check"


def test_it_looks_for_five_minutes_before_anybody_can_confirm_it() -> None:
    day = at_work("07:32")
    assert morning(day)["state"] == "watching"
    with pytest.raises(Refused) as caught:
        day.act("morning.confirm", by="王主考")
    assert caught.value.code == "morning-too-early"
    day.until("07:35:01")
    assert morning(day)["state"] == "found"
    day.act("morning.confirm", by="王主考", revision=morning(day)["revision"])
    assert morning(day)["state"] == "confirmed" and morning(day)["by"] == "王主考"
    (event,) = day.recorded("morning.checked")
    assert len(event.body.points) == 4  # type: ignore[attr-defined]  # MorningChecked


def test_a_morning_as_it_was_sealed_is_the_same_in_every_point() -> None:
    day = at_work()
    assert codes(day) == {"machines": "present", "usb": "same", "line": "off", "supply": "same"}


def test_the_night_is_a_stretch_nobody_watched_and_breaks_no_seal() -> None:
    day = sealed()
    day.dark(*(seat.id for seat in day.venue.plan.seats))
    day.until("02:00")
    day.power("OL")  # the last row before the power goes
    day.reboot(3600)
    day.all_read()
    day.until("07:36", bundles=True)
    told = [(each["what"], each["since"][:16], each["until"][:16]) for each in morning(day)["unobserved"]]
    assert told == [
        ("box", "2026-09-05T02:00", "2026-09-05T03:00"),
        ("seats", "2026-09-04T20:00", "2026-09-05T07:30"),
    ]
    assert day.venue.seal is not None


def test_a_list_on_which_no_machine_ought_to_be_on_is_not_called_complete() -> None:
    spares = tuple(replace(seat, spare=True) for seat in plan().seats)
    day = sealed(plan(seats=spares))
    day.until("07:36", bundles=True)
    machines = next(each for each in morning(day)["points"] if each["key"] == "machines")
    assert (machines["level"], machines["code"]) == ("unknown", "none")
    assert "seats" in unmonitored(day.venue, day.now), "nor is it called watched"
    assert "seats" not in unmonitored(at_work().venue, day.now)


def test_what_is_not_as_sealed_is_told_point_by_point() -> None:
    day = at_work()
    day.dark(*seats_of(1, 3))
    assert codes(day)["machines"] == "missing"
    day.usb(stick())
    assert codes(day)["usb"] == "intruders"
    day.advance(61)
    day.power("OL", charge_percent=60.0)
    assert codes(day)["supply"] == "lower", "the seal says 90 %"
    day.power("OB", "DISCHRG")
    assert codes(day)["supply"] == "worse" and morning(day)["level"] == "critical"
    day.power_lost_sight()
    assert codes(day)["supply"] == "unread"


def test_a_radio_that_is_on_and_ports_that_are_not_closed_are_not_the_same_and_no_device() -> None:
    day = sealed(plan(attached=True))
    day.record(AttachedSeen())
    day.until("07:36", bundles=True)
    assert codes(day)["usb"] == "radio-unknown"
    day.record(RadiosRead(wifi="none", bluetooth="off"))
    assert codes(day)["usb"] == "same"
    day.record(RadiosRead(wifi="on", bluetooth="off"))
    assert codes(day)["usb"] == "radio"
    day.record(PostureFailed(key="usb", want="closed", reason="EIO"))
    assert codes(day)["usb"] == "open"
    (usb,) = (each for each in morning(day)["points"] if each["key"] == "usb")
    for language in ("zh_CN", "en"):
        words = point_words(language, usb, str, morning=True)
        assert words.todo and "{" not in words.reason and not words.reason.endswith(("：", ": "))


def test_a_device_that_the_seal_had_and_the_morning_has_not_is_a_change() -> None:
    cable = stick(port="1-1")
    day = Ledger(plan(usb_allow=(UsbAllowed(id=cable.id, port="1-1"),))).all_read()
    day.usb(cable)
    day.act("seal", **SIGNED)
    day.bundle("seal")
    day.usb()
    day.until("07:36", bundles=True)
    assert codes(day)["usb"] == "changed"


def test_what_changed_while_somebody_read_it_is_read_again() -> None:
    day = at_work()
    seen = morning(day)["revision"]
    day.dark("1-01")
    with pytest.raises(Refused) as caught:
        day.act("morning.confirm", by="王主考", revision=seen)
    assert caught.value.code == "points-changed"


def test_a_new_seal_begins_with_no_stretch_and_no_morning() -> None:
    day = at_work()
    day.act("morning.confirm", by="王主考")
    day.act("unseal", **SIGNED, reason="设备更换")
    day.act("seal", **SIGNED)
    assert morning(day)["state"] == "watching" and morning(day)["unobserved"] == []


def test_a_seal_that_had_no_charge_is_nothing_to_be_the_same_as() -> None:
    day = sealed()
    points = tuple(replace(each, args={}) if each.key == "mains" else each for each in day.venue.seal.points)  # type: ignore[union-attr]  # it is sealed
    day.venue = replace(day.venue, seal=replace(day.venue.seal, points=points))  # type: ignore[type-var]  # it is sealed
    day.until("07:36", bundles=True)
    (supply,) = (each for each in morning(day)["points"] if each["key"] == "supply")
    assert (supply["code"], supply["level"]) == ("no-baseline", "unknown")
