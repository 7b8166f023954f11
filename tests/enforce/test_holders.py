"""The enforcers make it so, read it back, and say what they could not."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from appliance.enforce import usb
from appliance.enforce.job import BackupJobs
from appliance.events.bodies import BackupFailed
from appliance.exam.posture import BackupWanted, NotHeld, usb_token
from hw import usb_simulated
from hw.usb import authorized_default, devices_directory, scan
from tests.fakes.wait import wait_for

WANTED = BackupWanted(newer_than_seq=7, stage="final", sitting="am", reason="finished")
HEAD = (7, "ab" * 32)
# Parameters of the kernel that read 0 and that nobody, root neither, can write.
ZEROS = [
    path
    for path in sorted(Path("/sys/module").glob("c*/parameters/off"))
    if path.stat().st_mode & 0o777 == 0o444 and path.read_text() == "0\n"
]


def tokens(root: Path, *ports: str) -> str:
    """The level that lets the devices at these ports in."""
    told = [
        usb_token(
            port=d.port,
            identity=(d.vendor_product, d.serial),
            interfaces=d.interfaces,
            sha256=d.descriptors_sha256,
        )
        for d in scan(root)
        if d.port in ports
    ]
    return " ".join(["deny", *told])


def state(root: Path) -> dict[str, bool]:
    return {device.port: device.authorized for device in scan(root)}


def test_denying_holds_twice_and_takes_away_what_was_let_in_before(tmp_path: Path) -> None:
    usb_simulated.make_bus(tmp_path)
    usb_simulated.plug(tmp_path, "1-3", product="USB hub")
    assert state(tmp_path) == {"1-3": True}
    hold = usb.holder(tmp_path)
    hold("deny")
    hold("deny")
    assert authorized_default(tmp_path) == {"usb1": 0} and state(tmp_path) == {"1-3": False}


def test_closing_takes_nothing_away_and_lets_nothing_new_in(tmp_path: Path) -> None:
    usb_simulated.make_bus(tmp_path)
    usb_simulated.plug(tmp_path, "1-1", vendor_product="051d:0002")
    usb.holder(tmp_path)("close")
    usb_simulated.plug(tmp_path, "1-2")
    assert state(tmp_path) == {"1-1": True, "1-2": False}


def test_only_the_named_devices_at_their_own_ports_are_let_in(tmp_path: Path) -> None:
    usb_simulated.make_bus(tmp_path, authorized_default=0)
    for port, serial in (("1-1", "A"), ("1-2", "B"), ("1-3", "A")):
        usb_simulated.plug(tmp_path, port, vendor_product="051d:0002", serial=serial)
    usb.holder(tmp_path)(tokens(tmp_path, "1-1"))
    assert state(tmp_path) == {"1-1": True, "1-2": False, "1-3": False}


def test_another_device_in_a_named_ones_place_is_not_let_in(tmp_path: Path) -> None:
    usb_simulated.make_bus(tmp_path, authorized_default=0)
    usb_simulated.plug(tmp_path, "1-1", vendor_product="051d:0002", serial="A", interfaces=("03:00:00",))
    want = tokens(tmp_path, "1-1")
    usb_simulated.unplug(tmp_path, "1-1")
    usb_simulated.plug(tmp_path, "1-1", vendor_product="051d:0002", serial="A", interfaces=("03:01:01",))
    usb.holder(tmp_path)(want)
    assert state(tmp_path) == {"1-1": False}, "the same id and serial, and a keyboard"


def test_one_port_that_can_not_be_closed_keeps_no_other_open(tmp_path: Path) -> None:
    usb_simulated.make_bus(tmp_path)
    for port in ("1-1", "1-2", "1-3"):
        usb_simulated.plug(tmp_path, port)
    stuck = devices_directory(tmp_path) / "1-2" / "authorized"
    stuck.unlink()
    stuck.mkdir()
    with pytest.raises(NotHeld, match="1-2"):
        usb.holder(tmp_path)("deny")
    assert [state(tmp_path)[port] for port in ("1-1", "1-3")] == [False, False]


def test_of_a_device_that_may_be_used_in_part_only_that_gets_a_driver(tmp_path: Path) -> None:
    usb_simulated.make_bus(tmp_path)
    usb_simulated.plug(tmp_path, "1-1", interfaces=("03:00:00", "03:01:01"))
    hold = usb.holder(tmp_path)
    hold(tokens(tmp_path, "1-1") + "/1.0")
    (device,) = scan(tmp_path)
    assert (device.authorized, device.held_back) == (True, ("1.1",))
    hold(tokens(tmp_path, "1-1"))
    assert scan(tmp_path)[0].held_back == ()


def test_a_hub_that_is_closed_takes_all_that_hangs_on_it_and_that_is_no_failure(tmp_path: Path) -> None:
    """On the real bus the devices behind it go while their own turn comes."""
    usb_simulated.make_bus(tmp_path)
    usb_simulated.plug(tmp_path, "1-1", vendor_product="05e3:0608", interfaces=("09:00:00",))
    for port in ("1-1.1", "1-1.2"):
        usb_simulated.plug(tmp_path, port)
        authorized = devices_directory(tmp_path) / port / "authorized"
        authorized.unlink()
        os.mkfifo(authorized)  # who writes to it waits until somebody reads: `_hub_goes`
    kernel = threading.Thread(target=_hub_goes, args=(tmp_path,))
    kernel.start()
    usb.holder(tmp_path)("deny")
    kernel.join()
    assert state(tmp_path) == {"1-1": False}


def _hub_goes(root: Path) -> None:
    """What the kernel does once a hub is taken away: the devices behind it are gone, whoever was writing to them."""
    devices = devices_directory(root)
    wait_for(lambda: (devices / "1-1" / "authorized").read_text() == "0", every_s=0.001)
    pipes = []
    for port in ("1-1.1", "1-1.2"):
        (devices / port).rename(devices / f".gone-{port}")
        pipes.append(os.open(devices / f".gone-{port}" / "authorized", os.O_RDONLY | os.O_NONBLOCK))
    for pipe in pipes:
        os.close(pipe)


def test_leaving_a_bus_leaves_it(tmp_path: Path) -> None:
    usb_simulated.make_bus(tmp_path, authorized_default=1)
    usb.holder(tmp_path)("leave")
    assert authorized_default(tmp_path) == {"usb1": 1}


def jobs(tmp_path: Path, code: str, failed: list[BackupFailed]) -> BackupJobs:
    return BackupJobs(
        argv=(sys.executable, "-c", code), request=tmp_path / "request.json", report=failed.append
    )


def test_only_one_job_runs_at_a_time_and_the_next_may_follow(tmp_path: Path) -> None:
    failed: list[BackupFailed] = []
    runner = jobs(tmp_path, "import sys, time; time.sleep(0.5)", failed)
    assert runner.start(WANTED, HEAD, "closing") is True
    assert runner.start(WANTED, HEAD, "closing") is False
    wait_for(lambda: runner.start(WANTED, HEAD, "closing"))
    runner.stop()
    assert '"stage": "final"' in (tmp_path / "request.json").read_text()


def test_a_job_that_ends_badly_is_reported_with_its_last_line(tmp_path: Path) -> None:
    failed: list[BackupFailed] = []
    code = "import sys; print('one', file=sys.stderr); print('no such source', file=sys.stderr); sys.exit(1)"
    jobs(tmp_path, code, failed).start(WANTED, HEAD, "closing")
    wait_for(lambda: failed)
    assert failed[0].reason == "no such source"


def test_a_job_that_finds_the_outbox_held_has_not_failed_and_is_tried_again_later(tmp_path: Path) -> None:
    """After a SIGKILL the last guard's job may still be sealing: the record must not call that a failure."""
    failed: list[BackupFailed] = []
    runner = jobs(
        tmp_path, "import sys; print('another backup is running', file=sys.stderr); sys.exit(75)", failed
    )
    began_s = time.monotonic()
    runner.start(WANTED, HEAD, "closing")
    wait_for(lambda: runner.start(WANTED, HEAD, "closing"))
    assert time.monotonic() - began_s >= 2, "not as fast as it can"
    runner.stop()
    assert failed == []


