"""A battery test is begun and stopped by the UPS's own commander."""

from pathlib import Path

import pytest

from appliance.enforce import trial
from appliance.exam.posture import NotHeld
from hw.ups.simulated import SimulatedCommander, SimulatedOptions, commands_path


def at(path: Path) -> SimulatedCommander:
    return SimulatedCommander(SimulatedOptions(path=path))


def test_run_begins_it_stop_ends_it_and_idle_leaves_the_ups_alone(tmp_path: Path) -> None:
    path = tmp_path / "ups.dev"
    hold = trial.holder(lambda: at(path))
    hold("idle")
    assert not commands_path(path).exists()
    for want in ("run", "stop", "idle"):
        hold(want)
    assert commands_path(path).read_text() == "test\ntest-stop\n"


def test_a_ups_that_does_not_take_it_is_not_held_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotHeld, match="^test was not taken: unreachable: .*No such file") as caught:
        trial.holder(lambda: at(tmp_path / "nowhere" / "ups.dev"))("run")
    assert "\n" not in str(caught.value)


def test_what_is_no_level_is_not_held(tmp_path: Path) -> None:
    with pytest.raises(NotHeld, match="'cut' is no level"):
        trial.holder(lambda: at(tmp_path / "ups.dev"))("cut")
