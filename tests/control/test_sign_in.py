"""Signing in over the socket: what a session may do, what ends it, and what the page's user may not."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from appliance.control import server
from appliance.control.question import PAGE_FIELDS, ControlError, question_of
from appliance.control.server import BACKUP, PAGE, READER, RECEIPTS, TECHNICIAN, role_of
from appliance.control.sessions import IDLE_S, MAX_SESSIONS, Sessions, carries
from appliance.control.sign_in import MAY
from appliance.dispatch.inbox import Drifted
from appliance.exam.acts import DECISIONS
from appliance.pins import ROLES, Pins
from tests.control.conftest import Answering
from tests.fakes.box import MOVE, SEAL, stored

PINS = {"chief": "1234", "deputy": "2345", "technician": "5678"}
FROM = {"source": "10.50.1.7"}
SWAP = {"seat": "1-1", "spare": "1-9"}


@pytest.fixture(scope="module")
def hashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The PINs' file, made once: each hash costs as much as the rest of a test."""
    path = tmp_path_factory.mktemp("pins") / "pins.json"
    pins = Pins(path, mono_s=lambda: 0.0)
    for role, pin in PINS.items():
        pins.set(role, pin)
    return path


@pytest.fixture
def venue(answering: Answering, hashed: Path) -> Answering:
    """A guard whose three offices have PINs."""
    shutil.copy(hashed, answering.directory / "pins.json")
    return answering


def by_page(
    venue: Answering,
    verb: str,
    *,
    pins: dict[str, str] | None = None,
    page: dict[str, str] | None = None,
    **args: Any,
) -> dict[str, Any]:
    """The reply that the page's own user gets."""
    question = {
        "v": 1,
        "verb": verb,
        "args": args,
        "pins": pins or {},
        "page": FROM if page is None else page,
    }
    try:
        return {"value": venue.verbs.answer(PAGE, question_of(json.dumps(question).encode()))}
    except ControlError as error:
        return {"error": error.code, "args": error.details}


def signed_in(venue: Answering, role: str = "chief", name: str = "王主考") -> dict[str, str]:
    """What the page hands on for a new session."""
    value = by_page(venue, "sign-in", pins={role: PINS[role]}, role=role, name=name)["value"]
    return {"token": value["token"], "form": value["form"], **FROM}


