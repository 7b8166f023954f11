"""A venue stepped by hand: facts, acts and time go in, `due` is recorded until it rests."""

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from appliance.events import Body, Event, Moment
from appliance.events.bodies import (
    BundlePublished,
    BundleReceipted,
    ClockJudged,
    GuardStarted,
    PowerDischarged,
    PowerRead,
    PowerUnknown,
    UsbPlugged,
    VenueConfigured,
)
from appliance.events.plan import Plan, SeatPlan, Sitting, UpsPlan
from appliance.events.readings import Reading, SeatsReading, UsbReading
from appliance.exam.acts import Act, decide
from appliance.exam.due import due
from appliance.exam.incidents import Incident
from appliance.exam.posture import Posture, posture
from appliance.exam.power.state import UpsState
from appliance.exam.record import worth_recording
from appliance.exam.snapshot import snapshot
from appliance.exam.venue import Venue, fold
from appliance.exam.verdict import Verdict, verdict

MAX_STEPS = 50  # as dispatch: more would be a rule that never comes to rest
ROOMS, SEATS = 2, 10
SIGNED = {"chief": "王主考", "technician": "张工"}
CONSENT = {"by": "王主考", "consent": "省值班室", "reason": "停电"}


def at(clock: str, day: int = 5) -> datetime:
    """`HH:MM[:SS]` of September 2026 as aware UTC."""
    return datetime.fromisoformat(f"2026-09-{day:02d}T{clock}").replace(tzinfo=UTC)


def sitting(name: str, start: str, end: str, *, batch: str = "1", day: int = 5) -> Sitting:
    return Sitting(id=name, batch=batch, subject="会计", start=at(start, day), end=at(end, day))


MORNING = sitting("am", "09:00", "11:30")
AFTERNOON = sitting("pm", "14:00", "16:00")


def plan(sittings: Iterable[Sitting] = (MORNING, AFTERNOON), **changes: object) -> Plan:
    """Two rooms of ten seats and a spare each, one UPS for the server, everything watched."""
    seats = tuple(
        SeatPlan(id=f"{room}-{number:02d}", room=str(room), spare=number > SEATS)
        for room in range(1, ROOMS + 1)
        for number in range(1, SEATS + 2)
    )
    laid_down = Plan(
        code="520100-03",
        name="实验中学考点",
        sittings=tuple(sittings),
        ups=(UpsPlan(name="ups1", feeds=("exam-server",), driver="simulated"),),
        seats=seats,
        usb=True,
        seats_watched=True,
        backup=True,
    )
    return replace(laid_down, **changes)  # type: ignore[arg-type]  # tests hand in what a Plan has


