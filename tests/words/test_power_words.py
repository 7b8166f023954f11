"""What is said of the supply: whose figure it is, who does what, and never more than is known."""

from typing import Any

import pytest

from appliance import words
from appliance.words import event_sentence, figures_of, incident_words, reason_sentence, with_figures
from appliance.words.names import NAMES
from appliance.words.power.labels import POWER_LABELS
from appliance.words.power.names import POWER_NAMES

BOTH = pytest.mark.parametrize("language", words.LANGUAGES)
FAULTS = ("off", "bypass", "overload", "replace-battery", "forced-shutdown", "alarm")
STAGES = ("begun", "stopping", "rested", "cut", "blocked")
ENDS = ("mains", "low", "off", "lost", "box-down")
MAINS = {"ups": "ups1", "until": "11:18", "end": "11:30", "missing_minutes": 12, "runtime_minutes": 79}
SEATS = "没有后备电源的座位会立即断电"


def mains(**args: Any) -> str:
    return reason_sentence("zh_CN", {"reason": {"code": "mains", "args": args}})


def said(language: str, kind: str, detail: str) -> list[str]:
    """Everything that is said of an incident of that kind and detail."""
    incident = {"cause_kind": kind, "place": "ups1", "detail": detail}
    told = incident_words(language, incident, since="09:55")
    reason = reason_sentence(language, {"reason": {"code": kind, "args": {"detail": detail}}})
    return [told.title, told.todo, told.script, reason]


@pytest.mark.parametrize(
    ("source", "words_of_it"),
    [("proven", "已实测"), ("modelled", "推算，未实测"), ("reported", "UPS 自报，未实测")],
)
def test_the_line_below_the_verdict_names_whose_figure_it_is(source: str, words_of_it: str) -> None:
    short = mains(source=source, **MAINS)
    assert f"11:18（{words_of_it}），比本场结束 11:30 少 12 分钟：请立即上报并调发电机；{SEATS}" in short
    enough = mains(source=source, **(MAINS | {"missing_minutes": None, "until": "11:42"}))
    assert f"11:42（{words_of_it}），本场 11:30 结束；{SEATS}" in enough and "发电机" not in enough
    no_end = mains(source=source, until="11:42", end=None)
    assert f"11:42（{words_of_it}）；{SEATS}" in no_end and "本场" not in no_end


def test_the_two_sentences_of_the_house() -> None:
    enough = MAINS | {"until": "11:42", "missing_minutes": None}
    assert mains(source="proven", **enough) == (
        "停电：服务器可撑到 11:42（已实测），本场 11:30 结束；没有后备电源的座位会立即断电"
    )
    assert mains(source="reported", **MAINS) == (
        "停电：服务器只能撑到 11:18（UPS 自报，未实测），比本场结束 11:30 少 12 分钟：请立即上报并调发电机；"
        "没有后备电源的座位会立即断电"
    )


@pytest.mark.parametrize("args", [{}, {"source": ""}, {"source": "proven"}, {"source": "hearsay"}])
def test_what_nobody_knows_is_unknown_and_nothing_is_proven(args: dict[str, Any]) -> None:
    assert "还能撑多久未知" in mains(**args) and "已实测" not in mains(**args) and SEATS in mains(**args)


@BOTH
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_titled_by_what_it_is(language: str, fault: str) -> None:
    title, todo, _, reason = said(language, "ups_fault", fault)
    assert title == words.name_of(language, "ups_fault", fault) and todo and reason
    assert said(language, "ups_fault", "of a newer version")[0] == words.name_of(
        language, "cause", "ups_fault"
    )


@BOTH
@pytest.mark.parametrize("kind", ["ups_fault", "ending", "ups_short"])
def test_every_script_is_two_sentences_whatever_the_detail(language: str, kind: str) -> None:
    for detail in (*FAULTS, *STAGES, "", "am"):
        script = said(language, kind, detail)[2]
        ends = script.count("。") if language == "zh_CN" else script.count(". ") + script.count("? ") + 1
        assert ends == 2, script


@BOTH
def test_once_the_mains_are_back_nobody_is_told_to_call_for_their_repair(language: str) -> None:
    cut: dict[str, object] = {"cause_kind": "mains", "opened_at": "2026-09-05T01:12:00+00:00"}
    back = cut | {"ceased_at": "2026-09-05T01:52:00+00:00"}
    over = back | {"resumed_at": "2026-09-05T01:58:00+00:00", "lost_minutes": 46}
    found = [words.incident_words(language, stage, since="09:12") for stage in (cut, back, over)]
    assert len({each.todo for each in found}) == len({each.script for each in found}) == 3
    assert len({each.title for each in found}) == 1, "what it was stays its name"
    repair = "抢修" if language == "zh_CN" else "Repair"
    assert [repair in each.todo + each.script for each in found] == [True, False, False]
    assert "46" in found[2].script


@BOTH
@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_of_an_end_has_its_words(language: str, stage: str) -> None:
    everything = said(language, "ending", stage)
    assert len(set(everything)) == 4 and all(everything)
    assert NAMES["ending"][stage]


