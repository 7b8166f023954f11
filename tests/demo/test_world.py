"""The played UPS behaves as one: it drains as batteries do, tells its own opinion, and obeys."""

from pathlib import Path
from typing import Any

import pytest

from appliance import daemon
from appliance.backup.age_keys import new_identity
from appliance.demo import script, venue
from appliance.demo.battery import UPS, UpsMake
from appliance.demo.script import ScriptError
from appliance.demo.world import World
from hw.panel import SimulatedPanel
from hw.ups import UpsError, UpsReading
from hw.ups.simulated import SimulatedCommander, SimulatedOptions, SimulatedUps

MINUTE, HOUR = 60.0, 3600.0
OB, OL = {"ups.status": "OB DISCHRG"}, {"ups.status": "OL"}


class Played:
    """A world of one UPS or more, and its time."""

    def __init__(self, directory: Path, *makes: UpsMake) -> None:
        self.world = World(directory / "world", rooms=1, seats_per_room=2, upses=makes or (UpsMake(),))
        self.world.build()
        self.at_s = 0.0
        self.world.tick(self.at_s)

    def set(self, **values: Any) -> None:
        self.world.do({"ups": values})

    def after(self, seconds: float, *, every_s: float = 60.0) -> UpsReading:
        while seconds > 0:
            self.at_s += min(every_s, seconds)
            seconds -= every_s
            self.world.tick(self.at_s)
        return self.read()

    def read(self, name: str = UPS) -> UpsReading:
        return SimulatedUps(self.options(name)).read()

    def options(self, name: str = UPS) -> SimulatedOptions:
        return SimulatedOptions(path=self.world.root / f"{name}.dev")

    def told(self, variable: str, name: str = UPS) -> str | None:
        lines = (self.world.root / f"{name}.dev").read_text().splitlines()
        return dict(line.split(": ") for line in lines).get(variable)

    def command(self, word: str, name: str = UPS) -> None:
        SimulatedCommander(self.options(name)).do(word)


@pytest.fixture
def played(tmp_path: Path) -> Played:
    return Played(tmp_path)


def figures(reading: UpsReading) -> tuple[float | None, float | None, float | None]:
    return reading.charge_percent, reading.runtime_s, reading.load_percent


def test_at_rest_it_is_full_and_on_the_mains(played: Played) -> None:
    reading = played.read()
    assert reading.status == ("OL",) and figures(reading) == (100.0, 72 * MINUTE, 35.0)
    assert (reading.battery_v, reading.input_v) == (27.3, 230.0)
    assert played.told("ups.test.result") == "No test initiated"


def test_without_mains_it_lasts_72_minutes_says_lb_by_itself_and_is_off_in_the_end(played: Played) -> None:
    played.set(**OB)
    reading = played.after(36 * MINUTE)
    assert reading.status == ("OB", "DISCHRG") and figures(reading) == (50.0, 36 * MINUTE, 35.0)
    assert reading.input_v == 0
    assert "LB" not in played.after(21 * MINUTE).status
    assert "LB" in played.after(1 * MINUTE).status and (played.read().charge_percent or 0) < 20
    assert played.after(13 * MINUTE).status == ("OB", "DISCHRG", "LB")
    empty = played.after(2 * MINUTE)
    assert empty.status == ("OFF",) and figures(empty) == (0, 0, 0)


def test_it_comes_back_with_the_mains_and_is_full_four_hours_later(played: Played) -> None:
    played.set(**OB)
    played.after(80 * MINUTE)
    played.set(**OL)
    assert played.after(1 * MINUTE).status == ("OL", "CHRG")
    assert played.after(2 * HOUR).charge_percent == pytest.approx(50, abs=1)
    assert played.after(2 * HOUR + 5 * MINUTE).status == ("OL",)


@pytest.mark.parametrize(("load", "minutes"), [(35.0, 72.0), (70.0, 72 / 2**1.2), (17.5, 72 * 2**1.2)])
def test_twice_the_load_lasts_less_than_half_as_long(tmp_path: Path, load: float, minutes: float) -> None:
    played = Played(tmp_path)
    played.set(**{"ups.status": "OB DISCHRG", "ups.load": load})
    assert played.after((minutes - 0.2) * MINUTE).status[0] == "OB"
    assert played.after(0.4 * MINUTE).status == ("OFF",)


