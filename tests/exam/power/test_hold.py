"""How long a UPS holds: reported, modelled, proven, each by itself; what is proven and what no longer is."""

from datetime import timedelta
from typing import Any

import pytest

from appliance.events.bodies import ClockJudged, PowerDischarged
from appliance.events.plan import UpsPlan
from appliance.exam.power.hold import Hold, forecast, hold, level, test_before
from tests.exam.ledger import MORNING, Ledger, at, plan, running, sealed, sitting
from tests.exam.power.batteries import Battery, proven_60, seeded

BATTERIES = 120  # scripts/benches/power_domain.py takes 4,000
MONTH = timedelta(days=30.4375)
LATER = sitting("later", "09:00", "11:30", day=28)
test_before.__test__ = False  # type: ignore[attr-defined]  # the module's, not one of pytest's


def proved(
    day: Ledger, held_s: float = 4200.0, *, load: float | None = 40.0, ended: str = "mains", **other: Any
) -> Ledger:
    """A discharge on record that ends now."""
    usual: dict[str, Any] = {"charge_from": 100.0, "charge_to": 30.0, "test": True}
    day.record(
        PowerDischarged(
            ups="ups1", began=day.wall - timedelta(seconds=held_s), lasted_s=held_s, held_s=held_s, ended=ended,
            load_percent=load, **(usual | other),
        )
    )  # fmt: skip
    return day


def quiet(**figures: Any) -> Ledger:
    """An open day with a proof of 70 minutes at 40 %, and a full battery on the mains."""
    day = proved(Ledger().all_read())
    tell(day, **figures)
    return day


def tell(day: Ledger, *status: str, **figures: Any) -> None:
    """A reading a minute later, so that it is recorded whatever it says."""
    day.advance(60, every_s=60)
    day.power(*(status or ("OL",)), **({"charge_percent": 100.0, "load_percent": 40.0} | figures))


def held(day: Ledger) -> Hold:
    return hold(day.venue, "ups1", day.now)


def after(day: Ledger, span: timedelta) -> Ledger:
    """The same, so much later, with nothing read in between."""
    day.wall += span
    day.mono_s += span.total_seconds()
    return day


# Proven, to the digit


@pytest.mark.parametrize(
    ("load", "by_load"),
    [(40.0, 1.0), (20.0, 2.0), (32.0, 1.25), (50.0, 0.8**1.4), (80.0, 0.5**1.4), (0.0, 40.0)],
)
def test_a_lighter_load_lengthens_by_its_share_and_a_heavier_one_shortens_by_more(
    load: float, by_load: float
) -> None:
    day = quiet(load_percent=load)
    aged = 1 - 0.02 * 60 / MONTH.total_seconds()
    assert held(day).proven_s == pytest.approx(4200 * by_load * aged, rel=1e-12)


@pytest.mark.parametrize("months", [0.5, 1, 6, 11.9])
def test_a_proof_loses_two_percent_a_month(months: float) -> None:
    day = after(quiet(), months * MONTH)
    since_s = months * MONTH.total_seconds() + 60
    assert held(day).proven_s == pytest.approx(4200 * (1 - 0.02 * since_s / MONTH.total_seconds()), rel=1e-12)


def test_a_proof_is_void_after_twelve_months() -> None:
    day = after(quiet(), timedelta(days=365, seconds=-61))
    assert held(day).proven_s is not None
    assert held(after(day, timedelta(seconds=2))).why_unproven == "too-old"
    assert held(day).proven_s is None


@pytest.mark.parametrize(
    ("charge", "share"), [(100.0, 1.0), (99.0, 1 - 1 / 70), (65.0, 0.5), (30.0, 0.0), (12.0, 0.0)]
)
def test_a_battery_that_is_less_full_has_proven_the_part_of_it_that_is_left(
    charge: float, share: float
) -> None:
    day = quiet(charge_percent=charge)
    assert held(day).proven_s == pytest.approx(4200 * share, rel=1e-4, abs=1e-9)


def test_a_battery_that_is_fuller_than_it_was_has_proven_no_more() -> None:
    day = proved(Ledger().all_read(), charge_from=80.0)
    tell(day)
    assert held(day).proven_s == pytest.approx(4200, rel=1e-4)


