"""The box's USB as a reader sees it: plain JSON values."""

from datetime import timedelta

from appliance.events import Moment
from appliance.events.bodies import UsbBootRead, UsbPlugged
from appliance.exam.usb.attached_view import attached_row
from appliance.exam.usb.devices import ALLOWED, Grant, judged
from appliance.exam.venue import Venue

Plain = dict[str, object]


def usb_row(venue: Venue, now: Moment, unheld: tuple[str, ...]) -> Plain:
    """Whether the ports are closed, what is plugged in and why it may be used or not, what people let in."""
    state = "closed"
    if not venue.plan.usb:
        state = "unmonitored"
    elif venue.usb.unknown or not venue.usb.read:
        state = "unknown"
    elif "usb" in unheld:
        state = "open"
    devices = [_usb_device(venue, device, now) for _, device in sorted(venue.usb.devices.items())]
    grants = [_usb_grant(grant) for grant in venue.usb.grants if not grant.over(now)]
    return {
        "state": state,
        "devices": devices,
        "grants": grants,
        "sealed_in": venue.usb.sealed_in is not None,
        "ports": dict(venue.plan.usb_ports),
        "attached": attached_row(venue, now, unheld),
        "boot": _boot(venue.usb.boot),
    }


def _boot(boot: UsbBootRead | None) -> Plain | None:
    """Whether lockdown.conf lets in at the next boot what it ought to; None where nobody has looked."""
    if boot is None:
        return None
    return {
        "agrees": boot.agrees,
        "missing": list(boot.missing),
        "extra": list(boot.extra),
        "faults": list(boot.faults),
        "unreadable": boot.unreadable,
    }


def _usb_device(venue: Venue, device: UsbPlugged, now: Moment) -> Plain:
    why = judged(venue.usb, venue.plan, device, now)
    return {
        "port": device.port,
        "place": venue.plan.usb_ports.get(device.port, ""),
        "id": device.id,
        "name": device.name,
        "serial": device.serial,
        "kinds": list(device.kinds),
        "sha256": device.sha256,
        "allowed": why in ALLOWED,
        "why": why,
        "authorized": device.authorized,
        "faces": list(device.faces),
        "held_back": list(device.held_back),
    }


def _usb_grant(grant: Grant) -> Plain:
    return {
        "port": grant.device.port,
        "id": grant.device.id,
        "name": grant.name,
        "how": grant.how,
        "since": grant.at.wall.isoformat(),
        "until": (grant.at.wall + timedelta(minutes=grant.minutes)).isoformat(),
        "chief": grant.chief,
        "technician": grant.technician,
        "reason": grant.reason,
        "part": grant.part,
        "only": list(grant.only),
    }
