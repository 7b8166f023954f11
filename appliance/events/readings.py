"""What instruments tell, many times a second: levels in memory, most of which are never recorded."""

from dataclasses import dataclass
from datetime import datetime

from appliance.events.bodies import AttachedAppeared, PowerRead, PowerUnknown, RadiosRead, UsbPlugged


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbReading:
    """All that is plugged in; `closed` whether the kernel denies new devices; `unknown` why it can not be read."""

    devices: tuple[UsbPlugged, ...] = ()
    closed: bool = False
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BootReading:
    """What lockdown.conf lets in before the guard runs; `faults` are its lines that grant nothing."""

    grants: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    unreadable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedReading:
    """All disks, interfaces and mounts; `up` names the interfaces that are up; `unknown` why it can not be read."""

    items: tuple[AttachedAppeared, ...] = ()
    up: frozenset[str] = frozenset()
    radios: RadiosRead = RadiosRead(wifi="unknown", bluetooth="unknown")
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallReading:
    """Whether the line's rules are as they were loaded: `digest` names them, '' while nothing was.

    `drift`: what somebody else changed, each in a few words. `moved`: the clock was set, and windows end at another
    moment than the kernel ends them. `unknown`: why nothing can be told. `foreign`: tables of other programs that hook
    into the packets' way now; `removed`: those that were removed since this start of the guard, and how often.
    """

    digest: str = ""
    drift: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    removed: tuple[tuple[str, int], ...] = ()
    moved: bool = False
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsReading:
    """The ids of all seats that are there; `unknown` why that can not be told."""

    present: frozenset[str] = frozenset()
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskReading:
    """Free space of the state directory's disk."""

    free_percent: float
    free_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HostReading:
    """How the box itself is; None: it does not tell. `write_s`: until 4 KiB were safe on the disk, seconds.

    `reserve`: of the disk's spare blocks: normal, warning, urgent. `clock_offset_s`: to the clocks that it follows.
    """

    temperature_c: float | None = None
    under_voltage: bool | None = None
    throttled: bool | None = None
    memory_free_percent: float | None = None
    write_s: float | None = None
    wear_percent: int | None = None
    rtc: bool = False
    watchdog: str = ""
    line_mbps: int | None = None
    reserve: str | None = None
    clock_offset_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptsReading:
    """How many receipts came over the line and were not looked at yet; when the province asked last, and how long after
    the time before; None where that was not seen."""

    waiting: int
    asked_at: datetime | None = None
    every_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """Whether anything vouches for the wall clock, and what."""

    trusted: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelRead:
    """How often the panel's button was pressed since the guard opened it; None where nobody knows."""

    presses: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Somebody said that `ip` is theirs; `port` is the interface they were last heard at, '' where nobody knows."""

    mac: str
    ip: str
    port: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A machine offers what only a listed one may: `what` dhcp-server or router-advertisement."""

    what: str
    mac: str
    ip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceReading:
    """Everybody heard in the exam network not long ago; `unknown` why that can not be told.

    `doubled`: addresses that several machines said were theirs, with those MACs.
    """

    hosts: tuple[Host, ...] = ()
    offers: tuple[Offered, ...] = ()
    doubled: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What the rules dropped of one machine and one kind (number): the kernel's counter, and where one went."""

    mac: str
    number: int
    packets: int
    ip: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReading:
    """Everything the rules dropped so far, by machine and kind; `lost`: first packets nobody was told of."""

    rows: tuple[Dropped, ...] = ()
    lost: int = 0
    unknown: str = ""


Reading = (
    PowerRead
    | PowerUnknown
    | UsbReading
    | BootReading
    | AttachedReading
    | FirewallReading
    | SeatsReading
    | DiskReading
    | HostReading
    | ReceiptsReading
    | ClockReading
    | PanelRead
    | PresenceReading
    | LedgerReading
)
