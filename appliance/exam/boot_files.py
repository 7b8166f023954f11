"""The files that hold before the guard runs, as the posture asks for them: rules, lockdown.conf, addresses."""

from typing import Final

from appliance.exam.phase import EXAM_PHASES
from appliance.exam.seat_changes import seat_list_level
from appliance.exam.venue import Venue

CLOSE, FOLLOW = "close", "follow"
RULES, ALL = "rules", "all"
WHAT: Final = (RULES, ALL)


def boot_level(venue: Venue) -> str:
    """`close` or `follow`, then `rules` or `all`, then the seat list's changes, as the posture's `seat_list` has them.

    `follow`: what was put in place once follows what people changed since. `close`: so it does where nothing was yet;
    two people sealed the box, and from then on it is somebody's. `rules`: no other program's file is touched while a
    sitting is on, for that program would have to be restarted.
    """
    who = CLOSE if venue.seal else FOLLOW
    what = RULES if venue.phase.name in EXAM_PHASES else ALL
    return " ".join([who, what, seat_list_level(venue.changes)]).rstrip()
