"""The acts of people: what each records, and every refusal with its code."""

from typing import Any

import pytest

from appliance.events.bodies import (
    BackupRequested,
    DrillEnded,
    DrillStarted,
    IncidentAcknowledged,
    IncidentClassConfirmed,
    IncidentClosed,
    IncidentNoted,
    IncidentReported,
    IncidentResumed,
    SealLifted,
    SealMade,
    SeatSwapped,
    SittingDelayed,
    SittingExtended,
    SittingFinished,
)
from appliance.events.plan import NOBODY
from appliance.exam.acts import DECISIONS, Act, Refused
from appliance.exam.asked import MAX_MINUTES, MAX_NAME, MAX_TEXT
from tests.exam.ledger import (
    AFTERNOON,
    CONSENT,
    MORNING,
    SIGNED,
    Ledger,
    at,
    plan,
    running,
    sealed,
    seats_of,
    sitting,
    stick,
)


def refusal(day: Ledger, verb: str, **args: Any) -> Refused:
    """Why an act is refused; nothing is recorded by it."""
    before = day.venue
    with pytest.raises(Refused) as caught:
        day.act(verb, **args)
    assert day.venue == before
    return caught.value


def code(day: Ledger, verb: str, **args: Any) -> str:
    return refusal(day, verb, **args).code


def with_a_stick() -> Ledger:
    day = running()
    day.usb(stick())
    return day


def with_a_dark_seat() -> Ledger:
    day = running()
    day.dark("1-05")
    day.advance(31)
    return day


def with_a_dark_room() -> Ledger:
    day = running()
    day.dark(*seats_of(1))
    day.advance(301, every_s=5)
    return day


# Arguments


def test_a_verb_that_is_none_is_refused_by_its_name() -> None:
    refused = refusal(Ledger(), "exam.stop")
    assert (refused.code, refused.details) == ("unknown-verb", {"verb": "exam.stop"})


def test_the_verbs_are_these_and_no_other() -> None:
    assert set(DECISIONS) == {
        "sitting.delay", "sitting.extend", "sitting.finish", "sitting.paper", "sitting.uploaded",
        "seal", "unseal", "drill",
        "clock.confirm", "seats.declare_usb", "switch.declare", "morning.confirm",
        "incident.acknowledge", "incident.note", "incident.reported", "incident.classify",
        "incident.resume", "incident.close", "seat.swap", "seat.retire", "seat.register", "backup.run",
        "power.test", "power.test_cancel", "power.drill", "power.battery", "power.swap", "power.end",
        "panel.test", "panel.confirm", "panel.silence", "pin.set", "pin.choose", "pin.code",
        "usb.grant", "usb.admit", "usb.keyboard", "usb.ups", "usb.revoke",
        "net.window.more", "net.window.maintain", "net.window.open", "net.window.close",
        "net.prove",
        "net.rehearse.start", "net.rehearse.stop",
    }  # fmt: skip


@pytest.mark.parametrize("minutes", [None, 0, -1, MAX_MINUTES + 1, 1.5, "5", True, [5]])
def test_minutes_are_a_whole_number_from_1_to_600(minutes: object) -> None:
    day = sealed()
    assert code(day, "sitting.delay", minutes=minutes, **CONSENT, sitting="am") == "bad-minutes"


@pytest.mark.parametrize("value", [None, "", "  ", 7, ["x"], {"a": 1}])
def test_who_consented_is_never_left_out(value: object) -> None:
    day = sealed()
    for name in CONSENT:
        refused = refusal(day, "sitting.delay", sitting="am", minutes=5, **CONSENT | {name: value})
        assert refused.code == "missing" and refused.details["name"] == name


@pytest.mark.parametrize(
    "text", ["x" * (MAX_NAME + 1), "a\x1b[2J", "a\x00", "a\rb", "\x9b2J", "\x7f", "\ud800"]
)
def test_a_name_too_long_or_with_control_characters_or_broken_text_is_refused(text: str) -> None:
    assert code(with_a_stick(), "incident.acknowledge", number=1, by=text) == "bad-text"


