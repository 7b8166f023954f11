"""A second place is brought up once at a time, by a unit where there is one; a run that dies without a word is told."""

import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.enforce.copies import UNIT, Copies, escaped
from appliance.events.bodies import CopyRead
from appliance.exam.posture import NotHeld
from tests.fakes.wait import wait_for


@pytest.mark.parametrize("path", ["/mnt/ssd", "/mnt/a-b", "/media/备份 1/x", "/.hidden/a", "/mnt//b/", "/"])
def test_a_place_is_escaped_as_systemd_does(path: str) -> None:
    program = shutil.which("systemd-escape")
    if program is None:
        pytest.skip("systemd-escape is not installed (Debian: systemd)")
    said = subprocess.run([program, "--path", path], capture_output=True, text=True, check=True).stdout.strip()
    assert escaped(path) == said


def script(directory: Path, text: str) -> tuple[str, ...]:
    path = directory / "copy"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return (str(path),)


def test_one_run_at_a_time_and_none_at_rest(tmp_path: Path) -> None:
    told: list[CopyRead] = []
    argv = script(tmp_path, f'echo "$1" >> {tmp_path}/ran; while [ ! -e {tmp_path}/go ]; do sleep 0.02; done')
    copies = Copies(place="/mnt/ssd", argv=argv, report=told.append)
    copies.hold("rest")
    copies.hold("owed 0 b1")
    wait_for(lambda: (tmp_path / "ran").exists())
    copies.hold("owed 0 b2")
    (tmp_path / "go").touch()
    copies.stop(10)
    assert (tmp_path / "ran").read_text().splitlines() == ["/mnt/ssd"] and told == []


def test_a_run_that_dies_without_a_word_is_told_by_its_last_line(tmp_path: Path) -> None:
    told: list[CopyRead] = []
    argv = script(tmp_path, "echo first >&2; echo the disk is gone >&2; exit 1")
    Copies(place="/mnt/ssd", argv=argv, report=told.append).hold("owed 0 b1")
    wait_for(lambda: told)
    assert told == [CopyRead(place="/mnt/ssd", fault="failed", detail="the disk is gone")]


def test_a_level_that_nobody_knows_is_not_held() -> None:
    with pytest.raises(NotHeld):
        Copies(place="/mnt/ssd", argv=("/bin/true",), report=print).hold("burn")


def test_where_systemd_has_the_unit_it_is_started(tmp_path: Path) -> None:
    for directory in ("run/systemd/system", "usr/lib/systemd/system", "usr/bin"):
        (tmp_path / directory).mkdir(parents=True)
    (tmp_path / "usr/lib/systemd/system" / UNIT.format("")).touch()
    systemctl = tmp_path / "usr/bin/systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/said\n')
    systemctl.chmod(0o755)
    for by_unit, ran in ((True, "start venue-copy@mnt-ssd.service"), (False, "")):
        (tmp_path / "said").unlink(missing_ok=True)
        copies = Copies(place="/mnt/ssd", argv=("/bin/true",), report=print, by_unit=by_unit, root=tmp_path)
        copies.hold("owed 0 b1")
        said = tmp_path / "said"
        if ran:  # stopped before, it would have asked for nothing
            wait_for(lambda said=said: said.exists() and said.read_text().endswith("\n"))
        copies.stop(10)
        assert (said.read_text().strip() if said.exists() else "") == ran
