"""The drill: everything comes back as it is, what changed meanwhile is told apart, nothing is left behind."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.backup import drill, drill_place
from appliance.backup.bundle import Request, SourceSpec
from appliance.backup.room import OutboxFull
from appliance.backup.sources import command, sqlite
from tests.backup.conftest import NOW

MakeRequest = Callable[..., Request]
AGES_AGO_S = 1_700_000_000


@pytest.fixture
def aged(tree: Path) -> Path:
    """The tree, nothing of it written lately: a drill knows then that nothing changed."""
    for folder, _, names in os.walk(tree):
        for name in names:
            os.utime(Path(folder) / name, (AGES_AGO_S, AGES_AGO_S), follow_symlinks=False)
    return tree


def left_in(state: Path) -> list[str]:
    return sorted(str(path.relative_to(state)) for path in state.rglob("*") if path.is_file())


def test_every_file_comes_back_as_its_source_holds_it_and_nothing_is_left(
    request_for: MakeRequest, aged: Path, tmp_path: Path
) -> None:
    done = drill.run(request_for(aged), now=NOW)
    assert done.passed and (done.files, done.compared, done.changed, done.differing) == (3, 3, 0, 0)
    assert done.source_bytes and done.sealed_bytes and done.faulty == ()
    assert left_in(tmp_path / "state") == ["drill/.lock"]


def test_databases_and_programs_are_drilled_too(request_for: MakeRequest, aged: Path, tmp_path: Path) -> None:
    database = tmp_path / "records.db"
    with contextlib.closing(sqlite3.connect(database)) as made:
        made.executescript("create table t (a); insert into t values (1);")
    sources = (
        SourceSpec(name="records", options=sqlite.Options(path=database)),
        SourceSpec(name="dump", options=command.Options(argv=("/bin/echo", "answers"), file="dump.txt")),
    )
    request = request_for(aged)
    done = drill.run(replace(request, sources=(*request.sources, *sources)), now=NOW)
    assert done.passed and done.files == 5


def test_what_changed_came_or_went_meanwhile_is_told_apart_and_is_no_fault(
    request_for: MakeRequest, aged: Path
) -> None:
    def change(done: int, total: int) -> None:
        (aged / "room1" / "a.json").write_text('{"q1": "C"}')
        (aged / "room1" / "nothing").unlink(missing_ok=True)
        (aged / "new").write_text("came since")

    done = drill.run(request_for(aged), now=NOW, restoring=change)
    assert done.passed and (done.files, done.compared, done.changed) == (3, 1, 2)


def test_a_file_that_comes_back_otherwise_fails_the_drill_and_is_named(
    request_for: MakeRequest, aged: Path, tmp_path: Path
) -> None:
    altered = False

    def alter(done: int, total: int) -> None:
        """The first file that is compared is the largest; another one of the restored is altered then."""
        nonlocal altered
        for path in (tmp_path / "state" / "drill").glob("*/restored/answers/room1/a.json"):
            if not altered:
                path.write_text('{"q1": "X"}')
                os.utime(path, (AGES_AGO_S, AGES_AGO_S))
                altered = True

    (aged / "0 first").write_text("read before the others")
    os.utime(aged / "0 first", (AGES_AGO_S, AGES_AGO_S))
    done = drill.run(request_for(aged), now=NOW, comparing=alter)
    assert altered and not done.passed and done.differing == 1 and "room1/a.json" in done.named


def test_a_source_that_is_not_whole_fails_the_drill(request_for: MakeRequest, aged: Path, tmp_path: Path) -> None:
    done = drill.run(request_for(aged, tmp_path / "nowhere"), now=NOW)
    assert not done.passed and done.faulty == ("answers2",)


def test_without_room_to_restore_nothing_is_drilled(tmp_path: Path) -> None:
    with pytest.raises(OutboxFull):
        drill._enough_room(tmp_path, _holding(1 << 60))
    drill._enough_room(tmp_path, _holding(1))


def _holding(content_bytes: int) -> drill.Bundle:
    return drill.Bundle(
        name="x", counter=1, created_at=NOW, kind="full", parent=None, stage="", files=1, content_bytes=content_bytes,
        sealed_bytes=1, sha256="", manifest_sha256="", sources=(), not_captured=(), torn=0, failed_sources=(),
    )  # fmt: skip


def test_what_a_killed_drill_left_in_the_clear_is_swept_and_one_that_runs_is_not(
    tmp_path: Path, aged: Path
) -> None:
    state = tmp_path / "state"
    place = state / "drill" / "abc" / "restored" / "answers"
    place.mkdir(parents=True)
    (place / "a.json").write_text("an answer in the clear")
    with drill_place.locked(state / "drill"):
        assert drill_place.sweep(state) == 0 and place.exists()
    assert drill_place.sweep(state) == 1 and left_in(state) == ["drill/.lock"]


def test_a_guard_that_may_not_override_modes_sweeps_folders_that_were_restored_read_only(tmp_path: Path) -> None:
    left = tmp_path / "drill" / "killed" / "restored" / "answers"
    for name, mode in (("listed", 0o500), ("closed", 0o000)):
        (left / name).mkdir(parents=True)
        (left / name / "a.json").write_text("an answer in the clear")
        (left / name).chmod(mode)
    (left / "away").symlink_to(tmp_path)
    before = tmp_path.stat().st_mode
    argv = [sys.executable, "-c", f"from pathlib import Path as P\nfrom appliance.backup import drill_place as d\n"
            f"d.sweep(P({str(tmp_path)!r}))"]  # fmt: skip
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("setpriv is not installed")
        argv = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all", *argv]
    swept = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert swept.returncode == 0, swept.stderr
    assert not (tmp_path / "drill" / "killed").exists() and tmp_path.stat().st_mode == before


def test_a_file_that_did_not_come_back_is_a_fault_also_where_as_many_came_since() -> None:
    assert drill.Drilled(files=3, restored=3, compared=2, changed=1).passed
    assert not drill.Drilled(files=3, restored=2, compared=2, changed=1).passed
    assert not drill.Drilled(files=3, restored=3, compared=0, changed=3).passed, "nothing was seen to be as it is"
    assert drill.Drilled().passed, "an empty source is whole"
