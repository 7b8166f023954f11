"""Each point of the readiness check: green only for what was measured or seen, and why not where it is not."""

from datetime import timedelta
from typing import Any

import pytest

from appliance.events.bodies import (
    AttachedSeen,
    AttachedUnknown,
    BackupDrilled,
    BackupFailed,
    DiskRead,
    HostRead,
    NetworkDrifted,
    NetworkHeld,
    NetworkProven,
    PanelConfirmed,
    PanelTested,
    PostureFailed,
    PowerDrillEnded,
    PowerDrillStarted,
    RadiosRead,
)
from appliance.events.plan import RecipientPlan, SeatPlan, UpsDeclared, UpsPlan
from appliance.exam.host import HEARTBEAT_S
from appliance.exam.readiness import check
from appliance.exam.readiness.point import MUST, POINTS, Point, worst
from tests.exam.ledger import Ledger, plan, stick

LINE = {"network": "route"}


def found(day: Ledger, key: str) -> Point:
    """The one point of a key."""
    (one,) = (each for each in check.points(day.venue, day.now) if each.key == key)
    return one


def stands(day: Ledger, key: str) -> tuple[str, str]:
    each = found(day, key)
    return each.level, each.code


def with_ups(**changes: Any) -> Ledger:
    return Ledger(plan(ups=(UpsPlan(name="ups1", feeds=("exam-server",), **changes),))).all_read()


def with_line() -> Ledger:
    day = Ledger(plan(**LINE)).all_read()
    day.record(NetworkHeld(digest="d1"))
    return day


def prove(day: Ledger, *leaked: str, full: bool = True) -> None:
    day.record(NetworkProven(sent=60, seen_inside=60, kinds=20, leaked=leaked, full=full))


def test_there_are_eight_must_points_and_each_has_the_level_of_its_reason() -> None:
    day = Ledger().all_read()
    points = check.points(day.venue, day.now)
    assert [each.key for each in points] == list(POINTS)
    assert [each.key for each in points if each.must] == list(MUST) and len(MUST) == 8
    assert all(POINTS[each.key][each.code] == each.level for each in points)


def test_a_box_that_has_read_nothing_is_green_nowhere() -> None:
    day = Ledger(plan(**LINE), wall=None)
    points = check.points(day.venue, day.now)
    green = [each.key for each in points if each.level == "ok"]
    assert green == []
    assert {each.level for each in points if each.must} == {"unknown"}


def test_the_worst_level_goes_red_then_unknown_then_amber() -> None:
    assert worst(("ok", "attention", "unknown", "critical")) == "critical"
    assert worst(("ok", "attention", "unknown")) == "unknown"
    assert worst(("ok", "attention")) == "attention" and worst(("ok",)) == "ok"


# mains and UPS


@pytest.mark.parametrize(
    ("status", "charge", "code"),
    [
        (("OL",), 100.0, "charged"),
        (("OL",), 90.0, "charged"),
        (("OL", "CHRG"), 89.0, "charging"),
        (("OL", "CHRG"), 49.0, "charge-low"),
        (("OL",), None, "no-charge"),
        (("OB", "DISCHRG"), 95.0, "on-battery"),
    ],
)
def test_mains_and_charge_are_read_off_the_ups(
    status: tuple[str, ...], charge: float | None, code: str
) -> None:
    day = with_ups()
    day.advance(61)
    day.power(*status, charge_percent=charge)
    assert found(day, "mains").code == code


def test_a_ups_that_says_nothing_is_unknown_and_one_nobody_watches_too() -> None:
    day = with_ups()
    day.power_lost_sight()
    assert stands(day, "mains") == ("unknown", "unread")
    told = UpsDeclared(on="2026-08-01", by="张工", load_percent=30.0, hold_minutes=70.0)
    assert stands(with_declared(told), "mains") == ("unknown", "unwatched")
    assert stands(Ledger(plan(ups=())), "mains") == ("unknown", "none")


# hold time


def with_declared(told: UpsDeclared) -> Ledger:
    laid_down = plan(ups=(UpsPlan(name="ups1", feeds=("exam-server",), driver="declared", declared=told),))
    return Ledger(laid_down)


