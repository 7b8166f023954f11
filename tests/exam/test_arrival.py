"""When the province will have it: from what the last bundles took, on lines of every kind."""

from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.events.bodies import ProvinceAsked
from appliance.events.readings import ReceiptsReading
from appliance.exam import arrival
from appliance.exam.arrival import Arrivals, expected_at
from tests.exam.arriving import Line, errors
from tests.exam.ledger import running

NOON = datetime(2026, 9, 5, 4, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def asked(found: Arrivals, at_s: float, every_s: float | None = 30) -> Arrivals:
    return arrival.asked(found, after(at_s), every_s, after(at_s))


def sent(found: Arrivals, number: int, at_s: float, sealed_bytes: int, took_s: float) -> Arrivals:
    """Published, asked for 10 s later, receipted `took_s` after that."""
    found = asked(arrival.published(found, f"b{number}", sealed_bytes, after(at_s)), at_s + 10)
    return arrival.receipted(found, f"b{number}", after(at_s + 10 + took_s))


def learned() -> Arrivals:
    """A line of 100 kB/s, 10 s each way beside; it is asked every 30 s, at 970 for the last time."""
    found = Arrivals()
    for number, size in enumerate(4 * (1_000_000, 2_000_000, 4_000_000)):
        found = sent(found, number, 80.0 * number, size, 10 + size / 100_000)
    return asked(found, 970)


@pytest.mark.parametrize("fixed_s", [1.0, 8.0])
@pytest.mark.parametrize("bytes_per_s", [60_000, 600_000, 10_000_000])
@pytest.mark.parametrize("cut_every_s", [0.0, 600.0])
def test_a_sittings_bundles_are_foretold_within_a_third(fixed_s: float, bytes_per_s: int, cut_every_s: float) -> None:
    off, at_finish = [], []
    for seed in range(40):
        line = Line(bytes_per_s=bytes_per_s, fixed_s=fixed_s, every_s=30, cut_every_s=cut_every_s, seed=seed)
        found = errors(line, bundles=12, size_s=(10, 30), period_s=120, final=2)
        off += found
        at_finish.append(found[-1])
    assert median(off) <= 0.2 and median(at_finish) <= 0.2
    assert sum(each <= 0.3 for each in at_finish) >= 0.75 * len(at_finish), sorted(at_finish)


def test_what_waits_is_asked_for_when_it_is_time_again_and_goes_one_after_the_other() -> None:
    found = arrival.published(learned(), "x", 1_000_000, after(980))
    assert expected_at(found) == after(970 + 30 + 10 + 10)
    found = asked(found, 998)
    assert expected_at(found) == after(998 + 10 + 10)
    found = arrival.published(found, "y", 2_000_000, after(1001))
    assert expected_at(found) == after(998 + 10 + 30)
    assert expected_at(arrival.published(found, "z", 1_000_000, after(1030))) == after(1030 + 30), "x is held up"
    assert expected_at(arrival.receipted(asked(found, 1019), "x", after(1020))) == after(1020 + 10 + 20)


def test_a_province_that_has_not_asked_for_long_is_unknown_and_not_guessed() -> None:
    found = learned()
    assert expected_at(arrival.published(found, "x", 1, after(970 + 89))) is not None
    late = arrival.published(found, "x", 1, after(970 + 91))
    assert expected_at(late) is None
    assert expected_at(asked(late, 1100)) is not None, "it asks again"


def test_too_little_is_no_prediction_and_nothing_waiting_is_none() -> None:
    found = Arrivals()
    for number in range(3):
        assert expected_at(arrival.published(found, "x", 1, after(0))) is None
        found = sent(found, number, 300.0 * number, 1000, 5)
    assert expected_at(found) is None
    found = asked(arrival.published(found, "x", 1000, after(2000)), 2010)
    assert expected_at(found) == after(2015), "all alike: as the last ones"


def test_receipts_that_were_carried_in_by_hand_foretell_nothing_of_the_line() -> None:
    found = Arrivals()
    for number in range(5):
        found = arrival.published(found, f"b{number}", 1000, after(300 * number))
        found = arrival.receipted(found, f"b{number}", after(300 * number + 60))
    assert found.legs == () and expected_at(arrival.published(found, "x", 1000, after(3000))) is None


def test_nights_without_a_window_and_clocks_that_were_set_tell_nothing_of_the_line() -> None:
    found = Arrivals()
    for number, took_s in enumerate((5, 40_000, -50, 5, 5)):
        found = sent(found, number, 300.0 * number, 1000, took_s)
    assert [leg.seconds for leg in found.legs] == [5, 5, 5]
    assert asked(found, 9000, 40_000).gaps_s == found.gaps_s
    for number in range(100):
        found = arrival.published(found, f"waits {number}", 1, after(number))
    assert len(found.waiting) == 50


@given(st.lists(st.tuples(st.sampled_from("pra"), st.integers(0, 5), st.integers(-50, 5000)), max_size=60))
@settings(max_examples=200, deadline=None)
def test_whatever_happened_nothing_is_foretold_before_what_waits_was_there(rows: list[tuple[str, int, int]]) -> None:
    found = Arrivals()
    for kind, number, at_s in rows:
        if kind == "p":
            found = arrival.published(found, f"b{number}", 1000 * number, after(at_s))
        elif kind == "r":
            found = arrival.receipted(found, f"b{number}", after(at_s))
        else:
            found = asked(found, at_s, float(number))
        told = expected_at(found)
        if told is not None:
            assert told >= max(each.at for each in found.waiting.values())
            more = arrival.published(found, "more", 10**9, max(each.at for each in found.waiting.values()))
            assert (expected_at(more) or told) >= told, "more to carry is never there sooner"


@given(st.lists(st.integers(-1000, 1000), max_size=100))
def test_a_bundle_has_two_rows_of_being_asked_for_at_most_whatever_times_a_page_sets(times: list[int]) -> None:
    found, rows = arrival.published(learned(), "x", 1, after(980)), 0
    for number, at_s in enumerate(times):
        if arrival.is_news(found, after(980 + at_s)):
            found, rows = arrival.asked(found, after(980 + at_s), None, after(981 + number)), rows + 1
    assert rows <= 2


def test_a_time_that_is_still_to_come_is_no_time_that_anybody_asked() -> None:
    day = running()
    day.bundle("v-000009-t-full")
    assert day.read(ReceiptsReading(waiting=0, asked_at=day.wall + timedelta(seconds=1))) == ()
    (body,) = day.read(ReceiptsReading(waiting=0, asked_at=day.wall - timedelta(seconds=1), every_s=30))
    assert isinstance(body, ProvinceAsked)


def test_it_is_told_while_pulls_may_come_and_not_before() -> None:
    day = running()

    def look() -> None:
        asked_at = day.wall
        day.advance(1)
        day.read(ReceiptsReading(waiting=0, asked_at=asked_at, every_s=30))

    for number in range(4):
        day.bundle(f"v-00000{number}-t-full")
        day.advance(5)
        look()
        day.advance(5)
        day.receipt(f"v-00000{number}-t-full")
        look()
        day.advance(60)
    day.bundle("v-000009-t-full")
    day.advance(1)
    look()
    told = day.snapshot["province"]
    assert isinstance(told, dict) and told["expected_at"]