def test_a_session_acts_under_the_name_that_signed_in_whatever_the_page_says(venue: Answering) -> None:
    page = signed_in(venue)
    (seq,) = by_page(venue, "seat.swap", page=page, **SWAP, by="somebody else")["value"]["seqs"]
    rows = stored(venue.box.directory)
    assert rows[seq - 1].kind == "seat.swapped" and rows[seq - 1].body.by == "王主考"  # type: ignore[attr-defined]
    assert [e.body.name for e in rows if e.kind == "session.begun"] == ["王主考"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", [{}, {"token": ""}, {"token": "guessed"}, {"token": "guessed", "form": "x"}])
def test_without_a_session_nothing_is_done(venue: Answering, page: dict[str, str]) -> None:
    head = len(stored(venue.box.directory))
    assert by_page(venue, "seat.swap", page=page, **SWAP, by="x")["error"] in (
        "sign-in-needed",
        "session-over",
    )
    assert len(stored(venue.box.directory)) == head


@pytest.mark.parametrize("form", ["", "another", "ü"])
def test_a_form_of_another_site_or_of_an_older_session_does_nothing(venue: Answering, form: str) -> None:
    page = signed_in(venue) | {"form": form}
    assert by_page(venue, "seat.swap", page=page, **SWAP)["error"] == "form-stale"
    assert by_page(venue, "sign-out", page=page)["error"] == "form-stale"


def test_a_form_sent_twice_does_one_thing_and_says_the_same(venue: Answering) -> None:
    page = signed_in(venue) | {"once": "f00d"}
    first = by_page(venue, "seat.swap", page=page, **SWAP)
    again = by_page(venue, "seat.swap", page=page, **SWAP)
    assert first == again and first["value"]["seqs"]
    assert len(stored(venue.box.directory, kind="seat.swapped")) == 1
    other = by_page(venue, "seat.swap", page=page | {"once": "beef"}, **SWAP)
    assert other["error"] == "spare-in-use" or other["error"] == "already-swapped"


def test_a_form_pressed_by_many_hands_at_once_does_one_thing(venue: Answering) -> None:
    page = signed_in(venue) | {"once": "f00d"}
    replies: list[dict[str, Any]] = []
    threads = [
        threading.Thread(target=lambda: replies.append(by_page(venue, "seat.swap", page=page, **SWAP)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(replies) == 8 and all(reply == replies[0] and "value" in reply for reply in replies)
    assert len(stored(venue.box.directory, kind="seat.swapped")) == 1


def test_a_form_that_was_refused_may_be_sent_again(venue: Answering) -> None:
    page = signed_in(venue) | {"once": "f00d"}
    assert by_page(venue, "seat.swap", page=page, seat="1-1", spare="1-2")["error"] == "no-spare"
    assert by_page(venue, "seat.swap", page=page, **SWAP)["value"]["seqs"]


def test_who_may_do_what_by_office(venue: Answering) -> None:
    technician = signed_in(venue, "technician", "张工")
    refused = by_page(venue, "sitting.finish", page=technician, sitting="am")
    assert (refused["error"], refused["args"]) == ("not-your-act", {"role": "technician"})
    assert (
        by_page(venue, "sitting.finish", page=signed_in(venue, "deputy"), sitting="am")["error"]
        == "not-ended"
    )
    assert set(MAY) <= set(DECISIONS) and all(set(roles) <= set(ROLES) for roles in MAY.values())


def test_a_session_does_not_stand_for_the_chiefs_pin(venue: Answering) -> None:
    page = signed_in(venue)
    move = MOVE | {"sitting": "am", "minutes": 5}
    assert by_page(venue, "sitting.delay", page=page, **move)["error"] == "pin-missing"
    assert by_page(venue, "sitting.delay", page=page, pins={"chief": "0000"}, **move)["error"] == "pin-wrong"
    venue.box.clock.advance(2)
    assert by_page(venue, "sitting.delay", page=page, pins={"chief": PINS["chief"]}, **move)["value"]["seqs"]


def test_two_pins_seal_from_the_page_without_a_session(venue: Answering) -> None:
    assert by_page(venue, "seal", pins=PINS, **SEAL)["value"]["seqs"]


@pytest.mark.parametrize("verb", ["pin.set", "pin.code", "report", "drill", "backup.run", "net.window.close"])
def test_the_pages_user_can_do_nothing_that_is_a_technicians(venue: Answering, verb: str) -> None:
    for page in ({}, signed_in(venue, "technician", "张工")):
        assert by_page(venue, verb, page=page, role="chief", pin="9999", mode="drill", by="x")["error"] in (
            "not-permitted",
            "unknown-verb",
        )


def test_the_pages_user_is_no_technician_whatever_its_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    people = {7001: "venue-page", 7002: "zhang", 7003: "guest", 7005: "venue-backup"}
    groups = {"venue-page": [42], "venue-backup": [42], "zhang": [42], "guest": [1]}
    monkeypatch.setattr(server.pwd, "getpwuid", lambda uid: SimpleNamespace(pw_name=people[uid]))
    monkeypatch.setattr(server.grp, "getgrnam", lambda name: SimpleNamespace(gr_gid=42))
    monkeypatch.setattr(server.os, "getgrouplist", lambda name, gid: groups[name])
    assert [role_of(uid, uid) for uid in (7001, 7002, 7003, 7004)] == [PAGE, TECHNICIAN, READER, READER]
    assert role_of(7005, 42) == BACKUP
    assert role_of(0, 0) == role_of(os.getuid(), 0) == TECHNICIAN


def test_the_backups_user_says_what_became_of_a_bundle_and_nothing_else(venue: Answering) -> None:
    def asked(verb: str, **args: object) -> Any:
        question = {"v": 1, "verb": verb, "args": args}
        return venue.verbs.answer(BACKUP, question_of(json.dumps(question).encode()))

    assert asked("report", kind="backup.failed", body={"reason": "no room"})
    refused: list[tuple[str, dict[str, object]]] = [
        ("report", {"kind": "bundle.receipted", "body": {}}), ("report", {"kind": ["backup.failed"]}),
        ("backup.run", {}), ("pin.set", {"role": "chief", "pin": "9999"}), ("drill", {"mode": "drill"}),
    ]  # fmt: skip
    for verb, args in refused:
        with pytest.raises(ControlError) as error:
            asked(verb, **args)
        assert (error.value.code, error.value.exit_code) == ("not-permitted", 77), verb


def test_who_looks_at_receipts_says_what_became_of_them_and_nothing_else(venue: Answering) -> None:
    def asked(verb: str, **args: object) -> Any:
        question = {"v": 1, "verb": verb, "args": args}
        return venue.verbs.answer(RECEIPTS, question_of(json.dumps(question).encode()))

    assert asked("report", kind="receipt.refused", body={"reason": "not the province's"})
    assert asked("report", kind="bundle.receipted", body={"name": "b1"})
    for verb, args in (("report", {"kind": "backup.failed", "body": {"reason": "x"}}), ("backup.run", {})):
        with pytest.raises(ControlError) as error:
            asked(verb, **args)
        assert (error.value.code, error.value.exit_code) == ("not-permitted", 77), verb


def test_a_session_ends_when_asked_and_its_token_is_dead(venue: Answering) -> None:
    page = signed_in(venue)
    other = signed_in(venue)
    assert by_page(venue, "sign-out", page=page) == {"value": {}}
    assert by_page(venue, "session", page=page)["error"] == "session-over"
    assert by_page(venue, "session", page=other)["value"]["name"] == "王主考"


def test_a_session_ends_with_the_batch(venue: Answering) -> None:
    before = signed_in(venue)
    venue.ask("seal", pins=PINS, **SEAL)
    assert by_page(venue, "session", page=before)["value"]["role"] == "chief", "the seal is made in its midst"
    venue.ask("unseal", pins=PINS, **SEAL, reason="批次结束")
    assert by_page(venue, "session", page=before)["error"] == "session-over"


def test_a_new_pin_ends_the_sessions_of_its_office_alone(venue: Answering) -> None:
    chief, technician = signed_in(venue), signed_in(venue, "technician", "张工")
    venue.client.call("pin.set", role="chief", pin="9999")
    assert by_page(venue, "session", page=chief)["error"] == "session-over"
    assert by_page(venue, "session", page=technician)["value"]["role"] == "technician"
    last = stored(venue.box.directory, kind="pin.changed")[-1].body
    assert (last.role, last.how, last.again) == ("chief", "technician", True)  # type: ignore[attr-defined]


def test_the_chief_sets_the_own_pin_with_a_code_that_is_good_once(venue: Answering) -> None:
    code = venue.client.call("pin.code", role="chief")["code"]
    shown = f"{code[:4]} {code[4:]}"
    asked = {"role": "chief", "name": "王主考"}
    bad = by_page(venue, "pin.choose", pins={"chief": "12", "code": shown}, **asked)
    assert bad["error"] == "bad-pin"
    chosen = by_page(venue, "pin.choose", pins={"chief": "864201", "code": shown}, **asked)["value"]
    assert by_page(venue, "session", page={"token": chosen["token"]})["value"]["role"] == "chief"
    again = by_page(venue, "pin.choose", pins={"chief": "1111", "code": shown}, **asked)
    assert again["error"] == "code-wrong"
    assert by_page(venue, "sign-in", pins={"chief": "864201"}, page={"source": "b"}, **asked)["value"][
        "token"
    ]
    rows = stored(venue.box.directory)
    assert [e.kind for e in rows if e.kind.startswith("pin.")][-2:] == ["pin.code_made", "pin.changed"]
    assert not any(
        secret in json.dumps(venue.client.call("events", limit=500)) for secret in (code, "864201")
    )


def test_a_wrong_pin_slows_its_own_source_and_nobody_elses(venue: Answering) -> None:
    asked = {"role": "chief", "name": "x"}
    for at in range(3):
        guessed = by_page(
            venue, "sign-in", pins={"chief": f"000{at}"}, page={"source": "10.50.1.99"}, **asked
        )
        assert guessed["error"] == "pin-wrong"
        venue.box.clock.advance(5)
    slow = by_page(venue, "sign-in", pins={"chief": "0009"}, page={"source": "10.50.1.99"}, **asked)
    assert slow["error"] == "pin-wrong"
    waiting = by_page(venue, "sign-in", pins={"chief": PINS["chief"]}, page={"source": "10.50.1.99"}, **asked)
    assert waiting["error"] == "pin-wait"
    assert signed_in(venue), "the chief at the own desk signs in at once"
    assert venue.ask("seal", pins=PINS, **SEAL)["ok"], "so does a shell on the box"


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"role": "janitor", "name": "x"}, "bad-choice"),
        ({"role": ["chief"], "name": "x"}, "bad-choice"),
        ({"role": "chief"}, "missing"),
        ({"role": "chief", "name": " "}, "missing"),
        ({"role": "chief", "name": "x" * 41}, "bad-text"),
        ({"role": "chief", "name": "a\x1b[2Jb"}, "bad-text"),
    ],
)
def test_a_name_or_office_that_is_none_signs_nobody_in(
    venue: Answering, args: dict[str, Any], error: str
) -> None:
    assert by_page(venue, "sign-in", pins={"chief": PINS["chief"]}, **args)["error"] == error


