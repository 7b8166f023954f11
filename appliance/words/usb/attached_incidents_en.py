"""What each cause of the second layer is called in English, what to do about it and what to say on the phone."""

from collections.abc import Mapping

from appliance.words.causes import Cause

_FROM = "This is the chief examiner of {venue}"
_LOOK = (
    "A technician sees what there is more than before, pulls it out and writes it down; what is needed there is "
    "taken in by a new seal."
)

# The same order and the same sense as attached_incidents_zh.
ATTACHED_CAUSES: Mapping[str, Cause] = {
    "disk_new": Cause(
        place="Server cabinet",
        todo=_LOOK,
        script=_FROM
        + "; at {since} the box had a disk more and took it away by itself. A technician looks at it and "
        "writes it down, please advise.",
        reason=(
            'The box has a disk more, "{detail}", and takes it away: a technician has a look',
            "The box has a disk more and takes it away: a technician has a look",
        ),
    ),
    "net_new": Cause(
        place="Server cabinet",
        todo=_LOOK,
        script=_FROM
        + "; at {since} the box had a network interface more and took it down by itself. A technician "
        "looks at it and writes it down, please advise.",
        reason=(
            "The box has a network interface more ({detail}) and takes it down: a technician has a look",
            "The box has a network interface more and takes it down: a technician has a look",
        ),
    ),
    "mount_new": Cause(
        place="Server cabinet",
        todo="A technician sees what was mounted on the box, takes it out and writes it down; what is needed there is "
        "taken in by a new seal.",
        script=_FROM
        + "; at {since} something was mounted on the box that was not there at the seal, and the box "
        "unmounted it. A technician looks at it and writes it down, please advise.",
        reason=(
            "{detail} was mounted on the box, which unmounts it: a technician has a look",
            "Something was mounted on the box, which unmounts it: a technician has a look",
        ),
    ),
    "radio_on": Cause(
        place="Server cabinet",
        todo="The box switches its radios off by itself; a technician checks it and turns them off in the box's boot "
        "settings.",
        script=_FROM
        + "; at {since} a radio of the box was found on, and the box switches it off. A technician is "
        "checking, please advise.",
        reason=(
            "{detail:radio_fault}: a technician checks it",
            "A radio of the box is on: a technician checks it",
        ),
    ),
    "attached_unknown": Cause(
        place="Server cabinet",
        todo="A technician looks for devices that do not belong there and checks the box.",
        script=_FROM
        + "; disks and network of the box cannot be read since {since}. A technician is at the cabinet.",
        reason="Disks and interfaces of the box cannot be read: a technician looks at the cabinet",
    ),
}
