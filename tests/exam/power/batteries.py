"""Made-up batteries: what one truly holds, and what the guard proves of it from the readings of one test.

Each UPS is built for 60 minutes at full load as new. Its battery holds `capacity` of that, by Peukert's law
with its own exponent, and loses its own share a month. It is empty where its UPS says "battery low": what it
gives beyond that is nobody's to promise.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from appliance.events import Event, Moment
from appliance.events.bodies import GuardStarted, PowerRead, VenueConfigured
from appliance.events.plan import Rules
from appliance.exam.power.acts import MORE_THAN_ASKED_MINUTES
from appliance.exam.power.due import due_power
from appliance.exam.power.hold import hold
from appliance.exam.record import worth_recording
from appliance.exam.venue import Venue, fold
from tests.exam.ledger import at, plan

NEW_S, AT_LOAD = 3600.0, 100.0
# The watched test as it is set.
TEST_S = 60.0 * (Rules().ups_hold_minutes + MORE_THAN_ASKED_MINUTES)
FLOOR = float(Rules().test_floor_percent)
LOW = 10.0  # the charge that the UPS tells where it says that its battery is low
EVERY_S = 5.0  # the longest stretch between two readings that counts as seen
LOW_FOR_S = 10.0
MONTH = timedelta(days=30.4375)
LONGEST_TEST_S = 8 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """`capacity` 0–1 of a new one at the test, `ageing` the share lost a month, `by_mains`: how its test ended."""

    capacity: float
    peukert: float
    ageing: float
    load_test: float
    load_later: float
    months: float
    by_mains: bool
    seed: int

    def hold_s(self, load: float, months: float) -> float:
        """Seconds from full to low at a steady load, so many months after the test."""
        left = self.capacity * (1 - self.ageing * months)
        return float(NEW_S * left * (AT_LOAD / load) ** self.peukert)

    @property
    def told_s(self) -> float:
        """The runtime that its UPS tells now: like most it takes its battery for new, and half the load for twice."""
        return NEW_S * AT_LOAD / self.load_later

    @property
    def fresh(self) -> bool:
        """Whether its test is no more than twelve months ago."""
        return self.months * MONTH <= timedelta(days=365)

    @property
    def true_hold_s(self) -> float:
        """What it truly holds, now and at the load of now."""
        return self.hold_s(self.load_later, self.months)


def seeded(count: int, seed: int = 20_261_122) -> Iterator[Battery]:
    """So many batteries, the same ones each time."""
    dice = random.Random(seed)
    for number in range(count):
        load = dice.uniform(20.0, 90.0)
        yield Battery(
            capacity=dice.uniform(0.5, 1.0),
            peukert=dice.uniform(1.10, 1.35),
            ageing=dice.uniform(0.0, 0.02),
            load_test=load,
            load_later=load * dice.uniform(0.6, 1.5),
            months=dice.uniform(0.0, 14.0),
            by_mains=dice.random() < 0.5,
            seed=number,
        )


def proven_60(battery: Battery, *, test_s: float = TEST_S) -> bool:
    """Whether the guard says "60 minutes proven" at the end, from nothing but readings of a test of `test_s`."""
    fed = Fed(battery)
    fed.test(test_s)
    fed.rest(timedelta(seconds=battery.months * MONTH.total_seconds()))
    held = hold(fed.venue, "ups1", fed.now)
    return held.proven_s is not None and not held.at_least and held.proven_s >= 3600


class Fed:
    """A venue that is told what a battery does, reading by reading, as a guard records it."""

    def __init__(self, battery: Battery) -> None:
        self._battery = battery
        self._dice = random.Random(battery.seed)
        self.now = Moment(wall=at("20:00", day=1), mono_s=1000.0, boot_id="boot-1")
        self.venue = Venue()
        self._record(GuardStarted(version="test"))
        self._record(VenueConfigured(plan=plan(seats=())))

    def test(self, test_s: float = TEST_S) -> None:
        """From full until its battery is low, or until the plug is put back: after `test_s`, or at the floor."""
        battery, lasted_s, low_s = self._battery, 0.0, 0.0
        hold_s = battery.hold_s(battery.load_test, 0)
        self._read("OL", charge=100.0, load=battery.load_test)
        self._pass(EVERY_S)
        while low_s < LOW_FOR_S and lasted_s < LONGEST_TEST_S:
            charge = 100.0 - (100.0 - LOW) * lasted_s / hold_s
            low = lasted_s >= hold_s
            told = self._read(
                *(("OB", "LB") if low else ("OB", "DISCHRG")), charge=charge, load=battery.load_test
            )
            if battery.by_mains and (lasted_s >= test_s or told <= FLOOR):
                break
            self._pass(EVERY_S)
            lasted_s += EVERY_S
            low_s += EVERY_S if low else 0.0
        self._read(
            "OL", "CHRG", charge=100.0 - (100.0 - LOW) * min(1.0, lasted_s / hold_s), load=battery.load_test
        )

    def rest(self, span: timedelta) -> None:
        """So much later: full again, at the load of now."""
        self._pass(span.total_seconds())
        self._read("OL", charge=100.0, load=self._battery.load_later, exact=True)

    def _read(self, *status: str, charge: float, load: float, exact: bool = False) -> float:
        told = max(0.0, min(100.0, charge + self._dice.uniform(-1, 1)))
        noisy = load if exact else load * self._dice.uniform(0.98, 1.02)
        reading = PowerRead(
            ups="ups1", status=status, charge_percent=round(told, 1), load_percent=round(noisy, 1)
        )
        for body in worth_recording(self.venue, reading, self.now):
            self._record(body)
        if self.venue.ups["ups1"].ended is not None:
            for body in due_power(self.venue, self.now):
                self._record(body)
        return told

    def _pass(self, seconds: float) -> None:
        wall = self.now.wall + timedelta(seconds=seconds)
        self.now = Moment(wall=wall, mono_s=self.now.mono_s + seconds, boot_id="boot-1")

    def _record(self, body: object) -> None:
        event = Event(
            seq=self.venue.seq + 1, at=self.now.wall, mono_s=self.now.mono_s, boot_id="boot-1", body=body
        )  # type: ignore[arg-type]  # any body
        self.venue = fold(self.venue, event)