@pytest.mark.parametrize("page", [7, [], {"token": 7}, {"token": "x" * 201}, {"source": None}])
def test_a_page_that_hands_on_nonsense_is_refused(venue: Answering, page: Any) -> None:
    assert venue.send(json.dumps({"v": 1, "verb": "session", "args": {}, "page": page}).encode() + b"\n") == {
        "error": "bad-question",
        "exit": 64,
        "args": {},
    }


def test_what_a_newer_page_hands_on_besides_is_left_aside() -> None:
    question = question_of(json.dumps({"v": 1, "verb": "x", "page": {"token": "t", "shoe": "42"}}).encode())
    assert question.page is not None and question.page.token == "t" and "shoe" not in PAGE_FIELDS


class Seconds:
    """Real seconds that move when told."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_session_ends_after_hours_of_nothing_and_looking_is_nothing() -> None:
    seconds = Seconds()
    sessions = Sessions(mono_s=seconds)
    token, _ = sessions.begin("chief", "王主考", "")
    seconds.now_s = IDLE_S
    assert sessions.find(token, "", use=False) and sessions.find(token, "")
    seconds.now_s = 2 * IDLE_S
    assert sessions.find(token, "", use=False)
    seconds.now_s += 1
    assert sessions.find(token, "") is None


def test_sessions_are_few_and_the_one_idle_longest_goes() -> None:
    seconds = Seconds()
    sessions = Sessions(mono_s=seconds)
    tokens = []
    for _ in range(MAX_SESSIONS + 1):
        seconds.now_s += 1
        tokens.append(sessions.begin("chief", "x", "")[0])
    assert (
        sessions.find(tokens[0], "") is None
        and sessions.find(tokens[1], "")
        and sessions.find(tokens[-1], "")
    )


def test_each_session_has_a_token_and_a_form_of_its_own() -> None:
    sessions = Sessions(mono_s=Seconds())
    (first, one), (second, two) = sessions.begin("chief", "x", ""), sessions.begin("chief", "x", "")
    assert first != second and carries(one, one.form) and not carries(one, two.form) and not carries(one, "")
    assert first not in repr(sessions.__dict__), "the memory holds no token"


PARALLEL = """
import resource, sys, threading
from pathlib import Path
from appliance.pins import PinError, Pins
pins = Pins(Path(sys.argv[1]), mono_s=lambda: 0.0)
pins.set("chief", "2468")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
codes = []
def guess(source):
    try:
        pins.check("chief", "0000", source=source)
    except PinError as error:
        codes.append(error.code)
