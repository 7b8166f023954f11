"""The readiness check: what people said of it, what stood in a seal, who signed it, what the morning found."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from appliance.events.body import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class SealPoint:
    """A point of the check as it stood: `level` is ok, attention, critical or unknown, `code` and `args` say why.

    `override` is the written reason where two people sealed over it, '' else.
    """

    key: str
    must: bool
    level: str
    code: str
    args: dict[str, object] = field(default_factory=dict)
    override: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unobserved:
    """A stretch of a seal that nobody watched: `what` is box (the guard was off) or seats (machines may be off)."""

    what: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockConfirmed(Body):
    """A person compared the box's clock with another one: the box is `offset_s` seconds ahead (behind: negative)."""

    kind: ClassVar[str] = "clock.confirmed"
    by: str
    offset_s: int
    shown: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatUsbDeclared(Body):
    """A technician says whether USB storage is `blocked` on the exam machines; nobody measured it."""

    kind: ClassVar[str] = "seats.usb_declared"
    by: str
    blocked: bool
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchDeclared(Body):
    """A technician looked at the exam switch: `isolated` says whether it keeps seats from each other."""

    kind: ClassVar[str] = "switch.declared"
    by: str
    isolated: bool
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MorningChecked(Body):
    """A person read the morning check of a sitting: what was compared with the seal, what nobody had watched."""

    kind: ClassVar[str] = "morning.checked"
    by: str
    sitting: str
    points: tuple[SealPoint, ...] = ()
    unobserved: tuple[Unobserved, ...] = ()
