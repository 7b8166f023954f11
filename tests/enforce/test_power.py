"""The orderly end: disks at rest, the cut asked of the UPS, and only then this box off."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.command import CommandError
from appliance.enforce import power
from appliance.exam.posture import NotHeld
from hw.ups import Commander
from hw.ups.simulated import SimulatedCommander, SimulatedOptions, commands_path


class Ends:
    """What was done, in order; the UPS is a file, and `refusing` holds what it can not do yet."""

    def __init__(self, directory: Path) -> None:
        self.ups = directory / "there" / "ups.dev"
        self.switched_off = 0
        self.synced = 0
        self.off_refused = ""
        self.hold = power.holder(
            commanders={"server-ups": self.commander}, power_off=self.power_off, sync=self.sync
        )

    def commander(self) -> Commander:
        return SimulatedCommander(SimulatedOptions(path=self.ups))

    def power_off(self) -> None:
        assert self.cuts, "never off before the UPS has taken the cut"
        if self.off_refused:
            raise CommandError(self.off_refused)
        self.switched_off += 1

    def sync(self) -> None:
        self.synced += 1

    def plug_in(self) -> None:
        self.ups.parent.mkdir()

    @property
    def cuts(self) -> int:
        path = commands_path(self.ups)
        return path.read_text().count("cut\n") if path.exists() else 0


@pytest.fixture
def ends(tmp_path: Path) -> Ends:
    return Ends(tmp_path)


def test_a_day_without_an_end_touches_nothing(ends: Ends) -> None:
    ends.plug_in()
    ends.hold("run")
    assert (ends.synced, ends.cuts, ends.switched_off) == (0, 0, 0)


def test_rest_writes_the_disks_and_cuts_nothing(ends: Ends) -> None:
    ends.plug_in()
    ends.hold("rest")
    ends.hold("rest")
    assert (ends.synced, ends.cuts, ends.switched_off) == (2, 0, 0)


def test_a_cut_leaves_this_box_on(ends: Ends) -> None:
    ends.plug_in()
    ends.hold("cut server-ups")
    assert (ends.cuts, ends.switched_off) == (1, 0)


def test_off_asks_for_the_cut_first(ends: Ends) -> None:
    ends.plug_in()
    ends.hold("off server-ups")
    assert (ends.synced, ends.cuts, ends.switched_off) == (1, 1, 1)


def test_a_refused_cut_switches_nothing_off(ends: Ends) -> None:
    """A box that is off under a UPS that stays on would stay off for ever."""
    with pytest.raises(NotHeld, match="^server-ups: the cut was not taken: unreachable: ") as caught:
        ends.hold("off server-ups")
    assert ends.switched_off == 0 and "\n" not in str(caught.value)
    ends.plug_in()
    ends.hold("off server-ups")
    assert (ends.cuts, ends.switched_off) == (1, 1)


def test_a_cut_that_was_taken_is_not_asked_again_when_the_box_does_not_go_off(ends: Ends) -> None:
    ends.plug_in()
    ends.off_refused = "systemd does not run here"
    for _ in range(2):
        with pytest.raises(NotHeld, match="^this box can not be switched off: systemd does not run here$"):
            ends.hold("off server-ups")
    ends.off_refused = ""
    ends.hold("off server-ups")
    assert (ends.cuts, ends.switched_off) == (1, 1)


def test_the_next_end_asks_for_a_cut_of_its_own(ends: Ends) -> None:
    ends.plug_in()
    for want in ("cut server-ups", "run", "cut server-ups", "rest", "cut server-ups"):
        ends.hold(want)
    assert ends.cuts == 3


def test_after_a_restart_of_the_guard_it_is_asked_again(tmp_path: Path) -> None:
    first, second = Ends(tmp_path), Ends(tmp_path)
    first.plug_in()
    first.hold("off server-ups")
    second.hold("off server-ups")
    assert (second.cuts, second.switched_off) == (2, 1)


@pytest.mark.parametrize("want", ["", "cut", "off", "cut ", "halt server-ups"])
def test_what_is_no_level_is_not_held(ends: Ends, want: str) -> None:
    with pytest.raises(NotHeld, match="no level"):
        ends.hold(want)


def test_a_ups_that_takes_no_commands_is_named(ends: Ends) -> None:
    with pytest.raises(NotHeld, match="^switch-ups: no UPS of this name takes commands$"):
        ends.hold("off switch-ups")
    assert ends.switched_off == 0


def test_a_slow_disk_does_not_hold_up_the_guard_and_is_waited_for() -> None:
    done, calls = threading.Event(), []

    def sync() -> None:
        calls.append(done.wait(30))

    hold = power.holder(commanders={}, power_off=lambda: None, sync=sync)
    for _ in range(2):
        began_s = time.monotonic()
        with pytest.raises(NotHeld, match="^the disks are still being written$"):
            hold("rest")
        assert time.monotonic() - began_s < 5, "longer, and the page calls the guard silent"
    done.set()
    hold("rest")
    assert calls == [True]


def test_a_disk_that_hangs_does_not_keep_the_box_on(ends: Ends) -> None:
    done, off = threading.Event(), []
    ends.plug_in()
    commanders = {"server-ups": ends.commander}
    power.holder(
        commanders=commanders, power_off=lambda: off.append(ends.cuts), sync=lambda: done.wait(30) and None
    )("off server-ups")
    done.set()
    assert off == [1]


@pytest.fixture
def two(tmp_path: Path) -> tuple[Callable[[str], None], list[str], Path]:
    """A holder of the box's own UPS and of the switch's, what was done, and where the switch's is plugged in."""
    done: list[str] = []
    paths = {"box-ups": tmp_path / "box.dev", "switch-ups": tmp_path / "there" / "switch.dev"}

    def commander(name: str) -> Callable[[], Commander]:
        def opened() -> Commander:
            if paths[name].parent.exists():
                done.append(name)
            return SimulatedCommander(SimulatedOptions(path=paths[name]))

        return opened

    hold = power.holder(
        commanders={name: commander(name) for name in paths},
        power_off=lambda: done.append("off"),
        sync=lambda: None,
    )
    return hold, done, tmp_path / "there"


