"""Incidents, from their cause to what people said of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from appliance.events.body import ERROR, Body


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened(Body):
    """A cause began; `cause` tells one from another of the same `cause_kind`."""

    kind: ClassVar[str] = "incident.opened"
    level: ClassVar[int] = ERROR
    number: int
    cause_kind: str
    cause: str
    place: str = ""
    members: tuple[str, ...] = ()
    detail: str = ""
    absorbs: tuple[int, ...] = ()
    began: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentGrew(Body):
    """The same cause took more in, or came again (`again`) within the flap time."""

    kind: ClassVar[str] = "incident.grew"
    number: int
    members: tuple[str, ...] = ()
    again: bool = False
    detail: str = ""
    cause_kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCeased(Body):
    """The cause is gone; whether candidates work again is for people to say."""

    kind: ClassVar[str] = "incident.ceased"
    number: int
    cause_kind: str = ""
    stops_work: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClassProposed(Body):
    """The box proposes a class, `general` or `major`, from what it measured."""

    kind: ClassVar[str] = "incident.class_proposed"
    level: ClassVar[int] = ERROR
    number: int
    proposed: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClassConfirmed(Body):
    """The chief confirmed a class."""

    kind: ClassVar[str] = "incident.class_confirmed"
    number: int
    confirmed: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAcknowledged(Body):
    """Somebody took it in hand."""

    kind: ClassVar[str] = "incident.acknowledged"
    number: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentNoted(Body):
    """Somebody wrote something down."""

    kind: ClassVar[str] = "incident.noted"
    number: int
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReported(Body):
    """Somebody was told, and answered; `told_at` where it was earlier than it was written down."""

    kind: ClassVar[str] = "incident.reported"
    number: int
    by: str
    to: str
    answer: str = ""
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentResumed(Body):
    """The operator said: the candidates work again; `lost_minutes` is rounded up."""

    kind: ClassVar[str] = "incident.resumed"
    number: int
    by: str
    lost_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed(Body):
    """Closed with an `outcome`: swapped, recovered, recorded or false_alarm; `by` is empty for the guard."""

    kind: ClassVar[str] = "incident.closed"
    number: int
    outcome: str
    by: str = ""
    text: str = ""
    cause_kind: str = ""
    cause: str = ""
