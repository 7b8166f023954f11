"""A record as a guard that is down left it: rows that a guard could have written."""

from datetime import datetime, timedelta
from pathlib import Path

from appliance.eventlog import EventLog
from appliance.events import Body, Event, to_text
from appliance.events.bodies import SealLifted, SealMade, VenueConfigured
from appliance.events.plan import Plan, Sitting

SEALED = SealMade(batch="1", chief="王主考", technician="张工")
LIFTED = SealLifted(batch="1", by="王主考, 张工", reason="换网卡")


def configured(now: datetime, *, begins_in_minutes: float, lasts_minutes: float = 120) -> VenueConfigured:
    """A venue with one sitting of batch 1, so many minutes from `now` (aware)."""
    start = now + timedelta(minutes=begins_in_minutes)
    sitting = Sitting(id="am", batch="1", subject="语文", start=start, end=start + timedelta(minutes=lasts_minutes))
    return VenueConfigured(plan=Plan(code="520100-03", name="考点", sittings=(sitting,)))


def written(path: Path, *bodies: Body, at: datetime, after: int = 0) -> None:
    """The bodies as rows of the log file at `path`, all at `at`; `after` is the number of rows before it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    events = [
        Event(seq=after + n, at=at, mono_s=float(n), boot_id="b", body=body) for n, body in enumerate(bodies, 1)
    ]
    log = EventLog(path, base=after)
    log.append([(event.kind, to_text(event)) for event in events])
    log.close()
