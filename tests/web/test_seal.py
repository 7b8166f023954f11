"""`/seal` by a real guard: the list, what people say, the seal by two people, its certificate."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.events.bodies import ClockConfirmed
from tests.control.conftest import Answering
from tests.fakes.box import stored
from tests.fakes.wait import wait_for
from tests.web import readies, snapshots
from tests.web.desk import PINS, Browser
from web.ready import status_row

EVIL = '"><script>alert(1)</script>\u202e'
PEOPLE = {
    "chief": "王主考",
    "technician": "张工",
    "pin_chief": PINS["chief"],
    "pin_technician": PINS["technician"],
}


def revision(page: str) -> str:
    found = re.search(r'id="seal">.*?name="revision" value="(\w+)"', page, re.DOTALL)
    assert found, "no form for the seal"
    return found[1]


def seal(person: Browser, page: str, **fields: str) -> Any:
    form = re.search(r'name="form" value="([^"]*)"', page)
    kept = {"form": form[1]} if form else {}
    return person.post("/seal", **({"revision": revision(page), "once": "1"} | kept | PEOPLE | fields))


def off_by(venue: Answering, seconds: int) -> None:
    """Somebody found the clock off: one red point."""
    venue.client.call("clock.confirm", by="王主考", offset_s=seconds)


def test_everybody_may_read_the_list_and_each_point_has_shape_word_and_reason(person: Browser) -> None:
    page = person.get("/seal")
    assert page.count('id="point-') == 19
    assert "还没有人核对过时间" in page and "未知" in page and "登录后可以" in page
    assert "say-form" not in page and 'action="/seal/clock' not in page
    assert "Nobody has compared the clock yet" in person.get("/seal?lang=en")


def test_two_people_seal_over_the_list_they_read(person: Browser, venue: Answering) -> None:
    page = person.follow(seal(person, person.get("/seal")))
    assert "已封场" in page and "主考 王主考，技术负责人 张工" in page
    (event,) = stored(venue.box.directory, kind="seal.made")
    assert len(event.body.points) == 19  # type: ignore[attr-defined]  # SealMade


def test_whoever_has_signed_in_may_bring_both_pins(person: Browser, venue: Answering) -> None:
    person.sign_in("deputy", "李副主考")
    assert "已封场" in person.follow(seal(person, person.get("/seal")))


def test_a_red_point_without_a_reason_is_named_and_what_was_typed_is_kept(
    person: Browser, venue: Answering
) -> None:
    off_by(venue, 300)
    wait_for(lambda: "不合格" in person.get("/seal"))
    answer = seal(person, person.get("/seal"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "还不能封场：时间。先处理" in page
    assert 'value="王主考"' in page and PINS["chief"] not in page
    answer = seal(person, page, **{"why-clock": f"挂钟不准{EVIL}"})
    person.follow(answer)
    (event,) = stored(venue.box.directory, kind="seal.made")
    written = {p.key: p.override for p in event.body.points if p.override}  # type: ignore[attr-defined]  # SealMade
    assert written == {"clock": f"挂钟不准{EVIL}"}
    paper = person.get("/seal/certificate")
    assert "<script>" not in paper and "\u202e" not in paper and "挂钟不准" in paper


def test_ten_kilobytes_of_reason_are_one_clear_error_and_nothing_is_lost(
    person: Browser, venue: Answering
) -> None:
    off_by(venue, 300)
    wait_for(lambda: "不合格" in person.get("/seal"))
    answer = seal(person, person.get("/seal"), **{"why-clock": "停" * 3400})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "时间：理由过长" in page and "停" * 500 in page


def test_what_changed_since_it_was_read_is_read_again(person: Browser, venue: Answering) -> None:
    page = person.get("/seal")
    off_by(venue, 0)
    wait_for(lambda: revision(person.get("/seal")) != revision(page))
    answer = seal(person, page)
    assert "情况已变，请再看一遍" in answer.get_data(as_text=True)
    person.follow(seal(person, person.get("/seal")))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"technician": "王 主考"}, "须由两个人签字"),
        ({"pin_chief": "000000"}, "主考的 PIN 不对"),
        ({"pin_technician": ""}, "需要技术负责人的 PIN"),
        ({"chief": ""}, "缺少"),
        ({"chief": "x" * 61}, "过长"),
    ],
)
def test_bad_input_gets_one_sentence_and_no_seal(
    person: Browser, venue: Answering, fields: dict[str, str], said: str
) -> None:
    answer = seal(person, person.get("/seal"), **fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code in (403, 409) and said in page and page.count('id="why"') == 1
    assert stored(venue.box.directory, kind="seal.made") == []


def test_a_form_sent_twice_makes_one_seal(person: Browser, venue: Answering) -> None:
    page = person.get("/seal")
    first, second = seal(person, page), seal(person, page)
    assert first.status_code == 303
    assert second.status_code == 303 or "已经封场" in second.get_data(as_text=True)
    assert len(stored(venue.box.directory, kind="seal.made")) == 1


def test_another_sites_page_seals_nothing(person: Browser, venue: Answering) -> None:
    page = person.get("/seal")
    answer = person.post("/seal", {"Sec-Fetch-Site": "cross-site"}, revision=revision(page), **PEOPLE)
    assert answer.status_code == 403 and stored(venue.box.directory, kind="seal.made") == []


def test_unsealing_takes_the_same_two_and_a_reason(person: Browser, venue: Answering) -> None:
    person.follow(seal(person, person.get("/seal")))
    page = person.get("/seal")
    answer = person.send(page, "/seal/lift", reason="", **PEOPLE)
    assert "缺少" in answer.get_data(as_text=True)
    answer = person.send(page, "/seal/lift", reason="设备更换", **PEOPLE)
    assert 'id="seal"' in person.follow(answer)
    assert "此封场已于" in person.get("/seal/certificate")


def test_a_person_says_that_the_clock_is_right_by_the_time_that_was_shown(
    person: Browser, venue: Answering
) -> None:
    person.sign_in("technician", "张工")
    page = person.get("/seal")
    assert re.search("现在是 [0-9:]{8} 吗", page)
    shown = person.follow(person.send(page, "/seal/clock", offset_s="-3"))
    assert "核对了监控盒的时间（差 -3 秒）" in shown
    (event,) = stored(venue.box.directory, kind="clock.confirmed")
    assert isinstance(event.body, ClockConfirmed) and event.body.by == "张工" and event.body.shown is not None
    wrong = person.send(person.get("/seal"), "/seal/clock", offset_s="三")
    assert wrong.status_code == 409 and "整数" in wrong.get_data(as_text=True)


def test_declarations_are_the_technicians_and_need_a_sign_in(person: Browser, venue: Answering) -> None:
    assert person.post("/seal/say/seat_usb", choice="yes").status_code == 403
    person.sign_in("technician", "张工")
    page = person.get("/seal")
    person.follow(person.send(page, "/seal/say/seat_usb", choice="yes"))
    person.follow(person.send(page, "/seal/say/isolation", choice="no"))
    wait_for(lambda: "技术人员已声明：考试机 U 盘已禁用" in person.get("/seal"))
    assert person.send(person.get("/seal"), "/seal/say/isolation", choice="maybe").status_code == 409
    assert person.post("/seal/say/nonsense", choice="yes").status_code == 403
    assert person.post("/seal/try/nonsense").status_code == 403


def test_the_certificate_holds_names_points_hash_and_code(
    person: Browser, venue: Answering, tmp_path: Path
) -> None:
    assert person.client.get("/seal/certificate").status_code == 404
    person.follow(seal(person, person.get("/seal")))
    told = venue.client.call("seal.certificate")
    paper = person.get("/seal/certificate")
    assert "封场确认书" in paper and "王主考" in paper and "考点盖章" in paper
    assert all(told["row_hash"][n : n + 8] in paper for n in range(0, 64, 8))
    assert (
        '<svg class="qr"' in paper and "<img" not in paper and "http" not in paper.replace("http-equiv", "")
    )
    assert paper.count("<tr><td>") == 19
    assert "Certificate of the seal" in person.get("/seal/certificate?lang=en")
    csp = person.client.get("/seal/certificate").headers["Content-Security-Policy"]
    assert "default-src 'self'" in csp


def test_the_status_page_leads_to_the_check(person: Browser) -> None:
    assert re.search(r'id="ready">.*?<a href="/seal\?lang=zh_CN">封场前检查：', person.get("/"), re.DOTALL)


def test_a_morning_that_was_read_is_no_greener_than_what_it_found() -> None:
    def row(state: str, level: str) -> str:
        found = readies.morning(state) | {"level": level}
        snapshot = snapshots.all_well(readiness=readies.readiness(morning=found))
        snapshot["phase"]["name"] = "preparing"
        shown = status_row("zh_CN", snapshot, datetime.fromisoformat(snapshots.NOW), UTC)
        assert shown is not None and shown.words.startswith("早检：")
        return shown.level

    assert row("found", "attention") == "attention" and row("confirmed", "ok") == "ok"
    assert row("confirmed", "unknown") == "" and row("watching", "ok") == "unknown"
