"""What tells a device from every other one, and letting in that one only."""

import itertools
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hw.usb import (
    Identity,
    UsbAnother,
    UsbError,
    UsbWriteFailed,
    authorize_exactly,
    devices_directory,
    identity_of,
    interface_authorized_default,
    probe_interface,
    scan,
    set_interface_authorized,
    set_interface_authorized_default,
)
from hw.usb_device import device_in
from hw.usb_simulated import make_bus, plug, unplug
from hw.usb_sysfs import content_of, opened
from tests.lab.umockdev_devices import DEVICES


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine with one empty USB bus that denies new devices."""
    make_bus(tmp_path, bus=1, authorized_default=0)
    return tmp_path


def identity_at(root: Path, port: str) -> Identity:
    """Give the identity of the device at `port`, which must have one."""
    (device,) = (device for device in scan(root) if device.port == port)
    identity = identity_of(device)
    assert identity is not None
    return identity


def attribute(root: Path, name: str) -> Path:
    """Give the path of a device's attribute."""
    return devices_directory(root) / name


def test_a_denied_device_tells_what_it_is_and_where(root: Path) -> None:
    plug(root, "1-1", removable="fixed", interfaces=("03:01:01", "08:06:50"))
    (device,) = scan(root)
    assert (device.kinds, device.removable, device.speed_mbps) == (("storage", "keyboard"), "fixed", 480.0)
    assert (device.fault, len(device.descriptors_sha256), device.configured) == ("", 64, ())


def test_an_authorized_device_shows_its_interfaces_and_their_names(root: Path) -> None:
    set_interface_authorized_default(root, 0)
    attribute(root, "usb1/authorized_default").write_text("1\n")
    plug(root, "1-1", interfaces=("ff:ff:00", "ff:42:01"), labels=("MTP", "ADB Interface"))
    set_interface_authorized(root, "1-1:1.1", True)
    (phone,) = scan(root)
    assert [(one.name, one.label, one.authorized) for one in phone.configured] == [
        ("1-1:1.0", "MTP", False),
        ("1-1:1.1", "ADB Interface", True),
    ]
    assert (phone.authorized_interfaces, phone.kinds) == (("1-1:1.1",), ("phone", "vendor"))


def test_only_its_interfaces_name_makes_a_vendors_device_a_phone(root: Path) -> None:
    attribute(root, "usb1/authorized_default").write_text("1\n")
    plug(root, "1-1", interfaces=("ff:ff:00",), labels=("MTP",))
    plug(root, "1-2", interfaces=("ff:ff:00",))
    assert [device.kinds for device in scan(root)] == [("phone", "vendor"), ("vendor",)]


def test_two_serials_that_look_alike_are_two(root: Path) -> None:
    serials = ["A" * 100 + "B", "A" * 100 + "C", "A" * 64, "\x01", "\x02", "\N{REPLACEMENT CHARACTER}"]
    for number, serial in enumerate(serials, 1):
        plug(root, f"1-{number}", serial=serial)
    seen = [device.serial for device in scan(root)]
    assert len(set(seen)) == len(serials)
    assert all(len(serial) <= 64 and serial.isprintable() for serial in seen)


def test_a_serial_of_ten_thousand_characters_is_one_and_not_none(root: Path) -> None:
    plug(root, "1-1", serial="A" * 10_000)
    assert scan(root)[0].serial.startswith("A" * 47 + "#")


def test_the_same_stick_in_another_port_and_its_twin_are_others(root: Path) -> None:
    for port in ("1-1", "1-2"):
        plug(root, port)
    first, second = identity_at(root, "1-1"), identity_at(root, "1-2")
    assert first != second
    assert replace(first, port="1-2") == second


def test_an_identity_is_the_same_after_another_plugging_and_another_order_of_ports(root: Path) -> None:
    plug(root, "1-1")
    first = identity_at(root, "1-1")
    unplug(root, "1-1")
    plug(root, "1-1")
    assert identity_at(root, "1-1") == first


@pytest.mark.parametrize("name", ["descriptors", "idVendor"])
def test_what_can_not_be_read_has_no_identity(root: Path, name: str) -> None:
    plug(root, "1-1")
    attribute(root, f"1-1/{name}").unlink()
    assert identity_of(scan(root)[0]) is None


def test_descriptors_that_lie_have_no_identity_and_say_why(root: Path) -> None:
    plug(root, "1-1")
    attribute(root, "1-1/descriptors").write_bytes(DEVICES["stick that types"] + b"\x02")
    (device,) = scan(root)
    assert identity_of(device) is None
    assert (device.fault, device.interfaces) == ("1 bytes after 1 configurations", ())
    assert device.kinds == ("storage", "keyboard", "unknown")


def test_exactly_the_meant_device_is_let_in(root: Path) -> None:
    plug(root, "1-1")
    authorize_exactly(root, identity_at(root, "1-1"))
    assert scan(root)[0].authorized


