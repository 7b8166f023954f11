"""What instruments read."""

from dataclasses import dataclass
from typing import ClassVar

from appliance.events.body import DEBUG, WARNING, Body


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRead(Body):
    """A UPS's reading worth keeping: a change of state, beyond the dead band, or 1 Hz in an outage.

    `testing`: the UPS tests its own battery. `absurd`: variables that it told and that can not be.
    """

    kind: ClassVar[str] = "power.read"
    level: ClassVar[int] = DEBUG
    ups: str
    status: tuple[str, ...]
    charge_percent: float | None = None
    runtime_s: float | None = None
    load_percent: float | None = None
    battery_v: float | None = None
    input_v: float | None = None
    testing: bool = False
    absurd: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerUnknown(Body):
    """A UPS no longer answers believably; `reason` is the driver's word for why."""

    kind: ClassVar[str] = "power.unknown"
    level: ClassVar[int] = WARNING
    ups: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbPlugged(Body):
    """A USB device appeared at `port`; `allowed` as it was judged then, `authorized` by the kernel.

    `kinds`: all that it is known to be. `sha256` is that of its descriptors; `fault` says why they lie. `faces`: its
    interfaces, each with its kinds (`1.0=hid`); `held_back`: those that no driver may take though it is let in.
    """

    kind: ClassVar[str] = "usb.plugged"
    level: ClassVar[int] = WARNING
    port: str
    id: str
    name: str = ""
    serial: str = ""
    interfaces: tuple[str, ...] = ()
    allowed: bool = False
    authorized: bool = False
    kinds: tuple[str, ...] = ()
    sha256: str = ""
    fault: str = ""
    faces: tuple[str, ...] = ()
    held_back: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbUnplugged(Body):
    """The device at `port` is gone."""

    kind: ClassVar[str] = "usb.unplugged"
    port: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbUnknown(Body):
    """The USB bus can not be read."""

    kind: ClassVar[str] = "usb.unknown"
    level: ClassVar[int] = WARNING
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbSeen(Body):
    """The USB bus can be read (again)."""

    kind: ClassVar[str] = "usb.seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsRead(Body):
    """Seats (ids) that came and went since the last such row; the first one after a start lists all."""

    kind: ClassVar[str] = "seats.read"
    arrived: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsUnknown(Body):
    """Presence of seats can not be read."""

    kind: ClassVar[str] = "seats.unknown"
    level: ClassVar[int] = WARNING
    reason: str
