"""Reads the box itself: its disk, and what vouches for its clock."""

import time
from collections.abc import Callable
from pathlib import Path

from appliance.command import CommandError, run
from appliance.events.readings import ClockReading, DiskReading, HostReading
from hw import chrony_tracking, host_health
from hw.host import disk_free_bytes, disk_free_percent, kernel_clock_synchronised

DISK_PERIOD_S = 10.0
CLOCK_PERIOD_S = 10.0
HEALTH_PERIOD_S = 10.0
WRITE_PERIOD_S = 600.0
OFFSET_PERIOD_S = 60.0
BOOTED = "run/systemd/system"  # sd_booted(3): there only where systemd is the init
TIMEDATECTL = "usr/bin/timedatectl"
CHRONYC = "usr/bin/chronyc"
OFFSET_ASK_S = 2.0
ASK_S = 4.0  # under the 5 s after which an instrument counts as silent


def disk_reader(state_dir: Path) -> Callable[[], DiskReading]:
    """A function that gives the free space of the state directory's disk."""

    def read() -> DiskReading:
        return DiskReading(free_percent=disk_free_percent(state_dir), free_bytes=disk_free_bytes(state_dir))

    return read


def health_reader(
    state_dir: Path, root: Path, mono_s: Callable[[], float] = time.monotonic, *, uplink: str = ""
) -> Callable[[], HostReading]:
    """A function that tells how the box itself is; its disk is asked to write every ten minutes, for cards wear,
    chronyd once a minute how far the clock is off.

    `uplink` is the interface towards the line, '' for none that is known.
    """
    written: dict[str, float] = {}
    off: dict[str, float | None] = {}

    def read() -> HostReading:
        told, now_s = host_health.health(root), mono_s()
        if not written or now_s - written["at_s"] >= WRITE_PERIOD_S:
            took_s = host_health.write_s(state_dir)
            written.clear()
            written.update({"at_s": now_s} | ({} if took_s is None else {"took_s": took_s}))
        at_s = off.get("at_s")
        if at_s is None or now_s - at_s >= OFFSET_PERIOD_S:
            off.update({"at_s": now_s, "offset_s": clock_offset_s(root)})
        return HostReading(
            temperature_c=told.temperature_c,
            under_voltage=told.under_voltage,
            throttled=told.throttled,
            memory_free_percent=told.memory_free_percent,
            write_s=written.get("took_s"),
            wear_percent=told.wear_percent,
            rtc=host_health.rtc_present(root),
            watchdog=host_health.watchdog(root),
            line_mbps=host_health.speed_mbps(root, uplink),
            reserve=told.reserve,
            clock_offset_s=off.get("offset_s"),
        )

    return read


def clock_reader(source: str, root: Path) -> Callable[[], ClockReading]:
    """A function that says whether `source` (rtc, none, ntp:ADDRESS) vouches for the wall clock."""

    def read() -> ClockReading:
        if source == "rtc":
            found = host_health.rtc_present(root)
            return ClockReading(trusted=found, reason="rtc" if found else "no-rtc")
        if source.startswith("ntp:"):
            synchronised = disciplined(root)
            return ClockReading(trusted=synchronised, reason="ntp" if synchronised else "not-synchronised")
        return ClockReading(trusted=False, reason="no-source")

    return read


def clock_offset_s(root: Path) -> float | None:
    """How far the clock is off from those that chronyd follows, in seconds; None where it runs not, follows none, or
    measured none for an hour.

    Over loopback, without name service: chronyd's own socket is not the guard's to write to.
    """
    argv = (str(root / CHRONYC), "-c", "-n", "-h", "127.0.0.1", "tracking")
    try:
        return chrony_tracking.offset_s(run(argv, timeout_s=OFFSET_ASK_S, check=False).stdout, time.time())
    except CommandError:
        return None


def disciplined(root: Path) -> bool:
    """Whether something holds the kernel's clock to others' (chronyd, timesyncd). What can not be asked is not.

    Under systemd its timedated is asked: adjtimex(2) is forbidden to the guard with all that sets a clock.
    """
    if not (root / BOOTED).is_dir():
        return kernel_clock_synchronised()
    argv = (str(root / TIMEDATECTL), "show", "--property=NTPSynchronized", "--value")
    try:
        return run(argv, timeout_s=ASK_S).stdout.strip() == b"yes"
    except CommandError:
        return False