def test_a_text_of_two_thousand_characters_and_lines_is_kept_one_longer_is_refused() -> None:
    day = with_a_stick()
    text = "行\n\t" * 600 + "x" * 200
    assert len(text) == MAX_TEXT
    day.act("incident.note", number=1, by="张工", text=text)
    assert day.numbered(1).notes[0].text == text
    assert code(day, "incident.note", number=1, by="张工", text=text + "x") == "bad-text"


def test_spaces_around_a_text_are_taken_off() -> None:
    assert Act(verb="x", args={"by": "  张工 "}).text("by") == "张工"


# delay, extend, finish


def test_a_delay_is_recorded_with_its_consent_and_adds_up() -> None:
    day = sealed()
    (body,) = day.act("sitting.delay", sitting="am", minutes=20, **CONSENT)
    assert body == SittingDelayed(sitting="am", minutes=20, **CONSENT)
    day.act("sitting.delay", sitting="am", minutes=10, **CONSENT)
    moved = day.venue.sittings[0]
    assert (moved.start, moved.end) == (at("09:30"), at("12:00"))


def test_without_a_sitting_named_an_act_means_the_one_that_is_on() -> None:
    day = sealed()
    assert code(day, "sitting.delay", minutes=5, **CONSENT) == "no-sitting-now"
    day.until("07:40")
    (body,) = day.act("sitting.delay", minutes=5, **CONSENT)
    assert body.sitting == "am"  # type: ignore[attr-defined]


def test_an_unknown_sitting_is_refused() -> None:
    for verb in ("sitting.delay", "sitting.extend"):
        assert code(sealed(), verb, sitting="xx", minutes=5, **CONSENT) == "unknown-sitting"
    assert code(sealed(), "sitting.finish", sitting="xx", by="王主考") == "unknown-sitting"


def test_what_has_begun_can_not_be_delayed_any_more() -> None:
    day = sealed()
    day.until("08:59:59")
    day.act("sitting.delay", minutes=1, **CONSENT)
    day.until("09:01")
    assert code(day, "sitting.delay", minutes=1, **CONSENT) == "already-started"


def test_a_delay_or_extension_up_to_the_next_start_holds_and_a_minute_more_meets_it() -> None:
    assert AFTERNOON.start - MORNING.end == at("02:30") - at("00:00")
    for verb in ("sitting.delay", "sitting.extend"):
        day = sealed()
        day.act(verb, sitting="am", minutes=150, **CONSENT)
        refused = refusal(day, verb, sitting="am", minutes=1, **CONSENT)
        assert refused.code == "meets-next-sitting" and refused.details["sitting"] == "pm"
        day.act("sitting.delay", sitting="pm", minutes=10, **CONSENT)
        day.act(verb, sitting="am", minutes=10, **CONSENT)


def test_one_seats_minutes_too_must_not_reach_into_the_next_sitting() -> None:
    day = sealed()
    day.act("sitting.extend", sitting="am", seat="1-05", minutes=150, **CONSENT)
    assert (
        code(day, "sitting.extend", sitting="am", seat="1-05", minutes=1, **CONSENT) == "meets-next-sitting"
    )
    day.act("sitting.extend", sitting="am", seat="1-06", minutes=150, **CONSENT)


def test_an_extension_for_all_counts_the_seat_that_has_longest() -> None:
    day = sealed()
    day.act("sitting.extend", sitting="am", seat="1-05", minutes=100, **CONSENT)
    assert code(day, "sitting.extend", sitting="am", minutes=51, **CONSENT) == "meets-next-sitting"
    day.act("sitting.extend", sitting="am", minutes=50, **CONSENT)


def test_the_last_sitting_may_be_moved_freely() -> None:
    sealed().act("sitting.delay", sitting="pm", minutes=600, **CONSENT)


def test_extending_one_seat_moves_the_last_end_alone() -> None:
    day = running()
    (body,) = day.act("sitting.extend", seat="1-05", minutes=7, **CONSENT)
    assert body == SittingExtended(sitting="am", seat="1-05", minutes=7, **CONSENT)
    moved = day.venue.sittings[0]
    assert (moved.end, moved.last_end) == (at("11:30"), at("11:37"))
    day.act("sitting.extend", seat="1-05", minutes=3, **CONSENT)
    day.act("sitting.extend", seat="1-06", minutes=5, **CONSENT)
    assert day.venue.sittings[0].last_end == at("11:40")
    assert code(day, "sitting.extend", seat="9-99", minutes=5, **CONSENT) == "unknown-seat"


