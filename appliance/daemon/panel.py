"""A panel that is opened when it is first needed, and again while it can not be: the guard starts without it."""

import threading
from collections.abc import Callable

from hw.panel import Panel


class PanelOpenedLater:
    """Stands for the panel that `opened` gives; a call that finds none raises PanelError, and the next tries anew."""

    def __init__(self, opened: Callable[[], Panel]) -> None:
        self._opened = opened
        self._panel: Panel | None = None
        self._lock = threading.Lock()

    def show_lamp(self, level: str) -> None:
        """Shows a level on the lamps. Raises PanelError, ValueError."""
        self._there().show_lamp(level)

    def sound(self, pattern: str) -> None:
        """Sounds a pattern. Raises PanelError, ValueError."""
        self._there().sound(pattern)

    def presses(self) -> int:
        """How often the button was pressed since the panel was opened. Raises PanelError."""
        return self._there().presses()

    def close(self) -> None:
        """Lets the lines go, where any were taken."""
        with self._lock:
            if self._panel is not None:
                self._panel.close()

    def _there(self) -> Panel:
        with self._lock:
            if self._panel is None:
                self._panel = self._opened()
            return self._panel
