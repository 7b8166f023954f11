"""The USB line of the card and the list below it: what is blocked, what is let in until when, never a false green."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.web import snapshots, usbs
from tests.web.snapshots import Snapshot, all_well, attached_thing
from web.card import Card, Fold
from web.cards import cards
from web.incidents import items

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime.fromisoformat(snapshots.NOW)
CLOSED = {"state": "closed", "windows": [], "verified_at": "2026-09-05T01:30:00+00:00"}
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e{{7*7}}\x1b[2J'


def card(snapshot: Snapshot, language: str = "zh_CN") -> Card:
    return cards(language, snapshot, NOW, ZONE)[2]


def lines(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [(line.level, line.words) for line in card(snapshot).lines[:-1]]


def below(snapshot: Snapshot) -> Fold:
    fold = card(snapshot).fold
    assert fold is not None
    return fold


def test_closed_ports_are_green_only_beside_a_proven_line() -> None:
    assert lines(usbs.in_order()) == [("ok", "监控盒 USB 口已关闭")]
    assert card(usbs.in_order()).level == "unknown"
    assert card(usbs.in_order() | {"network": CLOSED}).level == "ok"


def test_a_blocked_stick_is_counted_and_the_card_is_amber() -> None:
    assert lines(usbs.stick()) == [("attention", "监控盒 USB 口已关闭 · 拦下 1 个")]
    assert card(usbs.stick() | {"network": CLOSED}).level == "attention"


def test_a_grant_says_where_and_until_when_and_the_first_to_end_is_named() -> None:
    assert lines(usbs.granted())[0] == ("attention", "临时允许 2 个，最近到时 10:05")
    one = all_well(usb=usbs.usb(usbs.blocked(place="左前口", allowed=True, authorized=True, why="granted"),
                                grants=(usbs.grant("1-1.4"),)), network=CLOSED)  # fmt: skip
    assert lines(one) == [("attention", "临时允许：左前口（1-1.4），到 10:20"), ("ok", "监控盒 USB 口已关闭")]
    assert card(one).level == "attention"


def test_another_ups_that_a_technician_let_in_is_told_and_no_alarm() -> None:
    swapped = all_well(usb=usbs.usb(usbs.device("1-1", "Santak", why="granted"),
                                    grants=(usbs.grant("1-1", how="ups", chief=""),)), network=CLOSED)  # fmt: skip
    assert lines(swapped)[1] == ("", "临时允许：1-1 口，到 10:20") and card(swapped).level == "ok"


def test_what_is_not_blocked_is_red_and_stands_first() -> None:
    assert card(usbs.worst()).level == "critical"
    assert lines(usbs.worst())[0] == (
        "critical",
        "监控盒 USB 口 · 没有拦住 1 个 · 拦下 4 个 · 尚未接通 1 个",
    )
    first = below(usbs.worst()).lines[0]
    assert first.level == "critical" and first.words.startswith("2-2 口：多功能设备（")


def test_the_list_says_place_kind_name_and_why() -> None:
    assert below(usbs.stick()).title == "更多（2）"
    assert [line.words for line in below(usbs.stick()).lines] == [
        "左前口（1-1.4）：U 盘 / 存储设备“Kingston DT 101”（0951:1666），已拦下（封场时没有登记）",
        "1-1 口：输入类设备（后备电源也属此类）“APC Back-UPS”（051d:0002），可用（封场时已登记）",
    ]
    words = below(usbs.granted()).lines[-1].words
    assert words == (
        "左前口（1-1.4）：临时允许 U 盘 / 存储设备“Kingston DT 101”（0951:1666），"
        "到 10:20（李主考、张工；拷贝监考名单）"
    )


def test_a_hundred_devices_are_counted_not_listed() -> None:
    many = all_well(usb=usbs.usb(*(usbs.blocked(f"1-1.{n}") for n in range(1, 101))))
    assert len(below(many).lines) == 13 and below(many).lines[-1].words == "另有 88 个设备，见 venue usb list"


def test_nothing_at_all_has_no_list() -> None:
    assert card(all_well(usb=usbs.usb())).fold is None
    assert card(all_well()).fold is None, "the box's own disk and card alone"


# Disks, interfaces, mounts, radios


def test_what_hangs_on_the_box_stands_in_the_list_and_is_no_line_of_its_own_while_all_is_well() -> None:
    assert lines(all_well()) == [("ok", "监控盒 USB 口已关闭")]
    own = all_well()["usb"]["attached"]["rows"]
    shown = below(all_well(usb=usbs.usb(usbs.device("1-1", "APC"), rows=own))).lines[1:]
    assert [(line.level, line.words) for line in shown] == [
        ("ok", "磁盘 mmcblk0（SK32G，31.9 GB），在用（封场时已登记）"),
        ("ok", "网络接口 eth0（dc:a6:32:00:00:01），在用（封场时已登记）"),
        ("ok", "挂载 /（/dev/mmcblk0p2），在用（封场时已登记）"),
        ("ok", "监控盒无线网（Wi-Fi）：已关闭"),
        ("ok", "监控盒蓝牙：已关闭"),
    ]


@pytest.mark.parametrize(
    ("changes", "level", "said"),
    [
        ({}, "attention", "磁盘、网卡和挂载 · 多出的已断开 1 个"),
        ({"undone": ["interfaces"]}, "critical", "磁盘、网卡和挂载 · 多出的没有断开 1 个"),
        ({"undone": None}, "critical", "磁盘、网卡和挂载 · 多出的没有断开 1 个"),
    ],
)
def test_what_ought_not_to_be_there_is_amber_once_it_is_taken_away_and_red_before(
    changes: dict[str, object], level: str, said: str
) -> None:
    more = attached_thing("interface", "eth1", allowed=False, why="not-sealed-in")
    shown = all_well(usb=usbs.usb(rows=(more,), **changes), network=CLOSED)
    assert lines(shown) == [(level, "监控盒 USB 口已关闭"), (level, said)] and card(shown).level == level


@pytest.mark.parametrize("state", ["unknown", "unmonitored", None])
def test_disks_that_nobody_looks_at_are_never_green(state: str | None) -> None:
    shown = all_well(usb=usbs.usb(state="closed") | {"attached": {"state": state}}, network=CLOSED)
    assert card(shown).level == "unknown"
    lacking = all_well(usb={"state": "closed", "devices": []}, network=CLOSED)
    assert card(lacking).level == "unknown" and lines(lacking)[1] == ("unknown", "磁盘、网卡和挂载状态未知")


def test_a_radio_that_is_on_is_a_line_of_its_own() -> None:
    shown = all_well(usb=usbs.usb(radios={"wifi": "on", "bluetooth": "unknown"}), network=CLOSED)
    assert lines(shown)[1:] == [("attention", "监控盒无线网（Wi-Fi）：开着"), ("unknown", "监控盒蓝牙：未知")]
    assert card(shown).level == "attention"


def test_a_disk_whose_make_is_markup_stays_text() -> None:
    evil = attached_thing("disk", EVIL, label=EVIL, port=EVIL, place=EVIL, why=EVIL, size_bytes=1, allowed=False)
    for line in below(all_well(usb=usbs.usb(rows=(evil,) * 99))).lines:
        assert not {"\x1b", "\u202e", "\n"} & set(line.words) and len(line.words) < 300


def test_the_item_to_do_says_the_place_by_its_name_first() -> None:
    (item,) = items("zh_CN", usbs.stick(), NOW, ZONE)
    assert item.place == "左前口（服务器机柜）"
    assert item.title == "U 盘 / 存储设备“Kingston DT 101”插入，已拦下 3 分钟"


@pytest.mark.parametrize("name", usbs.EVERY)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_usb_snapshot_gives_a_page_with_nothing_unfilled(
    page_of: Callable[..., str], name: str, language: str
) -> None:
    page = page_of(usbs.EVERY[name](), f"?lang={language}")
    assert 'id="usb-more"' in page and "None" not in page and "{" not in page
    assert "usb_" not in page


@pytest.mark.parametrize(
    "old", [{"state": "closed"}, {"state": "closed", "devices": [{}]}, {"devices": []}, {}, None, 7]
)
def test_a_guard_that_tells_less_is_no_greener_for_it(old: object) -> None:
    for language in ("zh_CN", "en"):
        assert card(all_well(usb=old, network=CLOSED), language).level != "ok"


@pytest.mark.parametrize("field", [*usbs.device("1-1", "APC")])
@pytest.mark.parametrize("value", [None, "gone", [], {}, 7, [None, 3]])
def test_any_field_of_a_device_may_be_nonsense(field: str, value: object) -> None:
    shown = card(all_well(usb=usbs.usb(usbs.device("1-1", "APC") | {field: value}), network=CLOSED))
    if field in ("allowed", "authorized"):
        assert shown.level != "ok"
    assert shown.fold is not None


@pytest.mark.parametrize("field", [*usbs.grant("1-1")])
@pytest.mark.parametrize("value", [None, "gone", [], {}, 7])
def test_any_field_of_a_grant_may_be_nonsense(field: str, value: object) -> None:
    shown = card(all_well(usb=usbs.usb(grants=(usbs.grant("1-1") | {field: value},))))
    assert shown.fold is not None and all(line.words for line in shown.lines)


def test_markup_in_a_devices_name_never_runs(page_of: Callable[..., str]) -> None:
    evil = usbs.blocked(name=EVIL, id=EVIL, place=EVIL, serial=EVIL, why=EVIL, kinds=[EVIL, "storage"])
    snapshot = usbs.stick()
    snapshot["usb"] = usbs.usb(
        evil, grants=(usbs.grant(EVIL, name=EVIL, reason=EVIL, technician=EVIL),), state=EVIL
    )
    snapshot["incidents"][0]["detail"] = snapshot["verdict"]["reason"]["args"]["detail"] = EVIL
    page = page_of(snapshot)
    assert "<script>alert" not in page and "<img" not in page and page.count("<script") == 1
    assert "\u202e" not in page and "\x1b" not in page
