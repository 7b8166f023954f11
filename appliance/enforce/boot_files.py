"""Has the files that hold before the guard runs written anew where they are not as they must be.

The guard may write nothing in /etc: systemd's `venue-boot-files@.service` does, with `venue config apply`, which reads
configuration and record by itself. The guard only sees that it is due.
"""

from collections.abc import Callable
from pathlib import Path

from appliance.command import CommandError, run
from appliance.enforce import unit
from appliance.exam.posture import CLOSE, FOLLOW, WHAT, NotHeld

UNIT = "venue-boot-files@.service"
TAKES_S = 100.0  # the record is folded on a worn SD card
ROOT_BELOW = " /media/root-ro "  # overlayroot(8): where the root that is only read is mounted
NOT_KEPT = "start once with overlayroot=disabled on the kernel's command line, then venue config apply"
BY_HAND = "venue config apply puts it right, or says why it can not"


class BootFiles:
    """`is_open`: whether the mark of a box that is nobody's is there. `differs` tells, for `rules` or `all` and the
    changes of the seat list, whether a file is not as it must be; it raises OSError or ValueError where that can not be
    told. `root` is where systemd is looked for.
    """

    def __init__(
        self, *, is_open: Callable[[], bool], differs: Callable[[str, str], bool], root: Path = Path("/")
    ) -> None:
        self._is_open, self._differs, self._root = is_open, differs, root

    def hold(self, level: str) -> None:
        """Raises NotHeld: another level, no such unit, or what it ran failed."""
        who, _, rest = level.partition(" ")
        what, _, changes = rest.partition(" ")
        if who not in (CLOSE, FOLLOW) or what not in WHAT:
            raise NotHeld(f"{level[:80]!r}: {CLOSE} or {FOLLOW}, {' or '.join(WHAT)} was expected")
        try:
            if who == FOLLOW and self._is_open():  # nothing was put in place yet: that is for people to do
                return
            if not self._differs(what, changes):
                return
        except (OSError, ValueError) as error:
            raise NotHeld(f"{error}: {BY_HAND}") from error
        if self._is_forgotten():
            raise NotHeld(f"the root is only read, and what is written is gone at the next boot: {NOT_KEPT}")
        self._write(what)

    def _is_forgotten(self) -> bool:
        try:
            return ROOT_BELOW in (self._root / "proc/mounts").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False

    def _write(self, what: str) -> None:
        if not unit.runs(UNIT, self._root):
            raise NotHeld(f"{UNIT} is not there: {BY_HAND}")
        try:
            run((unit.systemctl(self._root), "start", UNIT.replace("@", f"@{what}")), timeout_s=TAKES_S)
        except CommandError as error:
            raise NotHeld(f"the files of the next boot are not as they must be: {BY_HAND}") from error
