"""Everything that can be recorded: past-tense bodies, each with a stable kind and a journal level.

Bodies only grow: a new field has a default, an unknown one is ignored on reading, a kind is never
reused. `BODIES` at the end is the table that docs/events.md, the journal's MESSAGE_IDs, the page's
words and `venue events --kind` hang on.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from appliance.events.plan import Plan

# Journal levels by reader (syslog numbers): somebody must act now, look tomorrow, the day's story, off.
CRITICAL, ERROR, WARNING, INFO, DEBUG = 2, 3, 4, 6, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What happened. Subclasses are the only bodies there are."""

    kind: ClassVar[str] = ""
    level: ClassVar[int] = INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecognised(Body):
    """A body of a newer version: kept as text, folded as nothing."""

    original_kind: str
    text: str


# --- the guard, its log and its clock -------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardStarted(Body):
    """The guard opened its log; instrument readings of another boot count for nothing from here."""

    kind: ClassVar[str] = "guard.started"
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardStopped(Body):
    """The guard was asked to stop and did so in order."""

    kind: ClassVar[str] = "guard.stopped"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueConfigured(Body):
    """The configuration differs from the one the record knew."""

    kind: ClassVar[str] = "venue.configured"
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCheckpoint(Body):
    """The whole state, so that a start folds from here."""

    kind: ClassVar[str] = "log.checkpoint"
    level: ClassVar[int] = DEBUG
    state: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGap(Body):
    """For a while nothing could be written; `kept` rows follow with their own times, `lost` do not."""

    kind: ClassVar[str] = "log.gap"
    level: ClassVar[int] = ERROR
    since: datetime
    kept: int
    lost: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDamaged(Body):
    """An older log file does not verify; it was left as it is and this one begun beside it."""

    kind: ClassVar[str] = "log.damaged"
    level: ClassVar[int] = CRITICAL
    file: str
    problem: str
    salvaged_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogVerified(Body):
    """The whole hash chain was walked; `problem` is empty where it holds."""

    kind: ClassVar[str] = "log.verified"
    rows: int
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockJudged(Body):
    """Whether anything vouches for the wall clock changed."""

    kind: ClassVar[str] = "clock.judged"
    level: ClassVar[int] = WARNING
    trusted: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskRead(Body):
    """The state directory's disk crossed a mark; `level_name` is ok, low or full."""

    kind: ClassVar[str] = "disk.read"
    level: ClassVar[int] = WARNING
    level_name: str
    free_percent: float
    free_bytes: int


# --- instruments -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRead(Body):
    """A UPS's reading worth keeping: a change of state, beyond the dead band, or 1 Hz in an outage."""

    kind: ClassVar[str] = "power.read"
    ups: str
    status: tuple[str, ...]
    charge_percent: float | None = None
    runtime_s: float | None = None
    load_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerUnknown(Body):
    """A UPS no longer answers believably; `reason` is the driver's word for why."""

    kind: ClassVar[str] = "power.unknown"
    level: ClassVar[int] = WARNING
    ups: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbPlugged(Body):
    """A USB device appeared at `port`; `allowed` by the configured list, `authorized` by the kernel."""

    kind: ClassVar[str] = "usb.plugged"
    level: ClassVar[int] = WARNING
    port: str
    id: str
    name: str = ""
    serial: str = ""
    interfaces: tuple[str, ...] = ()
    allowed: bool = False
    authorized: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbUnplugged(Body):
    """The device at `port` is gone."""

    kind: ClassVar[str] = "usb.unplugged"
    port: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbUnknown(Body):
    """The USB bus can not be read."""

    kind: ClassVar[str] = "usb.unknown"
    level: ClassVar[int] = WARNING
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbSeen(Body):
    """The USB bus can be read (again)."""

    kind: ClassVar[str] = "usb.seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsRead(Body):
    """Seats (ids) that came and went since the last such row; the first one after a start lists all."""

    kind: ClassVar[str] = "seats.read"
    arrived: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsUnknown(Body):
    """Presence of seats can not be read."""

    kind: ClassVar[str] = "seats.unknown"
    level: ClassVar[int] = WARNING
    reason: str


