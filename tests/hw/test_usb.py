"""The USB bus on a made tree: what is there, what is let in, what a write must show."""

from pathlib import Path

import pytest

from hw.usb import (
    UsbError,
    UsbWriteFailed,
    authorized_default,
    devices_directory,
    scan,
    set_authorized,
    set_authorized_default,
)
from hw.usb_simulated import make_bus, plug, unplug


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine with one empty USB bus that denies new devices."""
    make_bus(tmp_path, bus=1, authorized_default=0)
    return tmp_path


def attribute(root: Path, name: str) -> Path:
    """Give the path of a device's attribute."""
    return devices_directory(root) / name


def test_an_empty_bus_has_no_devices(root: Path) -> None:
    assert scan(root) == ()


def test_a_machine_without_a_bus_is_an_error_and_no_empty_list(tmp_path: Path) -> None:
    with pytest.raises(UsbError, match="cannot be listed"):
        scan(tmp_path)


def test_a_denied_stick_is_seen_with_its_interfaces(root: Path) -> None:
    plug(root, "1-1")
    (stick,) = scan(root)
    assert (stick.port, stick.vendor_product, stick.product) == ("1-1", "0951:1666", "DataTraveler 3.0")
    assert (stick.device_class, stick.authorized, stick.interfaces) == ("00", False, ("08:06:50",))


def test_devices_come_in_the_order_of_their_ports_hubs_included(root: Path) -> None:
    make_bus(root, bus=2)
    plug(root, "1-10")
    plug(root, "1-2", device_class="09", interfaces=("09:00:00",))
    plug(root, "1-2.10")
    plug(root, "1-2.9")
    plug(root, "2-1")
    assert [device.port for device in scan(root)] == ["1-2", "1-2.9", "1-2.10", "1-10", "2-1"]
    assert [device.device_class for device in scan(root)][0] == "09"
    assert [device.authorized for device in scan(root)] == [False, False, False, False, True]


def test_two_keyboards_in_one_device_are_two(root: Path) -> None:
    plug(root, "1-1", interfaces=("03:01:01", "03:01:01", "08:06:50"))
    assert scan(root)[0].interfaces == ("03:01:01", "03:01:01", "08:06:50")


def test_a_hub_takes_along_what_hangs_on_it(root: Path) -> None:
    plug(root, "1-1", device_class="09", interfaces=("09:00:00",))
    plug(root, "1-1.4")
    plug(root, "1-10")
    unplug(root, "1-1")
    unplug(root, "1-1")
    assert [device.port for device in scan(root)] == ["1-10"]


def test_nothing_is_plugged_into_a_taken_port_or_thin_air(root: Path) -> None:
    plug(root, "1-1")
    for port, fault in (("1-1", "is taken"), ("1-2.1", "nothing is plugged into 1-2"), ("3-1", "no bus")):
        with pytest.raises(UsbError, match=fault):
            plug(root, port)


def test_a_hostile_serial_is_harmless_and_short(root: Path) -> None:
    plug(root, "1-1", serial="\x1b[2J\n\N{RIGHT-TO-LEFT OVERRIDE}<script>" + "A" * 3_000)
    (device,) = scan(root)
    assert len(device.serial) == 64
    assert device.serial.startswith(
        "\N{REPLACEMENT CHARACTER}[2J" + "\N{REPLACEMENT CHARACTER}" * 2 + "<script>A"
    )
    assert device.serial.isprintable()


@pytest.mark.parametrize("content", [b"", b"\x12", b"\x12\x01" + b"\xff" * 16, b"\0" * 50, b"\x01" * 600_000])
def test_lying_descriptors_give_no_interfaces(root: Path, content: bytes) -> None:
    plug(root, "1-1")
    attribute(root, "1-1/descriptors").write_bytes(content)
    assert scan(root)[0].interfaces == ()


def test_a_device_that_is_going_away_is_left_out(root: Path) -> None:
    plug(root, "1-2")
    attribute(root, "1-1").symlink_to("../../../devices/gone")
    assert [device.port for device in scan(root)] == ["1-2"]


def test_what_cannot_be_read_is_not_shown_as_denied(root: Path) -> None:
    plug(root, "1-1")
    for name in ("authorized", "idVendor", "bDeviceClass", "descriptors", "serial"):
        attribute(root, f"1-1/{name}").unlink()
    (device,) = scan(root)
    assert (device.authorized, device.vendor_product, device.device_class) == (True, "????:1666", "??")
    assert (device.interfaces, device.serial) == ((), "")


def test_a_grant_and_its_end_read_back(root: Path) -> None:
    plug(root, "1-1")
    set_authorized(root, "1-1", True)
    assert scan(root)[0].authorized
    set_authorized(root, "1-1", False)
    assert not scan(root)[0].authorized


def test_a_grant_to_an_empty_port_fails_and_makes_no_file(root: Path) -> None:
    with pytest.raises(UsbWriteFailed, match="1-1/authorized is gone"):
        set_authorized(root, "1-1", True)
    assert not attribute(root, "1-1").exists()


@pytest.mark.parametrize("port", ["../1-1", "1-1/..", "usb1", "1-1:1.0", "", "1-1\n", "1-1.1.1.1.1.1.1.1"])
def test_what_is_no_port_path_is_never_written_to(root: Path, port: str) -> None:
    with pytest.raises(ValueError, match="is not a USB port path"):
        set_authorized(root, port, True)


def test_a_write_that_does_not_read_back_has_failed(root: Path) -> None:
    plug(root, "1-1")
    attribute(root, "1-1/authorized").unlink()
    attribute(root, "1-1/authorized").symlink_to("/dev/null")
    with pytest.raises(UsbWriteFailed, match="reads '' after '0' was written"):
        set_authorized(root, "1-1", False)


def test_the_default_of_every_controller_is_set_and_told(root: Path) -> None:
    make_bus(root, bus=2, authorized_default=-1)
    assert authorized_default(root) == {"usb1": 0, "usb2": -1}
    set_authorized_default(root, 0)
    assert authorized_default(root) == {"usb1": 0, "usb2": 0}


def test_new_devices_follow_the_default_and_old_ones_stay(root: Path) -> None:
    plug(root, "1-1")
    set_authorized_default(root, 1)
    plug(root, "1-2")
    assert [device.authorized for device in scan(root)] == [False, True]


@pytest.mark.parametrize("value", [-1, 2, 255])
def test_a_default_that_the_kernel_takes_for_allow_all_is_never_written(root: Path, value: int) -> None:
    with pytest.raises(ValueError, match="authorized_default is 0 or 1"):
        set_authorized_default(root, value)


def test_one_controller_that_refuses_leaves_no_other_open(root: Path) -> None:
    make_bus(root, bus=2, authorized_default=1)
    attribute(root, "usb1/authorized_default").unlink()
    attribute(root, "usb1/authorized_default").symlink_to("/dev/full")
    with pytest.raises(UsbWriteFailed, match="usb1/authorized_default cannot be written: No space left"):
        set_authorized_default(root, 0)
    assert authorized_default(root)["usb2"] == 0


def test_an_unreadable_default_is_none(root: Path) -> None:
    attribute(root, "usb1/authorized_default").write_text("yes\n")
    assert authorized_default(root) == {"usb1": None}
