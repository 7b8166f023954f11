"""The box's own USB: what is plugged in, what of it may be used, and why.

Open phase: what the configuration lists, and what a technician granted. Sealed: what was there and allowed when
the seal was made, and what two people granted. A device is the same only where port, id, serial, interfaces and
descriptors are: a HID UPS is of the same class as a keyboard that types by itself.
"""

from dataclasses import dataclass, field, replace

from appliance.events import Body, Moment
from appliance.events.bodies import (
    SealLifted,
    SealMade,
    UsbBootRead,
    UsbGranted,
    UsbPlugged,
    UsbRevoked,
    UsbSeen,
    UsbUnknown,
    UsbUnplugged,
)
from appliance.events.plan import Plan, UsbAllowed
from appliance.exam.usb.flapping import Moved, after_change

BOARD, LISTED, SEALED_IN, GRANTED = "board", "listed", "sealed-in", "granted"
UNLISTED, NOT_SEALED_IN, CHANGED, UNREADABLE = "unlisted", "not-sealed-in", "changed", "unreadable"
ALLOWED = {BOARD, LISTED, SEALED_IN, GRANTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A device as exactly as it can be told."""

    port: str
    id: str
    serial: str = ""
    interfaces: tuple[str, ...] = ()
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Somebody let a device in, from `at` on for `minutes`; of its interfaces `only` those, where it names any."""

    device: Known
    at: Moment
    minutes: int
    technician: str
    reason: str
    how: str = "grant"
    chief: str = ""
    name: str = ""
    part: str = ""
    only: tuple[str, ...] = ()

    def over(self, now: Moment) -> bool:
        """Whether its time is over; after a boot it is, for nobody looked meanwhile."""
        return now.boot_id != self.at.boot_id or now.since(self.at) >= 60 * self.minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbState:
    """What is plugged in, by port. `read` False: not read since this boot; `unknown` says why.

    `sealed_in`: what was there and allowed when the seal was made; None without a seal. `judged_anew`: when what
    may be used last became less; the bus follows a moment later. `boot`: what lockdown.conf says, once it was read.
    `moved`: the ports where devices came or went of late.
    """

    devices: dict[str, UsbPlugged] = field(default_factory=dict)
    read: bool = False
    unknown: str = ""
    sealed_in: tuple[Known, ...] | None = None
    grants: tuple[Grant, ...] = ()
    judged_anew: Moment | None = None
    boot: UsbBootRead | None = None
    moved: dict[str, Moved] = field(default_factory=dict)


def known(device: UsbPlugged | UsbGranted) -> Known:
    """What tells this device from every other."""
    return Known(
        port=device.port,
        id=device.id,
        serial=device.serial,
        interfaces=tuple(sorted(device.interfaces)),
        sha256=device.sha256,
    )


def judged(usb: UsbState, plan: Plan, device: UsbPlugged, now: Moment) -> str:
    """Why the device may be used (one of `ALLOWED`), or why it may not."""
    this = known(device)
    if _names(plan.usb_board, device):
        return BOARD
    if any(grant.device == this and not grant.over(now) for grant in usb.grants):
        return GRANTED
    if device.fault:
        return UNREADABLE
    if usb.sealed_in is None:
        return LISTED if _names(plan.usb_allow, device) else UNLISTED
    if this in usb.sealed_in:
        return SEALED_IN
    alike = any((other.port, other.id) == (this.port, this.id) for other in usb.sealed_in)
    return CHANGED if alike else NOT_SEALED_IN


def allowed(usb: UsbState, plan: Plan, device: UsbPlugged, now: Moment) -> bool:
    """Whether the device may be used now."""
    return judged(usb, plan, device, now) in ALLOWED


def parts(usb: UsbState, plan: Plan, device: UsbPlugged, now: Moment) -> tuple[str, ...]:
    """The interfaces that alone may be used of a device that is granted in part; empty where it is all or nothing."""
    if judged(usb, plan, device, now) != GRANTED:
        return ()
    this = known(device)
    return next((grant.only for grant in usb.grants if grant.device == this and not grant.over(now)), ())


def too_open(usb: UsbState, plan: Plan, device: UsbPlugged, now: Moment) -> bool:
    """Whether a device that may be used in part is let in with more than that."""
    only = parts(usb, plan, device, now)
    numbers = {face.partition("=")[0] for face in device.faces}
    return bool(only) and device.authorized and bool(numbers - set(only) - set(device.held_back))


def as_judged(usb: UsbState, plan: Plan, device: UsbPlugged, now: Moment) -> bool:
    """Whether the kernel has the device as it is judged: in or out, whole or in part."""
    if allowed(usb, plan, device, now) != device.authorized:
        return False
    only = parts(usb, plan, device, now)
    return not too_open(usb, plan, device, now) and not set(device.held_back) & set(only or device.held_back)


def _names(listed: tuple[UsbAllowed, ...], device: UsbPlugged) -> bool:
    """Whether a list names the device, with serial and descriptors where it has them."""
    return any(
        (item.id, item.port) == (device.id, device.port)
        and item.serial in ("", device.serial)
        and item.sha256 in ("", device.sha256)
        for item in listed
    )


def after(usb: UsbState, body: Body, now: Moment, plan: Plan) -> UsbState:
    """The state once `body` is recorded; the same object where it is about something else."""
    match body:
        case UsbPlugged(port=port):
            return replace(usb, devices=usb.devices | {port: body}, moved=after_change(usb.moved, port, now))
        case UsbUnplugged(port=port):
            left = {k: v for k, v in usb.devices.items() if k != port}
            return replace(usb, devices=left, moved=after_change(usb.moved, port, now))
        case UsbSeen():
            return replace(usb, read=True, unknown="")
        case UsbUnknown(reason=reason):
            return replace(usb, unknown=reason)
        case UsbGranted():
            grant = Grant(
                device=known(body),
                at=now,
                minutes=body.minutes,
                technician=body.technician,
                reason=body.reason,
                how=body.how,
                chief=body.chief,
                name=body.name,
                part=body.part,
                only=body.only,
            )
            others = tuple(each for each in usb.grants if each.device.port != body.port)
            return replace(usb, grants=(*others, grant))
        case UsbRevoked(port=port, id=name):
            in_force = tuple(g for g in usb.grants if (g.device.port, g.device.id) != (port, name))
            return replace(usb, grants=in_force, judged_anew=now)
        case UsbBootRead():
            return replace(usb, boot=body)
        case SealMade():
            # What is let in in part stays a grant: sealed in it would be the whole device.
            there = (d for d in usb.devices.values() if not parts(usb, plan, d, now))
            inside = tuple(known(d) for d in there if allowed(usb, plan, d, now))
            return replace(usb, sealed_in=inside, judged_anew=now)
        case SealLifted():
            return replace(usb, sealed_in=None, judged_anew=now)
    return usb
