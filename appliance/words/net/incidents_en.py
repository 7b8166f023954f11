"""What each cause of the exam network is called in English, what to do about it and what to say on the phone."""

from collections.abc import Mapping

from appliance.words.causes import Cause
from appliance.words.sentences import By

_FROM = "This is the chief examiner of {venue}"
_CALM = "It was blocked and the exam goes on. "

# The same order and the same sense as incidents_zh.
NET_CAUSES: Mapping[str, Cause] = {
    "switch": Cause(
        place="Switch of the exam network",
        todo="Invigilators look whether candidates can work; who can not waits at the seat, the time is noted. A "
        "technician looks at the switch's power and the box's cable; where all work on it is a false alarm.",
        script=_FROM
        + "; since {since} no machine of the exam network is heard, perhaps a switch without power. A "
        "technician is looking into it.",
        reason="No machine of the exam network is heard: invigilators look whether candidates can work, a technician "
        "looks at the switch",
    ),
    "server_silent": Cause(
        place="Exam server",
        todo="Invigilators look first whether candidates can work; who can not waits at the seat, the time is noted. A "
        "technician looks at the server's power and cable; where all work on it is a false alarm.",
        script=_FROM
        + "; {place} does not answer since {since}, it is being seen whether candidates can work. A technician is "
        "looking into it.",
        reason="An exam server does not answer: invigilators look whether candidates can work, a technician looks at "
        "the server",
    ),
    "outward": Cause(
        place="Seat",
        todo=By(
            "detail",
            {
                "spoofed-mac": "Its address is not the listed one. "
                + _CALM
                + "A technician compares the list.",
                "spoofed-ip": "Its address is not the listed one. "
                + _CALM
                + "A technician compares the list.",
                "arp-spoof": _CALM + "A technician compares this machine's address at the seat.",
                "dhcp-server": _CALM
                + "A technician looks at the seat for the device that hands out addresses.",
                "router-advertisement": _CALM
                + "A technician looks at the seat for the device that hands out addresses.",
            },
            _CALM
            + "An invigilator has a look at the seat for a program that is not the exam's; if there is none, "
            "nothing is to be done.",
        ),
        script=_FROM
        + "; at {place}, since {since}, a program tried to reach the internet and was blocked, mostly that "
        "is a system update. An invigilator has a look.",
        reason=(
            "A program at {place:seats} tried to reach the internet and was blocked (mostly a system update): an "
            "invigilator has a look",
            "A program tried to reach the internet and was blocked (mostly a system update): an invigilator has a look",
        ),
    ),
    "outward_many": Cause(
        place="Seats",
        todo=_CALM
        + "Several machines at once are most likely an update. A technician has a look, invigilators too.",
        script=_FROM
        + "; since {since} programs on {count} machines tried to reach the internet and were blocked, most "
        "likely an update. A technician is looking into it.",
        reason="Programs on several machines tried to reach the internet and were blocked (most likely an update): a "
        "technician has a look",
    ),
    "stranger": Cause(
        place="Exam network",
        todo="A technician finds the device by its address: lists it if it is the venue's, else unplugs it. The exam "
        "goes on.",
        script=_FROM
        + "; since {since} there is a device in the exam network that nobody listed. A technician is "
        "looking for it; the exam goes on.",
        reason=(
            "A device that nobody listed is in the exam network ({detail}): a technician looks for it",
            "A device that nobody listed is in the exam network: a technician looks for it",
        ),
    ),
    "moved": Cause(
        place="Seats",
        todo="A technician compares: a machine that was moved or a cable in another port is put back, or the list is "
        "changed. The exam goes on.",
        script=_FROM
        + "; a machine's place or address is not as listed. A technician is comparing; the exam goes on.",
        reason="A machine's place or address is not as listed: a technician compares",
    ),
    "doubled": Cause(
        place="Exam network",
        todo="Two machines have one address and may drop out now and then. A technician finds the one that is not "
        "listed and changes its address or unplugs it.",
        script=_FROM + "; two machines in the exam network have one address. A technician is at it.",
        reason=(
            "Two machines have one address ({detail}): a technician looks for them",
            "Two machines have one address: a technician looks for them",
        ),
    ),
    "offered": Cause(
        place="Exam network",
        todo="A device hands out addresses in the exam network. If it is the venue's own a technician lists it, else "
        "finds and unplugs it. The exam goes on.",
        script=_FROM
        + "; since {since} a device hands out addresses in the exam network. A technician is looking for "
        "it; the exam goes on.",
        reason="A device hands out addresses in the exam network: a technician looks for it",
    ),
    "network_unknown": Cause(
        place="The box",
        todo="The line stays closed; only what is blocked can not be seen. The exam goes on, a technician looks at the "
        "box.",
        script=_FROM
        + "; since {since} the box can not see the exam network; the exam goes on. A technician is "
        "looking into it.",
        reason="The exam network can not be seen, the exam goes on: a technician looks at the box",
    ),
}
