"""The one base of all bodies, and the journal's levels."""

from dataclasses import dataclass
from typing import ClassVar

# Journal levels by reader (syslog numbers): somebody must act now, look tomorrow, the day's story, off.
CRITICAL, ERROR, WARNING, INFO, DEBUG = 2, 3, 4, 6, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What happened. Subclasses are the only bodies there are."""

    kind: ClassVar[str] = ""
    level: ClassVar[int] = INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecognised(Body):
    """A body of a newer version: kept as text, folded as nothing."""

    original_kind: str
    text: str
