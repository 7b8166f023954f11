"""How far the clock is off, as chronyd tells it: the line of `chronyc -c tracking`.

Source: chronyc(1), `tracking`, and client.c of chrony 4: 14 fields with commas, the fifth the offset in s, the last the
leap status. 7F7F0101 is the machine's own clock: an offset to oneself says nothing.
"""

import math
import re

FIELDS, LIMIT_BYTES = 14, 1024
_REFERENCE, _OFFSET, _LEAP = 0, 4, 13
_LOCAL = ("7F7F0101", "00000000")
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,12})?")
_FOLLOWING = ("Normal", "Insert second", "Delete second")


def offset_s(output: bytes) -> float | None:
    """Give the seconds between this clock and those it follows, whichever is ahead; None where it follows nobody."""
    if len(output) > LIMIT_BYTES:
        return None
    fields = output.decode("ascii", "replace").strip().split(",")
    if len(fields) != FIELDS or fields[_REFERENCE] in _LOCAL or fields[_LEAP] not in _FOLLOWING:
        return None
    if not re.fullmatch(r"[0-9A-F]{8}", fields[_REFERENCE]) or not _NUMBER.fullmatch(fields[_OFFSET]):
        return None
    found = abs(float(fields[_OFFSET]))
    return found if math.isfinite(found) else None
