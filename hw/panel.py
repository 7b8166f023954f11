"""The lamps beside the door, played by a text file that holds the level shown."""

import re
from pathlib import Path

from hw.files import read_limited, replace_text

_LEVEL = re.compile(r"[a-z][a-z_-]{0,31}")


class PanelError(Exception):
    """The panel does not show what it was told, or nobody can tell what it shows."""


class FilePanel:
    """A panel that is a file."""

    def __init__(self, path: Path) -> None:
        """Touch nothing yet."""
        self._path = path

    def show(self, level: str) -> None:
        """Show `level` (a lower-case word, `ok`, `alarm`, …) and see that it is shown.

        Raises PanelError where it is not, ValueError for what is no level.
        """
        if not _LEVEL.fullmatch(level):
            raise ValueError(f"{level!r} is no level: a lower-case word of at most 32 letters")
        try:
            replace_text(self._path, f"{level}\n")
        except OSError as error:
            raise PanelError(f"{self._path} cannot be written: {error.strerror}") from error
        if (shown := self.read()) != level:
            raise PanelError(f"{self._path} shows {shown!r} after {level!r}")

    def read(self) -> str | None:
        """Give the level shown, None where there was none yet. Raises PanelError where that is unknown."""
        try:
            content = read_limited(self._path, 64)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PanelError(f"{self._path}: {error.strerror}") from error
        text = "" if content is None else content.decode("utf-8", errors="replace").removesuffix("\n")
        if not _LEVEL.fullmatch(text):
            raise PanelError(f"{self._path} shows {text!r}, which is no level")
        return text
