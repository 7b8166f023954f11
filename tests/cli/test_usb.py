"""`venue usb` as a technician meets it, against a guard that says what it is told to."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from appliance.cli import main
from tests.fakes.place import Place, one_line
from tests.web import usbs
from tests.web.fake_guard import FakeGuard
from tests.web.snapshots import all_well, attached_thing

WHO = ("--technician", "张工", "--reason", "拷贝监考名单")
ASKED = {"port": "1-1.4", "technician": "张工", "reason": "拷贝监考名单", "id": "0951:1666"}
Run = Callable[..., int]


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    made.write()
    (made.directory / "run").mkdir()
    yield made
    made.close()


@pytest.fixture
def guard(place: Place) -> Iterator[FakeGuard]:
    with FakeGuard(place.directory / "run" / "control.sock", usbs.stick()) as started:
        started.acts = {
            f"usb.{act}": {"seqs": [9]} for act in ("grant", "admit", "keyboard", "ups", "revoke")
        }
        yield started


@pytest.fixture
def run(place: Place, guard: FakeGuard, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a `venue` command here; in English unless told otherwise, with both PINs in the environment."""
    monkeypatch.setenv("VENUE_PIN_CHIEF", "1234")
    monkeypatch.setenv("VENUE_PIN_TECHNICIAN", "5678")

    def venue(*words: str, language: str = "en_US.UTF-8") -> int:
        monkeypatch.setenv("LC_ALL", language)
        monkeypatch.setenv("NO_COLOR", "1")
        return main([*words, "--config", str(place.config)])

    return venue


@pytest.mark.parametrize(
    ("usb", "code"),
    [
        (usbs.in_order()["usb"], 0),
        (usbs.stick()["usb"], 1),
        (usbs.granted()["usb"], 1),
        (usbs.worst()["usb"], 2),
        ({"state": "unknown", "devices": []}, 3),
        ({"state": "unmonitored", "devices": []}, 3),
        ({"state": "closed"}, 3),
        (None, 3),
    ],
)
@pytest.mark.parametrize("language", ["en_US.UTF-8", "zh_CN.UTF-8"])
def test_the_exit_code_of_the_list_is_the_worst_device(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str], usb: Any, code: int, language: str
) -> None:
    guard.snapshot = all_well(usb=usb)
    assert run("usb", "list", language=language) == code
    output = capsys.readouterr()
    assert (
        output.err == "" and "None" not in output.out and "{" not in output.out and "usb_" not in output.out
    )


