"""What every panel keeps to, and the one that is a directory of files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hw.panel import BUZZER_PATTERNS, LAMP_LEVELS, Panel, PanelError, SimulatedPanel, write_press
from hw.panel_gpio import GpioPanel
from tests.lab.pins import mock_pins


@pytest.fixture(params=["gpio", "simulated"])
def any_panel(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Panel]:
    """Each panel in turn."""
    opened: Panel
    if request.param == "simulated":
        opened = SimulatedPanel(tmp_path)
    else:
        opened = GpioPanel(lamp_green=17, lamp_red=27, buzzer=22, button=23, pin_factory=mock_pins())
    yield opened
    opened.close()


def test_every_panel_shows_sounds_and_counts(any_panel: Panel) -> None:
    for level in (*LAMP_LEVELS, *LAMP_LEVELS):
        any_panel.show_lamp(level)
    for pattern in (*BUZZER_PATTERNS, *BUZZER_PATTERNS):
        any_panel.sound(pattern)
    assert any_panel.presses() == 0


def test_no_panel_takes_a_word_that_is_no_level(any_panel: Panel) -> None:
    with pytest.raises(ValueError, match="'quiet' is none of ok, attention"):
        any_panel.show_lamp("quiet")
    with pytest.raises(ValueError, match="'ok' is none of quiet, attention"):
        any_panel.sound("ok")


def test_the_simulated_panel_is_three_files(tmp_path: Path) -> None:
    write_press(tmp_path)
    panel = SimulatedPanel(tmp_path)
    panel.show_lamp("attention")
    panel.sound("critical")
    assert (tmp_path / "panel").read_text() == "attention\n"
    assert (tmp_path / "buzzer").read_text() == "critical\n"
    assert panel.presses() == 0, "what was pressed before the guard began is no press of now"
    write_press(tmp_path)
    write_press(tmp_path)
    assert panel.presses() == 2
    (tmp_path / "button").unlink()
    assert panel.presses() == 0
    write_press(tmp_path)
    assert panel.presses() == 1


@pytest.mark.parametrize("content", [b"", b"one\n", b"-1\n", b"\xff", b"1" * 70])
def test_a_button_that_tells_no_count_is_unknown(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "button").write_bytes(content)
    with pytest.raises(PanelError, match="which is no count of presses"):
        SimulatedPanel(tmp_path).presses()


def test_a_directory_that_is_not_there_is_the_rooms_own_error(tmp_path: Path) -> None:
    panel = SimulatedPanel(tmp_path / "none")
    assert panel.presses() == 0
    for act in (
        lambda: panel.show_lamp("ok"),
        lambda: panel.sound("quiet"),
        lambda: write_press(tmp_path / "none"),
    ):
        with pytest.raises(PanelError, match="cannot be written: No such file"):
            act()
