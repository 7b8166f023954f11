"""`venue backup run` beside a guard and alone: one bundle at a time, every failure said, every end of it too."""

import json
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from tests.fakes.place import Place, one_line
from tests.fakes.wait import wait_for

START = datetime(2026, 9, 1, tzinfo=UTC)


def bundles(place: Place) -> list[str]:
    return [row["name"] for row in json.loads(place.venue("backup", "list", "--json").stdout)["bundles"]]


def manifest(place: Place, name: str) -> dict[str, object]:
    value = json.loads((place.state / "outbox" / f"{name}.json").read_bytes())
    assert isinstance(value, dict)
    return value


def test_beside_a_guard_it_prints_the_name_of_a_bundle_newer_than_the_question(place: Place) -> None:
    place.write(backup=True)
    place.guard()
    asked_seq = place.status()["log"]["head_seq"]
    done = place.venue("backup", "run")
    assert done.returncode == 0, done.stderr
    name = done.stdout.strip()
    assert bundles(place) == [name] and manifest(place, name)["log_seq"] > asked_seq
    (published,) = place.events("bundle.published")
    assert published["body"]["name"] == name == place.status()["backup"]["last"]["name"]
    assert published["body"]["files"] == 1


def test_alone_it_works_too_and_its_bundle_carries_the_head_of_the_log(place: Place) -> None:
    place.write(backup=True)
    guard = place.guard()
    place.kill(guard, signal.SIGTERM)
    done = place.venue("backup", "run")
    assert done.returncode == 0 and one_line(done.stderr), done.stderr
    head = place.verified()
    found = manifest(place, done.stdout.strip())
    assert (found["log_seq"], found["log_hash"]) == (head["head_seq"], head["head_hash"])


def test_what_is_not_whole_is_said_alone_beside_a_guard_and_in_the_record(place: Place) -> None:
    place.write(backup=True)
    broken = '[[backup.source]]\nname = "dump"\ndriver = "command"\n'
    broken += 'argv = ["/bin/sh", "-c", "echo half; printf \'no \\\\033[1mrights\' >&2; exit 3"]\n'
    place.config.write_text(place.config.read_text() + broken)
    alone = place.venue("backup", "run")
    assert alone.returncode == 0 and "source dump: /bin/sh: exit 3: no \ufffd[1mrights" in alone.stderr
    place.guard()
    beside = place.venue("backup", "run")
    assert beside.returncode == 0 and "source dump: /bin/sh: exit 3: no \ufffd[1mrights" in beside.stderr
    body = place.events("bundle.published")[-1]["body"]
    dump = next(told for told in body["sources"] if told["name"] == "dump")
    assert dump["fault"] == "failed" and place.incidents()["source_incomplete"]["cause"] == "dump"
    assert body["incomplete"] == ["dump"] and body["reasons"] == ["source dump: /bin/sh: exit 3: no \ufffd[1mrights"]


def test_a_run_that_is_asked_to_end_takes_its_dump_with_it_and_leaves_nothing(place: Place) -> None:
    place.write(backup=True)
    pid = place.directory / "pid"
    slow = '[[backup.source]]\nname = "dump"\ndriver = "command"\n'
    slow += f'argv = ["/bin/sh", "-c", "sleep 1000 & echo $! > {pid}; echo half; wait"]\n'
    place.config.write_text(place.config.read_text() + slow)
    run = place.start("backup", "run")
    wait_for(lambda: pid.exists() and pid.read_text().strip())
    place.kill(run, signal.SIGTERM)
    assert run.returncode == 143
    stat = Path(f"/proc/{pid.read_text().strip()}/stat")
    wait_for(lambda: not stat.exists() or " Z " in stat.read_text())
    assert not list((place.state / "spool").iterdir()) and bundles(place) == []
    assert [path.name for path in (place.state / "outbox").glob(".*.part")] == []


@pytest.mark.parametrize("gentle", [True, False])
def test_a_job_in_an_exam_steps_back_with_its_programs_and_keeps_to_its_rate(place: Place, gentle: bool) -> None:
    place.write(backup=True)
    held = place.directory / "held"
    os.mkfifo(held)
    slow = f'[[backup.source]]\nname = "held"\ndriver = "command"\nargv = ["/bin/cat", "{held}"]\n'
    config = place.config.read_text().replace("[backup]\n", "[backup]\nrunning_mb_per_s = 1\n")
    place.config.write_text(config + slow)
    (place.answers / "video").write_bytes(os.urandom(2_300_000))
    asked = place.directory / "asked.json"
    asked.write_text(json.dumps({"kind": "full", "gentle": gentle}))
    begun_s = time.monotonic()
    job = place.start("backup", "run", "--config", str(place.config), "--job", str(asked))
    wait_for(lambda: [one for one in psutil.Process(job.pid).children() if one.name() == "cat"])
    taken_s = time.monotonic() - begun_s
    all_of_it = (psutil.Process(job.pid), *psutil.Process(job.pid).children())  # the half that seals too
    found = {(one.nice(), one.ionice().ioclass) for one in all_of_it}
    with held.open("wb"):
        pass
    job.wait(60)
    assert (found == {(19, psutil.IOPRIO_CLASS_IDLE)}) == gentle
    assert taken_s > 2 or not gentle
    assert len(bundles(place)) == 1


