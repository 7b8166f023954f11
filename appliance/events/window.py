"""Windows of the line: who opened one for a while, and when that was over."""

from dataclasses import dataclass
from typing import ClassVar

from appliance.events.body import WARNING, Body


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOpened(Body):
    """The window `name` (pull, paper, upload, maintenance or other) is open for `minutes`.

    `how`: more (one press for a window that was open already), maintenance (a technician before the seal) or two
    (two people). `server` is the exam server it is for, '' for all; `to` are ADDRESS:PORT/PROTOCOL, empty where the
    configuration names them. `chief` and `technician` are empty where nobody of that office was asked.
    """

    kind: ClassVar[str] = "window.opened"
    level: ClassVar[int] = WARNING
    name: str
    minutes: int
    how: str
    reason: str = ""
    by: str = ""
    chief: str = ""
    technician: str = ""
    server: str = ""
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowClosed(Body):
    """A window that people opened is over: `why` expired, sealed, restarted or person (then `by` says who)."""

    kind: ClassVar[str] = "window.closed"
    level: ClassVar[int] = WARNING
    name: str
    why: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalStarted(Body):
    """For `minutes` nothing is held back between exam network and line: what would be is counted and let through."""

    kind: ClassVar[str] = "network.rehearsal_started"
    level: ClassVar[int] = WARNING
    minutes: int
    technician: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalEnded(Body):
    """The line is closed again: `why` expired, sealed, phase, restarted or person (then `by` says who)."""

    kind: ClassVar[str] = "network.rehearsal_ended"
    level: ClassVar[int] = WARNING
    why: str
    by: str = ""
