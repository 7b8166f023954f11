"""The `venue` command as a shell sees it: exit codes, one line a fault, plain JSON, two languages, pipes."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.cli import VERBS, main
from appliance.cli.shell import print_line
from appliance.eventlog import EventLog
from tests.fakes.place import ROOT, VENUE, Place, one_line
from tests.fakes.wait import wait_for

VERBS_OF = {
    "log": ["verify"],
    "sitting": ["list", "delay", "extend", "finish"],
    "incident": ["list", "show", "acknowledge", "note", "reported", "classify", "resume", "close"],
    "seat": ["swap"],
    "backup": ["run", "list", "verify", "restore"],
    "province": ["init"],
    "config": ["check", "apply", "sample"],
    "power": ["status", "test", "drill", "battery", "swap", "end"],
    "panel": ["test", "confirm", "silence"],
}
LINES = [(verb, own) if own else (verb,) for verb in VERBS for own in VERBS_OF.get(verb, [""])]
BY = ["--by", "张工"]
MOVE = [*BY, "--consent", "省值班室", "--reason", "停电"]
PEOPLE = ["--chief", "王主考", "--technician", "张工"]
READING = [
    ["status"], ["events"], ["events", "--since", "2"], ["events", "--kind", "guard.started"], ["log", "verify"],
    ["sitting", "list"], ["incident", "list"], ["incident", "show", "1"], ["backup", "list"], ["backup", "verify"],
    ["backup", "status"],
    ["config", "check"], ["power", "status"], ["usb", "list"], ["net", "status"], ["net", "rehearse", "list"],
    ["seat", "list"], ["check"],
]  # fmt: skip
ASKING = [
    ["status"], ["status", "--json"], ["events"], ["events", "--json"], ["sitting", "list"], ["incident", "list"],
    ["incident", "show", "1"], ["incident", "note", "1", "--text", "x", *BY], ["seal", *PEOPLE],
    ["unseal", *PEOPLE, "--reason", "x"], ["drill", "end", *BY], ["seat", "swap", "1-1", "1-3", *BY],
    ["sitting", "delay", "5", *MOVE], ["sitting", "extend", "5", *MOVE], ["sitting", "finish", *BY],
    ["power", "status"], ["power", "status", "--json"], ["power", "test", "u", *BY],
    ["power", "test", "u", "--cancel", *BY], ["power", "drill", "u", *BY],
    ["power", "battery", "u", "--note", "x", *BY], ["power", "swap", "u", "--note", "x", *BY],
    ["power", "end", "u", *BY], ["panel", "test", *BY], ["panel", "confirm", "--seen", *BY], ["panel", "silence", *BY],
]  # fmt: skip


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A guard with a kill in its past, a few rows and one bundle."""
    made = Place()
    try:
        made.write("[[ups]]", 'name = "server-ups"', 'driver = "nut"', 'host = "127.0.0.1"', "port = 1", 'ups = "exam"',
                   backup=True)  # fmt: skip
        made.kill(made.guard())
        made.guard()
        assert made.venue("backup", "run").returncode == 0
        wait_for(lambda: "ups_unknown" in made.incidents())
        yield made
    finally:
        made.close()


@pytest.fixture
def nobody() -> Iterator[Place]:
    """A configuration without a guard."""
    made = Place()
    made.write()
    yield made
    made.close()


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_every_verb_explains_itself(line: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*line, "--help"]) == 0
    output = capsys.readouterr()
    assert output.out.startswith("usage: venue ") and output.err == ""


def test_the_command_alone_names_every_verb_and_exits_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    out = capsys.readouterr().out
    assert all(re.search(rf"^ +{verb}\s", out, re.MULTILINE) for verb in VERBS)
    assert main(["--version"]) == 0


