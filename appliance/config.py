"""The configuration file: TOML in, a checked model out, every fault at once with its path.

Source of names and defaults: docs/configuration.md, made from these models.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

DEFAULT_PATH = Path("/etc/venue-appliance/appliance.toml")
MAX_BYTES = 1024 * 1024
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
_Options = TypeVar("_Options")
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


class ConfigError(Exception):
    """The configuration can not be used; `faults` are lines of `FILE: PATH: REASON`, all of them."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Driven(BaseModel):
    """A section whose further keys belong to its driver."""

    model_config = ConfigDict(extra="allow", frozen=True)

    @property
    def options(self) -> dict[str, Any]:
        """What the driver is given."""
        return dict(self.model_extra or {})


class VenueSection(_Section):
    """Which venue this is, and where its files lie (relative ones beside this file)."""

    code: str
    name: str = Field(min_length=1, max_length=100)
    timezone: str = "Asia/Shanghai"
    state_dir: Path = Path("/var/lib/venue-appliance")
    run_dir: Path = Path("/run/venue-appliance")
    timetable: str = ""
    seats: str = ""

    @field_validator("code")
    @classmethod
    def _code(cls, value: str) -> str:
        if not _CODE.fullmatch(value):
            raise ValueError("letters, digits and '-' were expected, at most 32")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("no such time zone; Asia/Shanghai is one") from error
        return value

    @field_validator("state_dir", "run_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        if not value.is_absolute():
            raise ValueError("an absolute path was expected")
        return value


class RulesSection(_Section):
    """The national rules' numbers; a province may change each."""

    ups_hold_minutes: int = Field(60, ge=1, le=1440)
    major_after_minutes: int = Field(30, ge=1, le=600)
    backup_deadline_minutes: int = Field(30, ge=1, le=1440)
    seal_before_hours: int = Field(12, ge=0, le=72)
    spare_percent: int = Field(5, ge=0, le=50)


class UpsSection(_Driven):
    """One UPS: its name, what hangs on it, its driver."""

    name: str = Field(pattern=_NAME)
    feeds: tuple[str, ...] = ()
    driver: str


class UsbAllow(_Section):
    """A device that may be there: id, port, and its serial where it has one."""

    id: str = Field(pattern=r"^[0-9a-f]{4}:[0-9a-f]{4}$")
    port: str = Field(pattern=r"^\d+-\d+(\.\d+)*$")
    serial: str = ""
    why: str = Field(min_length=1)


class UsbSection(_Section):
    """The box's own USB ports."""

    enforce: bool = False
    allow: tuple[UsbAllow, ...] = ()


class ExamServer(_Section):
    """An exam server, as the network plan sees it."""

    name: str = Field(pattern=_NAME)
    ip: str
    mac: str = ""
    port: str = ""
    tcp: tuple[Annotated[int, Field(ge=1, le=65535)], ...] = ()


class Device(_Section):
    """A machine that is neither seat nor server."""

    name: str = Field(pattern=_NAME)
    mac: str = ""
    ip: str = ""
    role: Literal["management", "sign-in", "camera", "other"] = "other"


class NetworkSection(_Section):
    """Where the box stands in the network."""

    mode: Literal["route", "bridge", "watch", "off"] = "off"
    exam_bridge: str = "br0"
    exam_ports: tuple[str, ...] = ()
    uplink: str = ""
    address: str = ""
    staff_port: str = ""
    staff: tuple[str, ...] = ()
    province: tuple[str, ...] = ()
    dial_out: str = ""
    exam_server: tuple[ExamServer, ...] = ()
    device: tuple[Device, ...] = ()


class SourceSection(_Driven):
    """One source of answers: its name and driver."""

    name: str = Field(pattern=_NAME)
    driver: str


class BackupSection(_Section):
    """What is sealed, to whom, how often."""

    recipients: tuple[str, ...] = ()
    every_minutes: int = Field(5, ge=1, le=120)
    keep_days: int = Field(30, ge=1, le=3650)
    quota_gb: int = Field(16, ge=1, le=10_000)
    source: tuple[SourceSection, ...] = ()


class PageSection(_Section):
    """The status page."""

    listen: str = "unix:/run/venue-page/page.sock"
    language: Literal["zh_CN", "en"] = "zh_CN"


class ClockSection(_Section):
    """What vouches for the wall clock."""

    source: str = Field("rtc", pattern=r"^(rtc|none|ntp:[A-Za-z0-9.:-]+)$")


class PanelSection(_Section):
    """GPIO numbers (BCM) of lamps, buzzer and button."""

    lamp_green: int | None = Field(None, ge=0, le=27)
    lamp_red: int | None = Field(None, ge=0, le=27)
    buzzer: int | None = Field(None, ge=0, le=27)
    button: int | None = Field(None, ge=0, le=27)


class SimulationSection(_Section):
    """A made-up world instead of hardware. The page says so in large letters: never on a real box."""

    world: Path


class Config(_Section):
    """The whole file. Every section but [venue] is optional."""

    venue: VenueSection
    rules: RulesSection = RulesSection()
    ups: tuple[UpsSection, ...] = ()
    usb: UsbSection = UsbSection()
    network: NetworkSection = NetworkSection()
    backup: BackupSection = BackupSection()
    contacts: dict[str, str] = {}
    page: PageSection = PageSection()
    clock: ClockSection = ClockSection()
    panel: PanelSection = PanelSection()
    simulation: SimulationSection | None = None


def load(path: Path) -> Config:
    """The configuration at `path`. Raises ConfigError with every fault."""
    document = read_toml(path)
    try:
        config = Config.model_validate(document)
    except ValidationError as error:
        raise ConfigError(
            [f"{path.name}: {_place(e['loc'])}: {_reason(e)}" for e in error.errors()]
        ) from error
    doubles = _doubles("ups", [ups.name for ups in config.ups])
    doubles += _doubles("backup.source", [source.name for source in config.backup.source])
    if doubles:
        raise ConfigError([f"{path.name}: {fault}" for fault in doubles])
    return config


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
