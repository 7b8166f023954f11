"""A cause: one thing that is wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that is wrong. `unsure`: it can not be seen now; what is open stays open, nothing new opens.

    `for_s` is how long it has been so, for the grace times and for the incident's beginning.
    """

    kind: str
    name: str = ""
    place: str = ""
    members: tuple[str, ...] = ()
    detail: str = ""
    for_s: float = 0.0
    unsure: bool = False

    @property
    def key(self) -> str:
        """What tells this cause from every other; the key of its incident."""
        return f"{self.kind}:{self.name}"
