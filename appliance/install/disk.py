"""On what the system itself lies: a box that starts from USB would not start again once USB is denied."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from appliance.install import EXIT_UNAVAILABLE, InstallError, files

# What the boot does not come through without.
NEEDED: Final = ("/", "/boot", "/boot/efi", "/boot/firmware", "/usr", "/var")
_ON_USB = re.compile(r"/usb[0-9]+/")
_MOUNTS = "proc/self/mountinfo"
_DEEPEST = 8  # of a volume on a volume


def refuse_on_usb(root: Path) -> None:
    """Raises InstallError where the boot needs a disk on USB: the kernel would deny it, and find no system.

    Source: proc_pid_mountinfo(5); Documentation/ABI/testing/sysfs-dev and sysfs-block (`slaves`).
    """
    for place, device in _mounted(root):
        if place in NEEDED and any(_ON_USB.search(str(path)) for path in _disks(device, _DEEPEST)):
            raise InstallError(
                f"{place} lies on a USB disk, which the box would deny itself at its next start: put the system on an "
                "SD card, eMMC or NVMe first",
                EXIT_UNAVAILABLE,
            )


def refuse_record_on_usb(root: Path, device: str) -> None:
    """Raises InstallError where the partition for the record, a path in /dev, lies on a USB disk."""
    name = (root / device.lstrip("/")).resolve().name
    if any(_ON_USB.search(str(path)) for path in _disks(root / "sys/class/block" / name, _DEEPEST)):
        raise InstallError(
            f"{device} lies on a USB disk, which the box would deny itself at its next start: the record would be gone "
            "with each boot. Take a partition of the SD card, eMMC or NVMe",
            EXIT_UNAVAILABLE,
        )


def _mounted(root: Path) -> Iterator[tuple[str, Path]]:
    """Each mount point with its device in sysfs, by number and by name: btrfs shows a number that is no disk's."""
    text = (files.content_of(root / _MOUNTS) or b"").decode("utf-8", "replace")
    for line in text.splitlines():
        words, _, behind = line.partition(" - ")
        fields, source = words.split(" "), behind.split(" ")[1:2]
        if len(fields) < 6:
            continue
        yield fields[4], root / "sys/dev/block" / fields[2]
        if source and source[0].startswith("/dev/"):
            name = (root / source[0].lstrip("/")).resolve().name
            yield fields[4], root / "sys/class/block" / name


def _disks(device: Path, deepest: int) -> Iterator[Path]:
    """Where in sysfs the device really is, and those that it is made of (device mapper, RAID)."""
    if not deepest or not device.exists():
        return
    yield (there := device.resolve())
    if (there / "slaves").is_dir():
        for below in (there / "slaves").iterdir():
            yield from _disks(below, deepest - 1)
