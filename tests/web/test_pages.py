"""The views: what they answer, with which headers, and what a silent or strange guard makes of them."""

import json
import re
from collections.abc import Callable

import pytest

from tests.web import snapshots
from tests.web.conftest import Visit
from tests.web.fake_guard import FakeGuard

Start = Callable[[object], FakeGuard]
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e{{7*7}}'


def test_the_page_shows_the_verdict_what_to_do_and_whom_to_call(page_of: Callable[..., str]) -> None:
    page = page_of(snapshots.seat_gone())
    assert "可以继续，有 2 项需要处理" in page
    assert "1 考场 23 号" in page and "换本考场备用机（25 号）" in page
    assert "张工 13800000000" in page and "省里的回执" in page
    assert "▲2 可以继续" in re.search("<title>(.*)</title>", page)[1]  # type: ignore[index]


def test_english_is_asked_for_by_lang_and_kept_in_the_links(page_of: Callable[..., str]) -> None:
    page = page_of(snapshots.all_well(), "?lang=en")
    assert '<html lang="en">' in page and "All is well as far as it is watched" in page
    assert 'data-fragment="/fragment?lang=en"' in page and 'href="/?lang=zh_CN"' in page


def test_an_unwatched_thing_reads_unmonitored_and_is_never_green(page_of: Callable[..., str]) -> None:
    snapshot = snapshots.all_well(
        power=[],
        usb={"state": "unmonitored", "devices": []},
        presence={"state": "unmonitored", "expected": 0, "present": 0, "absent": 0, "spares": 0},
        seats=[],
        backup={"state": "unmonitored", "last": None, "failed": None},
        province={"state": "unmonitored", "last_receipted_at": None, "name": ""},
    )
    page = page_of(snapshot)
    assert len(re.findall('class="card unknown"', page)) == 4
    assert "考试系统正式上传：不由本机监测" in page


@pytest.mark.parametrize(("drill", "word"), [("drill", "演练进行中"), ("rehearsal", "联网模拟测试进行中")])
def test_a_drill_and_simulated_hardware_are_marked(
    page_of: Callable[..., str], drill: str, word: str
) -> None:
    snapshot = snapshots.all_well(drill=drill)
    snapshot["venue"]["simulated"] = True
    page = page_of(snapshot)
    assert word in page and "演示：模拟硬件" in page


def test_every_answer_carries_the_headers_that_keep_strangers_out(guard_with: Start, visit: Visit) -> None:
    client = visit(guard_with(snapshots.all_well()))
    for path in ("/", "/fragment", "/healthz", "/api/v1/status", "/static/page.js", "/nothing"):
        with client.get(path) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "same-origin"


def test_no_script_no_style_and_no_handler_stands_in_the_page(page_of: Callable[..., str]) -> None:
    page = page_of(snapshots.seat_gone())
    assert re.findall("<script[^>]*>", page) == ['<script src="/static/page.js" defer>']
    assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:|https?://", page)


def test_markup_in_any_name_is_harmless(page_of: Callable[..., str]) -> None:
    snapshot = snapshots.seat_gone()
    snapshot["venue"].update(name=EVIL, code=EVIL, version=EVIL, contacts={"technician": EVIL, EVIL: EVIL})
    snapshot["sitting"].update(subject=EVIL, extended_seats={EVIL: 3})
    snapshot["incidents"][1].update(detail=EVIL, place=EVIL, acknowledged_by=EVIL, cause_kind=EVIL)
    snapshot["seats"][0].update(id=EVIL, room=EVIL, seat=EVIL, state=EVIL)
    snapshot["power"][0].update(name=EVIL, state="unknown", reason=EVIL)
    snapshot["verdict"]["reason"] = {"code": "usb", "args": {"detail": EVIL}}
    snapshot["debts"][0].update(sitting=EVIL, what=EVIL)
    page = page_of(snapshot)
    assert "<script>alert" not in page and "<img" not in page
    assert "\u202e" not in page and "{{7*7}}" in page
    assert page.count("<script") == 1


def test_a_name_of_ten_kilobytes_does_not_blow_up_the_page(page_of: Callable[..., str]) -> None:
    snapshot = snapshots.seat_gone()
    snapshot["venue"]["name"] = "长" * 10_000
    snapshot["incidents"][1]["detail"] = "x" * 10_000
    snapshot["verdict"]["reason"] = {"code": "usb", "args": {"detail": "y" * 10_000}}
    assert len(page_of(snapshot)) < 40_000


@pytest.mark.parametrize("nonsense", [{}, {"verdict": 7, "seats": {}, "power": [None, 3], "at": "yesterday"}])
def test_a_snapshot_that_lacks_everything_still_gives_a_page_that_is_not_green(
    page_of: Callable[..., str], nonsense: dict[str, object]
) -> None:
    page = page_of(nonsense)
    assert "状态未知" in page and 'class="verdict"' in page
    assert 'id="page" class="unknown' in page


