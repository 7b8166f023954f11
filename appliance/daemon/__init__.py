"""The guard's composition root: the only place that constructs and connects."""

from appliance.daemon.guard import GuardBusy, GuardFailed, make_clock, run
from appliance.daemon.settings import Settings, read, warnings

__all__ = ["GuardBusy", "GuardFailed", "Settings", "make_clock", "read", "run", "warnings"]
