"""The block devices as the kernel shows them: what each is, where it hangs, and how one is taken away.

Source: Documentation/ABI/stable/sysfs-block, Documentation/ABI/testing/sysfs-block-device; drivers/scsi/scsi_sysfs.c
(`delete`), Documentation/driver-api/driver-model/binding.rst (`unbind`).
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from hw.outside_text import exact, harmless
from hw.topology import place_of
from hw.usb_sysfs import text_of

MAX_DISKS = 1_024
SECTOR_BYTES = 512  # the unit of `size`, whatever the disk's own sectors are
_NAME = re.compile(r"[A-Za-z0-9!_.-]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,6}:[0-9]{1,8}")
# The name's beginning, and what that is. Those of `VIRTUAL` are made by software of what another disk holds, of memory
# or of a network.
_SORTS = (
    ("sd", "scsi"), ("sr", "optical"), ("st", "tape"), ("mmcblk", "card"), ("nvme", "nvme"), ("vd", "virtio"),
    ("xvd", "xen"), ("fd", "floppy"), ("mtdblock", "flash"), ("loop", "loop"), ("ram", "ram"),
    ("zram", "zram"), ("dm-", "mapped"), ("md", "raid"), ("nbd", "nbd"), ("rbd", "rbd"), ("drbd", "drbd"),
)  # fmt: skip
VIRTUAL = frozenset({"loop", "ram", "zram", "mapped", "raid", "nbd", "rbd", "drbd"})


class DiskError(Exception):
    """The block devices cannot be looked at."""


class DiskStays(DiskError):
    """A disk that was to be taken away is still there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A block device, its partitions included.

    `numbers`: the device numbers (`8:1`) of disk and partitions; `names`: what they are called below /dev. `made_of`:
    of a mapped or RAID device the names below it; `backing` the path of a
    loop device's file, not to be shown. `virtual`: made by software.
    """

    name: str
    sort: str
    slot: str = ""
    usb_port: str = ""
    usb_face: str = ""
    model: str = ""
    serial: str = ""
    size_bytes: int = 0
    removable: bool = False
    virtual: bool = False
    numbers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    made_of: tuple[str, ...] = ()
    backing: str = ""


def disks(root: Path) -> tuple[Disk, ...]:
    """Give all block devices, by name; one that holds nothing because it is bound to nothing (`loop0`) is left out.

    One that goes away while it is read is left out. Raises DiskError where they cannot be listed: no list is not an
    empty list.
    """
    directory = root / "sys/block"
    try:
        names = sorted(os.listdir(directory))
    except OSError as error:
        raise DiskError(f"{directory} cannot be listed: {error.strerror}") from error
    if len(names) > MAX_DISKS:
        raise DiskError(f"{directory} lists {len(names)} disks, at most {MAX_DISKS} were expected")
    found = (_disk(root, name) for name in names if _NAME.fullmatch(name))
    return tuple(disk for disk in found if disk is not None)


def take_away(root: Path, disk: Disk) -> None:
    """Make the kernel forget a disk: its driver lets it go, nothing more is written to it.

    A SCSI disk is deleted; any other one is taken from the driver of the nearest device above it. It may take seconds
    where a disk does not answer. Raises DiskStays where it is still there afterwards, ValueError for one that is made
    by software.
    """
    if disk.virtual or not _NAME.fullmatch(disk.name):
        raise ValueError(f"{disk.name} cannot be taken away: it is no hardware")
    device = root / "sys/block" / disk.name / "device"
    try:
        if (device / "delete").exists():
            _write(device / "delete", "1")
        else:
            _unbind(device)
    except OSError as error:
        if (root / "sys/block" / disk.name).exists():
            raise DiskStays(f"{disk.name} cannot be taken away: {error.strerror}") from error
    if (root / "sys/block" / disk.name).exists():
        raise DiskStays(f"{disk.name} is still there")


def _unbind(device: Path) -> None:
    """Take the nearest device that has a driver from it: mmc and virtio are one above the disk, NVMe is two."""
    for above in (device, device / "device"):
        if (above / "driver/unbind").exists():
            _write(above / "driver/unbind", os.path.basename(os.path.realpath(above)))
            return
    if device.parent.exists():
        raise DiskStays(f"{device.parent.name} has no driver that could let it go")


def _write(path: Path, value: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, value.encode("ascii"))
    finally:
        os.close(descriptor)


def _disk(root: Path, name: str) -> Disk | None:
    directory = root / "sys/block" / name
    size = _whole(text_of(directory / "size"))
    number = text_of(directory / "dev")
    if size is None or number is None or not directory.exists():
        return None
    sort = _sort(name)
    virtual = sort in VIRTUAL or not (directory / "device").exists()
    if virtual and (size == 0 or sort == "ram"):
        return None
    place = place_of(os.path.realpath(directory), root=root)
    partitions = sorted(part for part in _listed(directory) if (directory / part / "partition").exists())
    numbers = (number, *(text_of(directory / part / "dev") or "" for part in partitions))
    mapped = text_of(directory / "dm/name")
    return Disk(
        name=name,
        sort=sort,
        slot=place.slot,
        usb_port=place.usb_port,
        usb_face=place.usb_face,
        model=_model(directory),
        serial=_serial(directory),
        size_bytes=size * SECTOR_BYTES,
        removable=text_of(directory / "removable") == "1",
        virtual=virtual,
        numbers=tuple(each for each in numbers if _NUMBER.fullmatch(each)),
        names=(name, *partitions, *((f"mapper/{harmless(mapped)}",) if mapped else ())),
        made_of=tuple(sorted(filter(_NAME.fullmatch, _listed(directory / "slaves")))),
        backing=text_of(directory / "loop/backing_file") or "",
    )


def _sort(name: str) -> str:
    return next((sort for start, sort in _SORTS if name.startswith(start)), "other")


def _model(directory: Path) -> str:
    maker, model = text_of(directory / "device/vendor"), text_of(directory / "device/model")
    model = model or text_of(directory / "device/name")
    # A PCI vendor's number says nothing to anybody.
    parts = [part.strip() for part in (maker, model) if part and not part.startswith("0x")]
    return harmless(" ".join(part for part in parts if part))


def _serial(directory: Path) -> str:
    """What tells this disk from one of the same make; '' where it tells nothing."""
    for name in (
        "device/serial",
        "serial",
        "device/cid",
        "wwid",
        "device/wwid",
        "dm/uuid",
        "loop/backing_file",
    ):
        text = text_of(directory / name)
        if text and text.strip():
            return exact(text.strip())
    return ""


def _listed(directory: Path) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []


def _whole(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,16}", text) else None
