"""The panel: lamps as the verdict, a buzzer that somebody can silence until something new or worse happens."""

from typing import Any

import pytest

from appliance.events.bodies import PanelPressed, PanelSilenced
from appliance.events.plan import UpsPlan
from appliance.events.readings import PanelRead
from appliance.exam.acts import Refused
from tests.exam.ledger import Ledger, plan, running, sealed, seats_of, stick

PANEL = plan(
    ups=(UpsPlan(name="ups1", feeds=("exam-server",), driver="simulated"),),
    servers=("exam-server",),
    panel=True,
)


def lamp(day: Ledger) -> str:
    return day.posture.levels["lamp"]


def buzzer(day: Ledger) -> str:
    return day.posture.levels["buzzer"]


def row(day: Ledger) -> dict[str, Any]:
    found = day.snapshot["panel"]
    assert isinstance(found, dict)
    return found


def press(day: Ledger, presses: int) -> None:
    day.read(PanelRead(presses=presses))


def dark_room() -> Ledger:
    """A room has gone dark in a sitting: critical."""
    day = running(PANEL)
    day.dark(*seats_of(1))
    day.advance(31)
    assert day.verdict.level == "critical"
    return day


# A level, a lamp, a sound


def test_all_well_is_a_lamp_and_no_sound() -> None:
    day = running(PANEL)
    assert (lamp(day), buzzer(day)) == ("ok", "quiet")


def test_what_needs_somebody_and_what_affects_the_exam_sound_apart() -> None:
    day = running(PANEL)
    day.discharge(5)
    assert (lamp(day), buzzer(day)) == ("attention", "attention")
    critical = dark_room()
    assert (lamp(critical), buzzer(critical)) == ("critical", "critical")


def test_what_nobody_can_see_has_a_sound_of_its_own() -> None:
    day = Ledger(PANEL).all_read()
    day.act("seal", chief="王主考", technician="张工")
    day.reboot()
    assert (lamp(day), buzzer(day)) == ("unknown", "unknown")


def test_a_blip_lights_the_lamp_and_makes_no_sound() -> None:
    day = running(PANEL)
    day.power("OB")
    assert (lamp(day), buzzer(day)) == ("attention", "quiet")


def test_what_somebody_takes_in_hand_is_quiet_unless_it_affects_the_exam() -> None:
    day = running(PANEL)
    day.discharge(5)
    day.act("incident.acknowledge", number=day.one("mains").number, by="张工")
    assert (lamp(day), buzzer(day)) == ("attention", "quiet")
    critical = dark_room()
    critical.act("incident.acknowledge", number=critical.one("room").number, by="张工")
    assert buzzer(critical) == "critical"


# Silence


@pytest.mark.parametrize("by_button", [True, False])
def test_a_silenced_buzzer_stays_quiet_while_nothing_new_happens(by_button: bool) -> None:
    day = dark_room()
    if by_button:
        press(day, 1)
    else:
        day.act("panel.silence", by="张工")
    assert (lamp(day), buzzer(day), row(day)["silenced"]) == ("critical", "quiet", True)
    day.advance(600, every_s=5)
    assert buzzer(day) == "quiet"


def test_something_new_sounds_again() -> None:
    day = dark_room()
    press(day, 1)
    day.usb(stick())
    assert buzzer(day) == "critical" and row(day)["silenced"] is False
    press(day, 2)
    assert buzzer(day) == "quiet"


def test_an_item_that_gets_worse_sounds_again() -> None:
    day = running(PANEL)
    day.discharge(10, charge=(100.0, 80.0))
    press(day, 1)
    assert buzzer(day) == "quiet"
    day.discharge(6, "OB", "LB", charge=(60.0, 50.0))
    assert (lamp(day), buzzer(day)) == ("critical", "critical")


def test_an_item_that_becomes_major_sounds_again() -> None:
    day = dark_room()
    press(day, 1)
    day.advance(1790, every_s=5)
    assert day.one("room").proposed == "major" and buzzer(day) == "critical"


def test_an_item_that_takes_one_more_detail_of_the_same_kind_stays_silenced() -> None:
    day = dark_room()
    press(day, 1)
    day.dark("1-11")
    day.advance(60)
    assert buzzer(day) == "quiet"


def test_the_end_of_what_was_silenced_is_no_news() -> None:
    day = running(PANEL)
    day.discharge(10)
    press(day, 1)
    day.power("OL")
    assert buzzer(day) == "quiet"
    day.advance(400, every_s=5)
    assert (lamp(day), buzzer(day)) == ("ok", "quiet")
    day.discharge(10)
    assert buzzer(day) == "attention"


# Presses


def test_a_press_is_recorded_once_and_silences() -> None:
    day = dark_room()
    for _ in range(5):
        press(day, 1)
    assert [event.body.presses for event in day.recorded("panel.pressed")] == [1]  # type: ignore[attr-defined]
    assert [event.body.by for event in day.recorded("panel.silenced")] == ["button"]  # type: ignore[attr-defined]


def test_presses_while_nobody_read_count_as_one() -> None:
    day = dark_room()
    assert day.read(PanelRead(presses=4)) == (PanelPressed(presses=4), PanelSilenced(by="button"))


def test_a_guard_that_starts_anew_counts_from_nothing_and_takes_that_for_no_press() -> None:
    day = dark_room()
    press(day, 3)
    day.restart()
    assert day.read(PanelRead(presses=0)) == ()
    day.usb(stick())
    assert day.read(PanelRead(presses=1)) != ()


def test_a_silence_outlives_a_restart_of_the_guard() -> None:
    day = dark_room()
    press(day, 1)
    day.restart()
    assert buzzer(day) == "quiet"


# The trial


def test_the_trial_lights_and_sounds_for_ten_seconds() -> None:
    day = sealed(PANEL)
    day.act("panel.test", by="张工")
    assert (lamp(day), buzzer(day)) == ("test", "test")
    day.advance(9)
    assert (lamp(day), buzzer(day)) == ("test", "test")
    day.advance(1)
    assert (lamp(day), buzzer(day)) == ("ok", "quiet")


def test_the_trial_ends_with_a_reboot() -> None:
    day = sealed(PANEL)
    day.act("panel.test", by="张工")
    day.reboot(2)
    assert "test" not in (lamp(day), buzzer(day))


def test_what_somebody_saw_is_kept_until_the_next_trial() -> None:
    day = sealed(PANEL)
    assert row(day)["confirmed"] is None and row(day)["tested_at"] is None
    day.act("panel.test", by="张工")
    day.act("panel.confirm", by="张工", seen=False)
    assert row(day)["confirmed"] is False and row(day)["tested_at"] == day.wall.isoformat()
    day.act("panel.test", by="张工")
    assert row(day)["confirmed"] is None
    day.act("panel.confirm", by="张工", seen=True)
    assert row(day)["confirmed"] is True


@pytest.mark.parametrize("verb", ["panel.test", "panel.confirm", "panel.silence"])
def test_a_venue_without_a_panel_has_none_to_try(verb: str) -> None:
    with pytest.raises(Refused, match="no-panel"):
        sealed().act(verb, by="张工", seen=True)


@pytest.mark.parametrize("seen", [None, "yes", 1])
def test_what_somebody_saw_is_yes_or_no(seen: object) -> None:
    with pytest.raises(Refused, match="bad-choice"):
        sealed(PANEL).act("panel.confirm", by="张工", seen=seen)
