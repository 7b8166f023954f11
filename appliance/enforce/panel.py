"""Holds the lamp at the verdict's level."""

from collections.abc import Callable

from appliance.exam.posture import NotHeld
from hw.panel import FilePanel, PanelError


def holder(panel: FilePanel) -> Callable[[str], None]:
    """A function that shows a level on the panel and reads it back."""

    def hold(want: str) -> None:
        try:
            panel.show(want)
        except PanelError as error:
            raise NotHeld(str(error)) from error

    return hold
