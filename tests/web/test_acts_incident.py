"""An incident seen to on the page: a real guard, forms found in the page and sent as people send them."""

import json
import re
from typing import Any

import pytest

from appliance.dispatch import Report
from appliance.events.bodies import IncidentOpened
from appliance.words.incidents_zh import CAUSES
from appliance.words.people.calls import CALLS, MAJOR_FIRST, whom_to_call
from tests.control.conftest import Answering
from tests.fakes.box import stored
from tests.web import snapshots
from tests.web.conftest import Visit
from tests.web.desk import Browser

EVIL = '"><script>alert(1)</script>\u202e{{7*7}}'
SEAT = IncidentOpened(number=1, cause_kind="seat", cause="1-3", place="1-3", members=("1-3",))


@pytest.fixture
def at_work(venue: Answering, person: Browser) -> Browser:
    """The chief, signed in, with one machine of the own room gone."""
    venue.box.inbox.put(Report(body=SEAT))
    person.sign_in()
    return person


def last(venue: Answering, kind: str) -> Any:
    """The body of the newest row of a kind."""
    return stored(venue.box.directory, kind=kind)[-1].body


def test_the_list_leads_to_the_items_page_and_whoever_looks_sees_no_form(
    venue: Answering, person: Browser
) -> None:
    venue.box.inbox.put(Report(body=SEAT))
    person.sign_in()
    assert 'href="/incident/1?lang=zh_CN"' in person.get("/") and "处理…" in person.get("/")
    looker = Browser(venue, address="10.50.1.8")
    page = looker.get("/incident/1")
    assert "1 考场 3 号" in page and "要办理，请先登录" in page and "<form" not in page


def test_taken_in_hand_told_classed_noted_and_closed_each_says_what_the_record_holds(
    venue: Answering, at_work: Browser
) -> None:
    page = at_work.get("/incident/1")
    page = at_work.follow(at_work.send(page, "/incident/1/take"))
    assert "已记录：第 1 项由 王主考 处理" in page and "处理中" in page
    fields = {"to": "省值班室 赵老师", "answer": "同意补时"}
    page = at_work.follow(at_work.send(page, "/incident/1/reported", **fields))
    assert "已记录：第 1 项已报告 省值班室 赵老师，答复：同意补时（王主考）" in page
    page = at_work.follow(at_work.send(page, "/incident/1/class", **{"class": "general"}))
    assert "已定为一般突发事件（王主考）" in page
    page = at_work.follow(at_work.send(page, "/incident/1/note", text="监考员\n已到场"))
    assert "王主考：监考员 已到场" in page
    page = at_work.follow(
        at_work.send(page, "/incident/1/close", outcome="swapped", spare="1-9", text="换好了")
    )
    assert "已换备用机" in page and "已结束" in page
    assert (last(venue, "seat.swapped").spare, last(venue, "incident.closed").by) == ("1-9", "王主考")


@pytest.mark.parametrize(
    ("clock", "moment"),
    [("00:00", "2026-09-04T00:00"), ("11:59", "2026-09-04T11:59"), ("12:05", "2026-09-03T12:05")],
)
def test_who_was_told_earlier_stands_with_that_time(
    venue: Answering, at_work: Browser, clock: str, moment: str
) -> None:
    """It is 12:00 at this guard: a later time of day was yesterday."""
    at_work.follow(at_work.send(at_work.get("/incident/1"), "/incident/1/reported", to="市里", told_at=clock))
    assert last(venue, "incident.reported").told_at.isoformat() == f"{moment}:00+00:00"
    (told,) = venue.client.call("status")["incidents"][0]["reported"]
    assert told["at"].startswith(moment)