# --- the exam day ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseChanged(Body):
    """The timetable, the clock, the seal or an act of the chief led to another phase."""

    kind: ClassVar[str] = "phase.changed"
    phase: str
    sitting: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealMade(Body):
    """Two people sealed the venue for a batch."""

    kind: ClassVar[str] = "seal.made"
    batch: str
    chief: str
    technician: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealLifted(Body):
    """The seal ended: by two people, or because the batch is over."""

    kind: ClassVar[str] = "seal.lifted"
    batch: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingDelayed(Body):
    """Start and end of a sitting moved later by `minutes`, with the province's consent."""

    kind: ClassVar[str] = "sitting.delayed"
    level: ClassVar[int] = WARNING
    sitting: str
    minutes: int
    by: str
    consent: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingExtended(Body):
    """The end moved later by `minutes` for all, or for the one candidate at `seat`."""

    kind: ClassVar[str] = "sitting.extended"
    level: ClassVar[int] = WARNING
    sitting: str
    minutes: int
    by: str
    consent: str
    reason: str
    seat: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingFinished(Body):
    """The chief said: answers are collected (收卷完成)."""

    kind: ClassVar[str] = "sitting.finished"
    sitting: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillStarted(Body):
    """From here on everything is a drill (`drill`) or a networked rehearsal (`rehearsal`), not the record."""

    kind: ClassVar[str] = "drill.started"
    mode: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillEnded(Body):
    """Back to the real thing."""

    kind: ClassVar[str] = "drill.ended"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatSwapped(Body):
    """A candidate moved from `seat` to the spare `spare`."""

    kind: ClassVar[str] = "seat.swapped"
    seat: str
    spare: str
    by: str


# --- incidents -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened(Body):
    """A cause began; `cause` tells one from another of the same `cause_kind`."""

    kind: ClassVar[str] = "incident.opened"
    level: ClassVar[int] = ERROR
    number: int
    cause_kind: str
    cause: str
    place: str = ""
    members: tuple[str, ...] = ()
    detail: str = ""
    absorbs: tuple[int, ...] = ()
    began: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentGrew(Body):
    """The same cause took more in, or came again (`again`) within the flap time."""

    kind: ClassVar[str] = "incident.grew"
    number: int
    members: tuple[str, ...] = ()
    again: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCeased(Body):
    """The cause is gone; whether candidates work again is for people to say."""

    kind: ClassVar[str] = "incident.ceased"
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClassProposed(Body):
    """The box proposes a class, `general` or `major`, from what it measured."""

    kind: ClassVar[str] = "incident.class_proposed"
    level: ClassVar[int] = ERROR
    number: int
    proposed: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClassConfirmed(Body):
    """The chief confirmed a class."""

    kind: ClassVar[str] = "incident.class_confirmed"
    number: int
    confirmed: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAcknowledged(Body):
    """Somebody took it in hand."""

    kind: ClassVar[str] = "incident.acknowledged"
    number: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentNoted(Body):
    """Somebody wrote something down."""

    kind: ClassVar[str] = "incident.noted"
    number: int
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReported(Body):
    """Somebody was told, and answered."""

    kind: ClassVar[str] = "incident.reported"
    number: int
    by: str
    to: str
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentResumed(Body):
    """The operator said: the candidates work again; `lost_minutes` is rounded up."""

    kind: ClassVar[str] = "incident.resumed"
    number: int
    by: str
    lost_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed(Body):
    """Closed with an `outcome`: swapped, recovered, recorded or false_alarm; `by` is empty for the guard."""

    kind: ClassVar[str] = "incident.closed"
    number: int
    outcome: str
    by: str = ""
    text: str = ""


# --- backups and posture ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRequested(Body):
    """Somebody asked for a bundle now."""

    kind: ClassVar[str] = "backup.requested"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePublished(Body):
    """A sealed bundle stands in the outbox, read back and compared; it holds the log up to `log_seq`."""

    kind: ClassVar[str] = "bundle.published"
    name: str
    counter: int
    bundle_kind: str
    stage: str
    sitting: str
    log_seq: int
    files: int
    source_bytes: int
    sealed_bytes: int
    sha256: str
    incomplete: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFailed(Body):
    """A bundle could not be made; every older one stands."""

    kind: ClassVar[str] = "backup.failed"
    level: ClassVar[int] = ERROR
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleReceipted(Body):
    """The province opened the bundle and says it holds it."""

    kind: ClassVar[str] = "bundle.receipted"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostureHeld(Body):
    """What is asked of `key` was made so and read back."""

    kind: ClassVar[str] = "posture.held"
    key: str
    want: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostureFailed(Body):
    """What is asked of `key` could not be made so; it is tried again and said once."""

    kind: ClassVar[str] = "posture.failed"
    level: ClassVar[int] = ERROR
    key: str
    want: str
    reason: str


BODIES: dict[str, type[Body]] = {
    cls.kind: cls
    for cls in (
        GuardStarted, GuardStopped, VenueConfigured, LogCheckpoint, LogGap, LogDamaged, LogVerified,
        ClockJudged, DiskRead,
        PowerRead, PowerUnknown, UsbPlugged, UsbUnplugged, UsbUnknown, UsbSeen, SeatsRead, SeatsUnknown,
        PhaseChanged, SealMade, SealLifted, SittingDelayed, SittingExtended, SittingFinished,
        DrillStarted, DrillEnded, SeatSwapped,
        IncidentOpened, IncidentGrew, IncidentCeased, IncidentClassProposed, IncidentClassConfirmed,
        IncidentAcknowledged, IncidentNoted, IncidentReported, IncidentResumed, IncidentClosed,
        BackupRequested, BundlePublished, BackupFailed, BundleReceipted, PostureHeld, PostureFailed,
    )
}  # fmt: skip
