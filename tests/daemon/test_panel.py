"""A panel that is not there stops no guard."""

from pathlib import Path

import pytest

from appliance.daemon.panel import PanelOpenedLater
from hw.panel import Panel, PanelError, SimulatedPanel


def test_a_panel_that_can_not_be_opened_is_tried_again_at_each_use(tmp_path: Path) -> None:
    faults = [PanelError("no GPIO pins"), PanelError("no GPIO pins")]

    def opened() -> Panel:
        if faults:
            raise faults.pop()
        return SimulatedPanel(tmp_path)

    panel = PanelOpenedLater(opened)
    for _ in range(2):
        with pytest.raises(PanelError, match="no GPIO pins"):
            panel.show_lamp("ok")
    panel.show_lamp("attention")
    panel.sound("quiet")
    assert (tmp_path / "panel").read_text() == "attention\n" and panel.presses() == 0
    panel.close()


def test_a_panel_that_was_never_opened_closes() -> None:
    def opened() -> Panel:
        raise PanelError("no GPIO pins")

    PanelOpenedLater(opened).close()
