"""The seal: what stands in it, what it is refused for, what people say before it."""

import random
from datetime import timedelta
from typing import Any

import pytest

from appliance.events.bodies import SealMade
from appliance.events.readings import ClockReading
from appliance.exam.acts import Act, Refused, decide
from appliance.exam.readiness.point import MUST
from appliance.words.refusals import REFUSALS
from tests.exam.ledger import SIGNED, Ledger, plan, sealed, stick

HEAD = (41, "ab" * 32)


def made(day: Ledger, **args: Any) -> SealMade:
    """A seal as dispatch asks for it, with the record's head; not recorded."""
    (body,) = decide(day.venue, Act(verb="seal", args=SIGNED | args, head=HEAD), day.now)
    assert isinstance(body, SealMade)
    return body


def refused(day: Ledger, verb: str = "seal", **args: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        decide(day.venue, Act(verb=verb, args=(SIGNED if verb == "seal" else {}) | args), day.now)
    return caught.value


def red() -> Ledger:
    """On battery, with a stick in the box."""
    day = Ledger().all_read()
    day.usb(stick())
    day.advance(2)
    day.power("OB", "DISCHRG")
    return day


def revision(day: Ledger) -> str:
    row: Any = day.snapshot["readiness"]
    return str(row["revision"])


def test_the_seal_holds_the_whole_list_the_inventory_and_the_head_of_the_record() -> None:
    body = made(Ledger().all_read())
    row: Any = Ledger().all_read().snapshot["readiness"]
    assert [(p.key, p.level, p.code) for p in body.points] == [
        (p["key"], p["level"], p["code"]) for p in row["points"]
    ]
    assert (body.log_seq, body.log_hash) == HEAD and len(body.usb_sha256) == 64
    assert not any(point.override for point in body.points)


def test_red_must_points_without_a_reason_are_refused_and_named() -> None:
    error = refused(red())
    assert error.code == "points-not-ready" and error.details["points"] == ["mains", "usb"]
    error = refused(red(), overrides={"mains": "供电局检修，发电车已到"})
    assert error.details["points"] == ["usb"]
    assert refused(red(), overrides={"mains": "发电车", "usb": "   "}).details["points"] == ["usb"]


def test_a_written_reason_for_each_is_recorded_beside_its_point() -> None:
    day = red()
    day.act("seal", **SIGNED, overrides={"mains": "供电局检修，发电车已到", "usb": "技术人员在用"})
    seal = day.venue.seal
    assert seal is not None
    written = {point.key: point.override for point in seal.points if point.override}
    assert written == {"mains": "供电局检修，发电车已到", "usb": "技术人员在用"}
    row: Any = day.snapshot["seal"]
    assert row["overrides"] == 2


def test_a_reason_for_a_green_point_is_not_kept_and_one_for_no_must_point_is_refused() -> None:
    body = made(Ledger().all_read(), overrides={"mains": "多余"})
    assert not any(point.override for point in body.points)
    for wrong in ({"wear": "x"}, {"mains": 7}, ["mains"], {"mains": "a\x1b[2J"}, {"mains": "x" * 501}):
        error = refused(Ledger().all_read(), overrides=wrong)
        assert error.code in ("bad-choice", "bad-override"), wrong


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202eabc", "停" * 500])
def test_markup_and_marks_in_a_reason_are_kept_as_they_were_written(text: str) -> None:
    body = made(red(), overrides={"mains": text, "usb": text})
    assert {point.override for point in body.points if point.override} == {text}


def test_what_was_read_must_be_what_is_signed() -> None:
    day = Ledger().all_read()
    seen = revision(day)
    made(day, revision=seen)
    day.usb(stick())
    assert refused(day, revision=seen, overrides={"usb": "x"}).code == "points-changed"
    made(day, revision=revision(day), overrides={"usb": "x"})


@pytest.mark.parametrize("other", ["王主考", " 王主考", "王 主考"])
def test_one_person_under_two_spellings_is_one_person(other: str) -> None:
    assert refused(Ledger().all_read(), chief="王主考", technician=other).code == "two-people-needed"
    assert refused(Ledger().all_read(), chief="Li Wei", technician="li wei").code == "two-people-needed"


def test_two_seals_at_once_are_one() -> None:
    day = sealed()
    assert refused(day).code == "already-sealed"
    assert len(day.recorded("seal.made")) == 1


def test_a_drill_is_written_into_its_seal() -> None:
    day = Ledger().all_read()
    day.act("drill", mode="drill", by="张工")
    assert made(day).drill == "drill"


# what people say


def test_a_clock_that_was_shown_two_minutes_ago_was_not_compared() -> None:
    day = Ledger().all_read()
    shown = (day.wall - timedelta(seconds=121)).isoformat()
    assert refused(day, "clock.confirm", by="王主考", shown=shown).code == "shown-too-long-ago"
    assert refused(day, "clock.confirm", by="王主考", shown="now").code == "bad-text"
    assert refused(day, "clock.confirm", by="王主考", shown="2026-09-04T20:00:00").code == "bad-text"
    for wrong in (86_401, 1.5, True, "3"):
        assert refused(day, "clock.confirm", by="王主考", offset_s=wrong).code == "bad-number"
    assert refused(day, "clock.confirm").code == "missing"
    day.act("clock.confirm", by="王主考", shown=day.wall.isoformat())


@pytest.mark.parametrize("verb", ["seats.declare_usb", "switch.declare"])
def test_a_declaration_is_a_plain_yes_or_no_by_somebody(verb: str) -> None:
    name = "blocked" if verb == "seats.declare_usb" else "isolated"
    assert refused(Ledger(), verb, by="张工").code == "bad-choice"
    assert refused(Ledger(), verb, by="张工", **{name: "yes"}).code == "bad-choice"
    assert refused(Ledger(), verb, **{name: True}).code == "missing"


def test_every_must_point_can_be_given_a_reason() -> None:
    made(Ledger(plan(network="route")), overrides=dict.fromkeys(MUST, "演练"))


def test_what_a_person_vouched_for_outlasts_the_kernels_doubt_and_not_the_power() -> None:
    day = Ledger().all_read()
    unsure = ClockReading(trusted=False, reason="no-source")
    assert day.read(unsure) != ()
    day.act("clock.confirm", by="王主考", offset_s=0)
    assert day.read(unsure) == () and day.venue.clock_trusted
    day.reboot()
    assert day.read(unsure) != () and not day.venue.clock_trusted


def test_whatever_is_asked_for_is_recorded_or_refused_and_nothing_else() -> None:
    """Two thousand questions of nonsense: an act is decided, or refused by a code that has a sentence."""
    chance = random.Random(7)
    pieces: list[object] = [
        None, True, False, 0, -1, 2**70, 1.5, "", " ", "王主考", "x" * 5000, "\x00", "\u202e",
        "2026-09-04T20:00:00+00:00",
        "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00", [], ["a"], {},
        {"mains": "x"}, {"mains": None}, {"": ""},
    ]  # fmt: skip
    names = (
        "by",
        "chief",
        "technician",
        "batch",
        "overrides",
        "revision",
        "offset_s",
        "shown",
        "blocked",
        "isolated",
    )
    verbs = ("seal", "clock.confirm", "seats.declare_usb", "switch.declare", "morning.confirm", "unseal")
    day, done, codes = red(), 0, set[str]()
    for _ in range(2000):
        args = {name: chance.choice(pieces) for name in names if chance.random() < 0.7}
        try:
            done += len(decide(day.venue, Act(verb=chance.choice(verbs), args=args), day.now))
        except Refused as error:
            codes.add(error.code)
    assert done and codes and codes <= set(REFUSALS)