def test_every_field_may_be_null_or_gone(guard_with: Start, visit: Visit) -> None:
    guard = guard_with({})
    full = snapshots.seat_gone()
    for name in full:
        for value in (None, "gone"):
            guard.snapshot = {**full, name: value}
            for query in ("", "?lang=en"):
                assert visit(guard).get("/" + query).status_code == 200, (name, value)


def test_the_fragment_is_not_sent_twice(guard_with: Start, visit: Visit) -> None:
    guard = guard_with(snapshots.all_well())
    client = visit(guard)
    first = client.get("/fragment?lang=en")
    again = client.get("/fragment?lang=en", headers={"If-None-Match": first.headers["ETag"]})
    other = client.get("/fragment?lang=zh", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, other.status_code) == (200, 304, 200)
    assert again.data == b"" and again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize(
    "change",
    [
        {"rev": 99},
        {"at": "2026-09-05T01:59:00+00:00"},
        {"log": {"writable": True, "head_seq": 432, "head_hash": "0" * 64, "damaged": ""}},
    ],
)
def test_the_fragment_moves_with_revision_record_and_minute(
    guard_with: Start, visit: Visit, change: dict[str, object]
) -> None:
    guard = guard_with(snapshots.all_well())
    tag = visit(guard).get("/fragment").headers["ETag"]
    guard.snapshot = snapshots.all_well(**change)
    assert visit(guard).get("/fragment", headers={"If-None-Match": tag}).status_code == 200


def test_a_guard_that_never_answered_leaves_a_page_that_says_so(guard_with: Start, visit: Visit) -> None:
    guard = guard_with(snapshots.all_well())
    guard.die()
    answer = visit(guard).get("/")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "监控盒一直没有回应" in page and "考试照常进行" in page
    assert 'class="unknown dead"' in page


def test_a_guard_whose_loop_hangs_is_silent_since_then(guard_with: Start, visit: Visit) -> None:
    client = visit(guard_with(snapshots.all_well(turned_age_s=47.2)))
    page = client.get("/").get_data(as_text=True)
    assert "监控盒 47 秒无回应，本页已过时，请勿据此判断" in page
    assert "考试照常进行，请技术人员查看机柜里的“考场守护”盒" in page
    assert "最后一次回应 09:58:21" in page
    assert "ETag" not in client.get("/fragment").headers
    assert client.get("/healthz").status_code == 503


def test_health_follows_the_guard(guard_with: Start, visit: Visit) -> None:
    guard = guard_with(snapshots.all_well())
    well = visit(guard).get("/healthz")
    guard.die()
    ill = visit(guard).get("/healthz")
    assert (well.status_code, well.json) == (200, {"guard": "ok"})
    assert (ill.status_code, ill.json) == (503, {"guard": "silent"})


def test_the_snapshot_is_given_as_it_is_with_its_revision(guard_with: Start, visit: Visit) -> None:
    guard = guard_with(snapshots.all_well())
    client = visit(guard)
    answer = client.get("/api/v1/status")
    assert json.loads(answer.data) == guard.snapshot
    again = client.get("/api/v1/status", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""


@pytest.mark.parametrize("path", ["/fragment", "/wall/fragment"])
def test_unchanged_says_how_long_ago_the_guard_said_so(guard_with: Start, visit: Visit, path: str) -> None:
    guard = guard_with(snapshots.all_well() | {"turned_age_s": 3.4})
    client = visit(guard)
    tag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.headers["Age"]) == (304, "3")


def test_no_old_snapshot_is_given_for_a_dead_guard(guard_with: Start, visit: Visit) -> None:
    guard = guard_with(snapshots.all_well())
    guard.die()
    assert visit(guard).get("/api/v1/status").status_code == 503


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_but_reading_is_answered(guard_with: Start, visit: Visit, method: str) -> None:
    answer = visit(guard_with(snapshots.all_well())).open("/", method=method)
    assert answer.status_code == 405
    assert "这里只能查看" in answer.get_data(as_text=True)


def test_an_unknown_path_gets_a_short_page_that_repeats_nothing(guard_with: Start, visit: Visit) -> None:
    answer = visit(guard_with(snapshots.all_well())).get("/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "alert" not in answer.get_data(as_text=True) and len(answer.data) < 800


@pytest.mark.parametrize("host", ["evil.example", "evil.example:99", "[::1]", "x" * 60])
def test_the_host_header_changes_nothing(guard_with: Start, visit: Visit, host: str) -> None:
    client = visit(guard_with(snapshots.all_well()))
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 200 and host.encode() not in answer.data


def test_a_page_with_300_seats_stays_under_60_kilobytes(page_of: Callable[..., str]) -> None:
    page = page_of(snapshots.all_well(seats=snapshots.seats(rooms=12)))
    assert page.count("</li>") > 300
    assert len(page.encode()) < 60_000
