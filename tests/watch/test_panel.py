"""The button's presses are counted, and a panel that can not be read makes none up."""

from pathlib import Path

import pytest

from appliance.events.readings import PanelRead
from appliance.watch import panel
from hw.panel import PanelError, SimulatedPanel, write_press


def test_presses_are_counted_from_the_opening_on(tmp_path: Path) -> None:
    write_press(tmp_path)
    read = panel.reader(SimulatedPanel(tmp_path))
    assert read() == PanelRead(presses=0), "what was pressed before belongs to nobody"
    write_press(tmp_path)
    write_press(tmp_path)
    assert read() == PanelRead(presses=2)
    assert read() == PanelRead(presses=2), "a level, no edge: a reading that is lost loses no press"


def test_a_panel_that_can_not_be_read_breaks_the_reading(tmp_path: Path) -> None:
    read = panel.reader(SimulatedPanel(tmp_path))
    (tmp_path / "button").write_text("many\n")
    with pytest.raises(PanelError, match="no count of presses"):
        read()