def test_what_it_tells_takes_an_old_battery_for_new(tmp_path: Path) -> None:
    played = Played(tmp_path, UpsMake(capacity_percent=50))
    played.set(**OB)
    assert played.read().runtime_s == 72 * MINUTE
    assert played.after(35.9 * MINUTE).status[0] == "OB"
    assert played.after(0.2 * MINUTE).status == ("OFF",), "half of what it told"


def test_the_voltage_steps_down_with_the_load_and_sags_with_the_charge(played: Played) -> None:
    played.set(**OB)
    volts = [played.read().battery_v or 0] + [played.after(20 * MINUTE).battery_v or 0 for _ in range(3)]
    assert volts == sorted(volts, reverse=True) and 26 > volts[0] > volts[-1] > 20
    played.set(**OL)
    assert (played.read().battery_v or 0) > volts[-1]


def test_what_the_script_says_of_the_status_stands(played: Played) -> None:
    played.set(**{"ups.status": "OB DISCHRG LB", "battery.charge": 90})
    assert played.after(1 * MINUTE).status == ("OB", "DISCHRG", "LB"), "a UPS that lies"
    played.set(**{"ups.status": "OL CHRG"})
    assert played.after(1 * MINUTE).status == ("OL", "CHRG")
    played.set(**{"ups.status": "OFF"})
    assert played.read().status == ("OFF",)


def test_a_ups_that_tells_nothing_goes_on_draining(played: Played) -> None:
    played.set(**OB)
    played.set(**{"ups.status": "STALE"})
    with pytest.raises(UpsError, match="data-stale"):
        played.after(36 * MINUTE)
    played.set(**OB)
    assert played.read().charge_percent == 50


def test_any_variable_is_told_as_the_script_says_until_it_takes_it_back(played: Played) -> None:
    played.set(**{"battery.runtime": 65535, "ups.mfr": "EXAMCO", **OB})
    assert (played.after(1 * MINUTE).runtime_s, played.told("ups.mfr")) == (65535, "EXAMCO")
    played.set(**{"battery.runtime": "", "ups.mfr": ""})
    assert played.read().runtime_s == 71 * MINUTE and played.told("ups.mfr") is None


def test_frozen_figures_stay_while_the_battery_drains(played: Played) -> None:
    played.set(frozen=True, **OB)
    reading = played.after(70 * MINUTE)
    assert figures(reading) == (100.0, 72 * MINUTE, 35.0) and "LB" in reading.status
    played.set(frozen=False)
    assert (played.read().charge_percent or 0) < 5


def test_a_test_runs_on_the_battery_although_the_mains_are_on(played: Played) -> None:
    played.command("test")
    reading = played.after(1 * MINUTE)
    assert reading.status == ("OB", "DISCHRG") and reading.input_v == 230
    assert played.told("ups.test.result") == "In progress"
    played.command("test-stop")
    assert played.after(1 * MINUTE).status == ("OL", "CHRG") and played.told("ups.test.result") == "Aborted"


def test_a_test_runs_into_lb_and_then_ends_by_itself(played: Played) -> None:
    played.command("test")
    assert played.after(58.5 * MINUTE).status == ("OB", "DISCHRG", "LB")
    assert played.after(1 * MINUTE).status == ("OL", "CHRG")
    assert played.told("ups.test.result") == "Done and passed"


def test_mains_that_fail_end_a_test(played: Played) -> None:
    played.command("test")
    played.after(1 * MINUTE)
    played.set(**OB)
    assert played.told("ups.test.result") == "Aborted" and played.read().status == ("OB", "DISCHRG")
    played.command("test")
    played.after(1 * MINUTE)
    assert played.told("ups.test.result") == "Aborted", "no test begins without mains"


def test_a_cut_with_the_mains_on_is_a_power_cycle(played: Played) -> None:
    played.command("cut")
    assert played.after(19, every_s=1).status == ("OL",)
    assert played.after(2, every_s=1).status == ("OFF",) and played.read().load_percent == 0
    assert played.after(20, every_s=1).status == ("OFF",)
    assert played.after(15, every_s=1).status == ("OL",)


def test_a_cut_without_mains_lasts_until_they_are_back_and_spares_the_battery(played: Played) -> None:
    played.set(**OB)
    played.command("cut")
    cut = played.after(5 * MINUTE)
    assert cut.status == ("OFF",) and cut.charge_percent == pytest.approx(100 - 100 / 72 / 3, abs=0.1)
    assert played.after(5 * HOUR).charge_percent == cut.charge_percent
    played.set(**OL)
    assert played.after(1 * MINUTE).status[0] == "OL"


