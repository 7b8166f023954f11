"""The verdict: never ok for what is unknown, unread or open; the reason names the top cause."""

import ast
from pathlib import Path

import pytest

from appliance import exam, words
from appliance.events.bodies import LogDamaged, LogVerified, PostureFailed
from appliance.events.readings import ClockReading, DiskReading, SeatsReading, UsbReading
from appliance.exam import verdict as verdicts
from appliance.words import incidents_en, incidents_zh
from appliance.words.verdicts import HEADLINES, HINTS
from tests.exam.ledger import SIGNED, Ledger, plan, running, sealed, seats_of, stick

EXAM = Path(exam.__file__).parent


def test_all_is_well_only_as_far_as_it_is_watched() -> None:
    day = running()
    assert (day.verdict.level, day.verdict.code) == ("ok", "watched_well")
    assert day.verdict.args == {"unmonitored": ["network"]}
    assert day.verdict.beside == ("sealed",)


@pytest.mark.parametrize("instrument", ["power", "usb", "seats"])
def test_what_is_configured_and_never_read_is_unknown_in_every_phase(instrument: str) -> None:
    day = Ledger()
    if instrument != "power":
        day.power("OL")
    if instrument != "usb":
        day.usb()
    if instrument != "seats":
        day.lit()
    assert (day.verdict.level, day.verdict.code) == ("unknown", "unknown")
    assert day.verdict.args == {"what": [instrument]}
    day.act("seal", **SIGNED)
    assert day.verdict.level == "unknown"


@pytest.mark.parametrize("phase_at", ["20:00", "09:10"])
def test_what_stops_being_readable_is_never_ok_from_that_reading_on(phase_at: str) -> None:
    for stop in (
        lambda day: day.power_lost_sight(),
        lambda day: day.power("OFF"),
        lambda day: day.read(UsbReading(unknown="silent")),
        lambda day: day.read(SeatsReading(unknown="silent")),
    ):
        day = sealed() if phase_at == "20:00" else running()
        assert day.verdict.level == "ok"
        stop(day)
        assert day.verdict.level != "ok"
        day.advance(600, every_s=10)
        assert day.verdict.level != "ok"


def test_after_a_reboot_everything_is_unknown_until_it_is_read_again() -> None:
    day = running()
    day.reboot()
    assert (day.verdict.level, day.verdict.args) == ("unknown", {"what": ["power", "usb", "seats"]})
    day.all_read()
    assert day.verdict.level == "ok"


def test_no_ups_configured_is_unknown_in_an_exam_and_said_when_open() -> None:
    day = Ledger(plan(ups=())).all_read()
    assert day.verdict.level == "ok" and "power" in day.verdict.args["unmonitored"]  # type: ignore[operator]
    day.act("seal", **SIGNED)
    assert (day.verdict.level, day.verdict.args) == ("unknown", {"what": ["power"]})


def test_every_open_incident_keeps_the_verdict_from_ok_until_it_is_closed() -> None:
    day = sealed()
    day.usb(stick())
    assert (day.verdict.level, day.verdict.code) == ("attention", "needs_doing")
    day.usb()
    assert day.verdict.level == "attention", "ceased, not closed"
    day.close(day.one("usb"))
    assert day.verdict.level == "ok"


@pytest.mark.parametrize(
    ("breaking", "reason"),
    [
        (lambda day: day.read(DiskReading(free_percent=5.0, free_bytes=1)), "disk_low"),
        (lambda day: day.read(ClockReading(trusted=False, reason="no-rtc")), "clock"),
        (lambda day: day.record(PostureFailed(key="usb", want="deny", reason="EIO")), "posture"),
        (
            lambda day: day.record(LogDamaged(file="events-1.sqlite", problem="x", salvaged_seq=1)),
            "log_damaged",
        ),
        (lambda day: day.record(LogVerified(rows=5, problem="row 3")), "log_damaged"),
        (lambda day: setattr(day, "log_problem", "disk full"), "log_unwritable"),
        (lambda day: day.usb(stick()), "usb"),
    ],
)
def test_each_trouble_of_the_box_is_attention_with_its_reason(breaking: object, reason: str) -> None:
    day = sealed()
    breaking(day)  # type: ignore[operator]
    day.settle()
    assert (day.verdict.level, day.verdict.reason.code) == ("attention", reason)


def test_a_log_that_refuses_this_very_moment_is_never_ok() -> None:
    day = sealed()
    judged = verdicts.verdict(day.venue, day.now, "disk full")
    assert (judged.level, judged.code, judged.args) == ("attention", "needs_doing", {"count": 1})


def test_what_could_not_be_set_before_a_start_is_tried_anew_and_no_trouble_yet() -> None:
    day = sealed()
    day.record(PostureFailed(key="usb", want="deny", reason="EIO"))
    day.settle()
    day.reboot()
    assert day.one("posture").ceased is not None


def test_a_log_that_verifies_is_no_trouble() -> None:
    day = sealed()
    day.record(LogVerified(rows=5))
    day.settle()
    assert day.verdict.level == "ok"


