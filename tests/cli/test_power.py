"""`venue power` and `venue panel` as a technician meets them, against a guard that says what it is told to."""

import json
import signal
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from appliance.cli import main
from tests.fakes.place import Place, one_line
from tests.fakes.wait import wait_for
from tests.web import snapshots, supplies
from tests.web.fake_guard import FakeGuard
from tests.web.snapshots import Snapshot, all_well, bare_ups, ups

BY = ("--by", "张工")
TEST: Snapshot = supplies.tested()["power"][0]["test"]
Run = Callable[..., int]


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    made.write()
    (made.directory / "run").mkdir()
    yield made
    made.close()


@pytest.fixture
def guard(place: Place) -> Iterator[FakeGuard]:
    with FakeGuard(place.directory / "run" / "control.sock", all_well()) as started:
        yield started


@pytest.fixture
def run(place: Place, guard: FakeGuard, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a `venue` command here; in English unless told otherwise."""

    def venue(*words: str, language: str = "en_US.UTF-8") -> int:
        monkeypatch.setenv("LC_ALL", language)
        monkeypatch.setenv("NO_COLOR", "1")
        return main([*words, "--config", str(place.config)])

    return venue


def ended(kind: str, outcome: str, name: str = "ups1", seq: int = 501) -> dict[str, object]:
    return {
        "seq": seq,
        "at": snapshots.NOW,
        "kind": kind,
        "level": 4,
        "body": {"ups": name, "outcome": outcome},
    }


@pytest.mark.parametrize(
    ("name", "code"),
    [("all_well", 0), ("short", 1), ("unproven", 1), ("missing", 1), ("three", 1), ("tested", 1), ("ending", 2),
     ("off", 2), ("declared_only", 3), ("unknown", 3)],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en_US.UTF-8", "zh_CN.UTF-8"])
def test_the_exit_code_of_power_status_is_the_worst_ups(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str], name: str, code: int, language: str
) -> None:
    guard.snapshot = all_well() if name == "all_well" else supplies.EVERY[name]()
    assert run("power", "status", language=language) == code
    output = capsys.readouterr()
    assert output.err == "" and "None" not in output.out and "{" not in output.out


def test_the_three_hold_times_stand_each_under_its_own_name(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    run("power", "status", language="zh_CN.UTF-8")
    heads, row, *facts = capsys.readouterr().out.splitlines()
    assert heads.split()[4:7] == ["自报", "推算", "实测"]
    assert "85 分钟" in row and "78 分钟" in row and "72 分钟" in row and row.startswith("● ups1")
    assert any("实测：2026-08-20 15:00 撑了 78 分钟（负载 20%）" in fact for fact in facts)
    assert "每台服务器都接了后备电源：server" in facts[-1]


def columns(text: str, until: str) -> int:
    """At which column of a terminal `until` begins in `text`."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text.partition(until)[0])


def test_chinese_columns_stand_below_each_other(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    guard.snapshot = all_well(power=[ups(name="机柜"), ups(name="a-long-ups-name", charge_percent=5.0)])
    run("power", "status", language="zh_CN.UTF-8")
    lines = capsys.readouterr().out.splitlines()
    rows = [line for line in lines[1:] if "72 分钟" in line]
    assert len(rows) == 2 and columns(rows[0], "72 分钟") == columns(rows[1], "72 分钟")
    assert columns(lines[0], "实测") == columns(rows[0], "72 分钟")


def test_the_table_tells_doubts_plan_forecast_and_a_server_without_a_ups(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    guard.snapshot = supplies.unproven()
    run("power", "status")
    said = capsys.readouterr().out
    assert "Not proven: never tested" in said and "Not believable: its battery.runtime can not be" in said
    assert "Begin a discharge test before 09-03 18:00" in said and "Plug drill: never made" in said
    guard.snapshot = supplies.short()
    run("power", "status")
    assert "At 09-05 13:30 it will hold about 38 min (proven)" in capsys.readouterr().out
    guard.snapshot = supplies.three()
    run("power", "status")
    assert "Servers without a UPS: paper" in capsys.readouterr().out


def test_power_status_as_json_is_one_object_with_its_schema(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("power", "status", "--json") == 0
    value = json.loads(capsys.readouterr().out)
    assert value["schema"] == 1 and value["power"] == all_well()["power"]
    assert set(value) == {"schema", "power", "supply", "panel"}


@pytest.mark.parametrize("field", [*ups(), "power", "supply", "venue"])
@pytest.mark.parametrize("value", [None, "gone", [], {}, [None, 3], {"state": 7}, "missing"])
def test_an_older_guards_snapshot_lacks_what_it_lacks_and_is_never_ok_for_it(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str], field: str, value: object
) -> None:
    bare = all_well(power=[bare_ups()])
    row = ups(hold=snapshots.hold("short", proven_s=60.0))
    place = bare if field in bare else row
    place[field] = value
    if value == "missing":
        del place[field]
    guard.snapshot = bare if field in bare else all_well(power=[row])
    assert run("power", "status") in (1, 2, 3)
    assert capsys.readouterr().out


def test_a_guard_whose_loop_hangs_is_unknown(run: Run, guard: FakeGuard) -> None:
    guard.snapshot = all_well(turned_age_s=47.2)
    assert run("power", "status") == 3


def test_a_level_without_its_proof_is_not_ok_in_the_shell_either(run: Run, guard: FakeGuard) -> None:
    guard.snapshot = all_well(power=[ups(hold=snapshots.hold("ok", reported_s=9000.0))])
    assert run("power", "status") == 1


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("held", 0), ("floor", 1), ("mains", 1), ("cancelled", 1), ("low", 2), ("no-discharge", 2), ("unknown", 3),
     ("restarted", 3), ("of a newer version", 3)],
)  # fmt: skip
def test_a_test_is_watched_to_its_end_which_is_the_exit_code(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str], outcome: str, code: int
) -> None:
    guard.acts["power.test"] = {"seqs": [500]}
    guard.events = [ended("power.test_ended", "held", "ups2"), ended("power.test_ended", outcome)]
    assert run("power", "test", "ups1", *BY, "--minutes", "30", "--floor", "40") == code
    (asked,) = guard.done
    assert asked["args"] == {
        "ups": "ups1",
        "by": "张工",
        "command": False,
        "minutes": 30,
        "floor_percent": 40,
    }
    assert capsys.readouterr().out.startswith("Discharge test: ")


