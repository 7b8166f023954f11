"""Which readings become rows of the record: changes, not repetitions."""

from dataclasses import replace

from appliance.events import Body, Moment
from appliance.events.bodies import (
    ClockJudged,
    DiskRead,
    PanelPressed,
    PanelSilenced,
    PowerRead,
    PowerUnknown,
    ProvinceAsked,
    SeatsRead,
    SeatsUnknown,
    UsbPlugged,
    UsbSeen,
    UsbUnknown,
    UsbUnplugged,
)
from appliance.events.readings import (
    AttachedReading,
    BootReading,
    ClockReading,
    DiskReading,
    FirewallReading,
    HostReading,
    LedgerReading,
    PanelRead,
    PresenceReading,
    Reading,
    ReceiptsReading,
    SeatsReading,
    UsbReading,
)
from appliance.exam import host
from appliance.exam.arrival import is_news
from appliance.exam.net import firewall
from appliance.exam.net.ledger import WAITING, ledger_rows
from appliance.exam.net.presence import presence_rows, seats_there
from appliance.exam.power.state import UpsState
from appliance.exam.readiness.state import vouched
from appliance.exam.usb.attached_causes import attached_news
from appliance.exam.usb.boot import boot_news
from appliance.exam.usb.devices import UsbState, allowed, as_judged, known
from appliance.exam.usb.flapping import tells_later
from appliance.exam.venue import Venue

DEAD_BAND_PERCENT = 2.0  # charge and load, in points
DEAD_BAND_RUNTIME = 0.1  # as a share of the last recorded runtime
HEARTBEAT_S = 900.0  # an idle UPS leaves 96 rows a day
OUTAGE_PERIOD_S = 0.95  # once a second, for readings that come a hair early
RESTED_PERIOD_S = 4.0  # a box at rest writes little, and still so often that the discharge counts as seen
DISK_LOW_PERCENT, DISK_FULL_PERCENT = 10.0, 2.0
DISK_BAND_PERCENT = 1.0  # a level is left only this far beyond its mark


def worth_recording(venue: Venue, reading: Reading, now: Moment) -> tuple[Body, ...]:
    """The bodies that bring the record up to `reading`; none where it says nothing new."""
    match reading:
        case UsbReading():
            return _usb(venue, reading, now)
        case BootReading():
            return tuple(boot_news(venue.usb, venue.plan, reading))
        case AttachedReading():
            return attached_news(venue, reading, now)
        case FirewallReading():
            return tuple(firewall.news(venue.firewall, reading, now))
        case SeatsReading():
            return _seats(venue, reading)
        case DiskReading():
            return _disk(venue, reading)
        case HostReading():
            return host.news(venue.host, reading, now)
        case ClockReading(trusted=trusted, reason=reason):
            by_person = not trusted and vouched(venue.readiness, now)
            same = by_person or trusted == venue.clock_trusted
            return () if same else (ClockJudged(trusted=trusted, reason=reason),)
        case ReceiptsReading(asked_at=asked_at, every_s=every_s):
            # What becomes of them is told by the job that looks at them.
            if asked_at is None or asked_at > now.wall or not is_news(venue.backup.arrivals, asked_at):
                return ()
            return (ProvinceAsked(asked_at=asked_at, every_s=every_s),)
        case PanelRead(presses=presses):
            return _panel(venue, presses)
        case LedgerReading():
            return ledger_rows(venue.net, venue.plan.net, reading, now)
        case PresenceReading():
            return _presence(venue, reading, now)
    return _power(venue, reading, now)


def _power(venue: Venue, reading: PowerRead | PowerUnknown, now: Moment) -> tuple[Body, ...]:
    """The reading itself where it says something new, else nothing."""
    ups = venue.ups.get(reading.ups, UpsState())
    if isinstance(reading, PowerUnknown):
        return () if ups.unknown == reading.reason else (reading,)
    news = (ups.testing, ups.absurd) != (reading.testing, reading.absurd)
    if ups.read is None or ups.unknown or set(ups.status) != set(reading.status) or news:
        return (reading,)
    age_s = now.since(ups.read)
    if ups.on_battery_since is not None or ups.discharge is not None:
        rested = any(ending.rested for ending in venue.endings.values())
        return (reading,) if age_s >= (RESTED_PERIOD_S if rested else OUTAGE_PERIOD_S) else ()
    return (reading,) if age_s >= (60.0 if _moved(ups, reading) else HEARTBEAT_S) else ()


