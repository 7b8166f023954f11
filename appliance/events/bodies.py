"""Everything that can be recorded: one table of kinds.

Bodies only grow: a new field has a default, an unknown one is ignored on reading, a kind is never
reused. docs/events.md, the journal's MESSAGE_IDs, the page's words and `venue events --kind` hang on
`BODIES`.
"""

from appliance.events.body import CRITICAL, DEBUG, ERROR, INFO, WARNING, Body, Unrecognised
from appliance.events.box import (
    BackupFailed,
    BackupRequested,
    BundlePublished,
    BundleReceipted,
    ClockJudged,
    DiskRead,
    GuardStarted,
    GuardStopped,
    LogCheckpoint,
    LogDamaged,
    LogGap,
    LogVerified,
    PostureFailed,
    PostureHeld,
    VenueConfigured,
)
from appliance.events.day import (
    DrillEnded,
    DrillStarted,
    PhaseChanged,
    SealLifted,
    SealMade,
    SeatSwapped,
    SittingDelayed,
    SittingExtended,
    SittingFinished,
)
from appliance.events.incident import (
    IncidentAcknowledged,
    IncidentCeased,
    IncidentClassConfirmed,
    IncidentClassProposed,
    IncidentClosed,
    IncidentGrew,
    IncidentNoted,
    IncidentOpened,
    IncidentReported,
    IncidentResumed,
)
from appliance.events.instruments import (
    PowerRead,
    PowerUnknown,
    SeatsRead,
    SeatsUnknown,
    UsbPlugged,
    UsbSeen,
    UsbUnknown,
    UsbUnplugged,
)

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

__all__ = [
    "BODIES",
    "BackupFailed",
    "BackupRequested",
    "Body",
    "BundlePublished",
    "BundleReceipted",
    "CRITICAL",
    "ClockJudged",
    "DEBUG",
    "DiskRead",
    "DrillEnded",
    "DrillStarted",
    "ERROR",
    "GuardStarted",
    "GuardStopped",
    "INFO",
    "IncidentAcknowledged",
    "IncidentCeased",
    "IncidentClassConfirmed",
    "IncidentClassProposed",
    "IncidentClosed",
    "IncidentGrew",
    "IncidentNoted",
    "IncidentOpened",
    "IncidentReported",
    "IncidentResumed",
    "LogCheckpoint",
    "LogDamaged",
    "LogGap",
    "LogVerified",
    "PhaseChanged",
    "PostureFailed",
    "PostureHeld",
    "PowerRead",
    "PowerUnknown",
    "SealLifted",
    "SealMade",
    "SeatSwapped",
    "SeatsRead",
    "SeatsUnknown",
    "SittingDelayed",
    "SittingExtended",
    "SittingFinished",
    "Unrecognised",
    "UsbPlugged",
    "UsbSeen",
    "UsbUnknown",
    "UsbUnplugged",
    "VenueConfigured",
    "WARNING",
]
