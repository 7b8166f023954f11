"""Reads what hangs on the box behind its ports: disks, network interfaces, mounts; and whether its radios are off.

On the box the kernel's uevents say when to look at once. A mount makes none, nor does a link that goes up: these are
looked at with each heartbeat, and everything where one of them changed. All of it takes two milliseconds.
"""

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from appliance.events.bodies import AttachedAppeared, RadiosRead
from appliance.events.readings import AttachedReading
from appliance.watch.ear import Ear
from hw.disks import Disk, DiskError, disks
from hw.interfaces import Interface, InterfaceError, flags_of_all, interfaces
from hw.mounts import Mount, MountsError, mounts, told
from hw.radios import RadioError, radios
from hw.usb_uevents import Uevents

PERIOD_S = 2.0  # where nothing says when to look
LISTENING_PERIOD_S = 0.001
HEARTBEAT_S = 0.9
RECONCILE_S = 10.0  # everything is read anew at least so often, whatever was told
AGAIN_S = 10.0  # so often it is tried again to listen
SUBSYSTEMS = ("block", "net", "rfkill", "bluetooth", "ieee80211")
# What the box itself stands on, besides what its configuration names.
SYSTEM_PLACES = (Path("/"), Path("/boot"), Path("/boot/firmware"), Path("/usr"), Path("/var"), Path("/run"))

SYSTEM = Path("/")


def reader(root: Path, needed: Iterable[Path]) -> "AttachedReader":
    """What reads the trees under `root`; it listens where that is the system's own. `needed`: see `AttachedReader`."""
    return AttachedReader(root, needed, listen=root == SYSTEM)


class AttachedReader:
    """Called, it gives all that hangs on the box. To be called every `period_s`.

    One that listens waits first for a uevent, at most `HEARTBEAT_S`; its first call reads at once. `needed` are the
    places that the box must never lose: what they are on is told with them. Calls and `close` belong to one thread,
    `wake` to all others.
    """

    def __init__(self, root: Path, needed: Iterable[Path], *, listen: bool) -> None:
        self.period_s = LISTENING_PERIOD_S if listen else PERIOD_S
        self._root, self._listen = root, listen
        self._asked = (*SYSTEM_PLACES, *needed)
        self._needed: tuple[str, ...] = ()
        self._ear = Ear("disks and interfaces", _listening, period_s=PERIOD_S, again_s=AGAIN_S)
        self._read_s = float("-inf")
        self._last = AttachedReading(unknown="not read yet")
        self._silent: object = None  # what changes without a uevent, as it was when all was read

    def __call__(self) -> AttachedReading:
        """Give all as it is. Raises nothing: what cannot be read is unknown, with its reason."""
        quiet = self._listen and self._ear.wait(HEARTBEAT_S, looked_s=self._read_s) == "quiet"
        silent = _silent(self._root) if self._listen else None
        if quiet and silent is not None and silent == self._silent and not self._due():
            return self._last
        # Here and once: behind a link may be a server that does not answer, and only this thread may wait for it.
        self._needed = self._needed or tuple(dict.fromkeys(map(os.path.realpath, self._asked)))
        self._read_s, self._silent = time.monotonic(), silent
        self._last = _reading(self._root, self._needed)
        return self._last

    def wake(self) -> None:
        """Make the call under way, or else the next one, come back without waiting."""
        self._ear.wake()

    def close(self) -> None:
        """Listen no more."""
        self._ear.close()

    def _due(self) -> bool:
        return bool(self._last.unknown) or time.monotonic() - self._read_s >= RECONCILE_S


def _listening() -> Uevents:
    return Uevents(subsystems=SUBSYSTEMS)


def _silent(root: Path) -> object:
    """What changes without a uevent: mounts, and whether links are up. None where it cannot be read."""
    try:
        return told(root), flags_of_all(root)
    except (MountsError, InterfaceError):
        return None


