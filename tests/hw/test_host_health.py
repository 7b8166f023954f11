"""How the machine itself is, from made-up sysfs and /proc: what is not told, or is nonsense, is None."""

import random
from pathlib import Path

import pytest

from hw.chrony_tracking import OLD_S, offset_s
from hw.host_health import THROTTLED, Health, health, rtc_present, speed_mbps, watchdog, write_s


def put(root: Path, path: str, text: str | bytes) -> None:
    there = root / path
    there.parent.mkdir(parents=True, exist_ok=True)
    there.write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.fixture
def pi(tmp_path: Path) -> Path:
    """A Raspberry Pi as its kernel shows it."""
    put(tmp_path, "sys/class/thermal/thermal_zone0/temp", "48312\n")
    put(tmp_path, "sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
    put(tmp_path, "sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    put(tmp_path, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", "0\n")
    put(tmp_path, THROTTLED, "0\n")
    put(tmp_path, "proc/meminfo", "MemTotal:    4000000 kB\nMemFree:  100 kB\nMemAvailable:  1000000 kB\n")
    put(tmp_path, "sys/block/mmcblk0/device/life_time", "0x02 0x01\n")
    put(tmp_path, "sys/block/mmcblk0/device/pre_eol_info", "0x01\n")
    return tmp_path


def test_a_board_that_is_well_says_so(pi: Path) -> None:
    assert health(pi) == Health(
        temperature_c=48.312, under_voltage=False, throttled=False, memory_free_percent=25.0, wear_percent=20,
        reserve="normal",
    )  # fmt: skip
    assert rtc_present(pi) is False
    put(pi, "sys/class/rtc/rtc0/name", "rpi-rtc\n")
    assert rtc_present(pi) is True


@pytest.mark.parametrize(
    ("word", "under", "slowed"),
    [("0x1", True, False), ("50005", True, True), ("0x8", False, True), ("0x50000", False, False)],
)
def test_the_firmwares_word_tells_what_is_now_and_not_what_once_was(
    pi: Path, word: str, under: bool, slowed: bool
) -> None:
    (pi / "sys/class/hwmon/hwmon1/name").write_text("other\n")
    put(pi, THROTTLED, word + "\n")
    assert (health(pi).under_voltage, health(pi).throttled) == (under, slowed)


def test_a_machine_that_tells_nothing_is_unknown_and_no_error(tmp_path: Path) -> None:
    assert health(tmp_path) == Health()


def test_nonsense_tells_nothing(pi: Path) -> None:
    put(pi, "sys/class/thermal/thermal_zone0/temp", "999999999999\n")
    put(pi, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", "yes\n")
    put(pi, THROTTLED, "none\n")
    put(pi, "proc/meminfo", "MemTotal: 1 kB\nMemAvailable: 2 kB\n")
    put(pi, "sys/block/mmcblk0/device/life_time", "0x00 0xff\n")
    put(pi, "sys/block/mmcblk0/device/pre_eol_info", "0x04\n")
    assert health(pi) == Health()


@pytest.mark.parametrize(("told", "reserve"), [("0x00", None), ("0x02", "warning"), ("0x03", "urgent"), ("3", None)])
def test_the_worst_disks_spare_blocks_are_told(pi: Path, told: str, reserve: str | None) -> None:
    (pi / "sys/block/mmcblk0/device/pre_eol_info").unlink()
    put(pi, "sys/block/mmcblk1/device/pre_eol_info", f"{told}\n")
    assert health(pi).reserve == reserve


MEASURED_S = 1790000000.123
# As chronyd 4.3 says it.
TRACKING = (
    b"C0A80001,10.0.0.1,3,1790000000.123,0.002345678,-0.000012,0.000100,-12.3,0.001,0.05,0.0012,0.0003,64.2,Normal\n"
)


@pytest.mark.parametrize(
    ("line", "offset"),
    [
        (TRACKING, 0.002345678), (TRACKING.replace(b",0.0023", b",-3.0023"), 3.002345678), (b"", None),
        (b"506 Cannot talk to daemon\n", None), (TRACKING.replace(b"C0A80001", b"7F7F0101"), None),
        (TRACKING.replace(b"Normal", b"Not synchronised"), None), (TRACKING.replace(b"0.002345678", b"nan"), None),
        (TRACKING + b"1", None), (TRACKING * 20, None),
    ],
)  # fmt: skip
def test_an_offset_is_told_only_to_a_clock_that_is_followed(line: bytes, offset: float | None) -> None:
    assert offset_s(line, MEASURED_S) == offset


def test_an_offset_that_was_measured_long_ago_says_nothing() -> None:
    for age_s, told in ((0, True), (1024, True), (OLD_S - 1, True), (OLD_S + 1, False), (-OLD_S - 1, False)):
        assert (offset_s(TRACKING, MEASURED_S + age_s) is not None) is told, "chronyd goes on telling its last one"


def test_no_line_of_chronyd_breaks_it() -> None:
    chance = random.Random(9)
    for _ in range(2000):
        line = bytearray(TRACKING)
        for _ in range(chance.randrange(1, 6)):
            line[chance.randrange(len(line))] = chance.randrange(256)
        told = offset_s(bytes(line), MEASURED_S)
        assert told is None or 0 <= told < 10**13


def test_no_bytes_break_it(pi: Path) -> None:
    chance = random.Random(8)
    files = [path for path in pi.rglob("*") if path.is_file()]
    for _ in range(400):
        chance.choice(files).write_bytes(chance.randbytes(chance.randrange(64)))
        told = health(pi)
        assert told.temperature_c is None or -40 <= told.temperature_c <= 200
        assert told.memory_free_percent is None or 0 <= told.memory_free_percent <= 100
        assert told.wear_percent is None or 10 <= told.wear_percent <= 110


def test_a_write_is_timed_and_a_disk_that_refuses_gives_none(tmp_path: Path) -> None:
    took_s = write_s(tmp_path)
    assert took_s is not None and took_s > 0
    assert write_s(tmp_path / "nowhere") is None
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (tmp_path / ".written").unlink()
    (tmp_path / ".written").symlink_to(outside)
    assert write_s(tmp_path) is None and outside.read_text() == "mine", "it follows no link"


def test_a_watchdog_counts_only_while_somebody_feeds_it(pi: Path) -> None:
    assert watchdog(pi) == ""
    (pi / "sys/class/watchdog").mkdir()
    assert watchdog(pi) == "none"
    put(pi, "sys/class/watchdog/watchdog2/state", "active\n")
    put(pi, "sys/class/watchdog/watchdog2/identity", "Software Watchdog\n")
    assert watchdog(pi) == "none", "a kernel that hangs takes it along"
    put(pi, "sys/class/watchdog/watchdog0/state", "inactive\n")
    put(pi, "sys/class/watchdog/watchdog0/identity", "Broadcom BCM2835 Watchdog timer\n")
    assert watchdog(pi) == "inactive"
    put(pi, "sys/class/watchdog/watchdog1/state", "active\n")
    assert watchdog(pi) == "active"
    for number in (0, 1):
        put(pi, f"sys/class/watchdog/watchdog{number}/state", b"\xff\x00")
    assert watchdog(pi) == ""


def test_the_lines_port_tells_its_speed_and_a_cable_that_is_out(pi: Path) -> None:
    put(pi, "sys/class/net/eth0/operstate", "up\n")
    put(pi, "sys/class/net/eth0/speed", "1000\n")
    assert speed_mbps(pi, "eth0") == 1000
    put(pi, "sys/class/net/eth0/operstate", "down\n")
    assert speed_mbps(pi, "eth0") == 0
    put(pi, "sys/class/net/wwan0/operstate", "up\n")
    put(pi, "sys/class/net/wwan0/speed", "-1\n")
    for name in ("wwan0", "", "..", "../../etc", "none", "x" * 40):
        assert speed_mbps(pi, name) is None
