"""Every kind, verdict, reason and cause has its sentence in both languages, whatever the body lacks."""

import dataclasses
from pathlib import Path

import pytest

from appliance import words
from appliance.events import BODIES
from appliance.exam.verdict import WEIGHT
from appliance.words import incidents_en, incidents_zh
from appliance.words.event_sentences import EVENTS
from appliance.words.names import NAMES
from appliance.words.page_labels import _LABELS
from appliance.words.plain import plain_text
from appliance.words.sentences import _FORMS, fields_of, say
from appliance.words.verdicts import HEADLINES, HINTS

WORDS = Path(words.__file__).parent
VERDICTS = (
    "all_well",
    "watched_well",
    "open_idle",
    "needs_doing",
    "affects_exam",
    "on_battery",
    "battery_low",
    "unsealed",
    "unknown",
)
CAUSES = (
    "mains",
    "mains_back",
    "mains_over",
    "battery_low",
    "ups_unknown",
    "ups_fault",
    "ups_short",
    "ending",
    "usb",
    "usb_open",
    "usb_unknown",
    "disk_new",
    "net_new",
    "mount_new",
    "radio_on",
    "attached_unknown",
    "network_drift",
    "network_foreign",
    "server_silent",
    "line_leaks",
    "line_unproven",
    "rules_unknown",
    "seat",
    "room",
    "seats_unknown",
    "switch",
    "outward",
    "outward_many",
    "stranger",
    "moved",
    "doubled",
    "offered",
    "network_unknown",
    "backup_failed",
    "backup_late",
    "receipt_late",
    "source_incomplete",
    "answers_short",
    "outbox_full",
    "copy_failed",
    "unsealed",
    "log_unwritable",
    "log_damaged",
    "disk_low",
    "host",
    "posture",
    "clock",
)
UPS_REASONS = (
    "unreachable",
    "data-stale",
    "driver-not-connected",
    "timeout",
    "closed",
    "garbage",
    "unknown-ups",
    "access-denied",
    "waiting",
    "not-live",
    "no-status",
    "refused",
    "silent",
    "not-believable",
    "line-unsteady",
    "no-device",
)
INCIDENT_FIELDS = {
    "number", "cause_kind", "cause", "place", "members", "count", "detail", "opened_at", "lost_minutes",
    "venue", "since", "spare", "start", "hold_minutes", "asked_minutes", "place_name", "kinds", "why",
}  # fmt: skip
REASON_FIELDS = {
    "place", "count", "detail", "ups", "runtime_minutes", "end", "until", "source", "missing_minutes",
    "start", "hold_minutes", "asked_minutes", "place_name", "kinds", "why",
}  # fmt: skip

both_languages = pytest.mark.parametrize("language", words.LANGUAGES)


def test_every_kind_of_event_has_a_sentence_and_no_sentence_is_left_over() -> None:
    assert set(EVENTS) == set(BODIES)


@pytest.mark.parametrize("kind", BODIES)
def test_every_field_a_sentence_asks_for_is_a_field_of_the_body(kind: str) -> None:
    known = {field.name for field in dataclasses.fields(BODIES[kind])}
    for field, form in fields_of(EVENTS[kind]):
        assert field in known
        assert form == "" or form in NAMES or form in _FORMS


@both_languages
@pytest.mark.parametrize("kind", BODIES)
def test_an_empty_body_still_gives_a_sentence(kind: str, language: str) -> None:
    sentence = words.event_sentence(language, kind, {})
    assert sentence and "{" not in sentence


@both_languages
@pytest.mark.parametrize("nonsense", [None, "", [], {}, 7, 1.5, True, ["a", None], {"b": 1}, "x" * 10_000])
def test_a_body_of_nonsense_still_gives_a_sentence(language: str, nonsense: object) -> None:
    for kind, cls in BODIES.items():
        body = {field.name: nonsense for field in dataclasses.fields(cls)}
        assert len(words.event_sentence(language, kind, body)) < 1500


@both_languages
def test_a_kind_of_a_newer_version_is_named_as_it_is(language: str) -> None:
    assert "lamp.melted" in words.event_sentence(language, "lamp.melted", {"x": 1})


@both_languages
def test_every_verdict_has_a_headline_and_a_hint(language: str) -> None:
    assert set(HEADLINES) >= set(VERDICTS) and set(HINTS) >= set(VERDICTS)
    for code in VERDICTS:
        verdict = {"code": code, "args": {"count": 3, "what": ["power", "seats"]}}
        assert words.verdict_sentence(language, verdict)
        assert words.hint_sentence(language, verdict)


@both_languages
def test_every_cause_has_its_name_what_to_do_a_script_and_a_reason(language: str) -> None:
    causes = incidents_zh.CAUSES if language == "zh_CN" else incidents_en.CAUSES
    assert set(causes) == set(CAUSES) == set(NAMES["cause"])
    for kind, cause in causes.items():
        said = words.incident_words(language, {"cause_kind": kind, "place": "1-23"}, since="09:55")
        assert said.place and said.title and said.todo and said.script
        for template in (cause.todo, cause.script):
            assert {field for field, _ in fields_of(template)} <= INCIDENT_FIELDS
        assert {field for field, _ in fields_of(cause.reason)} <= REASON_FIELDS
        assert words.reason_sentence(language, {"reason": {"code": kind, "args": {}}})


