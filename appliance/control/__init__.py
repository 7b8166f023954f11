"""The control socket's server: one JSON line in, one JSON line out, roles by who connects."""

from appliance.control.server import ControlServer
from appliance.control.verbs import Verbs

__all__ = ["ControlServer", "Verbs"]
