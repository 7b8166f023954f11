"""The box itself: its log, its clock, its disk, the posture it holds, the bundles it makes."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from appliance.events.body import CRITICAL, DEBUG, ERROR, WARNING, Body
from appliance.events.plan import Plan
from appliance.events.stored import SourceTold


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


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRead(Body):
    """How the box itself is; `faults` what is wrong: hot, under-voltage, throttled, memory-low, disk-slow, card-worn,
    clock-off.

    What it does not tell is null. `write_ms`: how long 4 KiB took to be safe on the disk. `watchdog` is active (it is
    fed), inactive, none or '' where that is not told; `line_mbps` the speed of the line's port, 0 without a link.
    `reserve`: of the disk's spare blocks: normal, warning, urgent. `clock_offset_s`: to the clocks it follows.
    """

    kind: ClassVar[str] = "host.read"
    faults: tuple[str, ...] = ()
    temperature_c: float | None = None
    under_voltage: bool | None = None
    throttled: bool | None = None
    memory_free_percent: float | None = None
    write_ms: float | None = None
    wear_percent: int | None = None
    rtc: bool | None = None
    watchdog: str = ""
    line_mbps: int | None = None
    reserve: str | None = None
    clock_offset_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRequested(Body):
    """Somebody asked for a bundle now; `full`: not one of what changed alone."""

    kind: ClassVar[str] = "backup.requested"
    by: str
    full: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePublished(Body):
    """A sealed bundle stands in the outbox, read back and compared; it holds the log up to `log_seq`.

    `incomplete` are sources that are not whole in it, `reasons` say why: a line a source, and no file's name.
    """

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
    reasons: tuple[str, ...] = ()
    sources: tuple[SourceTold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFailed(Body):
    """A bundle could not be made; every older one stands.

    `code`: sources, full, refused, unwritable, read_back, log; '' where it is none of these. `reason` is for the
    technician.
    """

    kind: ClassVar[str] = "backup.failed"
    level: ClassVar[int] = ERROR
    reason: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleReceipted(Body):
    """The province opened the bundle and says it holds it: `files` opened and right, the counts of its answers.

    `expected` and `collected` are None where a source is not counted. `checked_at`: when, by the province's clock.
    """

    kind: ClassVar[str] = "bundle.receipted"
    name: str
    files: int = 0
    expected: int | None = None
    collected: int | None = None
    checked_at: str = ""


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
