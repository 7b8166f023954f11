"""Signing in on the page: a real guard checks, the page hands on and keeps nothing."""

import re
from pathlib import Path

import pytest

from tests.control.conftest import Answering
from tests.fakes.box import stored
from tests.web.desk import PINS, Browser, with_pins

EVIL = '"><script>alert(1)</script>\u202e'


def test_looking_needs_no_sign_in_and_who_signed_in_stands_on_the_page(person: Browser) -> None:
    assert ">登录</a>" in person.get("/")
    person.sign_in()
    for path in ("/", "/fragment", "/signin"):
        assert "主考 王主考" in person.get(path)
    assert "王主考, chief examiner" in person.get("/?lang=en")


def test_a_fragment_moves_when_somebody_signs_in(person: Browser) -> None:
    before = person.client.get("/fragment").headers["ETag"]
    person.sign_in()
    after = person.client.get("/fragment", headers={"If-None-Match": before})
    assert after.status_code == 200
    assert person.client.get("/fragment", headers={"If-None-Match": after.headers["ETag"]}).status_code == 304


def test_the_cookie_is_for_the_server_alone_and_ends_with_the_browser(person: Browser) -> None:
    page = person.get("/signin")
    answer = person.send(page, "/signin", role="chief", name="王主考", pin=PINS["chief"])
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    assert "Secure" not in cookie and "Expires" not in cookie and "Max-Age" not in cookie


def test_over_tls_the_cookie_goes_over_tls_alone(person: Browser) -> None:
    fields = {"role": "chief", "name": "王主考", "pin": PINS["chief"]}
    answer = person.client.post("/signin", data=fields, base_url="https://box.example")
    assert answer.status_code == 303 and "Secure" in answer.headers["Set-Cookie"]


def test_a_wrong_pin_says_so_on_the_form_and_keeps_all_but_the_pin(person: Browser) -> None:
    answer = person.send(person.get("/signin"), "/signin", role="technician", name="张工", pin="998877")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403 and "技术负责人的 PIN 不对" in page
    assert 'value="张工"' in page and 'value="technician" required checked' in page
    assert "998877" not in page and "Set-Cookie" not in answer.headers
    waits = person.send(
        person.get("/signin"), "/signin", role="technician", name="张工", pin=PINS["technician"]
    )
    assert re.search("请等 [0-9]+ 秒再输技术负责人的 PIN", waits.get_data(as_text=True))


def test_who_guesses_at_one_desk_keeps_nobody_at_another_waiting(person: Browser, venue: Answering) -> None:
    person.post("/signin", role="chief", name="x", pin="0000")
    Browser(venue, address="10.50.1.8").sign_in()


def test_the_chief_chooses_the_own_pin_by_a_code(person: Browser, venue: Answering) -> None:
    code = venue.client.call("pin.code", role="chief")["code"]
    page = person.get("/signin?first=1")
    fields = {"role": "chief", "name": "王主考", "code": f"{code[:4]} {code[4:]}"}
    differ = person.send(page, "/signin/first", **fields, pin="864201", pin_again="864202")
    shown = differ.get_data(as_text=True)
    assert "两次输入的 PIN 不一样" in shown and "864201" not in shown and code[:4] not in shown
    answer = person.send(page, "/signin/first", **fields, pin="864201", pin_again="864201")
    assert "主考 王主考" in person.follow(answer)
    assert "用一次性口令设定了自己的 PIN" in person.get("/")
    answer = person.send(page, "/signin/first", **fields, pin="1111", pin_again="1111")
    assert "一次性口令不对，或已经用过、过期" in answer.get_data(as_text=True)


def test_a_technician_who_resets_the_chiefs_pin_is_seen_on_the_page(
    person: Browser, venue: Answering
) -> None:
    venue.client.call("pin.set", role="chief", pin="9999")
    assert "主考的 PIN 由技术人员重设" in person.get("/")


