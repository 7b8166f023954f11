"""What of a tree is left out: patterns as a shell has them."""

import fnmatch
import os
import re
from collections.abc import Sequence

from appliance.finding import Finding


class Exclude:
    """`*.tmp` leaves out that name anywhere, `room9/*` what stands there below the root; `*` matches a slash too.

    A directory that is left out is left out with all below it.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._names = _compiled([pattern for pattern in patterns if "/" not in pattern])
        self._paths = _compiled([pattern for pattern in patterns if "/" in pattern])

    def __bool__(self) -> bool:
        """Whether anything could be left out at all."""
        return bool(self._names or self._paths)

    def __call__(self, path: bytes) -> bool:
        """Whether `path`, relative to the root, is left out."""
        if self._names and self._names.match(os.fsdecode(path.rpartition(b"/")[2])):
            return True
        return bool(self._paths and self._paths.match(os.fsdecode(path)))


def fault(key: str, patterns: Sequence[str]) -> Finding | None:
    """What is wrong with one of them, None when nothing."""
    odd = [pattern for pattern in patterns if not pattern.strip("/") or "\0" in pattern]
    if odd or any(pattern.startswith("/") for pattern in patterns):
        reason = "names or patterns relative to the root were expected, as *.tmp or room9/*"
        return Finding(key, "not_relative", reason)
    return None


def _compiled(patterns: list[str]) -> re.Pattern[str] | None:
    if not patterns:
        return None
    return re.compile("|".join(fnmatch.translate(pattern.rstrip("/")) for pattern in patterns))
