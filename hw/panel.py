"""The panel beside the door: lamps, buzzer, button; what it can be told, and one that is a directory of files."""

import re
from pathlib import Path
from typing import Protocol

from hw.files import read_limited, replace_text

LAMP_LEVELS = ("ok", "attention", "critical", "unknown", "test")
BUZZER_PATTERNS = ("quiet", "attention", "critical", "unknown", "test")

_LEVEL = re.compile(r"[a-z][a-z_-]{0,31}")
_COUNT = re.compile(rb"[0-9]{1,9}\n?")


class PanelError(Exception):
    """The panel does not show what it was told, or nobody can tell what it shows."""


class Panel(Protocol):
    """Lamps, buzzer and button. A part that is not there shows nothing and is no error."""

    def show_lamp(self, level: str) -> None:
        """Show one of `LAMP_LEVELS` and see that it is shown; the same level again only looks once more.

        Raises PanelError where it is not, ValueError for what is no level.
        """
        ...

    def sound(self, pattern: str) -> None:
        """Sound one of `BUZZER_PATTERNS` from now on; as `show_lamp`."""
        ...

    def presses(self) -> int:
        """Give how often the button was pressed since the panel was opened. Raises PanelError."""
        ...

    def close(self) -> None:
        """Dark and quiet; nothing is held any more."""
        ...


class FilePanel:
    """One thing of a panel, the lamps or the buzzer, that is a file with the level shown."""

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


class SimulatedPanel:
    """A panel that is three files of a directory: `panel` and `buzzer` hold what is shown and sounded, `button`
    how often it was pressed (`write_press`).
    """

    def __init__(self, directory: Path) -> None:
        """Look how often the button was pressed before; a file that tells no count is met in `presses`."""
        self._lamp = FilePanel(directory / "panel")
        self._buzzer = FilePanel(directory / "buzzer")
        self._button = directory / "button"
        try:
            self._before = _pressed(self._button)
        except PanelError:
            self._before = 0

    def show_lamp(self, level: str) -> None:
        """Show the level. Raises PanelError, ValueError."""
        self._lamp.show(one_of(LAMP_LEVELS, level))

    def sound(self, pattern: str) -> None:
        """Sound the pattern. Raises PanelError, ValueError."""
        self._buzzer.show(one_of(BUZZER_PATTERNS, pattern))

    def presses(self) -> int:
        """Give how often the button was pressed since this panel was opened. Raises PanelError."""
        count = _pressed(self._button)
        self._before = min(self._before, count)  # the world was made anew
        return count - self._before

    def close(self) -> None:
        """Leave the files as they are: nothing is held."""


def write_press(directory: Path) -> None:
    """Press the button of the simulated panel in `directory` once. Raises PanelError."""
    button = directory / "button"
    count = _pressed(button) + 1
    try:
        replace_text(button, f"{count}\n")
    except OSError as error:
        raise PanelError(f"{button} cannot be written: {error.strerror}") from error


def one_of(known: tuple[str, ...], word: str) -> str:
    """Give `word` back. Raises ValueError where it is none of `known`."""
    if word not in known:
        raise ValueError(f"{word!r} is none of {', '.join(known)}")
    return word


def _pressed(button: Path) -> int:
    try:
        content = read_limited(button, 64)
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise PanelError(f"{button}: {error.strerror}") from error
    if content is None or not _COUNT.fullmatch(content):
        raise PanelError(f"{button} holds {(content or b'too much')!r}, which is no count of presses")
    return int(content)