threads = [threading.Thread(target=guess, args=(str(n),)) for n in range(40)]
for t in threads: t.start()
for t in threads: t.join()
print(len(codes), codes.count("pin-wrong") > 1, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_wrong_pins_in_parallel_are_checked_one_by_one_and_memory_stays_flat(venue: Answering) -> None:
    """Forty places at once: without the one lock that were 1.3 GB."""
    argv = [sys.executable, "-c", PARALLEL, str(venue.directory / "others.json")]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=120)
    count, tried, grown_kb = done.stdout.split()
    assert (count, tried) == ("40", "True") and int(grown_kb) < 16_000


def test_a_pin_that_could_not_be_written_is_not_told_as_chosen(venue: Answering) -> None:
    code = venue.client.call("pin.code", role="chief")["code"]
    beside = venue.directory / "pins.part"
    beside.mkdir()  # nothing can be written there
    asked = {"role": "chief", "name": "王主考"}
    refused = by_page(venue, "pin.choose", pins={"chief": "864201", "code": code}, **asked)
    assert refused["error"] == "pins-unwritable"
    assert not [e for e in stored(venue.box.directory) if e.kind == "pin.changed"]
    beside.rmdir()
    assert "value" in by_page(venue, "pin.choose", pins={"chief": "864201", "code": code}, **asked)
    assert [e.body.how for e in stored(venue.box.directory) if e.kind == "pin.changed"] == ["code"]  # type: ignore[attr-defined]


