"""The printable report: what stands on its sheets, in both languages, whatever the guard answers."""

import copy
import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web import reports, snapshots
from tests.web.conftest import Visit
from tests.web.fake_guard import FakeGuard
from web import report_html
from web.qr import QrCode, qr_code

Start = Callable[[object], FakeGuard]
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e{{7*7}}\x1b[2J' + "x" * 10_000


@pytest.fixture
def served(guard_with: Start, visit: Visit) -> Callable[..., str]:
    guard = guard_with(snapshots.all_well())

    def page(told: object, query: str = "") -> str:
        guard.acts["sitting.report"] = told
        return visit(guard).get("/report/am" + query).get_data(as_text=True)

    return page


def test_each_room_has_a_sheet_with_its_facts_room_for_handwriting_and_two_invigilators(
    served: Callable[..., str],
) -> None:
    page = served(reports.report())
    venue, one, two = re.findall(r'<article class="sheet">(.*?)</article>', page, re.DOTALL)
    assert "突发事件情况记录" in venue and "《考场情况报告单》附页" in one
    for words in (
        "1 考场",
        "09:55 至 09:59",
        "1 考场 23 号",
        "考试机离线",
        "已换备用机（李监考）",
        "耽误 4 分钟",
    ):
        assert words in one, words
    assert "没有记录到本考场的异常" in two
    for room in (one, two):
        assert room.count("监考员签字") == 2 and room.count('class="line"') == 4


def test_the_venues_sheet_says_class_whom_told_answer_time_lost_and_receipts(
    served: Callable[..., str],
) -> None:
    page = served(reports.report())
    for words in (
        "一般突发事件（系统建议，主考未确认）", "09:57 李主考 报告 省值班室，答复：同意", "耽误 4 分钟", "省里尚未回执",
        "主考 李主考", "个别补时至 11:35", "考试系统的正式上传由监考员在考试系统中核对",
    ):  # fmt: skip
        assert words in page, words


def test_the_whole_code_of_the_record_stands_on_each_sheet_and_in_the_qr_code(
    served: Callable[..., str],
) -> None:
    page = served(reports.report())
    assert page.count(" ".join(["6f1c92ab"] * 8)) == 3 and "4711" in page
    assert qr_code("venue-log:520100-03:am:4711:" + "6f1c92ab" * 8).path in page


def test_a_sitting_that_goes_on_is_marked_as_not_over(served: Callable[..., str]) -> None:
    told = reports.report()
    told["sitting"]["finished_at"] = None
    assert "本场尚未结束，以下只到 12:40 为止" in served(told)


def test_english_is_asked_for_by_lang(served: Callable[..., str]) -> None:
    page = served(reports.report(), "?lang=en")
    assert '<html lang="en">' in page and "Record of incidents" in page and "moved to a spare" in page


def test_seats_that_follow_each_other_are_one_run(served: Callable[..., str]) -> None:
    seats = [f"4-{n}" for n in range(76, 100)] + ["1-2"]
    assert "4 考场 76–99 号；1 考场 2 号" in served(
        reports.report(incidents=[reports.item(1, members=seats)])
    )


def poisoned(value: Any) -> Any:
    """The same shape with every text a stranger's."""
    if isinstance(value, dict):
        return {key: poisoned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each) for each in value]
    return EVIL if isinstance(value, str) else value


def test_whatever_stands_in_a_name_is_harmless_and_short(served: Callable[..., str]) -> None:
    page = served(poisoned(copy.deepcopy(reports.report())))
    assert "<script>alert" not in page and "<img" not in page and "\u202e" not in page and "\x1b" not in page
    assert page.count("<script") == 1 and len(page) < 60_000


@pytest.mark.parametrize("nonsense", [{}, {"rooms": 7, "incidents": [None, 3], "log": "x", "sitting": []}])
def test_a_report_that_lacks_everything_is_shown_all_the_same(
    served: Callable[..., str], nonsense: dict[str, object]
) -> None:
    assert "突发事件情况记录" in served(nonsense) and "突发事件情况记录" not in served(nonsense, "?lang=en")


@pytest.mark.parametrize("answer", [None, [1, 2], "x"])
def test_no_report_is_said_in_a_short_page(guard_with: Start, visit: Visit, answer: object) -> None:
    guard = guard_with(snapshots.all_well())
    if answer is not None:
        guard.acts["sitting.report"] = answer
    got = visit(guard).get("/report/none")
    assert got.status_code == 404 and "考试照常进行" in got.get_data(as_text=True)


