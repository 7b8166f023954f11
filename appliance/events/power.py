"""The supply: what a UPS was seen to do, what people did with it, and how a box ends in order."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from appliance.events.body import CRITICAL, ERROR, WARNING, Body


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerDischarged(Body):
    """A discharge ended: an outage or a test, the only thing that proves how long a UPS holds.

    `lasted_s` is all of it; `held_s` the part that was seen without a gap and before the battery was low.
    `ended`: mains (back before the battery was low), low, off (output gone), lost (the UPS fell silent) or
    box-down (the box it feeds went without power). `charge_to` is the charge where `held_s` ends, `load_percent`
    the mean over time.
    """

    kind: ClassVar[str] = "power.discharged"
    level: ClassVar[int] = WARNING
    ups: str
    began: datetime
    lasted_s: float
    held_s: float
    ended: str
    charge_from: float | None = None
    charge_to: float | None = None
    load_percent: float | None = None
    test: bool = False
    blip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerDoubted(Body):
    """What a UPS tells of itself can not be so; no doubts: it is believed again."""

    kind: ClassVar[str] = "power.doubted"
    level: ClassVar[int] = WARNING
    ups: str
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerTestStarted(Body):
    """A watched discharge test began; it ends at `minutes`, or where the charge falls to `floor_percent`."""

    kind: ClassVar[str] = "power.test_started"
    ups: str
    by: str
    minutes: int
    floor_percent: int
    commanded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerTestEnded(Body):
    """A discharge test ended.

    `outcome`: held (all of its minutes), low, floor, mains (back too early), no-discharge (nobody pulled the
    plug), sealed, unknown, cancelled or restarted.
    """

    kind: ClassVar[str] = "power.test_ended"
    level: ClassVar[int] = WARNING
    ups: str
    outcome: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerDrillStarted(Body):
    """Somebody pulls the mains plug of a UPS now, to prove its wiring and polarity."""

    kind: ClassVar[str] = "power.drill_started"
    ups: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerDrillEnded(Body):
    """The drill's `outcome`: passed, no-edge (nothing seen within 60 s), not-back or unknown."""

    kind: ClassVar[str] = "power.drill_ended"
    level: ClassVar[int] = WARNING
    ups: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryReplaced(Body):
    """A UPS has a new battery: what the old one proved is void."""

    kind: ClassVar[str] = "power.battery_replaced"
    level: ClassVar[int] = WARNING
    ups: str
    by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsSwapped(Body):
    """Another UPS stands in this one's place: what the old one proved is void."""

    kind: ClassVar[str] = "power.swapped"
    level: ClassVar[int] = WARNING
    ups: str
    by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingBegun(Body):
    """A battery is nearly empty by more than one sign: what hangs on it is brought to an orderly end."""

    kind: ClassVar[str] = "ending.begun"
    level: ClassVar[int] = CRITICAL
    ups: str
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingAgreed(Body):
    """The chief agreed that the servers on this UPS are stopped; from the first stop on it goes through."""

    kind: ClassVar[str] = "ending.agreed"
    level: ClassVar[int] = ERROR
    ups: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingCancelled(Body):
    """The end is off: the mains are back, or the box has started anew."""

    kind: ClassVar[str] = "ending.cancelled"
    level: ClassVar[int] = WARNING
    ups: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingRested(Body):
    """Last bundle made, or waited for long enough; disks synced: the box waits for the mains, or for the end."""

    kind: ClassVar[str] = "ending.rested"
    level: ClassVar[int] = ERROR
    ups: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingCut(Body):
    """The UPS was asked to cut its output and to come back with the mains; `box`: this box powers off."""

    kind: ClassVar[str] = "ending.cut"
    level: ClassVar[int] = CRITICAL
    ups: str
    box: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStopped(Body):
    """A server was asked to power off: `outcome` stopped, failed or timeout."""

    kind: ClassVar[str] = "server.stopped"
    level: ClassVar[int] = ERROR
    name: str
    outcome: str
    detail: str = ""