def test_a_pin_that_a_busy_guard_told_as_not_set_is_never_recorded_as_set(venue: Answering) -> None:
    """Four seconds: as long as the socket waits for a guard that is busy."""
    code = venue.client.call("pin.code", role="chief")["code"]
    reached, over = threading.Event(), threading.Event()

    def stuck(want: str) -> None:
        reached.set()
        over.wait(60)

    venue.box.hands["usb"] = stuck  # type: ignore[assignment]  # an enforcer whose hardware never answers
    venue.box.inbox.put(Drifted(key="usb"))
    assert reached.wait(30)
    asked = {"role": "chief", "name": "王主考"}
    try:
        assert by_page(venue, "pin.choose", pins={"chief": "864201", "code": code}, **asked)["error"] == "busy"
    finally:
        over.set()
    assert "value" in by_page(venue, "pin.choose", pins={"chief": "135790", "code": code}, **asked), "the code is good"
    assert len([e for e in stored(venue.box.directory) if e.kind == "pin.changed"]) == 1


def test_who_signs_in_over_a_running_session_ends_it(venue: Answering) -> None:
    chief = signed_in(venue)
    value = by_page(
        venue, "sign-in", pins={"technician": PINS["technician"]}, page=chief, role="technician", name="张工"
    )["value"]
    assert by_page(venue, "session", page=chief)["error"] == "session-over"
    assert by_page(venue, "session", page={"token": value["token"]})["value"]["name"] == "张工"
    guessed = by_page(
        venue, "sign-in", pins={"chief": "0000"}, page={"token": value["token"]}, role="chief", name="x"
    )
    assert guessed["error"] == "pin-wrong"
    assert "value" in by_page(venue, "session", page={"token": value["token"]}), (
        "a wrong PIN ends nobody's session"
    )
