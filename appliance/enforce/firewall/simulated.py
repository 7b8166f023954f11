"""The line of a simulated world: a file that says what is held, where a box would have rules."""

import threading
from pathlib import Path

from appliance.events.readings import FirewallReading
from appliance.exam.posture import NotHeld, held_windows
from hw.files import replace_text

FILE = "line"
DIGEST = "simulated"


class SimulatedFirewall:
    """`hold` writes the level into the world's file, `read` sees whether somebody changed it since."""

    def __init__(self, world: Path) -> None:
        self._path = world / FILE
        self._lock = threading.Lock()
        self._held = ""

    def hold(self, level: str) -> None:
        """Make it so. Raises NotHeld."""
        held_windows(level)
        with self._lock:
            try:
                replace_text(self._path, f"{level}\n")
            except OSError as error:
                raise NotHeld(f"{self._path}: {error.strerror}") from error
            self._held = level

    def read(self) -> FirewallReading:
        """What differs from what was held last. Raises nothing."""
        with self._lock:
            if not self._held:
                return FirewallReading()
            try:
                found = self._path.read_text(encoding="utf-8").rstrip("\n")
            except (OSError, ValueError) as error:
                return FirewallReading(unknown=f"{self._path}: {error}")
            drift = () if found == self._held else ("rules",)
            return FirewallReading(digest=DIGEST, drift=drift)
