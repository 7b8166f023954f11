"""What is wrong on the box's USB right now, device by device, in no more items than people can read."""

from collections.abc import Iterator

from appliance.events import Moment
from appliance.events.bodies import UsbPlugged
from appliance.exam import phase as phases
from appliance.exam.cause import Cause
from appliance.exam.usb.devices import allowed, too_open
from appliance.exam.venue import Venue

SETTLES_S = 3.0
OWN_ITEMS = 3  # of one port: so many devices that call themselves differently have an item each
KINDS_ITEMS = 3  # and then so many kinds of device


def usb_causes(venue: Venue, now: Moment) -> Iterator[Cause]:
    """Every device that may not be used; a bus that can not be read keeps open what is open."""
    if not venue.plan.usb:
        return
    if venue.usb.unknown or not venue.usb.read:
        yield Cause(kind="usb_unknown", detail=venue.usb.unknown, unsure=not venue.usb.unknown)
        for incident in venue.open_incidents():
            if incident.cause_kind in ("usb", "usb_open"):
                yield Cause(kind=incident.cause_kind, name=incident.cause, unsure=True)
        return
    if venue.seal is None and venue.phase.name not in phases.EXAM_PHASES:
        return
    anew = venue.usb.judged_anew  # what is taken away then is still seen as let in for a moment
    settling = anew is not None and now.since(anew) <= SETTLES_S
    for port, device in sorted(venue.usb.devices.items()):
        more = too_open(venue.usb, venue.plan, device, now) and not settling
        if more or not allowed(venue.usb, venue.plan, device, now):
            kind = "usb_open" if device.authorized and not settling else "usb"
            name = _item(venue, kind, device)
            detail = "" if name.startswith("@") else device.name
            yield Cause(kind=kind, name=name, place=port, detail=detail)


def _item(venue: Venue, kind: str, device: UsbPlugged) -> str:
    """The item that a device belongs to.

    It has its own. One that tells another serial at each plug stays in the one it has, and of a port where ever
    others turn up the next ones share an item, by what they are and then all of them: else a script in a stick could
    fill the page with items, one a plug.
    """
    at_port = [i.cause for i in venue.open_incidents() if i.cause_kind == kind and i.place == device.port]
    own = f"{device.id}/{device.serial}" if device.serial else f"{device.id}@{device.port}"
    alike = [cause for cause in at_port if cause.startswith(device.id)]
    if own in at_port or not alike and len(at_port) < OWN_ITEMS:
        return own
    if alike:
        return alike[0]
    of_kinds, of_port = f"@{device.port}={'+'.join(device.kinds)}", f"@{device.port}"
    if of_kinds in at_port or len(at_port) < OWN_ITEMS + KINDS_ITEMS:
        return of_kinds
    return of_port