def test_an_extension_after_the_end_takes_the_sitting_back_to_running() -> None:
    day = running()
    day.until("11:32", bundles=True)
    assert code(day, "sitting.extend", minutes=2, **CONSENT) == "ends-in-the-past"
    day.act("sitting.extend", minutes=3, **CONSENT)
    assert day.phase == ("running", "am")


def test_an_extension_after_finish_is_refused() -> None:
    day = running()
    day.until("11:31", bundles=True)
    day.act("sitting.finish", by="王主考")
    assert code(day, "sitting.extend", minutes=30, **CONSENT) == "already-finished"


def test_finish_before_the_last_candidates_end_is_refused() -> None:
    day = running()
    day.act("sitting.extend", seat="1-05", minutes=5, **CONSENT)
    day.until("11:34:59", bundles=True)
    refused = refusal(day, "sitting.finish", by="王主考")
    assert refused.code == "not-ended" and refused.details["end"] == "2026-09-05T11:35:00+00:00"
    day.until("11:35")
    assert day.act("sitting.finish", by="王主考") == (SittingFinished(sitting="am", by="王主考"),)
    assert code(day, "sitting.finish", by="王主考") == "already-finished"


def test_a_sitting_nobody_finished_can_be_finished_by_name_later() -> None:
    day = running()
    day.until("13:00", bundles=True)
    day.act("sitting.finish", sitting="am", by="王主考")
    assert day.phase == ("preparing", "pm")
    wanted = day.posture.backup
    assert wanted is not None and (wanted.stage, wanted.sitting) == ("final", "am")


# seal, unseal


def test_a_seal_is_for_the_batch_that_lies_ahead() -> None:
    day = Ledger().all_read()
    (made,) = day.act("seal", **SIGNED)
    assert isinstance(made, SealMade) and (made.batch, made.chief) == ("1", SIGNED["chief"])
    assert day.phase[0] == "sealed"
    assert code(day, "seal", **SIGNED) == "already-sealed"


@pytest.mark.parametrize("verb", ["seal", "unseal"])
def test_a_seal_is_made_and_lifted_by_two_different_people(verb: str) -> None:
    day = Ledger() if verb == "seal" else sealed()
    args = {"reason": "设备更换"} if verb == "unseal" else {}
    assert code(day, verb, chief="王主考", technician=" 王主考 ", **args) == "two-people-needed"
    assert code(day, verb, chief="王主考", **args) == "missing"
    assert code(day, verb, technician="张工", **args) == "missing"


def test_a_batch_that_is_over_or_was_never_planned_can_not_be_sealed() -> None:
    batches = [MORNING, sitting("b2", "09:00", "11:00", batch="2", day=6)]
    day = Ledger(plan(batches), wall=at("15:00"))
    day.until("07:45", day=6)
    assert code(day, "seal", batch="1", **SIGNED) == "no-batch-ahead"
    assert code(day, "seal", batch="9", **SIGNED) == "no-batch-ahead"
    (body,) = day.act("seal", **SIGNED)
    assert body.batch == "2"  # type: ignore[attr-defined]


def test_a_box_that_is_no_venues_yet_seals_nothing() -> None:
    day = Ledger(plan(code=NOBODY))
    assert code(day, "seal", **SIGNED) == "no-venue-yet"
    assert day.venue.seal is None


def test_a_later_batch_may_be_sealed_by_name() -> None:
    batches = [MORNING, sitting("b2", "09:00", "11:00", batch="2", day=6)]
    (body,) = Ledger(plan(batches)).act("seal", batch="2", **SIGNED)
    assert body.batch == "2"  # type: ignore[attr-defined]


def test_a_venue_without_a_timetable_has_no_batch_to_seal() -> None:
    assert code(Ledger(plan([])), "seal", **SIGNED) == "no-batch-ahead"


