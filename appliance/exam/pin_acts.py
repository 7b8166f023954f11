"""PINs: that one was set stands in the record, by whom and how; the PIN itself never does.

The control socket checks who asks and sets it; these decisions only give the row.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from appliance.events import Body, Moment
from appliance.events.bodies import PinChanged, PinCodeMade
from appliance.exam.asked import MAX_NAME, Act
from appliance.exam.venue import Venue

MAX_ROLE = 16


def _set(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    role = act.text("role", limit=MAX_ROLE)
    return (PinChanged(role=role, how="technician", again=act.args.get("again") is True),)


def _choose(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    return (PinChanged(role=act.text("role", limit=MAX_ROLE), how="code", by=act.text("by", limit=MAX_NAME)),)


def _code(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    return (PinCodeMade(role=act.text("role", limit=MAX_ROLE)),)


PIN_DECISIONS: Mapping[str, Callable[[Venue, Act, Moment], tuple[Body, ...]]] = MappingProxyType(
    {"pin.set": _set, "pin.choose": _choose, "pin.code": _code}
)
