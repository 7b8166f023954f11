"""The panel on gpiozero's own mock pins, on real time, and the patterns as numbers."""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from gpiozero.pins.mock import MockFactory, MockPin
from hypothesis import given
from hypothesis import strategies as st

from hw.panel import BUZZER_PATTERNS, LAMP_LEVELS, PanelError
from hw.panel_gpio import LAMPS, SOUNDS, Cycle, GpioPanel, due
from tests.lab.pins import mock_pins

GREEN, RED, BUZZER, BUTTON = 17, 27, 22, 23
LONGEST_S = 5.0


class ShortPin(MockPin):
    """A line that is held low from outside once it is `short`."""

    short = False

    def _get_state(self) -> bool:
        return not self.short and bool(super()._get_state())


@pytest.fixture
def pins() -> MockFactory:
    """A Pi's pins, for one test."""
    return mock_pins()


@pytest.fixture
def panel(pins: MockFactory) -> Iterator[GpioPanel]:
    """A panel with all four parts."""
    opened = GpioPanel(lamp_green=GREEN, lamp_red=RED, buzzer=BUZZER, button=BUTTON, pin_factory=pins)
    yield opened
    opened.close()


def wait_for(true: Callable[[], bool]) -> None:
    """Come back when it is true."""
    deadline = time.monotonic() + LONGEST_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def steps(pins: MockFactory, gpio: int, changes: int) -> list[tuple[bool, float]]:
    """What the line did since it was taken: its level and how long it kept it, after so many changes."""
    line = pins.pin(gpio)
    wait_for(lambda: len(line.states) > changes + 1)
    return [(bool(a.state), b.timestamp) for a, b in pairwise(line.states[: changes + 2])][1:]


def played(cycle: Cycle, seconds: float) -> list[tuple[bool, float]]:
    """What a cycle does in so many seconds: level, and for how long (nothing merged that a cycle begins anew)."""
    found: list[tuple[bool, float]] = []
    at_s = 0.0
    while at_s < seconds:
        on, remaining_s = due(cycle, at_s)
        found.append((on, min(remaining_s, seconds - at_s)))
        at_s += remaining_s + 1e-9
    return found


def on_s(cycle: Cycle, seconds: float) -> float:
    """For how long of so many seconds the output is on."""
    return sum(length_s for on, length_s in played(cycle, seconds) if on)


def beeps(pattern: str, seconds: float) -> int:
    """How often the buzzer begins in so many seconds."""
    return sum(on for on, _ in played(SOUNDS[pattern], seconds))


def test_each_level_and_pattern_has_its_lamps_and_its_sound() -> None:
    assert tuple(LAMPS) == LAMP_LEVELS
    assert set(SOUNDS) == set(BUZZER_PATTERNS)


@pytest.mark.parametrize(
    ("level", "green_s", "red_s"),
    [("ok", 60, 0), ("attention", 60, 30), ("critical", 0, 30), ("unknown", 30, 30), ("test", 60, 60)],
)
def test_lamps_are_on_for_their_part_of_a_minute(level: str, green_s: float, red_s: float) -> None:
    green, red = LAMPS[level]
    assert on_s(green, 60) == pytest.approx(green_s, abs=0.01)
    assert on_s(red, 60) == pytest.approx(red_s, abs=0.01)


def test_red_blinks_at_half_a_hertz_or_at_four() -> None:
    assert len([on for on, _ in played(LAMPS["attention"][1], 60) if on]) == 30
    assert len([on for on, _ in played(LAMPS["critical"][1], 60) if on]) == 240


@given(at_s=st.floats(0, 1e6))
def test_an_unknown_level_shows_one_lamp_or_the_other(at_s: float) -> None:
    green, red = LAMPS["unknown"]
    assert due(green, at_s)[0] is not due(red, at_s)[0]


@pytest.mark.parametrize(
    ("pattern", "in_a_minute", "length_s"),
    [("quiet", 0, 0), ("attention", 1, 0.2), ("unknown", 2, 0.2), ("critical", 36, 0.2), ("test", 1, 60)],
)
def test_the_buzzer_beeps_so_often_and_so_long(pattern: str, in_a_minute: int, length_s: float) -> None:
    assert beeps(pattern, 59.999) == in_a_minute
    assert on_s(SOUNDS[pattern], 60) == pytest.approx(in_a_minute * length_s, abs=0.01)


def test_critical_is_three_beeps_and_a_pause_every_five_seconds() -> None:
    assert [on for on, _ in played(SOUNDS["critical"], 4.99)] == [True, False, True, False, True, False]


@given(name=st.sampled_from(sorted(SOUNDS)), at_s=st.floats(0, 1e7))
def test_whatever_the_time_the_next_change_lies_ahead(name: str, at_s: float) -> None:
    on, remaining_s = due(SOUNDS[name], at_s)
    assert on in (True, False)
    assert remaining_s > 0


def test_steady_lamps_stand_where_they_were_told(panel: GpioPanel, pins: MockFactory) -> None:
    for level, green, red in (("ok", True, False), ("test", True, True), ("ok", True, False)):
        panel.show_lamp(level)
        assert (pins.pin(GREEN).state, pins.pin(RED).state) == (green, red)


def test_red_blinks_fast_and_green_is_dark_when_it_is_critical(panel: GpioPanel, pins: MockFactory) -> None:
    panel.show_lamp("ok")
    panel.show_lamp("critical")
    seen = steps(pins, RED, 6)
    assert [on for on, _ in seen] == [True, False, True, False, True, False]
    assert sum(seconds for _, seconds in seen) == pytest.approx(0.75, abs=0.3)
    assert not pins.pin(GREEN).state


