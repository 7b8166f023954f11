"""The orderly end: what begins it, what stops it, and that nothing which is switched off stays off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from appliance.events.bodies import (
    ClockJudged,
    PowerDischarged,
    PowerDoubted,
    ServerStopped,
    VenueConfigured,
)
from appliance.events.plan import Plan, UpsPlan
from appliance.exam.acts import Refused
from appliance.exam.power.ending import confirmed
from tests.exam.ledger import Ledger, plan, running, sealed

SERVER, BOX = "exam-server", "box"
LB = ("OB", "LB", "DISCHRG")
LAST_BUNDLE_S = 120


def wired(
    *feeds: str, cuts: bool = False, stoppable: tuple[str, ...] = (), servers: tuple[str, ...] = (SERVER,)
) -> Plan:
    ups = UpsPlan(name="ups1", feeds=feeds, driver="simulated", cuts=cuts)
    return plan(ups=(ups,), servers=servers, stoppable=stoppable)


def die(day: Ledger, ups: str = "ups1", **figures: Any) -> None:
    """On battery, down to a charge of 10 % with "battery low" for six seconds."""
    day.discharge(60, charge=(100.0, 12.0), ups=ups, **figures)
    day.discharge(6, *LB, charge=(12.0, 10.0), ups=ups, **figures)


def working(laid_down: Plan, clock: str) -> Ledger:
    """The day of the morning sitting at `clock`, its bundles made."""
    day = sealed(laid_down)
    day.until(clock, bundles=True)
    return day


def dying(laid_down: Plan | None = None) -> Ledger:
    day = running(laid_down or wired(SERVER, BOX))
    die(day)
    assert day.row["ending"] is not None
    return day


def bundled(day: Ledger) -> None:
    assert day.posture.backup and day.posture.backup.reason == "ending"
    day.bundle(f"last-{day.venue.seq}")


def back(day: Ledger, seconds: float = 4, ups: str = "ups1") -> None:
    """The mains are back for so long."""
    day.power("OL", "CHRG", ups=ups, charge_percent=12.0)
    day.advance(seconds, every_s=1 if seconds < 60 else 10)


def stopped(day: Ledger, outcome: str = "stopped", name: str = SERVER) -> None:
    day.record(ServerStopped(name=name, outcome=outcome))
    day.settle()


def level(day: Ledger) -> str:
    return day.posture.levels["power"]


def servers(day: Ledger) -> str:
    return day.posture.levels["servers"]


def state(day: Ledger) -> str:
    ending = day.row["ending"]
    return "" if ending is None else str(ending["state"])


def proved(day: Ledger, held_s: float, **other: Any) -> None:
    usual: dict[str, Any] = {"ended": "low", "charge_from": 100.0, "charge_to": 15.0, "load_percent": 30.0}
    day.record(
        PowerDischarged(
            ups="ups1",
            began=day.wall - timedelta(seconds=held_s),
            lasted_s=held_s,
            held_s=held_s,
            **(usual | other),
        )
    )


# Signs


@pytest.mark.parametrize(
    ("found", "in_a_sitting", "else_"),
    [
        ((), False, False),
        (("lb",), False, False),
        (("charge",), False, False),
        (("charge", "runtime", "voltage"), False, False),
        (("proven",), False, True),
        (("lb-alone", "lb"), False, True),
        (("lb", "charge"), True, True),
        (("lb", "runtime"), True, True),
        (("lb", "voltage"), True, True),
        (("lb", "proven"), True, True),
        (("charge", "proven"), True, True),
    ],
)
def test_two_signs_end_it_and_one_alone_never_does_in_a_sitting(
    found: tuple[str, ...], in_a_sitting: bool, else_: bool
) -> None:
    assert confirmed(found, sitting=True) is in_a_sitting
    assert confirmed(found, sitting=False) is else_


SINGLE: dict[str, dict[str, Any]] = {
    "battery low, at half a charge": {"status": LB, "charge_percent": 50.0, "runtime_s": 1800.0},
    "battery low at a full charge": {"status": LB, "charge_percent": 100.0, "runtime_s": 3600.0},
    "battery low, with no figure at all": {"status": LB, "charge_percent": None, "load_percent": None},
    "forced shutdown": {"status": ("OB", "FSD"), "charge_percent": 50.0},
    "little charge": {"status": ("OB",), "charge_percent": 5.0},
    "little runtime": {"status": ("OB",), "charge_percent": 60.0, "runtime_s": 60.0},
    "little voltage": {"status": ("OB",), "charge_percent": 60.0, "battery_v": 10.0},
    "little of all three": {"status": ("OB",), "charge_percent": 5.0, "runtime_s": 60.0, "battery_v": 10.0},
    "a runtime of 0": {"status": LB, "charge_percent": 60.0, "runtime_s": 0.0},
    "absurd figures": {"status": LB, "charge_percent": None, "absurd": ("battery.charge", "battery.runtime")},
}


@pytest.mark.parametrize("clock", ["08:00", "09:10", "11:31"])
@pytest.mark.parametrize("single", SINGLE)
def test_one_sign_alone_never_ends_anything_while_a_sitting_is_on(single: str, clock: str) -> None:
    day = working(wired(SERVER, BOX, cuts=True), clock)
    figures = dict(SINGLE[single])
    status = figures.pop("status")
    day.discharge(12, charge=(100.0, 99.0), battery_v=13.2)
    for number in range(120):
        day.advance(1)
        day.power(*status, **({"load_percent": 30.0 + number / 100} | figures))
    assert not day.recorded("ending.begun") and level(day) == "run"


@pytest.mark.parametrize("lie", [{"runtime_s": 0.0}, {"charge_percent": 100.0, "battery_v": None}])
def test_a_lie_ends_nothing_in_the_moment_in_which_it_is_first_told(lie: dict[str, Any]) -> None:
    day = running(wired(SERVER, BOX))
    day.discharge(30, *LB, charge=(80.0, 60.0), runtime_s=3600.0)
    day.keep(60, *LB, **({"charge_percent": 60.0, "runtime_s": 3500.0} | lie))
    assert not day.recorded("ending.begun")


@pytest.mark.parametrize("sign", ["charge", "runtime", "voltage"])
def test_battery_low_and_one_figure_that_says_so_too_begin_the_end(sign: str) -> None:
    day = running(wired(SERVER, BOX))
    day.discharge(60, charge=(100.0, 80.0), battery_v=13.2, runtime_s=3600.0)
    low: dict[str, Any] = {"charge": (80.0, 79.0), "battery_v": 11.6, "runtime_s": 3000.0}
    low |= {
        "charge": {"charge": (20.0, 19.0)},
        "runtime": {"runtime_s": 300.0},
        "voltage": {"battery_v": 11.48},
    }[sign]
    day.discharge(4, *LB, **low)
    assert not day.recorded("ending.begun"), "four seconds of battery low are a flicker"
    day.advance(1)
    day.power(*LB, **({"charge_percent": low.pop("charge")[1]} | low))
    (begun,) = day.recorded("ending.begun")
    assert set(begun.body.signs) == {"lb", sign}  # type: ignore[attr-defined]
    assert day.one("ending").detail == "begun" and day.verdict.level == "critical"


def test_the_voltage_is_held_against_that_of_the_battery_not_of_its_charger() -> None:
    day = running(wired(SERVER, BOX))
    day.discharge(5, charge=(89.0, 89.0), battery_v=13.8)
    day.discharge(5, charge=(88.0, 87.0), battery_v=12.6)
    day.discharge(60, *LB, charge=(86.0, 50.0), battery_v=11.9)
    assert not day.recorded("ending.begun")


def test_battery_low_at_a_charge_that_stands_still_at_100_counts_with_a_second_sign() -> None:
    day = running(wired(SERVER, BOX))
    day.discharge(400, charge=(100.0, 100.0), runtime_s=3600.0)
    assert "charge-stuck" in day.ups.doubts
    day.discharge(20, *LB, charge=(100.0, 100.0), runtime_s=2000.0)
    assert not day.recorded("ending.begun")
    day.discharge(20, *LB, charge=(100.0, 100.0), runtime_s=200.0)
    assert day.recorded("ending.begun")


def test_what_a_ups_was_proven_to_hold_is_a_sign_once_it_is_used_up() -> None:
    day = running(wired(SERVER, BOX))
    proved(day, 1200)
    day.discharge(1075, charge=(100.0, 60.0), every_s=5)
    assert not day.recorded("ending.begun")
    day.discharge(100, charge=(60.0, 55.0), every_s=5)
    assert not day.recorded("ending.begun"), "in a sitting it needs a second one"
    day.discharge(5, charge=(20.0, 19.0), every_s=5)
    assert [event.body.signs for event in day.recorded("ending.begun")] == [("charge", "proven")]  # type: ignore[attr-defined]


def test_outside_a_sitting_the_proven_time_ends_it_by_itself() -> None:
    day = sealed(wired(SERVER, BOX))
    proved(day, 1200)
    day.discharge(1070, charge=(100.0, 60.0), every_s=5)
    assert not day.recorded("ending.begun")
    day.discharge(20, charge=(60.0, 59.0), every_s=5)
    assert day.recorded("ending.begun")


@pytest.mark.parametrize(
    "proof",
    [
        {"held_s": 360.0, "ended": "mains", "charge_to": 90.0},
        {"held_s": 360.0, "ended": "lost", "charge_to": 90.0},
        {"held_s": 360.0, "ended": "low", "charge_from": 40.0},
    ],
)
def test_a_lower_bound_that_is_over_is_no_sign_of_the_end(proof: dict[str, Any]) -> None:
    day = sealed(wired(SERVER, BOX, cuts=True))
    proved(day, **proof)
    day.discharge(1200, charge=(100.0, 60.0), every_s=5)
    assert not day.recorded("ending.begun") and level(day) == "run"


def test_battery_low_with_no_figure_at_all_ends_it_outside_a_sitting_after_ten_seconds() -> None:
    day = sealed(wired(SERVER, BOX))
    day.discharge(9, *LB, charge=(None, None), load_percent=None)
    assert not day.recorded("ending.begun")
    day.advance(1)
    day.power(*LB, charge_percent=None)
    assert [event.body.signs for event in day.recorded("ending.begun")] == [("lb", "lb-alone")]  # type: ignore[attr-defined]


def test_nothing_ends_for_a_ups_that_feeds_neither_server_nor_box() -> None:
    day = running(wired("room:1", cuts=True))
    die(day)
    day.keep(300, *LB, charge_percent=3.0, every_s=5)
    assert not day.recorded("ending.begun")


def test_a_watched_test_that_runs_low_ends_nothing() -> None:
    day = Ledger(wired(SERVER, BOX, cuts=True)).all_read()
    day.act("power.test", ups="ups1", by="张工", floor_percent=5)
    die(day)
    assert not day.recorded("ending.begun")
    assert [event.body.outcome for event in day.recorded("power.test_ended")] == ["low"]  # type: ignore[attr-defined]


def test_battery_low_before_a_restart_and_after_it_was_not_low_all_the_time() -> None:
    day = running(wired(SERVER, BOX))
    day.discharge(60, charge=(100.0, 18.0))
    day.discharge(1, *LB, charge=(18.0, 18.0))
    day.restart(600)
    day.discharge(4, *LB, charge=(17.0, 16.0))
    assert not day.recorded("ending.begun")
    day.discharge(1, *LB, charge=(16.0, 15.9))
    assert day.recorded("ending.begun")


# The last bundle, and rest


def test_where_nothing_can_cut_the_box_rests_once_its_last_bundle_is_made() -> None:
    day = dying()
    day.advance(30)
    assert (level(day), state(day)) == ("run", "begun")
    bundled(day)
    assert (level(day), state(day)) == ("rest", "rested")
    assert day.one("ending").detail == "rested"


def test_the_last_bundle_is_waited_for_two_minutes_and_no_longer() -> None:
    day = dying()
    day.keep(LAST_BUNDLE_S - 2, *LB, charge_percent=8.0)
    assert level(day) == "run"
    day.advance(1)
    assert level(day) == "rest"


def test_a_bundle_from_before_the_end_is_not_the_last_one() -> None:
    day = running(wired(SERVER, BOX))
    day.bundle("before")
    die(day)
    day.bundle("still-running", log_seq=day.recorded("ending.begun")[0].seq - 1)
    assert level(day) == "run"
    day.bundle("after")
    assert level(day) == "rest"


def test_a_venue_without_bundles_waits_for_none() -> None:
    day = Ledger(replace(wired(SERVER, BOX), backup=False)).all_read()
    die(day)
    assert level(day) == "rest"


# The cut


def test_a_ups_that_feeds_the_box_alone_is_asked_to_cut_it_and_the_box_goes_off() -> None:
    day = running(wired(BOX, cuts=True, servers=()))
    die(day)
    bundled(day)
    assert level(day) == "off ups1" and state(day) == "cut"
    (cut,) = day.recorded("ending.cut")
    assert cut.body.box  # type: ignore[attr-defined]


def test_nothing_is_cut_while_a_server_lives_on_it() -> None:
    day = dying(wired(SERVER, BOX, cuts=True, stoppable=(SERVER,)))
    bundled(day)
    day.keep(900, *LB, charge_percent=5.0, every_s=5)
    assert level(day) == "rest" and not day.recorded("ending.cut")
    assert servers(day) == "up"


@pytest.mark.parametrize("feed", ["room:1", "switch"])
@pytest.mark.parametrize(("clock", "cut"), [("09:10", False), ("11:31", False), ("08:00", True)])
def test_nothing_is_cut_while_candidates_work_on_it(feed: str, clock: str, cut: bool) -> None:
    day = working(wired(BOX, feed, cuts=True, servers=()), clock)
    die(day)
    bundled(day)
    day.advance(LAST_BUNDLE_S)
    assert level(day) == ("off ups1" if cut else "rest")


def test_servers_are_stopped_only_where_the_chief_agreed_and_cut_only_once_they_are_down() -> None:
    day = dying(wired(SERVER, BOX, cuts=True, stoppable=(SERVER,)))
    bundled(day)
    assert servers(day) == "up"
    day.act("power.end", ups="ups1", by="王主考")
    assert (servers(day), state(day), level(day)) == (f"stop {SERVER}", "stopping", "rest")
    day.keep(100, *LB, charge_percent=5.0)
    assert not day.recorded("ending.cut")
    stopped(day)
    assert (servers(day), level(day), state(day)) == ("up", "off ups1", "cut")


@pytest.mark.parametrize("outcome", ["failed", "timeout"])
def test_a_server_that_would_not_stop_lives_on_and_blocks_the_cut(outcome: str) -> None:
    day = dying(wired(SERVER, BOX, cuts=True, stoppable=(SERVER,)))
    bundled(day)
    day.act("power.end", ups="ups1", by="王主考")
    stopped(day, outcome)
    day.keep(300, *LB, charge_percent=5.0, every_s=5)
    assert (level(day), state(day)) == ("rest", "blocked") and not day.recorded("ending.cut")
    assert day.one("ending").detail == "blocked"


def test_the_servers_of_a_ups_are_stopped_in_the_configured_order_and_all_must_be_down() -> None:
    both = ("database", SERVER)
    day = dying(wired(SERVER, "database", BOX, cuts=True, stoppable=both, servers=both))
    bundled(day)
    day.act("power.end", ups="ups1", by="王主考")
    assert servers(day) == f"stop database {SERVER}"
    stopped(day, name="database")
    assert servers(day) == f"stop {SERVER}" and not day.recorded("ending.cut")
    stopped(day)
    assert day.recorded("ending.cut")


def test_a_server_that_can_not_be_stopped_is_never_cut() -> None:
    both = ("database", SERVER)
    day = dying(wired(SERVER, "database", BOX, cuts=True, stoppable=(SERVER,), servers=both))
    bundled(day)
    day.act("power.end", ups="ups1", by="王主考")
    stopped(day)
    assert (level(day), state(day)) == ("rest", "blocked")


def test_the_chief_agrees_once_and_only_on_battery() -> None:
    day = running(wired(SERVER, BOX, cuts=True, stoppable=(SERVER,)))
    with pytest.raises(Refused, match="nothing-to-end"):
        day.act("power.end", ups="ups1", by="王主考")
    day.discharge(60, charge=(100.0, 90.0))
    day.act("power.end", ups="ups1", by="王主考")
    with pytest.raises(Refused, match="nothing-to-end"):
        day.act("power.end", ups="ups1", by="王主考")
    without = dying(wired(SERVER, BOX, cuts=True))
    with pytest.raises(Refused, match="no-stop-configured"):
        without.act("power.end", ups="ups1", by="王主考")


# The mains in the middle

Moment = Callable[[Ledger], None]


def _agreed(day: Ledger) -> None:
    bundled(day)
    day.act("power.end", ups="ups1", by="王主考")


def _done(day: Ledger) -> None:
    _agreed(day)
    stopped(day)


def _failed(day: Ledger) -> None:
    _agreed(day)
    stopped(day, "timeout")


MOMENTS: dict[str, tuple[Moment, str]] = {
    "begun": (lambda day: None, "run"),
    "rested": (bundled, "run"),
    "agreed": (_agreed, "off ups1"),
    "a server that would not stop": (_failed, "run"),
    "cut": (_done, "off ups1"),
}


def test_no_server_is_stopped_on_a_ups_that_could_not_switch_it_on_again() -> None:
    day = dying(wired(SERVER, BOX, cuts=False, stoppable=(SERVER,)))
    bundled(day)
    with pytest.raises(Refused, match="no-cut"):
        day.act("power.end", ups="ups1", by="王主考")
    assert (servers(day), level(day)) == ("up", "rest")
    back(day)
    assert (servers(day), level(day), state(day)) == ("up", "run", "")


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_mains_back_at_any_moment_end_in_all_up_or_in_power_cycled(moment: str) -> None:
    day = dying(wired(SERVER, BOX, cuts=True, stoppable=(SERVER,)))
    reach, then = MOMENTS[moment]
    reach(day)
    back(day)
    if moment == "agreed":
        assert servers(day) == f"stop {SERVER}", "from the first stop on it goes through"
        stopped(day)
    assert level(day) == then
    if day.recorded("ending.cut"):
        day.reboot(60)
        day.power("OL", "CHRG", charge_percent=12.0)
    else:
        day.advance(310, every_s=5)
    assert (level(day), servers(day), state(day)) == ("run", "up", "")


def test_a_blip_of_the_mains_is_not_their_return() -> None:
    day = dying()
    bundled(day)
    back(day, 3)
    assert state(day) == "rested"
    day.power(*LB, charge_percent=8.0)
    assert (state(day), level(day)) == ("rested", "rest")
    back(day, 4)
    assert (state(day), level(day)) == ("", "run")
    assert [event.body.reason for event in day.recorded("ending.cancelled")] == ["mains"]  # type: ignore[attr-defined]


def test_the_mains_gone_again_begin_another_end() -> None:
    day = dying()
    back(day)
    day.discharge(10, *LB, charge=(11.0, 10.0))
    assert len(day.recorded("ending.begun")) == 2 and state(day) == "begun"


def test_a_cut_that_does_not_come_is_given_up_after_five_minutes_of_mains() -> None:
    day = running(wired(BOX, cuts=True, servers=()))
    die(day)
    bundled(day)
    back(day, 295)
    assert level(day) == "off ups1"
    day.advance(10)
    assert level(day) == "run"


def test_a_blocked_end_is_called_off_and_not_cut_hours_later_when_its_rooms_are_empty() -> None:
    laid_down = wired(SERVER, "room:1", BOX, cuts=True, stoppable=(SERVER,))
    day = dying(laid_down)
    _done(day)
    assert state(day) == "blocked"
    back(day, 310)
    assert (state(day), level(day)) == ("", "run")
    day.until("13:30", bundles=True)
    assert not day.recorded("ending.cut")


# Restart and reboot in the middle


def test_a_guard_that_restarts_goes_on_with_the_end() -> None:
    day = dying(wired(SERVER, BOX, cuts=True, stoppable=(SERVER,)))
    _agreed(day)
    day.restart()
    assert (servers(day), level(day)) == (f"stop {SERVER}", "rest")
    stopped(day)
    assert not day.recorded("ending.cut"), "nothing is cut before the UPS is read again"
    day.power(*LB, charge_percent=5.0)
    assert level(day) == "off ups1"


@pytest.mark.parametrize(
    "reach", [lambda day: None, bundled, _agreed, _failed], ids=["begun", "rested", "agreed", "failed"]
)
def test_a_box_that_starts_anew_calls_off_an_end_that_stopped_nothing(reach: Moment) -> None:
    day = dying(wired(SERVER, BOX, cuts=True, stoppable=(SERVER,)))
    reach(day)
    day.reboot(60)
    assert [event.body.reason for event in day.recorded("ending.cancelled")] == ["restarted"]  # type: ignore[attr-defined]
    assert (level(day), servers(day)) == ("run", "up")


def test_a_box_that_was_power_cycled_with_its_servers_cuts_nothing_again() -> None:
    day = dying(wired(SERVER, BOX, cuts=True, stoppable=(SERVER,)))
    day.act("power.end", ups="ups1", by="王主考")
    stopped(day)  # the battery gives out before the last bundle is made
    day.reboot(3600)
    day.power("OL", "CHRG", charge_percent=3.0)
    day.advance(60)
    assert (level(day), state(day)) == ("run", "") and not day.recorded("ending.cut")


@pytest.mark.parametrize("now_on", ["battery", "mains"])
@pytest.mark.parametrize("trusted", [True, False])
def test_servers_that_are_off_are_power_cycled_though_a_box_on_another_ups_started_anew(
    now_on: str, trusted: bool
) -> None:
    day = dying(wired(SERVER, cuts=True, stoppable=(SERVER,)))
    day.act("power.end", ups="ups1", by="王主考")
    stopped(day)
    day.record(ClockJudged(trusted=trusted, reason="rtc"))
    day.reboot(60)
    day.advance(30)
    assert not day.recorded("ending.cut"), "nobody has read the UPS yet"
    day.power(*(LB if now_on == "battery" else ("OL", "CHRG")), charge_percent=8.0)
    assert level(day) == "cut ups1"
    day.power("OFF", charge_percent=8.0)
    day.advance(60)
    day.power("OL", "CHRG", charge_percent=8.0)
    day.advance(310, every_s=5)
    assert level(day) == "run"


def test_a_ups_that_the_configuration_no_longer_names_keeps_no_box_at_rest() -> None:
    day = dying()
    bundled(day)
    assert level(day) == "rest"
    other = plan(ups=(UpsPlan(name="other", feeds=(SERVER, BOX), driver="simulated"),), servers=(SERVER,))
    day.restart()
    day.record(VenueConfigured(plan=other))
    day.settle()
    assert level(day) == "run" and not day.venue.endings


# Several UPSes


def two(**changes: Any) -> Plan:
    first = UpsPlan(name="ups1", feeds=(SERVER,), driver="simulated", cuts=True)
    second = UpsPlan(name="ups2", feeds=(BOX,), driver="simulated", cuts=True)
    return plan(ups=(first, second), servers=(SERVER,), stoppable=(SERVER,), **changes)


def test_of_two_upses_that_are_cut_each_is_asked_and_the_box_s_own_comes_first_in_the_level() -> None:
    day = running(two())
    for ups in ("ups1", "ups2"):
        die(day, ups)
    assert set(day.venue.endings) == {"ups1", "ups2"}
    day.act("power.end", ups="ups1", by="王主考")
    stopped(day)
    day.bundle("last")
    assert level(day) == "off ups2 ups1"


def test_one_ups_that_gives_out_ends_nothing_of_the_other() -> None:
    day = running(two())
    die(day, "ups1")
    assert list(day.venue.endings) == ["ups1"]
    day.act("power.end", ups="ups1", by="王主考")
    stopped(day)
    day.bundle("last")
    assert level(day) == "cut ups1"
    assert not day.recorded("ending.cut")[0].body.box  # type: ignore[attr-defined]


def test_the_mains_back_on_one_of_two_call_off_its_end_alone() -> None:
    day = running(two())
    for ups in ("ups1", "ups2"):
        die(day, ups)
    back(day, ups="ups1")
    assert list(day.venue.endings) == ["ups2"]


def test_doubts_of_a_ups_are_not_those_of_another() -> None:
    day = running(two())
    day.record(PowerDoubted(ups="ups2", doubts=("frozen",)))
    assert day.venue.ups["ups1"].doubts == ()