def _reading(root: Path, needed: tuple[str, ...]) -> AttachedReading:
    try:
        found, cards, mounted, radio = disks(root), interfaces(root), mounts(root), radios(root)
    except (DiskError, InterfaceError, MountsError, RadioError) as error:
        return AttachedReading(unknown=str(error))
    below = _Below(found, mounted)
    held = {path: below.mounts_of(path) for path in needed}
    items = [
        _disk(disk, [path for path, its in held.items() if disk.name in below.of_mounts(its)])
        for disk in found
    ]
    # One that software made and that is down leads nowhere: the kernel makes some of them by itself.
    items += [_interface(card) for card in cards if card.hardware or card.up]
    items += {
        (item.name, item.serial): item
        for item in (
            _mount(mount, below.of_mounts((mount,)), [path for path, its in held.items() if mount in its])
            for mount in mounted
            if mount.sort != "kernel"
        )
    }.values()
    return AttachedReading(
        items=tuple(items),
        up=frozenset(card.name for card in cards if card.up),
        radios=RadiosRead(wifi=radio.wifi, bluetooth=radio.bluetooth),
    )


class _Below:
    """Which disks a mount is on, and which mounts a path is on."""

    def __init__(self, found: Iterable[Disk], mounted: tuple[Mount, ...]) -> None:
        self._disks = {disk.name: disk for disk in found}
        self._by_number = {number: disk for disk in self._disks.values() for number in disk.numbers}
        self._by_name = {name: disk for disk in self._disks.values() for name in disk.names}
        self._mounts = mounted

    def mounts_of(self, path: str) -> tuple[Mount, ...]:
        """The mounts that a path is on: all that lie at the longest mount point above it."""
        above = [mount for mount in self._mounts if _is_below(path, mount.path)]
        longest = max((len(mount.path) for mount in above), default=0)
        return tuple(mount for mount in above if len(mount.path) == longest)

    def of_mounts(self, found: Iterable[Mount]) -> tuple[str, ...]:
        """The disks that mounts are on, and those below these; a mount's own first."""
        names: dict[str, None] = {}
        waiting = [disk for mount in found if (disk := self._own(mount)) is not None]
        while waiting:
            disk = waiting.pop(0)
            if disk.name not in names:
                names[disk.name] = None
                waiting += self._under(disk)
        return tuple(names)

    def _own(self, mount: Mount) -> Disk | None:
        by_name = (
            self._by_name.get(mount.source.removeprefix("/dev/"))
            if mount.source.startswith("/dev/")
            else None
        )
        return self._by_number.get(mount.number) or by_name

    def _under(self, disk: Disk) -> Iterator[Disk]:
        for name in disk.made_of:
            if name in self._by_name:
                yield self._by_name[name]
        if disk.backing.startswith("/"):
            for mount in self.mounts_of(disk.backing):
                if (own := self._own(mount)) is not None:
                    yield own


def _is_below(path: str, point: str) -> bool:
    return point == "/" or path == point or path.startswith(f"{point}/")


def _disk(disk: Disk, holds: list[str]) -> AttachedAppeared:
    return AttachedAppeared(
        what="disk",
        name=disk.name,
        sort=disk.sort,
        hardware=not disk.virtual,
        slot=disk.slot,
        port=disk.usb_port,
        face=disk.usb_face,
        model=disk.model,
        serial=disk.serial,
        size_bytes=disk.size_bytes,
        holds=tuple(holds),
    )


def _interface(card: Interface) -> AttachedAppeared:
    return AttachedAppeared(
        what="interface",
        name=card.name,
        sort="wireless" if card.wireless else "wired" if card.hardware else "software",
        hardware=card.hardware,
        slot=f"{card.slot}#{card.port}" if card.slot else "",
        port=card.usb_port,
        face=card.usb_face,
        model=card.model,
        serial=card.mac if card.hardware else "",
    )


def _mount(mount: Mount, on: tuple[str, ...], holds: list[str]) -> AttachedAppeared:
    return AttachedAppeared(
        what="mount",
        name=mount.point,
        sort=mount.sort,
        hardware=False,
        model=mount.fstype,
        serial=mount.source,
        on=on,
        holds=tuple(holds),
    )
