"""How the box itself is: a row when something else is wrong, an item while it lasts; what is not told is nothing."""

import pytest

from appliance.events.bodies import HostRead
from appliance.events.readings import HostReading
from appliance.exam.causes import causes
from appliance.exam.host import HEARTBEAT_S, faults_of
from appliance.exam.readiness.health import health
from appliance.exam.snapshot import snapshot
from tests.exam.ledger import Ledger

WELL = HostReading(
    temperature_c=48.0, under_voltage=False, throttled=False, memory_free_percent=60.0, write_s=0.01, rtc=True
)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"temperature_c": 80.0}, "hot"),
        ({"under_voltage": True}, "under-voltage"),
        ({"throttled": True}, "throttled"),
        ({"memory_free_percent": 5.0}, "memory-low"),
        ({"write_s": 1.0}, "disk-slow"),
        ({"wear_percent": 90}, "card-worn"),
        ({"reserve": "urgent"}, "card-worn"),
        ({"wear_percent": 10, "reserve": "urgent"}, "card-worn"),
        ({"clock_offset_s": 2.0}, "clock-off"),
    ],
)
def test_each_thing_that_is_wrong_has_its_word(told: dict[str, object], fault: str) -> None:
    assert faults_of((), HostReading(**told)) == (fault,)  # type: ignore[arg-type]  # one field of several types
    assert faults_of((), WELL) == ()


def test_what_is_wrong_ends_only_a_good_way_back() -> None:
    for reading, before, still in (
        (HostReading(temperature_c=75.0), "hot", True),
        (HostReading(temperature_c=74.9), "hot", False),
        (HostReading(memory_free_percent=10.0), "memory-low", True),
        (HostReading(memory_free_percent=10.1), "memory-low", False),
        (HostReading(write_s=0.5), "disk-slow", True),
        (HostReading(write_s=0.4), "disk-slow", False),
        (HostReading(clock_offset_s=1.0), "clock-off", True),
        (HostReading(clock_offset_s=0.9), "clock-off", False),
        (HostReading(wear_percent=10, reserve="warning"), "card-worn", False),
    ):
        assert (before in faults_of((before,), reading)) is still


def test_what_is_not_told_is_neither_wrong_nor_well_again() -> None:
    assert faults_of((), HostReading()) == ()
    every = ("hot", "under-voltage", "throttled", "memory-low", "disk-slow", "card-worn", "clock-off")
    assert faults_of(every, HostReading()) == every


def test_a_row_is_written_when_something_changes_and_once_an_hour() -> None:
    day = Ledger()
    (row,) = day.read(WELL)
    assert isinstance(row, HostRead) and row.faults == () and row.write_ms == 10.0
    assert not day.read(HostReading(temperature_c=60.0, write_s=0.2))
    (hot,) = day.read(HostReading(temperature_c=81.04))
    assert isinstance(hot, HostRead) and (hot.faults, hot.temperature_c) == (("hot",), 81.0)
    assert not day.read(HostReading(temperature_c=79.0))
    day.advance(HEARTBEAT_S, every_s=600)
    assert len(day.read(HostReading(temperature_c=79.0))) == 1


def test_a_clock_that_is_measured_no_more_is_unknown_at_once_and_not_within_the_hour() -> None:
    day = Ledger()
    day.read(HostReading(clock_offset_s=0.001))
    assert not day.read(HostReading(clock_offset_s=0.2)), "it moves by itself"
    (lost,) = day.read(HostReading())
    assert isinstance(lost, HostRead) and lost.clock_offset_s is None
    assert not day.read(HostReading())
    host = snapshot(day.venue, day.now)["host"]
    assert isinstance(host, dict) and host["clock_offset_s"] is None
    offset = next(each for each in health(day.venue, day.now) if each.key == "offset")
    assert (offset.level, offset.code) == ("unknown", "unmeasured")
    assert len(day.read(HostReading(clock_offset_s=0.001))) == 1


def test_each_fault_is_an_item_and_the_snapshot_tells_the_readings() -> None:
    day = Ledger()
    day.read(HostReading(temperature_c=85.0, under_voltage=True, rtc=False))
    found = {cause.key for cause in causes(day.venue, day.now) if cause.kind == "host"}
    assert found == {"host:hot", "host:under-voltage"}
    host = snapshot(day.venue, day.now)["host"]
    assert isinstance(host, dict)
    assert (host["temperature_c"], host["under_voltage"], host["rtc"]) == (85.0, True, False)
    assert host["throttled"] is None and host["wear_percent"] is None, "not told is not well"
    day.read(HostReading(temperature_c=50.0, under_voltage=False))
    assert not [cause for cause in causes(day.venue, day.now) if cause.kind == "host"]
