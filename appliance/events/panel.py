"""Lamps, buzzer and button beside the box."""

from dataclasses import dataclass
from typing import ClassVar

from appliance.events.body import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPressed(Body):
    """The button was pressed; `presses` counts since the guard opened the panel."""

    kind: ClassVar[str] = "panel.pressed"
    presses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelSilenced(Body):
    """Somebody heard the buzzer: it is quiet until something new or worse happens."""

    kind: ClassVar[str] = "panel.silenced"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelTested(Body):
    """Lamps and buzzer are tried for ten seconds."""

    kind: ClassVar[str] = "panel.tested"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelConfirmed(Body):
    """Somebody says whether they saw the lamps and heard the buzzer."""

    kind: ClassVar[str] = "panel.confirmed"
    by: str
    seen: bool
