"""Power as the record knows it: the state of a UPS, and which readings are worth a row."""

from dataclasses import dataclass, replace

from appliance.events import Body, Moment
from appliance.events.bodies import PowerRead, PowerUnknown

MAINS, BATTERY, LOW, UNKNOWN = "mains", "battery", "low", "unknown"
DEAD_BAND_PERCENT = 2.0  # charge and load, in points
DEAD_BAND_RUNTIME = 0.1  # as a share of the last recorded runtime
HEARTBEAT_S = 900.0  # an idle UPS leaves 96 rows a day
OUTAGE_PERIOD_S = 1.0
LIVE_STATES = {"OL", "OB"}


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsState:
    """The last recorded reading. `read` None: not read since this boot. `unknown` names the reason, '' if none."""

    status: tuple[str, ...] = ()
    charge_percent: float | None = None
    runtime_s: float | None = None
    load_percent: float | None = None
    read: Moment | None = None
    unknown: str = ""
    unknown_since: Moment | None = None
    on_battery_since: Moment | None = None
    since: Moment | None = None

    @property
    def state(self) -> str:
        """`mains`, `battery`, `low` (battery low or forced shutdown) or `unknown`."""
        if self.unknown or self.read is None or not LIVE_STATES & set(self.status):
            return UNKNOWN
        if "OB" in self.status and "CAL" not in self.status:
            return LOW if {"LB", "FSD"} & set(self.status) else BATTERY
        return MAINS


def after_reading(ups: UpsState, body: PowerRead, now: Moment) -> UpsState:
    """The state once `body` is recorded; a calibration (CAL) is no outage."""
    read = UpsState(
        status=body.status,
        charge_percent=body.charge_percent,
        runtime_s=body.runtime_s,
        load_percent=body.load_percent,
        read=now,
        on_battery_since=ups.on_battery_since,
        since=ups.since,
    )
    if read.state == MAINS:
        read = replace(read, on_battery_since=None)
    elif read.state in (BATTERY, LOW) and ups.on_battery_since is None:
        read = replace(read, on_battery_since=now)
    return read if read.state == ups.state and ups.since else replace(read, since=now)


def after_unknown(ups: UpsState, body: PowerUnknown, now: Moment) -> UpsState:
    """The state once nobody knows: the outage that was running goes on, numbers are gone."""
    return UpsState(
        unknown=body.reason,
        unknown_since=ups.unknown_since or now,
        on_battery_since=ups.on_battery_since,
        since=ups.since if ups.unknown else now,
    )


def after_boot(ups: UpsState, same_boot: bool) -> UpsState:
    """The state a new guard starts from: readings are taken anew, a running outage is not forgotten."""
    return replace(ups, read=None) if same_boot else UpsState(on_battery_since=ups.on_battery_since)


def worth_recording(ups: UpsState, reading: PowerRead | PowerUnknown, now: Moment) -> tuple[Body, ...]:
    """The reading itself where it says something new, else nothing."""
    if isinstance(reading, PowerUnknown):
        return () if ups.unknown == reading.reason else (reading,)
    if ups.read is None or ups.unknown or set(ups.status) != set(reading.status):
        return (reading,)
    age_s = now.since(ups.read)
    if ups.on_battery_since is not None:
        return (reading,) if age_s >= OUTAGE_PERIOD_S else ()
    moved = (
        _apart(ups.charge_percent, reading.charge_percent, DEAD_BAND_PERCENT)
        or _apart(ups.load_percent, reading.load_percent, 5 * DEAD_BAND_PERCENT)
        or _apart(ups.runtime_s, reading.runtime_s, DEAD_BAND_RUNTIME * (ups.runtime_s or 0) + 60)
    )
    period_s = 60.0 if moved else HEARTBEAT_S
    return (reading,) if age_s >= period_s else ()


def _apart(before: float | None, after: float | None, band: float) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(before - after) >= band