def _moved(ups: UpsState, reading: PowerRead) -> bool:
    return (
        _apart(ups.charge_percent, reading.charge_percent, DEAD_BAND_PERCENT)
        or _apart(ups.load_percent, reading.load_percent, 5 * DEAD_BAND_PERCENT)
        or _apart(ups.runtime_s, reading.runtime_s, DEAD_BAND_RUNTIME * (ups.runtime_s or 0) + 60)
    )


def _apart(before: float | None, after: float | None, band: float) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(before - after) >= band


def _panel(venue: Venue, presses: int | None) -> tuple[Body, ...]:
    """A press of the button silences the buzzer; one that was pressed while nobody read counts once."""
    if presses is None or presses == venue.panel.presses:
        return ()
    return (PanelPressed(presses=presses), PanelSilenced(by="button"))


def _usb(venue: Venue, reading: UsbReading, now: Moment) -> tuple[Body, ...]:
    state = venue.usb
    if reading.unknown:
        return () if state.unknown == reading.unknown else (UsbUnknown(reason=reading.unknown),)
    seen: tuple[Body, ...] = () if state.read and not state.unknown else (UsbSeen(),)
    here = _to_tell(state, reading, now)
    gone = tuple(
        UsbUnplugged(port=port, id=device.id)
        for port, device in state.devices.items()
        if port not in here or known(here[port]) != known(device)
    )
    came = tuple(device for port, device in here.items() if not _same(state.devices.get(port), device))
    told = tuple(replace(d, allowed=allowed(state, venue.plan, d, now)) for d in came)
    return (*seen, *gone, *told)


def _to_tell(state: UsbState, reading: UsbReading, now: Moment) -> dict[str, UsbPlugged]:
    """What is plugged in by port; a port that changes all the time as it was last told, until it is told again.

    What may be used is compared with the reading itself: nothing gets in by being told later.
    """
    here = {device.port: device for device in reading.devices}
    granted = {grant.device.port for grant in state.grants}  # a grant ends the moment its device is pulled
    later = {port for port in {*here, *state.devices} - granted if tells_later(state.moved, port, now)}
    told = {port: device for port, device in here.items() if port not in later}
    return told | {port: device for port, device in state.devices.items() if port in later}


def _same(before: UsbPlugged | None, device: UsbPlugged) -> bool:
    """Whether nothing is new; whether it is allowed is judged anew each time it is asked."""
    return before is not None and replace(before, allowed=device.allowed) == device


def usb_drifted(venue: Venue, reading: UsbReading, now: Moment) -> bool:
    """Whether the kernel lets new devices in, or a device is in that must not be, or out that may be in."""
    if not venue.plan.usb or reading.unknown:
        return False
    wrong = any(not as_judged(venue.usb, venue.plan, d, now) for d in reading.devices)
    return not reading.closed or wrong


def _seats(venue: Venue, reading: SeatsReading) -> tuple[Body, ...]:
    state = venue.seats
    if reading.unknown:
        return () if state.unknown == reading.unknown else (SeatsUnknown(reason=reading.unknown),)
    before = set(state.present)
    arrived = tuple(sorted(reading.present - before))
    gone = tuple(sorted(before - reading.present))
    if arrived or gone or not state.read or state.unknown:
        return (SeatsRead(arrived=arrived, gone=gone),)
    return ()


def _presence(venue: Venue, reading: PresenceReading, now: Moment) -> tuple[Body, ...]:
    """Seats become the same rows, whoever read them: the simulated world's list or the exam network."""
    if reading.unknown == WAITING:
        return ()
    there = seats_there(venue.plan.net, reading.hosts)
    seats = SeatsReading(present=there, unknown=reading.unknown)
    told = _seats(venue, seats) if venue.plan.seats_watched else ()
    return (*told, *presence_rows(venue.net, venue.plan.net, reading, now))


def _disk(venue: Venue, reading: DiskReading) -> tuple[Body, ...]:
    level = disk_level(venue.disk_level, reading.free_percent)
    if level == venue.disk_level:
        return ()
    free_percent = round(reading.free_percent, 1)
    return (DiskRead(level_name=level, free_percent=free_percent, free_bytes=reading.free_bytes),)


def disk_level(before: str, free_percent: float) -> str:
    """`ok`, `low` or `full`; a level is left only 1 point beyond its mark, so it does not flutter."""
    full = DISK_FULL_PERCENT + (DISK_BAND_PERCENT if before == "full" else 0)
    low = DISK_LOW_PERCENT + (DISK_BAND_PERCENT if before in ("low", "full") else 0)
    if free_percent < full:
        return "full"
    return "low" if free_percent < low else "ok"