# Unproven, and why


def test_nobody_has_ever_watched_it() -> None:
    day = Ledger().all_read()
    assert (held(day).proven_s, held(day).why_unproven) == (None, "never")


@pytest.mark.parametrize(("verb", "why"), [("power.battery", "void-battery"), ("power.swap", "void-swapped")])
def test_a_new_battery_or_another_ups_has_proven_nothing(verb: str, why: str) -> None:
    day = quiet()
    day.act(verb, ups="ups1", by="张工", note="换")
    assert (held(day).proven_s, held(day).why_unproven) == (None, why)
    proved(day, 3900)
    assert held(day).why_unproven == "" and held(day).proven_s == pytest.approx(3900)


@pytest.mark.parametrize(
    ("figures", "why"),
    [({"load_percent": None}, "no-load"), ({"charge_percent": None}, "no-charge")],
)
def test_without_the_load_or_the_charge_of_now_nothing_is_proven(figures: dict[str, Any], why: str) -> None:
    assert held(quiet(**figures)).why_unproven == why


@pytest.mark.parametrize(
    ("of_the_test", "charge", "why"),
    [
        ({"load": None}, 100.0, "no-load"),
        ({"charge_from": None}, 100.0, "no-charge"),
        ({"charge_to": None}, 100.0, ""),
        ({"charge_to": None}, 90.0, "no-charge"),
    ],
)
def test_without_the_load_or_the_charge_of_then_nothing_is_proven(
    of_the_test: dict[str, Any], charge: float, why: str
) -> None:
    day = proved(Ledger().all_read(), **of_the_test)
    tell(day, charge_percent=charge)
    assert held(day).why_unproven == why


def test_a_charge_that_can_not_be_proves_nothing() -> None:
    day = quiet(charge_percent=None, absurd=("battery.charge",))
    assert held(day).why_unproven == "no-charge" and held(day).modelled_s is None


def test_without_a_clock_that_somebody_vouches_for_nobody_knows_how_old_a_proof_is() -> None:
    day = quiet()
    day.distrust()
    assert held(day).why_unproven == "clock"
    day.record(ClockJudged(trusted=True, reason="ntp"))
    assert held(day).why_unproven == ""
    before = quiet()
    before.wall -= timedelta(days=2)
    assert held(before).why_unproven == "clock"


def test_an_outage_that_began_before_a_boot_without_a_clock_has_used_up_nobody_knows_how_much() -> None:
    day = quiet()
    day.distrust()
    day.discharge(600, charge=(100.0, 80.0), every_s=5)
    day.reboot(1800, wall=at("00:10", day=1))
    day.record(ClockJudged(trusted=True, reason="ntp"))
    day.step_wall((at("21:10", day=4) - day.wall).total_seconds())
    day.power("OB", charge_percent=50.0, load_percent=40.0)
    assert (held(day).proven_s, held(day).why_unproven) == (None, "clock")


# What replaces a proof


@pytest.mark.parametrize("ended", ["low", "off", "box-down"])
def test_an_outage_that_ended_sooner_replaces_the_proof(ended: str) -> None:
    day = proved(quiet(), 1200, ended=ended)
    assert held(day).proven_s == pytest.approx(1200)
    assert held(day).first == ("proven", pytest.approx(1200))
    assert day.row["hold"]["level"] == "short"


def test_even_a_second_of_it_where_the_battery_gave_out_at_once() -> None:
    day = proved(quiet(), 1, ended="low", charge_to=98.0)
    assert held(day).proven_s == pytest.approx(1)


@pytest.mark.parametrize("ended", ["mains", "lost"])
def test_an_outage_that_the_mains_ended_proves_at_least_its_length_and_takes_nothing_away(ended: str) -> None:
    day = proved(quiet(), 1200, ended=ended)
    assert held(day).proven_s == pytest.approx(4200, rel=1e-3)
    fresh = proved(Ledger().all_read(), 1200, ended=ended, charge_to=89.0)
    tell(fresh)
    assert held(fresh).proven_s == pytest.approx(1200, rel=1e-3)
    assert held(fresh).at_least and fresh.row["hold"]["level"] == "unproven"
    assert held(fresh).first[0] == "modelled"