@pytest.mark.parametrize("code", ["pass", "import sys; sys.exit(2)"])
def test_what_a_job_said_itself_good_or_bad_is_not_said_again(tmp_path: Path, code: str) -> None:
    failed: list[BackupFailed] = []
    jobs(tmp_path, code, failed).start(WANTED, HEAD, "closing")
    wait_for(lambda: "backup job" not in [thread.name for thread in threading.enumerate()])
    assert failed == []


def test_a_program_that_is_not_there_is_an_error_at_once(tmp_path: Path) -> None:
    runner = BackupJobs(argv=("/nowhere/venue",), request=tmp_path / "request.json", report=lambda body: None)
    with pytest.raises(OSError, match="/nowhere/venue"):
        runner.start(WANTED, HEAD, "closing")


@pytest.mark.skipif(not ZEROS, reason="no file of the kernel's that reads 0 and takes nothing else")
def test_interfaces_that_stay_held_back_are_told_and_keep_nothing_from_being_closed(tmp_path: Path) -> None:
    usb_simulated.make_bus(tmp_path)
    usb_simulated.plug(tmp_path, "1-1")
    held = devices_directory(tmp_path) / "usb1" / "interface_authorized_default"
    held.unlink()
    held.symlink_to(ZEROS[0])
    with pytest.raises(NotHeld, match="interface_authorized_default"):
        usb.holder(tmp_path)("deny")
    assert state(tmp_path) == {"1-1": False}