def test_signing_out_ends_the_session_at_the_guard_too(person: Browser) -> None:
    person.sign_in()
    token = person.client.get_cookie("venue_session")
    page = person.get("/signin")
    assert "已退出登录" in person.follow(person.send(page, "/signout"))
    assert token is not None
    person.client.set_cookie("venue_session", token.value)
    assert ">登录</a>" in person.get("/"), "the old token is dead"


def test_signing_out_needs_the_sessions_own_form(person: Browser) -> None:
    person.sign_in()
    answer = person.post("/signout", form="another")
    assert answer.status_code == 403 and "这张表单不是本次登录打开的" in answer.get_data(as_text=True)
    assert "主考 王主考" in person.get("/")


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
     {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://localhost:99"}],
)  # fmt: skip
def test_a_form_of_another_site_is_refused_before_anything_is_read_of_it(
    person: Browser, venue: Answering, headers: dict[str, str]
) -> None:
    answer = person.post("/signin", headers=headers, role="chief", name="x", pin=PINS["chief"])
    assert answer.status_code == 403 and "不是从本页发出的" in answer.get_data(as_text=True)
    assert not stored(venue.box.directory, kind="session.begun")


def test_our_own_form_passes_with_what_browsers_say_of_it(person: Browser) -> None:
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    answer = person.post("/signin", headers=headers, role="chief", name="x", pin=PINS["chief"])
    assert answer.status_code == 303


@pytest.mark.parametrize("name", [EVIL, "长" * 10_000, "a\x1b[2Jb", "", "   "])
def test_a_name_of_nonsense_is_refused_or_harmless(person: Browser, name: str) -> None:
    answer = person.post("/signin", role="chief", name=name, pin=PINS["chief"])
    shown = answer.get_data(as_text=True) if answer.status_code != 303 else person.get("/")
    assert "<script>alert" not in shown and "\x1b" not in shown and len(shown) < 40_000
    assert "\u202e" not in person.get("/")


@pytest.mark.parametrize(("path", "leads"), [
    ("/incident/7", "/incident/7"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/a?b", "/"), ("", "/"),
    ("/\\evil.example", "/"), ("/x\nSet-Cookie:y", "/"),
])  # fmt: skip
def test_signing_in_leads_back_into_this_page_alone(person: Browser, path: str, leads: str) -> None:
    answer = person.post("/signin", role="chief", name="x", pin=PINS["chief"], next=path)
    assert answer.headers["Location"] == f"{leads}?lang=zh_CN"


@pytest.mark.parametrize("size", [70_000, 200_000])
def test_a_body_that_is_too_large_gets_a_plain_page(person: Browser, size: int) -> None:
    answer = person.post("/signin", role="chief", name="x" * size, pin="1234")
    assert answer.status_code == 413 and "提交的内容太长，没有记录" in answer.get_data(as_text=True)


def test_with_a_dead_guard_the_form_says_since_when_and_that_nothing_was_recorded(hashed: Path) -> None:
    made = with_pins(Answering(), hashed)
    made.start()
    person = Browser(made)
    page = person.get("/signin")
    made.stop()
    answer = person.send(page, "/signin", role="chief", name="王主考", pin=PINS["chief"])
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 503 and re.search("监控盒 [0-9]+ 秒无回应，没有记录任何内容", shown)
    assert 'value="王主考"' in shown and "考试照常进行" in shown


def test_no_form_of_signing_in_holds_a_script_or_lets_itself_be_kept(person: Browser) -> None:
    answer = person.client.get("/signin")
    assert answer.headers["Cache-Control"] == "no-store" and b"<script" not in answer.data
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]


def test_the_same_page_serves_many_people_at_once(venue: Answering, person: Browser) -> None:
    other = Browser(venue, address="10.50.1.9")
    person.sign_in()
    other.sign_in("technician", "张工")
    assert "主考 王主考" in person.get("/") and "技术负责人 张工" in other.get("/")