@pytest.mark.parametrize(
    "line",
    [["reboot"], ["--frobnicate"], ["status", "now"], ["status", "--frobnicate"], ["sitting"], ["sitting", "cancel"],
     ["sitting", "delay"], ["sitting", "delay", "five", *MOVE], ["incident", "show", "one"], ["drill", "maybe", *BY],
     ["seal"], ["power"], ["power", "test", "u"], ["power", "test", "u", "--by-hand", "--command", *BY],
     ["power", "battery", "u", *BY], ["panel", "confirm", *BY],
     ["demo", "--speed", "0"], ["demo", "--speed", "x"], ["demo", "--day", "/nowhere.toml"]],
    ids=" ".join,
)  # fmt: skip
def test_what_is_no_command_is_64_and_says_why(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line) == 64
    output = capsys.readouterr()
    assert output.out == "" and output.err and "Traceback" not in output.err


@pytest.mark.parametrize("line", ASKING, ids=" ".join)
def test_a_silent_guard_is_3_and_one_line(line: list[str], nobody: Place) -> None:
    done = nobody.venue(*line, LANG="en_US.UTF-8")
    assert done.returncode == 3 and done.stdout == ""
    assert one_line(done.stderr) and "does not answer" in done.stderr


@pytest.mark.parametrize(
    ("language", "said"),
    [({"LANG": "zh_CN.UTF-8"}, "没有回应"), ({"LANG": "en_US.UTF-8"}, "does not answer"), ({}, "does not answer"),
     ({"LANG": "de_DE.UTF-8"}, "does not answer"), ({"LANG": "C"}, "does not answer")],
)  # fmt: skip
def test_the_language_is_langs_else_english(language: dict[str, str], said: str, nobody: Place) -> None:
    assert said in nobody.venue("status", **language).stderr


@pytest.mark.parametrize("line", READING, ids=" ".join)
def test_every_reading_verb_gives_one_json_object_with_its_schema(line: list[str], place: Place) -> None:
    done = place.venue(*line, "--json", LANG="zh_CN.UTF-8")
    value: dict[str, Any] = json.loads(done.stdout)
    assert value["schema"] == 1 and len(value) > 1
    assert done.stderr == "" and done.returncode in (0, 1, 2, 3)
    assert done.stdout.count("\n") == 1, "one line where nobody looks at it"


def test_the_same_in_words_is_not_json_and_differs_by_language(place: Place) -> None:
    chinese, english = place.venue("status", LANG="zh_CN.UTF-8"), place.venue("status", LANG="en_US.UTF-8")
    assert chinese.returncode == english.returncode == 1
    assert chinese.stdout != english.stdout and chinese.stdout.isascii() is False
    assert "server-ups" in chinese.stdout and "server-ups" in english.stdout
    assert "\x1b" not in chinese.stdout, "no colour where nobody looks at it"


def test_events_show_the_last_fifty_or_all_since_a_row(place: Place) -> None:
    rows = json.loads(place.venue("events", "--since", "0", "--json").stdout)["events"]
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(place.venue("events").stdout.splitlines()) == min(50, len(rows))
    started = json.loads(place.venue("events", "--kind", "guard.started", "--json").stdout)["events"]
    assert len(started) == 2


def test_following_events_shows_a_row_as_it_comes(place: Place) -> None:
    process = place.start("events", "--follow", "--json")
    wait_for(lambda: place.said(process))
    place.client.call("drill", mode="drill", by="跟踪")
    place.client.call("drill", mode="end", by="跟踪")
    wait_for(lambda: place.said(process).count("跟踪") == 2)
    assert all(json.loads(line)["kind"] for line in place.said(process).splitlines())
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130 and "Traceback" not in place.said(process)


@pytest.mark.parametrize(
    "line", [["events", "--since", "0"], ["status"], ["status", "--json"], ["--help"], ["events", "--help"],
             ["config", "sample"], ["events", "--follow"]], ids=" ".join,
)  # fmt: skip
def test_a_reader_that_went_away_is_no_error_of_ours(line: list[str], place: Place) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    environ = place.environ()
    del environ["PYTHONUNBUFFERED"]
    try:
        done = subprocess.run((*VENUE, *line), cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=writing,
                              stderr=subprocess.PIPE, check=False, timeout=60)  # fmt: skip
    finally:
        os.close(writing)
    assert done.stderr == b"" and done.returncode == 0