def test_stopping_a_server_is_advised_and_the_chief_agrees() -> None:
    for stage in ("begun", "rested"):
        _, todo, _, reason = said("zh_CN", "ending", stage)
        assert "建议有序停服务器（须主考同意）" in todo and "建议有序停服务器（须主考同意）" in reason


def test_no_end_claims_a_backup_that_may_not_be_there() -> None:
    for stage in STAGES:
        assert not any("已备份" in text or "备份已做好" in text for text in said("zh_CN", "ending", stage))


def test_nothing_of_the_supply_promises_power_for_seats_or_stops_the_exam() -> None:
    pairs = [pair for table in POWER_NAMES.values() for pair in table.values()] + list(POWER_LABELS.values())
    texts = [zh for zh, _ in pairs]
    texts += [text for fault in FAULTS for text in said("zh_CN", "ups_fault", fault)]
    texts += [text for stage in STAGES for text in said("zh_CN", "ending", stage)]
    for text in texts:
        assert not any(never in text for never in ("座位可撑", "座位有电", "自动关机", "请暂停", "停止考试"))


@BOTH
@pytest.mark.parametrize("ended", ENDS)
@pytest.mark.parametrize("test", [True, False])
def test_a_discharge_says_how_long_it_was_held_and_how_it_ended(
    language: str, ended: str, test: bool
) -> None:
    body = {"ups": "ups1", "lasted_s": 3120.0, "held_s": 2880.0, "ended": ended, "test": test, "blip": False}
    sentence = event_sentence(language, "power.discharged", body)
    if ended == "mains" and not test:
        assert "52" in sentence
    else:
        assert "48" in sentence
    full = event_sentence(language, "power.discharged", body | {"charge_from": 99.6, "charge_to": 61.2})
    assert ("99" in full and "61" in full) == (ended == "mains")


def test_a_blip_is_told_in_tenths_of_a_second() -> None:
    body = {"ups": "ups1", "lasted_s": 0.44, "held_s": 0.44, "ended": "mains", "blip": True}
    assert event_sentence("zh_CN", "power.discharged", body) == "市电闪断 0.4 秒，后备电源 ups1 接上了"


def test_a_doubt_names_its_variable_and_its_end_is_said() -> None:
    body = {"ups": "ups1", "doubts": ["runtime-zero", "absurd:battery.charge"]}
    assert event_sentence("zh_CN", "power.doubted", body) == (
        "后备电源 ups1 说的话不可信：它说剩余时间是 0、它报的 battery.charge 不可能"
    )
    assert "恢复可信" in event_sentence("zh_CN", "power.doubted", {"ups": "ups1", "doubts": []})
    assert "brand-new" in event_sentence("en", "power.doubted", {"ups": "ups1", "doubts": ["brand-new"]})


@pytest.mark.parametrize(
    ("held_s", "zh", "en"),
    [(47, "47 秒", "47 s"), (2880, "48 分钟", "48 min"), (7500, "2 小时 5 分钟", "2 h 5 min")],
)
def test_a_time_held_fits_a_sentence(held_s: float, zh: str, en: str) -> None:
    body = {"ups": "u", "held_s": held_s, "ended": "low", "test": True}
    assert zh in event_sentence("zh_CN", "power.discharged", body)
    assert en in event_sentence("en", "power.discharged", body)


def snapshot(**forecast: Any) -> dict[str, Any]:
    told = {"at": "13:30", "hold_s": 2290.0} | forecast
    return {"power": [None, {"name": "ups1", "hold": {"asked_s": 3600.0}, "forecast": told}]}


def test_a_ups_that_will_be_short_is_told_with_the_forecasts_figures() -> None:
    figures = figures_of(snapshot(), "ups_short", "ups1", str)
    told = incident_words("zh_CN", {"cause_kind": "ups_short", "place": "ups1"}, figures=figures)
    assert told.todo.startswith("13:30 开考时后备电源约可撑 38 分钟，规定 60 分钟。")
    verdict = {"reason": {"code": "ups_short", "args": {"place": "ups1"}}}
    said_below = reason_sentence("zh_CN", with_figures(snapshot() | {"verdict": verdict}, str))
    assert said_below == "13:30 开考时后备电源约可撑 38 分钟，规定 60 分钟：请备好发电机"


@pytest.mark.parametrize(
    "given",
    [{}, {"power": None}, {"power": [{"name": "ups1"}]}, snapshot(hold_s=None), snapshot(at=None),
     snapshot(hold_s=True)],
)  # fmt: skip
def test_without_a_forecast_no_figure_is_made_up(given: dict[str, Any]) -> None:
    assert figures_of(given, "ups_short", "ups1", str) == {}
    assert figures_of(snapshot(), "mains", "ups1", str) == {}


@pytest.mark.parametrize("missing", [0, -3, None, "12", [12]])
def test_only_minutes_that_are_missing_are_said_to_be(missing: object) -> None:
    args = {"code": "mains", "args": MAINS | {"source": "proven", "missing_minutes": missing}}
    verdict = with_figures({"verdict": {"reason": args}}, str)
    assert "比本场结束" not in reason_sentence("zh_CN", verdict)