def test_a_hold_time_that_somebody_declared_is_amber_and_blocks_no_seal() -> None:
    told = UpsDeclared(on="2026-08-01", by="张工", load_percent=30.0, hold_minutes=70.0)
    assert stands(with_declared(told), "hold") == ("attention", "declared")
    assert found(with_declared(told), "hold").args["minutes"] == 70


def test_a_declared_hold_time_below_the_rule_is_red() -> None:
    told = UpsDeclared(on="2026-08-01", by="张工", load_percent=30.0, hold_minutes=40.0)
    assert stands(with_declared(told), "hold") == ("critical", "short")


def test_a_hold_time_that_the_ups_only_tells_is_not_proven_and_never_green() -> None:
    day = with_ups()
    day.advance(61)
    day.power("OL", charge_percent=100.0, runtime_s=5400.0, load_percent=30.0)
    assert stands(day, "hold") == ("attention", "unproven")
    day.advance(61)
    day.power("OL", charge_percent=100.0, runtime_s=1200.0, load_percent=30.0)
    assert stands(day, "hold") == ("attention", "reckoned-short")


def test_a_watched_discharge_of_more_than_the_hour_makes_it_green() -> None:
    day = with_ups()
    day.act("power.test", ups="ups1", by="张工", minutes=80, floor_percent=20, by_hand=True)
    day.discharge(80 * 60 + 30, charge=(100.0, 30.0), every_s=5.0)
    day.power("OL", charge_percent=30.0, load_percent=30.0)
    day.advance(61)
    day.power("OL", charge_percent=100.0, load_percent=30.0)
    assert day.discharged
    assert stands(day, "hold") == ("ok", "proven"), found(day, "hold")


def test_a_server_on_no_ups_is_amber_as_on_the_page() -> None:
    day = Ledger(plan(servers=("exam-server", "other"))).all_read()
    assert stands(day, "hold") == ("attention", "uncovered")


# line


def test_the_line_is_green_only_after_a_full_proof_of_these_very_rules() -> None:
    day = with_line()
    assert stands(day, "line") == ("unknown", "unproven")
    prove(day, full=False)
    assert stands(day, "line") == ("attention", "proven-small")
    prove(day)
    assert stands(day, "line") == ("ok", "proven") and found(day, "line").args["kinds"] == 20
    prove(day, full=False)
    assert stands(day, "line") == ("ok", "proven"), "a small proof after a full one takes nothing away"
    day.record(NetworkHeld(digest="d2"))
    assert stands(day, "line") == ("unknown", "unproven"), "other rules: nothing is proven of them"


def test_a_leak_is_red_and_a_full_proof_of_two_hours_ago_says_nothing() -> None:
    day = with_line()
    prove(day)
    day.wall, day.mono_s = day.wall.replace(hour=22, minute=30), day.mono_s + 9000
    assert stands(day, "line") == ("unknown", "unproven")
    prove(day, "dns")
    assert stands(day, "line") == ("critical", "leaks")


def test_rules_that_somebody_changed_are_red_and_rules_nobody_can_hold_unknown() -> None:
    day = with_line()
    prove(day)
    day.record(NetworkDrifted(what=("table inet other",)))
    assert stands(day, "line") == ("critical", "drifted")
    other = with_line()
    prove(other)
    other.record(PostureFailed(key="network", want="closed", reason="nft"))
    assert stands(other, "line") == ("unknown", "unread")


def test_a_card_that_the_next_boot_denies_is_red_whatever_was_proven() -> None:
    day = Ledger(plan(**LINE, cards_denied=("eth1",))).all_read()
    prove(day)
    assert stands(day, "line") == ("critical", "card-denied") and found(day, "line").args["names"] == ["eth1"]


def test_a_simulated_line_is_never_green() -> None:
    day = Ledger(plan(**LINE, simulated=True)).all_read()
    day.record(NetworkHeld(digest="d1"))
    prove(day)
    assert stands(day, "line") == ("unknown", "simulated")


# USB


def test_a_box_that_was_not_started_anew_since_its_setup_is_red_at_usb() -> None:
    day = Ledger(plan(usb=False, usb_next_boot=True)).all_read()
    assert stands(day, "usb") == ("critical", "next-boot")


def test_a_stick_that_nobody_listed_is_red_though_it_is_kept_out() -> None:
    day = Ledger().all_read()
    assert stands(day, "usb") == ("ok", "inventory")
    day.usb(stick())
    assert stands(day, "usb") == ("critical", "intruders")
    assert found(day, "usb").args["names"] == ["Cruzer Blade"]


