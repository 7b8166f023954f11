"""What the watchers read: unknown with its reason, never a guess."""

import time
from pathlib import Path

from appliance.events.bodies import PowerRead, PowerUnknown
from appliance.watch import host, power, seats, usb
from hw import usb_simulated
from hw.seats import write_present
from hw.ups import UpsError, UpsReading
from hw.ups.simulated import SimulatedOptions, SimulatedUps, write_simulated


def test_a_ups_reads_as_it_says_and_its_failure_as_unknown_with_the_drivers_word(tmp_path: Path) -> None:
    path = tmp_path / "ups.dev"
    read = power.reader("server-ups", SimulatedUps(SimulatedOptions(path=path)))
    unknown = read()
    assert isinstance(unknown, PowerUnknown) and unknown.reason == "unreachable"
    write_simulated(path, **{"ups.status": "OB DISCHRG", "battery.charge": 80})
    reading = read()
    assert isinstance(reading, PowerRead)
    assert (reading.ups, set(reading.status), reading.charge_percent) == (
        "server-ups",
        {"OB", "DISCHRG"},
        80.0,
    )
    write_simulated(path, **{"ups.status": "STALE"})
    stale = read()
    assert isinstance(stale, PowerUnknown) and stale.reason == "data-stale"


class Slow:
    """A UPS that answers nothing before its deadline, or at once once `well`."""

    def __init__(self) -> None:
        self.asked = 0
        self.well = False

    def read(self) -> UpsReading:
        self.asked += 1
        if self.well:
            return UpsReading(
                status=("OL",),
                charge_percent=None,
                runtime_s=None,
                load_percent=None,
                battery_v=None,
                input_v=None,
            )
        time.sleep(0.05)
        raise UpsError("timeout", "no answer")

    def close(self) -> None:
        """Nothing is held."""


def test_a_upsd_that_hangs_makes_all_its_upses_unknown_in_the_time_of_one() -> None:
    upses = {name: Slow() for name in ("a", "b", "c")}
    read = power.round_reader(upses, within_s=0.05)
    found = read()
    assert [type(one) for one in found.values()] == [PowerUnknown] * 3
    assert {one.reason for one in found.values() if isinstance(one, PowerUnknown)} == {"timeout"}
    assert sum(ups.asked for ups in upses.values()) == 1
    for ups in upses.values():
        ups.well = True
    assert {type(one) for one in read().values()} == {PowerRead}
    assert set(read()) == {"power:a", "power:b", "power:c"}


def test_a_ups_that_gave_no_answer_is_asked_after_those_that_did() -> None:
    upses = {"a": Slow(), "b": Slow(), "c": Slow()}
    upses["b"].well = upses["c"].well = True
    read = power.round_reader(upses, within_s=0.05)
    read()
    second = read()
    assert {name for name, one in second.items() if isinstance(one, PowerRead)} == {"power:b", "power:c"}


def test_the_first_ups_of_a_second_is_asked_again_for_upsd_answers_from_the_second_before() -> None:
    upses = {"a": Slow(), "b": Slow()}
    upses["a"].well = upses["b"].well = True
    moments = iter((7.0, 7.2, 7.4, 8.0, 8.2))
    read = power.round_reader(upses, within_s=1.0, wall_s=lambda: next(moments))
    for _ in range(5):
        read()
    assert (upses["a"].asked, upses["b"].asked) == (5 + 2, 5)


def test_a_seat_list_that_is_gone_is_unknown_and_an_empty_one_says_nobody(tmp_path: Path) -> None:
    read = seats.reader(tmp_path / "seats")
    assert read().unknown
    write_present(tmp_path / "seats", ())
    assert (read().present, read().unknown) == (frozenset(), "")
    write_present(tmp_path / "seats", ["1-1"])
    assert read().present == {"1-1"}


def test_a_bus_is_closed_only_where_every_controller_denies(tmp_path: Path) -> None:
    read = usb.reader(tmp_path)
    assert read().unknown, "no bus is not an empty bus"
    usb_simulated.make_bus(tmp_path, bus=1, authorized_default=0)
    assert read().closed
    usb_simulated.make_bus(tmp_path, bus=2, authorized_default=1)
    assert not read().closed


def test_a_clock_without_a_source_is_not_trusted(tmp_path: Path) -> None:
    assert not host.clock_reader("none", tmp_path)().trusted
    assert not host.clock_reader("rtc", tmp_path)().trusted
    (tmp_path / "sys/class/rtc/rtc0").mkdir(parents=True)
    assert host.clock_reader("rtc", tmp_path)().trusted


def test_the_disk_is_read_where_the_state_lies(tmp_path: Path) -> None:
    reading = host.disk_reader(tmp_path)()
    assert 0 <= reading.free_percent <= 100 and reading.free_bytes >= 0


def test_a_clock_whose_discipline_cannot_be_asked_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    assert host.clock_reader("ntp:10.0.0.1", tmp_path)().trusted is False, "systemd, and no timedatectl"
    program = tmp_path / "usr/bin/timedatectl"
    program.parent.mkdir(parents=True)
    for said, trusted in (("yes", True), ("no", False), ("", False)):
        program.write_text(f"#!/bin/sh\necho '{said}'\n")
        program.chmod(0o755)
        assert host.clock_reader("ntp:10.0.0.1", tmp_path)().trusted is trusted


def test_how_far_the_clock_is_off_is_asked_of_chronyd_once_a_minute(tmp_path: Path) -> None:
    now = [0.0]
    read = host.health_reader(tmp_path, tmp_path, lambda: now[0])
    assert read().clock_offset_s is None, "no chronyd: not measured, and not zero"
    program = tmp_path / "usr/bin/chronyc"
    program.parent.mkdir(parents=True)
    line = f"C0A80001,10.0.0.1,3,{time.time():.1f},-2.5,0.1,0.1,-12.3,0.001,0.05,0.0012,0.0003,64.2,Normal"
    program.write_text(f"#!/bin/sh\necho '{line}'\n")
    program.chmod(0o755)
    now[0] = host.OFFSET_PERIOD_S - 1
    assert read().clock_offset_s is None
    now[0] = host.OFFSET_PERIOD_S
    assert read().clock_offset_s == 2.5
