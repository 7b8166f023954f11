"""What hangs on the box behind its ports: disks, network interfaces, mounts, and its radios."""

from dataclasses import dataclass
from typing import ClassVar

from appliance.events.body import WARNING, Body


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedAppeared(Body):
    """A disk, a network interface or a mount is there, or is another one now.

    `what`: disk, interface or mount. `name`: sda, eth1, a mount point. `sort`: what it is closer (scsi, card, loop;
    wired, wireless, software; disk, fuse, remote). `hardware`: no software made it. `slot` and `port`: where it hangs,
    `port` for a USB port and `face` for the interface of the device there (1.0). `serial`: a disk's, an interface's
    address, a mount's source. `on`: the disks below it, a mount's own first. `holds`: the places that the box needs and
    that are on it. `allowed`: as it was judged then.
    """

    kind: ClassVar[str] = "attached.appeared"
    level: ClassVar[int] = WARNING
    what: str
    name: str
    sort: str = ""
    hardware: bool = True
    slot: str = ""
    port: str = ""
    face: str = ""
    model: str = ""
    serial: str = ""
    size_bytes: int = 0
    on: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    allowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedGone(Body):
    """The disk, interface or mount is there no more; `serial` as in the row of its coming."""

    kind: ClassVar[str] = "attached.gone"
    what: str
    name: str
    serial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedUnknown(Body):
    """Disks, interfaces and mounts can not be read."""

    kind: ClassVar[str] = "attached.unknown"
    level: ClassVar[int] = WARNING
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedSeen(Body):
    """Disks, interfaces and mounts can be read (again); what is there stands in the rows before this one."""

    kind: ClassVar[str] = "attached.seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiosRead(Body):
    """Wi-Fi and Bluetooth of the box: each is off, on, none (there is no such radio) or unknown."""

    kind: ClassVar[str] = "radios.read"
    level: ClassVar[int] = WARNING
    wifi: str
    bluetooth: str
