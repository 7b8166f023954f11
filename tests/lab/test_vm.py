"""The lab's virtual machine itself: what other tests build on holds."""

import re
from collections.abc import Callable

import pytest

from tests.lab.vm import Vm
from tests.lab.vm_wire import VmError, VmGone, VmTimeout

pytestmark = [pytest.mark.vm, pytest.mark.slow]

DENIED = "usbcore.authorized_default=0"
EVERY_BYTE = bytes(range(256)) * 4096


def device_in(vm: Vm, port: str) -> str:
    """The kernel's name of the device in a socket once it is there: bus 1 is the slow half, bus 2 the fast one."""
    there = f"ls -d /sys/bus/usb/devices/[12]-{port}"
    vm.await_true(there)
    return vm.out(there).strip().rpartition("/")[2]


def interfaces(vm: Vm, device: str) -> list[str]:
    """The interface directories of a device."""
    return re.findall(
        rf"^{re.escape(device)}:.+$", vm.out(f"ls /sys/bus/usb/devices/{device}/"), re.MULTILINE
    )


# ---- the shell


def test_the_guest_is_a_debian_13_with_what_the_appliance_needs(vm: Vm) -> None:
    assert "VERSION_CODENAME=trixie" in vm.out("cat /etc/os-release")
    assert vm.out("python3 --version").startswith("Python 3.13")
    vm.out("command -v upsd i2cget lsusb nft age ssh-keygen usbguard udevadm")
    vm.out("modprobe --dry-run --all i2c-stub uhid dummy_hcd vhci-hcd softdog i2c-dev")
    imports = "flask waitress pydantic apscheduler cryptography zstandard gpiozero pyudev psutil"
    vm.out(f"python3 -c 'import {', '.join(imports.split())}'", timeout_s=120)


def test_nothing_in_the_guest_failed_to_start(vm: Vm) -> None:
    assert vm.out("systemctl --failed --plain --no-legend") == ""


def test_a_command_tells_its_code_and_keeps_its_outputs_apart(vm: Vm) -> None:
    done = vm.sh("cat; echo wrong >&2; exit 7", stdin=b"right\n")
    assert (done.code, done.stdout, done.stderr) == (7, "right\n", "wrong\n")
    with pytest.raises(VmError, match="ended with 7: .*wrong"):
        vm.out("echo wrong >&2; exit 7")


def test_a_command_that_takes_too_long_is_killed_with_its_children(vm: Vm) -> None:
    with pytest.raises(VmTimeout, match="longer than 1 s"):
        vm.sh("sleep 4321 & sleep 4321; true", timeout_s=1)
    assert vm.sh("pgrep -f 'sleep 432[1]'").code == 1


def test_a_child_in_the_background_holds_no_answer_back(vm: Vm) -> None:
    vm.out("sleep 4322 & echo $! >/run/child", timeout_s=30)
    vm.out("kill $(cat /run/child)")


def test_files_go_in_and_out_unchanged(vm: Vm) -> None:
    vm.put("/run/a room/every byte", EVERY_BYTE, mode=0o640)
    assert vm.get("/run/a room/every byte") == EVERY_BYTE
    assert vm.out("stat -c %a '/run/a room/every byte'") == "640\n"
    with pytest.raises(VmError, match="No such file"):
        vm.get("/run/a room/none")


def test_the_project_runs_in_the_guest(vm: Vm) -> None:
    vm.install_project()
    assert "usage: venue" in vm.out("venue --help", timeout_s=120)


# ---- the bus


def test_a_stick_becomes_a_disk_where_nothing_denies_it(vm: Vm) -> None:
    """The control: without it, no disk in the denied guest would prove nothing."""
    vm.usb.plug_stick("stick", port="1", serial="LAB-1")
    device = device_in(vm, "1")
    assert vm.out(f"cat /sys/bus/usb/devices/{device}/serial") == "LAB-1\n"
    vm.await_true("grep -q . /sys/block/sd*/removable")
    assert vm.out(f"cat /sys/bus/usb/devices/{device}/authorized") == "1\n"
    assert interfaces(vm, device) == [f"{device}:1.0"]
    vm.usb.unplug("stick")
    vm.await_true("! ls /sys/block/sd*")
    vm.usb.plug_stick("stick")
    vm.await_true("ls /sys/block/sd*")
    vm.usb.unplug("stick")


KINDS = {"kbd": "03", "mouse": "03", "audio": "01", "uas": "08", "hub": "09", "net": "02"}


@pytest.mark.parametrize(("driver", "first_class"), [(f"usb-{kind}", told) for kind, told in KINDS.items()])
def test_devices_of_each_kind_come_and_go(vm: Vm, driver: str, first_class: str) -> None:
    match driver:
        case "usb-uas":
            vm.usb.plug_stick("device", driver, port="5")
        case "usb-net":
            vm.usb.plug_net("device", port="5")
        case _:
            vm.usb.plug(driver, "device", port="5")
    device = device_in(vm, "5")
    vm.await_true(f'[ "$(cat /sys/bus/usb/devices/{device}:*/bInterfaceClass | head -n 1)" = {first_class} ]')
    vm.usb.unplug("device")
    vm.await_true(f"[ ! -e /sys/bus/usb/devices/{device} ]")


@pytest.fixture(scope="module")
def denied(make_vm: Callable[[], Vm]) -> Vm:
    """A guest whose kernel denies USB from its first second; a stick is in it before the kernel starts."""
    machine = make_vm()
    machine.start(DENIED)
    machine.usb.plug_stick("early", port="3")
    machine.go()
    machine.await_booted()
    return machine


def test_a_kernel_told_to_deny_binds_nothing(denied: Vm) -> None:
    denied.usb.plug_stick("late", port="4")
    for device in (device_in(denied, "3"), device_in(denied, "4")):
        assert denied.out(f"cat /sys/bus/usb/devices/{device}/authorized") == "0\n"
        assert interfaces(denied, device) == []
    assert DENIED in denied.out("cat /proc/cmdline")
    # Once the later one is let in it becomes a disk: the earlier one had more than the time to be one.
    assert denied.sh("ls /sys/block/sd*").code != 0
    denied.out(f"echo 1 >/sys/bus/usb/devices/{device}/authorized")
    denied.await_true("ls /sys/block/sd*")
    assert len(denied.out("ls -d /sys/block/sd*").split()) == 1


# ---- power; after the tests above, for it is the same machine


def test_a_power_cut_keeps_what_was_synced_and_nothing_else(denied: Vm) -> None:
    boots = denied.out("cat /proc/sys/kernel/random/boot_id")
    denied.out("echo whole >/root/synced && sync /root/synced /root")
    denied.out("echo whole >/root/unsynced")
    denied.power_cut()
    denied.boot()
    assert denied.out("cat /proc/sys/kernel/random/boot_id") != boots
    assert DENIED not in denied.out("cat /proc/cmdline")
    assert denied.out("cat /root/synced") == "whole\n"
    assert denied.sh("cat /root/unsynced").stdout != "whole\n"


def test_a_guest_that_panics_is_told_with_its_last_words(denied: Vm) -> None:
    with pytest.raises(VmGone, match="sysrq triggered crash"):
        denied.sh("echo c >/proc/sysrq-trigger")
    denied.await_off()
