"""A checked model of the whole configuration, every fault at once with its path."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from appliance.config import ConfigError, enrolled, read_toml
from appliance.config.patterns import EXAMPLES
from appliance.config.sections import Config
from appliance.finding import Finding

_Options = TypeVar("_Options")


def load(path: Path, *, beside: Path | None = None) -> Config:
    """The configuration at `path` with what is enrolled. Raises ConfigError with every fault.

    `beside`: the directory of what is enrolled, where it is not in its place yet.
    """
    document = enrolled.merged(read_toml(path), enrolled.overlay(beside or enrolled.directory(path)))
    try:
        config = Config.model_validate(document)
    except ValidationError as error:
        found = [_finding(fault).at(f"{path.name}: {_place(fault['loc'])}") for fault in error.errors()]
        raise ConfigError(found) from error
    doubles = _doubles("ups", [ups.name for ups in config.ups])
    doubles += _doubles("ending.server", [server.name for server in config.ending.server])
    doubles += _doubles("backup.source", [source.name for source in config.backup.source])
    if doubles:
        raise ConfigError([fault.at(path.name) for fault in doubles])
    return config


def driver_options(options_class: type[_Options], values: dict[str, Any]) -> _Options:
    """A driver's Options from a section's further keys. Raises ConfigError: `KEY: REASON` each."""
    names = {field.name for field in fields(options_class)}  # type: ignore[arg-type]  # every Options is a dataclass
    known = ", ".join(sorted(names))
    faults = [
        Finding(key, "unknown_option", f"unknown key, known are {known}", known=known)
        for key in values
        if key not in names
    ]
    if faults:
        raise ConfigError(faults)
    try:
        return TypeAdapter(options_class).validate_python(values)
    except ValidationError as error:
        raise ConfigError([found for fault in error.errors() for found in _option_faults(fault)]) from error


class _Told(Protocol):
    """A fault as a driver tells it: ours, or one of `hw`, which knows no more of us than this."""

    @property
    def place(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def values(self) -> Mapping[str, str | int]: ...


def _option_faults(fault: Any) -> list[Finding]:  # noqa: ANN401 - pydantic's ErrorDetails
    """An option's value is not shown: it may be a password."""
    place = ".".join(str(part) for part in fault["loc"])
    if told := _told(fault):
        return [Finding(one.place, one.code, one.reason, one.value, **one.values).at(place, ".") for one in told]
    if fault["type"].startswith("missing"):
        return [Finding(place, "missing", "missing")]
    return [Finding(place, fault["type"], fault["msg"].removeprefix("Value error, "), **_values(fault))]


def _told(fault: Any) -> tuple[_Told, ...]:  # noqa: ANN401 - pydantic's ErrorDetails
    """What our own check found, where it was one of them that refused."""
    return tuple(getattr(fault.get("ctx", {}).get("error"), "faults", ()))


def _values(fault: Any) -> dict[str, str | int]:  # noqa: ANN401 - pydantic's ErrorDetails
    """What pydantic's sentence is filled with; of a pattern an example."""
    given = fault.get("ctx", {})
    found = {key: str(value) for key, value in given.items() if key != "error"}
    if fault["type"] == "literal_error":
        found["expected"] = found["expected"].replace(" or ", ", ")
    if fault["type"] == "string_pattern_mismatch":
        found["example"] = EXAMPLES.get(found["pattern"], found["pattern"])
    return dict(found)


def _place(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _finding(fault: Any) -> Finding:  # noqa: ANN401 - pydantic's ErrorDetails
    """The reason, with the value that stands there; whose place it is, the caller knows."""
    if fault["type"] == "extra_forbidden":
        return Finding("", "unknown_key", "unknown key")
    if fault["type"] == "missing":
        return Finding("", "missing", "missing")
    value = "" if isinstance(fault["input"], dict) else _shown(fault["input"])
    if told := _told(fault):
        return Finding("", told[0].code, told[0].reason, value, **told[0].values)
    return Finding("", fault["type"], fault["msg"].removeprefix("Value error, "), value, **_values(fault))


def _shown(value: object) -> str:
    """The wrong value, short; a private key that stands in a wrong place is not spread to terminal and journal."""
    try:
        shown = repr(value)
    except ValueError:  # TOML's 0x… has no limit, Python's decimal digits have one
        return "a number too long to show"
    return "****" if "AGE-SECRET-KEY" in shown.upper() else shown[:80]


def _doubles(place: str, names: list[str]) -> list[Finding]:
    return [
        Finding(place, "twice", f"{name!r} stands twice", name=repr(name))
        for name in sorted({n for n in names if names.count(n) > 1})
    ]


__all__ = ["Config", "driver_options", "load"]
