"""Which readings become rows: changes and outages, not repetitions."""

from dataclasses import replace

import pytest

from appliance.events.bodies import DiskRead, PowerRead, SeatsRead, UsbPlugged, UsbSeen, UsbUnplugged
from appliance.events.plan import UsbAllowed
from appliance.events.readings import ClockReading, DiskReading, SeatsReading, UsbReading
from appliance.exam.record import disk_level, usb_drifted
from tests.exam.ledger import Ledger, plan, stick

UPS_CABLE = UsbPlugged(port="1-1", id="051d:0002", name="Smart-UPS", serial="AS1")


def reading(**numbers: float) -> PowerRead:
    return PowerRead(ups="ups1", status=("OL",), **{"charge_percent": 90.0, "runtime_s": 3600.0} | numbers)


def test_a_ups_that_says_the_same_leaves_a_row_each_fifteen_minutes() -> None:
    day = Ledger()
    rows = 0
    for _ in range(3600):
        rows += len(day.read(reading()))
        day.mono_s += 1
    assert rows == 4


def test_the_order_of_the_status_words_is_no_news() -> None:
    day = Ledger()
    day.power("OL", "CHRG")
    day.advance(1)
    assert not day.power("CHRG", "OL")
    assert day.power("OL")


@pytest.mark.parametrize(
    ("change", "recorded"),
    [
        ({"charge_percent": 88.1}, False),
        ({"charge_percent": 88.0}, True),
        ({"runtime_s": 3600.0 - 419}, False),
        ({"runtime_s": 3600.0 - 420}, True),
    ],
)
def test_a_number_is_news_beyond_its_dead_band_and_at_most_once_a_minute(
    change: dict[str, float], recorded: bool
) -> None:
    day = Ledger()
    day.read(reading())
    day.advance(59)
    assert not day.read(reading(**change))
    day.advance(1)
    assert bool(day.read(reading(**change))) is recorded


def test_in_an_outage_a_row_is_kept_each_second_and_no_more() -> None:
    day = Ledger()
    day.power("OB")
    rows = 0
    for _ in range(50):
        day.advance(0.2)
        rows += len(day.power("OB"))
    assert rows == 10


def test_a_reason_is_said_once_and_another_one_again() -> None:
    day = Ledger()
    assert day.power_lost_sight("unreachable")
    day.advance(60)
    assert not day.power_lost_sight("unreachable")
    assert day.power_lost_sight("data-stale")
    assert day.power("OL")


def test_seats_are_recorded_as_what_came_and_went() -> None:
    day = Ledger().all_read()
    assert not day.read(SeatsReading(present=day.seats_on))
    gone = day.seats_on - {"1-05", "1-02"}
    assert day.read(SeatsReading(present=gone)) == (SeatsRead(gone=("1-02", "1-05")),)
    assert day.read(SeatsReading(present=gone | {"1-05"})) == (SeatsRead(arrived=("1-05",)),)


def test_seats_seen_again_are_recorded_although_none_moved() -> None:
    day = Ledger().all_read()
    assert day.read(SeatsReading(unknown="silent"))
    assert not day.read(SeatsReading(unknown="silent"))
    assert day.read(SeatsReading(present=day.seats_on)) == (SeatsRead(),)


def test_usb_is_recorded_as_what_came_and_went_judged_by_the_list() -> None:
    day = Ledger(plan(usb_allow=(UsbAllowed(id="051d:0002", port="1-1"),)))
    seen, came = day.usb(UPS_CABLE)
    assert seen == UsbSeen() and came == replace(UPS_CABLE, allowed=True)
    assert not day.usb(UPS_CABLE)
    assert day.usb(UPS_CABLE, stick()) == (stick(),)
    assert day.usb(stick(port="1-1")) == (
        UsbUnplugged(port="1-1", id="051d:0002"), UsbUnplugged(port="1-2", id="0781:5567"), stick(port="1-1"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("listed", "device", "allowed"),
    [
        (UsbAllowed(id="051d:0002", port="1-1"), UPS_CABLE, True),
        (UsbAllowed(id="051d:0002", port="1-1", serial="AS1"), UPS_CABLE, True),
        (UsbAllowed(id="051d:0002", port="1-1", serial="AS2"), UPS_CABLE, False),
        (UsbAllowed(id="051d:0002", port="1-2", serial="AS1"), UPS_CABLE, False),
        (UsbAllowed(id="051d:0003", port="1-1", serial="AS1"), UPS_CABLE, False),
    ],
)
def test_a_device_is_allowed_at_its_port_with_its_serial_where_the_list_has_one(
    listed: UsbAllowed, device: UsbPlugged, allowed: bool
) -> None:
    day = Ledger(plan(usb_allow=(listed,)))
    day.usb(device)
    assert day.venue.usb.devices["1-1"].allowed is allowed


def test_usb_drifts_where_the_kernel_lets_new_devices_in_or_keeps_an_allowed_one_out_or_another_in() -> None:
    day = Ledger(plan(usb_allow=(UsbAllowed(id="051d:0002", port="1-1"),)))
    let_in = replace(UPS_CABLE, authorized=True)
    assert not usb_drifted(day.venue, UsbReading(closed=True), day.now)
    assert usb_drifted(day.venue, UsbReading(closed=False), day.now)
    assert usb_drifted(day.venue, UsbReading(closed=True, devices=(UPS_CABLE,)), day.now)
    assert not usb_drifted(day.venue, UsbReading(closed=True, devices=(let_in,)), day.now)
    assert usb_drifted(day.venue, UsbReading(closed=True, devices=(replace(let_in, port="1-3"),)), day.now)
    assert not usb_drifted(day.venue, UsbReading(unknown="silent"), day.now)
    assert not usb_drifted(Ledger(plan(usb=False)).venue, UsbReading(closed=False), day.now)


@pytest.mark.parametrize(
    ("before", "free_percent", "level"),
    [
        ("unknown", 10.0, "ok"), ("unknown", 9.9, "low"), ("unknown", 2.0, "low"), ("unknown", 1.9, "full"),
        ("ok", 9.9, "low"), ("low", 10.9, "low"), ("low", 11.0, "ok"), ("low", 2.0, "low"), ("low", 1.9, "full"),
        ("full", 2.9, "full"), ("full", 3.0, "low"), ("full", 10.9, "low"), ("full", 11.0, "ok"),
    ],
)  # fmt: skip
def test_a_disk_level_is_left_only_a_point_beyond_its_mark(
    before: str, free_percent: float, level: str
) -> None:
    assert disk_level(before, free_percent) == level


def test_a_disk_and_a_clock_are_recorded_when_they_change() -> None:
    day = Ledger()
    assert day.read(DiskReading(free_percent=50.04, free_bytes=7)) == (
        DiskRead(level_name="ok", free_percent=50.0, free_bytes=7),
    )
    assert not day.read(DiskReading(free_percent=20.0, free_bytes=3))
    assert not day.read(ClockReading(trusted=True, reason="rtc"))
    assert day.read(ClockReading(trusted=False, reason="no-rtc"))
    assert not day.read(ClockReading(trusted=False, reason="no-source"))
