"""The second layer: disks, network interfaces and mounts that are there although no port let them in.

What hangs on a USB port may be there exactly while the device at that port may be used. What does not belongs to
the box if it was there when the seal was made, or, where it could not be read then, at the first reading after it.
Whatever software made is the guard's own, or leads nowhere by itself: a mapped disk is judged where it is mounted.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from appliance.events import Body, Moment
from appliance.events.bodies import (
    AttachedAppeared,
    AttachedGone,
    AttachedSeen,
    AttachedUnknown,
    RadiosRead,
    SealLifted,
    SealMade,
)
from appliance.events.plan import Plan
from appliance.exam.usb.devices import UsbState, allowed, parts

DISK, INTERFACE, MOUNT = "disk", "interface", "mount"
# Why something may be there …
OWN, SOFTWARE, USB_ALLOWED, SEALED_IN, NO_SEAL, UNREAD = (
    "own",
    "software",
    "usb-allowed",
    "sealed-in",
    "no-seal",
    "unread",
)
# … or may not.
USB_DENIED, USB_GONE, NOT_SEALED_IN, ON_INTRUDER = "usb-denied", "usb-gone", "not-sealed-in", "on-intruder"
INTRUDERS = {USB_DENIED, USB_GONE, NOT_SEALED_IN, ON_INTRUDER}
# A disk is told by its own thread: for a moment it may be ahead of its USB device, or outlive it.
USB_FOLLOWS_S = 3.0
OWN_PREFIX = "venue"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedState:
    """What is there, by `key_of`, and since when. `read` False: not read since this boot; `unknown` says why.

    `sealed_in`: what was there when the seal was made; None without a seal, or until the first reading after it.
    `judged_anew`: when the seal was last made or lifted.
    """

    items: dict[str, AttachedAppeared] = field(default_factory=dict)
    since: dict[str, Moment] = field(default_factory=dict)
    read: bool = False
    unknown: str = ""
    sealed_in: tuple[AttachedAppeared, ...] | None = None
    wifi: str = "unknown"
    bluetooth: str = "unknown"
    judged_anew: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the judgement of USB says, and the plan."""

    usb: UsbState
    plan: Plan


def key_of(item: AttachedAppeared | AttachedGone) -> str:
    """What tells one from another of this moment; two mounts may lie at one point."""
    return f"{item.what}:{item.name}" + (f":{item.serial}" if item.what == MOUNT else "")


def attached_token(*, what: str, name: str, place: tuple[str, str], model: str, serial: str) -> str:
    """A word that stands for this very thing, for a level that is a line of words. `place`: slot and USB port."""
    told = json.dumps([what, name, *place, model, serial])
    return f"{quote(name, safe='/.-')}={hashlib.sha256(told.encode(errors='replace')).hexdigest()[:32]}"


def token_of(item: AttachedAppeared) -> str:
    """The word that stands for `item`."""
    return attached_token(
        what=item.what, name=item.name, place=(item.slot, item.port), model=item.model, serial=item.serial
    )


def judged(state: AttachedState, ports: Ports, item: AttachedAppeared, now: Moment) -> str:
    """Why it may be there, or, one of `INTRUDERS`, why it may not."""
    if item.what == MOUNT:
        return _mount(state, ports, item, now)
    if item.port:
        return _by_usb(state, ports, item, now)
    if not item.hardware and (item.what == DISK or _is_own(ports.plan, item.name)):
        return SOFTWARE if item.what == DISK else OWN
    if state.sealed_in is None:
        return NO_SEAL
    return SEALED_IN if _is_sealed_in(state, item) else NOT_SEALED_IN


def intruders(state: AttachedState, ports: Ports, now: Moment) -> list[tuple[AttachedAppeared, str]]:
    """What may not be there, with why, mounts first; nothing before all was read."""
    if not ports.plan.attached or not state.read:
        return []
    found = [(item, judged(state, ports, item, now)) for _, item in sorted(state.items.items(), reverse=True)]
    return [(item, why) for item, why in found if why in INTRUDERS]


def taken(state: AttachedState, ports: Ports, now: Moment) -> tuple[AttachedAppeared, ...]:
    """The intruders that are to be taken away: never what the box itself stands on."""
    return tuple(item for item, _ in intruders(state, ports, now) if not item.holds)


