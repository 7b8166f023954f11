"""Options that a driver can not work with: every fault with its key, its sentence, and the code it goes by."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionFault:
    """The option at `place` and why it can not be meant; `code` and `values` say the reason to a program."""

    place: str
    code: str
    reason: str
    value: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        """The fault as a line, `KEY: REASON`."""
        return f"{self.place}: {self.reason}"


class OptionsRefused(ValueError):
    """The options can not be meant; `faults`: all of them."""

    def __init__(self, *faults: OptionFault) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = faults


def option_fault(place: str, code: str, reason: str, /, **values: str | int) -> OptionFault:
    """The fault of the option `place`."""
    return OptionFault(place=place, code=code, reason=reason, values=values)


def not_within(place: str, shown: str, least: str, most: str) -> OptionFault:
    """A number that is too small or too large, as it is to be shown."""
    reason = f"{shown} is not within {least}…{most}"
    return option_fault(place, "not_within", reason, shown=shown, least=least, most=most)
