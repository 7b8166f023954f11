"""The guard as a process beside a real upsd: what the UPS says reaches the verdict, in both directions."""

import os
from collections.abc import Iterator

import pytest

from tests.fakes.place import Place
from tests.fakes.wait import wait_for
from tests.lab.nut import NutLab, missing


@pytest.fixture
def lab() -> Iterator[NutLab]:
    if lack := missing():
        pytest.skip(lack)
    with NutLab() as lab:
        yield lab


def ups_section(lab: NutLab) -> str:
    return f'[[ups]]\nname = "server-ups"\ndriver = "nut"\nhost = "{lab.host}"\nport = {lab.port}\nups = "{lab.ups}"\n'


def state(place: Place) -> str:
    (power,) = place.status()["power"]
    return str(power["state"])


@pytest.mark.slow
def test_mains_battery_low_driver_gone_upsd_gone_and_back(place: Place, lab: NutLab) -> None:
    place.write(ups_section(lab))
    guard = place.guard()
    wait_for(lambda: state(place) == "mains")
    assert not {"mains", "ups_unknown"} & set(place.incidents())

    lab.set_status("OB DISCHRG")
    wait_for(lambda: "mains" in place.incidents())
    status = place.status()
    assert (status["verdict"]["level"], status["verdict"]["code"]) == ("attention", "on_battery")
    assert status["power"][0]["status"] == ["OB", "DISCHRG"] and "mains_lost" in status["verdict"]["beside"]
    done = place.venue("status", LANG="en_US.UTF-8")
    assert done.returncode == 1, done.stdout

    lab.set_status("OB DISCHRG LB")
    wait_for(lambda: place.status()["power"][0]["doubts"] == ["low-at-full"])
    assert state(place) == "battery", "no battery is low at 100 %"

    lab.set_variable("battery.charge", "12")
    lab.set_status("OB LB DISCHRG RB")  # upsd tells its variables with the next change of state
    wait_for(lambda: state(place) == "low")
    assert place.status()["verdict"]["code"] == "battery_low"
    assert place.venue("status").returncode == 2
    wait_for(lambda: place.incidents()["mains"]["detail"] == "battery_low")
    assert place.incidents()["mains"]["count"] == 1, "one cause, one item"

    lab.set_status("OL CHRG")
    wait_for(lambda: place.incidents()["mains"]["ceased_at"])
    assert state(place) == "mains"

    lab.kill_driver()
    wait_for(lambda: state(place) == "unknown")
    wait_for(lambda: "ups_unknown" in place.incidents())
    assert place.status()["power"][0]["charge_percent"] is None, "no number that nobody measures"

    lab.kill_upsd()
    wait_for(lambda: place.status()["power"][0]["reason"] not in ("", "data-stale", "driver-not-connected"))
    assert state(place) == "unknown" and len(place.events("incident.opened")) == len(place.incidents())

    lab.start()
    wait_for(lambda: state(place) == "mains")
    wait_for(lambda: place.incidents()["ups_unknown"]["ceased_at"])
    assert guard.poll() is None and os.path.exists(place.client.path)


def test_a_guard_that_starts_in_an_outage_says_so_and_one_that_is_killed_in_it_goes_on_with_it(
    place: Place, lab: NutLab
) -> None:
    place.write(ups_section(lab))
    lab.set_status("OB DISCHRG")
    guard = place.guard()
    wait_for(lambda: "mains" in place.incidents())
    opened_at = place.incidents()["mains"]["opened_at"]
    place.kill(guard)
    place.guard()
    assert place.incidents()["mains"]["opened_at"] == opened_at
    wait_for(lambda: state(place) == "battery")
    assert [event["body"]["cause_kind"] for event in place.events("incident.opened")].count("mains") == 1


def test_a_guard_without_its_upsd_runs_and_says_unknown(place: Place) -> None:
    place.write('[[ups]]\nname = "server-ups"\ndriver = "nut"\nhost = "127.0.0.1"\nport = 1\nups = "exam"\n')
    place.guard()
    wait_for(lambda: "ups_unknown" in place.incidents())
    assert state(place) == "unknown" and place.status()["verdict"]["level"] in ("attention", "unknown")
    assert place.venue("status").returncode in (1, 3)
