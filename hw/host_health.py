"""How the machine itself is: temperature, supply, memory, wear of its disk, how long a write takes to be safe.

Everything is read from sysfs and /proc below `root`; what a machine does not tell is None, never a guess.
"""

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

VALUE_LIMIT_BYTES = 4096
THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
_HEX = re.compile(r"(?:0x)?([0-9a-f]{1,8})")
_INTERFACE = re.compile(r"[^/\s]{1,15}")  # IFNAMSIZ; no path
_LIFE = re.compile(r"0x([0-9a-f]{2}) 0x([0-9a-f]{2})")
_RESERVE = re.compile(r"0x([0-9a-f]{2})")
SOFTDOG = "Software Watchdog"
RESERVES = ("normal", "warning", "urgent")
PROBE = ".written"  # 4 KiB, written over again: how long the disk takes to say that they are safe
PROBE_BYTES, PROBES = 4096, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the machine tells of itself; None: it does not. `throttled`: slowed down by heat or a weak supply."""

    temperature_c: float | None = None
    under_voltage: bool | None = None
    throttled: bool | None = None
    memory_free_percent: float | None = None
    wear_percent: int | None = None
    reserve: str | None = None


def health(root: Path) -> Health:
    """Read all of it. Never raises: a file that is gone, unreadable or nonsense tells nothing."""
    firmware = _throttled_bits(root)
    return Health(
        temperature_c=temperature_c(root),
        under_voltage=_under_voltage(root, firmware),
        throttled=None if firmware is None else bool(firmware & 0b1110),
        memory_free_percent=memory_free_percent(root),
        wear_percent=wear_percent(root),
        reserve=reserve(root),
    )


def temperature_c(root: Path) -> float | None:
    """Give the hottest thermal zone in °C. Source: kernel, Documentation/driver-api/thermal/sysfs-api.rst: m°C."""
    found = []
    for zone in sorted((root / "sys/class/thermal").glob("thermal_zone*")):
        value = _number(zone / "temp")
        if value is not None and -40_000 <= value <= 200_000:
            found.append(value / 1000)
    return max(found, default=None)


def memory_free_percent(root: Path) -> float | None:
    """Give what can still be used of the memory, 0…100. Source: proc_meminfo(5), MemAvailable."""
    told: dict[str, int] = {}
    for line in (_text(root / "proc/meminfo") or "").splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if name in ("MemTotal", "MemAvailable") and words and words[0].isdecimal():
            told[name] = int(words[0][:15])
    total, free = told.get("MemTotal"), told.get("MemAvailable")
    if not total or free is None or free > total:
        return None
    return 100.0 * free / total


def wear_percent(root: Path) -> int | None:
    """Give how much of its life the most worn eMMC has behind it, in steps of 10; SD cards do not tell.

    Source: JEDEC eMMC 5.0, DEVICE_LIFE_TIME_EST_TYP: 0x01 0–10 % … 0x0a 90–100 %, 0x0b beyond; 0 not told.
    """
    found = []
    for disk in sorted((root / "sys/block").glob("mmcblk[0-9]")):
        match = _LIFE.fullmatch((_text(disk / "device/life_time") or "").strip().lower())
        if match:
            steps = max(int(match[1], 16), int(match[2], 16))
            if 1 <= steps <= 0x0B:
                found.append(10 * steps)
    return max(found, default=None)


def reserve(root: Path) -> str | None:
    """Give how much of its spare blocks the worst eMMC has left: normal, warning (80 % used), urgent (90 %).

    Source: JEDEC eMMC 5.0, PRE_EOL_INFO: 1, 2, 3; 0 not told.
    """
    found = []
    for disk in sorted((root / "sys/block").glob("mmcblk[0-9]")):
        match = _RESERVE.fullmatch((_text(disk / "device/pre_eol_info") or "").strip().lower())
        if match and 1 <= (told := int(match[1], 16)) <= len(RESERVES):
            found.append(told)
    return RESERVES[max(found) - 1] if found else None


def rtc_present(root: Path) -> bool:
    """Tell whether there is a clock that goes on without power."""
    return (root / "sys/class/rtc/rtc0").exists()


def watchdog(root: Path) -> str:
    """Tell `active` where a hardware watchdog is open and fed, `inactive`, `none`, or '' where that is not told.

    The kernel's own, softdog, is none: it hangs with the kernel. Source: kernel, Documentation/ABI/testing/
    sysfs-class-watchdog, `state`: active restarts a box that hangs; drivers/watchdog/softdog.c, `identity`.
    """
    directory = root / "sys/class/watchdog"
    if not directory.is_dir():
        return ""
    found = [each for each in sorted(directory.glob("watchdog[0-9]*")) if _line(each / "identity") != SOFTDOG]
    states = [_line(each / "state") for each in found]
    if not states:
        return "none"
    told = [state for state in ("active", "inactive") if state in states]
    return told[0] if told else ""


def speed_mbps(root: Path, interface: str) -> int | None:
    """Give the speed of an interface in Mbit/s, 0 without a link; None where it does not tell (a bridge, a modem).

    Source: kernel, Documentation/ABI/testing/sysfs-class-net: `carrier`, `speed`, -1 for unknown.
    """
    if not _INTERFACE.fullmatch(interface) or interface in (".", ".."):
        return None
    directory = root / "sys/class/net" / interface
    if (_text(directory / "operstate") or "").strip() in ("down", "lowerlayerdown"):
        return 0
    speed = _number(directory / "speed")
    return speed if speed is not None and 0 < speed <= 1_000_000 else None


def write_s(directory: Path) -> float | None:
    """Write 4 KiB and give the seconds until the disk says that they are safe; None where it refuses.

    The quickest of three: one that waits for somebody else's writes says nothing of the disk.
    """
    path = directory / PROBE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            return min(_safe_after_s(descriptor) for _ in range(PROBES))
        finally:
            os.close(descriptor)
    except OSError:
        return None


def _safe_after_s(descriptor: int) -> float:
    os.pwrite(descriptor, bytes(PROBE_BYTES), 0)
    begun_s = time.monotonic()
    os.fsync(descriptor)
    return time.monotonic() - begun_s


def _under_voltage(root: Path, firmware: int | None) -> bool | None:
    """The Raspberry Pi's own alarm (hwmon `rpi_volt`), else its firmware's bit 0."""
    for monitor in sorted((root / "sys/class/hwmon").glob("hwmon*")):
        if (_text(monitor / "name") or "").strip() == "rpi_volt":
            value = _number(monitor / "in0_lcrit_alarm")
            return None if value is None else value == 1
    return None if firmware is None else bool(firmware & 1)


def _throttled_bits(root: Path) -> int | None:
    """The firmware's word: bit 0 under-voltage, 1 frequency capped, 2 throttled, 3 soft temperature limit, now.

    Source: Raspberry Pi documentation, `vcgencmd get_throttled`; bits 16–19 say the same of any time since the boot.
    """
    match = _HEX.fullmatch((_text(root / THROTTLED) or "").strip().lower())
    return int(match[1], 16) if match else None


def _line(path: Path) -> str:
    return (_text(path) or "").strip()


def _number(path: Path) -> int | None:
    text = (_text(path) or "").strip()
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text, re.ASCII) else None


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(VALUE_LIMIT_BYTES).decode("ascii", "replace")
    except OSError:
        return None