def test_the_same_level_again_does_not_begin_the_blinking_anew(panel: GpioPanel, pins: MockFactory) -> None:
    panel.show_lamp("critical")
    began = time.monotonic()
    while len(pins.pin(RED).states) < 6:
        panel.show_lamp("critical")
        assert time.monotonic() - began < LONGEST_S


def test_three_beeps_are_heard_and_silence_ends_them(panel: GpioPanel, pins: MockFactory) -> None:
    panel.sound("critical")
    seen = steps(pins, BUZZER, 4)
    assert [on for on, _ in seen] == [True, False, True, False]
    assert all(seconds == pytest.approx(0.2, abs=0.15) for _, seconds in seen)
    panel.sound("quiet")
    assert not pins.pin(BUZZER).state
    count = len(pins.pin(BUZZER).states)
    panel.show_lamp("critical")
    steps(pins, RED, 3)
    assert len(pins.pin(BUZZER).states) == count


def test_a_press_counts_once_however_its_contact_bounces(panel: GpioPanel, pins: MockFactory) -> None:
    button = pins.pin(BUTTON)
    for presses in (1, 2):
        for _ in range(20):
            button.drive_low()
            button.drive_high()
        button.drive_low()
        wait_for(lambda presses=presses: panel.presses() == presses)  # type: ignore[misc]  # bound at once
        for _ in range(20):
            button.drive_high()
            button.drive_low()
        button.drive_high()
        settled(pins, panel)
        assert panel.presses() == presses


def settled(pins: MockFactory, panel: GpioPanel) -> None:
    """Come back when an edge of now would have been counted: the lamp's next changes lie behind the 50 ms."""
    panel.show_lamp("ok")
    panel.show_lamp("critical")
    before = len(pins.pin(RED).states)
    wait_for(lambda: len(pins.pin(RED).states) >= before + 1)


def test_a_spike_on_the_buttons_wire_is_no_press(panel: GpioPanel, pins: MockFactory) -> None:
    pins.pin(BUTTON).drive_low()
    pins.pin(BUTTON).drive_high()
    settled(pins, panel)
    assert panel.presses() == 0


def test_a_button_held_down_at_the_start_is_no_press(pins: MockFactory) -> None:
    class Held(MockPin):
        def _set_pull(self, value: str) -> None:
            super()._set_pull(value)
            self.drive_low()

    pins.pin(BUTTON, pin_class=Held)
    panel = GpioPanel(lamp_red=RED, button=BUTTON, pin_factory=pins)
    settled(pins, panel)
    assert panel.presses() == 0
    pins.pin(BUTTON).drive_high()
    settled(pins, panel)
    pins.pin(BUTTON).drive_low()
    wait_for(lambda: panel.presses() == 1)
    panel.close()


@pytest.mark.parametrize("parts", [{}, {"lamp_red": RED}, {"buzzer": BUZZER}, {"button": BUTTON}])
def test_what_is_not_wired_is_no_error(parts: dict[str, int], pins: MockFactory) -> None:
    panel = GpioPanel(**parts, pin_factory=pins)
    for level in LAMP_LEVELS:
        panel.show_lamp(level)
    for pattern in BUZZER_PATTERNS:
        panel.sound(pattern)
    assert panel.presses() == 0
    panel.close()


def test_a_buzzer_that_is_short_is_told_and_the_lamps_go_on(pins: MockFactory) -> None:
    buzzer = pins.pin(BUZZER, pin_class=ShortPin)
    panel = GpioPanel(lamp_red=RED, buzzer=BUZZER, pin_factory=pins)
    panel.show_lamp("critical")
    buzzer.short = True
    with pytest.raises(PanelError, match="^GPIO22 reads low after it was driven high$"):
        panel.sound("test")
    steps(pins, RED, 4)
    buzzer.short = False
    panel.sound("test")
    assert buzzer.state
    panel.close()


def test_a_lamp_that_fails_while_it_blinks_is_told_when_it_is_asked_again(pins: MockFactory) -> None:
    red = pins.pin(RED, pin_class=ShortPin)
    panel = GpioPanel(lamp_red=RED, pin_factory=pins)
    panel.show_lamp("critical")
    red.short = True
    with pytest.raises(PanelError, match="GPIO27 reads low"):
        panel.show_lamp("test")
    panel.close()


def test_a_line_that_is_taken_leaves_no_other_held(pins: MockFactory) -> None:
    with pytest.raises(PanelError, match="GPIO17: pin .*17 is already in use"):
        GpioPanel(lamp_green=GREEN, lamp_red=GREEN, pin_factory=pins)
    GpioPanel(lamp_green=GREEN, pin_factory=pins).close()


def test_closing_makes_it_dark_and_quiet_and_ends_its_thread(pins: MockFactory) -> None:
    panel = GpioPanel(lamp_green=GREEN, buzzer=BUZZER, button=BUTTON, pin_factory=pins)
    panel.show_lamp("test")
    panel.sound("test")
    panel.close()
    panel.close()
    # Given back, a line floats: the lamp's resistor draws it dark.
    assert [pins.pin(gpio).function for gpio in (GREEN, BUZZER)] == ["input", "input"]
    assert "panel" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(PanelError, match="the panel is closed"):
        panel.show_lamp("ok")
