"""A sitting moved, declared and finished on the page: a real guard behind it, its clock set by hand."""

import re
from datetime import timedelta
from typing import Any

import pytest

from appliance.words import label
from tests.control.conftest import Answering
from tests.fakes.box import SEAL, T, stored
from tests.web import nets, snapshots
from tests.web.conftest import Visit
from tests.web.desk import PINS, Browser
from web.sitting_sheet import upload_words
from web.times import zone_of

CONSENT = {"consent": "省值班室 赵", "reason": "停电"}


@pytest.fixture
def chief(venue: Answering, person: Browser) -> Browser:
    """The chief, signed in at a sealed venue, ten minutes before the start."""
    venue.ask("seal", pins=PINS, **SEAL)
    turn_to(venue, -10)
    person.sign_in()
    return person


def turn_to(venue: Answering, minutes: float) -> None:
    """Sets the guard's clock to so many minutes after the start and waits until it has looked."""
    venue.box.clock.advance((T + timedelta(minutes=minutes) - venue.box.clock.wall()).total_seconds())
    venue.client.call("panel.silence", by="x") if venue.box.plan.panel else venue.ask(
        "drill", mode="end", by="x"
    )


def last(venue: Answering, kind: str) -> Any:
    """The body of the newest row of a kind."""
    return stored(venue.box.directory, kind=kind)[-1].body


def test_a_sitting_is_delayed_with_consent_reason_and_the_chiefs_pin(
    venue: Answering, chief: Browser
) -> None:
    page = chief.get("/sitting")
    fields = CONSENT | {"minutes": "15"}
    page = chief.follow(chief.send(page, "/sitting/delay", **fields, pin=PINS["chief"]))
    assert "已记录：场次 am 顺延 15 分钟（王主考；同意：省值班室 赵；原因：停电）" in page
    assert last(venue, "sitting.delayed").minutes == 15
    assert "顺延 15 分钟" in chief.get("/")


