"""Has the box call the province while pulls may come: systemd's `venue-dial-out.service`, started and stopped.

Inside it the province reaches the venue's own door (8443): nothing at the school has to let anybody in.
"""

from pathlib import Path

from appliance.command import CommandError, run
from appliance.enforce import unit
from appliance.exam.posture import DIALLING, RESTS, NotHeld

UNIT = "venue-dial-out.service"
TAKES_S = 20.0  # to stop: ssh is told, then killed
UP = ("active", "activating", "reloading")  # while the line is down it is between two tries


class DialOut:
    """`hold` makes the unit run, or not, and reads back that it does. `root` is where systemd is looked for."""

    def __init__(self, *, root: Path = Path("/")) -> None:
        self._root = root

    def hold(self, level: str) -> None:
        """Raises NotHeld: another level, no systemd, no such unit, or one that would not."""
        if level not in (DIALLING, RESTS):
            raise NotHeld(f"{level[:80]!r}: {DIALLING} or {RESTS} was expected")
        if not unit.runs(UNIT, self._root):
            if level == RESTS:
                return
            raise NotHeld(f"{UNIT} is not there: the box does not call the province")
        wanted = level == DIALLING
        if self._runs() == wanted:
            return
        self._systemctl("start" if wanted else "stop", UNIT)
        if self._runs() != wanted:
            raise NotHeld(f"{UNIT}: {'does not run' if wanted else 'runs on'}: journalctl -u {UNIT} says why")

    def _runs(self) -> bool:
        return self._systemctl("show", "--property=ActiveState", "--value", UNIT) in UP

    def _systemctl(self, *words: str) -> str:
        try:
            done = run((unit.systemctl(self._root), *words), timeout_s=TAKES_S)
        except CommandError as error:
            raise NotHeld(str(error)) from error
        return done.stdout.decode("ascii", "replace").strip()
