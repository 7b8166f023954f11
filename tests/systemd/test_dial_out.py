"""The line that the box opens itself: behind NAT, with the unit's own command line, real ssh and sshd."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.enforce.dial_out import UNIT, DialOut
from appliance.exam.posture import NotHeld
from tests.fakes.wait import wait_for
from tests.lab import dialled
from tests.lab.dialled import BOX, DOOR, SSH, Dialled, unit_values

needs_lab = pytest.mark.skipif(bool(dialled.missing()), reason=dialled.missing())


@pytest.fixture
def line() -> Iterator[Dialled]:
    with Dialled() as made:
        yield made


@needs_lab
def test_the_province_pulls_inside_what_the_venue_opened_and_after_a_cut_again(line: Dialled) -> None:
    line.wait(pulled=True)
    assert not line.reached(BOX, DOOR) and not line.reached(BOX, SSH), "nobody else comes in"
    line.cut()
    line.wait(pulled=False)
    tries = line.tries
    wait_for(lambda: line.tries > tries)  # a line that is dead is seen, and tried again
    line.mend()
    line.wait(pulled=True)


@needs_lab
def test_another_machine_at_the_provinces_address_is_not_spoken_to(line: Dialled) -> None:
    line.wait(pulled=True)
    line.other_host_key()
    line.hang_up()
    tries = line.tries
    wait_for(lambda: line.tries >= tries + 2)
    assert not line.pulled()


def test_a_line_that_is_back_is_used_within_half_a_minute_by_the_units_own_numbers() -> None:
    (command,) = unit_values("ExecStart")
    waits = {name: int(value) for name, value in re.findall(r"(ServerAlive\w+|ConnectTimeout)=(\d+)", command)}
    pause_s = int(unit_values("RestartSec")[0])
    assert waits["ServerAliveInterval"] * waits["ServerAliveCountMax"] <= 15
    assert waits["ConnectTimeout"] + pause_s + waits["ConnectTimeout"] <= 30
    assert unit_values("Restart") == ["always"] and unit_values("StartLimitIntervalSec") == ["0"]
    assert "WantedBy" not in dialled.UNIT.read_text(), "the guard alone starts it"


SYSTEMCTL = """\
#!/bin/sh
echo "$@" >> "{root}/asked"
case "$1" in
show) cat "{root}/state" ;;
start) [ -e "{root}/broken" ] || echo active > "{root}/state" ;;
stop) echo inactive > "{root}/state" ;;
esac
"""


def machine(root: Path) -> Path:
    (root / "run/systemd/system").mkdir(parents=True)
    (root / "etc/systemd/system").mkdir(parents=True)
    (root / "etc/systemd/system" / UNIT).touch()
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/systemctl").write_text(SYSTEMCTL.format(root=root))
    (root / "usr/bin/systemctl").chmod(0o755)
    (root / "state").write_text("inactive\n")
    return root


def test_the_unit_runs_while_the_window_is_open_and_is_read_back(tmp_path: Path) -> None:
    line = DialOut(root=machine(tmp_path))
    line.hold("rest")
    assert "start" not in (tmp_path / "asked").read_text()
    line.hold("open")
    assert (tmp_path / "state").read_text() == "active\n"
    (tmp_path / "state").write_text("activating\n")
    line.hold("open")
    assert (tmp_path / "asked").read_text().count("start") == 1, "one that is between two tries is not started again"
    line.hold("rest")
    assert (tmp_path / "state").read_text() == "inactive\n"
    (tmp_path / "broken").touch()
    with pytest.raises(NotHeld, match="does not run"):
        line.hold("open")
    with pytest.raises(NotHeld, match="expected"):
        line.hold("burn")


def test_without_the_unit_there_is_nothing_to_stop_and_opening_is_not_held(tmp_path: Path) -> None:
    DialOut(root=tmp_path).hold("rest")
    with pytest.raises(NotHeld, match="is not there"):
        DialOut(root=tmp_path).hold("open")
