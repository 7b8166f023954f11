"""What a reading says beyond its rows, and what an instrument that says nothing stands for."""

from appliance.events import Moment
from appliance.events.bodies import PowerUnknown
from appliance.events.readings import (
    AttachedReading,
    FirewallReading,
    LedgerReading,
    PresenceReading,
    Reading,
    ReceiptsReading,
    SeatsReading,
    UsbReading,
)
from appliance.exam.record import usb_drifted
from appliance.exam.usb.attached_causes import attached_drifted
from appliance.exam.venue import Venue


def drifted_keys(venue: Venue, reading: Reading, now: Moment) -> tuple[str, ...]:
    """The posture keys that `reading` shows not to be as they were made."""
    match reading:
        case UsbReading():
            return ("usb",) if usb_drifted(venue, reading, now) else ()
        case AttachedReading():
            return attached_drifted(venue, reading, now)
        case FirewallReading(drift=drift, moved=moved, foreign=foreign):
            return ("network",) if drift or moved or foreign else ()
        case ReceiptsReading(waiting=waiting):
            return ("receipts",) if waiting else ()
    return ()


def silent_reading(instrument: str) -> Reading:
    """The reading of an instrument (`power:NAME`, `usb`, `attached`, `line`, `seats`, …) that has gone silent."""
    area, _, name = instrument.partition(":")
    match area:
        case "power":
            return PowerUnknown(ups=name, reason="silent")
        case "usb":
            return UsbReading(unknown="silent")
        case "attached":
            return AttachedReading(unknown="silent")
        case "line":
            return FirewallReading(unknown="silent")
        case "presence":
            return PresenceReading(unknown="silent")
        case "ledger":
            return LedgerReading(unknown="silent")
    return SeatsReading(unknown="silent")
