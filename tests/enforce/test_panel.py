"""Lamp and buzzer are held each by itself; what can not be shown is not held."""

from pathlib import Path

import pytest

from appliance.enforce import panel
from appliance.exam.posture import NotHeld
from hw.panel import BUZZER_PATTERNS, LAMP_LEVELS, SimulatedPanel


def test_lamp_and_buzzer_are_held_apart(tmp_path: Path) -> None:
    shown = SimulatedPanel(tmp_path)
    lamp, buzzer = panel.lamp_holder(shown), panel.buzzer_holder(shown)
    for level in LAMP_LEVELS:
        lamp(level)
        assert (tmp_path / "panel").read_text() == f"{level}\n"
    for pattern in BUZZER_PATTERNS:
        buzzer(pattern)
        assert (tmp_path / "buzzer").read_text() == f"{pattern}\n"
    assert (tmp_path / "panel").read_text() == "test\n"


def test_a_panel_that_does_not_show_it_is_not_held(tmp_path: Path) -> None:
    gone = SimulatedPanel(tmp_path / "nowhere")
    for hold, want in ((panel.lamp_holder(gone), "critical"), (panel.buzzer_holder(gone), "critical")):
        with pytest.raises(NotHeld, match="cannot be written"):
            hold(want)
