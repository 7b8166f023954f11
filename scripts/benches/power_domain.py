"""The supply as it is judged: made-up batteries and what of them is proven, made-up histories and what they end.

An area of its own: it needs no upsd, and in full it takes twenty minutes.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from scripts.benches.frame import Bench, Figure, Limit
from tests.exam.power.batteries import LONGEST_TEST_S, TEST_S, Battery, proven_60, seeded
from tests.exam.power.histories import Story, histories, played, true_ends

ASKED_S = 3600.0
NAIVE = "the UPS's own runtime, its battery taken for new"
FOLK = "the rule of thumb: a test of twice the time"
UPSMON = "a monitor that ends on any OB LB, as upsmon does"
UPSMON_S = 10.0  # upsmon(8): POLLFREQALERT 5 s and FINALDELAY 5 s, as they are set unless told otherwise


def measure(bench: Bench) -> Iterator[Figure]:
    """What is proven of 4,000 batteries, and what 10,000 histories end."""
    bench.say("power: batteries that are made up")
    yield from _batteries(bench)
    bench.say("power: histories that are made up")
    yield from _histories(bench)


def _batteries(bench: Bench) -> Iterator[Figure]:
    """How many are falsely proven to hold an hour, and how many that hold one stay unproven."""
    batteries = list(seeded(bench.times(4000, 60)))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        proven = list(pool.map(proven_60, batteries, chunksize=20))
        to_floor = partial(proven_60, test_s=LONGEST_TEST_S)
        deep = list(pool.map(to_floor, batteries, chunksize=20))
    naive = [battery.told_s >= ASKED_S for battery in batteries]
    folk = [_twice(battery) for battery in batteries]
    yield Figure(
        name=f'batteries of {len(batteries):,} falsely "60 minutes proven"',
        unit="batteries",
        values=[_false(batteries, proven)],
        reference=NAIVE,
        reference_values=[_false(batteries, naive)],
        limit=Limit(most=0),
    )
    yield Figure(
        name="of those that hold 60 minutes, tested in the last 12 months: not proven (half LB, half by the mains)",
        unit="%",
        values=[_cautious(batteries, proven)],
        reference=FOLK,
        reference_values=[_cautious(batteries, folk)],
        limit=Limit(most=25),
    )
    for by_mains, name in (
        (False, "tests that ended with LB"),
        (True, f"tests of {TEST_S / 60:.0f} minutes, ended by the mains"),
    ):
        some = [n for n, battery in enumerate(batteries) if battery.by_mains is by_mains]
        yield Figure(
            name=f"the same, {name}",
            unit="%",
            values=[_cautious([batteries[n] for n in some], [proven[n] for n in some])],
            reference=FOLK,
            reference_values=[_cautious([batteries[n] for n in some], [folk[n] for n in some])],
        )
    yield Figure(
        name="the same, were each test that the mains end run down to its floor",
        unit="%",
        values=[_cautious(batteries, deep)],
        reference=f"as it is, {TEST_S / 60:.0f} minutes",
        reference_values=[_cautious(batteries, proven)],
    )


def _twice(battery: Battery) -> bool:
    tested_s = battery.hold_s(battery.load_test, 0)
    return (min(tested_s, TEST_S) if battery.by_mains else tested_s) >= 2 * ASKED_S


def _false(batteries: list[Battery], said: list[bool]) -> float:
    return float(
        sum(claim and battery.true_hold_s < ASKED_S for battery, claim in zip(batteries, said, strict=True))
    )


def _cautious(batteries: list[Battery], said: list[bool]) -> float:
    pairs = zip(batteries, said, strict=True)
    claims = [claim for battery, claim in pairs if battery.true_hold_s >= ASKED_S and battery.fresh]
    return 100.0 * claims.count(False) / max(1, len(claims))


class _Tally:
    """What came of histories that were played; one that fails the oracle is counted, not raised."""

    def __init__(self) -> None:
        self.failed = 0
        self.upsmon = 0
        self.late_s: list[float] = []

    def play(self, of: SearchStrategy[Story], count: int, number: int) -> None:
        """Plays `count` histories, the same ones each time."""

        @seed(number)
        @settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(story=of)
        def each(story: Story) -> None:
            try:
                told = played(story)
            except AssertionError:
                self.failed += 1
                return
            self.upsmon += told.upsmon
            self.late_s += told.late_s

        each()


def _histories(bench: Bench) -> Iterator[Figure]:
    """False ends, and how late the true ones are acted on."""
    count, true_count = bench.times(10_000, 100), bench.times(1000, 30)
    made_up, true = _Tally(), _Tally()
    made_up.play(histories, count, 20_261_122)
    true.play(true_ends, true_count, 20_261_123)
    yield Figure(
        name=f"false ends in {count:,} histories",
        unit="histories",
        values=[float(made_up.failed)],
        reference=UPSMON,
        reference_values=[float(made_up.upsmon)],
        limit=Limit(most=0),
    )
    yield Figure(
        name=f"true ends of {true_count:,} not acted on within 30 s",
        unit="ends",
        values=[float(true.failed)],
        reference=f"ended falsely by {UPSMON}",
        reference_values=[float(true.upsmon)],
        limit=Limit(most=0),
    )
    yield Figure(
        name="from OB LB to the end's beginning, the latest",
        unit="s",
        values=[max(true.late_s, default=0.0)],
        reference="upsmon by its manual: POLLFREQALERT and FINALDELAY",
        reference_values=[UPSMON_S],
        limit=Limit(most=30),
    )