@both_languages
@pytest.mark.parametrize("kind", CAUSES)
def test_a_script_for_the_phone_is_two_sentences(language: str, kind: str) -> None:
    script = words.incident_words(language, {"cause_kind": kind, "place": "1-23"}, since="09:55").script
    ends = script.count("。") if language == "zh_CN" else script.count(". ") + script.count("? ") + 1
    assert ends == 2, script


def test_a_mains_cut_says_what_it_means_in_one_sentence() -> None:
    reason = {"code": "mains", "args": {"ups": "ups1", "runtime_minutes": 62, "end": "11:30"}}
    said = words.reason_sentence("zh_CN", {"reason": reason})
    assert "UPS 自报还可撑约 62 分钟（未实测），本场 11:30 结束" in said
    assert "没有后备电源的座位会立即断电" in said
    assert "未知" in words.reason_sentence("zh_CN", {"reason": {"code": "mains", "args": {}}})


def test_a_seat_is_named_by_room_first_and_with_the_rooms_own_spare() -> None:
    incident = {"cause_kind": "seat", "place": "1-23"}
    said = words.incident_words("zh_CN", incident, venue="实验中学考点", since="09:55", spare="25 号")
    assert said.place == "1 考场 23 号"
    assert "换本考场备用机（25 号）" in said.todo
    assert said.script.startswith("您好，我是实验中学考点主考")


@both_languages
@pytest.mark.parametrize("reason", UPS_REASONS)
def test_every_reason_of_a_ups_driver_has_words(language: str, reason: str) -> None:
    said = words.event_sentence(language, "power.unknown", {"ups": "ups1", "reason": reason})
    assert reason not in said or language == "en"
    assert NAMES["ups_reason"][reason]


def test_the_closed_sets_of_the_snapshot_have_names() -> None:
    wanted = {
        "phase": ("open", "sealed", "preparing", "running", "closing"),
        "step": ("sealed", "preparing", "running", "closing", "received"),
        "power": ("mains", "battery", "low", "off", "declared", "unknown"),
        "usb": ("closed", "open", "unmonitored", "unknown"),
        "seat": ("present", "absent", "off", "unknown", "swapped", "in_use"),
        "backup": ("ok", "running", "failed", "late", "incomplete", "none", "unmonitored"),
        "incident": ("open", "in_hand", "closed"),
        "class": ("general", "major"),
        "outcome": ("swapped", "recovered", "recorded", "false_alarm"),
        "beside": ("mains_lost", "sealed", "not_receipted", "drill", "rehearsal", "line_down"),
        "debt": ("final_bundle", "receipt"),
        "level": ("ok", "attention", "critical", "unknown"),
    }
    for table, codes in wanted.items():
        assert set(codes) <= set(NAMES[table]), table


def test_no_table_says_less_in_one_language() -> None:
    for table in (*NAMES.values(), _LABELS):
        for code, pair in table.items():
            assert len(pair) == 2 and all(pair), code


def test_no_sentence_tells_anybody_to_stop_the_exam_or_says_the_host() -> None:
    for file in WORDS.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for never in ("请暂停", "自动关机", "已封锁", "未处理", "待确认", "主机", "✕"):
            assert never not in text, f"{file.name}: {never}"


def test_control_and_direction_marks_never_get_through() -> None:
    body = {"name": "evil\x1b[2J\u202egnp.exe\nline", "port": "1-1", "id": "aa:bb", "authorized": False}
    said = words.event_sentence("zh_CN", "usb.plugged", body)
    assert not {"\x1b", "\u202e", "\n"} & set(said)


def test_a_name_of_ten_kilobytes_is_cut() -> None:
    assert plain_text("长" * 10_000, limit=20) == "长" * 19 + "…"


def test_braces_in_a_name_are_no_fields() -> None:
    assert "{number}{0.__class__}" in words.event_sentence(
        "en", "incident.noted", {"number": 1, "by": "x", "text": "{number}{0.__class__}"}
    )


def test_long_lists_are_counted_not_listed() -> None:
    gone = [f"1-{n}" for n in range(1, 26)]
    assert "（共 25）" in say("zh_CN", "{gone:seats}", {"gone": gone})


def test_every_cause_that_the_domain_knows_is_among_those_with_words() -> None:
    assert set(WEIGHT) <= set(CAUSES)


@pytest.mark.parametrize(("language", "said"), [("zh_CN", "来源里还没有文件"), ("en", "the sources hold no file yet")])
def test_a_backup_drill_that_found_no_file_says_that_nothing_could_be_compared(language: str, said: str) -> None:
    body = {"result": "passed", "files": 0, "seconds": 0.2, "differing": 0, "faulty": [], "reason": ""}
    assert said in words.event_sentence(language, "backup.drilled", body)
    assert said not in words.event_sentence(language, "backup.drilled", body | {"files": 3})
