"""Which readings become rows of the record: changes, not repetitions."""

from dataclasses import replace

from appliance.events import Body, Moment
from appliance.events.bodies import (
    ClockJudged,
    DiskRead,
    SeatsRead,
    SeatsUnknown,
    UsbPlugged,
    UsbSeen,
    UsbUnknown,
    UsbUnplugged,
)
from appliance.events.readings import ClockReading, DiskReading, Reading, SeatsReading, UsbReading
from appliance.exam import power
from appliance.exam.power import UpsState
from appliance.exam.venue import Venue

DISK_LOW_PERCENT, DISK_FULL_PERCENT = 10.0, 2.0
DISK_BAND_PERCENT = 1.0  # a level is left only this far beyond its mark


def worth_recording(venue: Venue, reading: Reading, now: Moment) -> tuple[Body, ...]:
    """The bodies that bring the record up to `reading`; none where it says nothing new."""
    match reading:
        case UsbReading():
            return _usb(venue, reading)
        case SeatsReading():
            return _seats(venue, reading)
        case DiskReading():
            return _disk(venue, reading)
        case ClockReading(trusted=trusted, reason=reason):
            return () if trusted == venue.clock_trusted else (ClockJudged(trusted=trusted, reason=reason),)
    return power.worth_recording(venue.ups.get(reading.ups, UpsState()), reading, now)


def _usb(venue: Venue, reading: UsbReading) -> tuple[Body, ...]:
    state = venue.usb
    if reading.unknown:
        return () if state.unknown == reading.unknown else (UsbUnknown(reason=reading.unknown),)
    seen: tuple[Body, ...] = () if state.read and not state.unknown else (UsbSeen(),)
    here = {device.port: replace(device, allowed=usb_allowed(venue, device)) for device in reading.devices}
    gone = tuple(
        UsbUnplugged(port=port, id=device.id)
        for port, device in state.devices.items()
        if port not in here or (here[port].id, here[port].serial) != (device.id, device.serial)
    )
    came = tuple(device for port, device in here.items() if state.devices.get(port) != device)
    return (*seen, *gone, *came)


def usb_allowed(venue: Venue, device: UsbPlugged) -> bool:
    """Whether the configured list names this device at this port, with its serial where the list has one."""
    return any(
        (item.id, item.port) == (device.id, device.port) and item.serial in ("", device.serial)
        for item in venue.plan.usb_allow
    )


def usb_drifted(venue: Venue, reading: UsbReading) -> bool:
    """Whether the kernel lets new devices in, or a listed device waits to be let in."""
    if not venue.plan.usb or reading.unknown:
        return False
    return not reading.closed or any(usb_allowed(venue, d) and not d.authorized for d in reading.devices)


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