def test_alone_without_any_log_it_works_too(place: Place) -> None:
    place.write(backup=True)
    done = place.venue("backup", "run")
    assert done.returncode == 0, done.stderr
    assert manifest(place, done.stdout.strip())["log_seq"] == 0
    assert place.venue("backup", "verify").returncode == 0


def test_two_at_once_give_one_bundle_each_or_75_and_break_nothing(place: Place) -> None:
    place.write(backup=True)
    with (place.answers / "big").open("wb") as file:
        for number in range(400):
            file.write(number.to_bytes(2, "big") * 50_000)
    both = [place.start("backup", "run") for _ in range(3)]
    codes = [process.wait(120) for process in both]
    assert 0 in codes and set(codes) <= {0, 75}, [place.said(process) for process in both]
    assert len(bundles(place)) == codes.count(0)
    assert place.venue("backup", "verify").returncode == 0


def test_two_people_who_ask_the_guard_both_get_a_bundle(place: Place) -> None:
    place.write(backup=True)
    place.guard()
    both = [place.start("backup", "run") for _ in range(2)]
    assert [process.wait(120) for process in both] == [0, 0], [place.said(process) for process in both]
    assert {place.said(process).strip() for process in both} <= set(bundles(place))
    assert place.venue("backup", "verify").returncode == 0 and "backup_failed" not in place.incidents()


def test_a_source_that_is_gone_is_an_incident_and_its_return_ends_it(place: Place) -> None:
    place.write(place.simulation(rate=60, start=START), backup=True)
    place.guard()
    away = place.answers.with_name("away")
    place.answers.rename(away)
    done = place.venue("backup", "run")
    assert done.returncode == 2 and one_line(done.stderr), done.stderr
    assert place.incidents()["backup_failed"]["detail"] == "sources"
    assert place.status()["backup"]["failed"]["reason"] in done.stderr
    assert place.status()["backup"]["state"] == "failed" and bundles(place) == []
    away.rename(place.answers)
    wait_for(lambda: bundles(place), every_s=0.3)
    wait_for(lambda: "backup_failed" not in place.incidents())
    assert place.incidents(open_only=False)["backup_failed"]["outcome"] == "recovered"
    assert place.status()["backup"]["state"] == "ok"


def test_a_bundle_under_way_when_the_guard_is_killed_is_whole_or_not_there(place: Place) -> None:
    place.write(backup=True)
    with (place.answers / "big").open("wb") as file:
        for number in range(600):
            file.write(number.to_bytes(2, "big") * 50_000)
    guard = place.guard()
    asking = place.start("backup", "run")
    wait_for(lambda: list((place.state / "outbox").glob(".*.part")), every_s=0.005)
    place.kill(guard)
    asking.wait(60)
    place.guard()
    wait_for(lambda: bundles(place), every_s=0.3)
    wait_for(lambda: not list((place.state / "outbox").glob(".*.part")), every_s=0.1)
    assert place.venue("backup", "verify").returncode == 0
    wait_for(lambda: place.status()["backup"]["last"], every_s=0.1)
    assert "backup_failed" not in place.incidents(open_only=False)


def test_nothing_to_back_up_is_78(place: Place) -> None:
    place.write()
    done = place.venue("backup", "run")
    assert done.returncode == 78 and "backup.source" in done.stderr


def test_the_guard_answers_while_a_bundle_is_made(place: Place) -> None:
    place.write(backup=True)
    with (place.answers / "big").open("wb") as file:
        for number in range(600):
            file.write(number.to_bytes(2, "big") * 50_000)
    place.guard()
    asking = place.start("backup", "run")
    wait_for(lambda: list((place.state / "outbox").glob(".*.part")), every_s=0.005)
    slowest_s = 0.0
    while asking.poll() is None:
        began_s = time.monotonic()
        assert place.status()["turned_age_s"] < 5
        slowest_s = max(slowest_s, time.monotonic() - began_s)
    assert asking.returncode == 0 and slowest_s < 3
