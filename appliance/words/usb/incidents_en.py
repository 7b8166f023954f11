"""What each cause of USB is called in English, what to do about it and what to say on the phone."""

from collections.abc import Mapping

from appliance.words.causes import Cause
from appliance.words.sentences import By
from appliance.words.usb.attached_incidents_en import ATTACHED_CAUSES

_FROM = "This is the chief examiner of {venue}"

# The same order and the same sense as usb_incidents_zh.
USB_CAUSES: Mapping[str, Cause] = {
    "usb": Cause(
        place="Server cabinet",
        todo=By(
            "why",
            {
                "changed": "The device at this port is not as it was at the seal. A technician compares it at the "
                "cabinet: a UPS that was just exchanged is written down as that, anything else pulled out and "
                "written down.",
                "unreadable": "This device does not tell plainly what it is and can not be let in. A technician "
                "goes to the cabinet, pulls it out and writes it down.",
            },
            "A technician sees what it is, pulls it out and writes it down; what is needed there is let in by chief "
            "and technical lead together.",
        ),
        script=_FROM
        + "; at {since} a USB device was plugged into the box and blocked. A technician looks at it "
        "and writes it down, please advise.",
        reason=(
            "{place_name} (server cabinet): {kinds:usb_kinds} plugged in, blocked: {detail}",
            "Server cabinet: {kinds:usb_kinds} plugged in, blocked: {detail}",
            "Server cabinet: USB device plugged in, blocked: {detail}",
            "Server cabinet: USB device plugged in, blocked; a technician has a look",
        ),
    ),
    "usb_open": Cause(
        place="Server cabinet",
        todo="A technician goes to the cabinet now, pulls out what is not on the list and writes it down; "
        "what is needed there is put on the list.",
        script=_FROM
        + "; at {since} a USB device that is not on the list was found connected to the box, not blocked. "
        "A technician is pulling it out.",
        reason=(
            "{place_name} (server cabinet): {kinds:usb_kinds} not blocked: {detail}; a technician pulls it out now",
            "Server cabinet: {kinds:usb_kinds} not blocked: {detail}; a technician pulls it out now",
            "Server cabinet: USB device not blocked: {detail}; a technician pulls it out now",
            "Server cabinet: USB device not blocked; a technician pulls it out now",
        ),
    ),
    **ATTACHED_CAUSES,
    "usb_unknown": Cause(
        place="Server cabinet",
        todo="A technician looks for devices that do not belong there and checks the box.",
        script=_FROM + "; USB of the box cannot be read since {since}. A technician is at the cabinet.",
        reason="USB cannot be read: a technician looks at the cabinet",
    ),
}