def test_the_mains_lost_is_attention_and_says_how_long_by_the_ups_own_word() -> None:
    day = running()
    day.power("OB", runtime_s=3725.0)
    assert (day.verdict.level, day.verdict.code) == ("attention", "on_battery")
    day.advance(5)
    assert day.verdict.reason.code == "mains"
    assert day.verdict.reason.args["runtime_minutes"] == 62
    assert day.verdict.reason.args["ups"] == "ups1"
    assert day.verdict.reason.args["end"] == "2026-09-05T11:30:00+00:00"
    assert "mains_lost" in day.verdict.beside


def test_a_ups_that_reports_no_runtime_gets_none_made_up() -> None:
    day = running()
    day.power("OB")
    day.advance(5)
    assert day.verdict.reason.args["runtime_minutes"] is None


def test_the_ups_that_ends_first_is_the_one_that_is_named() -> None:
    two = tuple(plan().ups[0].__class__(name=name, feeds=(), driver="simulated") for name in ("a", "b"))
    day = Ledger(plan(ups=two))
    day.power("OB", ups="a", runtime_s=4000.0)
    day.power("OB", ups="b", runtime_s=600.0)
    day.advance(5)
    assert day.verdict.reason.args["ups"] == "b" and day.verdict.reason.args["runtime_minutes"] == 10
    assert day.verdict.reason.args["end"] is None, "no sitting runs"


def test_the_mains_back_while_seats_are_still_dark_says_so() -> None:
    day = running()
    day.power("OB")
    day.dark(*seats_of(1))
    day.advance(60)
    assert (day.verdict.level, day.verdict.code) == ("critical", "affects_exam")
    day.power("OL")
    assert (day.verdict.level, day.verdict.reason.code) == ("critical", "mains_back")
    assert "mains_lost" not in day.verdict.beside


def test_a_low_battery_comes_before_everything() -> None:
    day = running()
    day.power("OB", "LB")
    day.dark(*seats_of(1))
    day.advance(60)
    assert (day.verdict.level, day.verdict.code) == ("critical", "battery_low")


def test_one_dark_seat_is_attention_many_are_critical() -> None:
    day = running()
    day.dark("1-05")
    day.advance(31)
    assert (day.verdict.level, day.verdict.reason.code) == ("attention", "seat")
    day.dark(*seats_of(2))
    day.advance(31)
    assert (day.verdict.level, day.verdict.reason.code) == ("critical", "room")
    assert day.verdict.reason.args["place"] == "room:2" and day.verdict.reason.args["count"] == 10
    for incident in day.opened:
        day.act("incident.resume", number=incident.number, by="李监考")
    assert day.verdict.level == "attention"


def test_what_weighs_most_is_the_reason_however_late_it_came() -> None:
    day = running()
    day.usb(stick())
    day.dark("1-05")
    day.advance(31)
    assert day.verdict.reason.code == "seat"
    day.power("OB")
    day.advance(5)
    assert day.verdict.reason.code == "mains"


def test_the_lamp_shows_the_level_of_the_verdict() -> None:
    day = running()
    assert day.posture.lamp == "ok"
    day.power_lost_sight()
    assert day.posture.lamp == day.verdict.level == "unknown"


def codes_of_verdicts() -> set[str]:
    """Every code that `_judge` returns, read from its source."""
    tree = ast.parse(Path(verdicts.__file__).read_text(encoding="utf-8"))
    judge = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "_judge")
    return {
        constant.value
        for node in ast.walk(judge)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple)
        for constant in ast.walk(node.value.elts[1])
        if isinstance(constant, ast.Constant)
    }


def kinds_of_causes() -> set[str]:
    """Every kind a Cause is made with, read from the source; the two of USB stand in a conditional."""
    found = {"usb", "usb_open"}
    for file in EXAM.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Cause":
                kinds = [keyword.value for keyword in node.keywords if keyword.arg == "kind"]
                found |= {kind.value for kind in kinds if isinstance(kind, ast.Constant)}
    return found


def test_every_code_of_a_verdict_has_its_headline_and_hint() -> None:
    assert codes_of_verdicts() == set(HEADLINES) == set(HINTS)


def test_every_cause_has_words_in_both_languages_and_its_weight() -> None:
    kinds = kinds_of_causes()
    assert len(kinds) >= 20
    assert kinds | {"mains_back"} <= set(incidents_zh.CAUSES) & set(incidents_en.CAUSES)
    assert kinds == set(verdicts.WEIGHT)


def test_a_verdict_is_said_in_one_sentence_in_both_languages() -> None:
    day = running()
    day.power("OB", runtime_s=3725.0)
    day.advance(5)
    shown = day.snapshot["verdict"]
    assert isinstance(shown, dict)
    for language in words.LANGUAGES:
        assert "{" not in words.verdict_sentence(language, shown)
        said = words.reason_sentence(language, shown)
        assert "10:12" in said and "11:30" in said and "78" in said
