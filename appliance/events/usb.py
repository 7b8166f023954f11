"""Who let a USB device in, and when that was over."""

from dataclasses import dataclass
from typing import ClassVar

from appliance.events.body import WARNING, Body


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbGranted(Body):
    """This very device may be used at this very port for `minutes`. `chief` is empty where one person was enough.

    `how`: grant (two people while sealed), keyboard (a replacement, one person) or ups (another UPS in its
    place, one person). `part`: the kind that alone was let in of it, `only` the interfaces that are of it; both empty
    where it is the whole device.
    """

    kind: ClassVar[str] = "usb.granted"
    level: ClassVar[int] = WARNING
    port: str
    id: str
    minutes: int
    technician: str
    reason: str
    how: str = "grant"
    chief: str = ""
    serial: str = ""
    interfaces: tuple[str, ...] = ()
    sha256: str = ""
    name: str = ""
    part: str = ""
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbRevoked(Body):
    """A grant is over: `why` expired, pulled, restarted or person (then `by` says who)."""

    kind: ClassVar[str] = "usb.revoked"
    level: ClassVar[int] = WARNING
    port: str
    id: str
    why: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbBootRead(Body):
    """What lockdown.conf lets in before the guard runs, beside the configuration: `agrees`, or how it does not.

    `missing` it ought to let in and does not, `extra` it lets in and ought not to, `faults` are lines that are not
    understood; `unreadable` says why nobody could look.
    """

    kind: ClassVar[str] = "usb.boot"
    level: ClassVar[int] = WARNING
    agrees: bool
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    unreadable: str = ""
