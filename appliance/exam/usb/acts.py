"""Grants: who may let a USB device in, for how long, and what one person may do alone."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from appliance.events import Body, Moment
from appliance.events.bodies import UsbGranted, UsbPlugged, UsbRevoked
from appliance.exam import phase as phases
from appliance.exam.asked import MAX_NAME, Act, Refused
from appliance.exam.usb.devices import Grant, allowed, known
from appliance.exam.venue import Venue

MAX_GRANT_MINUTES = 240
KEYBOARD_MINUTES = 10
HID, BOOT_KEYBOARD = "03:", "03:01:01"


def _device(venue: Venue, act: Act, now: Moment) -> UsbPlugged:
    """The blocked device at a port, named exactly as it is there now."""
    if not venue.plan.usb:
        raise Refused("usb-not-watched")
    port = act.text("port", limit=32)
    device = venue.usb.devices.get(port)
    if device is None:
        raise Refused("no-device-there", port=port)
    told = act.text("id", required=False, limit=9)
    if told and told != device.id:
        raise Refused("another-device", port=port, id=device.id, name=device.name)
    if device.fault or not device.sha256:
        raise Refused("device-unreadable", port=port)
    if allowed(venue.usb, venue.plan, device, now):
        raise Refused("already-allowed", port=port)
    return device


def _minutes(act: Act, most: int) -> int:
    value = act.args.get("minutes", most)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise Refused("bad-minutes", limit=most)
    return value


def _part(device: UsbPlugged, act: Act) -> tuple[str, tuple[str, ...]]:
    """The kind that alone is let in, and the interfaces that are of it and of nothing else; empty for the whole."""
    part = act.text("only", required=False, limit=16)
    if not part:
        return "", ()
    faces = dict(face.split("=", 1) for face in device.faces)
    only = tuple(number for number, kinds in faces.items() if kinds == part)
    configurations = {number.partition(".")[0] for number in faces}
    if not only or len(only) == len(faces) or len(configurations) != 1:
        told = ", ".join(sorted(set(faces.values())))
        raise Refused("no-such-part", port=device.port, name=device.name, part=part, parts=told)
    return part, only


def _granted(device: UsbPlugged, act: Act, *, minutes: int, how: str, chief: str = "") -> UsbGranted:
    part, only = _part(device, act) if how == "grant" else ("", ())
    return UsbGranted(
        port=device.port,
        id=device.id,
        serial=device.serial,
        interfaces=device.interfaces,
        sha256=device.sha256,
        name=device.name,
        minutes=minutes,
        technician=act.text("technician", limit=MAX_NAME),
        reason=act.text("reason"),
        how=how,
        chief=chief,
        part=part,
        only=only,
    )


def _grant(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """Two people, whatever the phase; their PINs were asked for."""
    device = _device(venue, act, now)
    chief = act.text("chief", limit=MAX_NAME)
    return (_granted(device, act, minutes=_minutes(act, MAX_GRANT_MINUTES), how="grant", chief=chief),)


def _admit(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """One technician, while nothing is sealed."""
    if venue.seal is not None or venue.phase.name in phases.EXAM_PHASES:
        raise Refused("two-people-needed", phase=venue.phase.name)
    device = _device(venue, act, now)
    return (_granted(device, act, minutes=_minutes(act, MAX_GRANT_MINUTES), how="grant"),)


def _keyboard(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """One replacement keyboard at a time, nothing but HID, for ten minutes: so that nobody is locked out."""
    device = _device(venue, act, now)
    if not device.interfaces or not all(each.startswith(HID) for each in device.interfaces):
        raise Refused("no-pure-keyboard", port=device.port, name=device.name)
    if any(grant.how == "keyboard" and not grant.over(now) for grant in venue.usb.grants):
        raise Refused("one-keyboard-only")
    return (_granted(device, act, minutes=_minutes(act, KEYBOARD_MINUTES), how="keyboard"),)


def _ups(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """Another UPS on the port that is named for one: HID that is no keyboard, one person with a reason."""
    device = _device(venue, act, now)
    if device.port not in venue.plan.usb_ups_ports:
        raise Refused("no-ups-port", port=device.port)
    pure = device.interfaces and all(each.startswith(HID) for each in device.interfaces)
    if not pure or BOOT_KEYBOARD in device.interfaces:
        raise Refused("no-ups", port=device.port, name=device.name)
    return (_granted(device, act, minutes=MAX_GRANT_MINUTES * 6, how="ups"),)


def _revoke(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    port = act.text("port", limit=32)
    by = act.text("by", limit=MAX_NAME)
    for grant in venue.usb.grants:
        if grant.device.port == port:
            return (UsbRevoked(port=port, id=grant.device.id, why="person", by=by),)
    raise Refused("no-grant", port=port)


def due_grants(venue: Venue, now: Moment) -> Iterator[Body]:
    """The grants that are over: their time is, the device was pulled, or the box started anew."""
    for grant in venue.usb.grants:
        if why := _over(venue, grant, now):
            yield UsbRevoked(port=grant.device.port, id=grant.device.id, why=why)


def _over(venue: Venue, grant: Grant, now: Moment) -> str:
    if now.boot_id != grant.at.boot_id:
        return "restarted"
    if grant.over(now):
        return "expired"
    if not venue.usb.read or venue.usb.unknown:
        return ""
    there = venue.usb.devices.get(grant.device.port)
    return "pulled" if there is None or known(there) != grant.device else ""


USB_DECISIONS: Mapping[str, Callable[[Venue, Act, Moment], tuple[Body, ...]]] = MappingProxyType(
    {
        "usb.grant": _grant,
        "usb.admit": _admit,
        "usb.keyboard": _keyboard,
        "usb.ups": _ups,
        "usb.revoke": _revoke,
    }
)
