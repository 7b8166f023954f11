"""What each cause of an incident is called in English, what to do about it and what to say on the phone."""

from collections.abc import Mapping

from appliance.words.backup.incidents_en import BACKUP_CAUSES_EN
from appliance.words.causes import Cause
from appliance.words.net.firewall import FIREWALL_CAUSES_EN
from appliance.words.net.incidents_en import NET_CAUSES
from appliance.words.power.incidents_en import POWER_CAUSES
from appliance.words.usb.incidents_en import USB_CAUSES

_FROM = "This is the chief examiner of {venue}"

# The same order and the same sense as incidents_zh.
CAUSES: Mapping[str, Cause] = {
    **BACKUP_CAUSES_EN,
    **POWER_CAUSES,
    **USB_CAUSES,
    **NET_CAUSES,
    **FIREWALL_CAUSES_EN,
    "seat": Cause(
        place="Seats",
        todo=(
            "Invigilator and technician look. If it cannot be mended: move to this room's spare ({spare}), write "
            "it down, give the time back.",
            "Invigilator and technician look. If it cannot be mended: move to a spare, write it down, give the time "
            "back.",
        ),
        script=_FROM
        + "; the machine at {place} failed at {since}. We ask to give the candidate the time back.",
        reason=(
            "{place:seats} is gone: the invigilator looks at it with a technician",
            "A seat is gone: the invigilator looks at it with a technician",
        ),
    ),
    "room": Cause(
        place="Room",
        todo="A technician checks the room's switch and breaker first; candidates wait at their seats, "
        "note the time. Phone the province.",
        script=_FROM
        + "; at {since} {count} seats of {place} went at once. Candidates wait at their seats, please "
        "advise.",
        reason=(
            "{count} seats of {place:room} went at once: a technician checks switch and breaker first",
            "Several seats went at once: a technician checks switch and breaker first",
        ),
    ),
    "seats_unknown": Cause(
        place="Seats",
        todo="Invigilators see in the rooms whether candidates can work; a technician checks the cable "
        "from the box to the switch. The exam goes on.",
        script=_FROM
        + "; presence of seats cannot be read since {since}, the exam goes on. Invigilators are checking.",
        reason="Seats cannot be read: invigilators see in the rooms whether candidates can work",
    ),
    "unsealed": Cause(
        place="Whole venue",
        todo="The chief and the technical lead check the equipment, seal and sign. The exam is not held up.",
        script=_FROM + "; the venue is not sealed yet, we are checking the equipment. We report once it is.",
        reason="Time to prepare and still not sealed: check the equipment and seal; the exam goes on",
    ),
    "log_unwritable": Cause(
        place="The box",
        todo="Watching goes on. A technician looks at the box's storage now; write on paper meanwhile.",
        script=_FROM
        + "; the box cannot write its record since {since}, the exam goes on. We write on paper.",
        reason="The box cannot write its record: write on paper, a technician looks at it now",
    ),
    "log_damaged": Cause(
        place="The box",
        todo="The old file is kept as it is, a new one was begun. The technical lead keeps the box safe "
        "and powered.",
        script=_FROM
        + "; an older record of the box does not verify and is kept as it is. The new one is fine.",
        reason="An older record does not verify and is kept as it is: the technical lead has a look",
    ),
    "disk_low": Cause(
        place="The box",
        todo="A technician looks at the disk of the box; no backup is deleted.",
        script=_FROM + "; the box's disk is nearly full, the exam goes on. A technician is on it.",
        reason="The disk of the box is nearly full: a technician has a look, every backup stands",
    ),
    "host": Cause(
        place="The box",
        todo="A technician looks at the box: its air, its power lead and supply, its card. The exam goes on.",
        script=_FROM + "; the box itself needs care, the exam goes on. A technician is on it.",
        reason=(
            "A technician has a look: {detail:host_fault}",
            "The box itself needs care: a technician has a look",
        ),
    ),
    "posture": Cause(
        place="The box",
        todo="A technician has a look; the box tries again by itself, the exam goes on.",
        script=_FROM
        + "; one protection of the box could not be set, the exam goes on. A technician is on it.",
        reason=(
            "One protection could not be set: {detail}",
            "One protection could not be set: a technician has a look",
        ),
    ),
    "clock": Cause(
        place="The box",
        todo="A technician compares with the exam server and confirms; start and end go by the exam "
        "system's time.",
        script=_FROM
        + "; the clock of the box is not confirmed, the exam goes by the exam system. We are checking.",
        reason="The clock of the box is not confirmed: start and end go by the exam system's time",
    ),
}
