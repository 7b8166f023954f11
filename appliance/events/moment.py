"""A moment as the box knows it: wall time to show, monotonic time to measure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`wall` aware UTC; `mono_s` seconds of CLOCK_BOOTTIME, comparable within one `boot_id` only.

    `trusted` says whether anything vouches for the wall clock (RTC, NTP, a person).
    """

    wall: datetime
    mono_s: float
    boot_id: str
    trusted: bool = True

    def since(self, earlier: "Moment") -> float:
        """Seconds since `earlier`, never negative: monotonic within one boot, wall time across boots.

        Untrusted wall time across a reboot counts as no time at all: it must never shorten an incident,
        and a jump of the clock must never make one look long.
        """
        if self.boot_id == earlier.boot_id:
            return max(0.0, self.mono_s - earlier.mono_s)
        if self.comparable(earlier):
            return max(0.0, (self.wall - earlier.wall).total_seconds())
        return 0.0

    def comparable(self, other: "Moment") -> bool:
        """Whether anything tells how far the two lie apart: one boot, or two wall clocks that are trusted."""
        return self.boot_id == other.boot_id or (self.trusted and other.trusted)
