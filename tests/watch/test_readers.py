"""What the watchers read: unknown with its reason, never a guess."""

from pathlib import Path

from appliance.events.bodies import PowerRead, PowerUnknown
from appliance.watch import host, power, seats, usb
from hw import usb_simulated
from hw.seats import write_present
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
