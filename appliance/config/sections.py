"""The configuration's sections: names, types, defaults, each with what it is for."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from appliance.config.glance import LISTEN, RUN_DIR, STATE_DIR
from appliance.config.patterns import CLOCK, NAME, PORT, RECEIPT_KEY, ROOM, SHA256, USB_ID
from appliance.config.places import Places
from appliance.config.recipient import Recipient
from appliance.finding import unfit

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")


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
    state_dir: Path = STATE_DIR
    run_dir: Path = RUN_DIR
    timetable: str = ""
    seats: str = ""

    @field_validator("code")
    @classmethod
    def _code(cls, value: str) -> str:
        if not _CODE.fullmatch(value):
            raise unfit("venue_code", "letters, digits and '-' were expected, at most 32")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise unfit("no_such_zone", "no such time zone; Asia/Shanghai is one") from error
        return value

    @field_validator("state_dir", "run_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        if not value.is_absolute():
            raise unfit("not_absolute", "an absolute path was expected")
        return value


class RulesSection(_Section):
    """The national rules' numbers; a province may change each."""

    ups_hold_minutes: int = Field(60, ge=1, le=1440)
    major_after_minutes: int = Field(30, ge=1, le=600)
    backup_deadline_minutes: int = Field(30, ge=1, le=1440)
    seal_before_hours: int = Field(12, ge=0, le=72)
    spare_percent: int = Field(5, ge=0, le=50)


class UpsSection(_Driven):
    """One UPS: its name, what hangs on it, its driver; what its data sheet says; whether it may cut its output."""

    name: str = Field(pattern=NAME)
    feeds: tuple[str, ...] = ()
    driver: str
    rated_minutes: float | None = Field(None, gt=0, le=10_080)
    rated_load_percent: float | None = Field(None, gt=0, le=100)
    cut: bool = False

    @model_validator(mode="after")
    def _rated(self) -> Self:
        if (self.rated_minutes is None) != (self.rated_load_percent is None):
            raise unfit("rated_together", "rated_minutes and rated_load_percent are given together or not at all")
        return self


class UsbAllow(_Section):
    """A device that may be there: id, port, its serial where it has one, its descriptors where they are to be held."""

    id: str = Field(pattern=USB_ID)
    port: str = Field(pattern=PORT)
    serial: str = ""
    descriptors_sha256: str = Field("", pattern=SHA256)
    why: str = Field(min_length=1)


class UsbSection(_Section):
    """The box's own USB ports: what may be there, on which a UPS may be exchanged, what people call them."""

    enforce: bool = False
    allow: tuple[UsbAllow, ...] = ()
    ups_ports: tuple[Annotated[str, Field(pattern=PORT)], ...] = ()
    ports: dict[Annotated[str, Field(pattern=PORT)], Annotated[str, Field(min_length=1, max_length=40)]] = {}


class ExamServer(_Section):
    """An exam server: `tcp` are the ports that seats speak to, none for all; `port` the box's own that it hangs on.

    `offers`: it gives addresses (dhcp) or announces itself as a router (ra) on purpose: no item is made of it.
    """

    name: str = Field(pattern=NAME)
    ip: str
    mac: str = ""
    port: str = ""
    offers: tuple[Literal["dhcp", "ra"], ...] = ()
    tcp: tuple[Annotated[int, Field(ge=1, le=65535)], ...] = ()


class Device(_Section):
    """A machine that is neither seat nor server; `offers` as of an exam server: the venue's own DHCP server, say."""

    name: str = Field(pattern=NAME)
    mac: str = ""
    ip: str = ""
    role: Literal["management", "sign-in", "camera", "other"] = "other"
    offers: tuple[Literal["dhcp", "ra"], ...] = ()


class NetworkSection(_Section):
    """Where the box stands in the network, and what may pass it: nothing but what a window names.

    `address` is the box's own in the exam network, as 10.50.0.1/24. `staff` are networks that may open the page;
    `province` and `updates` are ADDRESS:PORT that windows open towards; `dial_out` is USER@ADDRESS:PORT that the box
    calls. `router` is the venue's router towards the line, where the box is a bridge before it or only watches.
    `dhcp`: the box gives the exam network its addresses. `tell_time`: the box answers as time.windows.com, where
    something vouches for its time. `masquerade`: on the line servers have the box's address.
    """

    mode: Literal["route", "bridge", "watch", "off"] = "off"
    exam_bridge: str = "br0"
    exam_ports: tuple[str, ...] = ()
    uplink: str = ""
    address: str = ""
    staff_port: str = ""
    staff: tuple[str, ...] = ()
    province: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    dial_out: str = ""
    router: str = ""
    dhcp: bool = False
    tell_time: bool = True
    masquerade: bool = False
    exam_server: tuple[ExamServer, ...] = ()
    device: tuple[Device, ...] = ()


