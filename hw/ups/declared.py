"""UPS driver `declared`: a UPS without a data port. It is never read, and never shown as watched.

    [[ups]]
    name = "switch-ups"
    driver = "declared"
    measured_on = 2026-03-14   # the day somebody pulled its plug and looked at a clock
    load_percent = 40.0        # with this load
    hold_minutes = 75.0        # it held so long
    by = "王工"                 # who did

Source: the venue's own measurement. No data sheet counts here: it describes a new battery.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_LONGEST_MINUTES = 7 * 24 * 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredOptions:
    """What was measured by hand, when and by whom.

    Raises ValueError, all faults in one message, each beginning with the option's name.
    """

    measured_on: date
    load_percent: float
    hold_minutes: float
    by: str

    def __post_init__(self) -> None:
        """Refuse what nobody can have measured."""
        if faults := list(_faults(self)):
            raise ValueError("; ".join(faults))


def _faults(options: DeclaredOptions) -> Iterator[str]:
    if not 0 < options.load_percent <= 100:
        yield f"load_percent: {options.load_percent} is not within 0…100"
    if not 0 < options.hold_minutes <= _LONGEST_MINUTES:
        yield f"hold_minutes: {options.hold_minutes} is not within 0…{_LONGEST_MINUTES:.0f}"
    if not options.by.strip() or not options.by.isprintable() or len(options.by) > 64:
        yield "by: a name of at most 64 characters was expected"