class Ledger:
    """Everything recorded, the state it folds to, and a clock that moves only when told."""

    def __init__(self, laid_down: Plan | None = None, *, wall: datetime | None = None) -> None:
        self.wall = wall or at("20:00", day=4)
        self.mono_s = 1000.0
        self.boot_id = "boot-1"
        self.log_problem = ""
        self.events: list[Event] = []
        self.venue = Venue()
        self.seats_on = frozenset(seat.id for seat in (laid_down or plan()).seats)
        self.record(GuardStarted(version="test"))
        self.record(VenueConfigured(plan=laid_down or plan()))
        self.settle()

    @property
    def now(self) -> Moment:
        return Moment(
            wall=self.wall, mono_s=self.mono_s, boot_id=self.boot_id, trusted=self.venue.clock_trusted
        )

    def record(self, body: Body) -> Event:
        event = Event(
            seq=len(self.events) + 1, at=self.wall, mono_s=self.mono_s, boot_id=self.boot_id, body=body
        )
        self.events.append(event)
        self.venue = fold(self.venue, event)
        return event

    def settle(self) -> None:
        """Records what is due until nothing is."""
        for _ in range(MAX_STEPS):
            bodies = due(self.venue, self.now, self.log_problem)
            if not bodies:
                return
            for body in bodies:
                self.record(body)
        raise AssertionError(f"due does not rest: {due(self.venue, self.now, self.log_problem)}")

    def read(self, reading: Reading) -> tuple[Body, ...]:
        """A reading as an instrument hands it in; what of it was recorded."""
        bodies = worth_recording(self.venue, reading, self.now)
        for body in bodies:
            self.record(body)
        self.settle()
        return bodies

    def act(self, verb: str, **args: object) -> tuple[Body, ...]:
        """An act of a person, recorded. Raises Refused."""
        bodies = decide(self.venue, Act(verb=verb, args=args), self.now)
        for body in bodies:
            self.record(body)
        self.settle()
        return bodies

    def close(self, incident: Incident, outcome: str = "recorded", **args: object) -> None:
        self.act("incident.close", number=incident.number, outcome=outcome, by="王主考", **args)

    def advance(self, seconds: float, *, every_s: float = 1.0) -> None:
        """Lets time pass, judged each second unless told otherwise."""
        left_s = seconds
        while left_s > 0:
            step_s = min(every_s, left_s)
            self.wall += timedelta(seconds=step_s)
            self.mono_s += step_s
            left_s -= step_s
            self.settle()

    def until(self, clock: str, day: int = 5, *, bundles: bool = False) -> None:
        """Lets time pass up to a time of day, judged each half minute; `bundles` makes those that are owed."""
        while (left_s := (at(clock, day) - self.wall).total_seconds()) > 0:
            self.advance(min(left_s, 30.0), every_s=30.0)
            if bundles and (wanted := self.posture.backup):
                self.bundle(f"bundle-{self.venue.seq}", stage=wanted.stage, of=wanted.sitting)

    def step_wall(self, seconds: float) -> None:
        """The wall clock jumps; monotonic time does not."""
        self.wall += timedelta(seconds=seconds)
        self.settle()

    def reboot(self, off_s: float = 60.0, *, wall: datetime | None = None) -> None:
        """Power off and on: another boot id, monotonic time from near zero, instruments unread."""
        self.wall = wall or self.wall + timedelta(seconds=off_s)
        self.mono_s = 20.0
        self.boot_id = f"boot-{int(self.boot_id.removeprefix('boot-')) + 1}"
        self.record(GuardStarted(version="test"))
        self.settle()

    def distrust(self) -> None:
        self.record(ClockJudged(trusted=False, reason="no-rtc"))
        self.settle()

    def power(self, *status: str, ups: str = "ups1", **figures: Any) -> tuple[Body, ...]:
        """A reading; a battery that says low is low, unless `figures` say otherwise."""
        usual = {"charge_percent": 15.0 if "LB" in status else 90.0}
        return self.read(PowerRead(ups=ups, status=status, **(usual | figures)))

    def keep(self, seconds: float, *status: str, every_s: float = 1.0, **figures: Any) -> None:
        """A UPS goes on telling the same for so long, read every second unless told otherwise."""
        self.discharge(
            seconds, *status, charge=(figures.pop("charge_percent", 90.0),) * 2, every_s=every_s, **figures
        )

    def discharge(
        self,
        seconds: float,
        *status: str,
        charge: tuple[float | None, float | None] = (100.0, 40.0),
        every_s: float = 1.0,
        **figures: Any,
    ) -> None:
        """On battery for so long, the charge going evenly from the first figure to the second."""
        first, last = charge
        steps = math.ceil(seconds / every_s)
        for number in range(steps + 1):
            if number:
                self.advance(min(every_s, seconds - (number - 1) * every_s), every_s=every_s)
            now = first if first is None or last is None else first + (last - first) * number / max(1, steps)
            self.power(
                *(status or ("OB", "DISCHRG")), **({"load_percent": 30.0} | figures | {"charge_percent": now})
            )

    def copy(self) -> "Ledger":
        """Another ledger that goes on from here; this one stays as it is."""
        other = Ledger.__new__(Ledger)
        other.__dict__.update(self.__dict__ | {"events": list(self.events)})
        return other

    @property
    def ups(self) -> UpsState:
        """What is known of the only UPS, or of the first."""
        return self.venue.ups[self.venue.plan.ups[0].name]

    @property
    def row(self) -> dict[str, Any]:
        """The first UPS as a reader sees it."""
        rows = self.snapshot["power"]
        assert isinstance(rows, list)
        return dict(rows[0])

    @property
    def discharged(self) -> list[PowerDischarged]:
        """The discharges on record."""
        return [event.body for event in self.events if isinstance(event.body, PowerDischarged)]

    def restart(self, off_s: float = 5.0) -> None:
        """The guard ends and starts again; the box goes on, nothing is read meanwhile."""
        self.wall += timedelta(seconds=off_s)
        self.mono_s += off_s
        self.record(GuardStarted(version="test"))
        self.settle()

    def power_lost_sight(self, reason: str = "unreachable", ups: str = "ups1") -> tuple[Body, ...]:
        return self.read(PowerUnknown(ups=ups, reason=reason))

    def dark(self, *seats: str) -> None:
        self.seats_on -= set(seats)
        self.read(SeatsReading(present=self.seats_on))

    def lit(self, *seats: str) -> None:
        self.seats_on |= set(seats)
        self.read(SeatsReading(present=self.seats_on))

    def usb(self, *devices: UsbPlugged) -> tuple[Body, ...]:
        return self.read(UsbReading(devices=devices, closed=True))

    def bundle(self, name: str, *, stage: str = "", of: str = "", log_seq: int | None = None) -> None:
        body = BundlePublished(
            name=name, counter=1, bundle_kind="full", stage=stage, sitting=of, files=1, source_bytes=1,
            log_seq=self.venue.seq if log_seq is None else log_seq, sealed_bytes=1, sha256="0" * 64,
        )  # fmt: skip
        self.record(body)
        self.settle()

    def receipt(self, name: str) -> None:
        self.record(BundleReceipted(name=name))
        self.settle()

    def all_read(self) -> "Ledger":
        """Every instrument read once, the mains on, every seat there, nothing plugged in."""
        for ups in self.venue.plan.ups:
            self.power("OL", ups=ups.name)
        self.usb()
        self.lit()
        return self

    @property
    def opened(self) -> list[Incident]:
        """The incidents not closed."""
        return list(self.venue.open_incidents())

    @property
    def kinds(self) -> list[str]:
        return [incident.cause_kind for incident in self.opened]

    def one(self, cause_kind: str) -> Incident:
        """The only open incident of a kind."""
        (found,) = (i for i in self.opened if i.cause_kind == cause_kind)
        return found

    def numbered(self, number: int) -> Incident:
        return next(i for i in self.venue.incidents if i.number == number)

    def recorded(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]

    @property
    def phase(self) -> tuple[str, str]:
        return self.venue.phase.name, self.venue.phase.sitting

    @property
    def verdict(self) -> Verdict:
        return verdict(self.venue, self.now, self.log_problem)

    @property
    def posture(self) -> Posture:
        return posture(self.venue, self.now)

    @property
    def snapshot(self) -> dict[str, object]:
        return snapshot(self.venue, self.now, self.log_problem)


def seats_of(room: int, count: int = SEATS) -> tuple[str, ...]:
    return tuple(f"{room}-{number:02d}" for number in range(1, count + 1))


def stick(port: str = "1-2", serial: str = "S1") -> UsbPlugged:
    return UsbPlugged(port=port, id="0781:5567", name="Cruzer Blade", serial=serial, interfaces=("08:06:50",))


def sealed(laid_down: Plan | None = None) -> Ledger:
    """Sealed the evening before, everything read."""
    day = Ledger(laid_down).all_read()
    day.act("seal", **SIGNED)
    day.bundle("seal")
    return day


def running(laid_down: Plan | None = None, *, clock: str = "09:10") -> Ledger:
    """The morning sitting, sealed, all machines on, backups made."""
    day = sealed(laid_down)
    day.until("08:00")
    day.bundle("prepared")
    day.until(clock)
    day.bundle("running")
    assert not day.opened, day.kinds
    return day
