"""Beside a real guard: pruning is recorded, copies make themselves, a drill is a fact, status is for monitoring."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance import daemon
from appliance.backup import outbox
from appliance.cli import backup_drill, main
from appliance.client import Client
from tests.fakes.place import Place, one_line
from tests.fakes.wait import wait_for

START = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def second(place: Place) -> Iterator[Path]:
    """A second place, on another file system than the state."""
    shm = Path("/dev/shm")
    if not shm.is_dir() or shm.stat().st_dev == place.directory.stat().st_dev:
        pytest.skip("/dev/shm is no file system of its own")
    made = Path(tempfile.mkdtemp(prefix="b6-", dir=shm))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def with_backup(place: Place, *keys: str, rate: float = 1) -> None:
    place.write(place.simulation(rate=rate, start=START), backup=True)
    text = place.config.read_text(encoding="utf-8").replace("[backup]\n", "[backup]\n" + "\n".join(keys) + "\n")
    place.config.write_text(text, encoding="utf-8")


def venue(place: Place, *words: str) -> int:
    """A verb in this very process: a process of its own for each takes seconds here."""
    return main([*words, "--config", str(place.config)])


def bundles(place: Place) -> list[str]:
    return [bundle.name for bundle in outbox.bundles(place.state)]


def made(place: Place) -> str:
    """A bundle by the guard, on record."""
    before = len(place.events("bundle.published"))
    place.client.call("backup.run", by="test", full=True)
    wait_for(lambda: len(place.events("bundle.published")) > before, every_s=0.2)
    name: str = place.events("bundle.published")[-1]["body"]["name"]
    return name


def test_what_is_receipted_and_old_is_pruned_by_the_next_run_and_the_record_says_so(place: Place) -> None:
    with_backup(place, "keep_days = 1", rate=86_400)
    place.guard()
    first, second = made(place), made(place)
    place.client.call("report", kind="bundle.receipted", body={"name": first})
    place.client.call("report", kind="bundle.receipted", body={"name": second})
    wait_for(lambda: place.status()["phase"])
    third, fourth = made(place), made(place)
    wait_for(lambda: place.events("bundle.pruned"))
    gone = [name for event in place.events("bundle.pruned") for name in event["body"]["names"]]
    assert set(gone) <= {first, second} and first in gone
    assert set(bundles(place)) == {first, second, third, fourth} - set(gone)
    assert venue(place, "backup", "verify") == 0
    room = place.status()["backup"]["room"]
    assert room["state"] == "ok" and room["owed"] == 2 and room["used_bytes"] > 0


def test_what_can_not_be_pruned_keeps_no_bundle_from_being_made(place: Place) -> None:
    with_backup(place, "keep_days = 1", rate=86_400)
    place.guard()
    first = made(place)
    place.client.call("report", kind="bundle.receipted", body={"name": first})
    (outbox.outbox_of(place.state) / ".pruned" / "in its way").mkdir(parents=True)
    names = [made(place) for _ in range(3)]
    assert {first, *names} <= set(bundles(place)) and not place.events("bundle.pruned")
    assert not place.events("backup.failed")


def test_a_copy_is_made_though_the_record_can_not_be_read(
    place: Place, second: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_backup(place, f'copies = ["{second}"]')
    place.guard()
    first = made(place)
    wait_for(lambda: (second / "venue-520100-03" / f"{first}.json.sig").exists(), every_s=0.1)
    (place.state / "log" / "events-999.sqlite").write_bytes(b"no log")
    assert venue(place, "backup", "copy", str(second)) == 0
    said = capsys.readouterr()
    assert "nothing is pruned there" in said.err and "1 bundles" in said.out


def test_a_drill_gives_way_to_an_exam_that_begins(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.write(place.simulation(rate=1, start=START), backup=True)
    for number in range(300):
        (place.answers / f"{number}.ans").write_text("A")
    look = backup_drill.GiveWay(_InAnExam(), every_s=0)
    with pytest.raises(backup_drill.ExamBegan):
        backup_drill.drilled(daemon.read(place.config), look)
    assert [path.name for path in (place.state / "drill").iterdir()] == [".lock"]
    silent = backup_drill.GiveWay(Client(place.directory / "nobody"), every_s=0)
    assert backup_drill.drilled(daemon.read(place.config), silent).passed
    capsys.readouterr()


class _InAnExam(Client):
    """A guard with a sitting that runs."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere"))

    def call(self, verb: str, **args: object) -> dict[str, object]:
        return {"phase": {"name": "running"}}