def test_of_several_upses_this_boxs_own_is_asked_last(
    two: tuple[Callable[[str], None], list[str], Path],
) -> None:
    hold, done, there = two
    there.mkdir()
    hold("off box-ups switch-ups")
    assert done == ["switch-ups", "box-ups", "off"]


def test_while_one_of_several_refuses_the_box_stays_on(
    two: tuple[Callable[[str], None], list[str], Path],
) -> None:
    """Who is off can not ask again, and what hangs on that UPS would stay off for ever."""
    hold, done, there = two
    with pytest.raises(NotHeld, match="^switch-ups: the cut was not taken"):
        hold("off box-ups switch-ups")
    assert done == []
    there.mkdir()
    hold("off box-ups switch-ups")
    assert done == ["switch-ups", "box-ups", "off"]


def test_a_ups_that_refuses_keeps_no_other_waiting(
    two: tuple[Callable[[str], None], list[str], Path],
) -> None:
    hold, done, there = two
    for _ in range(2):
        with pytest.raises(NotHeld, match="^switch-ups: the cut was not taken"):
            hold("cut switch-ups box-ups")
    assert done == ["box-ups"]


def test_a_ups_that_is_added_is_asked_alone(two: tuple[Callable[[str], None], list[str], Path]) -> None:
    hold, done, there = two
    there.mkdir()
    hold("cut switch-ups")
    hold("cut switch-ups box-ups")
    assert done == ["switch-ups", "box-ups"]


def systemctl(root: Path, script: str) -> Callable[[], None]:
    (root / power.BOOTED).mkdir(parents=True)
    path = root / power.SYSTEMCTL
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return power.systemd_power_off(root)


def test_systemd_is_asked_to_power_off_without_waiting_for_it(tmp_path: Path) -> None:
    systemctl(tmp_path, f'echo "$@" > {tmp_path}/asked')()
    assert (tmp_path / "asked").read_text() == "--no-block --check-inhibitors=no poweroff\n"


def test_systemds_refusal_is_told_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Access denied"):
        systemctl(tmp_path, "echo 'Access denied' >&2; exit 4")()


def test_where_systemd_does_not_run_nothing_is_started(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="systemd does not run here"):
        power.systemd_power_off(tmp_path)()
    (tmp_path / power.BOOTED).mkdir(parents=True)
    with pytest.raises(CommandError, match="systemctl: No such file"):
        power.systemd_power_off(tmp_path)()
