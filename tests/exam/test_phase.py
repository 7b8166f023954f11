"""The phase: exactly one at any time, its boundaries to the second, moved by acts alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.events.bodies import VenueConfigured
from appliance.events.plan import Rules, Sitting
from appliance.exam.phase import (
    CLOSING,
    EXAM_PHASES,
    OPEN,
    PHASES,
    PREPARING,
    RUNNING,
    SEALED,
    batch_over,
    current_sitting,
    phase_at,
    preparing_from,
)
from appliance.exam.timetable import Moved, SittingActs, moved
from tests.exam.ledger import AFTERNOON, MORNING, Ledger, at, plan, sealed, sitting

RULES = Rules()
SECOND = timedelta(seconds=1)


def names(sittings: Sequence[Moved], *clocks: str) -> list[tuple[str, str]]:
    phases = [phase_at(sittings, RULES, True, at(clock)) for clock in clocks]
    return [(phase.name, phase.sitting) for phase in phases]


def test_each_boundary_of_a_sitting_falls_on_its_second() -> None:
    sittings = moved([MORNING], {})
    clocks = ("07:29:59", "07:30", "08:59:59", "09:00", "11:29:59", "11:30")
    assert names(sittings, *clocks) == [
        (SEALED, ""), (PREPARING, "am"), (PREPARING, "am"), (RUNNING, "am"), (RUNNING, "am"), (CLOSING, "am"),
    ]  # fmt: skip


def test_the_seal_alone_tells_open_from_sealed() -> None:
    sittings = moved([MORNING], {})
    assert phase_at(sittings, RULES, False, at("06:00")).name == OPEN
    assert phase_at(sittings, RULES, True, at("06:00")).name == SEALED
    for sealed_or_not in (True, False):
        assert phase_at(sittings, RULES, sealed_or_not, at("09:00")).name == RUNNING


def test_a_venue_without_sittings_is_open_or_sealed_without_end() -> None:
    assert phase_at((), RULES, False, at("09:00")).until is None
    assert phase_at((), RULES, True, at("09:00")).name == SEALED


def test_closing_waits_for_finish_where_nothing_follows() -> None:
    sittings = moved([MORNING], {})
    phase = phase_at(sittings, RULES, True, at("09:00", day=9))
    assert (phase.name, phase.until) == (CLOSING, None)


def test_finish_plus_30_minutes_ends_closing_on_the_second() -> None:
    sittings = moved([MORNING, AFTERNOON], {"am": SittingActs(finished_at=at("11:40"))})
    assert names(sittings, "12:09:59", "12:10") == [(CLOSING, "am"), (SEALED, "")]


def test_the_next_t_minus_90_ends_closing_although_nobody_finished() -> None:
    sittings = moved([MORNING, AFTERNOON], {})
    assert names(sittings, "12:29:59", "12:30") == [(CLOSING, "am"), (PREPARING, "pm")]


def test_finish_late_ends_closing_no_later_than_the_next_t_minus_90() -> None:
    sittings = moved([MORNING, AFTERNOON], {"am": SittingActs(finished_at=at("12:20"))})
    assert names(sittings, "12:29:59", "12:30") == [(CLOSING, "am"), (PREPARING, "pm")]


def test_between_sittings_closer_than_90_minutes_closing_lasts_until_finish() -> None:
    close = sitting("close", "12:00", "13:00")
    unfinished = moved([MORNING, close], {})
    assert names(unfinished, "11:29:59", "11:30", "11:59:59", "12:00") == [
        (RUNNING, "am"), (CLOSING, "am"), (CLOSING, "am"), (RUNNING, "close"),
    ]  # fmt: skip
    finished = moved([MORNING, close], {"am": SittingActs(finished_at=at("11:45"))})
    assert names(finished, "11:44:59", "11:45") == [(CLOSING, "am"), (PREPARING, "close")]


def test_a_next_t_minus_90_that_falls_on_the_end_leaves_closing_its_time() -> None:
    sittings = moved([MORNING, sitting("next", "13:00", "14:00")], {})
    assert names(sittings, "11:29:59", "11:30", "12:59:59", "13:00") == [
        (RUNNING, "am"), (CLOSING, "am"), (CLOSING, "am"), (RUNNING, "next"),
    ]  # fmt: skip


def test_sittings_that_touch_follow_each_other_without_a_gap() -> None:
    sittings = moved([MORNING, sitting("next", "11:30", "12:00")], {})
    assert names(sittings, "11:29:59", "11:30") == [(RUNNING, "am"), (RUNNING, "next")]


def test_a_delay_moves_start_and_end_but_staff_come_at_the_planned_time() -> None:
    sittings = moved([MORNING], {"am": SittingActs(delay_minutes=20)})
    assert names(sittings, "07:30", "09:19:59", "09:20", "11:49:59", "11:50") == [
        (PREPARING, "am"), (PREPARING, "am"), (RUNNING, "am"), (RUNNING, "am"), (CLOSING, "am"),
    ]  # fmt: skip


def test_an_extension_moves_the_end_alone() -> None:
    sittings = moved([MORNING], {"am": SittingActs(extend_minutes=10)})
    assert names(sittings, "09:00", "11:39:59", "11:40") == [
        (RUNNING, "am"),
        (RUNNING, "am"),
        (CLOSING, "am"),
    ]


def test_one_seats_minutes_keep_the_sitting_running_until_that_candidate_ends() -> None:
    sittings = moved([MORNING], {"am": SittingActs(seats={"1-05": 7})})
    assert names(sittings, "11:36:59", "11:37") == [(RUNNING, "am"), (CLOSING, "am")]
    assert phase_at(sittings, RULES, True, at("11:00")).until == at("11:37")


def test_the_province_may_change_the_90_and_the_30_minutes() -> None:
    rules = Rules(preparing_before_minutes=60, after_finish_minutes=10)
    sittings = moved([MORNING], {"am": SittingActs(finished_at=at("11:40"))})
    assert phase_at(sittings, rules, True, at("07:59:59")).name == SEALED
    assert phase_at(sittings, rules, True, at("08:00")).name == PREPARING
    assert phase_at(sittings, rules, True, at("11:50")).name == SEALED


def test_the_current_sitting_is_the_phases_own_else_the_next_to_come() -> None:
    sittings = moved([MORNING, AFTERNOON], {"am": SittingActs(finished_at=at("11:40"))})
    found = [
        current_sitting(sittings, phase_at(sittings, RULES, True, when), when)
        for when in (at("06:00"), at("10:00"), at("12:15"), at("15:00"))
    ]
    assert [s.id if s else None for s in found] == ["am", "am", "pm", "pm"]
    after = moved([MORNING], {"am": SittingActs(finished_at=at("11:40"))})
    assert current_sitting(after, phase_at(after, RULES, True, at("13:00")), at("13:00")) is None


def test_a_batch_is_over_once_its_last_sitting_is_collected_and_closed() -> None:
    batches = [MORNING, AFTERNOON, sitting("b2", "09:00", "11:00", batch="2", day=6)]
    acts = {"pm": SittingActs(finished_at=at("16:10"))}
    sittings = moved(batches, acts)
    assert [batch_over(sittings, "1", RULES, at(c)) for c in ("12:30", "16:39:59", "16:40")] == [
        False,
        False,
        True,
    ]
    assert not batch_over(sittings, "2", RULES, at("16:40"))
    unfinished = moved(batches, {})
    assert not batch_over(unfinished, "1", RULES, at("07:29:59", day=6))
    assert batch_over(unfinished, "1", RULES, at("07:30", day=6))


def test_a_batch_that_the_timetable_does_not_know_is_never_over() -> None:
    assert not batch_over(moved([MORNING], {}), "gone", RULES, at("09:00", day=9))
    assert not batch_over((), "1", RULES, at("09:00"))


# The recorded phase


def test_a_day_passes_through_every_phase_once_in_order() -> None:
    day = Ledger(plan([MORNING])).all_read()
    day.act("seal", chief="王主考", technician="张工")
    day.until("11:35")
    day.act("sitting.finish", by="王主考")
    day.until("12:30")
    seen = [(e.body.phase, e.body.previous) for e in day.recorded("phase.changed")]  # type: ignore[attr-defined]
    assert seen == [
        (OPEN, ""), (SEALED, OPEN), (PREPARING, SEALED), (RUNNING, PREPARING), (CLOSING, RUNNING), (OPEN, CLOSING),
    ]  # fmt: skip
    assert day.venue.seal is None
    (lifted,) = day.recorded("seal.lifted")
    assert lifted.body.reason == "batch-over"  # type: ignore[attr-defined]


def test_after_the_first_of_two_sittings_the_venue_stays_sealed() -> None:
    day = sealed()
    day.until("11:35")
    day.act("sitting.finish", by="王主考")
    day.until("12:10")
    assert day.phase == (SEALED, "")
    assert day.venue.seal is not None


def test_nights_between_the_days_of_a_batch_are_sealed() -> None:
    day = sealed(plan([MORNING, sitting("next", "09:00", "11:00", day=6)]))
    day.until("11:40")
    day.act("sitting.finish", by="王主考")
    day.until("23:00")
    assert day.phase == (SEALED, "")


def test_a_timetable_edited_away_does_not_lift_what_two_people_sealed() -> None:
    day = sealed()
    day.record(VenueConfigured(plan=plan([sitting("other", "09:00", "11:00", batch="9", day=7)])))
    day.settle()
    assert day.venue.seal is not None and day.phase == (SEALED, "")


def test_a_wall_clock_set_back_over_a_boundary_takes_the_phase_back_and_rests() -> None:
    day = sealed()
    day.until("09:01")
    day.step_wall(-300)
    assert day.phase == (PREPARING, "am")
    day.step_wall(300)
    assert day.phase == (RUNNING, "am")


# Properties


@st.composite
def timetables(draw: st.DrawFn) -> tuple[tuple[Sitting, ...], dict[str, SittingActs]]:
    """Up to five sittings that do not overlap, with acts as `decide` allows them: never into the next."""
    sittings: list[Sitting] = []
    acts: dict[str, SittingActs] = {}
    start = at("06:00")
    for n in range(draw(st.integers(0, 5))):
        start += timedelta(minutes=draw(st.sampled_from([0, 1, 29, 30, 60, 89, 90, 91, 120, 600, 1000])))
        end = start + timedelta(minutes=draw(st.sampled_from([1, 30, 89, 90, 150])))
        sittings.append(Sitting(id=f"s{n}", batch=str(n // 2), subject="会计", start=start, end=end))
        start = end
    for one, following in zip(sittings, [*sittings[1:], None], strict=False):
        delay = draw(st.sampled_from([0, 0, 5, 40]))
        extend = draw(st.sampled_from([0, 0, 10, 35]))
        seat = draw(st.sampled_from([0, 0, 7]))
        last_end = one.end + timedelta(minutes=delay + extend + seat)
        if following and last_end > following.start:
            delay = extend = seat = 0
            last_end = one.end
        finished = draw(st.none() | st.integers(0, 300))
        acts[one.id] = SittingActs(
            delay_minutes=delay,
            extend_minutes=extend,
            seats={"1-01": seat} if seat else {},
            finished_at=None if finished is None else last_end + timedelta(minutes=finished),
        )
    return tuple(sittings), acts


def boundaries(sittings: Sequence[Moved]) -> list[datetime]:
    found = {at("05:00")}
    for one in sittings:
        found |= {
            one.start,
            one.end,
            one.last_end,
            preparing_from(one, RULES),
            one.planned.start,
            one.planned.end,
        }
        if one.acts.finished_at:
            found |= {one.acts.finished_at, one.acts.finished_at + timedelta(minutes=30)}
    return sorted({moment + shift for moment in found for shift in (-SECOND, timedelta(0), SECOND)})


@given(drawn=timetables(), sealed_or_not=st.booleans())
def test_at_any_time_there_is_exactly_one_phase_and_it_names_its_sitting(
    drawn: tuple[tuple[Sitting, ...], dict[str, SittingActs]], sealed_or_not: bool
) -> None:
    sittings = moved(*drawn)
    for wall in boundaries(sittings):
        phase = phase_at(sittings, RULES, sealed_or_not, wall)
        assert phase.name in PHASES
        assert bool(phase.sitting) == (phase.name in EXAM_PHASES)
        assert (phase.name == SEALED) <= sealed_or_not and (phase.name == OPEN) <= (not sealed_or_not)
        if phase.name == RUNNING:
            one = next(s for s in sittings if s.id == phase.sitting)
            assert one.start <= wall < one.last_end
        assert any(s.start <= wall < s.last_end for s in sittings) == (phase.name == RUNNING)


@given(drawn=timetables(), sealed_or_not=st.booleans())
def test_until_says_when_the_phase_ends_and_not_a_second_sooner(
    drawn: tuple[tuple[Sitting, ...], dict[str, SittingActs]], sealed_or_not: bool
) -> None:
    sittings = moved(*drawn)
    walls = boundaries(sittings)
    for wall in walls:
        phase = phase_at(sittings, RULES, sealed_or_not, wall)
        inside = [w for w in walls if wall <= w and (phase.until is None or w < phase.until)]
        if phase.until is not None:
            assert phase.until > wall
            inside.append(phase.until - SECOND if phase.until - SECOND >= wall else wall)
            following = phase_at(sittings, RULES, sealed_or_not, phase.until)
            assert (following.name, following.sitting) != (phase.name, phase.sitting)
        for later in inside:
            assert phase_at(sittings, RULES, sealed_or_not, later) == phase


@given(drawn=timetables())
def test_as_time_passes_a_sitting_never_goes_back_a_phase(
    drawn: tuple[tuple[Sitting, ...], dict[str, SittingActs]],
) -> None:
    sittings = moved(*drawn)
    order = {one.id: number for number, one in enumerate(sittings)}
    passed = [phase_at(sittings, RULES, True, wall) for wall in boundaries(sittings)]
    places = [(order[p.sitting], EXAM_PHASES.index(p.name)) for p in passed if p.sitting]
    assert places == sorted(places)


@pytest.mark.parametrize("clock", ["09:00", "11:30"])
def test_until_in_the_snapshot_is_that_of_the_phase(clock: str) -> None:
    day = sealed()
    day.until(clock)
    shown = day.snapshot["phase"]
    until = {"09:00": "2026-09-05T11:30:00+00:00", "11:30": "2026-09-05T12:30:00+00:00"}[clock]
    assert isinstance(shown, dict) and shown["until"] == until