def test_a_run_alone_prunes_nothing_for_nobody_would_record_it(place: Place) -> None:
    with_backup(place, "keep_days = 1", rate=86_400)
    guard = place.guard()
    first = made(place)
    place.client.call("report", kind="bundle.receipted", body={"name": first})
    place.kill(guard)
    assert venue(place, "backup", "run", "--full") == 0
    assert first in bundles(place)


def test_each_bundle_is_copied_by_itself_and_a_place_that_goes_is_an_item_that_ends(
    place: Place, second: Path
) -> None:
    with_backup(place, f'copies = ["{second}"]', rate=60)
    place.guard()
    first = made(place)
    directory = second / "venue-520100-03"
    wait_for(lambda: (directory / f"{first}.json.sig").exists(), every_s=0.1)
    wait_for(lambda: place.status()["backup"]["copies"][0]["state"] == "ok")
    away = second.with_name(second.name + "-away")
    second.rename(away)
    try:
        later = made(place)
        wait_for(lambda: "copy_failed" in place.incidents(), every_s=0.1)
        assert place.status()["backup"]["state"] == "ok" and later in bundles(place)
    finally:
        away.rename(second)
    wait_for(lambda: (directory / f"{later}.json.sig").exists(), every_s=0.2)
    wait_for(lambda: "copy_failed" not in place.incidents(), every_s=0.2)
    assert place.incidents(open_only=False)["copy_failed"]["outcome"] == "recovered"


def test_a_drill_is_a_fact_and_its_key_opens_nothing_that_stays(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    with_backup(place)
    place.guard()
    assert venue(place, "backup", "drill", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["passed"] and told["files"] == 1 and bundles(place) == []
    assert place.status()["backup"]["drill"]["passed"] is True
    assert [path.name for path in (place.state / "drill").iterdir()] == [".lock"]
    shutil.rmtree(place.answers)
    assert venue(place, "backup", "drill") == 2
    assert "no source could be captured" in capsys.readouterr().err
    assert place.status()["backup"]["drill"]["passed"] is False


def test_a_guard_that_starts_takes_away_what_a_killed_drill_left_in_the_clear(place: Place) -> None:
    with_backup(place)
    left = place.state / "drill" / "abc" / "restored"
    left.mkdir(parents=True)
    (left / "17.ans").write_text("an answer", encoding="utf-8")
    place.guard()
    wait_for(lambda: not left.exists())
    assert place.status()["rev"]


def test_status_and_list_tell_counts_and_room_and_the_exit_code_is_for_monitoring(
    place: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_backup(place)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    text = place.config.read_text(encoding="utf-8") + 'expected = { "1" = 2 }\ncollected = "{room}/*.ans"\n'
    place.config.write_text(text, encoding="utf-8")
    assert venue(place, "backup", "status") == 3
    assert one_line(capsys.readouterr().err)
    place.guard()
    assert venue(place, "backup", "status") == 2, "there is none yet"
    name = made(place)
    wait_for(lambda: place.status()["backup"]["room"]["state"] == "ok")
    capsys.readouterr()
    assert venue(place, "backup", "status", "--max-age", "10m") == 0
    said = capsys.readouterr().out
    assert name in said and "应收 2，已收 1" in said and "备份空间" in said
    assert venue(place, "backup", "status", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["exit"] == 0 and told["why"] == [] and told["age_s"] >= 0 and told["backup"]["last"]["name"] == name
    assert venue(place, "backup", "list") == 0
    assert "应收 2，已收 1" in capsys.readouterr().out
    assert venue(place, "backup", "status", "--max-age", "soon") == 64
    assert place.incidents() == {}, "fewer answers while the exam goes on are no item"
