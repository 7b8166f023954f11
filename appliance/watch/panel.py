"""Reads the panel's button."""

from collections.abc import Callable

from appliance.events.readings import PanelRead
from hw.panel import Panel

PERIOD_S = 0.1  # who presses waits for the silence


def reader(panel: Panel) -> Callable[[], PanelRead]:
    """A function that gives how often the button was pressed since the panel was opened.

    A panel that can not be read breaks the reading (PanelError): nothing is posted, no press is made up.
    """

    def read() -> PanelRead:
        return PanelRead(presses=panel.presses())

    return read
