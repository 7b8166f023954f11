"""Disks, interfaces, mounts and radios made of plain files, for the demo and for tests.

What takes something away here changes these files alone, never the machine that plays them.
"""

import os
import shutil
from pathlib import Path

from hw.disks import Disk, DiskStays
from hw.interfaces import InterfaceStaysUp
from hw.mounts import Mount, MountsError

CARD_SLOT = "platform/emmc2bus/fe340000.mmc/mmc_host/mmc0/mmc0:aaaa"
CARD_NIC_SLOT = "platform/scb/fd580000.ethernet"
UP, DOWN = "0x1003", "0x1002"


def make_board(root: Path) -> None:
    """Make a box's own: a card with the root file system, one wired interface, Wi-Fi and Bluetooth without radios.

    Raises OSError.
    """
    for name in ("sys/block", "sys/class/net", "sys/class/rfkill", "proc/1"):
        (root / name).mkdir(parents=True, exist_ok=True)
    add_disk(root, "mmcblk0", CARD_SLOT, number="179:0", serial="035344534b3332", model="SK32G", partitions=2)
    add_interface(root, "eth0", CARD_NIC_SLOT, mac="dc:a6:32:00:00:01")
    add_interface(root, "lo", "")
    _write(root / "proc/1/mountinfo", "")
    add_mount(root, "/", "/dev/mmcblk0p2", "ext4", number="179:2")
    add_mount(root, "/boot/firmware", "/dev/mmcblk0p1", "vfat", number="179:1")
    add_mount(root, "/proc", "proc", "proc", number="0:21")


def add_disk(
    root: Path,
    name: str,
    slot: str,
    *,
    number: str = "8:0",
    serial: str = "",
    model: str = "",
    size_bytes: int = 32_000_000_000,
    partitions: int = 0,
    backing: str = "",
) -> None:
    """Add a disk below `slot` (a path below /sys/devices; '' for one that software makes). Raises OSError."""
    directory = root / "sys/devices" / (f"{slot}/block" if slot else "virtual/block") / name
    major, _, minor = number.partition(":")
    _write(directory / "size", str(size_bytes // 512))
    _write(directory / "dev", number)
    _write(directory / "removable", "0")
    _write(directory / "serial", serial)
    for part in range(1, partitions + 1):
        _write(directory / f"{name}p{part}/partition", str(part))
        _write(directory / f"{name}p{part}/dev", f"{major}:{int(minor) + part}")
    if backing:
        _write(directory / "loop/backing_file", backing)
    if slot:
        _write(root / "sys/devices" / slot / "model", model)
        _link(directory / "device", root / "sys/devices" / slot)
    _link(root / "sys/block" / name, directory)


def remove_disk(root: Path, disk: Disk) -> None:
    """Take a disk away. Raises DiskStays."""
    try:
        directory = Path(os.path.realpath(root / "sys/block" / disk.name))
        (root / "sys/block" / disk.name).unlink()
        shutil.rmtree(directory)
    except OSError as error:
        raise DiskStays(f"{disk.name} cannot be taken away: {error}") from error


def add_interface(root: Path, name: str, slot: str, *, mac: str = "", up: bool = True) -> None:
    """Add an interface below `slot` (a path below /sys/devices; '' for one that software makes). Raises OSError."""
    directory = root / "sys/devices" / (f"{slot}/net" if slot else "virtual/net") / name
    _write(directory / "flags", UP if up else DOWN)
    _write(directory / "address", mac or "00:00:00:00:00:00")
    _write(directory / "addr_assign_type", "0")
    _write(directory / "dev_port", "0")
    if slot:
        _write(root / "sys/devices" / slot / "modalias", "of:Nethernet")
        _link(directory / "device", root / "sys/devices" / slot)
    _link(root / "sys/class/net" / name, directory)


def take_down(root: Path, name: str) -> None:
    """Take an interface down. Raises InterfaceStaysUp."""
    flags = root / "sys/class/net" / name / "flags"
    try:
        if flags.exists():
            _write(flags, DOWN)
    except OSError as error:
        raise InterfaceStaysUp(f"{name} cannot be taken down: {error.strerror}") from error


def add_mount(root: Path, point: str, source: str, fstype: str, *, number: str = "0:50") -> None:
    """Add a mount on top of all others. Raises OSError."""
    path = root / "proc/1/mountinfo"
    text = path.read_text(encoding="utf-8")
    escaped = point.replace("\\", "\\134").replace(" ", "\\040")
    line = f"{100 + text.count(chr(10))} 1 {number} / {escaped} rw,relatime shared:1 - {fstype} {source} rw\n"
    _write(path, (text + line).removesuffix("\n"))


def unmount(root: Path, mount: Mount) -> None:
    """Take a mount away. Raises MountsError."""
    path = root / "proc/1/mountinfo"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        _write(path, "\n".join(line for line in lines if not line.startswith(f"{mount.id} ")))
    except OSError as error:
        raise MountsError(f"{mount.point} cannot be unmounted: {error.strerror}") from error


def add_radio(root: Path, number: int, sort: str, *, on: bool = True) -> None:
    """Add a radio's switch; `sort` is wlan or bluetooth. Raises OSError."""
    directory = root / "sys/class/rfkill" / f"rfkill{number}"
    for name, text in (("type", sort), ("soft", "0" if on else "1"), ("hard", "0")):
        _write(directory / name, text)


def _write(path: Path, text: str) -> None:
    """Put a file in its place whole: a reader sees the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(f"{text}\n" if text else "", encoding="utf-8")
    os.replace(beside, path)


def _link(path: Path, target: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(os.path.relpath(target, path.parent))
