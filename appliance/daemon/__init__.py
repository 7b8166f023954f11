"""The guard's composition root: the only place that constructs and connects."""

from appliance.daemon import answers, line, lockdown, recipients
from appliance.daemon.guard import GuardBusy, GuardFailed, GuardRefused, make_clock, run
from appliance.daemon.line import ruleset
from appliance.daemon.lockdown import warnings
from appliance.daemon.seats_recorded import SeatsUnknown, as_recorded
from appliance.daemon.settings import Settings, read
from appliance.daemon.standing import Standing, StandingUnknown, ever_sealed, standing

__all__ = [
    "GuardBusy",
    "GuardFailed",
    "GuardRefused",
    "SeatsUnknown",
    "Settings",
    "Standing",
    "StandingUnknown",
    "answers",
    "as_recorded",
    "ever_sealed",
    "line",
    "lockdown",
    "make_clock",
    "read",
    "recipients",
    "ruleset",
    "run",
    "standing",
    "warnings",
]
