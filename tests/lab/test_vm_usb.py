"""USB on a real kernel: nothing that is plugged in becomes a disk, a network interface or a keyboard.

What the kernel makes of a device, be it for a moment, is a uevent of block, net or input: a listener in the guest
writes each one down. VENUE_VM_LONG=1 (a quarter of an hour) plugs 300 times: 80 while the guard runs, 100 after it was
killed, 120 in ten boots.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from tests.lab.vm import Vm
from tests.lab.vm_box import GRANTED_PORT, STICK, Box

pytestmark = [pytest.mark.vm, pytest.mark.slow]

T = TypeVar("T")
LONG = os.environ.get("VENUE_VM_LONG", "0") not in ("", "0")
PLUGS, PLUGS_WITHOUT_GUARD, BOOTS = (80, 100, 10) if LONG else (30, 21, 1)
DENIED = "usbcore.authorized_default=0"
PINS = {"chief": "2580", "technician": "1470"}
GRANT = {
    "port": GRANTED_PORT,
    "id": STICK,
    "minutes": 1,
    "reason": "论文",
    "chief": "王主考",
    "technician": "张工",
}
# What the kernel says when one of them has got its driver.
SAID = ("USB Mass Storage device detected", "cdc_ether", "input: QEMU")
KINDS = {
    "usb-storage": "storage",
    "usb-uas": "storage",
    "usb-net": "network",
    "usb-mtp": "phone",
    "usb-kbd": "keyboard",
    "usb-mouse": "pointer",
    "usb-hub": "hub",
    "usb-audio": "audio",
    "usb-ccid": "smartcard",
}


@pytest.fixture(scope="module")
def box(make_vm: Callable[[], Vm]) -> Iterator[Box]:
    """A box whose kernel denies nothing by itself, a stick in it since before the boot. One story, test by test."""
    machine = make_vm()
    machine.start()
    machine.usb.plug_stick("early", port="1", serial="EARLY", size_mb=1)
    machine.usb.plug("usb-hub", "hub", port="12")
    machine.usb.plug("usb-kbd", "behind", port="12.1")
    machine.go()
    machine.await_booted()
    yield Box(machine)


def test_the_control_without_our_deny_the_kernel_makes_a_disk_an_interface_and_an_input(box: Box) -> None:
    """And the listener hears of each: without it, hearing nothing later would prove nothing."""
    box.vm.await_true("ls -d /sys/block/sd*")
    box.listen()
    for driver, made in (("usb-storage", "(block)"), ("usb-net", "(net)"), ("usb-kbd", "(input)")):
        name = box.plug(driver, "3")
        box.await_(lambda made=made: any(made in line for line in box.made()), made)  # type: ignore[misc]
        box.unplug(name, "3")
    assert _told_by_kernel(box) == list(SAID)
    box.install()


def test_systemd_and_udev_find_no_fault_in_unit_and_rules(box: Box) -> None:
    done = box.vm.sh("systemd-analyze verify venue-lockdown.service 2>&1", timeout_s=120)
    assert (done.code, done.stdout) == (0, "")
    box.vm.out("udevadm verify /etc/udev/rules.d/10-venue-usb.rules")
    exposure = box.vm.out(
        "systemd-analyze security --offline=yes --threshold=20 /etc/systemd/system/venue-lockdown.service | tail -n 1",
        timeout_s=120,
    )
    assert "OK" in exposure


def test_what_was_in_before_the_guard_started_is_taken_away(box: Box) -> None:
    assert box.disks()
    box.start_guard()
    box.vm.await_true("! ls -d /sys/block/sd*")
    assert box.vm.out("cat /sys/bus/usb/devices/2-1/authorized") == "0\n"
    assert box.defaults() == ["0", "0"]
    plugged = [row["body"] for row in box.rows("usb.plugged") if row["body"]["port"] == "2-1"]
    assert [body["serial"] for body in plugged] == ["EARLY"] * len(plugged) and plugged
    box.vm.await_true("! ls -d /sys/bus/usb/devices/1-12.1")
    assert box.vm.out("cat /sys/bus/usb/devices/1-12/authorized") == "0\n"
    assert box.rows("posture.failed") == [], "what hung on the hub went with it, which is no failure"
    box.listen()


@pytest.mark.parametrize("driver", KINDS)
def test_nothing_is_made_of_a_device_and_its_row_names_its_kind(box: Box, driver: str) -> None:
    name = box.plug(driver, "3")

    def rows() -> list[dict[str, Any]]:
        bodies = [row["body"] for row in box.rows("usb.plugged")]
        return [body for body in bodies if body["port"][1:] == "-3" and KINDS[driver] in body["kinds"]]

    box.await_(lambda: bool(rows()), f"no row of a {KINDS[driver]}")
    body = rows()[-1]
    assert not body["authorized"] and not body.get("allowed") and body["sha256"] and not body["fault"]
    box.assert_closed()
    box.unplug(name, "3")


def test_a_listed_stick_is_a_disk_and_one_with_another_serial_is_not(box: Box) -> None:
    other = box.plug("usb-storage", "5", serial="OTHER")
    box.await_(
        lambda: any(d["serial"] == "OTHER" for d in box.ask("status")["usb"]["devices"]), "the other is seen"
    )
    box.assert_closed()
    box.unplug(other, "5")
    listed = box.plug("usb-storage", "5", serial="LISTED")
    box.vm.await_true("dd if=/dev/sda of=/dev/null bs=512 count=8", timeout_s=60)
    box.unplug(listed, "5")
    box.vm.await_true("! ls -d /sys/block/sd*")


def test_a_granted_stick_is_a_disk_until_the_grant_is_over(box: Box) -> None:
    for role, pin in PINS.items():
        box.ask("pin.set", role=role, pin=pin)
    name = box.plug("usb-storage", "6", serial="GRANTED")
    (device,) = _until(box, lambda: [d for d in _devices(box) if d["port"] == GRANTED_PORT])
    assert (device["allowed"], device["place"], device["kinds"]) == (False, "left front", ["storage"])
    refused = box.vm.sh(f"python3 /root/ask.py usb.grant '{json.dumps(GRANT)}' '{{}}'")
    assert refused.code != 0 and "pin-missing" in refused.stderr
    _grant(box, minutes=1)
    began_s = time.monotonic()
    box.vm.await_true("dd if=/dev/sda of=/dev/null bs=512 count=8", timeout_s=60)
    box.vm.await_true("! ls -d /sys/block/sd*", timeout_s=120)
    assert 50 <= time.monotonic() - began_s < 75
    assert box.rows("usb.revoked")[-1]["body"]["why"] == "expired"
    _grant(box, minutes=1)
    box.vm.await_true("ls -d /sys/block/sd*", timeout_s=60)
    box.ask("usb.revoke", port=GRANTED_PORT, by="张工")
    box.vm.await_true("! ls -d /sys/block/sd*")
    box.unplug(name, "6")


def test_many_plugs_open_nothing_and_the_guard_knows_what_is_there(box: Box) -> None:
    box.listen()
    before = len(box.rows("usb.plugged"))
    box.storm(PLUGS)
    box.assert_closed()
    assert len(box.rows("usb.plugged")) > min(before, 400)
    _until(box, lambda: [d["port"] for d in _devices(box)] == ["1-12", "2-1"])
    assert box.rows("posture.failed") == []


def test_who_opens_the_bus_by_hand_is_undone_within_two_seconds(box: Box) -> None:
    box.vm.out("for d in /sys/bus/usb/devices/usb*; do echo 1 >$d/authorized_default; done")
    box.await_(lambda: box.defaults() == ["0", "0"], "closed again", timeout_s=10)
    box.vm.out("echo 1 >/sys/bus/usb/devices/2-1/authorized")
    box.vm.await_true("[ $(cat /sys/bus/usb/devices/2-1/authorized) = 0 ]", timeout_s=10)


def test_a_restart_of_the_lockdown_takes_nothing_away_that_the_guard_let_in(box: Box) -> None:
    """And the oneshot's first run, which there was not in this boot, takes away what lockdown.conf does not name."""
    box.vm.out("venue config apply && systemctl start venue-lockdown && systemctl is-active venue-lockdown")
    assert box.vm.out("cat /etc/venue-appliance/lockdown.conf").splitlines()[1:] == [
        f'grant 2-5 {STICK} serial="LISTED"'
    ]
    box.plug("usb-storage", "5", serial="LISTED")
    box.plug("usb-storage", "6", serial="GRANTED")
    _grant(box, minutes=20)
    box.vm.await_true("[ $(ls -d /sys/block/sd* | wc -l) = 2 ]", timeout_s=60)
    before = box.vm.out("ls -di /sys/block/sd*")
    box.vm.out("systemctl restart venue-lockdown && systemctl is-active venue-lockdown")
    assert box.vm.out("ls -di /sys/block/sd*") == before, "not even for a moment"


