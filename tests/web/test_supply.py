"""The power card and the panel below: which UPS, how long it holds, and what is never green."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.web import snapshots, supplies
from tests.web.snapshots import Snapshot, all_well, hold, ups
from web.card import Card
from web.cards import cards
from web.incidents import items, proposals
from web.supply_panel import Panel, panel

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime.fromisoformat(snapshots.NOW)
LANGUAGES = ("zh_CN", "en")
FULL = ups(ending=supplies.ending()["power"][0]["ending"], test=supplies.tested()["power"][0]["test"])


def card(snapshot: Snapshot, language: str = "zh_CN") -> Card:
    return cards(language, snapshot, NOW, ZONE)[0]


def lines(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [(line.level, line.words) for line in card(snapshot).lines]


def held(**changes: Any) -> Snapshot:
    """All is well but for the hold times of the one UPS."""
    return all_well(power=[ups(hold=hold(**changes))])


def below(snapshot: Snapshot) -> Panel:
    shown = panel("zh_CN", snapshot, NOW, ZONE)
    assert shown is not None
    return shown


def test_a_proof_that_is_long_enough_is_the_only_green() -> None:
    power = card(all_well())
    assert (power.level, power.tag) == ("ok", "正常")
    assert lines(all_well()) == [("ok", "停电后服务器可撑 72 分钟（已实测）")]


@pytest.mark.parametrize(
    ("changes", "tag", "words"),
    [
        ({"level": "short", "proven_s": 2730.0}, "时间不足",
         "停电后服务器只能撑 45 分钟（已实测）：规定 60 分钟，不足"),
        ({"level": "short", "proven_s": 4500.0, "reported_s": 2730.0, "first": "reported"}, "时间不足",
         "停电后服务器只能撑 45 分钟（自报，未实测）：规定 60 分钟，不足"),
        ({"level": "unproven", "reported_s": 4320.0}, "未实测", "停电后服务器约可撑 72 分钟（自报，未实测）"),
        ({"level": "unproven", "modelled_s": 4320.0, "first": "modelled"}, "未实测",
         "停电后服务器约可撑 72 分钟（推算，未实测）"),
        ({"level": "unproven", "reported_s": 1200.0}, "时间不足",
         "停电后服务器只能撑 20 分钟（自报，未实测）：规定 60 分钟，不足"),
    ],
)  # fmt: skip
def test_a_figure_names_its_source_and_what_is_short_or_not_proven_is_amber(
    changes: dict[str, Any], tag: str, words: str
) -> None:
    power = card(held(**changes))
    assert (power.level, power.tag) == ("attention", tag)
    assert lines(held(**changes))[0] == ("attention", words)


@pytest.mark.parametrize(
    "changes",
    [
        {"level": "ok"},
        {"level": "ok", "reported_s": 9000.0},
        {"level": "ok", "proven_s": 3000.0},
        {"level": "ok", "proven_s": 9000.0, "asked_s": None},
        {"level": "ok", "proven_s": 9000.0, "at_least": True},
        {"level": "splendid", "proven_s": 9000.0},
    ],
)
def test_a_hold_time_that_nobody_proved_is_never_a_green_line(changes: dict[str, Any]) -> None:
    assert card(held(**changes)).level != "ok"
    assert all(level != "ok" for level, _ in lines(held(**changes)))


def test_a_proof_that_does_not_count_lends_its_word_to_no_figure() -> None:
    snapshot = held(level="unproven", proven_s=4320.0, first="proven", why_unproven="too-old")
    assert "已实测" not in "".join(words for _, words in lines(snapshot))


def test_a_proof_that_the_mains_cut_short_is_a_lower_bound() -> None:
    snapshot = held(level="unproven", proven_s=1500.0, at_least=True)
    assert lines(snapshot)[0] == ("attention", "停电后服务器至少可撑 25 分钟（只实测到此），规定 60 分钟")
    assert below(snapshot).figures[-1].words == "≥ 25 分钟"


def test_on_battery_less_than_the_rule_may_be_enough_for_the_rest_of_the_sitting() -> None:
    until = {"proven_until": "2026-09-05T02:40:00+00:00"}
    out = all_well(power=[ups(state="battery", hold=hold("ok", proven_s=2500.0, **until))])
    assert lines(out)[0] == ("ok", "服务器可撑到 10:40（已实测）")
    sooner = {"reported_s": 2400.0, "reported_until": "2026-09-05T02:38:00+00:00", "first": "reported"}
    told = all_well(power=[ups(state="battery", hold=hold("ok", proven_s=2500.0, **until, **sooner))])
    assert lines(told)[0] == ("attention", "服务器约可撑到 10:38（自报，未实测）"), "as the verdict says it"


def test_servers_that_nobody_named_are_said_to_be_unknown() -> None:
    snapshot = all_well(supply={"servers": [], "uncovered": [], "level": "unknown"})
    assert below(snapshot).facts[-1].words == "配置里没有写服务器：哪台接了后备电源未知"


def test_an_unknown_hold_time_is_a_question_mark() -> None:
    assert lines(held(level="unknown"))[0] == ("unknown", "停电后服务器能撑多久：未知")
    assert card(held(level="unknown")).level == "unknown"


def test_on_battery_a_proof_gives_the_time_until_when() -> None:
    assert lines(snapshots.mains_lost())[0] == ("ok", "服务器可撑到 11:42（已实测）")


def test_missing_minutes_stand_on_the_card_and_in_the_sentence_below_the_verdict() -> None:
    snapshot = supplies.missing()
    assert lines(snapshot)[0] == (
        "attention",
        "服务器只撑到 11:18（自报，未实测），差 12 分钟",
    )


def test_a_battery_that_nobody_knows_is_no_number() -> None:
    snapshot = all_well(power=[ups(state="battery", hold=hold("unknown"))])
    assert lines(snapshot)[0] == ("unknown", "服务器还能撑多久：未知")


def test_a_declared_ups_is_never_green_and_never_called_proven() -> None:
    power = card(supplies.declared_only())
    assert (power.level, power.big, power.tag) == ("unknown", "人工申报，未接入监测", "人工申报")
    assert lines(supplies.declared_only())[0] == (
        "unknown",
        "停电后服务器可撑 70 分钟（人工申报，未实测）",
    )
    forged = all_well(power=[ups(declared={"on": "2026-09-01", "by": "x", "hold_minutes": 90})])
    assert card(forged).level == "unknown" and below(forged).chart is None


def test_a_declared_ups_that_holds_too_little_for_its_server_is_short() -> None:
    snapshot = supplies.declared_only()
    (row,) = snapshot["power"]
    row["declared"]["hold_minutes"], row["hold"]["level"] = 45, "short"
    assert card(snapshot).level == "attention"
    assert lines(snapshot)[0] == (
        "attention",
        "停电后服务器只能撑 45 分钟（人工申报，未实测）：规定 60 分钟，不足",
    )


def test_what_a_ups_says_that_can_not_be_is_named() -> None:
    assert ("attention", "UPS 说的剩余时间不可信") in lines(supplies.unproven())
    assert [f.words for f in below(supplies.unproven()).figures] == ["不可信", "72 分钟", "未知"]
    assert card(all_well(power=[ups(doubts=["charge-stuck"])])).level == "attention"


def test_the_servers_ups_is_the_large_one_and_the_worst_of_all_gives_the_colour() -> None:
    snapshot = supplies.three()
    power = card(snapshot)
    assert power.big == "市电 · 后备电源 100%" and (power.level, power.tag) == ("attention", "停电")
    assert ("attention", "switch-ups 停电 · ups2 市电 · ups1 市电") in lines(snapshot)
    assert ("attention", "没有接后备电源的服务器：paper") in lines(snapshot)
    assert below(snapshot).title == "服务器后备电源（ups2）"


def test_without_servers_named_the_worst_of_several_ups_comes_first() -> None:
    both = [snapshots.bare_ups(), snapshots.bare_ups(name="ups2", state="battery")]
    power = card(all_well(power=both, supply=None))
    assert power.level == "attention" and power.big.startswith("停电")
    assert "ups2 停电 · ups1 市电" in power.lines[1].words


def test_a_ups_of_the_switch_alone_is_not_said_to_hold_a_server() -> None:
    snapshot = all_well(power=[ups(feeds=["switch"])])
    assert lines(snapshot)[0][1] == "停电后ups1可撑 72 分钟（已实测）"


@pytest.mark.parametrize(("level", "shown"), [("attention", "attention"), ("unknown", "unknown")])
def test_the_guards_own_doubt_about_the_supply_is_never_painted_green(level: str, shown: str) -> None:
    assert card(all_well(supply={"servers": ["server"], "uncovered": [], "level": level})).level == shown


def test_a_guard_of_before_the_hold_times_gives_a_reported_figure_and_no_green() -> None:
    snapshot = all_well(power=[snapshots.bare_ups()], supply=None)
    assert card(snapshot).level == "attention"
    assert lines(snapshot) == [("attention", "停电后服务器约可撑 72 分钟（自报，未实测）")]


def test_a_test_and_an_end_stand_above_the_hold_time() -> None:
    assert card(supplies.tested()).big == "放电测试中 · 电量 71%"
    assert lines(supplies.tested())[0][1] == "测 60 分钟，电量到 30% 就停（张工，09:33 起）"
    begun = supplies.tested()
    begun["power"][0]["state"] = "mains"
    assert "请拔下后备电源的市电插头" in lines(begun)[0][1]
    assert lines(supplies.ending())[0] == ("critical", "正在逐台停服务器")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FULL)
@pytest.mark.parametrize("value", [None, "gone", [], {}, -1, [None, 3, ["x"]], {"state": 7}])
def test_any_field_of_a_ups_may_be_nonsense(language: str, name: str, value: object) -> None:
    snapshot = all_well(power=[FULL | {name: value}])
    assert cards(language, snapshot, NOW, ZONE)[0].lines is not None
    assert panel(language, snapshot, NOW, ZONE) is not None


@pytest.mark.parametrize("name", ["state", "hold", "watched", "faults", "doubts"])
def test_a_ups_that_lacks_a_field_is_no_greener_for_it(name: str) -> None:
    bad = {"state": "low", "hold": hold("short", proven_s=60.0), "watched": False}
    worse = ups(**bad)
    del worse[name]
    assert card(all_well(power=[worse])).level != "ok"


def test_lost_minutes_are_proposed_as_the_postponement_until_the_sitting_was_moved() -> None:
    snapshot = supplies.ending()
    item = items("zh_CN", snapshot, NOW, ZONE)[0]
    assert item.proposal == "建议顺延 46 分钟（须省里同意）。"
    for incident in snapshot["incidents"]:
        incident["state"] = "closed"
    (row,) = proposals("zh_CN", snapshot)
    assert row.words == "停电耽误考生：建议顺延 46 分钟（须省里同意）"
    snapshot["sitting"]["extend_minutes"] = 46
    assert proposals("zh_CN", snapshot) == []


def test_an_incident_of_a_ups_that_will_be_short_has_the_forecasts_figures() -> None:
    item = items("zh_CN", supplies.short(), NOW, ZONE)[0]
    assert item.todo.startswith("13:30 开考时后备电源约可撑 38 分钟，规定 60 分钟。")
    bare = supplies.short()
    bare["power"] = []
    assert "下一场开考时后备电源撑不满规定的时间" in items("zh_CN", bare, NOW, ZONE)[0].todo


def test_the_three_hold_times_are_named_and_a_gap_stays_a_gap() -> None:
    shown = below(held(level="unproven", reported_s=3720.0))
    assert [(f.name, f.words) for f in shown.figures] == [
        ("自报", "62 分钟"),
        ("推算", "未知"),
        ("实测", "未知"),
    ]


def test_a_silent_ups_has_no_figure_of_its_own_any_more() -> None:
    silent = all_well(power=[ups(state="unknown", reason="timeout")])
    assert [f.words for f in below(silent).figures] == ["未知", "未知", "72 分钟"]


def test_what_opens_below_tells_proof_drill_and_when_to_test() -> None:
    facts = [fact.words for fact in below(supplies.unproven()).facts]
    assert "未实测：从未做过放电测试" in facts
    assert "放电测试请在 9 月 3 日 18:00 前开始，封场前才来得及充满" in facts
    assert "它报的 battery.runtime 不可能" in facts
    assert "实测：8 月 20 日 15:00 撑了 78 分钟（负载 20%）" in [f.words for f in below(all_well()).facts]


def test_no_ups_at_all_has_no_panel() -> None:
    assert panel("zh_CN", all_well(power=[]), NOW, ZONE) is None
