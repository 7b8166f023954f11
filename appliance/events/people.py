"""Who may act: PINs that were set, and who signed in on the page."""

from dataclasses import dataclass
from typing import ClassVar

from appliance.events.body import WARNING, Body


@dataclass(frozen=True, slots=True, kw_only=True)
class PinCodeMade(Body):
    """A technician had a one-time code made, with which `role` sets the own PIN."""

    kind: ClassVar[str] = "pin.code_made"
    level: ClassVar[int] = WARNING
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PinChanged(Body):
    """The PIN of `role` is set: `how` code (by whom it belongs to, `by`) or technician; `again`: there was one."""

    kind: ClassVar[str] = "pin.changed"
    level: ClassVar[int] = WARNING
    role: str
    how: str
    by: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionBegun(Body):
    """Somebody who gave the name `name` signed in on the page with the PIN of `role`."""

    kind: ClassVar[str] = "session.begun"
    role: str
    name: str
