"""Reads the panel's button."""

from collections.abc import Callable

from appliance.events.readings import PanelRead
from hw.panel import Panel, PanelError

PERIOD_S = 0.2  # who presses waits for the silence; it wakes together with the UPSes


def reader(panel: Panel) -> Callable[[], PanelRead]:
    """A function that gives how often the button was pressed since the panel was opened, or that nobody knows.

    Why it is not known is said where the lamps are held: the same panel, and one line about it is enough.
    """

    def read() -> PanelRead:
        try:
            return PanelRead(presses=panel.presses())
        except PanelError:
            return PanelRead(presses=None)

    return read
