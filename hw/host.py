"""The machine itself: room on its disks and the memory of a process."""

import ctypes
import os
from pathlib import Path


class HostError(Exception):
    """A measure of this machine cannot be taken."""


def disk_free_bytes(path: Path) -> int:
    """Give what an ordinary user can still write to the file system of `path`. Raises HostError."""
    disk = _statvfs(path)
    return disk.f_bavail * disk.f_frsize


def disk_free_percent(path: Path) -> float:
    """Give the free share of what an ordinary user could use at all, 0…100, as `df` counts it. Raises
    HostError.

    The blocks reserved for root count neither as free nor as usable.
    """
    disk = _statvfs(path)
    usable = disk.f_blocks - disk.f_bfree + disk.f_bavail
    return 100.0 * disk.f_bavail / usable if usable > 0 else 0.0


def rss_bytes(pid: int, *, root: Path = Path("/")) -> int:
    """Give the resident memory of a process. Raises HostError, its having ended included.

    Source: proc_pid_statm(5), second field, in pages.
    """
    path = root / f"proc/{pid}/statm"
    try:
        return int(path.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError as error:
        raise HostError(f"{path}: {error.strerror}") from error
    except (ValueError, IndexError) as error:
        raise HostError(f"{path} does not hold a process's memory: {error}") from error


def _statvfs(path: Path) -> os.statvfs_result:
    try:
        return os.statvfs(path)
    except OSError as error:
        raise HostError(f"{path}: {error.strerror}") from error


def kernel_clock_synchronised() -> bool:
    """Tell whether the kernel holds its clock for synchronised (by chrony, timesyncd or ntpd).

    Source: adjtimex(2): TIME_ERROR (5) means that nothing disciplines the clock. `modes` 0 only reads;
    256 bytes are more than any struct timex.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(256)
    return int(libc.adjtimex(buffer)) not in (-1, 5)