def test_a_grant_ends_with_the_guard_and_what_is_listed_stays_without_a_break(box: Box) -> None:
    before = box.vm.out("ls -di /sys/block/sda").split()[0]
    box.kill_guard()
    box.vm.await_true("[ $(ls -d /sys/block/sd* | wc -l) = 1 ]", timeout_s=30)
    assert (
        box.vm.out("cat /sys/bus/usb/devices/2-5/authorized /sys/bus/usb/devices/2-6/authorized") == "1\n0\n"
    )
    assert box.vm.out("ls -di /sys/block/sda").split()[0] == before


def test_a_guard_that_was_killed_starts_over_its_stale_socket_and_gives_back_what_may_be_in(box: Box) -> None:
    assert box.vm.out("stat -c %F /run/venue-appliance/control.sock") == "socket\n"
    box.start_guard()
    box.vm.await_true("[ $(cat /sys/bus/usb/devices/2-6/authorized) = 1 ]", timeout_s=60)
    for port in ("6", "5"):
        box.unplug(box.at[port], port)
    box.vm.await_true("! ls -d /sys/block/sd*")


def test_with_the_guard_killed_nothing_opens(box: Box) -> None:
    box.kill_guard()
    box.listen()
    box.storm(PLUGS_WITHOUT_GUARD)
    box.assert_closed()