def attached_levels(state: AttachedState, ports: Ports, now: Moment) -> dict[str, str]:
    """By posture key `leave`, or what is to be done and the tokens of what it is to be done to."""
    away = taken(state, ports, now)
    words = {"mounts": ("unmount", MOUNT), "disks": ("remove", DISK), "interfaces": ("down", INTERFACE)}
    levels = {}
    for key, (word, what) in words.items():
        tokens = sorted(token_of(item) for item in away if item.what == what)
        levels[key] = " ".join([word, *tokens]) if tokens else "leave"
    return levels


def _is_own(plan: Plan, name: str) -> bool:
    """Only of what software made: a card that somebody renamed is still a card."""
    bridge = plan.net.exam_bridge if plan.network != "off" else ""
    return name in ("lo", bridge) or name.startswith(OWN_PREFIX)


def _by_usb(state: AttachedState, ports: Ports, item: AttachedAppeared, now: Moment) -> str:
    if not ports.usb.read or ports.usb.unknown:
        return UNREAD
    device = ports.usb.devices.get(item.port)
    if device is None:
        since = state.since.get(key_of(item))
        return UNREAD if since is None or now.since(since) <= USB_FOLLOWS_S else USB_GONE
    if not allowed(ports.usb, ports.plan, device, now):
        return USB_DENIED
    only = parts(ports.usb, ports.plan, device, now)
    return USB_DENIED if only and item.face not in only else USB_ALLOWED


def _mount(state: AttachedState, ports: Ports, item: AttachedAppeared, now: Moment) -> str:
    below = [disk for name in item.on if (disk := state.items.get(f"{DISK}:{name}")) is not None]
    whys = [judged(state, ports, disk, now) for disk in below]
    if any(why in INTRUDERS for why in whys):
        return ON_INTRUDER
    if state.sealed_in is None:
        return NO_SEAL
    if UNREAD in whys:
        return UNREAD
    if _is_sealed_in(state, item):
        return SEALED_IN
    own = item.sort == "disk" and bool(below) and (below[0].hardware or _is_sealed_in(state, below[0]))
    return SEALED_IN if own else NOT_SEALED_IN


def _is_sealed_in(state: AttachedState, item: AttachedAppeared) -> bool:
    return any(_same(item, other) for other in state.sealed_in or ())


def _same(one: AttachedAppeared, other: AttachedAppeared) -> bool:
    """Whether it is the same, be it after a restart: names of disks and cards are given anew then."""
    if one.what != other.what or one.hardware != other.hardware:
        return False
    if one.what == MOUNT or not one.hardware:
        return (one.name, one.model, one.serial) == (other.name, other.model, other.serial)
    if (one.sort, one.slot, one.port, one.model) != (other.sort, other.slot, other.port, other.model):
        return False
    if one.what == INTERFACE:  # an address that somebody set is not told, and tells nothing
        return "" in (one.serial, other.serial) or one.serial == other.serial
    # Another card in the same slot: where it tells no serial, its size does.
    return (one.serial, one.size_bytes) == (other.serial, other.size_bytes)


def after(state: AttachedState, body: Body, now: Moment, *, ports: Ports, sealed: bool) -> AttachedState:
    """The state once `body` is recorded; the same object where it is about something else."""
    match body:
        case AttachedAppeared():
            key = key_of(body)
            return replace(state, items=state.items | {key: body}, since=state.since | {key: now})
        case AttachedGone():
            gone = key_of(body)
            items = {key: item for key, item in state.items.items() if key != gone}
            return replace(state, items=items, since={k: at for k, at in state.since.items() if k != gone})
        case AttachedSeen():
            seen = replace(state, read=True, unknown="")
            return _sealed(seen, ports, now) if sealed and state.sealed_in is None else seen
        case AttachedUnknown(reason=reason):
            return replace(state, unknown=reason)
        case RadiosRead(wifi=wifi, bluetooth=bluetooth):
            return replace(state, wifi=wifi, bluetooth=bluetooth)
        case SealMade():
            anew = replace(state, sealed_in=None, judged_anew=now)
            return _sealed(anew, ports, now) if state.read and not state.unknown else anew
        case SealLifted():
            return replace(state, sealed_in=None, judged_anew=now)
    return state


def _sealed(state: AttachedState, ports: Ports, now: Moment) -> AttachedState:
    """What is there now, and not by way of a port that is closed, is the box's own."""
    inside = tuple(i for i in state.items.values() if judged(state, ports, i, now) not in INTRUDERS)
    return replace(state, sealed_in=inside)
