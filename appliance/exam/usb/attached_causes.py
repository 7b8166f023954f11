"""What is wrong with disks, interfaces, mounts and radios, what of them is news, and what somebody undid."""

from collections.abc import Iterator
from dataclasses import replace

from appliance.events import Body, Moment, ghost
from appliance.events.bodies import (
    AttachedAppeared,
    AttachedGone,
    AttachedSeen,
    AttachedUnknown,
)
from appliance.events.readings import AttachedReading
from appliance.exam import phase as phases
from appliance.exam.cause import Cause
from appliance.exam.usb.attached import (
    DISK,
    INTERFACE,
    MOUNT,
    USB_DENIED,
    USB_FOLLOWS_S,
    Ports,
    attached_levels,
    intruders,
    key_of,
    taken,
)
from appliance.exam.venue import Venue

CAUSES = {DISK: Cause(kind="disk_new"), INTERFACE: Cause(kind="net_new"), MOUNT: Cause(kind="mount_new")}
RADIOS = ("wifi", "bluetooth")
RADIO_SETTLES_S = 5.0  # the seal switches off what was on until then
# Open items of a kind; all beyond are one, or a loop of mounts would fill the page.
MANY, MORE = 10, "more"


def ports_of(venue: Venue) -> Ports:
    """What the judgement of what is attached needs of the venue."""
    return Ports(usb=venue.usb, plan=venue.plan)


def is_watched(venue: Venue) -> bool:
    """Whether what is attached is known at this moment."""
    return venue.plan.attached and venue.attached.read and not venue.attached.unknown


def attached_causes(venue: Venue, now: Moment) -> Iterator[Cause]:
    """An item for each thing that ought not to be there; one for all of them that cannot be read."""
    if not venue.plan.attached:
        return
    if not is_watched(venue):
        unknown = venue.attached.unknown
        yield Cause(kind="attached_unknown", detail=unknown, unsure=not unknown)
        for incident in venue.open_incidents():
            if incident.cause_kind in (*(cause.kind for cause in CAUSES.values()), "radio_on"):
                yield Cause(kind=incident.cause_kind, name=incident.cause, unsure=True)
        return
    if venue.seal is None and venue.phase.name not in phases.EXAM_PHASES:
        return
    names = {cause.kind: _open_names(venue, cause.kind) for cause in CAUSES.values()}
    for item, why in intruders(venue.attached, ports_of(venue), now):
        if why != USB_DENIED or not _settling(venue.usb.judged_anew, now, USB_FOLLOWS_S):
            cause = CAUSES[item.what]
            name, place = _identity(names[cause.kind], item), item.port or item.name
            yield replace(cause, name=name, place=place, detail=label_of(item))
    yield from _radios(venue, now)


def label_of(item: AttachedAppeared) -> str:
    """What people call it: a disk's make, a card's address, a mount's source."""
    return (
        item.serial if item.what == MOUNT else item.model if item.what == DISK else item.serial
    ) or item.name


def _settling(anew: Moment | None, now: Moment, seconds: float) -> bool:
    return anew is not None and now.since(anew) <= seconds


def _open_names(venue: Venue, kind: str) -> set[str]:
    return {incident.cause for incident in venue.open_incidents() if incident.cause_kind == kind}


def _identity(names: set[str], item: AttachedAppeared) -> str:
    """What tells one item from another; `names` are those of its kind, and grow by it."""
    own = f"{item.serial or item.model}@{item.port or item.slot or item.name}"
    if own in names or len(names) < MANY:
        names.add(own)
        return own
    return MORE


def _radios(venue: Venue, now: Moment) -> Iterator[Cause]:
    if _settling(venue.attached.judged_anew, now, RADIO_SETTLES_S):
        return
    for name in RADIOS:
        state = getattr(venue.attached, name)
        if state in ("on", "unknown"):
            yield Cause(kind="radio_on", name=name, detail=f"{name}-{state}")


def radios_level(venue: Venue) -> str:
    """`leave`, or `block` and the radios that are on: from the seal on, and in an exam that is not sealed."""
    if not is_watched(venue) or (venue.seal is None and venue.phase.name not in phases.EXAM_PHASES):
        return "leave"
    on = [name for name in RADIOS if getattr(venue.attached, name) == "on"]
    return " ".join(["block", *on]) if on else "leave"


def levels(venue: Venue, now: Moment) -> dict[str, str]:
    """The second layer's posture, by key: mounts before the disks that they are on."""
    return attached_levels(venue.attached, ports_of(venue), now) | {"radios": radios_level(venue)}


def attached_news(venue: Venue, reading: AttachedReading, now: Moment) -> tuple[Body, ...]:
    """The bodies that bring the record up to `reading`; that it can be read comes last, for it seals."""
    state = venue.attached
    if reading.unknown:
        return () if state.unknown == reading.unknown else (AttachedUnknown(reason=reading.unknown),)
    here = {key_of(item): item for item in reading.items if not _is_ghost(item)}
    gone = tuple(
        AttachedGone(what=item.what, name=item.name, serial=item.serial)
        for key, item in state.items.items()
        if key not in here
    )
    came = [item for key, item in here.items() if not _is_known(state.items.get(key), item)]
    # A mount is judged by the disks below it, which may have come in the same moment.
    then = replace(state, items=here, read=True)
    told = tuple(
        replace(item, allowed=not _is_intruder(replace(venue, attached=then), item, now)) for item in came
    )
    radios = reading.radios
    same = (radios.wifi, radios.bluetooth) == (state.wifi, state.bluetooth)
    seen = () if state.read and not state.unknown else (AttachedSeen(),)
    return (*gone, *told, *(() if same else (radios,)), *seen)


def _is_ghost(item: AttachedAppeared) -> bool:
    """The port of the ghost machine comes and goes each minute of an exam: no news."""
    return item.what == INTERFACE and not item.hardware and item.name == ghost.PORT


def _is_known(before: AttachedAppeared | None, item: AttachedAppeared) -> bool:
    if before is None or before == item:  # the same as a second ago, nearly always
        return before is not None
    return replace(before, allowed=item.allowed) == item


def _is_intruder(venue: Venue, item: AttachedAppeared, now: Moment) -> bool:
    return any(item == found for found, _ in intruders(venue.attached, ports_of(venue), now))


def attached_drifted(venue: Venue, reading: AttachedReading, now: Moment) -> tuple[str, ...]:
    """The posture keys whose work somebody undid: what was taken down is up, what was off is on."""
    if not venue.plan.attached or reading.unknown:
        return ()
    state, ports = venue.attached, ports_of(venue)
    here, away = {key_of(item) for item in reading.items}, taken(state, ports, now)
    keys = [
        key
        for key, what in (("mounts", MOUNT), ("disks", DISK))
        if any(item.what == what and key_of(item) in here for item in away)
    ]
    if any(item.what == INTERFACE and item.name in reading.up for item in away):
        keys.append("interfaces")
    if radios_level(venue) != "leave" and "on" in (reading.radios.wifi, reading.radios.bluetooth):
        keys.append("radios")
    return tuple(keys)
