"""Cards, seats, times and rows: what a reader sees for what the guard says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.web import snapshots
from web.cards import Card, cards
from web.guard import Look
from web.incidents import events, items
from web.present import Page, present
from web.seats import free_spares, legend, rooms
from web.times import countdown, day_time, duration, minutes_since, zone_of

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime.fromisoformat(snapshots.NOW)


def shown(snapshot: snapshots.Snapshot, language: str = "zh_CN") -> Page:
    return present(language, Look(snapshot=snapshot, age_s=0.3, answered=True, events=()))


def card(snapshot: snapshots.Snapshot, number: int) -> Card:
    return cards("zh_CN", snapshot, NOW, ZONE)[number]


@pytest.mark.parametrize(
    ("ups", "level", "big"),
    [
        ({}, "ok", "市电 · 后备电源 98%"),
        ({"state": "battery"}, "attention", "停电 · 后备电源 98%"),
        ({"state": "low", "charge_percent": 12.4}, "critical", "停电 · 后备电源 12%"),
        ({"state": "unknown", "reason": "data-stale"}, "unknown", "供电状态未知"),
        ({"state": "of a newer version"}, "unknown", "供电状态未知"),
        ({"state": "off"}, "critical", "后备电源无输出"),
        ({"state": "declared"}, "unknown", "人工申报，未接入监测"),
        ({"watched": False}, "unknown", "人工申报，未接入监测"),
        ({"charge_percent": None}, "ok", "市电 · 电量未知"),
    ],
)
def test_the_power_card_has_a_level_and_a_figure(ups: dict[str, object], level: str, big: str) -> None:
    power = card(snapshots.all_well(power=[snapshots.ups(**ups)]), 0)
    assert (power.level, power.big) == (level, big)


def test_internet_is_called_closed_only_with_its_proof() -> None:
    bare = card(snapshots.all_well(network={"state": "closed", "windows": []}), 2)
    proof = {"state": "closed", "windows": [], "verified_at": snapshots.NOW}
    proven = card(snapshots.all_well(network=proof), 2)
    assert bare.level != "ok" and "未验证" in bare.big
    assert proven.level == "ok" and "09:58 验证" in proven.big
    assert all(any("考试机 U 盘：未接入监测" in line.words for line in c.lines) for c in (bare, proven))


def test_a_proof_says_how_many_kinds_came_out_and_a_leak_is_critical() -> None:
    proof = {"at": snapshots.NOW, "kinds": 60, "leaks": 0}
    proven = {"state": "closed", "windows": [], "verified_at": snapshots.NOW, "proof": proof}
    assert "09:58 验证，0/60" in card(snapshots.all_well(network=proven), 2).big
    leaking = card(
        snapshots.all_well(network={"state": "leaks", "windows": [], "proof": proof | {"leaks": 3}}), 2
    )
    assert leaking.level == "critical" and "没有完全隔断" in leaking.big


def test_our_copy_and_the_official_upload_are_two_lines() -> None:
    lines = [line.words for line in card(snapshots.all_well(), 3).lines]
    assert lines == ["应收没有设置：是否收齐未知", "省里已收至 09:50", "考试系统正式上传：不由本机监测"]
    opened = {"state": "received", "files": 31, "receipt_at": "2026-09-05T03:42:00+00:00"}
    for counts, words, level in (
        ({"expected": 93, "collected": 93}, "已打开核对 93/93，11:42", "ok"),
        ({"expected": 93, "collected": 90}, "已打开核对 90/93，11:42", "attention"),
        ({}, "已打开核对（31 个文件），11:42", "ok"),
    ):
        lines_now = card(snapshots.all_well(province=opened | counts), 3).lines
        line = next(each for each in lines_now if "省里" in each.words)
        assert line.words == f"省里已收，{words}" and line.level == level
    late = {"state": "none", "last_receipted_at": None, "name": ""}
    for at, words in (("02:31", "省里尚未收到；预计 10:31 前后收齐"), ("01:00", "省里尚未收到")):
        told = snapshots.all_well(province=late | {"expected_at": f"2026-09-05T{at}:00+00:00"})
        assert words in [line.words for line in card(told, 3).lines]
    none = snapshots.all_well(province={"state": "none", "last_receipted_at": None, "name": ""})
    assert card(none, 3).lines[0].words == "省里尚未收到"


def test_several_sources_are_green_only_where_each_is_whole_and_the_worst_is_named() -> None:
    last = snapshots.all_well()["backup"]["last"] | {"expected": 143, "collected": 140}
    short = last | {"shortest": {"name": "answers", "expected": 93, "collected": 90}}
    for told, words, level in (
        (short, "应收 143，已收 140；来源 answers 应收 93，只收到 90", "attention"),
        (short | {"collected": 143}, "应收 143，已收 143；来源 answers 应收 93，只收到 90", "attention"),
        (last | {"collected": 143, "shortest": None}, "应收 143，已收 143", "ok"),
    ):
        snapshot = snapshots.all_well()
        snapshot["backup"]["last"] = told
        lines = card(snapshot, 3).lines
        line = next(each for each in lines if "应收" in each.words)
        assert (line.words, line.level) == (words, level)


def test_a_running_sitting_counts_down_to_its_moved_end() -> None:
    page = shown(snapshots.all_well())
    assert page.countdown is not None
    assert (page.countdown.name, page.countdown.words) == ("距本场结束", "01:31:39")


@pytest.mark.parametrize(
    ("phase", "name"), [("preparing", "距本场开始"), ("sealed", "距下一场开始"), ("open", "距下一场开始")]
)
def test_before_a_sitting_its_start_is_counted_down_to(phase: str, name: str) -> None:
    snapshot = snapshots.all_well(phase={"name": phase})
    snapshot["sitting"]["start"] = (NOW + timedelta(days=2, hours=3)).isoformat()
    page = shown(snapshot)
    assert page.countdown is not None
    assert (page.countdown.name, page.countdown.words) == (name, "2 天 3 小时")


def test_delay_extension_and_a_single_seats_time_stand_beside_the_subject() -> None:
    snapshot = snapshots.all_well()
    snapshot["sitting"].update(delay_minutes=10, extend_minutes=5, extended_seats={"1-23": 10})
    assert shown(snapshot).sitting == (
        "初级会计实务 09:00–11:30 · 顺延 10 分钟 · 延长 5 分钟 · 1 考场 23 号 补时 10 分钟"
    )


def test_the_end_in_the_reason_is_the_venues_time_of_day() -> None:
    assert "本场 11:30 结束" in shown(snapshots.mains_lost()).below


def test_what_nobody_watches_is_named_below_a_green_verdict() -> None:
    assert "未接入监测：外网" in shown(snapshots.all_well()).below


def test_nothing_to_do_is_not_said_while_the_state_is_unknown() -> None:
    page = shown(snapshots.nothing_read())
    assert page.level == "unknown" and page.clock_note and len(page.banners) == 2


def test_an_item_names_the_place_its_age_the_rooms_spare_and_the_facts() -> None:
    snapshot = snapshots.seat_gone()
    snapshot["incidents"][0].update(lost_minutes=12, drill="drill", class_confirmed="major")
    item = items("zh_CN", snapshot, NOW, ZONE)[0]
    assert (item.place, item.title) == ("1 考场 23 号", "考试机离线 3 分钟")
    assert "25 号" in item.todo and item.level == "critical" and item.state == "待处理"
    assert item.facts == ["演练", "重大突发事件", "耽误 12 分钟"]


def test_a_closed_incident_is_nothing_to_do() -> None:
    snapshot = snapshots.all_well(incidents=[snapshots.incident(1, "usb", state="closed")])
    assert items("zh_CN", snapshot, NOW, ZONE) == []


def test_an_event_that_opened_an_incident_says_how_it_stands() -> None:
    rows = events("zh_CN", snapshots.seat_gone(), tuple(snapshots.told()), NOW, ZONE)
    assert (rows[0].time, rows[0].words, rows[0].state) == ("09:55", "考试机离线：1 考场 23 号", "待处理")


def test_none_of_no_machines_is_not_green() -> None:
    snapshot = snapshots.all_well()
    snapshot["presence"] |= {"expected": 0, "present": 0, "absent": 0}
    assert card(snapshot, 1).level == "unknown"
    snapshot["presence"] |= {"expected": 1, "present": 1}
    assert card(snapshot, 1).level == "ok"


def test_rooms_and_seats_stand_in_their_natural_order() -> None:
    snapshot = {"seats": list(reversed(snapshots.seats(rooms=11, per_room=12)))}
    shown_rooms = rooms("zh_CN", snapshot)
    assert [room.name for room in shown_rooms][:3] == ["第 1 考场", "第 2 考场", "第 3 考场"]
    assert shown_rooms[-1].name == "第 11 考场"
    assert [seat.number for seat in shown_rooms[0].seats] == [str(n) for n in range(1, 13)]


@pytest.mark.parametrize(
    ("state", "note", "level"),
    [
        ("present", "全部正常", "ok"),
        ("off", "未开机", "quiet"),
        ("unknown", "未知", "unknown"),
        ("absent", "24 台离线", "critical"),
        ("of a newer version", "未知", "unknown"),
    ],
)
def test_a_rooms_note_follows_its_seats(state: str, note: str, level: str) -> None:
    room = rooms("zh_CN", {"seats": snapshots.seats(rooms=1, state=state)})[0]
    assert (room.note, room.level) == (note, level)


def test_each_look_on_the_map_has_a_sign_of_its_own() -> None:
    states = ["present", "absent", "off", "unknown", "swapped", "in_use"]
    seats = [{"id": f"1-{s}", "room": "1", "seat": str(n), "state": s} for n, s in enumerate(states)]
    signs = [sign for _, sign, _ in legend("zh_CN", rooms("zh_CN", {"seats": seats}))]
    assert len(set(signs)) == len(states)


def test_only_a_present_spare_of_the_same_room_is_offered() -> None:
    seats = snapshots.seats(rooms=2)
    assert free_spares({"seats": seats}, "1-23") == ["25"]
    seats[24]["state"] = "in_use"
    assert free_spares({"seats": seats}, "1-23") == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 秒"), (119, "119 秒"), (120, "2 分钟"), (7500, "2 小时 5 分钟"), (-5, "0 秒")],
)
def test_a_duration_fits_a_sentence(seconds: float, words: str) -> None:
    assert duration("zh_CN", seconds) == words


def test_times_are_the_venues_and_yesterday_is_a_word() -> None:
    moment = datetime(2026, 9, 4, 12, 52, tzinfo=UTC)
    assert day_time("zh_CN", moment, NOW, ZONE) == "昨天 20:52"
    assert day_time("en", moment - timedelta(days=9), NOW, ZONE) == "2026-8-26 20:52"
    assert minutes_since("zh_CN", NOW - timedelta(seconds=59), NOW) == ""
    assert minutes_since("zh_CN", NOW - timedelta(seconds=61), NOW) == "1 分钟"
    assert countdown("zh_CN", -3) == "00:00:00"


def test_a_time_zone_that_means_nothing_is_utc() -> None:
    assert zone_of("Mars/Olympus") is UTC and zone_of("") is UTC and zone_of("../../etc/passwd") is UTC


def test_a_proof_that_is_too_old_to_count_is_told_with_its_time_and_not_as_unwatched() -> None:
    old = {"state": "closed", "windows": [], "proof": {"at": snapshots.NOW, "kinds": 60, "leaks": 0}}
    verdict = {"level": "ok", "code": "watched_well", "args": {"unmonitored": ["line_proof", "seats"]}, "beside": []}
    told = snapshots.all_well(network=old, verdict=verdict)
    line = card(told, 2)
    assert line.level != "ok" and line.big == "外网：已设为隔断，上次验证 09:58"
    below = shown(told).below
    assert "外网隔断上次验证 09:58。" in below and "未接入监测：考试机。" in below and "实测" not in below
    never = snapshots.all_well(network={"state": "closed", "windows": []}, verdict=verdict)
    assert "未接入监测：外网隔断的实测、考试机。" in shown(never).below
