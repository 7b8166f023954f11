"""Has bundles copied to a second place: a process of its own for each place, so that a slow one holds up nobody.

Where systemd runs and has the unit, it starts `venue-copy@PLACE.service`, for the guard itself may write to no disk;
elsewhere the same program is a child. Its fact comes over the control socket; only a run without one is reported
here.
"""

import threading
from collections.abc import Callable
from pathlib import Path

from appliance import command
from appliance.command import CommandError
from appliance.enforce import unit
from appliance.events.bodies import CopyRead
from appliance.exam.posture import NotHeld

UNIT = "venue-copy@{}.service"
OWED, RESTS = "owed", "rest"
REASON_SHOWN = 300


class Copies:
    """`hold` starts a run for each level `owed N BUNDLE`; `argv` is the program, `place` comes behind it.

    A run has no time limit: a disk that hangs holds up nothing but itself, and the record says that it is late.
    """

    def __init__(
        self,
        *,
        place: str,
        argv: tuple[str, ...],
        report: Callable[[CopyRead], None],
        by_unit: bool = False,
        root: Path = Path("/"),
    ) -> None:
        self._place, self._argv, self._report = place, argv, report
        self._by_unit, self._root = by_unit, root
        self._running: threading.Thread | None = None
        self._child: command.Child | None = None
        self._stopping = threading.Event()

    def hold(self, level: str) -> None:
        """Starts a run where one is owed and none is under way. Raises NotHeld for a level that nobody knows."""
        word, _, _ = level.partition(" ")
        if word not in (OWED, RESTS):
            raise NotHeld(f"{level[:80]!r}: {OWED} or {RESTS} was expected")
        if word == RESTS or (self._running is not None and self._running.is_alive()):
            return
        try:
            self._child = command.start(self._chosen(), quiet=True)
        except CommandError as error:
            raise NotHeld(str(error)) from error
        self._running = threading.Thread(target=self._wait, args=(self._child,), name="copies", daemon=True)
        self._running.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Ends a run under way; what it had not finished is swept by the next one."""
        self._stopping.set()
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
        if self._running is not None:
            self._running.join(timeout_s)

    def _chosen(self) -> tuple[str, ...]:
        if self._by_unit and unit.runs(UNIT.format(""), self._root):
            return (unit.systemctl(self._root), "start", UNIT.format(escaped(self._place)))
        return (*self._argv, self._place)

    def _wait(self, child: command.Child) -> None:
        _, stderr = child.communicate()
        if child.returncode == 0 or self._stopping.is_set():
            return
        said = stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[-1][:REASON_SHOWN] if said else f"the run ended with {child.returncode}"
        self._report(CopyRead(place=self._place, fault="failed", detail=reason))


def escaped(path: str) -> str:
    """An absolute path as a unit's instance. Source: systemd.unit(5), "String escaping for inclusion in unit names"."""
    inner = "/".join(part for part in path.split("/") if part)
    if not inner:
        return "-"
    shown = "".join(
        "-" if letter == "/" else letter if _plain(letter) else "".join(f"\\x{byte:02x}" for byte in letter.encode())
        for letter in inner
    )
    return f"\\x2e{shown[1:]}" if shown.startswith(".") else shown


def _plain(letter: str) -> bool:
    return letter.isascii() and (letter.isalnum() or letter in ":_.")
