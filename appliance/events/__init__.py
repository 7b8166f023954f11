"""The Event and its bodies: the only thing that is ever recorded."""

from appliance.events.bodies import BODIES, Body
from appliance.events.envelope import Event, from_text, to_text
from appliance.events.moment import Moment

__all__ = ["BODIES", "Body", "Event", "Moment", "from_text", "to_text"]
