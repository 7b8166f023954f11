"""The answers of a whole setup in one file: for many venues at once, and for who does it again."""

from collections.abc import Mapping
from pathlib import Path

from appliance.config import ConfigError, read_toml
from appliance.finding import Finding

Answer = str | bool | int | tuple[str, ...]
# Every question by its place, and what its answer is.
QUESTIONS: Mapping[str, type] = {
    "by": str,
    "venue.file": str, "venue.fingerprint": str, "venue.code": str, "venue.name": str,
    "ports.mode": str, "ports.uplink": str, "ports.exam": tuple, "ports.staff": str, "ports.address": str,
    "ports.server": str,
    "ups.kind": str, "ups.serial": str, "ups.name": str, "ups.feeds": tuple, "ups.gpio": int, "ups.board": str,
    "ups.closed": bool, "ups.measured_on": str, "ups.load_percent": int, "ups.hold_minutes": int,
    "seats.look": bool, "seats.room": str, "seats.spares": tuple,
    "backup.driver": str, "backup.name": str, "backup.recipient": str, "backup.options": dict, "backup.anyway": bool,
    "plug.pull": bool,
}  # fmt: skip


def read(path: Path) -> dict[str, object]:
    """The answers by their place. Raises ConfigError with every fault."""
    document, found, faults = read_toml(path), {}, list[Finding]()
    flat: dict[str, object] = {}
    for key, value in document.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{below}": each for below, each in value.items()}
        else:
            flat[key] = value
    for place, value in flat.items():
        wanted = QUESTIONS.get(place)
        if wanted is None:
            known = ", ".join(QUESTIONS)
            reason = f"nobody asks this; known are {known}"
            faults.append(Finding(f"{path.name}: {place}", "nobody_asks", reason, known=known))
        elif (answer := _as(wanted, value)) is None:
            code, said = _WORDS[wanted]
            faults.append(Finding(f"{path.name}: {place}", code, f"{said} was expected"))
        else:
            found[place] = answer
    if faults:
        raise ConfigError(faults)
    return found


_WORDS = {
    str: ("string_type", "a text"),
    int: ("int_type", "a whole number"),
    bool: ("bool_type", "true or false"),
    tuple: ("tuple_type", "a list of texts"),
    dict: ("no_table", "a table"),
}


def _as(wanted: type, value: object) -> object | None:
    if wanted is tuple:
        good = isinstance(value, list) and all(isinstance(each, str) for each in value)
        return tuple(value) if good and isinstance(value, list) else None
    if wanted is int and isinstance(value, bool):
        return None
    return value if isinstance(value, wanted) else None
