"""The network's lines on the card: windows, what was dropped, who ought not to be there; never a false green."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.web import nets, snapshots, usbs
from tests.web.snapshots import Snapshot, all_well
from web.card import Card
from web.cards import cards

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime.fromisoformat(snapshots.NOW)
EVIL = '"><script>alert(1)</script>\u202e\x1b[2J'


def card(snapshot: Snapshot, language: str = "zh_CN") -> Card:
    return cards(language, snapshot, NOW, ZONE)[2]


def lines(**changes: object) -> list[tuple[str, str]]:
    """What is said of the network, shown or folded."""
    found = card(usbs.in_order() | {"network": nets.network(**changes)})
    told = [*found.lines, *(found.fold.lines if found.fold else [])]
    of_usb = ("USB", "U 盘", "磁盘", "监控盒", "口：")
    return [(line.level, line.words) for line in told if not any(word in line.words for word in of_usb)]


def test_the_card_stays_low_and_folds_only_what_is_quiet() -> None:
    windows = [nets.UPLOAD, {"name": "pull", "until": None, "how": "phase"}]
    quiet = card(usbs.in_order() | {"network": nets.network(windows=windows)})
    assert len(quiet.lines) == 3 and quiet.lines[-1].words == "考试机 U 盘：未接入监测"
    told = nets.network(windows=windows, machines={"attempt": 2}, strangers=[nets.STRANGER], state="drifted")
    loud = card(usbs.stick() | {"network": told})
    assert [line.level for line in loud.lines] == ["attention"] * 3 + ["unknown"] * 2
    assert loud.fold is not None and "attention" not in [line.level for line in loud.fold.lines[:2]]


def test_without_a_network_there_is_no_line_and_the_line_is_not_monitored() -> None:
    found = card(all_well(network={"state": "unmonitored", "mode": "off", "windows": []}))
    assert found.big == "外网：未接入监测" and len(found.lines) == 2


def test_a_quiet_network_says_so_and_that_hot_spots_can_not_be_seen() -> None:
    assert lines() == [("unknown", "考试机的热点和 Wi-Fi：看不到"), ("ok", "拦下的连外网：没有需要看一眼的")]


def test_what_nobody_reads_is_unknown() -> None:
    assert lines(ledger="unknown", presence="unknown", machines=None)[:2] == [
        ("unknown", "拦下了什么：未知"),
        ("unknown", "谁在考试网里：未知"),
    ]


def test_attempts_and_strangers_are_counted_and_make_the_card_amber() -> None:
    told = nets.network(machines={"attempt": 2}, strangers=[nets.STRANGER])
    found = card(usbs.in_order() | {"network": told})
    assert found.level == "attention"
    words = [line.words for line in found.lines]
    assert "有程序连外网，已拦下：2 台" in words and "没有登记的设备：1 台" in words


def test_an_open_window_is_told_with_its_end_and_louder_where_people_opened_it() -> None:
    assert ("", "窗口打开：上传答案，到 11:10") in lines(windows=[nets.UPLOAD])
    assert lines(windows=[nets.UPLOAD | {"how": "two"}])[0][0] == "attention"
    pull = {"name": "pull", "until": None, "how": "phase"}
    assert ("", "窗口打开：省里取备份") in lines(windows=[pull])


def test_rules_that_drifted_are_amber() -> None:
    assert card(usbs.in_order() | {"network": nets.network(state="drifted")}).level == "attention"


@pytest.mark.parametrize("nonsense", [None, 7, "x", [1, None, "a"], {"a": 1}, EVIL])
@pytest.mark.parametrize(
    "name", ["windows", "machines", "strangers", "moved", "ledger", "presence", "mode", "state"]
)
def test_nonsense_in_the_networks_part_still_gives_a_card(name: str, nonsense: object) -> None:
    found = card(usbs.in_order() | {"network": nets.network(**{name: nonsense})})
    assert found.title and not any("\x1b" in line.words or "\u202e" in line.words for line in found.lines)


@pytest.mark.parametrize(
    ("watch", "level", "big"),
    [
        ("shown", "ok", "已开机 87/96"),
        ("unobserved", "ok", "已开机 87/96"),
        ("alarm", "attention", "87 台在线 · 9 台离线"),
    ],
)
def test_before_an_hour_to_the_start_machines_that_are_off_are_counted_and_no_alarm(
    watch: str, level: str, big: str
) -> None:
    presence = {"state": "watched", "watch": watch, "expected": 96, "present": 87, "absent": 9, "spares": 4}
    found = cards("zh_CN", all_well(presence=presence), NOW, ZONE)[1]
    assert (found.level, found.big) == (level, big)


def test_a_rehearsal_is_amber_says_so_and_claims_nothing_blocked() -> None:
    rehearsal = {"on": True, "since": snapshots.NOW, "until": "2026-09-05T03:10:00+00:00", "technician": "张工"}
    told = nets.network(state="rehearsing", rehearsal=rehearsal, machines={"attempt": 2}, verified_at=snapshots.NOW)
    found = card(usbs.in_order() | {"network": told})
    assert (found.level, found.big) == ("attention", "演练中：外网未封")
    assert ("attention", "演练到 11:10，由 张工 开始") in [(line.level, line.words) for line in found.lines]
    assert not [line.words for line in found.lines if "已拦下" in line.words]
