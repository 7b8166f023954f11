"""What is wrong in a venue's files, or will surprise somebody: a line, with the code and values that it is made of."""

from typing import Self


class Finding(str):
    """A line `PLACE: VALUE: REASON` in English, '' left out; as a text it is the whole line.

    `code` and `values` are the reason once more, for who says it in another language (`appliance.words`) or compares
    it: a code is never used for something else. `value` is what stands at the place, as it may be shown.
    """

    place: str
    value: str
    reason: str
    code: str
    values: dict[str, str | int]

    def __new__(cls, place: str, code: str, reason: str, value: str = "", /, **values: str | int) -> Self:
        """`values` are what the sentence of `code` is filled with."""
        made = super().__new__(cls, ": ".join(part for part in (place, value, reason) if part))
        made.place, made.value, made.reason, made.code, made.values = place, value, reason, code, values
        return made

    def at(self, place: str, join: str = ": ") -> "Finding":
        """The same, found at `place`; its own place follows after `join`."""
        below = join.join(part for part in (place, self.place) if part)
        return Finding(below, self.code, self.reason, self.value, **self.values)


class Unfit(ValueError):
    """A value, or the options of a driver, that can not be meant; `faults`: all of them, each with its key as place."""

    def __init__(self, *faults: Finding) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def unfit(code: str, reason: str, value: str = "", /, **values: str | int) -> Unfit:
    """The one reason why a value can not be meant; who reads the file knows its place."""
    return Unfit(Finding("", code, reason, value, **values))
