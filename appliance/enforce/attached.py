"""Takes away what must not hang on the box: unmounts, lets disks go, takes interfaces down, switches radios off.

Each thing is looked for by the word that stands for it: what has taken its name meanwhile is left alone.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from appliance.command import CommandError, run
from appliance.exam.posture import NotHeld, NotYet, attached_token
from hw import attached_simulated
from hw.disks import Disk, DiskError, disks, take_away
from hw.interfaces import Interface, InterfaceError, interfaces, take_down
from hw.mounts import Mount, MountsError, mounts
from hw.radios import RadioError, switch_off

Holder = Callable[[str], None]
T = TypeVar("T")
UNMOUNTED_WITHIN_S = 10.0
DISK_TRIES = 3
SYSTEMCTL, UMOUNT = "/usr/bin/systemctl", "/usr/bin/umount"
UNIT = "venue-unmount@{id}.service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What really takes something away; each raises its room's error, `unmount` also CommandError."""

    remove: Callable[[Disk], None]
    down: Callable[[str], None]
    unmount: Callable[[Mount], None]


def hands_of(root: Path) -> Hands:
    """Those of this machine, or, where `root` is a simulated world, of its files alone."""
    if root == Path("/"):
        return Hands(remove=partial(take_away, root), down=take_down, unmount=unmount)
    return Hands(
        remove=partial(attached_simulated.remove_disk, root),
        down=partial(attached_simulated.take_down, root),
        unmount=partial(attached_simulated.unmount, root),
    )


def disks_holder(root: Path, hands: Hands) -> Holder:
    """A function that takes disks away (`remove TOKEN…`). One that does not answer may take long.

    Twice it only comes back (NotYet): a disk whose USB device is being closed at the same moment refuses, and is gone
    the next time.
    """
    tries: dict[str, int] = {}

    def hold(want: str) -> None:
        found = _named(want, _read(lambda: disks(root)), _disk_token)
        tries_now = {token: tries.get(token, 0) + 1 for token in map(_disk_token, found)}
        tries.clear()
        tries.update(tries_now)
        try:
            _all(partial(hands.remove, disk) for disk in found)
        except NotHeld as error:
            if max(tries.values()) < DISK_TRIES:
                raise NotYet(str(error)) from error
            raise

    return hold


def interfaces_holder(root: Path, hands: Hands) -> Holder:
    """A function that takes interfaces down (`down TOKEN…`)."""

    def hold(want: str) -> None:
        found = _named(want, _read(lambda: interfaces(root)), _interface_token)
        _all(partial(hands.down, card.name) for card in found)

    return hold


def mounts_holder(root: Path, hands: Hands, *, mono_s: Callable[[], float] = time.monotonic) -> Holder:
    """A function that unmounts (`unmount TOKEN…`), what lies on top first.

    It only asks for it and comes back (NotYet) until it is seen to be gone; after `UNMOUNTED_WITHIN_S` it is not held.
    """
    asked_s: dict[int, float] = {}

    def hold(want: str) -> None:
        found = _named(want, _read(lambda: mounts(root)), _mount_token)[::-1]
        late = [
            mount.point for mount in found if mono_s() - asked_s.get(mount.id, mono_s()) > UNMOUNTED_WITHIN_S
        ]
        new = [mount for mount in found if mount.id not in asked_s]
        for known in set(asked_s) - {mount.id for mount in found if mount.point not in late}:
            del asked_s[known]
        _all(partial(hands.unmount, mount) for mount in new)
        if late:
            raise NotHeld(f"still mounted: {', '.join(late)}")
        asked_s.update({mount.id: mono_s() for mount in new})
        left = _named(want, _read(lambda: mounts(root)), _mount_token)
        if left:
            raise NotYet(f"being unmounted: {', '.join(mount.point for mount in left)}")

    return hold


def radios_holder(root: Path) -> Holder:
    """A function that switches radios off (`block wifi bluetooth`); it never switches one on."""

    def hold(want: str) -> None:
        level, *kinds = want.split(" ")
        if level == "block":
            _all(partial(switch_off, root, kind) for kind in kinds)

    return hold


def unmount(mount: Mount) -> None:
    """Have a mount taken away for the whole machine: by systemd, for the guard may live in mounts of its own.

    Without systemd a child does it. Raises CommandError.
    """
    if Path("/run/systemd/system").is_dir():
        run((SYSTEMCTL, "start", "--no-block", "--", UNIT.format(id=mount.id)), timeout_s=5)
    else:
        run((UMOUNT, "--lazy", "--no-canonicalize", "--", mount.path), timeout_s=10)


def _read(look: Callable[[], tuple[T, ...]]) -> tuple[T, ...]:
    try:
        return look()
    except (DiskError, InterfaceError, MountsError) as error:
        raise NotHeld(str(error)) from error


def _named(want: str, there: Iterable[T], token: Callable[[T], str]) -> list[T]:
    words = set(want.split(" ")[1:])
    return [thing for thing in there if words and token(thing) in words]


def _all(acts: Iterable[Callable[[], None]]) -> None:
    """Does all of them, whatever one of them says; then says it."""
    faults = []
    for act in acts:
        try:
            act()
        except (DiskError, InterfaceError, MountsError, RadioError, CommandError) as error:
            faults.append(str(error))
    if faults:
        raise NotHeld("; ".join(faults))


def _disk_token(disk: Disk) -> str:
    return attached_token(
        what="disk", name=disk.name, place=(disk.slot, disk.usb_port), model=disk.model, serial=disk.serial
    )


def _interface_token(card: Interface) -> str:
    slot = f"{card.slot}#{card.port}" if card.slot else ""
    serial = card.mac if card.hardware else ""
    return attached_token(
        what="interface", name=card.name, place=(slot, card.usb_port), model=card.model, serial=serial
    )


def _mount_token(mount: Mount) -> str:
    return attached_token(
        what="mount", name=mount.point, place=("", ""), model=mount.fstype, serial=mount.source
    )
