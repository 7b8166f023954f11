"""What may be asked, by whom, with which PINs; what is answered; what becomes a row."""

import json
import os
import subprocess
import sys
import threading
from typing import Any

import pytest

from appliance.client import Client, GuardSilent, Refused
from appliance.dispatch import Drifted
from appliance.exam.acts import DECISIONS
from tests.control.conftest import PINS, Answering
from tests.fakes.box import MOVE, SEAL, stored

BUNDLE = {
    "name": "520100-03-000001-20260905T031500Z-full", "counter": 1, "bundle_kind": "full", "stage": "", "sitting": "",
    "log_seq": 3, "files": 1, "source_bytes": 1, "sealed_bytes": 1, "sha256": "0" * 64,
}  # fmt: skip
ASKING = """
import json, os, sys
from pathlib import Path
from appliance.client import Client, ClientError
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
for verb, args in json.loads(sys.argv[2]):
    try:
        Client(Path(sys.argv[1])).call(verb, **args)
        print("ok")
    except ClientError as error:
        print(getattr(error, "code", "silent"))
"""


def set_pins(answering: Answering) -> None:
    for role, pin in PINS.items():
        answering.client.call("pin.set", role=role, pin=pin)


def test_status_is_the_snapshot_with_its_age_and_the_logs_head(answering: Answering) -> None:
    status = answering.client.call("status")
    assert status["schema"] == 1 and status["rev"] >= 1 and status["turned_age_s"] == 0.0
    last = stored(answering.box.directory)[-1]
    assert status["log"]["head_seq"] == last.seq and len(status["log"]["head_hash"]) == 64


def test_an_act_answers_with_the_rows_that_record_it(answering: Answering) -> None:
    (seq,) = answering.client.call("drill", mode="drill", by="张工")["seqs"]
    (event,) = answering.client.call("events", since=seq - 1, limit=1)["events"]
    assert (event["seq"], event["kind"], event["body"]["mode"]) == (seq, "drill.started", "drill")


@pytest.mark.parametrize(
    ("verb", "args", "asked"),
    [
        ("seal", SEAL, ["chief", "technician"]),
        ("unseal", SEAL | {"reason": "x"}, ["chief", "technician"]),
        ("sitting.delay", MOVE | {"sitting": "am", "minutes": 5}, ["chief"]),
        ("sitting.extend", MOVE | {"sitting": "am", "minutes": 5}, ["chief"]),
    ],
)
def test_each_pin_of_a_grave_act_is_asked_and_checked(
    verb: str, args: dict[str, Any], asked: list[str], answering: Answering
) -> None:
    set_pins(answering)
    head = stored(answering.box.directory)[-1].seq
    for role in asked:
        without = {name: pin for name, pin in PINS.items() if name != role}
        missing = answering.ask(verb, pins=without, **args)
        assert (missing["error"], missing["exit"], missing["args"]) == ("pin-missing", 77, {"role": role})
        wrong = answering.ask(verb, pins=PINS | {role: "0000"}, **args)
        assert (wrong["error"], wrong["exit"]) == ("pin-wrong", 77)
        slower = answering.ask(verb, pins=PINS, **args)
        assert (slower["error"], slower["args"]["role"]) == ("pin-wait", role)
        answering.box.clock.advance(2)
    assert stored(answering.box.directory)[-1].seq == head, "nothing was recorded of it"


def test_seal_and_unseal_with_both_pins(answering: Answering) -> None:
    set_pins(answering)
    assert answering.ask("seal", pins=PINS, **SEAL)["ok"]
    assert answering.client.call("status")["seal"]["chief"] == "王主考"
    assert answering.ask("unseal", pins=PINS, **SEAL, reason="演练完")["ok"]
    assert answering.client.call("status")["seal"] is None


def test_a_pin_that_was_never_set_lets_nobody_in(answering: Answering) -> None:
    assert answering.ask("seal", pins=PINS, **SEAL)["error"] == "pin-not-set"


@pytest.mark.parametrize("pin", ["", "123", "12345678901234", "abcd", "１２３４", "12 4"])
def test_a_pin_is_four_to_twelve_plain_digits(pin: str, answering: Answering) -> None:
    reply = answering.ask("pin.set", role="chief", pin=pin)
    assert (reply["error"], reply["exit"]) == ("bad-pin", 64)


def test_pins_stand_in_no_row_and_in_no_file_as_they_are(answering: Answering) -> None:
    set_pins(answering)
    answering.ask("seal", pins=PINS, **SEAL)
    text = (answering.directory / "pins.json").read_text()
    assert not any(pin in text.split('"') for pin in PINS.values())
    assert (answering.directory / "pins.json").stat().st_mode & 0o777 == 0o600
    rows = json.dumps(answering.client.call("events", limit=500))
    assert not any(f'"{pin}"' in rows for pin in PINS.values())


def test_a_refused_act_says_why_and_exits_2(answering: Answering) -> None:
    reply = answering.ask("incident.note", number=99, by="张工", text="x")
    assert (reply["error"], reply["exit"], reply["args"]) == ("unknown-incident", 2, {"number": 99})


