"""When the bus is read: at a uevent at once, without one seldom, and where none can be heard again and again."""

import json
import logging
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.exam.usb.causes import KINDS_ITEMS, OWN_ITEMS
from appliance.watch import usb
from appliance.watch.usb import HEARTBEAT_S, PERIOD_S, SOON_S, UsbReader
from hw import usb_simulated
from tests.lab import umockdev
from tests.watch import usb_storm

ROOT = Path(__file__).resolve().parent.parent.parent
mocked = pytest.mark.skipif(bool(umockdev.missing()), reason=umockdev.missing() or "umockdev is there")


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A closed bus, nothing plugged in; no uevent tells of it."""
    usb_simulated.make_bus(tmp_path, authorized_default=0)
    return tmp_path


@contextmanager
def listening(world: Path, reconcile_s: float = 3600.0) -> Iterator[UsbReader]:
    """A reader that listens to this machine's kernel and reads the world; it has read once."""
    read = UsbReader(world, listen=True, reconcile_s=reconcile_s)
    try:
        assert read().unknown == ""
        yield read
    finally:
        read.close()


@contextmanager
def no_more_files() -> Iterator[None]:
    """Let no file or socket be opened by this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def taken_s(read: UsbReader) -> float:
    began_s = time.monotonic()
    read()
    return time.monotonic() - began_s


def test_a_simulated_world_is_read_at_each_call_without_waiting(world: Path) -> None:
    read = usb.reader(world)
    assert read.period_s == PERIOD_S
    assert read().devices == ()
    usb_simulated.plug(world, "1-1")
    assert [device.port for device in read().devices] == ["1-1"]
    assert taken_s(read) < PERIOD_S


def test_the_first_call_reads_at_once_and_the_next_wait_for_news_a_little_and_then_a_heartbeat(
    world: Path,
) -> None:
    read = UsbReader(world, listen=True)
    assert taken_s(read) < SOON_S
    assert SOON_S - 0.01 <= taken_s(read) < HEARTBEAT_S
    waits_s = [taken_s(read) for _ in range(4)]
    assert HEARTBEAT_S - 0.01 <= waits_s[-1] < 3 * HEARTBEAT_S
    read.close()


def test_without_a_uevent_what_was_read_last_is_given_again(world: Path) -> None:
    with listening(world) as read:
        usb_simulated.plug(world, "1-1")
        assert read().devices == ()


def test_everything_is_read_anew_after_a_while_whatever_the_uevents_said(world: Path) -> None:
    with listening(world, reconcile_s=0.2) as read:
        usb_simulated.plug(world, "1-1")
        assert taken_s(read) < HEARTBEAT_S
        assert [device.port for device in read().devices] == ["1-1"]


def test_a_controller_that_somebody_opens_is_seen_with_the_next_heartbeat(world: Path) -> None:
    """The kernel sends no uevent for it."""
    rule = world / "sys/bus/usb/devices/usb1/authorized_default"
    with listening(world) as read:
        assert read().closed
        rule.write_text("1\n")
        assert not read().closed
        rule.write_text("0\n")
        assert read().closed


def test_a_bus_that_cannot_be_read_is_unknown_until_it_can(world: Path) -> None:
    devices = world / "sys/bus/usb/devices"
    with listening(world) as read:
        devices.rename(devices.with_name("away"))
        assert "cannot be listed" in read().unknown
        devices.with_name("away").rename(devices)
        assert read().unknown == ""


def test_another_thread_ends_the_wait(world: Path) -> None:
    with listening(world) as read:
        threading.Timer(0.05, read.wake).start()
        assert taken_s(read) < HEARTBEAT_S - 0.1
    read.wake()
    read.close()


def test_where_the_kernel_cannot_be_listened_to_it_is_read_again_and_again_and_said_once(
    world: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    read = UsbReader(world, listen=True, reconcile_s=2.0)
    with no_more_files():
        for _ in range(3):
            assert read().unknown, "no file can be opened at all"
    usb_simulated.plug(world, "1-1")
    began_s = time.monotonic()
    assert [device.port for device in read().devices] == ["1-1"]
    assert time.monotonic() - began_s < 2 * PERIOD_S
    usb_simulated.unplug(world, "1-1")
    assert read().devices == ()
    while len(caplog.records) < 2:
        read()
    told = [record.getMessage() for record in caplog.records]
    assert "USB: read every 0.5 s instead" in told[0] and "when the kernel says so again" in told[1]
    read.close()


@mocked
def test_a_stick_is_a_durable_row_within_milliseconds_and_the_watch_ends_when_told() -> None:
    """Ten times what it takes on an idle machine, where p50 is below 2 ms and p99 below 10: a busy one is no fault."""
    argv = ["umockdev-wrapper", sys.executable, "-m", "tests.watch.usb_scene", "100"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-4_000:]
    told = json.loads(done.stdout)
    rows_ms = sorted(told["rows_ms"])
    assert len(rows_ms) == 100
    assert rows_ms[50] < 20 and rows_ms[98] < 100
    assert told["stopped_s"] < HEARTBEAT_S / 2


@pytest.mark.root
@pytest.mark.skipif(not usb_storm.possible(), reason="root and /sys/class/mem are needed")
@pytest.mark.parametrize("changing", [False, True], ids=["the same devices", "another device at each plug"])
def test_after_a_storm_of_plugs_with_overflows_the_guard_knows_what_is_there_and_the_record_is_not_flooded(
    changing: bool,
) -> None:
    """1,000 plugs and pulls at ten ports; 10,000 are in scripts/bench usb."""
    told = usb_storm.played(1000, changing=changing)
    assert told["overflows"] >= 2, "the kernel dropped nothing: no storm"
    assert told["wrong"] == 0 and told["equal_s"] < 1.0
    assert told["let_in"] == 0
    by_kind = told["by_kind"]
    changes = by_kind["usb.plugged"] + by_kind["usb.unplugged"]
    assert changes < 500, "rows of a port that changes all the time are kept apart"
    assert told["rows"] < 3 * changes
    if changing:
        assert told["items"] <= len(usb_storm.PORTS) * (OWN_ITEMS + KINDS_ITEMS + 1)
    else:
        assert told["items"] <= len(usb_storm.PORTS) * usb_storm.IDENTITIES
