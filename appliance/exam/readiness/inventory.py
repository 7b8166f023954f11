"""The point of the box's USB: what is there, that it may be, and the hash that a seal and a morning compare."""

import hashlib

from appliance.events import Moment
from appliance.events.codec import canonical
from appliance.exam.readiness.point import Point, point
from appliance.exam.usb.attached import INTRUDERS, judged
from appliance.exam.usb.attached_causes import is_watched, ports_of
from appliance.exam.usb.devices import allowed, known
from appliance.exam.venue import Venue

SHOWN = 8


def usb(venue: Venue, now: Moment) -> Point:
    """Green where everything on the box's ports is known and may be there."""
    if not venue.plan.usb:
        return point("usb", "next-boot" if venue.plan.usb_next_boot else "off")
    if not _is_read(venue):
        return point("usb", "unread")
    wrong = [d.name or d.id for _, d in sorted(venue.usb.devices.items()) if not _in(venue, d.port, now)]
    wrong += _attached_wrong(venue, now)
    if wrong:
        return point("usb", "intruders", names=wrong[:SHOWN], count=len(wrong))
    if "usb" in venue.posture_failures:
        return point("usb", "open")
    if venue.plan.attached and not is_watched(venue):
        return point("usb", "unread")
    names = [d.name or d.id for _, d in sorted(venue.usb.devices.items())]
    radios = (venue.attached.wifi, venue.attached.bluetooth) if venue.plan.attached else ()
    if "on" in radios or "unknown" in radios:
        code = "radio" if "on" in radios else "radio-unknown"
        return point("usb", code, names=names[:SHOWN], count=len(names))
    return point("usb", "inventory", names=names[:SHOWN], count=len(names), hash=usb_sha256(venue, now)[:12])


def usb_sha256(venue: Venue, now: Moment) -> str:
    """The hash (hex) of what may be used at the box's ports, '' where they could not be read.

    SHA-256 of canonical JSON: a list of port, id, serial, interfaces, descriptors for each, sorted.
    """
    if not _is_read(venue):
        return ""
    there = sorted(
        [k.port, k.id, k.serial, ",".join(k.interfaces), k.sha256]
        for k in (known(d) for d in venue.usb.devices.values() if allowed(venue.usb, venue.plan, d, now))
    )
    return hashlib.sha256(canonical(there).encode()).hexdigest()


def _is_read(venue: Venue) -> bool:
    return venue.plan.usb and venue.usb.read and not venue.usb.unknown


def _in(venue: Venue, port: str, now: Moment) -> bool:
    return allowed(venue.usb, venue.plan, venue.usb.devices[port], now)


def _attached_wrong(venue: Venue, now: Moment) -> list[str]:
    if not is_watched(venue):
        return []
    ports = ports_of(venue)
    items = [item for _, item in sorted(venue.attached.items.items())]
    return [item.name for item in items if judged(venue.attached, ports, item, now) in INTRUDERS]
