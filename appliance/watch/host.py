"""Reads the box itself: its disk, and what vouches for its clock."""

from collections.abc import Callable
from pathlib import Path

from appliance.command import CommandError, run
from appliance.events.readings import ClockReading, DiskReading
from hw.host import disk_free_bytes, disk_free_percent, kernel_clock_synchronised

DISK_PERIOD_S = 10.0
CLOCK_PERIOD_S = 10.0
BOOTED = "run/systemd/system"  # sd_booted(3): there only where systemd is the init
TIMEDATECTL = "usr/bin/timedatectl"
ASK_S = 4.0  # under the 5 s after which an instrument counts as silent


def disk_reader(state_dir: Path) -> Callable[[], DiskReading]:
    """A function that gives the free space of the state directory's disk."""

    def read() -> DiskReading:
        return DiskReading(free_percent=disk_free_percent(state_dir), free_bytes=disk_free_bytes(state_dir))

    return read


def clock_reader(source: str, root: Path) -> Callable[[], ClockReading]:
    """A function that says whether `source` (rtc, none, ntp:ADDRESS) vouches for the wall clock."""

    def read() -> ClockReading:
        if source == "rtc":
            found = (root / "sys/class/rtc/rtc0").exists()
            return ClockReading(trusted=found, reason="rtc" if found else "no-rtc")
        if source.startswith("ntp:"):
            synchronised = disciplined(root)
            return ClockReading(trusted=synchronised, reason="ntp" if synchronised else "not-synchronised")
        return ClockReading(trusted=False, reason="no-source")

    return read


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