def test_as_a_file_it_stands_by_itself(tmp_path: Path) -> None:
    page = report_html("zh_CN", reports.report())
    assert "<style>" in page and "@page" in page and "<script" not in page
    assert not re.search(r'(src|href)="', page)


def test_a_qr_code_is_drawn_as_segno_draws_it(tmp_path: Path) -> None:
    code = qr_code("venue-log:520100-03:am:4711:" + hashlib.sha256(b"x").hexdigest())
    dark = {
        (x, int(y))
        for x0, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", code.path)
        for x in range(int(x0), int(x0) + int(width))
    }
    assert min(x for x, _ in dark) >= 4 and max(x for x, _ in dark) == code.size - 5
    corner = {(4 + x, 4 + y) for x in range(7) for y in range(7) if max(abs(x - 3), abs(y - 3)) != 2}
    assert {(x, y) for x, y in dark if x < 12 and y < 12} == corner


def test_a_qr_code_is_read_by_a_real_reader(tmp_path: Path) -> None:
    code = qr_code("venue-log:520100-03:am:4711:" + "6f1c92ab" * 8)
    picture = tmp_path / "code.pbm"
    picture.write_bytes(as_pbm(code, dots=6))
    reader = shutil.which("zbarimg")
    if reader is None:
        pytest.skip("zbarimg is not installed (Debian: zbar-tools)")
    argv = [reader, "--quiet", "--raw", str(picture)]
    told = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True).stdout
    assert told.strip() == code.text


def as_pbm(code: QrCode, *, dots: int) -> bytes:
    """The code as a bitmap. Source: pbm(5), P4: one bit a dot, 1 is black, rows filled to whole bytes."""
    wide = code.size * dots
    rows = [bytearray((wide + 7) // 8) for _ in range(code.size)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", code.path):
        for dot in range(int(x) * dots, (int(x) + int(width)) * dots):
            rows[int(y)][dot // 8] |= 0x80 >> dot % 8
    return f"P4 {wide} {wide}\n".encode() + b"".join(bytes(row) * dots for row in rows)


def test_what_came_days_later_says_its_date(served: Callable[..., str]) -> None:
    late = {
        "closed_at": "2026-09-07T01:12:00+00:00",
        "reported": [{"at": "2026-09-07T01:10:00+00:00", "by": "李主考", "to": "省值班室", "answer": ""}],
        "notes": [{"at": "2026-09-07T01:11:00+00:00", "by": "张工", "text": "已送修"}],
    }
    page = served(reports.report(incidents=[reports.item(4, **late)]))
    for words in ("09:55 至 2026-09-07 09:12", "2026-09-07 09:10", "2026-09-07 09:11"):
        assert words in page, words


def test_a_guard_that_is_silent_or_busy_is_503_and_not_a_report_that_is_none(
    guard_with: Start, visit: Visit
) -> None:
    guard = guard_with(snapshots.all_well())
    page = visit(guard)
    for code, exit_code, word in (("busy", 75, "请过几秒再试"), ("log-unreadable", 69, "现在打不开报告")):
        guard.refuses["sitting.report"] = code, exit_code
        got = page.get("/report/am")
        assert got.status_code == 503 and word in got.get_data(as_text=True), code
    guard.refuses["sitting.report"] = "unknown-sitting", 2
    assert page.get("/report/am").status_code == 404
    guard.die()
    got = page.get("/report/am")
    assert got.status_code == 503 and "考试照常进行" in got.get_data(as_text=True)


def test_windows_of_the_phases_and_files_that_can_not_be_read_are_told(served: Callable[..., str]) -> None:
    told = reports.report(
        phase_windows=[{"name": "paper", "from": "2026-09-04T23:45:00+00:00", "until": "2026-09-05T01:00:00+00:00"}]
    )
    told["log"]["unreadable"] = ["events-1.sqlite"]
    told["incidents"][0]["opened_at"] = "2026-09-04T12:00:00+00:00"
    page = served(told)
    for words in (
        "07:45</time> “下载试卷”窗口随考试阶段打开，09:00 关闭",
        "events-1.sqlite 有一部分读不出来",
        "2026-09-04 20:00 至",
    ):
        assert words in page, words
    assert "venue log verify --row 4711 --code" in page
