"""UPS driver `simulated`: reads a text file as NUT's dummy-ups does, for the demo and for tests without upsd.

    [[ups]]
    name = "server-ups"
    driver = "simulated"
    path = "server-ups.dev"

One `name: value` a line, `#` begins a comment line; `ups.status: STALE` plays a UPS whose data are stale. What
it is told to do becomes a line of `server-ups.dev.commands` beside it.
Source: dummy-ups(8), `.dev` files.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from hw.files import read_limited, replace_text
from hw.ups.commander import COMMANDS, checked
from hw.ups.reading import UpsError, UpsReading, reading, status_flags

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.IGNORECASE)
_LIMIT_BYTES = 64 * 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedOptions:
    """The file that plays the UPS."""

    path: Path


class SimulatedUps:
    """A UPS that is a file, read anew each time."""

    def __init__(self, options: SimulatedOptions) -> None:
        """Touch nothing yet."""
        self._path = Path(options.path)

    def read(self) -> UpsReading:
        """Read the file now.

        Raises UpsError: "unreachable" (no file), "data-stale" (`STALE`), "waiting", "no-status", "garbage".
        """
        variables = _variables(self._path)
        if "STALE" in variables.get("ups.status", "").upper().split():
            raise UpsError("data-stale", f"{self._path} plays stale data")
        return reading(status_flags(variables.get("ups.status", "")), variables)

    def close(self) -> None:
        """Nothing is held between two reads."""


class SimulatedCommander:
    """Writes down what the UPS was told to do, for the demo's script and the tests to play on."""

    def __init__(self, options: SimulatedOptions) -> None:
        """Touch nothing yet."""
        self._path = commands_path(options.path)

    def supported(self) -> frozenset[str]:
        """All commands."""
        return frozenset(COMMANDS)

    def do(self, command: str) -> None:
        """Append the command as a line. Raises UpsError ("unreachable"), ValueError for no command."""
        line = f"{checked(command)}\n"
        try:
            with self._path.open("a", encoding="ascii") as file:
                file.write(line)
        except OSError as error:
            raise UpsError("unreachable", f"{self._path} cannot be written: {error.strerror}") from error


def commands_path(path: Path) -> Path:
    """Where the commands to the UPS that is the file `path` are written."""
    return path.with_name(path.name + ".commands")


def write_simulated(path: Path, **variables: object) -> None:
    """Set variables of the UPS in the file at once, keeping the others; None takes one away.

    Names are NUT's: `write_simulated(path, **{"ups.status": "OB DISCHRG", "battery.charge": 87})`.

    Raises ValueError for a name or value that the file cannot hold; UpsError("garbage") where the present
    file is none of ours, "unreachable" where it cannot be written.
    """
    told = _variables(path) if path.exists() else {}
    for name, value in variables.items():
        text = "" if value is None else str(value)
        if not _NAME.fullmatch(name) or not text.isprintable() or text != text.strip():
            raise ValueError(f"{name}: {text!r} cannot be a line of a simulated UPS")
        told[name] = text
    kept = {name: text for name, text in told.items() if variables.get(name, text) is not None}
    try:
        replace_text(path, "".join(f"{name}: {text}\n" for name, text in kept.items()))
    except OSError as error:
        raise UpsError("unreachable", f"{path} cannot be written: {error.strerror}") from error


def _variables(path: Path) -> dict[str, str]:
    """Give the file's variables. Raises UpsError: "unreachable", "garbage"."""
    try:
        content = read_limited(path, _LIMIT_BYTES)
    except OSError as error:
        raise UpsError("unreachable", f"{path}: {error.strerror}") from error
    if content is None:
        raise UpsError("garbage", f"{path} is longer than {_LIMIT_BYTES} bytes")
    variables: dict[str, str] = {}
    for line in content.decode("utf-8", errors="replace").split("\n"):
        name, colon, value = line.partition(":")
        if not line.strip() or line.startswith("#"):
            continue
        if not colon or not _NAME.fullmatch(name.strip()):
            raise UpsError("garbage", f"{path}: {line[:80]!r} is not 'name: value'")
        variables[name.strip()] = value.strip()
    return variables
