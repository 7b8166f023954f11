"""How far the clock is off, as chronyd tells it: the line of `chronyc -c tracking`.

Source: chronyc(1), `tracking`, and client.c of chrony 4: 14 fields with commas, the fourth when a source
was last measured (seconds of the epoch), the fifth the offset in s, the last the leap status. 7F7F0101 is the machine's
own clock: an offset to oneself says nothing. chronyd whose sources are gone goes on telling what it last measured.
"""

import math
import re

FIELDS, LIMIT_BYTES = 14, 1024
_REFERENCE, _MEASURED, _OFFSET, _LEAP = 0, 3, 4, 13
OLD_S = 3600.0  # three of the longest pauses that chronyd makes by itself (maxpoll 10: 1,024 s), and some
_LOCAL = ("7F7F0101", "00000000")
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,12})?")
_FOLLOWING = ("Normal", "Insert second", "Delete second")


def offset_s(output: bytes, wall_s: float) -> float | None:
    """Give the seconds between this clock and those it follows, whichever is ahead.

    None where it follows nobody, or measured none for an hour; `wall_s` are the seconds of the epoch now.
    """
    if len(output) > LIMIT_BYTES:
        return None
    fields = output.decode("ascii", "replace").strip().split(",")
    if len(fields) != FIELDS or fields[_REFERENCE] in _LOCAL or fields[_LEAP] not in _FOLLOWING:
        return None
    numbers = fields[_MEASURED], fields[_OFFSET]
    if not re.fullmatch(r"[0-9A-F]{8}", fields[_REFERENCE]) or not all(map(_NUMBER.fullmatch, numbers)):
        return None
    if abs(wall_s - float(fields[_MEASURED])) > OLD_S:
        return None
    found = abs(float(fields[_OFFSET]))
    return found if math.isfinite(found) else None
