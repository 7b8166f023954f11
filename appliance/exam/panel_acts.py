"""What people do with the panel: try it, say what they saw, silence it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from appliance.events import Body, Moment
from appliance.events.bodies import PanelConfirmed, PanelSilenced, PanelTested
from appliance.exam.asked import MAX_NAME, Act, Refused
from appliance.exam.venue import Venue


def _configured(venue: Venue) -> None:
    if not venue.plan.panel:
        raise Refused("no-panel")


def _test(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    _configured(venue)
    return (PanelTested(by=act.text("by", limit=MAX_NAME)),)


def _confirm(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    _configured(venue)
    seen = act.args.get("seen")
    if not isinstance(seen, bool):
        raise Refused("bad-choice", name="seen", choices="true, false")
    return (PanelConfirmed(by=act.text("by", limit=MAX_NAME), seen=seen),)


def _silence(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    _configured(venue)
    return (PanelSilenced(by=act.text("by", limit=MAX_NAME)),)


PANEL_DECISIONS: Mapping[str, Callable[[Venue, Act, Moment], tuple[Body, ...]]] = MappingProxyType(
    {"panel.test": _test, "panel.confirm": _confirm, "panel.silence": _silence}
)