def test_ports_are_not_green_while_nobody_has_read_what_hangs_behind_them() -> None:
    day = Ledger(plan(attached=True)).all_read()
    assert stands(day, "usb") == ("unknown", "unread")
    day.record(AttachedSeen())
    day.record(RadiosRead(wifi="off", bluetooth="none"))
    assert stands(day, "usb") == ("ok", "inventory")
    day.record(AttachedUnknown(reason="silent"))
    assert stands(day, "usb") == ("unknown", "unread")
    day.usb(stick())
    assert stands(day, "usb") == ("critical", "intruders"), "what is known to be wrong is told all the same"


@pytest.mark.parametrize(
    ("wifi", "stood"), [("unknown", "radio-unknown"), ("on", "radio"), ("off", "inventory")]
)
def test_a_radio_that_nobody_can_read_does_not_count_as_off(wifi: str, stood: str) -> None:
    day = Ledger(plan(attached=True)).all_read()
    day.record(AttachedSeen())
    day.record(RadiosRead(wifi=wifi, bluetooth="none"))
    assert stands(day, "usb")[1] == stood


def test_what_was_said_or_seen_is_not_fresh_for_ever_where_the_clock_went_back() -> None:
    day = with_line()
    prove(day)
    day.bundle("b1")
    day.record(BackupDrilled(result="passed", files=9, source_bytes=9, seconds=1.0))
    day.act("clock.confirm", by="王主考")
    day.act("switch.declare", by="张工", isolated=True)
    day.act("seats.declare_usb", by="张工", blocked=True)
    keys = ("clock", "isolation", "seat_usb", "bundle")
    fresh = {key: stands(day, key)[1] for key in keys}
    assert fresh == {
        "clock": "confirmed", "isolation": "confirmed", "seat_usb": "declared", "bundle": "restored"
    }  # fmt: skip
    day.reboot(wall=day.wall - timedelta(days=40))
    assert day.venue.clock_trusted
    told = {key: stands(day, key)[1] for key in keys}
    assert told == {
        "clock": "old", "isolation": "unconfirmed", "seat_usb": "undeclared", "bundle": "old"
    }  # fmt: skip


# bundle and restore


def test_a_bundle_alone_is_not_green_for_nobody_restored_it() -> None:
    day = Ledger().all_read()
    assert stands(day, "bundle") == ("unknown", "none")
    day.bundle("b1")
    assert stands(day, "bundle") == ("unknown", "not-drilled")
    day.record(BackupFailed(reason="no room"))
    assert stands(day, "bundle") == ("critical", "failed")


def test_a_drill_that_passed_makes_the_bundle_green_for_a_month_and_one_that_failed_red() -> None:
    day = Ledger().all_read()
    day.bundle("b1")
    drilled = {"files": 9, "source_bytes": 9, "seconds": 1.0}
    day.record(BackupDrilled(result="passed", **drilled))
    assert stands(day, "bundle") == ("ok", "restored")
    day.record(BackupDrilled(result="failed", differing=1, reason="a.json", **drilled))
    assert stands(day, "bundle") == ("critical", "drill-failed")
    day.record(BackupDrilled(result="passed", **drilled))
    day.step_wall(32 * 24 * 3600)
    day.bundle("b2")
    assert stands(day, "bundle") == ("attention", "drill-old")


def test_a_drill_of_no_file_has_shown_nothing() -> None:
    day = Ledger().all_read()
    day.bundle("b1")
    day.record(BackupDrilled(result="passed", files=0, source_bytes=0, seconds=1.0))
    assert stands(day, "bundle") == ("unknown", "drill-empty")


def test_a_key_of_the_province_whose_last_day_is_over_is_amber() -> None:
    keys = (RecipientPlan(key="age1qqqq", name="2025", expires="2026-09-03"), RecipientPlan(key="age1zzzz"))
    day = Ledger(plan(recipients=keys)).all_read()
    day.bundle("b1")
    assert stands(day, "bundle") == ("attention", "key-expired")
    assert found(day, "bundle").args["keys"] == ["2025"]


# clock