def test_the_list_says_where_what_and_why_and_whether_the_kernel_let_it_in(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run("usb", "list", language="zh_CN.UTF-8")
    state, heads, ups, stick, *_ = capsys.readouterr().out.splitlines()
    assert state == "▲ 监控盒 USB 口已关闭" and heads.split() == ["口", "是什么", "现在", "依据", "内核"]
    assert ups.startswith("● 1-1 口") and ups.split()[-3:] == ["可用", "封场时已登记", "已接通"]
    assert stick.startswith("▲ 左前口（1-1.4）") and "U 盘 / 存储设备“Kingston DT 101”（0951:1666）" in stick
    assert stick.split()[-3:] == ["已拦下", "封场时没有登记", "未接通"]


def test_what_hangs_on_the_box_stands_below_with_why_and_its_radios(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    more = attached_thing(
        "disk", "sda", label="DT 101", port="1-1.4", place="左前口", size_bytes=4_000_000_000
    )
    more |= {"allowed": False, "why": "usb-denied"}
    guard.snapshot = all_well(
        usb=usbs.usb(rows=(more, attached_thing("interface", "eth0")), undone=["disks"])
    )
    assert run("usb", "list", language="zh_CN.UTF-8") == 2
    *_, state, disk, card, wifi, bluetooth = capsys.readouterr().out.splitlines()
    assert state == "■ 磁盘、网卡和挂载"
    assert disk == "■ 左前口（1-1.4）  磁盘 sda（DT 101，4.0 GB），没有断开（所在 USB 设备不允许使用）"
    assert card == "● eth0  网络接口 eth0，在用（封场时已登记）"
    assert (wifi, bluetooth) == ("● 监控盒无线网（Wi-Fi）：已关闭", "● 监控盒蓝牙：已关闭")
    guard.snapshot = all_well(usb=usbs.usb(rows=(more,), radios={"wifi": "on", "bluetooth": "none"}))
    assert run("usb", "list", language="en") == 1
    assert "NOT" not in (said := capsys.readouterr().out) and "sda (DT 101, 4.0 GB): taken away" in said


def test_a_grant_stands_below_with_until_when_and_by_whom(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    guard.snapshot = usbs.granted()
    run("usb", "list")
    *_, keyboard, stick = capsys.readouterr().out.splitlines()
    assert keyboard.startswith('▲ At port 1-4: keyboard "Dell KB216" (413c:2113) granted until 09-05 10:05')
    assert "until 09-05 10:20 (李主考, 张工; 拷贝监考名单)" in stick


def test_the_list_as_json_is_one_object_with_its_schema(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("usb", "list", "--json") == 1
    assert json.loads(capsys.readouterr().out) == {"schema": 1, "usb": usbs.stick()["usb"]}


def test_a_guard_whose_loop_hangs_is_unknown(run: Run, guard: FakeGuard) -> None:
    guard.snapshot = usbs.in_order() | {"turned_age_s": 47.2}
    assert run("usb", "list") == 3


def test_a_strangers_name_drives_no_terminal(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "evil\x1b[2J\u202egnp.exe\r\nok" + "x" * 10_000
    bad = usbs.blocked(evil, evil, id=evil, place=evil, serial=evil, why=evil, kinds=[evil, "storage"])
    guard.snapshot = all_well(
        usb=usbs.usb(bad, grants=(usbs.grant(evil, name=evil, reason=evil),), state=evil)
    )
    run("usb", "list")
    said = capsys.readouterr().out
    assert not {"\x1b", "\u202e", "\r"} & set(said) and len(said.splitlines()) == 7 and len(said) < 2500


def test_two_people_let_in_the_device_that_is_shown_with_two_pins(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run("usb", "grant", "1-1.4", *WHO, "--minutes", "15", "--chief", "王主考", language="zh_CN.UTF-8")
        == 0
    )
    (asked,) = guard.done
    assert (asked["verb"], asked["args"]) == ("usb.grant", ASKED | {"minutes": 15, "chief": "王主考"})
    assert asked["pins"] == {"chief": "1234", "technician": "5678"}
    assert "左前口（1-1.4）：U 盘 / 存储设备“Kingston DT 101”（0951:1666）" in capsys.readouterr().err


def test_before_the_seal_one_person_lets_in_without_a_pin(run: Run, guard: FakeGuard) -> None:
    assert run("usb", "grant", "1-1.4", *WHO, "--minutes", "240", "--one") == 0
    (asked,) = guard.done
    assert (asked["verb"], asked["args"]) == ("usb.admit", ASKED | {"minutes": 240})
    assert not asked.get("pins")


@pytest.mark.parametrize("people", [(), ("--one", "--chief", "王主考")])
def test_who_lets_in_must_be_plain(
    run: Run, guard: FakeGuard, capsys: pytest.CaptureFixture[str], people: tuple[str, ...]
) -> None:
    assert run("usb", "grant", "1-1.4", *WHO, "--minutes", "15", *people) == 64
    assert one_line(capsys.readouterr().err) and not guard.done


@pytest.mark.parametrize("verb", ["keyboard", "ups"])
def test_a_keyboard_and_another_ups_need_one_person_and_a_reason(
    run: Run, guard: FakeGuard, verb: str
) -> None:
    assert run("usb", verb, "1-1.4", *WHO) == 0
    (asked,) = guard.done
    assert (asked["verb"], asked["args"]) == (f"usb.{verb}", ASKED)
    assert run("usb", verb, "1-1.4", "--technician", "张工") == 64, "no reason was given"


def test_an_empty_port_is_left_to_the_guard_to_refuse(run: Run, guard: FakeGuard) -> None:
    del guard.acts["usb.keyboard"]
    assert run("usb", "keyboard", "1-9", *WHO) == 2


def test_a_grant_is_taken_back(run: Run, guard: FakeGuard) -> None:
    assert run("usb", "revoke", "1-1.4", "--by", "张工") == 0
    assert guard.done[0]["args"] == {"port": "1-1.4", "by": "张工"}


def test_status_and_incidents_say_the_place_by_its_name_first(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    title = "左前口（服务器机柜）: U 盘 / 存储设备“Kingston DT 101”插入，已拦下"
    for words in (("status",), ("incident", "list"), ("incident", "show", "5")):
        run(*words, language="zh_CN.UTF-8")
        assert title in capsys.readouterr().out, words