def test_a_guard_that_comes_back_sees_what_came_meanwhile(box: Box) -> None:
    name = box.plug("usb-storage", "4", serial="MEANWHILE")
    box.start_guard()
    assert "MEANWHILE" in [device["serial"] for device in _devices(box)]
    box.assert_closed()
    box.unplug(name, "4")
    box.kill_guard()


# ---- boots


def test_a_later_controller_is_closed_by_udev(box: Box) -> None:
    box.vm.out("echo 1 >/sys/bus/usb/devices/usb2/authorized_default")
    box.vm.out("udevadm trigger --action=add --settle /sys/bus/usb/devices/usb2")
    assert box.defaults() == ["0", "0"]
    box.vm.out("systemctl enable --quiet venue-lockdown && sync")


@pytest.mark.parametrize("boot", range(BOOTS))
def test_a_boot_with_sticks_in_and_more_to_come_makes_nothing_of_them(box: Box, boot: int) -> None:
    """Denied on the kernel's command line, and by venue-lockdown; one hub is named, what hangs on it is not."""
    box.vm.put("/etc/venue-appliance/lockdown.conf", "grant 1-9 0409:55aa\n")
    box.vm.out("sync")
    box.vm.power_cut()
    box.vm.start(DENIED)
    for port, driver in (("1", "usb-storage"), ("2", "usb-uas"), ("3", "usb-storage")):
        box.vm.usb.plug_stick(f"boot-{boot}-{port}", driver, port=port, size_mb=1)
    box.vm.usb.plug("usb-hub", f"hub-{boot}", port="9")
    box.vm.usb.plug("usb-kbd", f"kbd-{boot}", port="9.1")
    box.vm.usb.plug_net(f"net-{boot}", port="4")
    box.vm.go()
    for number in range(5):
        time.sleep(2)  # during the boot, which nothing tells from outside
        box.vm.usb.plug(
            "usb-mouse" if number % 2 else "usb-kbd", f"late-{boot}-{number}", port=str(10 + number)
        )
    box.vm.usb.plug_stick(f"late-{boot}", port="5", size_mb=1)
    box.vm.await_booted()
    _nothing_made(box)
    told = box.vm.out("systemctl status --no-pager venue-lockdown; journalctl -b --no-pager -u venue-lockdown; true")
    assert "Active: active (exited)" in told, told
    assert (
        box.vm.out("cat /sys/bus/usb/devices/1-9/authorized /sys/bus/usb/devices/1-9.1/authorized")
        == "1\n0\n"
    )


def test_a_boot_without_the_words_on_the_command_line_ends_closed_as_well(box: Box) -> None:
    """venue-lockdown alone: a stick may be a disk for a moment, not when the boot is over."""
    box.vm.power_cut()
    box.vm.start()
    box.vm.usb.plug_stick("alone", port="1", size_mb=1)
    box.vm.usb.plug_net("alone-net", port="4")
    box.vm.go()
    box.vm.await_booted()
    box.vm.usb.plug_stick("alone-later", port="2", size_mb=1)
    box.vm.await_true("ls -d /sys/bus/usb/devices/2-2")
    assert (box.disks(), box.interfaces(), box.defaults()) == ([], ["lo"], ["0", "0"])


def _grant(box: Box, *, minutes: int) -> None:
    _until(box, lambda: [d for d in _devices(box) if d["port"] == GRANTED_PORT])
    box.ask("usb.grant", pins=PINS, **GRANT | {"minutes": minutes})


def _nothing_made(box: Box) -> None:
    assert (box.disks(), box.interfaces(), box.defaults()) == ([], ["lo"], ["0", "0"])
    assert [path for path in box.bound() if "/1-9:" not in path] == []
    assert _told_by_kernel(box) == []


def _told_by_kernel(box: Box) -> list[str]:
    """What of `SAID` is in the kernel's log of the whole boot: nobody could have listened from its beginning."""
    told = box.vm.out("dmesg")
    return [said for said in SAID if said in told]


def _devices(box: Box) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = box.ask("status")["usb"]["devices"]
    return found


def _until(box: Box, found: Callable[[], T]) -> T:
    last: list[T] = []

    def look() -> bool:
        last[:] = [found()]
        return bool(last[0])

    box.await_(look, "not found")
    return last[0]
