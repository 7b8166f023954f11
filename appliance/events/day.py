"""The exam day: phases, the seal, and the acts of the chief examiner."""

from dataclasses import dataclass
from typing import ClassVar

from appliance.events.body import WARNING, Body
from appliance.events.sealed import SealPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseChanged(Body):
    """The timetable, the clock, the seal or an act of the chief led to another phase."""

    kind: ClassVar[str] = "phase.changed"
    phase: str
    sitting: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealMade(Body):
    """Two people sealed the venue for a batch, with every point of the readiness check as it stood then.

    `usb_sha256` is the hash of the box's USB inventory, '' where nobody could read it; `log_seq` and `log_hash`
    (hex) are the head of the record before this row. `drill`: drill or rehearsal, '' for the real thing.
    """

    kind: ClassVar[str] = "seal.made"
    batch: str
    chief: str
    technician: str
    points: tuple[SealPoint, ...] = ()
    usb_sha256: str = ""
    log_seq: int = 0
    log_hash: str = ""
    drill: str = ""


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
class PaperImported(Body):
    """Somebody said that the electronic paper is in the exam system; the box did not measure it."""

    kind: ClassVar[str] = "sitting.paper_imported"
    sitting: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadReported(Body):
    """A room's invigilators reported the exam system's own upload, '' all rooms; the box did not measure it."""

    kind: ClassVar[str] = "sitting.upload_reported"
    sitting: str
    by: str
    room: str = ""


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