@pytest.mark.parametrize(
    ("offset_s", "stood"),
    [
        (0, ("ok", "confirmed")),
        (-10, ("ok", "confirmed")),
        (11, ("attention", "a-little-off")),
        (60, ("attention", "a-little-off")),
        (-61, ("critical", "off")),
    ],
)
def test_the_clock_is_as_good_as_a_person_found_it(offset_s: int, stood: tuple[str, str]) -> None:
    day = Ledger().all_read()
    assert stands(day, "clock") == ("unknown", "unconfirmed")
    day.act("clock.confirm", by="王主考", offset_s=offset_s)
    assert stands(day, "clock") == stood


def test_a_clock_that_was_compared_is_vouched_for_until_the_power_goes() -> None:
    day = Ledger().all_read()
    day.distrust()
    assert stands(day, "rtc") == ("attention", "unkept")
    day.act("clock.confirm", by="王主考", offset_s=2)
    assert day.venue.clock_trusted and stands(day, "rtc") == ("unknown", "unread")
    day.record(HostRead(rtc=True))
    assert stands(day, "rtc") == ("ok", "kept")
    day.reboot()
    day.distrust()
    assert stands(day, "clock") == ("unknown", "old"), "without a chip the power takes the time with it"


def test_a_clock_far_off_vouches_for_nothing() -> None:
    day = Ledger().all_read()
    day.distrust()
    day.act("clock.confirm", by="王主考", offset_s=40)
    assert not day.venue.clock_trusted


# seats


def test_a_seat_counts_once_it_was_on_today_though_it_is_off_by_now() -> None:
    day = Ledger()
    day.seats_on -= {"2-03"}
    day.all_read()
    assert stands(day, "seats") == ("attention", "unseen")
    assert found(day, "seats").args["missing"] == ["2-03"] and found(day, "seats").args["rooms"] == ["2"]
    day.lit("2-03")
    day.dark(*[seat.id for seat in day.venue.plan.seats])
    assert stands(day, "seats") == ("ok", "seen")
    day.advance(25 * 3600, every_s=3600)
    assert stands(day, "seats") == ("attention", "unseen"), (
        "yesterday's machines were not seen for this check"
    )


@pytest.mark.parametrize(
    ("spares", "stood"),
    [(0, ("critical", "no-spares")), (1, ("attention", "spares-short")), (2, ("ok", "seen"))],
)
def test_a_room_without_a_spare_is_red_and_one_with_a_few_too_little_amber(
    spares: int, stood: tuple[str, str]
) -> None:
    seats = tuple(SeatPlan(id=f"1-{n:02d}", room="1", spare=n > 24) for n in range(1, 25 + spares))
    day = Ledger(plan(seats=seats)).all_read()
    assert stands(day, "seats") == stood
    assert stood[0] == "ok" or found(day, "seats").args["asked"] == 2


# lamps and buzzer


def test_lamps_are_green_only_where_somebody_saw_them_today() -> None:
    day = Ledger(plan(panel=True)).all_read()
    assert stands(day, "panel") == ("unknown", "untested")
    day.record(PanelTested(by="张工"))
    assert stands(day, "panel") == ("unknown", "unsaid")
    day.record(PanelConfirmed(by="张工", seen=True))
    assert stands(day, "panel") == ("ok", "seen")
    day.record(PanelConfirmed(by="张工", seen=False))
    assert stands(day, "panel") == ("critical", "not-seen")
    assert stands(Ledger().all_read(), "panel") == ("unknown", "off")


# what should be


def test_seat_usb_is_unknown_or_declared_and_never_green() -> None:
    day = Ledger().all_read()
    assert stands(day, "seat_usb") == ("unknown", "undeclared")
    day.act("seats.declare_usb", by="张工", blocked=True)
    assert stands(day, "seat_usb") == ("attention", "declared")
    day.act("seats.declare_usb", by="张工", blocked=False)
    assert stands(day, "seat_usb") == ("critical", "not-blocked")
    assert "ok" not in POINTS["seat_usb"].values(), "nothing measures it"


def test_switch_isolation_is_what_a_technician_saw() -> None:
    day = Ledger().all_read()
    assert stands(day, "isolation") == ("unknown", "unconfirmed")
    day.act("switch.declare", by="张工", isolated=True)
    assert stands(day, "isolation") == ("ok", "confirmed")


