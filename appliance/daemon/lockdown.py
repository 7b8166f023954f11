"""lockdown.conf beside the configuration: what it must say, how it differs, and how it is put in its place."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from appliance.config import DEFAULT_PATH, lockdown, of_os
from appliance.daemon.settings import Settings, grant_of
from appliance.daemon.settings import warnings as asked
from appliance.events.plan import NOBODY
from appliance.exam.usb.boot import boot_devices
from appliance.finding import Finding
from appliance.watch.lockdown import reader

KERNEL_DENIES: Final = b"usbcore.authorized_default=0"
# What shows whose boot it is, and the file of it that must say so. Raspberry Pi; GRUB.
KERNEL_LINES: Final = {
    "boot/firmware/cmdline.txt": "boot/firmware/cmdline.txt",
    "etc/default/grub": "etc/default/grub.d/venue-appliance.cfg",
}


def path_of(settings: Settings) -> Path:
    """Where the file stands: in the configuration's directory."""
    return settings.path.with_name(lockdown.NAME)


def text(settings: Settings) -> str:
    """The file as the configuration and the board ask for it."""
    devices = boot_devices(settings.plan)
    left_out = [f"{device.port} {device.id}" for device in devices if grant_of(device) is None]
    return lockdown.text(settings.plan.usb_boot, left_out)


def changes(settings: Settings) -> list[str]:
    """What `put` would change, as a unified difference by lines; empty where the file is as it must be.

    Of a box that is nobody's it is as it is: its boot goes by the mark only where no such file stands. Raises OSError
    where there is a file that cannot be read.
    """
    if is_nobodys(settings):
        return []
    path = path_of(settings)
    try:
        there = path.read_bytes().decode("ascii", errors="replace").splitlines()
    except FileNotFoundError:
        there = []
    wanted = text(settings).splitlines()
    return list(difflib.unified_diff(there, wanted, str(path), f"{path} (new)", lineterm=""))


def put(settings: Settings) -> None:
    """Put the file in its place, whole and on the disk. Raises OSError, the old one as it was."""
    lockdown.replace(path_of(settings), text(settings))


def is_due(settings: Settings) -> bool:
    """Whether the box is somebody's by now, and the mark that lets it start open is still there."""
    return settings.config.venue.code != NOBODY and _mark(settings).exists()


def is_nobodys(settings: Settings) -> bool:
    """Whether the box is nobody's yet: by the mark it starts open, and a file of ours would end that."""
    return settings.config.venue.code == NOBODY and _mark(settings).exists()


def close_from_next_boot(settings: Settings) -> None:
    """Takes the mark away. Raises OSError."""
    _mark(settings).unlink(missing_ok=True)
    lockdown.settle(settings.path.parent)


def _mark(settings: Settings) -> Path:
    return settings.path.with_name(lockdown.UNCONFIGURED)


def warnings(settings: Settings) -> list[Finding]:
    """What the configuration asks for and will surprise somebody, and what lockdown.conf makes of it."""
    return [*asked(settings), *_open(settings), *_kernel(settings), *_differing(settings)]


def _open(settings: Settings) -> Iterator[Finding]:
    """That the box is somebody's and starts open all the same: the configuration was written, and not applied."""
    if is_due(settings):
        reason = "it may leave USB and the line open at a boot: venue config apply takes it away"
        yield Finding(str(_mark(settings)), "starts_open", reason)


def _kernel(settings: Settings) -> Iterator[Finding]:
    if settings.path == DEFAULT_PATH and settings.config.usb.enforce and (line := kernel_line(Path("/"))):
        yield line


def kernel_line(root: Path) -> Finding | None:
    """Why the kernel of the next boot lets in what hangs on USB until venue-lockdown runs; None where it denies it.

    So it is where a removal by the installer was broken off: it puts the kernel's command line back first.
    """
    for asks, told in KERNEL_LINES.items():
        if (root / asks).is_file():
            try:
                text = (root / told).read_bytes()
            except FileNotFoundError:
                text = b""
            except OSError as error:
                return of_os(Path(f"/{told}"), error)
            if KERNEL_DENIES in text:
                return None
            words = KERNEL_DENIES.decode()
            return Finding(f"/{told}", "kernel_open", f"does not say {words}: venue-install", words=words)
    return None  # neither a Raspberry Pi nor GRUB: nobody writes that line here


def _differing(settings: Settings) -> Iterator[Finding]:
    """How what is let in at boot differs from what the list says; by what is granted, not by how it is written."""
    plan = settings.plan
    if plan.simulated or not (plan.usb or plan.usb_boot):  # the boot denies all else, whatever the guard does
        return
    if is_nobodys(settings):
        return
    path, reading = path_of(settings), reader(path_of(settings))()
    if reading.unreadable:
        reason = f"{reading.unreadable}: what is let in at boot can not be told"
        yield Finding(str(path), "boot_untold", reason)
        return
    for grant in plan.usb_boot:
        if grant not in reading.grants:
            reason = f"{grant} is listed and not let in at boot: venue config apply"
            yield Finding(path.name, "boot_lacks", reason, grant=grant)
    for grant in reading.grants:
        if grant not in plan.usb_boot:
            reason = f"{grant} is let in at boot and not listed: venue config apply"
            yield Finding(path.name, "boot_has_more", reason, grant=grant)
    for line in reading.faults:
        yield Finding(path.name, "boot_odd", "not understood, grants nothing: venue config apply", repr(line))
