"""What was dropped of one machine and one kind, row after row: how much, how fast, how long."""

from dataclasses import dataclass, replace

from appliance.events import Moment

SHORTEST_MIN = 1.0  # what comes within a minute of the last row is one minute's


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`packets` the kernel's counter in the last row, `before` what earlier counters reached; `at` that row's time.

    `fast` counts rows in succession with more packets a minute than the bound of their kind.
    """

    mac: str
    what: str
    seat: str
    packets: int
    first: Moment
    at: Moment
    ip: str = ""
    to: str = ""
    before: int = 0
    per_minute: float = 0.0
    fast: int = 0

    @property
    def total(self) -> int:
        """All packets on record, over reloads of the rules and boots."""
        return self.before + self.packets


def grown(tally: Tally, *, packets: int, ip: str, to: str, seat: str, now: Moment, bound: float) -> Tally:
    """The tally once another row is there. A counter that is smaller began anew."""
    anew = packets < tally.packets
    more = packets if anew else packets - tally.packets
    per_minute = more / max(SHORTEST_MIN, now.since(tally.at) / 60)
    return replace(
        tally,
        packets=packets,
        before=tally.total if anew else tally.before,
        at=now,
        ip=ip or tally.ip,
        to=to or tally.to,
        seat=seat,
        per_minute=per_minute,
        fast=tally.fast + 1 if per_minute > bound else 0,
    )
