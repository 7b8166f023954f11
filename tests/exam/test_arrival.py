"""When the province will have it: from what the last bundles took, on lines of every kind."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from appliance.exam import arrival
from appliance.exam.arrival import Arrivals, expected_at
from tests.exam.ledger import running

NOON = datetime(2026, 9, 5, 4, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def sent(found: Arrivals, number: int, at_s: float, sealed_bytes: int, took_s: float) -> Arrivals:
    found = arrival.published(found, f"b{number}", sealed_bytes, after(at_s))
    return arrival.receipted(found, f"b{number}", after(at_s + took_s))


@pytest.mark.parametrize("fixed_s", [1.0, 15.0])
@pytest.mark.parametrize("bytes_per_s", [60_000, 600_000, 10_000_000])
@pytest.mark.parametrize("cut", [False, True])
def test_the_last_bundle_of_a_sitting_is_foretold_within_a_third(fixed_s: float, bytes_per_s: int, cut: bool) -> None:
    chance = random.Random(f"{fixed_s}{bytes_per_s}{cut}")
    off = []
    for _ in range(100):
        found = Arrivals()
        for number in range(10):
            size = int(bytes_per_s * chance.uniform(5, 60))
            took_s = fixed_s * chance.uniform(0.8, 1.2) + size / bytes_per_s * chance.uniform(0.9, 1.1)
            found = sent(found, number, 300.0 * number, size, took_s + (120 if cut and number == 4 else 0))
        final = int(bytes_per_s * chance.uniform(40, 90))
        found = arrival.published(found, "final", final, after(3000))
        told = expected_at(found)
        assert told is not None
        truth_s = fixed_s + final / bytes_per_s
        off.append(abs((told - after(3000)).total_seconds() / truth_s - 1))
    assert sorted(off)[95] <= 0.3, "95 of 100"


def test_what_waits_together_goes_one_after_the_other_from_the_last_receipt_on() -> None:
    found = Arrivals()
    for number, size in enumerate((1_000_000, 2_000_000, 4_000_000)):
        found = sent(found, number, 300.0 * number, size, 10 + size / 100_000)
    found = arrival.published(found, "x", 1_000_000, after(1000))
    found = arrival.published(found, "y", 2_000_000, after(1010))
    assert expected_at(found) == after(1000 + 10 + 30)
    assert expected_at(arrival.receipted(found, "x", after(1025))) == after(1025 + 10 + 20)


def test_a_bundle_that_is_held_up_leaves_those_behind_it_their_whole_way() -> None:
    found = Arrivals()
    for number, size in enumerate((1_000_000, 2_000_000, 4_000_000)):
        found = sent(found, number, 300.0 * number, size, 10 + size / 100_000)
    for name, at_s in (("x", 1000), ("y", 1100), ("z", 1200)):
        found = arrival.published(found, name, 2_000_000, after(at_s))
    assert expected_at(found) == after(1200 + 2 * 20), "the line was gone: 1070 is over"


def test_too_little_is_no_prediction_and_nothing_waiting_is_none() -> None:
    found = Arrivals()
    for number in range(3):
        assert expected_at(arrival.published(found, "x", 1, after(0))) is None
        found = sent(found, number, 300.0 * number, 1000, 5)
    assert expected_at(found) is None
    assert expected_at(arrival.published(found, "x", 1000, after(2000))) == after(2005), "all alike: as the last ones"


def test_nights_without_a_window_and_clocks_that_were_set_tell_nothing_of_the_line() -> None:
    found = Arrivals()
    for number, took_s in enumerate((5, 40_000, -50, 5, 5)):
        found = sent(found, number, 300.0 * number, 1000, took_s)
    assert [leg.seconds for leg in found.legs] == [5, 5, 5]
    for number in range(100):
        found = arrival.published(found, f"waits {number}", 1, after(number))
    assert len(found.waiting) == 50


def test_it_is_told_while_pulls_may_come_and_not_before() -> None:
    day = running()
    for number in range(4):
        day.bundle(f"v-00000{number}-t-full")
        day.advance(5)
        day.receipt(f"v-00000{number}-t-full")
        day.advance(60)
    day.bundle("v-000009-t-full")
    told = day.snapshot["province"]
    assert isinstance(told, dict) and told["expected_at"]