def test_what_is_not_asked_for_is_left_to_the_guard(run: Run, guard: FakeGuard) -> None:
    guard.acts["power.test"] = {"seqs": [500]}
    assert run("power", "test", "ups1", *BY, "--command", "--no-wait") == 0
    assert guard.done[0]["args"] == {"ups": "ups1", "by": "张工", "command": True}
    assert "events" not in guard.asked


def test_somebody_at_the_ups_is_told_when_to_pull_and_when_to_plug_back(
    place: Place, guard: FakeGuard
) -> None:
    guard.acts["power.test"] = {"seqs": [500]}
    guard.events = []
    waiting = all_well(power=[ups(test=TEST, testing=True)])
    guard.snapshot = waiting
    process = place.start("power", "test", "ups1", *BY, LANG="en_US.UTF-8")
    wait_for(lambda: "Pull the mains plug of ups1 now" in place.said(process))
    guard.snapshot = supplies.tested()
    guard.events = [ended("power.test_ended", "floor")]
    assert process.wait(30) == 1
    said = place.said(process)
    assert said.count("Pull the mains plug") == 1, "said once"
    assert "Plug ups1 back into the mains now" in said and "the charge reached the floor" in said


def test_interrupting_a_test_lets_go_of_it_and_says_that_it_goes_on(place: Place, guard: FakeGuard) -> None:
    guard.acts["power.test"] = {"seqs": [500]}
    guard.events = []
    guard.snapshot = all_well(power=[ups(test=TEST | {"commanded": True})])
    process = place.start("power", "test", "ups1", "--command", *BY, LANG="en_US.UTF-8")
    wait_for(lambda: "leave it plugged in" in place.said(process))
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert "venue power test --cancel ups1" in place.said(process) and "Traceback" not in place.said(process)
    assert [question["verb"] for question in guard.done] == ["power.test"]


