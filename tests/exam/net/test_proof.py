"""When a proof is owed, how long it counts, and what a leak is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from appliance.events import Moment
from appliance.events.bodies import (
    NetworkDrifted,
    NetworkHeld,
    NetworkProven,
    NetworkUnproven,
    RehearsalEnded,
    RehearsalStarted,
)
from appliance.exam.asked import Refused
from appliance.exam.net.firewall import FirewallState
from appliance.exam.net.proof import ProofState, after, after_boot, fresh, proof_level, proof_row
from appliance.exam.posture import posture
from tests.exam.ledger import Ledger, running
from tests.exam.net.places import networked

BEGAN = datetime(2026, 9, 5, 1, 0, tzinfo=UTC)
HELD = FirewallState(digest="rules")
CLEAN = NetworkProven(sent=60, seen_inside=60, kinds=60)


def at(seconds: float, boot: str = "b") -> Moment:
    return Moment(wall=BEGAN + timedelta(seconds=seconds), mono_s=seconds, boot_id=boot)


def level(state: ProofState, seconds: float, *, rules: FirewallState = HELD, phase: str = "running") -> str:
    return proof_level(state, rules, phase, at(seconds))


def test_from_preparing_to_closing_a_run_of_the_last_minute_is_owed_and_each_has_its_number() -> None:
    for phase in ("preparing", "running", "closing"):
        assert level(ProofState(), 0, phase=phase) == "owed 0"
    for phase in ("open", "sealed"):
        assert level(ProofState(), 0, phase=phase) == "rest"
    state = after(ProofState(), CLEAN, at(10))
    assert level(state, 69) == "rest" and level(state, 70) == "owed 1"


def test_a_run_that_could_not_be_made_is_tried_again_after_a_minute_not_at_once() -> None:
    state = after(ProofState(), NetworkUnproven(reason="eth0: no carrier"), at(10))
    assert level(state, 11) == "rest" and level(state, 70) == "owed 1"
    assert state.reason == "eth0: no carrier" and not fresh(state, "running", at(11))


def test_nothing_is_proven_while_the_rules_are_not_held() -> None:
    for rules in (
        FirewallState(),
        FirewallState(digest="a", drift=("rules",)),
        FirewallState(unknown="no nft"),
    ):
        assert level(ProofState(), 0, rules=rules) == "rest"


def test_a_proof_is_void_after_three_minutes_in_an_exam_phase() -> None:
    state = after(ProofState(), CLEAN, at(0))
    assert "verified_at" in proof_row(state, "running", at(180))
    assert "verified_at" not in proof_row(state, "running", at(181))
    assert "verified_at" in proof_row(state, "open", at(181))
    assert "verified_at" not in proof_row(state, "open", at(3601))


def test_rules_loaded_anew_or_drifted_or_another_boot_void_it_and_a_new_one_is_owed_at_once() -> None:
    state = after(ProofState(), CLEAN, at(0))
    for body in (NetworkHeld(digest="other"), NetworkDrifted(what=("rules",))):
        void = after(state, body, at(1))
        assert not fresh(void, "running", at(1)) and level(void, 1) == "owed 1"
    assert after_boot(state, True) == state
    assert not fresh(after_boot(state, False), "running", at(1))


def test_what_leaked_is_named_and_nothing_is_verified_then() -> None:
    leaky = NetworkProven(sent=60, seen_inside=60, kinds=60, leaked=("udp dns",))
    row = proof_row(after(ProofState(), leaky, at(0)), "running", at(1))
    assert "verified_at" not in row
    proof = row["proof"]
    assert isinstance(proof, dict) and (proof["leaked"], proof["leaks"], proof["fresh"]) == (
        ["udp dns"],
        1,
        True,
    )


def proving() -> Ledger:
    """An exam is on and the rules are held."""
    day = running(networked())
    day.record(NetworkHeld(digest="rules"))
    day.settle()
    return day


def kinds(day: Ledger) -> list[str]:
    return [item.cause_kind for item in day.venue.open_incidents() if not item.ceased]


def test_the_posture_asks_for_a_run_until_one_is_recorded() -> None:
    day = proving()
    assert posture(day.venue, day.now).levels["line_proof"] == "owed 0"
    day.record(CLEAN)
    assert posture(day.venue, day.now).levels["line_proof"] == "rest"
    simulated = running(networked())
    assert (
        "line_proof"
        not in posture(
            replace(simulated.venue, plan=replace(simulated.venue.plan, simulated=True)), simulated.now
        ).levels
    )


def test_a_leak_is_critical_and_its_item_stays_until_a_person_closes_it() -> None:
    day = proving()
    day.record(NetworkProven(sent=60, seen_inside=60, kinds=60, leaked=("udp dns", "gre")))
    day.settle()
    assert "line_leaks" in kinds(day)
    assert (day.verdict.level, day.verdict.code) == ("critical", "line_leaks")
    day.record(CLEAN)
    day.settle()
    assert "line_leaks" not in kinds(day)
    assert "line_leaks" in [item.cause_kind for item in day.venue.open_incidents()]


def test_what_could_not_be_proven_for_three_minutes_is_an_item_with_its_reason_and_ends_by_itself() -> None:
    day = proving()
    day.record(CLEAN)
    day.advance(100)
    day.record(NetworkUnproven(reason="eth0: is down"))
    day.settle()
    assert "line_unproven" not in kinds(day), "the proof before still counts"
    day.advance(100)
    assert "line_unproven" in kinds(day)
    day.record(CLEAN)
    day.settle()
    assert "line_unproven" not in kinds(day)


def test_a_run_in_a_rehearsal_proves_nothing_and_accuses_nobody() -> None:
    day = proving()
    day.record(RehearsalStarted(minutes=30, technician="张工"))
    day.record(NetworkProven(sent=60, seen_inside=60, kinds=60, leaked=("udp dns",)))
    assert not day.venue.net.proof.leaked and day.venue.net.proof.at is None


def test_in_a_rehearsal_no_proof_is_asked_for_and_its_end_voids_what_was_proven_before() -> None:
    day = Ledger(networked()).all_read()
    day.record(NetworkHeld(digest="rules"))
    day.record(replace(CLEAN, full=True))
    assert day.venue.net.proof.full_at is not None
    day.record(RehearsalStarted(minutes=30, technician="张工"))
    with pytest.raises(Refused, match="rehearsal-runs"):
        day.act("net.prove", by="张工")
    day.record(RehearsalEnded(why="person"))
    assert day.venue.net.proof.full_at is None


def test_a_proof_of_every_kind_is_owed_once_it_was_asked_for_and_never_in_an_exam_phase() -> None:
    day = Ledger(networked()).all_read()
    day.record(NetworkHeld(digest="rules"))
    assert posture(day.venue, day.now).levels["line_proof"] == "rest"
    day.act("net.prove", by="张工")
    assert posture(day.venue, day.now).levels["line_proof"] == "owed 0 full"
    day.record(CLEAN)
    assert posture(day.venue, day.now).levels["line_proof"] == "owed 1 full", "that run was a smaller one"
    day.record(replace(CLEAN, full=True))
    assert posture(day.venue, day.now).levels["line_proof"] == "rest"
    assert day.venue.net.proof.full_at == day.now
    day.act("net.prove", by="张工")
    day.record(NetworkUnproven(reason="no carrier"))
    assert posture(day.venue, day.now).levels["line_proof"] == "rest", "told, and not tried for ever"
    with pytest.raises(Refused, match="proof-not-in-exam"):
        proving().act("net.prove", by="张工")
    with pytest.raises(Refused, match="line-not-held"):
        Ledger(networked(mode="watch")).all_read().act("net.prove", by="张工")
