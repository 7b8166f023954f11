"""What the record says of readiness beyond the instruments: people's words, seats seen, stretches nobody watched."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from appliance.events import Event, Moment
from appliance.events.bodies import (
    ClockConfirmed,
    GuardStarted,
    MorningChecked,
    PhaseChanged,
    SealLifted,
    SealMade,
    SeatsRead,
    SeatUsbDeclared,
    SwitchDeclared,
)
from appliance.events.sealed import Unobserved

BOX, SEATS = "box", "seats"
KEPT_STRETCHES = 40
VOUCHED_S = 10  # a person's watch: what agrees within this vouches for the clock of this boot (our judgement)
SHORT_S = 5.0  # a guard that is back within five seconds was not away (the page's own limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person said of a thing: yes or no, when."""

    at: Moment
    by: str
    yes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWord:
    """A person compared clocks: the box was `offset_s` ahead."""

    at: Moment
    by: str
    offset_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessState:
    """`seats_seen`: when each seat was last on the network. `unobserved`: since the seal, oldest first.

    `mornings`: who read the morning check of a sitting, as `am` → its row. All of it but clock, seat USB and
    switch begins anew with a seal.
    """

    clock: ClockWord | None = None
    seat_usb: Word | None = None
    isolation: Word | None = None
    seats_seen: dict[str, Moment] = field(default_factory=dict)
    unobserved: tuple[Unobserved, ...] = ()
    mornings: dict[str, Word] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What of the venue's state, before the event, the fold of readiness needs."""

    last: Moment | None
    phase: str
    phase_at: datetime | None
    sealed: bool


def after(state: ReadinessState, event: Event, now: Moment, before: Before) -> ReadinessState:
    """The state once `event` is recorded; the same object where it is about something else."""
    match event.body:
        case SeatsRead(arrived=arrived, gone=gone):
            seen = dict.fromkeys((*arrived, *gone), now)
            return replace(state, seats_seen=state.seats_seen | seen)
        case ClockConfirmed(by=by, offset_s=offset_s):
            return replace(state, clock=ClockWord(at=now, by=by, offset_s=offset_s))
        case SeatUsbDeclared(by=by, blocked=blocked):
            return replace(state, seat_usb=Word(at=now, by=by, yes=blocked))
        case SwitchDeclared(by=by, isolated=isolated):
            return replace(state, isolation=Word(at=now, by=by, yes=isolated))
        case MorningChecked(by=by, sitting=sitting):
            return replace(state, mornings=state.mornings | {sitting: Word(at=now, by=by, yes=True)})
    return _after_seal(state, event, now, before)


def vouched(state: ReadinessState, now: Moment) -> bool:
    """Whether a person vouched for the clock in this boot: a box without a clock of its own loses it with the power."""
    word = state.clock
    return word is not None and word.at.boot_id == now.boot_id and abs(word.offset_s) <= VOUCHED_S


def _after_seal(state: ReadinessState, event: Event, now: Moment, before: Before) -> ReadinessState:
    match event.body:
        case SealMade() | SealLifted():
            return replace(state, unobserved=(), mornings={})
        case GuardStarted() if before.sealed and before.last is not None:
            return _unwatched(state, BOX, before.last.wall, event.at)
        case PhaseChanged() if before.sealed and before.phase == "sealed" and before.phase_at is not None:
            return _unwatched(state, SEATS, before.phase_at, event.at)
    return state


def _unwatched(state: ReadinessState, what: str, since: datetime, until: datetime) -> ReadinessState:
    if (until - since).total_seconds() <= SHORT_S:
        return state
    stretch = Unobserved(what=what, since=since, until=until)
    return replace(state, unobserved=(*state.unobserved, stretch)[-KEPT_STRETCHES:])
