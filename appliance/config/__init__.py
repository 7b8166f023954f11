"""The configuration file. Here: its TOML, its errors. `load` judges the whole of it, `glance` a few values.

`sections` holds the models; docs/configuration.md is made from them. Only `load` and `sections` cost pydantic, which is
10 MB and a tenth of a second: the page and most verbs do without.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

DEFAULT_PATH = Path("/etc/venue-appliance/appliance.toml")
MAX_BYTES = 1024 * 1024


class ConfigError(Exception):
    """The configuration can not be used; `faults` are lines of `FILE: PATH: REASON`, all of them."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file of at most 1 MiB as plain values. Raises ConfigError."""
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise ConfigError([f"{path}: {len(raw)} bytes, at most {MAX_BYTES} were expected"])
        return tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError([f"{path.name}: {error}"]) from error


def beside(path: Path, name: str) -> Path:
    """The file that a configuration at `path` names, relative to it."""
    return path.parent / name