class SourceSection(_Driven):
    """One source of answers: its name and driver; how many answers it should hold by room and which of its files are
    one (`{room}` stands for the room), or a program that counts both and writes ROOM EXPECTED COLLECTED a line."""

    name: str = Field(pattern=NAME)
    driver: str
    expected: dict[Annotated[str, Field(pattern=ROOM)], Annotated[int, Field(ge=0, le=1_000_000)]] = {}
    collected: str = ""
    count_command: tuple[str, ...] = ()

    @field_validator("collected")
    @classmethod
    def _below_the_root(cls, value: str) -> str:
        if value.startswith("/") or value.count("{room}") > 1:
            raise unfit("not_below_root", "a pattern below the root was expected, as room{room}/*.json")
        return value

    @field_validator("count_command")
    @classmethod
    def _absolute_program(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value and not value[0].startswith("/"):
            raise unfit("no_program", "the program's absolute path was expected first")
        return value

    @model_validator(mode="after")
    def _counted_once(self) -> Self:
        if self.count_command and (self.expected or self.collected):
            raise unfit("counted_twice", "count_command counts both: expected and collected are left out then")
        return self


class BackupSection(_Section):
    """What is sealed, how often, and to whom: `recipients` are the province's public keys, each as a text `"age1…"` or
    as the table below. `receipt_keys`: by which its receipts are known, each a line `ssh-ed25519 AAAA…`. While a
    sitting runs, sources are read at `running_mb_per_s` at most. `copies` are folders on other disks, mounted, where
    each bundle stands once more. What the province has receipted goes after `keep_days`, or earlier for room."""

    recipients: tuple[Recipient, ...] = ()
    receipt_keys: tuple[Annotated[str, Field(pattern=RECEIPT_KEY)], ...] = ()
    every_minutes: int = Field(5, ge=1, le=120)
    running_mb_per_s: int = Field(20, ge=1, le=10_000)
    keep_days: int = Field(30, ge=1, le=3650)
    quota_gb: int = Field(16, ge=1, le=10_000)
    copies: Places = ()
    source: tuple[SourceSection, ...] = ()


class ServerStopSection(_Section):
    """How an exam server is powered off where the chief agreed, and what no longer answers once it is."""

    name: str = Field(pattern=NAME)
    argv: tuple[str, ...] = Field(min_length=1)
    probe: str
    budget_s: int = Field(180, ge=15, le=1800)

    @field_validator("argv")
    @classmethod
    def _absolute_program(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value[0].startswith("/"):
            raise unfit("no_program", "the program's absolute path was expected first")
        return value

    @field_validator("probe")
    @classmethod
    def _address(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        try:
            ip_address(host.strip("[]"))
        except ValueError as error:
            raise unfit("no_address_port", "a numeric address and a port were expected, as 10.50.0.2:22") from error
        if not port.isdigit() or not 0 < int(port) < 65_536:
            raise unfit("no_port", "a port from 1 to 65535 was expected, as 10.50.0.2:22")
        return value

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of `probe`."""
        host, _, port = self.probe.rpartition(":")
        return host.strip("[]"), int(port)


class EndingSection(_Section):
    """Which servers the chief may have stopped on a battery that gives out, in this order."""

    server: tuple[ServerStopSection, ...] = ()


class PageSection(_Section):
    """The status page."""

    listen: str = LISTEN
    language: Literal["zh_CN", "en"] = "zh_CN"


class ClockSection(_Section):
    """What vouches for the wall clock."""

    source: str = Field("rtc", pattern=CLOCK)


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
    ending: EndingSection = EndingSection()
    contacts: dict[str, str] = {}
    page: PageSection = PageSection()
    clock: ClockSection = ClockSection()
    panel: PanelSection = PanelSection()
    simulation: SimulationSection | None = None
