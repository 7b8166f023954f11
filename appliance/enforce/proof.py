"""Has the ghost machine fire where a proof is owed: a process of its own, one at a time.

Where systemd runs and has the unit, it starts `venue-prove.service`, which has rights of its own; elsewhere the same
program is a child. Its fact comes over the control socket; only a run that ends without one is reported here.
"""

import threading
from collections.abc import Callable
from pathlib import Path

from appliance import command
from appliance.command import CommandError
from appliance.enforce import unit
from appliance.events.bodies import NetworkUnproven
from appliance.exam.posture import NotHeld

UNIT = "venue-prove.service"
OWED, RESTS = "owed", "rest"
TIMEOUT_S = 40.0
BUSY = 75  # a person's run is under way: it reports by itself
REASON_SHOWN = 300


class Proofs:
    """`hold` starts a run for each level `owed N`. `argv` is the program; `report` takes what did not report itself."""

    def __init__(
        self, *, argv: tuple[str, ...], report: Callable[[NetworkUnproven], None], root: Path = Path("/")
    ) -> None:
        self._argv, self._report, self._root = argv, report, root
        self._running: threading.Thread | None = None
        self._stopping = threading.Event()

    def hold(self, level: str) -> None:
        """Starts a run where one is owed and none is under way. Raises NotHeld for a level that nobody knows."""
        word, _, _ = level.partition(" ")
        if word not in (OWED, RESTS):
            raise NotHeld(f"{level[:80]!r}: {OWED} or {RESTS} was expected")
        if word == RESTS or (self._running is not None and self._running.is_alive()):
            return
        self._running = threading.Thread(target=self._run, name="proof", daemon=True)
        self._running.start()

    def wait(self) -> None:
        """Until no run is under way."""
        if self._running is not None:
            self._running.join(TIMEOUT_S)

    def stop(self) -> None:
        """Reports nothing any more; a run under way ends by itself."""
        self._stopping.set()

    def _run(self) -> None:
        try:
            done = command.run(self._chosen(), timeout_s=TIMEOUT_S, check=False)
        except CommandError as error:
            self._tell(str(error))
            return
        if done.code not in (0, BUSY):
            said = done.stderr.strip().splitlines()
            self._tell(said[-1] if said else f"the run ended with {done.code}")

    def _tell(self, reason: str) -> None:
        if not self._stopping.is_set():
            self._report(NetworkUnproven(reason=reason[:REASON_SHOWN]))

    def _chosen(self) -> tuple[str, ...]:
        return (unit.systemctl(self._root), "start", UNIT) if unit.runs(UNIT, self._root) else self._argv
