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


def drawn(rows: list[list[Any]]) -> Chart:
    shown = chart("zh_CN", ups(trace=rows), NOW, ZONE)
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


def test_one_reading_is_a_point() -> None:
    shown = drawn([row(58, "mains", 90.0)])
    assert shown.lines[0].endswith("h0") and shown.start == "09:48"


def test_a_quiet_day_is_a_few_bytes() -> None:
    assert len("".join(drawn(trace(lost=0, back=0, until=118)).lines)) < 40


def test_who_cannot_see_it_is_told_in_a_sentence() -> None:
    assert drawn(trace()).words == "07:59 至 09:58 的电量：最低 85%，现在 100%；09:12 起用电池 5 分钟。"
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
    assert chart("zh_CN", ups(trace=rows), NOW, ZONE) is None
    page = page_of(snapshots.all_well(power=[ups(trace=rows)]))
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