def test_of_two_that_the_mains_ended_the_one_that_proves_more_at_its_load_stands() -> None:
    day = proved(proved(Ledger().all_read(), 4200, load=20.0), 3000, load=60.0)
    tell(day, load_percent=60.0)
    assert held(day).proven_s == pytest.approx(3000, rel=1e-3), "4200 s at a third of the load are 900 s here"
    proved(day, 4000, load=20.0)
    assert held(day).proven_s == pytest.approx(3000, rel=1e-3), "3000 s at thrice the load are 9000 s there"


def test_an_old_proof_gives_way_to_a_fresh_one_of_the_same_length() -> None:
    day = after(quiet(), 10 * MONTH)
    proved(day, 3900)
    assert held(day).proven_s == pytest.approx(3900)


def test_a_second_outage_that_gives_out_from_half_a_charge_voids_no_proof_that_it_agrees_with() -> None:
    day = proved(quiet(), 2100, ended="low", charge_from=50.0, charge_to=15.0)
    assert held(day).proven_s == pytest.approx(4200, rel=1e-3)
    proved(day, 100, ended="low", charge_from=80.0, charge_to=15.0)
    assert held(day).proven_s == pytest.approx(100), "from 80 % the proof had it last for 50 minutes"


def test_what_gave_out_from_half_a_charge_does_not_call_a_full_battery_short() -> None:
    day = proved(Ledger().all_read(), 3000, ended="low", charge_from=50.0, charge_to=15.0)
    tell(day)
    assert held(day).at_least and day.row["hold"]["level"] != "short"
    tell(day, charge_percent=50.0)
    assert not held(day).at_least and day.row["hold"]["level"] == "short"


# Three numbers


def sheet() -> Ledger:
    """A UPS with a data sheet: 100 minutes at 50 %."""
    ups = UpsPlan(
        name="ups1", feeds=("exam-server",), driver="simulated", rated_minutes=100.0, rated_load_percent=50.0
    )
    return Ledger(plan(ups=(ups,))).all_read()


def test_the_three_numbers_are_never_mixed() -> None:
    day = proved(sheet(), 4200, charge_to=None)
    tell(day, runtime_s=1800.0)
    found = held(day)
    assert found.reported_s == 1800
    assert found.modelled_s == pytest.approx(0.9 * 6000 * (50 / 40) ** 1.2)
    assert found.proven_s == pytest.approx(4200, rel=1e-3)
    assert found.first == ("reported", 1800.0)
    for missing, gone in (({"runtime_s": None}, "reported_s"), ({"charge_percent": None}, "modelled_s")):
        day.advance(60)
        day.power("OL", **({"load_percent": 40.0, "runtime_s": 1800.0, "charge_percent": 100.0} | missing))
        assert getattr(held(day), gone) is None


def test_what_is_modelled_comes_from_its_own_curve_before_its_data_sheet() -> None:
    day = proved(sheet(), 4200, charge_from=100.0, charge_to=30.0)
    tell(day, charge_percent=80.0)
    assert held(day).modelled_s == pytest.approx(0.9 * 4200 / 0.7 * 0.8)


def test_on_battery_what_is_modelled_follows_the_charge_as_it_falls() -> None:
    day = quiet()
    day.discharge(600, charge=(100.0, 90.0), every_s=5, load_percent=40.0)
    assert held(day).modelled_s == pytest.approx(0.9 * 90 * 60)
    assert held(day).proven_s == pytest.approx(3600, rel=1e-3)


def test_on_battery_the_heavier_of_the_load_now_and_the_load_so_far_is_taken() -> None:
    day = quiet()
    day.discharge(600, charge=(100.0, 90.0), every_s=5, load_percent=40.0)
    day.discharge(5, charge=(90.0, 90.0), every_s=5, load_percent=10.0)
    assert held(day).proven_s == pytest.approx(4200 - 605, rel=1e-2)
    day.discharge(5, charge=(90.0, 90.0), every_s=5, load_percent=80.0)
    assert held(day).proven_s == pytest.approx(4200 * 0.5**1.4 - 610, rel=1e-2)