def test_log_verify_names_the_bad_row_and_is_2(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "events-1.sqlite"
    path.write_bytes(b"SQLite format 3\0 and then nothing")
    done = place.venue("log", "verify", str(path))
    assert done.returncode == 2 and str(path) in done.stdout and "Traceback" not in done.stderr
    assert place.venue("log", "verify", str(tmp_path / "nowhere")).returncode in (2, 69)


def test_a_printed_code_is_compared_with_the_row_that_it_stands_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "events-1.sqlite"
    log = EventLog(path)
    log.append([("guard.stopped", f'{{"seq": {n}, "kind": "guard.stopped"}}') for n in range(1, 5)])
    code = log.rows(after=2, limit=1)[0].hash.hex()
    log.close()
    shown = " ".join(code[at : at + 8] for at in range(0, 64, 8)).upper()
    other = "0" * 64
    asked = [
        (["--code", shown, "--row", "3"], 0, "fits"),
        (["--code", f"venue-log:520100-03:am:3:{code}"], 0, "fits"),
        (["--code", f"venue-seal 520100-03 3 {code}"], 0, "fits"),
        (["--code", other, "--row", "3"], 2, "NOT fit"),
        (["--code", code, "--row", "2"], 2, "NOT fit"),
        (["--code", code, "--row", "9"], 2, "no such row"),
        (["--code", code], 64, "--row is missing"),
        (["--code", "6f1c92ab", "--row", "3"], 64, "64 hexadecimal digits"),
        (["--code", "f" * 9999, "--row", "3"], 64, "too long"),
    ]
    for argv, left, said in asked:
        assert main(["log", "verify", str(path), *argv]) == left, argv
        told = capsys.readouterr()
        assert said in told.out + told.err, argv
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE log SET text = '{}' WHERE seq = 2")
    raw.close()
    assert main(["log", "verify", str(path), "--code", code, "--row", "3"]) == 2
    assert "chain before it does not hold" in capsys.readouterr().out


def test_log_verify_without_a_configuration_is_78(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "verify", "--config", str(tmp_path / "nowhere.toml")]) == 78
    assert one_line(capsys.readouterr().err)


def test_the_sample_passes_its_own_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "sample"]) == 0
    (tmp_path / "appliance.toml").write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["config", "check", str(tmp_path / "appliance.toml")]) == 0


def test_config_check_gives_every_fault_as_json_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "appliance.toml"
    path.write_text('[venue]\ncode = "a b"\nname = ""\n')
    assert main(["config", "check", str(path), "--json"]) == 78
    output = capsys.readouterr()
    value = json.loads(output.out)
    assert value["ok"] is False and len(value["faults"]) == len(output.err.splitlines()) == 2
    assert [(one["place"], one["code"]) for one in value["found"]] == [
        ("appliance.toml: venue.code", "venue_code"), ("appliance.toml: venue.name", "string_too_short"),
    ]  # fmt: skip


def test_lines_of_json_from_several_threads_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than the buffer, so that one thread writes while another is between a line and its end."""
    found = tmp_path / "out"
    with found.open("w", encoding="utf-8") as out:
        monkeypatch.setattr(sys, "stdout", out)
        threads = [threading.Thread(target=_prints, args=(number,)) for number in range(8)]
        before = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            sys.setswitchinterval(before)
        monkeypatch.undo()
    assert len([json.loads(line) for line in found.read_text(encoding="utf-8").splitlines()]) == 8 * 50


def _prints(number: int) -> None:
    for turn in range(50):
        print_line({"thread": number, "turn": turn, "detail": "x" * 9000})