def test_lifting_a_seal_names_both_and_why() -> None:
    day = sealed()
    (body,) = day.act("unseal", **SIGNED, reason="更换考试机")
    assert body == SealLifted(batch="1", by="王主考, 张工", reason="更换考试机")
    assert day.phase[0] == "open"
    assert code(day, "unseal", **SIGNED, reason="x") == "not-sealed"
    assert code(sealed(), "unseal", **SIGNED) == "missing"


# drill


def test_a_drill_begins_and_ends_outside_exam_phases() -> None:
    day = sealed()
    assert day.act("drill", mode="drill", by="张工") == (DrillStarted(mode="drill", by="张工"),)
    assert code(day, "drill", mode="rehearsal", by="张工") == "drill-on"
    assert day.act("drill", mode="end", by="张工") == (DrillEnded(by="张工"),)
    assert code(day, "drill", mode="end", by="张工") == "no-drill"
    assert code(day, "drill", mode="test", by="张工") == "bad-choice"


@pytest.mark.parametrize("clock", ["07:31", "09:01", "11:31"])
def test_no_drill_begins_in_an_exam_phase_but_one_that_is_on_can_be_ended(clock: str) -> None:
    day = sealed()
    day.until(clock)
    for mode in ("drill", "rehearsal"):
        assert code(day, "drill", mode=mode, by="张工") == "exam-on"
    begun_before = sealed()
    begun_before.act("drill", mode="drill", by="张工")
    begun_before.until(clock)
    begun_before.act("drill", mode="end", by="张工")


# incidents


def test_each_act_on_an_incident_is_recorded_as_it_was_said() -> None:
    day = with_a_dark_room()
    assert day.act("incident.acknowledge", number=1, by="张工") == (
        IncidentAcknowledged(number=1, by="张工"),
    )
    assert day.act("incident.note", number=1, by="张工", text="断路器") == (
        IncidentNoted(number=1, by="张工", text="断路器"),
    )
    assert day.act("incident.reported", number=1, by="王主考", to="省", answer="同意") == (
        IncidentReported(number=1, by="王主考", to="省", answer="同意"),
    )
    assert day.act("incident.classify", number=1, by="王主考", **{"class": "general"}) == (
        IncidentClassConfirmed(number=1, confirmed="general", by="王主考"),
    )
    assert day.act("incident.resume", number=1, by="李监考") == (
        IncidentResumed(number=1, by="李监考", lost_minutes=6),
    )


@pytest.mark.parametrize(
    ("verb", "args"),
    [
        ("incident.acknowledge", {}),
        ("incident.note", {"text": "x"}),
        ("incident.reported", {"to": "省"}),
        ("incident.classify", {"class": "major"}),
        ("incident.resume", {}),
        ("incident.close", {"outcome": "recorded"}),
    ],
)
def test_an_incident_is_named_by_a_number_there_is(verb: str, args: dict[str, str]) -> None:
    day = with_a_stick()
    assert code(day, verb, number=99, by="张工", **args) == "unknown-incident"
    for number in (None, "1", True, 1.0):
        assert code(day, verb, number=number, by="张工", **args) == "missing"
    if verb != "incident.resume":
        assert code(day, verb, number=1, **args) == "missing"


def test_what_is_closed_can_not_be_taken_in_hand_resumed_or_closed_again() -> None:
    day = with_a_dark_room()
    day.lit(*seats_of(1))
    day.close(day.one("room"), "recovered")
    for verb, args in (("acknowledge", {}), ("resume", {}), ("close", {"outcome": "recorded"})):
        assert code(day, f"incident.{verb}", number=1, by="张工", **args) == "incident-closed"


def test_a_class_or_outcome_that_is_none_is_refused_with_the_choices() -> None:
    day = with_a_stick()
    refused = refusal(day, "incident.classify", number=1, by="王主考", **{"class": "huge"})
    assert refused.details == {"name": "class", "choices": "general, major"}
    assert code(day, "incident.close", number=1, by="王主考", outcome="absorbed") == "bad-choice"


