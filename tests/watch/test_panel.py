"""The button's presses are counted, and a panel that can not be read makes none up."""

from pathlib import Path

from appliance.events.readings import PanelRead
from appliance.watch import panel
from hw.panel import SimulatedPanel, write_press


def test_presses_are_counted_from_the_opening_on(tmp_path: Path) -> None:
    write_press(tmp_path)
    read = panel.reader(SimulatedPanel(tmp_path))
    assert read() == PanelRead(presses=0), "what was pressed before belongs to nobody"
    write_press(tmp_path)
    write_press(tmp_path)
    assert read() == PanelRead(presses=2)
    assert read() == PanelRead(presses=2), "a level, no edge: a reading that is lost loses no press"


def test_a_panel_that_can_not_be_read_tells_no_count_and_is_read_again(tmp_path: Path) -> None:
    read = panel.reader(SimulatedPanel(tmp_path))
    (tmp_path / "button").write_text("many\n")
    assert read() == PanelRead(presses=None)
    (tmp_path / "button").write_text("2\n")
    assert read() == PanelRead(presses=2)
