"""Holds the panel's lamp at the verdict's level, and its buzzer at a pattern."""

from collections.abc import Callable

from appliance.exam.posture import NotHeld
from hw.panel import Panel, PanelError


def lamp_holder(panel: Panel) -> Callable[[str], None]:
    """A function that shows a level on the lamp: `ok`, `attention`, `critical`, `unknown` or `test`."""

    def hold(want: str) -> None:
        try:
            panel.show_lamp(want)
        except PanelError as error:
            raise NotHeld(str(error)) from error

    return hold


def buzzer_holder(panel: Panel) -> Callable[[str], None]:
    """A function that sounds a pattern: `quiet`, `attention`, `critical`, `unknown` or `test`.

    The panel repeats the pattern by itself, until it is given another one.
    """

    def hold(want: str) -> None:
        try:
            panel.sound(want)
        except PanelError as error:
            raise NotHeld(str(error)) from error

    return hold
