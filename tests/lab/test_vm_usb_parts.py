"""A stick that types, on a real kernel: let in in part it is a disk and no keyboard, or a keyboard and no disk.

Beside it USBGuard, which knows whole devices only, and what becomes of each of the two when the kernel has dropped
uevents. One machine, one story, test by test.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.lab.vm import Vm
from tests.lab.vm_box import Box
from tests.lab.vm_gadget import plug_typing_stick, unplug_typing_stick

pytestmark = [pytest.mark.vm, pytest.mark.slow]

ASKED = {"minutes": 20, "technician": "张工", "reason": "x"}
KEYBOARD, DISK = "1.0", "1.1"
# Thousands of uevents while nobody reads: the kernel drops what a socket's buffer does not hold.
FLOOD = "for n in $(seq 60000); do echo change; done >/sys/class/mem/null/uevent"


@pytest.fixture(scope="module")
def box(make_vm: Callable[[], Vm]) -> Iterator[Box]:
    machine = make_vm()
    machine.boot()
    yield Box(machine)


@pytest.fixture(scope="module")
def port(box: Box) -> str:
    """Where the stick that types is; nothing denies it, so the kernel has its drivers loaded."""
    port = plug_typing_stick(box.vm)
    box.vm.await_true(bound_both(port), timeout_s=90)
    return port


def bound_both(port: str) -> str:
    return f"[ -e {driver(port, KEYBOARD)} ] && [ -e {driver(port, DISK)} ] && ls -d /sys/block/sd*"


def driver(port: str, part: str) -> str:
    return f"/sys/bus/usb/devices/{port}:{part}/driver"


def bound(box: Box, port: str) -> list[str]:
    """The parts that a driver has."""
    return [part for part in (KEYBOARD, DISK) if box.vm.sh(f"[ -e {driver(port, part)} ]").code == 0]


# ---- USBGuard, as Debian has it, with one rule


def test_usbguard_lets_the_whole_stick_in_or_nothing_of_it(box: Box, port: str) -> None:
    assert bound(box, port) == [KEYBOARD, DISK]
    rules = 'allow id 16d0:0753 serial "TYPES" with-interface all-of { 08:06:50 }\n'
    box.vm.put("/etc/usbguard/rules.conf", rules, mode=0o600)
    box.vm.out("systemctl start usbguard && systemctl is-active usbguard", timeout_s=120)
    box.vm.await_true("usbguard list-devices | grep -q TYPES")
    assert bound(box, port) == [KEYBOARD, DISK], "the rule was meant for the disk: it types as well"
    box.vm.put("/etc/usbguard/rules.conf", rules.replace("all-of", "equals"), mode=0o600)
    box.vm.out("systemctl restart usbguard", timeout_s=120)
    box.vm.await_true(f"[ $(cat /sys/bus/usb/devices/{port}/authorized) = 0 ]")
    assert bound(box, port) == [], "and this one lets in no disk"
    box.vm.out("systemctl stop usbguard")


# ---- ours


def test_what_is_granted_in_part_has_that_driver_and_no_other(box: Box, port: str) -> None:
    box.install()
    box.start_guard()
    box.await_(lambda: bound(box, port) == [], "taken away")
    (device,) = [each for each in box.ask("status")["usb"]["devices"] if each["port"] == port]
    assert device["faces"] == ["1.0=keyboard", "1.1=storage"]
    box.listen()
    box.ask("usb.admit", port=port, only="storage", **ASKED)
    box.vm.await_true("ls -d /sys/block/sd*", timeout_s=60)
    assert bound(box, port) == [DISK]
    assert not [line for line in box.made() if "(input)" in line], "not even for a moment"
    assert _state(box, port) == ("1", "0", "1", "1")
    (device,) = [each for each in box.ask("status")["usb"]["devices"] if each["port"] == port]
    assert device["held_back"] == [KEYBOARD]


def test_who_gives_the_other_part_a_driver_by_hand_is_undone(box: Box, port: str) -> None:
    box.vm.out(f"echo 1 >/sys/bus/usb/devices/{port}:{KEYBOARD}/authorized")
    box.vm.out(f"echo {port}:{KEYBOARD} >/sys/bus/usb/drivers_probe")
    box.await_(lambda: bound(box, port) == [DISK], "undone", timeout_s=30)
    assert _state(box, port) == ("1", "0", "1", "1")


def test_the_other_way_round_it_types_and_is_no_disk(box: Box, port: str) -> None:
    box.ask("usb.revoke", port=port, by="张工")
    box.await_(lambda: bound(box, port) == [], "taken away")
    box.ask("usb.admit", port=port, only="keyboard", **ASKED)
    box.await_(lambda: bound(box, port) == [KEYBOARD], "a keyboard")
    assert box.disks() == [] and _state(box, port) == ("1", "1", "0", "1")


def test_when_the_guard_dies_all_of_it_is_taken_away_and_nothing_stays_held_back(box: Box, port: str) -> None:
    box.kill_guard()
    box.vm.await_true(f"[ $(cat /sys/bus/usb/devices/{port}/authorized) = 0 ]")
    assert bound(box, port) == []
    assert box.vm.out("cat /sys/bus/usb/devices/usb*/interface_authorized_default").split() == ["1", "1", "1"]


def test_after_dropped_uevents_ours_lets_in_what_is_listed_at_once(box: Box, port: str) -> None:
    """Stopped while thousands of uevents go out; what is plugged then is seen when it goes on."""
    unplug_typing_stick(box.vm)
    box.start_guard()
    box.vm.out(f"systemctl kill --signal=STOP venue-guard && {FLOOD}", timeout_s=300)
    box.vm.usb.plug_stick("listed", size_mb=1, port="5", serial="LISTED")
    box.vm.await_true("ls -d /sys/bus/usb/devices/2-5")
    box.vm.out("systemctl kill --signal=CONT venue-guard")
    box.vm.await_true("[ $(cat /sys/bus/usb/devices/2-5/authorized) = 1 ]", timeout_s=20)
    box.vm.await_true("journalctl --unit=venue-guard --no-pager | grep 'uevents were lost'", timeout_s=30)
    box.vm.usb.unplug("listed")
    box.kill_guard()


def _state(box: Box, port: str) -> tuple[str, ...]:
    """The device, its keyboard, its disk, and the rule for the interfaces of the next one."""
    here = f"/sys/bus/usb/devices/{port}"
    files = (
        f"{here}/authorized {here}:{KEYBOARD}/authorized {here}:{DISK}/authorized "
        f"/sys/bus/usb/devices/usb{port.partition('-')[0]}/interface_authorized_default"
    )
    return tuple(box.vm.out(f"cat {files}").split())