def test_one_candidate_gets_minutes_back(venue: Answering, chief: Browser) -> None:
    fields = CONSENT | {"minutes": "7", "seat": "1-3", "pin": PINS["chief"]}
    page = chief.follow(chief.send(chief.get("/sitting"), "/sitting/extend", **fields))
    assert "1 考场 3 号 补时 7 分钟" in page and "1 考场 3 号（已补 7 分钟）" in page
    assert last(venue, "sitting.extended").seat == "1-3"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"minutes": "0"}, "分钟数须为 1 至 600 的整数"),
        ({"minutes": "十"}, "分钟数须为 1 至 600 的整数"),
        ({"minutes": "9" * 400}, "分钟数须为 1 至 600 的整数"),
        ({"minutes": ""}, "分钟数须为 1 至 600 的整数"),
        ({"consent": " "}, "缺少同意人"),
        ({"reason": ""}, "缺少原因"),
        ({"seat": "9-9"}, "没有这个座位"),
        ({"pin": ""}, "需要主考的 PIN"),
        ({"pin": "0000"}, "主考的 PIN 不对"),
    ],
)
def test_a_refused_extension_says_why_and_keeps_what_was_typed(
    venue: Answering, chief: Browser, changed: dict[str, str], why: str
) -> None:
    fields = CONSENT | {"minutes": "5", "seat": "1-3", "pin": PINS["chief"]} | changed
    answer = chief.send(chief.get("/sitting"), "/sitting/extend", **fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code in (403, 409) and why in page
    assert not stored(venue.box.directory, kind="sitting.extended")
    assert fields["consent"].strip() in page and fields["reason"] in page and PINS["chief"] not in page


def test_the_paper_is_declared_once_and_stands_at_its_stage(venue: Answering, chief: Browser) -> None:
    page = chief.get("/sitting")
    shown = chief.follow(chief.send(page, "/sitting/paper"))
    assert "试卷已导入（王主考 申报）" in shown and "/sitting/paper" not in shown
    assert "试卷✓" in chief.get("/") and "paper ✓" in chief.get("/?lang=en")
    other = Browser(venue, address="10.50.1.8")
    other.sign_in("deputy", "李副主考")
    answer = other.send(page, "/sitting/paper")
    assert answer.status_code == 403, "a form belongs to the session that opened it"
    assert len(stored(venue.box.directory, kind="sitting.paper_imported")) == 1


def test_collecting_is_told_with_a_tick_and_only_after_the_end(venue: Answering, chief: Browser) -> None:
    assert "/sitting/finish" not in chief.get("/sitting")
    turn_to(venue, 121)
    chief.fresh()
    page = chief.get("/sitting")
    answer = chief.send(page, "/sitting/finish")
    assert answer.status_code == 409 and "请先勾选" in answer.get_data(as_text=True)
    assert not stored(venue.box.directory, kind="sitting.finished")
    page = chief.follow(chief.send(page, "/sitting/finish", sure="1"))
    assert "场次 am 收卷完成（王主考）" in page and "/sitting/finish" not in page


def test_rooms_that_report_the_upload_stand_on_a_line_of_their_own(venue: Answering, chief: Browser) -> None:
    turn_to(venue, 125)
    chief.fresh()
    page = chief.get("/sitting")
    assert "正式上传：各考场尚未报告" in page
    page = chief.follow(chief.send(page, "/sitting/uploaded", room="1"))
    assert "1 考场已报正式上传完成（王主考 登记）" in page and "未经本机验证" in page
    assert last(venue, "sitting.upload_reported").room == "1"


def test_a_form_left_open_does_not_move_another_sitting(venue: Answering, chief: Browser) -> None:
    page = chief.get("/sitting").replace('name="sitting" value="am"', 'name="sitting" value="pm"')
    fields = CONSENT | {"minutes": "5", "pin": PINS["chief"]}
    answer = chief.send(page, "/sitting/delay", **fields)
    assert answer.status_code == 409 and "没有这个场次：pm" in answer.get_data(as_text=True)


def test_who_only_looks_sees_the_sitting_and_no_form(venue: Answering) -> None:
    page = Browser(venue).get("/sitting")
    assert "财务管理" in page and "要办理，请先登录" in page and "<form" not in page


def test_ten_minutes_more_are_one_press_where_a_window_has_an_end(visit: Visit, guard_with: Any) -> None:
    snapshot = snapshots.all_well()
    until = "2026-09-05T02:20:00+00:00"
    snapshot["network"] = nets.network(windows=[{"name": "paper", "until": until, "how": "phase"}])
    guard = guard_with(snapshot)
    guard.acts |= {
        "session": {"role": "technician", "name": "张工", "form": "f"},
        "net.window.more": {"seqs": [7]},
    }
    client = visit(guard)
    client.set_cookie("venue_session", "t")
    page = client.get("/sitting").get_data(as_text=True)
    assert "下载试卷：开到 10:20" in page and "再开 10 分钟" in page
    answer = client.post("/sitting/more", data={"form": "f", "once": "1"})
    assert answer.status_code == 303 and guard.done[-1]["verb"] == "net.window.more"
    assert guard.done[-1]["page"]["token"] == "t" and guard.done[-1]["args"] == {}


@pytest.mark.parametrize("told", [None, {}, 7, {"1": "yesterday"}, {"1": None}])
def test_uploads_of_nonsense_read_as_not_reported(told: object) -> None:
    zone = zone_of("Asia/Shanghai")
    said = upload_words("zh_CN", {"sitting": {"uploaded": told}, "seats": [{"room": "1"}]}, zone)
    assert said == label("zh_CN", "upload_none")


def test_a_form_that_is_shown_again_is_the_same_form_so_that_a_slow_guard_moves_nothing_twice(
    visit: Visit, guard_with: Any
) -> None:
    guard = guard_with(snapshots.seat_gone())
    guard.acts["session"] = {"role": "chief", "name": "王主考", "form": "f"}
    client = visit(guard)
    client.set_cookie("venue_session", "t")
    keys = r'name="once" value="([^"]*)"'
    (key,) = set(re.findall(keys, client.get("/sitting").get_data(as_text=True)))
    fields = CONSENT | {"minutes": "15", "pin": "1234"}
    for sent, kept in ((key, True), ('"><b>', False), ("", False)):
        answer = client.post("/sitting/extend", data=fields | {"once": sent})
        assert answer.status_code in (409, 503)
        (again,) = set(re.findall(keys, answer.get_data(as_text=True)))
        assert (again == key) is kept and re.fullmatch("[0-9a-f]{16}", again)


def test_a_link_to_an_old_row_says_nothing_was_just_recorded(venue: Answering, chief: Browser) -> None:
    fields = CONSENT | {"minutes": "7", "seat": "1-3", "pin": PINS["chief"]}
    answer = chief.send(chief.get("/sitting"), "/sitting/extend", **fields)
    assert "已记录：" in chief.follow(answer)
    turn_to(venue, -5)
    chief.fresh()
    assert "已记录：" not in chief.get(answer.location)
    assert "已记录：" not in chief.get("/sitting?done=1")
