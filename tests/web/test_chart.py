"""The curve of the charge: where it stands, where it breaks, and what is said to who cannot see it."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.web import snapshots, supplies
from tests.web.snapshots import trace, ups
from web.chart import Chart, chart

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime.fromisoformat(snapshots.NOW)


def drawn(rows: list[list[Any]], **now: Any) -> Chart:
    """The chart of a trace; the UPS is silent now unless told otherwise."""
    silent = {"state": "unknown", "charge_percent": None}
    shown = chart("zh_CN", ups(trace=rows, **(silent | now)), NOW, ZONE)
    assert shown is not None
    return shown


def row(minute: int, state: str, charge: float | None) -> list[Any]:
    return [f"2026-09-05T01:{minute:02}:00+00:00", state, charge, None, None]


def test_an_outage_is_a_band_as_long_as_it_was() -> None:
    shown = drawn(trace())
    (band,) = shown.bands
    assert band.look == "battery" and band.width == pytest.approx(5 / 119.35 * 360, abs=0.1)
    assert shown.outage == "09:12 起用电池 5 分钟"
    assert (shown.start, shown.now) == ("07:59", "09:58")


def test_an_outage_that_goes_on_reaches_to_now() -> None:
    shown = drawn([row(0, "mains", 100.0), row(50, "battery", 90.0), row(51, "low", 15.0)])
    assert [band.look for band in shown.bands] == ["battery", "low"]
    assert shown.bands[-1].x + shown.bands[-1].width == pytest.approx(360, abs=0.2)
    assert shown.outage == "09:50 起用电池 8 分钟", "battery and then low are one time on battery"


def test_where_nothing_was_read_nothing_is_drawn() -> None:
    rows = [row(m, "mains", 90.0) for m in range(10)]
    rows += [row(10, "unknown", None), row(11, "unknown", 90.0)]
    rows += [row(m, "mains", 95.0) for m in range(12, 20)]
    rows += [row(m, "mains", 99.0) for m in range(50, 58)]
    shown = drawn(rows)
    assert len(shown.lines) == 3, "broken where it was unknown, and where half an hour is missing"
    assert all("90" not in line or "L" in line for line in shown.lines)


def test_a_curve_that_ends_before_now_has_no_mark_at_now() -> None:
    shown = drawn([row(0, "mains", 90.0), row(1, "unknown", None)])
    assert shown.dot == "" and "现在 未知%" in shown.words


def test_what_it_reads_now_ends_the_curve() -> None:
    shown = drawn([row(50, "mains", 90.0)], state="mains", charge_percent=93.0)
    assert shown.dot == "M360 7h0" and shown.lines == [shown.lines[0]]
    assert "现在 93%" in shown.words


def test_the_curve_is_of_the_last_four_hours() -> None:
    rows = [[f"2026-09-04T21:{m:02}:00+00:00", "mains", 80.0, None, None] for m in (30, 45, 55)]
    rows += [[f"2026-09-04T22:{m:02}:00+00:00", "mains", 80.0, None, None] for m in (5, 20)]
    assert drawn(rows).start == "05:58" and drawn(rows).lines[0].startswith("M0 20")


def test_an_idle_ups_that_speaks_each_quarter_of_an_hour_has_an_unbroken_curve() -> None:
    assert len(drawn([row(m, "mains", 100.0) for m in (0, 15, 30, 45)]).lines) == 1


def test_several_times_on_battery_are_counted_for_who_cannot_see_the_bands() -> None:
    rows = [row(0, "battery", 90.0), row(5, "mains", 85.0), row(9, "battery", 84.0), row(12, "mains", 80.0)]
    assert drawn(rows).outage == "09:09 起用电池 3 分钟"
    assert "用电池 2 次，最近 09:09 起 3 分钟" in drawn(rows).words


def test_the_words_beside_the_dashed_line_leave_room_for_a_curve_that_goes_there() -> None:
    assert drawn([row(0, "mains", 90.0), row(20, "battery", 30.0), row(57, "mains", 90.0)]).advice is False
    assert drawn([row(0, "mains", 90.0), row(50, "battery", 30.0)]).advice is True


def test_one_reading_is_a_point() -> None:
    shown = drawn([row(58, "mains", 90.0)])
    assert shown.lines[0].endswith("h0") and shown.start == "09:48"


def test_a_quiet_day_is_a_few_bytes() -> None:
    assert len("".join(drawn(trace(lost=0, back=0, until=118)).lines)) < 40


def test_who_cannot_see_it_is_told_in_a_sentence() -> None:
    now = {"state": "mains", "charge_percent": 100.0}
    assert (
        drawn(trace(), **now).words == "07:59 至 09:58 的电量：最低 85%，现在 100%；09:12 起用电池 5 分钟。"
    )
    assert drawn([row(m, "mains", 97.0) for m in range(58)]).words.endswith("没有用过电池。")


@pytest.mark.parametrize(
    "rows",
    [
        None,
        "x",
        [],
        [None, 7, [], ["x", "mains", 5.0], [snapshots.NOW], [7, "mains", 5.0]],
        [row(1, "mains", None), row(2, "unknown", None)],
        [["2099-01-01T00:00:00+00:00", "mains", 50.0, None, None]],
        [["2026-09-05T01:00:00", "mains", 50.0, None, None]],
        [row(1, "mains", True)],  # type: ignore[arg-type]
    ],
)
def test_no_charge_is_no_chart_and_a_quiet_sentence(rows: Any, page_of: Callable[..., str]) -> None:
    silent = ups(trace=rows, state="unknown", charge_percent=None)
    assert chart("zh_CN", silent, NOW, ZONE) is None
    page = page_of(snapshots.all_well(power=[silent]))
    assert "还没有电量记录" in page and 'class="chart"' not in page


def test_a_charge_beyond_reason_stays_in_the_picture() -> None:
    shown = drawn([row(0, "mains", 500.0), row(1, "mains", -3.0)])
    assert all(0 <= float(y) <= 100 for y in re.findall(r" ([\d.]+)", shown.lines[0]))


@pytest.mark.parametrize("name", supplies.EVERY)
def test_every_supply_gives_a_page_without_inline_style_in_both_languages(
    page_of: Callable[..., str], name: str
) -> None:
    page = page_of(supplies.EVERY[name]())
    assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", page)
    assert "{" not in re.sub(r'data-\w+="[^"]*"', "", page)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", supplies.EVERY)
def test_no_word_is_left_in_the_other_tongue_or_unfilled(
    page_of: Callable[..., str], name: str, language: str
) -> None:
    page = page_of(supplies.EVERY[name](), f"?lang={language}")
    assert "None" not in page and "自动关机" not in page
    assert ("停电后" in page) <= (language == "zh")
