"""A checked model of the whole configuration, every fault at once with its path."""

from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from appliance.config import ConfigError, enrolled, read_toml
from appliance.config.sections import Config

_Options = TypeVar("_Options")


def load(path: Path, *, beside: Path | None = None) -> Config:
    """The configuration at `path` with what is enrolled. Raises ConfigError with every fault.

    `beside`: the directory of what is enrolled, where it is not in its place yet.
    """
    document = enrolled.merged(read_toml(path), enrolled.overlay(beside or enrolled.directory(path)))
    try:
        config = Config.model_validate(document)
    except ValidationError as error:
        raise ConfigError(
            [f"{path.name}: {_place(e['loc'])}: {_reason(e)}" for e in error.errors()]
        ) from error
    doubles = _doubles("ups", [ups.name for ups in config.ups])
    doubles += _doubles("ending.server", [server.name for server in config.ending.server])
    doubles += _doubles("backup.source", [source.name for source in config.backup.source])
    if doubles:
        raise ConfigError([f"{path.name}: {fault}" for fault in doubles])
    return config


def driver_options(options_class: type[_Options], values: dict[str, Any]) -> _Options:
    """A driver's Options from a section's further keys. Raises ConfigError: `KEY: REASON` each."""
    known = {field.name for field in fields(options_class)}  # type: ignore[arg-type]  # every Options is a dataclass
    faults = [
        f"{key}: unknown key, known are {', '.join(sorted(known))}" for key in values if key not in known
    ]
    if faults:
        raise ConfigError(faults)
    try:
        return TypeAdapter(options_class).validate_python(values)
    except ValidationError as error:
        raise ConfigError([_option_fault(fault) for fault in error.errors()]) from error


def _option_fault(fault: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    place = ".".join(str(part) for part in fault["loc"])
    reason = "missing" if fault["type"].startswith("missing") else fault["msg"].removeprefix("Value error, ")
    return f"{place}: {reason}" if place else reason


def _place(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _reason(error: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    if error["type"] == "extra_forbidden":
        return "unknown key"
    if error["type"] == "missing":
        return "missing"
    value = f"{_shown(error['input'])}: " if not isinstance(error["input"], dict) else ""
    return f"{value}{error['msg'].removeprefix('Value error, ')}"


def _shown(value: object) -> str:
    """The wrong value, short; a private key that stands in a wrong place is not spread to terminal and journal."""
    try:
        shown = repr(value)
    except ValueError:  # TOML's 0x… has no limit, Python's decimal digits have one
        return "a number too long to show"
    return "****" if "AGE-SECRET-KEY" in shown.upper() else shown[:80]


def _doubles(place: str, names: list[str]) -> list[str]:
    return [f"{place}: {name!r} stands twice" for name in sorted({n for n in names if names.count(n) > 1})]


__all__ = ["Config", "driver_options", "load"]
