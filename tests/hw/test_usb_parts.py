"""Interfaces of one device, some with a driver and some without, on a tree of plain files."""

from pathlib import Path

import pytest

from hw import usb_simulated
from hw.usb import (
    UsbWriteFailed,
    devices_directory,
    hold_nothing_back,
    hold_parts,
    interface_authorized_default,
    scan,
)
from hw.usb_device import told_by
from tests.lab.umockdev_devices import DEVICES


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A stick that types, let in whole."""
    usb_simulated.make_bus(tmp_path)
    usb_simulated.plug(tmp_path, "1-1", interfaces=("03:01:01", "08:06:50", "03:00:00"))
    return tmp_path


def held_back(world: Path) -> tuple[str, ...]:
    (device,) = scan(world)
    return device.held_back


def test_each_interface_is_told_with_its_own_kinds() -> None:
    assert told_by(DEVICES["stick that types"]).faces == ("1.0=keyboard", "1.1=storage")
    assert told_by(DEVICES["keyboard"]).faces == ("1.0=keyboard", "1.1=hid")
    assert told_by(DEVICES["uas disk"]).faces == ("1.0=storage",), "alternate settings are one interface"
    iphone = told_by(DEVICES["iphone"]).faces
    assert "1.0=phone" in iphone and "4.2=network" in iphone, "by the configuration's value"
    assert told_by(b"nonsense").faces == ()


def test_what_is_wanted_has_a_driver_and_nothing_else(world: Path) -> None:
    (device,) = scan(world)
    hold_parts(world, device, frozenset({"1.1"}))
    assert held_back(world) == ("1.0", "1.2")
    (device,) = scan(world)
    hold_parts(world, device, frozenset({"1.2"}))
    assert held_back(world) == ("1.0", "1.1")
    (device,) = scan(world)
    hold_parts(world, device, None)
    assert held_back(world) == ()
    assert (world / "sys/bus/usb/drivers_probe").read_text() == "1-1:1.1", (
        "the last for which a driver was looked for"
    )


def test_one_that_can_not_be_held_back_is_told_and_keeps_no_other_from_it(world: Path) -> None:
    (device,) = scan(world)
    stuck = devices_directory(world) / "1-1:1.0" / "authorized"
    stuck.unlink()
    stuck.mkdir()
    with pytest.raises(UsbWriteFailed, match=r"1-1:1\.0"):
        hold_parts(world, device, frozenset({"1.1"}))
    assert "1.2" in held_back(world)


def test_a_rule_that_a_dead_guard_left_is_put_right(world: Path) -> None:
    (devices_directory(world) / "usb1/interface_authorized_default").write_text("0\n")
    hold_nothing_back(world)
    assert interface_authorized_default(world) == {"usb1": 1}
