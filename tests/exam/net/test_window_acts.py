"""Who may open a window of the line: one press, one technician before the seal, two people."""

from dataclasses import replace

import pytest

from appliance.exam.acts import Refused
from appliance.exam.net.windows import windows
from tests.exam.ledger import MORNING, SIGNED, Ledger, plan, running, sealed
from tests.exam.net.places import networked

TWO = {**SIGNED, "reason": "补传", "minutes": 20}
ALONE = {"technician": "张工", "reason": "补丁", "minutes": 30}


def names(day: Ledger) -> list[str]:
    return [each.name for each in windows(day.venue, day.now)]


def refusal(day: Ledger, verb: str, **args: object) -> str:
    with pytest.raises(Refused) as refused:
        day.act(verb, **args)
    return refused.value.code


def preparing() -> Ledger:
    day = sealed(networked())
    day.until("08:50")
    return day


def test_ten_minutes_more_is_one_press_and_goes_beyond_the_start() -> None:
    day = preparing()
    day.act("net.window.more", by="王主考")
    day.until("09:09", bundles=True)
    assert names(day) == ["pull", "paper"]
    day.until("09:10")
    assert names(day) == ["pull"]
    assert [(e.body.name, e.body.why) for e in day.recorded("window.closed")] == [("paper", "expired")]  # type: ignore[attr-defined]


def test_each_press_adds_ten_minutes_and_after_six_two_people_are_needed() -> None:
    day = preparing()
    for _ in range(6):
        day.act("net.window.more", by="王主考")
    (paper,) = (w for w in windows(day.venue, day.now) if w.name == "paper")
    assert paper.left_s(day.now) == 600 + 6 * 600
    assert refusal(day, "net.window.more", by="王主考") == "more-often-enough"


def test_nothing_is_made_longer_that_is_not_open_or_has_no_end() -> None:
    day = sealed(networked())
    assert refusal(day, "net.window.more", by="王主考") == "no-window-running"
    assert refusal(day, "net.window.more", by="王主考", name="pull") == "no-window-running"
    day = running(replace(networked(), sittings=(MORNING,)))
    day.until("11:31", bundles=True)
    assert refusal(day, "net.window.more", by="王主考") == "window-has-no-end"
    day.act("sitting.finish", by="王主考")
    day.act("net.window.more", by="王主考")
    day.until("12:02", bundles=True)
    assert "upload" in names(day)


def test_what_two_people_opened_one_does_not_make_longer() -> None:
    day = running(networked())
    day.act("net.window.open", name="upload", **TWO)
    assert refusal(day, "net.window.more", by="王主考", name="upload") == "two-people-needed"


def test_a_technician_maintains_while_nothing_is_sealed_and_the_seal_ends_it() -> None:
    day = Ledger(networked()).all_read()
    day.act("net.window.maintain", **ALONE)
    assert names(day) == ["maintenance"]
    assert refusal(day, "net.window.maintain", **ALONE) == "window-open-already"
    day.act("seal", **SIGNED)
    assert names(day) == ["pull"]
    assert [e.body.why for e in day.recorded("window.closed")] == ["sealed"]  # type: ignore[attr-defined]
    assert refusal(day, "net.window.maintain", **ALONE) == "two-people-needed"


def test_two_people_open_anything_with_a_reason_and_anybody_closes_it() -> None:
    day = running(networked())
    day.act("net.window.open", name="other", server="second", to=["192.0.2.9:8443/udp"], **TWO)
    assert names(day) == ["pull", "other"]
    day.act("net.window.close", name="other", by="李工")
    assert names(day) == ["pull"]
    assert refusal(day, "net.window.close", name="other", by="李工") == "no-window-of-people"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"technician": "王主考"}, "two-people-needed"),
        ({"reason": " "}, "missing"),
        ({"minutes": 0}, "bad-minutes"),
        ({"minutes": 241}, "bad-minutes"),
        ({"minutes": True}, "bad-minutes"),
        ({"name": "all"}, "bad-choice"),
        ({"server": ""}, "missing"),
        ({"server": "seat"}, "bad-choice"),
        ({"to": []}, "bad-place"),
        ({"to": ["0.0.0.0:443"]}, "bad-place"),
        ({"to": ["224.0.0.251:5353/udp"]}, "bad-place"),
        ({"to": ["192.0.2.9:443"] * 5}, "bad-place"),
        ({"to": ["10.50.1.104:445"]}, "place-inside"),
        ({"to": None}, "bad-place"),
        ({"name": "pull"}, "window-open-already"),
    ],
)
def test_a_window_that_is_asked_for_badly_is_refused(changes: dict[str, object], code: str) -> None:
    day = running(networked())
    asked = {"name": "other", "server": "second", "to": ["192.0.2.9:443"], **TWO}
    assert refusal(day, "net.window.open", **(asked | changes)) == code
    assert names(day) == ["pull"]


def test_a_box_that_does_not_hold_the_line_opens_nothing() -> None:
    for laid_down in (plan(), networked(mode="watch")):
        day = Ledger(laid_down).all_read()
        for verb in ("more", "maintain", "open"):
            assert refusal(day, f"net.window.{verb}", name="upload", by="王", **TWO) == "line-not-held"


def test_where_the_configuration_names_nobody_a_window_leads_nowhere_and_is_refused() -> None:
    day = Ledger(networked(updates=())).all_read()
    assert refusal(day, "net.window.maintain", **ALONE) == "no-places"
    day = Ledger(networked(servers=())).all_read()
    assert refusal(day, "net.window.maintain", **ALONE) == "no-servers"


def test_a_restart_of_the_guard_keeps_a_window_and_a_boot_ends_it() -> None:
    day = preparing()
    day.act("net.window.more", by="王主考")
    day.restart()
    assert "paper" in names(day) and not day.recorded("window.closed")
    day.reboot(5.0)
    assert [e.body.why for e in day.recorded("window.closed")] == ["restarted"]  # type: ignore[attr-defined]
