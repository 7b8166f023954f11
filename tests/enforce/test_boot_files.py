"""What holds before the guard runs follows what people changed: a unit writes it, the guard sees that it is due."""

from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.enforce.boot_files import UNIT, BootFiles
from appliance.exam.posture import NotHeld

CHANGES = "-1-01 +1-02;02:50:00:00:09:09;10.50.0.109;"


def box(root: Path, *, code: int = 0) -> None:
    """A root in which systemd runs and has the unit; what its systemctl was asked stands in `asked`."""
    (root / "run/systemd/system").mkdir(parents=True)
    (root / "usr/lib/systemd/system").mkdir(parents=True)
    (root / "usr/lib/systemd/system" / UNIT).touch()
    program = root / "usr/bin/systemctl"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\necho "$@" >> "{root}/asked"\nexit {code}\n')
    program.chmod(0o755)


def asked(root: Path) -> list[str]:
    return (root / "asked").read_text().splitlines() if (root / "asked").exists() else []


def files(
    root: Path, *, nobodys: bool = False, differs: Callable[[str, str], bool] = lambda what, changes: True
) -> BootFiles:
    return BootFiles(is_open=lambda: nobodys, differs=differs, root=root)


def test_what_differs_is_written_by_the_unit_and_what_is_as_it_must_be_is_left(tmp_path: Path) -> None:
    box(tmp_path)
    looked: list[tuple[str, str]] = []

    def differs(what: str, changes: str) -> bool:
        looked.append((what, changes))
        return what == "all"

    held = files(tmp_path, differs=differs)
    held.hold(f"follow rules {CHANGES}")
    assert asked(tmp_path) == []
    held.hold(f"follow all {CHANGES}")
    assert asked(tmp_path) == ["start venue-boot-files@all.service"]
    assert looked == [("rules", CHANGES), ("all", CHANGES)]


def test_what_nobody_put_in_place_yet_is_left_to_people_until_they_seal(tmp_path: Path) -> None:
    box(tmp_path)
    held = files(tmp_path, nobodys=True)
    held.hold("follow all")
    assert asked(tmp_path) == []
    held.hold("close rules")
    assert asked(tmp_path) == ["start venue-boot-files@rules.service"]


def test_a_unit_that_fails_or_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotHeld, match="venue config apply"):
        files(tmp_path).hold("follow all")
    box(tmp_path, code=1)
    with pytest.raises(NotHeld, match="next boot are not as they must be: venue config apply"):
        files(tmp_path).hold("follow all")


def test_on_a_root_that_is_only_read_nothing_is_claimed_to_hold_at_the_next_boot(tmp_path: Path) -> None:
    box(tmp_path)
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/mounts").write_text("/dev/mmcblk0p2 /media/root-ro ext4 ro,relatime 0 0\n")
    with pytest.raises(NotHeld, match="overlayroot=disabled"):
        files(tmp_path).hold("close all")
    assert asked(tmp_path) == []


@pytest.mark.parametrize("error", [OSError("no such disk"), ValueError("no such seat")])
def test_what_can_not_be_told_is_not_held(tmp_path: Path, error: Exception) -> None:
    box(tmp_path)

    def differs(what: str, changes: str) -> bool:
        raise error

    with pytest.raises(NotHeld, match=str(error)):
        files(tmp_path, differs=differs).hold("follow all")


@pytest.mark.parametrize("level", ["", "closed", "follow", "follow nothing", "close"])
def test_a_level_that_nobody_knows_is_not_held(tmp_path: Path, level: str) -> None:
    with pytest.raises(NotHeld, match="was expected"):
        files(tmp_path).hold(level)