@pytest.mark.parametrize("lost", [False, True])
def test_what_is_proven_goes_on_counting_down_though_the_ups_falls_silent(lost: bool) -> None:
    day = quiet()
    day.discharge(600, charge=(100.0, 90.0), every_s=5, load_percent=40.0)
    if lost:
        day.power_lost_sight()
    day.advance(150, every_s=5)
    assert held(day).proven_s == pytest.approx(3450, rel=1e-2)
    assert (held(day).reported_s, held(day).modelled_s is None) == (None, lost)


@pytest.mark.parametrize(
    ("of", "needed_s", "word"),
    [
        (Hold(), 3600, "unknown"),
        (Hold(reported_s=7200.0), 3600, "unproven"),
        (Hold(reported_s=600.0), 3600, "short"),
        (Hold(proven_s=3600.0), 3600, "ok"),
        (Hold(proven_s=3599.0), 3600, "short"),
        (Hold(proven_s=3600.0, modelled_s=3500.0), 3600, "short"),
        (Hold(proven_s=1200.0, at_least=True), 3600, "unproven"),
        (Hold(proven_s=1200.0, at_least=True, modelled_s=7200.0), 3600, "unproven"),
        (Hold(proven_s=1200.0, at_least=True, modelled_s=1300.0), 3600, "short"),
    ],
)
def test_only_what_is_proven_is_ok(of: Hold, needed_s: float, word: str) -> None:
    assert level(of, needed_s) == word


def test_the_sentence_names_what_ends_first_and_the_minutes_that_are_missing() -> None:
    day = running()
    proved(day, 4200)
    tell(day)
    day.discharge(10, charge=(100.0, 99.8), load_percent=40.0, runtime_s=9000.0)
    args = day.verdict.reason.args
    until = day.wall + timedelta(seconds=held(day).proven_s or 0)
    assert args["source"] == "proven" and args["until"] == until.replace(second=0, microsecond=0).isoformat()
    assert args["end"] == at("11:30").isoformat() and args["missing_minutes"] == 70


# At the next start


