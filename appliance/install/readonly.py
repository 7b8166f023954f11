"""A root that is only read (overlayroot), with the record on a partition of its own. Only where it is asked for.

Done here: the two files that ask for it, once the partition and the package are there. Not done: no disk is divided,
nothing is formatted, no record is moved, and the journal of systemd ends with each boot; the record does not.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from appliance.install import EXIT_NOT_PERMITTED, EXIT_UNAVAILABLE, EXIT_USAGE, InstallError, disk, files
from appliance.install.files import Change

OVERLAY: Final = "/etc/overlayroot.conf"
FSTAB: Final = "/etc/fstab"
STATE: Final = "/var/lib/venue-appliance"
PACKAGE: Final = "overlayroot"
MARK: Final = "# venue-appliance: the record's own partition. By the installer.\n"
_DEVICE = re.compile(
    r"(LABEL|UUID|PARTUUID|PARTLABEL)=[A-Za-z0-9._-]{1,64}|/dev/[A-Za-z0-9/._-]{1,100}", re.ASCII
)
# The box boots without it, closed; its guard writes nothing elsewhere, says so and goes on once the disk is there.
_OPTIONS = "defaults,noatime,nofail,x-systemd.device-timeout=30s,x-systemd.before=venue-guard.service"
_LOWER = "/media/root-ro"
_SCRIPT = "/usr/share/initramfs-tools/scripts/init-bottom/overlayroot"


def check(root: Path, device: str) -> None:
    """Passes where the record can lie on the device from the next boot on. Raises InstallError."""
    if not _DEVICE.fullmatch(device) or ".." in device:
        raise InstallError(f"{device!r}: LABEL=NAME, UUID=…, PARTUUID=… or /dev/… was expected", EXIT_USAGE)
    kind, _, value = device.partition("=")
    path = f"/dev/disk/by-{kind.lower()}/{value}" if value else device
    if not (root / path.lstrip("/")).exists():
        raise InstallError(
            f"{device}: there is no such partition; it is made and formatted by hand", EXIT_UNAVAILABLE
        )
    disk.refuse_record_on_usb(root, path)
    log = root / f"{STATE.lstrip('/')}/log"
    if log.is_dir() and any(log.iterdir()) and f" {STATE} " not in _mounts(root):
        raise InstallError(
            f"{STATE} holds a record already: move it to {device} and mount that there, then again",
            EXIT_NOT_PERMITTED,
        )


def changes(root: Path, device: str) -> Iterator[Change]:
    """The two files; none where no device was asked for."""
    if not device:
        return
    there = files.content_of(root / FSTAB.lstrip("/")) or b""
    if f" {STATE} ".encode() not in there:
        line = f"{MARK}{device} {STATE} auto {_OPTIONS} 0 2\n".encode()
        there += (b"" if not there or there.endswith(b"\n") else b"\n") + line
    yield Change(path=FSTAB, content=there)
    yield Change(
        path=OVERLAY, content=b'# By the installer of venue-appliance.\noverlayroot="tmpfs:recurse=0"\n'
    )


def without_line(content: bytes) -> bytes:
    """An fstab that somebody changed since, without our line."""
    return re.sub(re.escape(MARK.encode()) + rb"[^\n]*\n?", b"", content)


def refuse_on_overlay(root: Path) -> None:
    """Raises InstallError where the root is only read: whatever is changed is gone with the boot."""
    if f" {_LOWER} " in _mounts(root):
        raise InstallError(
            "the root is only read: start once with overlayroot=disabled on the kernel's command line, then again",
            EXIT_NOT_PERMITTED,
        )


def refuse_without_package(device: str) -> None:
    """Raises InstallError where a root that is only read was asked for and nothing here can make one."""
    if device and not Path(_SCRIPT).exists():
        raise InstallError(f"{PACKAGE} is not installed: apt install {PACKAGE}", EXIT_UNAVAILABLE)


def _mounts(root: Path) -> str:
    return (files.content_of(root / "proc/mounts") or b"").decode("utf-8", "replace")