def test_a_plug_drill_that_passed_is_green_and_one_nobody_made_is_not() -> None:
    day = Ledger().all_read()
    assert stands(day, "polarity") == ("attention", "undrilled")
    day.record(PowerDrillStarted(ups="ups1", by="张工"))
    day.record(PowerDrillEnded(ups="ups1", outcome="passed"))
    assert stands(day, "polarity") == ("ok", "drilled")
    day.record(PowerDrillEnded(ups="ups1", outcome="no-edge"))
    assert stands(day, "polarity") == ("critical", "wrong")


def test_what_this_version_can_not_measure_is_unknown() -> None:
    day = Ledger().all_read()
    for key in ("wear", "temperature", "undervoltage", "offset", "watchdog", "line_speed"):
        assert stands(day, key) == ("unknown", "unmeasured")
    day.record(HostRead(temperature_c=48.0))
    assert stands(day, "temperature") == ("ok", "well")
    assert stands(day, "undervoltage") == ("unknown", "unmeasured"), "the board does not tell"
    day.record(
        HostRead(faults=("hot", "under-voltage"), temperature_c=82.0, under_voltage=True, wear_percent=20)
    )
    assert stands(day, "temperature") == ("attention", "bad")
    assert stands(day, "undervoltage") == ("critical", "bad") and stands(day, "wear") == ("ok", "well")
    for told, level, code in (
        ({"reserve": "normal"}, "ok", "reserve"), ({"reserve": "warning"}, "attention", "reserve-low"),
        ({"reserve": "urgent", "faults": ("card-worn",)}, "attention", "reserve-gone"),
        ({"wear_percent": 90, "faults": ("card-worn",)}, "attention", "bad"),
    ):  # fmt: skip
        day.record(HostRead(**told))  # type: ignore[arg-type]  # fields of several types
        assert stands(day, "wear") == (level, code)
    day.record(HostRead(clock_offset_s=0.001))
    assert stands(day, "offset") == ("ok", "within")
    day.record(HostRead(faults=("clock-off",), clock_offset_s=7.2))
    assert stands(day, "offset") == ("attention", "beyond")
    day.record(DiskRead(level_name="low", free_percent=8.0, free_bytes=1))
    assert stands(day, "disk") == ("attention", "low")


def test_health_that_nobody_reads_any_more_is_unknown_again() -> None:
    day = Ledger().all_read()
    day.record(HostRead(temperature_c=48.0, watchdog="active", line_mbps=1000))
    day.advance(2 * HEARTBEAT_S - 60, every_s=600)
    assert stands(day, "watchdog") == ("ok", "on")
    day.advance(120, every_s=60)
    for key in ("temperature", "watchdog", "line_speed"):
        assert stands(day, key) == ("unknown", "unmeasured")


def test_the_revision_moves_with_levels_reasons_and_inventory_and_not_with_figures() -> None:
    day = with_ups()

    def now() -> str:
        return check.revision_now(day.venue, check.points(day.venue, day.now), day.now)

    before = now()
    day.power("OL", charge_percent=97.0)
    assert now() == before
    day.act("clock.confirm", by="王主考", offset_s=0)
    assert now() != before


def test_a_second_stick_is_another_list_than_the_one_that_was_read() -> None:
    day = Ledger().all_read()
    day.usb(stick())
    seen = check.revision_now(day.venue, check.points(day.venue, day.now), day.now)
    day.usb(stick(), stick(port="1-1.3"))
    assert stands(day, "usb") == ("critical", "intruders")
    assert check.revision_now(day.venue, check.points(day.venue, day.now), day.now) != seen


@pytest.mark.parametrize(
    ("watchdog", "mbps", "stood"),
    [
        ("active", 1000, [("ok", "on"), ("ok", "fast")]),
        ("inactive", 10, [("attention", "idle"), ("attention", "slow")]),
        ("none", 0, [("attention", "none"), ("attention", "no-link")]),
        ("", None, [("unknown", "unmeasured"), ("unknown", "unmeasured")]),
    ],
)
def test_watchdog_and_the_lines_port_are_as_the_box_tells_them(
    watchdog: str, mbps: int | None, stood: list[tuple[str, str]]
) -> None:
    day = Ledger().all_read()
    assert stands(day, "watchdog")[0] == stands(day, "line_speed")[0] == "unknown"
    day.record(HostRead(watchdog=watchdog, line_mbps=mbps))
    assert [stands(day, key) for key in ("watchdog", "line_speed")] == stood
