"""The state of the venue: the fold of the log, event by event."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from appliance.events import Body, Event, Moment
from appliance.events.bodies import (
    ClockConfirmed,
    ClockJudged,
    DiskRead,
    DrillEnded,
    DrillStarted,
    GuardStarted,
    HostRead,
    IncidentClosed,
    IncidentOpened,
    LogDamaged,
    LogVerified,
    PhaseChanged,
    PostureFailed,
    PostureHeld,
    SealLifted,
    SealMade,
    SeatRegistered,
    SeatRetired,
    SeatsRead,
    SeatsUnknown,
    SeatSwapped,
    VenueConfigured,
)
from appliance.events.plan import Plan
from appliance.events.sealed import SealPoint
from appliance.exam import incidents
from appliance.exam.bundles import BackupState, after, noted
from appliance.exam.host import HostState
from appliance.exam.incidents import Incident
from appliance.exam.net import firewall
from appliance.exam.net import state as nets
from appliance.exam.net.firewall import FirewallState
from appliance.exam.net.state import NetState
from appliance.exam.panel import PanelState
from appliance.exam.panel import after as panel_after
from appliance.exam.phase import CLOSING, RUNNING
from appliance.exam.power import state as power
from appliance.exam.power import upses
from appliance.exam.power.endings import Ending, after_event
from appliance.exam.power.state import UpsState
from appliance.exam.readiness import state as readiness
from appliance.exam.readiness.state import VOUCHED_S, Before, ReadinessState
from appliance.exam.seat_changes import Changes, changes_after, still_meant, with_changes
from appliance.exam.sittings import sitting_after
from appliance.exam.timetable import Moved, SittingActs, moved
from appliance.exam.usb import attached as attacheds
from appliance.exam.usb import devices as usbs
from appliance.exam.usb.attached import AttachedState, Ports
from appliance.exam.usb.devices import UsbState


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Who sealed the venue, for which batch, when; `seq` of the row that says so; the check as it stood then."""

    batch: str
    at: datetime
    chief: str
    technician: str
    seq: int
    usb_sha256: str = ""
    points: tuple[SealPoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseMark:
    """The recorded phase, since when, and the row that began it."""

    name: str = "open"
    sitting: str = ""
    at: datetime | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsState:
    """Who is there: `present` ids, `gone` since when for the others, swaps of seats to spares."""

    present: tuple[str, ...] = ()
    gone: dict[str, Moment] = field(default_factory=dict)
    swapped: dict[str, str] = field(default_factory=dict)
    read: bool = False
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """Everything the record says, folded. `last` is the last event's time, `held` the sittings that were on.

    `sittings` is the timetable as the acts moved it: kept, because each turn asks for it eight times.
    """

    seq: int = 0
    boot_id: str = ""
    last: Moment | None = None
    plan: Plan = field(default_factory=lambda: Plan(code="", name=""))
    acts: dict[str, SittingActs] = field(default_factory=dict)
    sittings: tuple[Moved, ...] = ()
    changes: Changes = field(default_factory=dict)
    held: tuple[str, ...] = ()
    phase: PhaseMark = field(default_factory=PhaseMark)
    seal: Seal | None = None
    drill: str = ""
    clock_trusted: bool = True
    ups: dict[str, UpsState] = field(default_factory=dict)
    endings: dict[str, Ending] = field(default_factory=dict)
    panel: PanelState = field(default_factory=PanelState)
    usb: UsbState = field(default_factory=UsbState)
    net: NetState = field(default_factory=NetState)
    attached: AttachedState = field(default_factory=AttachedState)
    firewall: FirewallState = field(default_factory=FirewallState)
    seats: SeatsState = field(default_factory=SeatsState)
    disk_level: str = "unknown"
    disk_free_percent: float | None = None
    host: HostState = field(default_factory=HostState)
    backup: BackupState = field(default_factory=BackupState)
    readiness: ReadinessState = field(default_factory=ReadinessState)
    posture_failures: dict[str, str] = field(default_factory=dict)
    log_problem: str = ""
    incidents: tuple[Incident, ...] = ()
    next_incident: int = 1

    def open_incidents(self) -> tuple[Incident, ...]:
        """Those not closed, oldest first."""
        return tuple(i for i in self.incidents if not i.closed)


def fold(venue: Venue, event: Event) -> Venue:
    """The state once `event` is recorded. Total: a body it does not know changes nothing but `seq`."""
    now = incidents.moment(event, trusted=venue.clock_trusted)
    before = Before(
        last=venue.last,
        phase=venue.phase.name,
        phase_at=venue.phase.at,
        sealed=venue.seal is not None,
    )
    ready = readiness.after(venue.readiness, event, now, before)
    return replace(_fold(venue, event, now), seq=event.seq, last=now, readiness=ready)


def _fold(venue: Venue, event: Event, now: Moment) -> Venue:
    match event.body:
        case GuardStarted():
            return _after_start(venue, now)
        case VenueConfigured(plan=listed):
            changes = still_meant(venue.changes, listed)
            plan = with_changes(listed, changes)
            watched = upses.configured(venue.ups, venue.plan, plan)
            sittings = moved(plan.sittings, venue.acts)
            return replace(venue, plan=plan, changes=changes, sittings=sittings, ups=watched)
        case ClockJudged(trusted=trusted):
            return replace(venue, clock_trusted=trusted)
        case ClockConfirmed(offset_s=offset_s) if abs(offset_s) <= VOUCHED_S:
            return replace(venue, clock_trusted=True)
        case HostRead() as row:
            return replace(venue, host=HostState(read=now, row=row))
        case DiskRead(level_name=name, free_percent=free):
            return replace(venue, disk_level=name, disk_free_percent=free)
        case LogDamaged(file=file, problem=problem):
            return replace(venue, log_problem=f"{file}: {problem}")
        case LogVerified(problem=problem) if problem:
            return replace(venue, log_problem=problem)
        case PostureFailed(key=key, reason=reason):
            return replace(venue, posture_failures=venue.posture_failures | {key: reason})
        case PostureHeld(key=key):
            rest = {k: v for k, v in venue.posture_failures.items() if k != key}
            return replace(venue, posture_failures=rest)
    return _fold_instruments(venue, event, now)


def _after_start(venue: Venue, now: Moment) -> Venue:
    same_boot = venue.boot_id == now.boot_id
    items = venue.incidents
    return replace(
        venue,
        boot_id=now.boot_id,
        incidents=items if same_boot else incidents.carried_over(items, venue.last, now),
        ups={name: power.after_boot(state, same_boot) for name, state in venue.ups.items()},
        usb=replace(venue.usb, read=False, unknown=""),
        attached=replace(venue.attached, read=False, unknown=""),
        net=nets.after_boot(venue.net, same_boot),
        firewall=FirewallState(),
        seats=replace(venue.seats, read=False, unknown=""),
        posture_failures={},
        host=HostState(),
        panel=replace(venue.panel, presses=0),
        sittings=moved(venue.plan.sittings, venue.acts),
    )


def _fold_instruments(venue: Venue, event: Event, now: Moment) -> Venue:
    area, _, _ = event.kind.partition(".")
    if area == "power":
        return replace(venue, ups=upses.after(venue.ups, event.body, now))
    if area in ("ending", "server"):
        return replace(venue, endings=after_event(venue.endings, event, now))
    if area == "usb":
        return replace(venue, usb=usbs.after(venue.usb, event.body, now, venue.plan))
    if area in ("network", "window"):
        seen = nets.after(venue.net, event.body, now)
        return replace(venue, net=seen, firewall=firewall.after(venue.firewall, event.body, now))
    if area in ("attached", "radios"):
        return replace(venue, attached=_attached(venue, event.body, now))
    if area == "panel":
        return replace(venue, panel=panel_after(venue.panel, event.body, now, venue.incidents))
    match event.body:
        case SeatsRead(arrived=arrived, gone=gone):
            return replace(venue, seats=_seats_after(venue, arrived, gone, now))
        case SeatsUnknown(reason=reason):
            return replace(venue, seats=replace(venue.seats, unknown=reason))
        case SeatRetired() | SeatRegistered():
            return _with_seats(venue, changes_after(venue.changes, event.body, venue.plan), now)
        case SeatSwapped(seat=seat, spare=spare):
            return replace(venue, seats=_swapped(venue.seats, seat, spare, now))
    return _fold_day(venue, event, now)


def _attached(venue: Venue, body: Body, now: Moment) -> AttachedState:
    ports = Ports(usb=venue.usb, plan=venue.plan)
    return attacheds.after(venue.attached, body, now, ports=ports, sealed=venue.seal is not None)


def _seats_after(venue: Venue, arrived: tuple[str, ...], gone: tuple[str, ...], now: Moment) -> SeatsState:
    present = (set(venue.seats.present) | set(arrived)) - set(gone)
    absent = {seat.id for seat in venue.plan.seats} - present
    since = {seat: venue.seats.gone.get(seat, now) for seat in absent}
    return replace(venue.seats, present=tuple(sorted(present)), gone=since, read=True, unknown="")


def _with_seats(venue: Venue, changes: Changes, now: Moment) -> Venue:
    """A machine that is new in the list is late from now on; of one that is out of it nothing is late any more."""
    plan = with_changes(venue.plan, changes)
    absent = {seat.id for seat in plan.seats} - set(venue.seats.present)
    gone = {seat: venue.seats.gone.get(seat, now) for seat in absent}
    return replace(venue, plan=plan, changes=changes, seats=replace(venue.seats, gone=gone))


def _swapped(seats: SeatsState, seat: str, spare: str, now: Moment) -> SeatsState:
    """A spare that is still off is late from the swap on, not since it was last seen."""
    gone = seats.gone | ({spare: now} if spare in seats.gone else {})
    return replace(seats, swapped=seats.swapped | {seat: spare}, gone=gone)


def _fold_day(venue: Venue, event: Event, now: Moment) -> Venue:
    match event.body:
        case PhaseChanged(phase=name, sitting=sitting):
            mark = PhaseMark(name=name, sitting=sitting, at=event.at, seq=event.seq)
            on = (sitting,) if name in (RUNNING, CLOSING) and sitting not in venue.held else ()
            return replace(venue, phase=mark, held=venue.held + on)
        case SealMade() as made:
            seal = Seal(
                batch=made.batch,
                at=event.at,
                chief=made.chief,
                technician=made.technician,
                seq=event.seq,
                usb_sha256=made.usb_sha256,
                points=made.points,
            )
            usb = usbs.after(venue.usb, event.body, now, venue.plan)
            return replace(venue, seal=seal, usb=usb, attached=_attached(venue, event.body, now))
        case SealLifted():
            usb = usbs.after(venue.usb, event.body, now, venue.plan)
            return replace(venue, seal=None, usb=usb, attached=_attached(venue, event.body, now))
        case DrillStarted(mode=mode):
            return replace(venue, drill=mode)
        case DrillEnded():
            return replace(venue, drill="")
        case IncidentOpened(number=number) as body:
            items = incidents.opened(
                venue.incidents, body, now, drill=venue.drill, sitting=venue.phase.sitting
            )
            return replace(venue, incidents=items, next_incident=max(venue.next_incident, number + 1))
    if event.kind.startswith("sitting."):
        name = str(getattr(event.body, "sitting", ""))
        return _with_acts(venue, name, sitting_after(venue.acts.get(name, SittingActs()), event))
    if event.kind.startswith("incident."):
        log_problem = "" if _took_note_of_damage(event.body) else venue.log_problem
        items = incidents.changed(venue.incidents, event.body, now)
        endings = after_event(venue.endings, event, now)
        backup = noted(venue.backup, event.body, venue.incidents)
        return replace(venue, incidents=items, log_problem=log_problem, endings=endings, backup=backup)
    return replace(venue, backup=after(venue.backup, event, now))


def _took_note_of_damage(body: Body) -> bool:
    """A damaged log never heals: it stops being a cause once a person closes its incident."""
    return isinstance(body, IncidentClosed) and body.cause_kind == "log_damaged"


def _with_acts(venue: Venue, sitting: str, acts: SittingActs) -> Venue:
    together = venue.acts | {sitting: acts}
    return replace(venue, acts=together, sittings=moved(venue.plan.sittings, together))