@pytest.mark.parametrize(
    "other",
    [
        {"serial": "X"},
        {"serial": ""},
        {"vendor_product": "0951:1667"},
        {"interfaces": ("08:06:50", "03:01:01")},
        {"interfaces": ("08:06:62",)},
        {"device_class": "ef"},
    ],
)
def test_any_other_device_in_its_place_is_not(root: Path, other: dict[str, str]) -> None:
    plug(root, "1-1")
    meant = identity_at(root, "1-1")
    unplug(root, "1-1")
    plug(root, "1-1", **other)  # type: ignore[arg-type]  # one table for arguments of two types
    with pytest.raises(UsbAnother, match="at 1-1 is"):
        authorize_exactly(root, meant)
    assert not scan(root)[0].authorized


def test_nothing_is_let_in_at_an_empty_port_or_by_way_of_a_path(root: Path) -> None:
    plug(root, "1-1")
    meant = identity_at(root, "1-1")
    unplug(root, "1-1")
    with pytest.raises(UsbWriteFailed, match="1-1 is gone"):
        authorize_exactly(root, meant)
    with pytest.raises(ValueError, match="is not a USB port path"):
        authorize_exactly(root, replace(meant, port="../1-1"))


def test_a_grant_that_can_not_be_written_has_failed(root: Path) -> None:
    plug(root, "1-1")
    attribute(root, "1-1/authorized").unlink()
    attribute(root, "1-1/authorized").symlink_to("/dev/full")
    with pytest.raises(UsbWriteFailed, match="1-1: authorized cannot be written: No space left"):
        authorize_exactly(root, identity_at(root, "1-1"))


def test_an_opened_device_is_never_the_one_that_followed_it(root: Path) -> None:
    plug(root, "1-1", serial="first")
    directory = opened(attribute(root, "1-1"))
    assert directory is not None
    unplug(root, "1-1")
    plug(root, "1-1", serial="second")
    assert device_in(directory, "1-1", root=root).serial == ""


def test_devices_that_come_and_go_are_seen_whole_or_not_at_all(root: Path) -> None:
    twins = {("0951:0000", "first", ("storage",)), ("0951:0001", "second", ("keyboard",))}
    over = threading.Event()

    def swap() -> None:
        for vendor_product, serial, (kind,) in itertools.cycle(sorted(twins)):
            triple = "08:06:50" if kind == "storage" else "03:01:01"
            plug(root, "1-1", serial=serial, vendor_product=vendor_product, interfaces=(triple,))
            over.wait(0.002)
            unplug(root, "1-1")
            if over.is_set():
                return

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        looks, seen, until_s = 0, set(), time.monotonic() + 20
        while looks < 500 or (seen < twins and time.monotonic() < until_s):
            seen |= {(one.vendor_product, one.serial, one.kinds) for one in scan(root)}
            looks += 1
    finally:
        over.set()
        swapping.join()
    assert seen == twins


def test_a_device_that_can_not_be_looked_at_is_no_absent_one(root: Path) -> None:
    attribute(root, "1-1").symlink_to("1-1")
    with pytest.raises(UsbError, match="1-1 cannot be opened: Too many levels"):
        scan(root)


def test_a_file_that_gives_a_page_at_a_time_is_read_to_its_end() -> None:
    """So do sysfs's; the first page of a camera's descriptors is a lie about their length."""
    whole = content_of("/proc/self/smaps", 1_000_000)
    assert whole is not None and len(whole) > 8_192
    assert whole.rstrip().rpartition(b"\n")[2].startswith(b"VmFlags:")
    assert content_of("/proc/self/smaps", 5_000) is not None


def test_the_interfaces_default_is_set_and_told(root: Path) -> None:
    make_bus(root, bus=2)
    assert interface_authorized_default(root) == {"usb1": 1, "usb2": 1}
    set_interface_authorized_default(root, 0)
    assert interface_authorized_default(root) == {"usb1": 0, "usb2": 0}
    with pytest.raises(ValueError, match="interface_authorized_default is 0 or 1, not 2"):
        set_interface_authorized_default(root, 2)


@pytest.mark.parametrize("name", ["1-1", "../1-1:1.0", "1-1:1.0/..", "1-1:1", "", "usb1"])
def test_what_is_no_interface_is_never_written_to(root: Path, name: str) -> None:
    for write in (lambda: set_interface_authorized(root, name, True), lambda: probe_interface(root, name)):
        with pytest.raises(ValueError, match="is not a USB interface"):
            write()


def test_the_kernel_is_asked_to_find_a_driver_for_an_interface_that_is_there(root: Path) -> None:
    attribute(root, "usb1/authorized_default").write_text("1\n")
    plug(root, "1-1")
    probe_interface(root, "1-1:1.0")
    assert (devices_directory(root).parent / "drivers_probe").read_text() == "1-1:1.0"
    with pytest.raises(UsbWriteFailed, match=r"1-1:1\.1 is gone"):
        probe_interface(root, "1-1:1.1")
    with pytest.raises(UsbWriteFailed, match=r"1-1:1\.1/authorized is gone"):
        set_interface_authorized(root, "1-1:1.1", True)