def test_cancelling_asks_for_nothing_else(run: Run, guard: FakeGuard) -> None:
    guard.acts["power.test_cancel"] = {"seqs": [9]}
    assert run("power", "test", "ups1", "--cancel", *BY) == 0
    assert guard.done[0]["args"] == {"ups": "ups1", "by": "张工"}


def test_a_drill_guides_through_pull_and_back(place: Place, guard: FakeGuard) -> None:
    guard.acts["power.drill"] = {"seqs": [500]}
    guard.events = []
    on = {"state": "on", "at": snapshots.NOW, "by": "张工", "edge": False}
    guard.snapshot = all_well(power=[ups(drill=on)])
    process = place.start("power", "drill", "ups1", *BY, LANG="zh_CN.UTF-8")
    wait_for(lambda: "现在拔下 ups1 的市电插头" in place.said(process))
    guard.snapshot = all_well(power=[ups(drill=on | {"edge": True}, state="battery")])
    wait_for(lambda: "现在插回 ups1 的市电插头" in place.said(process))
    guard.events = [ended("power.drill_ended", "passed")]
    assert process.wait(30) == 0 and "拔插头演练：通过" in place.said(process)


@pytest.mark.parametrize("outcome", ["no-edge", "not-back", "unknown"])
def test_a_drill_that_did_not_pass_is_2(run: Run, guard: FakeGuard, outcome: str) -> None:
    guard.acts["power.drill"] = {"seqs": [500]}
    guard.events = [ended("power.drill_ended", outcome)]
    assert run("power", "drill", "ups1", *BY) == 2


@pytest.mark.parametrize("verb", ["battery", "swap"])
def test_a_new_battery_and_another_ups_need_a_note(run: Run, guard: FakeGuard, verb: str) -> None:
    guard.acts[f"power.{verb}"] = {"seqs": [9]}
    assert run("power", verb, "ups1", *BY, "--note", "RBC7 2026-11") == 0
    assert guard.done[0]["args"] == {"ups": "ups1", "by": "张工", "note": "RBC7 2026-11"}


def test_stopping_the_servers_carries_the_chiefs_pin(
    run: Run, guard: FakeGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard.acts["power.end"] = {"seqs": [9]}
    monkeypatch.setenv("VENUE_PIN_CHIEF", "1234")
    assert run("power", "end", "ups1", "--by", "王主考") == 0
    assert guard.done[0]["pins"] == {"chief": "1234"}
    assert guard.done[0]["args"] == {"ups": "ups1", "by": "王主考"}


def test_the_panel_is_tried_confirmed_and_silenced(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    guard.acts = {f"panel.{act}": {"seqs": [9]} for act in ("test", "confirm", "silence")}
    assert run("panel", "test", *BY) == 0
    assert one_line(capsys.readouterr().err)
    assert run("panel", "confirm", "--not-seen", *BY) == run("panel", "silence", *BY) == 0
    assert [(done["verb"], done["args"]) for done in guard.done] == [
        ("panel.test", {"by": "张工"}),
        ("panel.confirm", {"by": "张工", "seen": False}),
        ("panel.silence", {"by": "张工"}),
    ]


def test_a_refusal_is_one_line(run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("power", "test", "ups9", *BY) == 2
    assert one_line(capsys.readouterr().err)


def test_status_and_an_incident_say_until_when_as_the_venues_clock(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    guard.snapshot = supplies.missing()
    run("status", language="zh_CN.UTF-8")
    assert "只能撑到 11:18（UPS 自报，未实测），比本场结束 11:30 少 12 分钟" in capsys.readouterr().out
    short: dict[str, Any] = supplies.short()
    short["incidents"][0]["proposed_extension_minutes"] = 12
    guard.snapshot = short
    assert run("incident", "show", "6", language="zh_CN.UTF-8") == 0
    said = capsys.readouterr().out
    assert "13:30 开考时后备电源约可撑 38 分钟，规定 60 分钟" in said
    assert "建议顺延 12 分钟（须省里同意）" in said
