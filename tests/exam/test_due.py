"""What is due comes to rest, whatever came before; the state is the fold of what was recorded."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.events import BODIES, from_text, to_text
from appliance.events.bodies import (
    BackupFailed,
    ClockJudged,
    GuardStopped,
    IncidentOpened,
    LogCheckpoint,
    PostureFailed,
    PostureHeld,
    PowerRead,
    PowerUnknown,
)
from appliance.events.codec import canonical, from_plain, to_plain
from appliance.events.readings import ClockReading, DiskReading, Reading, SeatsReading, UsbReading
from appliance.exam.acts import DECISIONS, Refused
from appliance.exam.due import due
from appliance.exam.venue import Venue, fold
from tests.exam.ledger import AFTERNOON, MORNING, SIGNED, Ledger, at, plan, seats_of, sitting, stick

SEAT_IDS = [seat.id for seat in plan().seats]
BATCHES = (
    MORNING,
    AFTERNOON,
    sitting("close", "17:00", "17:30"),
    sitting("b2", "09:00", "11:00", batch="2", day=6),
)
STATUSES = [("OL",), ("OB",), ("OB",), ("OB", "LB"), ("OB", "CAL"), ("BYPASS",), ("OB", "FSD"), ("OFF",)]
STEPS_S = [2.0, 5.0, 31.0, 61.0, 90.0, 181.0, 300.0]


@dataclass(frozen=True)
class Passing:
    """Time goes by; `boot` after a power cut, `jump_s` the wall clock alone."""

    seconds: float
    boot: bool = False
    jump_s: float = 0.0


@dataclass(frozen=True)
class Asked:
    verb: str
    args: dict[str, Any]


seat_ids = st.sampled_from(SEAT_IDS)
dark_sets = st.one_of(
    st.frozensets(seat_ids, max_size=4),
    st.sampled_from([frozenset(seats_of(1)), frozenset(seats_of(2)), frozenset(SEAT_IDS), frozenset()]),
)
readings: st.SearchStrategy[Reading] = st.one_of(
    st.builds(PowerRead, ups=st.just("ups1"), status=st.sampled_from(STATUSES)),
    st.builds(PowerUnknown, ups=st.just("ups1"), reason=st.sampled_from(["unreachable", "data-stale"])),
    dark_sets.map(lambda dark: SeatsReading(present=frozenset(SEAT_IDS) - dark)),
    st.just(SeatsReading(unknown="silent")),
    st.sampled_from([UsbReading(), UsbReading(unknown="silent"), UsbReading(devices=(stick(),))]),
    st.just(UsbReading(devices=(stick(serial="", port="1-3"), stick()))),
    st.builds(DiskReading, free_percent=st.sampled_from([50.0, 9.0, 1.0]), free_bytes=st.just(1)),
    st.builds(ClockReading, trusted=st.booleans(), reason=st.just("rtc")),
)  # fmt: skip
people = st.sampled_from(["王主考", "张工"])
arguments = st.fixed_dictionaries(
    {
        "by": people, "chief": people, "technician": people, "consent": st.just("省"), "reason": st.just("停电"),
        "minutes": st.sampled_from([1, 5, 40, 200]), "number": st.integers(1, 6),
        "mode": st.sampled_from(["drill", "rehearsal", "end"]), "class": st.sampled_from(["general", "major"]),
        "outcome": st.sampled_from(["swapped", "recovered", "recorded", "false_alarm"]),
        "to": st.just("省"), "text": st.just("x"), "spare": st.sampled_from(["1-11", "2-11"]),
    },
    optional={
        "seat": seat_ids, "sitting": st.sampled_from([s.id for s in BATCHES]), "batch": st.sampled_from("12"),
    },
)  # fmt: skip
acts = st.builds(Asked, verb=st.sampled_from(sorted(DECISIONS)), args=arguments)
facts = st.sampled_from(
    [
        BackupFailed(reason="the source is gone"),
        PostureFailed(key="usb", want="deny", reason="EIO"),
        PostureHeld(key="usb", want="deny"),
        ClockJudged(trusted=False, reason="no-rtc"),
    ]
)
passing = st.one_of(
    st.builds(Passing, seconds=st.sampled_from(STEPS_S)),
    st.builds(
        Passing,
        seconds=st.sampled_from([60.0, 300.0]),
        boot=st.booleans(),
        jump_s=st.sampled_from([0.0, 0.0, -7200.0, 7200.0]),
    ),
)
others = st.sampled_from(["bundle", "receipt", "half an hour"])
steps = st.lists(st.one_of(passing, readings, readings, acts, facts, others), max_size=60)
# Around every boundary of the first day, and sealed or not.
beginnings = st.tuples(
    st.sampled_from(["07:25", "07:55", "08:55", "09:10", "11:25", "16:29", "17:29", "23:00"]), st.booleans()
)


def begun(beginning: tuple[str, bool]) -> Ledger:
    day = Ledger(plan(BATCHES), wall=at(beginning[0])).all_read()
    if beginning[1]:
        day.act("seal", **SIGNED)
    return day


def play(day: Ledger, step: Any) -> None:
    match step:
        case Passing(boot=True):
            day.reboot(step.seconds, wall=day.wall + timedelta(seconds=step.seconds + step.jump_s))
        case Passing():
            day.advance(step.seconds, every_s=step.seconds)
            day.step_wall(step.jump_s)
        case Asked():
            try:
                day.act(step.verb, **step.args)
            except Refused as refused:
                assert refused.code
        case "bundle":
            wanted = day.posture.backup
            if wanted:
                day.bundle(f"b{day.venue.seq}", stage=wanted.stage, of=wanted.sitting)
        case "receipt":
            if day.venue.backup.last:
                day.receipt(day.venue.backup.last.name)
        case "half an hour":
            day.advance(1800, every_s=300)
        case BackupFailed() | PostureFailed() | PostureHeld() | ClockJudged():
            day.record(step)
            day.settle()
        case _:
            day.read(step)


def hold(day: Ledger) -> None:
    """What must be true after every step of any day."""
    assert due(day.venue, day.now, day.log_problem) == ()
    numbers = [event.body.number for event in day.events if isinstance(event.body, IncidentOpened)]
    assert numbers == list(range(1, len(numbers) + 1))
    open_ones = day.opened
    judged = day.verdict
    assert judged.level in ("ok", "attention", "critical", "unknown")
    if open_ones:
        assert judged.level in ("attention", "critical")
    assert not any(incident.closed for incident in open_ones)
    json.dumps(day.snapshot, allow_nan=False)
    assert day.posture.levels


def refold(day: Ledger) -> Venue:
    venue = Venue()
    for event in day.events:
        venue = fold(venue, from_text(to_text(event)))
    return venue


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(beginning=beginnings, script=steps)
def test_any_day_comes_to_rest_numbers_its_incidents_and_folds_to_its_state(
    beginning: tuple[str, bool], script: list[Any]
) -> None:
    day = begun(beginning)
    for step in script:
        play(day, step)
        hold(day)
    assert refold(day) == day.venue
    stored = json.loads(canonical(to_plain(day.venue)))
    assert from_plain(Venue, stored) == day.venue
    assert to_plain(from_plain(Venue, stored)) == stored


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(beginning=beginnings, before=steps, after=steps)
def test_a_start_from_a_checkpoint_goes_on_as_if_nothing_had_been(
    beginning: tuple[str, bool], before: list[Any], after: list[Any]
) -> None:
    straight = begun(beginning)
    for step in before:
        play(straight, step)
    straight.record(LogCheckpoint(state=to_plain(straight.venue)))
    resumed = Ledger(plan(BATCHES))
    resumed.__dict__.update(straight.__dict__ | {"events": list(straight.events)})
    resumed.venue = fold(from_plain(Venue, straight.events[-1].body.state), straight.events[-1])  # type: ignore[attr-defined]
    for step in after:
        play(straight, step)
        play(resumed, step)
    assert resumed.venue == straight.venue
    assert [to_text(e) for e in resumed.events] == [to_text(e) for e in straight.events]


def test_a_body_the_fold_does_not_know_changes_nothing_but_the_seq() -> None:
    day = Ledger()
    before = day.venue
    text = to_text(day.record(GuardStopped(reason="SIGTERM"))).replace("guard.stopped", "lamp.melted")
    unknown = from_text(text)
    assert unknown.kind not in BODIES
    after = fold(before, unknown)
    assert replace(after, seq=before.seq, last=before.last) == before
    assert after.seq == unknown.seq


def test_due_at_rest_stays_at_rest_as_time_passes_on_a_quiet_night() -> None:
    day = Ledger().all_read()
    day.act("seal", chief="王主考", technician="张工")
    before = len(day.events)
    day.until("07:29:30")
    assert len(day.events) == before


def test_the_log_that_can_not_be_written_is_one_item_that_ends_with_it() -> None:
    day = Ledger().all_read()
    day.log_problem = "disk full"
    day.advance(60)
    assert day.kinds == ["log_unwritable"]
    assert day.one("log_unwritable").detail == "disk full"
    day.log_problem = ""
    day.advance(1)
    assert day.one("log_unwritable").ceased is not None
    day.advance(200, every_s=5)
    assert not day.opened