@pytest.mark.parametrize("clock", ["25:00", "noon", "9", ":", "-1:00"])
def test_a_time_that_is_none_is_refused_and_what_was_typed_is_kept(
    venue: Answering, at_work: Browser, clock: str
) -> None:
    answer = at_work.send(
        at_work.get("/incident/1"), "/incident/1/reported", to="市里", answer="好", told_at=clock
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "几时须是过去 24 小时内的时刻" in page
    assert 'value="市里"' in page and "好</textarea>" in page
    assert not stored(venue.box.directory, kind="incident.reported")


def test_an_item_that_somebody_closed_meanwhile_says_so_and_keeps_what_was_typed(
    venue: Answering, at_work: Browser
) -> None:
    page = at_work.get("/incident/1")
    venue.client.call("incident.close", number=1, outcome="false_alarm", by="张工")
    answer = at_work.send(page, "/incident/1/close", outcome="recorded", text="我写了很多")
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "没有办理：第 1 号事件已经结束" in shown
    assert "误报（张工）" in shown and "我写了很多</textarea>" in shown
    assert len(stored(venue.box.directory, kind="incident.closed")) == 1


def test_a_second_press_of_the_same_form_does_one_thing(venue: Answering, at_work: Browser) -> None:
    page = at_work.get("/incident/1")
    first = at_work.send(page, "/incident/1/note", text="一次")
    again = at_work.send(page, "/incident/1/note", text="一次")
    assert first.headers["Location"] == again.headers["Location"]
    assert len(stored(venue.box.directory, kind="incident.noted")) == 1


@pytest.mark.parametrize("text", [EVIL, "长" * 2000, "a\u2066b\u2069", "<b>x</b>" * 100])
def test_a_note_of_markup_and_direction_marks_is_kept_and_shown_harmlessly(
    at_work: Browser, text: str
) -> None:
    at_work.follow(at_work.send(at_work.get("/incident/1"), "/incident/1/note", text=text))
    for path in ("/incident/1", "/", "/incident/1?lang=en"):
        page = at_work.get(path)
        assert (
            "<script>alert" not in page
            and "\u202e" not in page
            and "\u2066" not in page
            and "<b>x</b>" not in page
        )


@pytest.mark.parametrize("text", ["x" * 10_000, "a\x1b[2Jb", "   "])
def test_a_note_that_is_too_long_empty_or_drives_a_terminal_is_refused(
    venue: Answering, at_work: Browser, text: str
) -> None:
    answer = at_work.send(at_work.get("/incident/1"), "/incident/1/note", text=text)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and ("内容过长" in page or "缺少内容" in page) and "\x1b" not in page
    assert not stored(venue.box.directory, kind="incident.noted")


def test_a_class_is_for_the_chief_and_the_deputy(venue: Answering, person: Browser) -> None:
    venue.box.inbox.put(Report(body=SEAT))
    person.sign_in("technician", "张工")
    page = person.get("/incident/1")
    assert "/incident/1/class" not in page and "/incident/1/note" in page
    form = re.search('name="form" value="([^"]+)"', page)
    assert form is not None
    answer = person.post("/incident/1/class", form=form[1], once="1", **{"class": "major"})
    assert answer.status_code == 403 and "以技术负责人身份不能办理这一项" in answer.get_data(as_text=True)


def test_a_session_that_is_over_records_nothing_and_says_so(venue: Answering, at_work: Browser) -> None:
    page = at_work.get("/incident/1")
    venue.client.call("pin.set", role="chief", pin="9999")
    answer = at_work.send(page, "/incident/1/note", text="还在吗")
    assert answer.status_code == 403 and "登录已经结束，请重新登录；没有记录任何内容" in answer.get_data(
        as_text=True
    )
    assert not stored(venue.box.directory, kind="incident.noted")


@pytest.mark.parametrize(
    "path", ["/incident/99", "/incident/0", "/incident/x", "/incident/-1", "/incident/" + "9" * 400]
)
def test_an_item_that_is_not_there_is_a_short_page(person: Browser, path: str) -> None:
    answer = person.client.get(path)
    assert answer.status_code == 404 and len(answer.data) < 800


def test_an_act_that_there_is_not_is_a_short_page(at_work: Browser) -> None:
    assert at_work.post("/incident/1/delete").status_code == 404


def test_the_spares_of_the_own_room_come_first_and_others_are_marked(visit: Visit, guard_with: Any) -> None:
    snapshot = snapshots.seat_gone()
    seat = next(i for i in snapshot["incidents"] if i["cause_kind"] == "seat")
    seat["cause"] = "1-23"
    guard = guard_with(snapshot)
    guard.acts["session"] = {"role": "chief", "name": "王主考", "form": "f"}
    client = visit(guard)
    client.set_cookie("venue_session", "t")
    page = client.get(f"/incident/{seat['number']}").get_data(as_text=True)
    options = re.findall('<option value="([^"]+)">([^<]+)</option>', page)
    spares = [(each, words) for each, words in options if "-" in each]
    assert spares[0] == ("1-25", "1 考场 25 号（本考场）") and "其他考场" in spares[1][1]
    assert "技术支持" in page and "张工 13800000000" in page
    assert json.dumps(snapshot), "the snapshot is plain"


def test_every_cause_names_whom_to_call_and_a_major_one_the_province_first() -> None:
    assert set(CALLS) == set(CAUSES)
    for kind in CALLS:
        assert whom_to_call(kind, "general")
        assert whom_to_call(kind, "major")[:2] == MAJOR_FIRST
        assert len(set(whom_to_call(kind, "major"))) == len(whom_to_call(kind, "major"))
    assert whom_to_call("of-a-newer-guard", "") == ("technician",)