def test_what_stopped_nobody_or_resumed_already_can_not_resume() -> None:
    assert code(with_a_stick(), "incident.resume", number=1, by="张工") == "nothing-to-resume"
    day = with_a_dark_room()
    day.act("incident.resume", number=1, by="李监考")
    assert code(day, "incident.resume", number=1, by="李监考") == "nothing-to-resume"


def test_recovered_is_refused_while_the_cause_lasts() -> None:
    day = with_a_dark_room()
    assert code(day, "incident.close", number=1, outcome="recovered", by="王主考") == "not-recovered"
    day.lit(*seats_of(1))
    closed = day.act("incident.close", number=1, outcome="recovered", by="王主考", text="合闸")
    assert closed == (
        IncidentClosed(number=1, outcome="recovered", by="王主考", text="合闸", cause_kind="room"),
    )
    assert not day.opened


# swap


def test_closing_a_seat_by_a_swap_records_both_and_the_seat_is_missed_no_more() -> None:
    day = with_a_dark_seat()
    swapped, closed = day.act("incident.close", number=1, outcome="swapped", spare="1-11", by="李监考")
    assert swapped == SeatSwapped(seat="1-05", spare="1-11", by="李监考")
    assert closed.outcome == "swapped"  # type: ignore[attr-defined]
    day.advance(300, every_s=10)
    assert not day.opened


def test_a_spare_in_use_is_missed_like_any_seat_from_the_swap_on() -> None:
    day = running()
    day.dark("1-11")
    day.advance(600, every_s=10)
    day.act("seat.swap", seat="1-05", spare="1-11", by="李监考")
    day.advance(29)
    assert not day.opened
    day.advance(1)
    assert day.one("seat").cause == "1-11"


def test_a_swap_needs_a_seat_there_is_and_a_spare_that_is_free() -> None:
    day = running()
    assert code(day, "seat.swap", seat="9-99", spare="1-11", by="张工") == "unknown-seat"
    assert code(day, "seat.swap", seat="1-05", spare="1-06", by="张工") == "no-spare"
    assert code(day, "seat.swap", seat="1-05", spare="9-99", by="张工") == "no-spare"
    for spare in ("1-11", "2-11"):
        assert code(day, "seat.swap", seat="1-11", spare=spare, by="张工") == "bad-choice", (
            "nobody sits there"
        )
    day.act("seat.swap", seat="1-05", spare="1-11", by="张工")
    assert code(day, "seat.swap", seat="1-06", spare="1-11", by="张工") == "spare-in-use"
    assert code(day, "seat.swap", seat="1-05", spare="2-11", by="张工") == "already-swapped"


def test_a_candidate_whose_spare_dies_too_moves_to_another_rooms_spare() -> None:
    day = running()
    day.act("seat.swap", seat="1-05", spare="1-11", by="张工")
    day.dark("1-11")
    day.advance(31)
    day.act("incident.close", number=1, outcome="swapped", spare="2-11", by="李监考")
    assert day.venue.seats.swapped == {"1-05": "1-11", "1-11": "2-11"}
    day.advance(300, every_s=10)
    assert not day.opened


def test_a_seat_swapped_first_and_closed_afterwards_is_closed_as_swapped() -> None:
    day = with_a_dark_seat()
    day.act("seat.swap", seat="1-05", spare="1-11", by="李监考")
    (closed,) = day.act("incident.close", number=1, outcome="swapped", by="李监考")
    assert closed.outcome == "swapped"  # type: ignore[attr-defined]


def test_only_a_seats_own_item_can_be_closed_as_swapped() -> None:
    assert code(with_a_dark_room(), "incident.close", number=1, outcome="swapped", spare="1-11", by="x") == (
        "unknown-seat"
    )


def test_a_swap_without_a_spare_named_is_refused_and_closes_nothing() -> None:
    day = with_a_dark_seat()
    assert code(day, "incident.close", number=1, outcome="swapped", by="李监考") == "missing"
    assert day.kinds == ["seat"]


# backup


def test_a_backup_can_be_asked_for_where_one_is_configured() -> None:
    assert running().act("backup.run", by="张工") == (BackupRequested(by="张工"),)
    assert code(Ledger(plan(backup=False)), "backup.run", by="张工") == "no-backup-configured"
