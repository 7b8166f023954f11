"""An orderly end on a battery that gives out, as the record knows it: begun, agreed, rested, cut."""

from dataclasses import dataclass, field, replace

from appliance.events import Event, Moment
from appliance.events.bodies import (
    EndingAgreed,
    EndingBegun,
    EndingCancelled,
    EndingCut,
    EndingRested,
    IncidentClosed,
    ServerStopped,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of what hangs on one UPS. `signs` empty: nobody measured, the chief decided.

    `stops`: what became of each server that was asked to stop; `seq` of the row that began it.
    """

    ups: str
    begun: Moment
    seq: int
    signs: tuple[str, ...] = ()
    agreed_by: str = ""
    stops: dict[str, str] = field(default_factory=dict)
    rested: bool = False
    cut: Moment | None = None


Endings = dict[str, Ending]


def after_event(endings: Endings, event: Event, now: Moment) -> Endings:
    """The endings once `event` is recorded; the same object where it says nothing of them."""
    match event.body:
        case EndingBegun(ups=ups, signs=signs):
            known = endings.get(ups) or Ending(ups=ups, begun=now, seq=event.seq)
            return endings | {ups: replace(known, signs=signs)}
        case EndingAgreed(ups=ups, by=by):
            known = endings.get(ups) or Ending(ups=ups, begun=now, seq=event.seq)
            return endings | {ups: replace(known, agreed_by=by)}
        case EndingCancelled(ups=ups):
            return {name: ending for name, ending in endings.items() if name != ups}
        case IncidentClosed(cause_kind="ending", cause=ups) if ups:
            return {name: ending for name, ending in endings.items() if name != ups}
        case EndingRested(ups=ups) if ups in endings:
            return endings | {ups: replace(endings[ups], rested=True)}
        case EndingCut(ups=ups) if ups in endings:
            return endings | {ups: replace(endings[ups], cut=now)}
        case ServerStopped(name=name, outcome=outcome):
            return {
                ups: replace(ending, stops=ending.stops | {name: outcome}) if ending.agreed_by else ending
                for ups, ending in endings.items()
            }
    return endings