def test_asked_twice_it_cuts_once(played: Played) -> None:
    played.set(**OB)
    played.command("cut")
    played.after(10, every_s=1)
    played.command("cut")
    assert played.after(19, every_s=1).status[0] == "OB", "the delay began anew"
    assert played.after(2, every_s=1).status == ("OFF",)
    played.command("cut")
    played.set(**OL)
    assert played.after(5 * MINUTE).status[0] == "OL", "it is not cut again once it is back"


def test_a_command_that_is_half_written_waits_for_its_end(played: Played) -> None:
    path = played.world.root / f"{UPS}.dev.commands"
    path.write_text("te")
    played.after(1 * MINUTE)
    path.write_text("test\n")
    assert played.after(1 * MINUTE).status[0] == "OB"


def test_a_step_presses_the_button(played: Played) -> None:
    panel = SimulatedPanel(played.world.root)
    played.world.do({"button": 2})
    played.world.do({"button": 1})
    assert panel.presses() == 3


def test_a_step_changes_the_ups_it_names_or_several(tmp_path: Path) -> None:
    played = Played(tmp_path, UpsMake(), UpsMake(name="switch-ups", hold_minutes=10, load_percent=50))
    assert figures(played.read("switch-ups")) == (100.0, 10 * MINUTE, 50.0)
    played.world.do({"ups": {"name": "switch-ups", **OB}})
    assert (played.read().status, played.read("switch-ups").status) == (("OL",), ("OB", "DISCHRG"))
    played.world.do({"ups": [OB, {"name": "switch-ups", **OL}]})
    assert (played.read().status, played.read("switch-ups").status) == (("OB", "DISCHRG"), ("OL",))
    played.command("test", "switch-ups")
    played.after(5 * MINUTE)
    assert (played.read("switch-ups").status[0], played.told("ups.test.result")) == (
        "OB",
        "No test initiated",
    )


DAY = """\
title = "two UPSes"
start = 2026-09-05T06:50:00
rooms = 1
seats_per_room = 2
feeds = ["exam-server", "box"]
[[upses]]
name = "switch-ups"
feeds = ["switch", "line"]
hold_minutes = 30
rated = true
cut = true
[[sitting]]
id = "am"
batch = "1"
subject = "s"
start = 2026-09-05T09:00:00
end = 2026-09-05T09:40:00
[[step]]
at = 2026-09-05T06:51:00
ups = [{ "ups.status" = "OB DISCHRG" }, { name = "switch-ups", "ups.status" = "OB" }]
button = 2
"""


def read_day(tmp_path: Path, text: str) -> script.Script:
    path = tmp_path / "day.toml"
    path.write_text(text, encoding="utf-8")
    return script.read(path)


def test_a_scripts_upses_are_the_guards(tmp_path: Path) -> None:
    day = read_day(tmp_path, DAY)
    config, world = venue.write(tmp_path, day, recipient=new_identity()[1], listen="127.0.0.1:1")
    sections = {ups.name: ups for ups in daemon.read(config).config.ups}
    assert sections[UPS].feeds == ("exam-server", "box")
    assert (sections[UPS].cut, sections[UPS].rated_minutes) == (False, None)
    other = sections["switch-ups"]
    assert (other.feeds, other.cut) == (("switch", "line"), True)
    assert (other.rated_minutes, other.rated_load_percent) == (30, 35)
    assert (world.root / "switch-ups.dev").exists()


def test_a_scripts_own_server_ups_takes_the_place_of_the_usual_one(tmp_path: Path) -> None:
    (ups,) = read_day(tmp_path, DAY.replace("switch-ups", UPS)).upses
    assert (ups.name, ups.feeds, ups.hold_minutes) == (UPS, ("switch", "line"), 30)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('{ name = "switch-ups"', '{ name = "other-ups"', "other-ups: no such UPS"),
        ("hold_minutes = 30", "hold_minutes = 0", "more than 0"),
        ("hold_minutes = 30", "minutes = 30", "minutes"),
        ('name = "switch-ups"\n', "", "name"),
    ],
)
def test_a_script_with_a_ups_that_can_not_be_is_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    with pytest.raises(ScriptError, match=why):
        read_day(tmp_path, DAY.replace(old, new, 1))
