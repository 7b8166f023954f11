"""The append-only, hash-chained record in SQLite, read back as events."""

from appliance.eventlog.log import EventLog, Row
from appliance.eventlog.opened import LogDamagedError, LogError, LogNewerError, LogUnwritable
from appliance.eventlog.record import Record
from appliance.eventlog.verify import Verified, verify

__all__ = [
    "EventLog",
    "LogDamagedError",
    "LogError",
    "LogNewerError",
    "LogUnwritable",
    "Record",
    "Row",
    "Verified",
    "verify",
]
