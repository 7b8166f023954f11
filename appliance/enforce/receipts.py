"""Has receipts that came over the line looked at: a process of its own whenever some lie there.

Where systemd runs and has the unit, it starts `venue-receipts.service`, whose user reads what strangers sent and may
say nothing but what became of it; elsewhere the same program is a child.
"""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from appliance import command
from appliance.command import CommandError
from appliance.enforce import unit
from appliance.exam.posture import TAKEN, NotHeld, NotYet

UNIT = "venue-receipts.service"
OK, REFUSED = 0, 2
PAUSE_S = 2.0  # between two runs: who floods the line starts no process for each receipt
REASON_SHOWN = 300


class Receipts:
    """`hold` is done when nothing lies in `incoming`; `argv` is the program that looks at what does."""

    def __init__(
        self,
        *,
        incoming: Path,
        argv: tuple[str, ...],
        by_unit: bool = False,
        root: Path = Path("/"),
        mono_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._incoming, self._argv = incoming, argv
        self._by_unit, self._root, self._mono_s = by_unit, root, mono_s
        self._child: command.Child | None = None
        self._running: threading.Thread | None = None
        self._failed = ""
        self._next_s = 0.0

    def hold(self, level: str) -> None:
        """Starts a run where receipts lie there and none is under way. Raises NotYet until they are gone, NotHeld."""
        if level != TAKEN:
            raise NotHeld(f"{level[:80]!r}: {TAKEN} was expected")
        if self._running is not None and self._running.is_alive():
            raise NotYet("receipts are looked at")
        failed, self._failed, self._running = self._failed, "", None
        if failed:
            raise NotHeld(failed)
        if not self._waiting():
            return
        if self._mono_s() >= self._next_s:
            self._begin()
        raise NotYet("receipts wait")

    def stop(self, timeout_s: float = 2.0) -> None:
        """Ends a run under way; what it had not looked at lies there for the next one."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
        if self._running is not None:
            self._running.join(timeout_s)

    def _waiting(self) -> bool:
        try:
            return any(not name.startswith(".") for name in os.listdir(self._incoming))
        except FileNotFoundError:
            return False
        except OSError as error:
            raise NotHeld(f"{self._incoming}: {error.strerror}") from error

    def _begin(self) -> None:
        self._next_s = self._mono_s() + PAUSE_S
        try:
            self._child = command.start(self._chosen(), quiet=True)
        except CommandError as error:
            raise NotHeld(str(error)) from error
        self._running = threading.Thread(
            target=self._wait, args=(self._child,), name="receipts", daemon=True
        )
        self._running.start()

    def _chosen(self) -> tuple[str, ...]:
        if self._by_unit and unit.runs(UNIT, self._root):
            return (unit.systemctl(self._root), "start", UNIT)
        return self._argv

    def _wait(self, child: command.Child) -> None:
        _, stderr = child.communicate()
        if child.returncode in (OK, REFUSED):
            return
        said = stderr.decode("utf-8", "replace").strip().splitlines()
        self._failed = said[-1][:REASON_SHOWN] if said else f"the run ended with {child.returncode}"
