"""The panel beside the box: what its lamps show and whether its buzzer sounds."""

from dataclasses import dataclass, replace

from appliance.events import Body, Moment
from appliance.events.bodies import PanelConfirmed, PanelPressed, PanelSilenced, PanelTested
from appliance.exam.incidents import Incident

TEST, QUIET = "test", "quiet"
TEST_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelState:
    """`heard`: what was open when somebody silenced the buzzer, see `_heard_as`. `seen`: None, nobody said."""

    presses: int = 0
    heard: tuple[str, ...] = ()
    silenced: Moment | None = None
    tested: Moment | None = None
    confirmed: Moment | None = None
    seen: bool | None = None


def after(panel: PanelState, body: Body, now: Moment, incidents: tuple[Incident, ...]) -> PanelState:
    """The panel once `body` is recorded."""
    match body:
        case PanelPressed(presses=presses):
            return replace(panel, presses=presses)
        case PanelSilenced():
            heard = tuple(_heard_as(item) for item in incidents if not item.closed)
            return replace(panel, heard=heard, silenced=now)
        case PanelTested():
            return replace(panel, tested=now, seen=None)
        case PanelConfirmed(seen=seen):
            return replace(panel, confirmed=now, seen=seen)
    return panel


def lamp_level(panel: PanelState, level: str, now: Moment) -> str:
    """What the lamps show: the verdict's level, or all of them while they are tried."""
    return TEST if _on_trial(panel, now) else level


def buzzer_level(panel: PanelState, level: str, incidents: tuple[Incident, ...], now: Moment) -> str:
    """What the buzzer sounds: quiet where all is well, or where somebody heard of everything that is open."""
    if _on_trial(panel, now):
        return TEST
    if level == "ok":
        return QUIET
    unheard = [item for item in incidents if not item.closed and _heard_as(item) not in panel.heard]
    if panel.silenced is not None and not unheard:
        return QUIET
    taken = [item for item in incidents if not item.closed and not item.acknowledged_by]
    if level == "attention" and not taken:
        return QUIET
    return level


def _heard_as(incident: Incident) -> str:
    """An item and how bad it is: one that gets worse, a battery that is low now, is heard anew."""
    return f"{incident.number} {incident.proposed} {incident.detail}"


def _on_trial(panel: PanelState, now: Moment) -> bool:
    return (
        panel.tested is not None and now.boot_id == panel.tested.boot_id and now.since(panel.tested) < TEST_S
    )
