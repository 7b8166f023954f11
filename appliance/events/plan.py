"""What the configuration lays down for a venue: the part of it that the record must know."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from appliance.events.network import NetworkPlan

NOBODY: Final = "000000-00"  # the code of a configuration that the installer wrote; no venue has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The numbers of the national rules, in minutes, hours, seconds and percent; a province may change each.

    Source: the ministry's rules for the paperless exam and a province's 2017 plan (docs/glossary.md).
    Fields without a source there are our judgement and marked so.
    """

    ups_hold_minutes: int = 60
    major_after_minutes: int = 30
    backup_deadline_minutes: int = 30
    seal_before_hours: int = 12
    spare_percent: int = 5
    preparing_before_minutes: int = 90
    seats_expected_before_minutes: int = 60
    after_finish_minutes: int = 30
    backup_every_minutes: int = 5
    battery_low_percent: int = 20
    # our judgement
    flap_s: int = 180
    blip_s: int = 3
    seat_gone_s: int = 30
    group_seats: int = 5
    group_window_s: int = 60
    many_percent: int = 10
    low_confirm_s: int = 5
    low_alone_s: int = 10
    fault_s: int = 10
    drill_edge_s: int = 60
    test_floor_percent: int = 15
    paper_before_minutes: int = 75
    window_more_minutes: int = 10
    window_more_times: int = 6
    window_lease_minutes: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One subject of one batch: `start` (T) and `end` (E) as aware UTC, unmoved."""

    id: str
    batch: str
    subject: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsDeclared:
    """What somebody measured by hand on a UPS without a data port, and when (`on`, YYYY-MM-DD)."""

    on: str
    by: str
    load_percent: float
    hold_minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsPlan:
    """A UPS and what hangs on it; `room:1` in `feeds` means that room's seats.

    `rated_minutes` at `rated_load_percent` stand in its data sheet. `cuts`: it may be asked to cut its output
    and to come back with the mains. `wiring` tells one way of reading it from another: a drill proves one.
    """

    name: str
    feeds: tuple[str, ...] = ()
    driver: str = ""
    declared: UpsDeclared | None = None
    rated_minutes: float | None = None
    rated_load_percent: float | None = None
    cuts: bool = False
    commands: bool = False
    wiring: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPlan:
    """A seat of a room; `id` is `ROOM-SEAT`, unique in the venue."""

    id: str
    room: str
    spare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbAllowed:
    """A device that may be there: `id` as 051d:0002, `port` as 1-1.4, `serial` '' where it has none."""

    id: str
    port: str
    serial: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientPlan:
    """One of the province's public keys: how it begins, what people call it, its last day (YYYY-MM-DD, '' for none)."""

    key: str
    name: str = ""
    expires: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The venue as configured. `usb`, `network`, `seats_watched` say what the guard is asked to look at.

    `network` is the mode of `net`, which names who is in the exam network.
    `usb_boot` is what lockdown.conf must grant, in its own words.
    `usb_next_boot`: USB is to be enforced, and this boot began before the box was anybody's: from the next one on.
    `cards_denied`: ports of the network whose card hangs on USB and is not let in at boot.
    `attached`: disks, interfaces and mounts are watched as well.
    `boot_files`: what holds before the guard runs is to follow what people change.
    `copies`: second places of the bundles.
    `servers` must each hang on a UPS; `stoppable` are those that the chief may have stopped, in this order.
    """

    code: str
    name: str
    timezone: str = "Asia/Shanghai"
    rules: Rules = field(default_factory=Rules)
    sittings: tuple[Sitting, ...] = ()
    ups: tuple[UpsPlan, ...] = ()
    seats: tuple[SeatPlan, ...] = ()
    usb: bool = False
    usb_allow: tuple[UsbAllowed, ...] = ()
    usb_board: tuple[UsbAllowed, ...] = ()
    usb_boot: tuple[str, ...] = ()
    usb_ups_ports: tuple[str, ...] = ()
    usb_next_boot: bool = False
    cards_denied: tuple[str, ...] = ()
    usb_ports: dict[str, str] = field(default_factory=dict)
    attached: bool = False
    boot_files: bool = False
    network: str = "off"
    net: NetworkPlan = field(default_factory=NetworkPlan)
    servers: tuple[str, ...] = ()
    stoppable: tuple[str, ...] = ()
    panel: bool = False
    seats_watched: bool = False
    backup: bool = False
    recipients: tuple[RecipientPlan, ...] = ()
    copies: tuple[str, ...] = ()
    simulated: bool = False
