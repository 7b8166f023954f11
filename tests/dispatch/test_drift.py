"""What somebody else changes behind the guard's back is put right, on the simulated bus."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hw import usb_simulated
from hw.usb import authorized_default, devices_directory, scan
from tests.demo.golden import DAYS, Day


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    day = Day(DAYS[0], tmp_path)
    for _ in range(3):
        day.step(1)
    yield day
    day.guard.die()


def default_file(day: Day) -> Path:
    return devices_directory(day.world.root) / "usb1/authorized_default"


def test_new_devices_are_denied_from_the_first_turn_on(day: Day) -> None:
    assert authorized_default(day.world.root) == {"usb1": 0}
    usb_simulated.plug(day.world.root, "1-2")
    day.step(1)
    (stick,) = [device for device in scan(day.world.root) if device.port == "1-2"]
    assert not stick.authorized
    (told,) = day.guard.snapshot["usb"]["devices"]
    assert (told["port"], told["name"], told["why"]) == ("1-2", "Kingston DataTraveler 3.0", "unlisted")
    assert not told["allowed"] and not told["authorized"]


def test_a_bus_that_somebody_opened_is_closed_again_within_a_turn(day: Day) -> None:
    default_file(day).write_text("1\n")
    day.step(1)
    assert authorized_default(day.world.root) == {"usb1": 0}
    assert day.guard.snapshot["usb"]["state"] == "closed"


def test_a_bus_that_cannot_be_closed_is_said_to_be_open_and_closed_once_it_can(day: Day) -> None:
    path = default_file(day)
    path.unlink()
    path.mkdir()
    for _ in range(5):
        day.step(1)
    assert day.guard.snapshot["usb"]["state"] == "open", "never shown closed where nobody saw it closed"
    assert day.guard.open_kinds == ["posture"]
    path.rmdir()
    path.write_text("1\n")
    for _ in range(40):
        day.step(1)
    assert authorized_default(day.world.root) == {"usb1": 0}
    assert day.guard.snapshot["usb"]["state"] == "closed"


def test_a_listed_device_is_let_in_although_new_ones_are_denied(day: Day) -> None:
    usb_simulated.plug(
        day.world.root,
        "1-1",
        vendor_product="051d:0002",
        product="Smart-UPS",
        serial="",
        interfaces=("03:00:00",),
    )
    day.step(1)
    day.step(1)
    assert [(d.port, d.authorized) for d in scan(day.world.root)] == [("1-1", True)]


def test_a_bus_that_cannot_be_read_is_unknown_not_empty(day: Day) -> None:
    away = devices_directory(day.world.root).with_name("away")
    devices_directory(day.world.root).rename(away)
    day.step(1)
    assert day.guard.snapshot["usb"]["state"] == "unknown"
    away.rename(devices_directory(day.world.root))
    day.step(1)
    assert day.guard.snapshot["usb"]["state"] == "closed"
