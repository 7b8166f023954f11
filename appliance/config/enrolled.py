"""What the province's venue file gives the configuration: `enrolled/venue.json` beside it, where a venue is enrolled.

`enrolled` is a link to a directory that holds everything of one venue file; `venue enrol` turns it in one step. What
stands there counts over the same key of the configuration: the province says it, with a signature of people by phone.
"""

import json
from pathlib import Path
from typing import Any

from appliance.config import ConfigError, of_os
from appliance.finding import Finding

ENROLLED, OVERLAY = "enrolled", "venue.json"
MAX_BYTES = 1024 * 1024


def directory(path: Path) -> Path:
    """Where what is enrolled lies, for the configuration at `path`."""
    return path.parent / ENROLLED


def overlay(enrolled: Path) -> dict[str, Any]:
    """The sections that the directory gives; empty where no venue is enrolled. Raises ConfigError."""
    path = enrolled / OVERLAY
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError([of_os(path, error)]) from error
    try:
        found = json.loads(raw[:MAX_BYTES])["config"]
        return {str(name): dict(section) for name, section in found.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        reason = "not what `venue enrol` writes: enrol the venue again"
        raise ConfigError([Finding(str(path), "not_enrolled", reason)]) from error


def merged(document: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The document with what is enrolled in its place."""
    found = dict(document)
    for name, section in given.items():
        before = found.get(name, {})
        found[name] = before | section if isinstance(before, dict) else before
    return found


def overruled(document: dict[str, Any], given: dict[str, Any]) -> list[str]:
    """The keys, as `venue.code`, that stand in the document otherwise than they are enrolled: they do not count."""
    return [
        f"{name}.{key}"
        for name, section in given.items()
        for key, value in section.items()
        if isinstance(before := document.get(name), dict) and key in before and before[key] != value
    ]
