"""Whether packets prove that the line is closed: what the ghost machine fired, and what came out."""

from dataclasses import dataclass
from typing import ClassVar

from appliance.events.body import INFO, WARNING, Body


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkProven(Body):
    """A run of the ghost machine: `sent` frames of `kinds` kinds, `seen_inside` of them at the box before any rule.

    `leaked` names the kinds that came out on the line; empty where none did. `took_s` seconds. `full`: of every
    kind there is, as before a seal; else of those that disturb no exam.
    """

    kind: ClassVar[str] = "network.proven"
    level: ClassVar[int] = INFO
    sent: int
    seen_inside: int
    kinds: int
    leaked: tuple[str, ...] = ()
    took_s: float = 0.0
    full: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkUnproven(Body):
    """A run of the ghost machine could not be made: it says nothing of the line."""

    kind: ClassVar[str] = "network.unproven"
    level: ClassVar[int] = WARNING
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkProofAsked(Body):
    """Somebody wants a run of every kind there is, while no exam is near: the readiness check does."""

    kind: ClassVar[str] = "network.proof_asked"
    level: ClassVar[int] = INFO
    by: str
