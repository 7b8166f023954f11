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

from hw.ups.refused import OptionFault, OptionsRefused, not_within, option_fault

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
            raise OptionsRefused(*faults)


def _faults(options: DeclaredOptions) -> Iterator[OptionFault]:
    if not 0 < options.load_percent <= 100:
        yield not_within("load_percent", str(options.load_percent), "0", "100")
    if not 0 < options.hold_minutes <= _LONGEST_MINUTES:
        yield not_within("hold_minutes", str(options.hold_minutes), "0", f"{_LONGEST_MINUTES:.0f}")
    if not options.by.strip() or not options.by.isprintable() or len(options.by) > 64:
        yield option_fault("by", "no_name", "a name of at most 64 characters was expected", most=64)