def test_an_unknown_verb_is_told_apart(answering: Answering) -> None:
    assert answering.ask("reboot")["error"] == "unknown-verb"
    assert "reboot" not in DECISIONS


def test_events_page_by_seq_without_gap_or_repetition(answering: Answering) -> None:
    for _ in range(30):
        answering.client.call("drill", mode="drill", by="张工")
        answering.client.call("drill", mode="end", by="张工")
    found, since = [], 0
    while page := answering.client.call("events", since=since, limit=7)["events"]:
        found += [event["seq"] for event in page]
        since = page[-1]["seq"]
    assert found == list(range(1, found[-1] + 1)) and len(found) > 60
    newest = answering.client.call("events", newest=True, limit=3)
    assert [event["seq"] for event in newest["events"]] == found[-3:] and newest["next"] == found[-1]
    ended = answering.client.call("events", kind="drill.ended", limit=500)["events"]
    assert len(ended) == 30 and {event["kind"] for event in ended} == {"drill.ended"}
    rest = answering.client.call("events", without=["drill.ended", "drill.started"], limit=500)["events"]
    assert len(rest) == len(found) - 60


def test_a_page_of_events_has_an_end_however_much_is_asked_for(answering: Answering) -> None:
    assert len(answering.client.call("events", limit=10**9)["events"]) <= 500
    beyond = answering.client.call("events", since=10**12)
    assert beyond == {"events": [], "next": 10**12}


@pytest.mark.parametrize(
    "args", [{"since": "1"}, {"since": 10**30}, {"since": -(10**30)}, {"limit": None}, {"kind": 7}, {"without": "x"},
             {"without": [1]}, {"without": ["x"] * 10_000}],
)  # fmt: skip
def test_a_question_for_events_that_makes_no_sense_is_refused(
    args: dict[str, object], answering: Answering
) -> None:
    assert answering.ask("events", **args)["error"] == "bad-question"
    assert answering.alive()


def test_jobs_report_only_the_kinds_that_are_theirs(answering: Answering) -> None:
    for kind in ("seal.made", "incident.closed", "log.damaged", "", None, 7):
        assert answering.ask("report", kind=kind, body={})["error"] == "unknown-verb"
    for kind, body in (("bundle.published", BUNDLE), ("bundle.receipted", {"name": BUNDLE["name"]})):
        (seq,) = answering.client.call("report", kind=kind, body=body)["seqs"]
        assert stored(answering.box.directory)[seq - 1].kind == kind


@pytest.mark.parametrize(
    "body", [None, [], {}, {**BUNDLE, "files": "many"}, {**BUNDLE, "files": True}, {**BUNDLE, "name": None}]
)
def test_a_report_of_the_wrong_shape_leaves_no_row(body: object, answering: Answering) -> None:
    head = stored(answering.box.directory)[-1].seq
    assert answering.ask("report", kind="bundle.published", body=body)["error"] == "bad-report"
    assert stored(answering.box.directory)[-1].seq == head


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_half_a_character_is_refused_before_it_reaches_the_record(text: str, answering: Answering) -> None:
    """SQLite and UTF-8 hold no lone surrogate: the guard used to die of one in a note."""
    raw = json.dumps({"v": 1, "verb": "drill", "args": {"mode": "drill", "by": text}}).encode()
    reply = answering.send(raw + b"\n")
    assert reply is not None and reply["error"] == "not-json"
    assert answering.alive()


@pytest.mark.root
def test_a_stranger_reads_and_can_do_nothing(answering: Answering) -> None:
    for path in (answering.directory, answering.path):
        path.chmod(0o777)
    questions = [
        ("status", {}), ("events", {}), ("drill", {"mode": "drill", "by": "x"}), ("seal", SEAL),
        ("report", {"kind": "bundle.published", "body": BUNDLE}), ("pin.set", {"role": "chief", "pin": "1234"}),
    ]  # fmt: skip
    if os.getuid():
        pytest.skip("another user needs root")
    argv = [sys.executable, "-c", ASKING, str(answering.path), json.dumps(questions)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.split() == ["ok", "ok"] + ["not-permitted"] * 4, done.stderr


def test_the_socket_is_for_root_and_its_group_alone(answering: Answering) -> None:
    assert answering.path.stat().st_mode & 0o777 == 0o660


def test_a_guard_that_hangs_is_busy_not_silent_for_ever(answering: Answering) -> None:
    reached, over = threading.Event(), threading.Event()

    def stuck(want: str) -> None:
        reached.set()
        over.wait(60)

    answering.box.hands["usb"] = stuck  # type: ignore[assignment]  # an enforcer whose hardware never answers
    answering.box.inbox.put(Drifted(key="usb"))
    assert reached.wait(30)
    try:
        with pytest.raises(Refused) as refused:
            Client(answering.path, timeout_s=30).call("drill", mode="drill", by="张工")
        assert (refused.value.code, refused.value.exit_code) == ("busy", 75)
        assert answering.client.call("status")["schema"] == 1, "reading goes on"
    finally:
        over.set()


def test_nobody_on_the_socket_is_a_silent_guard(answering: Answering) -> None:
    with pytest.raises(GuardSilent):
        Client(answering.directory / "nobody.sock").call("status")
