"""A battery that gives out, end to end: a real upsd whose driver obeys, a host that is really unplugged, PINs."""

from collections.abc import Iterator

import pytest

from tests.fakes.place import Place
from tests.fakes.wait import wait_for
from tests.lab.host import Host, a_host
from tests.lab.nut import UPS, NutLab, missing

PINS = {"VENUE_PIN_CHIEF": "314159", "VENUE_PIN_TECHNICIAN": "271828"}


@pytest.fixture
def lab() -> Iterator[NutLab]:
    if lack := missing():
        pytest.skip(lack)
    with NutLab(scripted=(UPS,)) as lab:
        yield lab


@pytest.fixture
def host() -> Iterator[Host]:
    with a_host() as made:
        yield made


def ups_section(lab: NutLab, *feeds: str, cut: bool = True) -> str:
    signed_in = 'username = "admin"\npassword = "adminpw"\n'
    where = f'driver = "nut"\nhost = "{lab.host}"\nport = {lab.port}\nups = "{UPS}"\n'
    return (
        f'[[ups]]\nname = "server-ups"\nfeeds = {list(feeds)}\ncut = {str(cut).lower()}\n{where}{signed_in}'
    )


def stop_section(argv: tuple[str, ...], probe: str) -> str:
    return f'[[ending.server]]\nname = "exam-server"\nargv = {list(argv)}\nprobe = "{probe}"\nbudget_s = 60\n'


def drain(lab: NutLab) -> None:
    """The mains fail and the battery is nearly empty."""
    lab.drivers[UPS].tell({"battery.charge": 12, "battery.runtime": 240, "ups.status": "OB DISCHRG LB"})


def ending(place: Place) -> dict[str, object]:
    (power,) = place.status()["power"]
    return dict(power["ending"] or {})


def stopping(place: Place) -> bool:
    return [row["body"]["outcome"] for row in place.events("server.stopped")] == ["stopped"]


def agreed(place: Place) -> bool:
    """The chief agrees; after a wrong PIN the next one has to wait."""
    return place.venue("power", "end", "server-ups", "--by", "王主考", **PINS).returncode == 0


@pytest.mark.slow
def test_the_chief_agrees_the_server_stops_and_only_then_the_ups_is_asked_to_cut(
    place: Place, lab: NutLab, host: Host
) -> None:
    place.write(ups_section(lab, "exam-server"), stop_section(host.unplug, f"{host.address}:22"))
    place.guard()
    assert place.venue("pin", "chief", **PINS).returncode == 0
    wait_for(lambda: place.status()["power"][0]["state"] == "mains")
    drain(lab)
    wait_for(lambda: ending(place).get("state") == "begun")
    assert set(ending(place)["signs"]) >= {"lb", "charge", "runtime"}  # type: ignore[call-overload]
    assert not place.events("server.stopped"), "nobody agreed: nothing is stopped"

    wrong = place.venue("power", "end", "server-ups", "--by", "王主考", VENUE_PIN_CHIEF="000000")
    assert wrong.returncode == 77 and not place.events("ending.agreed")
    wait_for(lambda: agreed(place))
    assert lab.drivers[UPS].commands == [], "the server is still up"
    wait_for(lambda: stopping(place), seconds=60)
    lab.drivers[UPS].wait_for("shutdown.return", seconds=20)
    kinds = [row["kind"] for row in place.events() if row["kind"].startswith(("ending.", "server."))]
    assert kinds == ["ending.begun", "ending.agreed", "server.stopped", "ending.cut"]
    assert lab.drivers[UPS].commands.count("shutdown.return") == 1


@pytest.mark.slow
def test_the_mains_back_in_the_middle_still_power_cycle_the_server_that_was_stopped(
    place: Place, lab: NutLab, host: Host
) -> None:
    place.write(ups_section(lab, "exam-server"), stop_section(host.unplug, f"{host.address}:22"))
    place.guard()
    assert place.venue("pin", "chief", **PINS).returncode == 0
    drain(lab)
    wait_for(lambda: ending(place).get("state") == "begun")
    assert agreed(place)
    lab.drivers[UPS].tell({"battery.charge": 14, "ups.status": "OL CHRG"})
    wait_for(lambda: stopping(place), seconds=60)
    lab.drivers[UPS].wait_for("shutdown.return", seconds=20)


@pytest.mark.slow
def test_a_server_that_will_not_stop_keeps_its_power(place: Place, lab: NutLab) -> None:
    refuses = ("/bin/sh", "-c", "echo no such host >&2; exit 255")
    place.write(ups_section(lab, "exam-server"), stop_section(refuses, "127.0.0.1:9"))
    place.guard()
    assert place.venue("pin", "chief", **PINS).returncode == 0
    drain(lab)
    wait_for(lambda: ending(place).get("state") == "begun")
    assert agreed(place)
    wait_for(lambda: ending(place).get("state") == "blocked")
    (stopped,) = place.events("server.stopped")
    assert stopped["body"]["outcome"] == "failed" and "no such host" in stopped["body"]["detail"]
    assert lab.drivers[UPS].commands == []


@pytest.mark.slow
def test_a_box_whose_ups_feeds_a_living_server_rests_and_goes_on_with_the_mains(
    place: Place, lab: NutLab
) -> None:
    place.write(ups_section(lab, "exam-server", "box"), backup=True)
    place.guard()
    wait_for(lambda: place.status()["power"][0]["state"] == "mains")
    drain(lab)
    wait_for(lambda: ending(place).get("state") == "rested", seconds=60)
    assert place.status()["backup"]["last"], "a last bundle first"
    assert lab.drivers[UPS].commands == [], "a living server hangs on it"
    lab.drivers[UPS].tell({"battery.charge": 13, "ups.status": "OL CHRG"})
    wait_for(lambda: not ending(place))
    (cancelled,) = place.events("ending.cancelled")
    assert cancelled["body"]["reason"] == "mains"
