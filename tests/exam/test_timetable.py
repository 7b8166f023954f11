"""The timetable file: every fault at once, and nothing but TimetableError whatever it holds."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.exam import timetable
from appliance.exam.timetable import SittingActs, TimetableError, moved

SHANGHAI = ZoneInfo("Asia/Shanghai")
local = datetime.fromisoformat


def row(name: str, start: str, end: str, *, batch: str = "1", day: int = 5, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "batch": batch,
        "subject": "会计",
        "start": datetime.fromisoformat(f"2026-09-{day:02d}T{start}"),
        "end": datetime.fromisoformat(f"2026-09-{day:02d}T{end}"),
        **more,
    }


def faults(*rows: object, **more: object) -> list[str]:
    with pytest.raises(TimetableError) as caught:
        timetable.read({"sitting": list(rows), **more}, SHANGHAI)
    return caught.value.faults


def test_local_times_become_utc_in_order_of_start() -> None:
    read = timetable.read({"sitting": [row("pm", "14:00", "16:00"), row("am", "09:00", "11:30")]}, SHANGHAI)
    assert [s.id for s in read] == ["am", "pm"]
    assert read[0].start == datetime(2026, 9, 5, 1, 0, tzinfo=UTC)
    assert read[0].end == datetime(2026, 9, 5, 3, 30, tzinfo=UTC)
    assert read[0].start.tzinfo is UTC


def test_several_sittings_a_day_several_days_and_short_ones_are_a_timetable() -> None:
    rows = [
        row("a1", "09:00", "09:01"),
        row("a2", "09:01", "11:00"),
        row("a3", "14:00", "16:00", day=6),
        row("b1", "09:00", "11:00", day=7, batch="2"),
    ]
    assert [s.batch for s in timetable.read({"sitting": rows}, SHANGHAI)] == ["1", "1", "1", "2"]


def test_one_sitting_may_begin_the_minute_another_ends_but_not_before() -> None:
    timetable.read({"sitting": [row("a", "09:00", "10:00"), row("b", "10:00", "11:00")]}, SHANGHAI)
    assert faults(row("a", "09:00", "10:00"), row("b", "09:59", "11:00")) == [
        "sitting b: starts before a ends"
    ]


def test_a_sitting_inside_another_one_overlaps_it() -> None:
    assert faults(row("a", "09:00", "12:00"), row("b", "10:00", "11:00")) == [
        "sitting b: starts before a ends"
    ]


def test_a_long_sitting_overlaps_each_one_it_reaches_into() -> None:
    found = faults(row("a", "09:00", "17:00"), row("b", "10:00", "11:00"), row("c", "14:00", "15:00"))
    assert [fault.split(":")[0] for fault in found] == ["sitting b", "sitting c"]


@pytest.mark.parametrize(
    "document", [{}, {"sitting": []}, {"sitting": {}}, {"sitting": "am"}, {"sitting": 7}]
)
def test_a_timetable_without_sittings_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(TimetableError, match="at least one"):
        timetable.read(document, SHANGHAI)


def test_an_end_at_or_before_its_start_is_refused_with_both_times() -> None:
    assert "11:00 is not after the start 11:30" in faults(row("a", "11:30", "11:00"))[0]
    assert "09:00 is not after the start 09:00" in faults(row("a", "09:00", "09:00"))[0]


def test_a_sitting_past_midnight_of_the_venues_own_day_is_refused() -> None:
    late = row("a", "23:00", "23:59")
    late["end"] += timedelta(minutes=1)
    assert "past midnight" in faults(late)[0]
    # 07:00 to 09:00 in Shanghai crosses midnight in UTC only: that is an ordinary morning.
    timetable.read({"sitting": [row("b", "07:00", "09:00")]}, SHANGHAI)


def test_an_id_that_stands_twice_is_named_once() -> None:
    found = faults(row("a", "09:00", "10:00"), row("a", "11:00", "12:00"), row("a", "13:00", "14:00"))
    assert found == ["sitting a: this id stands twice"]


def test_a_batch_torn_apart_by_another_is_refused() -> None:
    found = faults(
        row("a", "09:00", "10:00", batch="1"),
        row("b", "11:00", "12:00", batch="2"),
        row("c", "13:00", "14:00", batch="1"),
    )
    assert found == ["sitting c: batch 1 is torn apart by another batch"]


def test_every_fault_of_every_row_is_told_at_once_with_its_place() -> None:
    found = faults(
        row("bad id", "09:00", "10:00"),
        row("a", "11:00", "10:00", colour="red"),
        {"id": "b", "batch": "1", "subject": ""},
        "no table",
        row("c", "13:00", "14:00"),
        row("c", "13:30", "15:00"),
        extra=1,
    )
    for place in (
        "extra: unknown key",
        "sitting[0].id: 'bad id'",
        "sitting[1].colour: unknown key",
        "sitting[1].end:",
        "sitting[2].end: missing",
        "sitting[2].start: missing",
        "sitting[2].subject:",
        "sitting[3]: a table",
        "sitting c: starts before c ends",
        "sitting c: this id stands twice",
    ):
        assert any(fault.startswith(place) for fault in found), place
    assert all("\n" not in fault for fault in found)


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 9, 5, 9, 0, tzinfo=UTC),
        date(2026, 9, 5),
        time(9, 0),
        "2026-09-05T09:00:00",
        9,
        True,
        local("0001-01-01T00:00"),
        local("9999-12-31T23:00"),
        local("2019-12-31T23:00"),
    ],
)
def test_a_start_that_is_no_local_time_of_our_days_is_refused(value: object) -> None:
    found = faults(row("a", "09:00", "10:00") | {"start": value})
    assert found[0].startswith("sitting[0].start: ")


def test_an_end_that_lies_before_the_start_by_the_clock_change_is_refused() -> None:
    # 2026-03-29 in Berlin: 02:30 does not exist, 03:00 follows 01:59.
    times = {"start": local("2026-03-29T02:30"), "end": local("2026-03-29T03:10")}
    with pytest.raises(TimetableError, match="not after the start"):
        timetable.read({"sitting": [row("a", "09:00", "10:00") | times]}, ZoneInfo("Europe/Berlin"))


def test_an_endless_number_is_a_fault_like_any_other() -> None:
    assert "sitting[0].id" in faults(row("a", "09:00", "10:00") | {"id": 16**5000})[0]


SCALARS = (
    st.text(max_size=20)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.datetimes()
    | st.datetimes(timezones=st.just(UTC))
    | st.dates()
    | st.times()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
LOCAL = st.datetimes() | st.datetimes(
    min_value=local("2026-03-08T00:00"), max_value=local("2026-03-09T00:00")
)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["a", "b", "c"]) | VALUES,
        "batch": st.sampled_from(["1", "2"]) | VALUES,
        "subject": st.just("会计") | VALUES,
        "start": LOCAL | VALUES,
        "end": LOCAL | VALUES,
    },
)


@given(
    document=st.dictionaries(
        st.just("sitting") | st.text(max_size=5), VALUES | st.lists(ROWS | VALUES, max_size=4)
    )
)
def test_whatever_toml_holds_only_timetable_error_is_raised(document: dict[str, object]) -> None:
    for zone in (SHANGHAI, ZoneInfo("America/New_York")):
        try:
            read = timetable.read(document, zone)
        except TimetableError as error:
            assert error.faults and all(error.faults)
            continue
        assert all(s.start < s.end for s in read)
        assert all(one.end <= two.start for one, two in zip(read, read[1:], strict=False))


SITTING = timetable.read({"sitting": [row("am", "09:00", "11:30")]}, SHANGHAI)[0]


def test_a_delay_moves_start_and_end_an_extension_the_end_one_seat_the_last_end_only() -> None:
    acts = SittingActs(delay_minutes=10, extend_minutes=5, seats={"1-01": 3, "1-02": 20})
    (as_moved,) = moved([SITTING], {"am": acts})
    assert as_moved.start - SITTING.start == timedelta(minutes=10)
    assert as_moved.end - SITTING.end == timedelta(minutes=15)
    assert as_moved.last_end - SITTING.end == timedelta(minutes=35)
    assert as_moved.planned is SITTING


def test_a_sitting_nobody_moved_stands_as_planned() -> None:
    (as_moved,) = moved([SITTING], {"other": SittingActs(delay_minutes=9)})
    assert (as_moved.start, as_moved.end, as_moved.last_end) == (SITTING.start, SITTING.end, SITTING.end)
