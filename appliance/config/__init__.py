"""The configuration file. Here: its TOML, its errors. `load` judges the whole of it, `glance` a few values.

`sections` holds the models; docs/configuration.md is made from them. Only `load` and `sections` cost pydantic, which is
10 MB and a tenth of a second: the page and most verbs do without.
"""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from appliance.finding import Finding

DEFAULT_PATH = Path("/etc/venue-appliance/appliance.toml")
MAX_BYTES = 1024 * 1024
_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


class ConfigError(Exception):
    """The configuration can not be used; `faults` are lines of `FILE: PATH: REASON`, all of them."""

    def __init__(self, faults: Sequence[Finding]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file of at most 1 MiB as plain values. Raises ConfigError."""
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            reason = f"{len(raw)} bytes, at most {MAX_BYTES} were expected"
            raise ConfigError([Finding(str(path), "too_large", reason, bytes=len(raw), most=MAX_BYTES)])
        return tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise ConfigError([of_os(path, error)]) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError([_unread(path, error)]) from error


def of_os(path: Path, error: OSError) -> Finding:
    """What the system says of a file that can not be read."""
    return Finding(str(path), "os", error.strerror or str(error), errno=error.errno or 0)


def _unread(path: Path, error: ValueError | RecursionError) -> Finding:
    if isinstance(error, RecursionError):
        return Finding(path.name, "too_deep", str(error))
    if isinstance(error, UnicodeDecodeError):
        return Finding(path.name, "not_utf8", str(error))
    if at := _TOML_PLACE.search(str(error)):  # its text alone tells it, up to Python 3.13
        return Finding(path.name, "not_toml", str(error), line=int(at[1]), column=int(at[2]))
    return Finding(path.name, "toml_unfinished", str(error))


def beside(path: Path, name: str) -> Path:
    """The file that a configuration at `path` names, relative to it."""
    return path.parent / name