def charging(
    *,
    charge: float,
    rate: float | None = None,
    seen_s: float = 3600.0,
    clock: str = "20:00",
    ended: str = "low",
) -> Ledger:
    """Sealed, a proof of 70 minutes (100 to 30 %), the mains back at `charge` and charging by `rate` an hour."""
    day = sealed()
    if clock != "20:00":
        day.until(clock)
    proved(day, 4200, ended=ended)
    day.discharge(60, charge=(charge + 1, charge), load_percent=40.0)
    day.power("OL", "CHRG", charge_percent=charge, load_percent=40.0)
    if rate is not None:
        for _ in range(int(seen_s // 60)):
            charge += rate / 60
            tell(day, "OL", "CHRG", charge_percent=charge)
    return day


def test_what_the_battery_will_hold_at_the_next_start_is_told_beforehand() -> None:
    day = charging(charge=50.0, rate=2.0)
    coming = forecast(day.venue, "ups1", day.now)
    assert coming is not None and (coming.sitting, coming.at, coming.by) == ("am", at("09:00"), "proven")
    hours = (coming.at - day.wall).total_seconds() / 3600
    assert coming.charge_percent == pytest.approx(52 + 2 * hours, abs=0.1)
    share = 1 - (100 - coming.charge_percent) / 70  # 70 points in 70 minutes
    assert coming.hold_s == pytest.approx(4200 * share, rel=1e-2)
    assert day.row["forecast"]["hold_s"] == 60 * (coming.hold_s // 60)


def test_where_the_mains_ended_the_proof_what_is_modelled_is_told_for_the_next_start() -> None:
    day = charging(charge=50.0, rate=2.0, ended="mains")
    coming = forecast(day.venue, "ups1", day.now)
    assert coming is not None and coming.by == "modelled"
    assert coming.hold_s == pytest.approx(0.9 * 6000 * coming.charge_percent / 100, rel=1e-2)


def test_until_it_is_seen_eight_percent_an_hour_are_taken() -> None:
    day = charging(charge=10.0, clock="05:00")
    coming = forecast(day.venue, "ups1", day.now)
    hours = (at("09:00") - day.wall).total_seconds() / 3600
    assert coming is not None and coming.charge_percent == pytest.approx(10 + 8 * hours)


def test_a_charger_that_brings_nothing_for_an_hour_is_not_taken_for_a_usual_one() -> None:
    day = charging(charge=50.0, rate=0.0, seen_s=3 * 3600)
    coming = forecast(day.venue, "ups1", day.now)
    assert coming is not None and coming.charge_percent < 55


def test_a_battery_that_is_full_again_needs_no_forecast() -> None:
    day = charging(charge=50.0)
    tell(day, "OL", charge_percent=96.0)
    assert forecast(day.venue, "ups1", day.now) is None


def test_too_little_at_the_next_start_is_an_item_that_ends_when_there_is_enough() -> None:
    day = charging(charge=50.0, rate=2.0)
    day.settle()
    item = day.one("ups_short")
    assert (item.place, item.detail) == ("ups1", "am")
    tell(day, "OL", charge_percent=99.0)
    assert day.one("ups_short").ceased is not None
    day.advance(200)
    assert "ups_short" not in day.kinds


def test_nothing_is_called_short_before_its_charging_was_seen_for_a_quarter_of_an_hour() -> None:
    day = charging(charge=10.0, rate=1.0, seen_s=840, clock="05:00")
    day.advance(59)
    assert "ups_short" not in day.kinds
    day.advance(1)
    assert "ups_short" not in day.kinds, "no reading has said so yet"
    tell(day, "OL", "CHRG", charge_percent=12.5)
    assert "ups_short" in day.kinds


def test_too_little_for_a_sitting_that_is_more_than_a_day_away_is_no_item_yet() -> None:
    day = Ledger(plan((sitting("am", "09:00", "11:30", day=7),))).all_read()
    proved(day, 600, ended="low")
    tell(day)
    assert "ups_short" not in day.kinds and day.row["hold"]["level"] == "short"
    day.until("09:01", day=6)
    assert "ups_short" in day.kinds


# When a test must begin


@pytest.mark.parametrize(
    ("proof", "wanted"),
    [
        (None, True),
        ({"held_s": 3600.0}, False),
        ({"held_s": 3500.0}, True),
        ({"held_s": 1200.0, "ended": "low"}, False),
    ],
)
def test_a_test_is_planned_where_no_proof_says_enough(proof: dict[str, Any] | None, wanted: bool) -> None:
    day = Ledger(plan((LATER,))).all_read()
    if proof:
        proved(day, **proof)
    due = at("09:00", day=28) - timedelta(hours=12 + 24 + 2)
    assert test_before(day.venue, "ups1", day.now) == (due if wanted else None)


def test_a_test_is_planned_where_the_proof_is_void_at_the_next_start() -> None:
    day = proved(Ledger(plan((LATER,)), wall=at("09:00", day=27).replace(year=2025)).all_read(), 4200)
    day.wall, day.mono_s = at("09:00", day=2), day.mono_s + 340 * 86_400
    tell(day)
    assert held(day).why_unproven == ""
    assert test_before(day.venue, "ups1", day.now) is not None


def test_no_test_is_planned_where_it_is_too_late_or_the_venue_is_sealed() -> None:
    late = Ledger(plan((MORNING,)), wall=at("20:00", day=3)).all_read()
    assert test_before(late.venue, "ups1", late.now) is None
    assert test_before(sealed(plan((LATER,))).venue, "ups1", late.now) is None


# Batteries that are made up


def test_no_made_up_battery_is_proven_to_hold_sixty_minutes_that_it_does_not_hold() -> None:
    found = [(battery, proven_60(battery)) for battery in seeded(BATTERIES)]
    assert not [battery for battery, proven in found if proven and battery.true_hold_s < 3600]
    assert sum(proven for _, proven in found) > BATTERIES / 5


def test_a_battery_holds_by_the_law_it_is_made_up_by() -> None:
    battery = Battery(
        capacity=0.5,
        peukert=1.2,
        ageing=0.01,
        load_test=20.0,
        load_later=40.0,
        months=6.0,
        by_mains=False,
        seed=1,
    )
    assert battery.hold_s(100.0, 0) == pytest.approx(1800)
    assert battery.hold_s(50.0, 0) == pytest.approx(1800 * 2**1.2)
    assert battery.true_hold_s == pytest.approx(1800 * 2.5**1.2 * 0.94)
