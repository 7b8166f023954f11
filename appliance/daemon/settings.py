"""Configuration, timetable and seat list read together: one plan, or every fault at once."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from appliance.backup.sources import SOURCES
from appliance.config import DEFAULT_PATH, ConfigError, beside, enrolled, lockdown, read_toml
from appliance.config.load import Config, driver_options, load
from appliance.daemon import board, cards, network, recipients, seat_list, supply
from appliance.enforce import unit
from appliance.enforce.boot_files import UNIT as BOOT_FILES_UNIT
from appliance.events.plan import NOBODY, Plan, Rules, Sitting, UsbAllowed
from appliance.exam import timetable
from appliance.exam.seats import rooms_short_of_spares
from appliance.exam.usb.boot import boot_devices
from appliance.finding import Finding
from hw.ups import DRIVERS


class Settings:
    """A configuration that holds, with the plan that comes of it and the file it stands in."""

    def __init__(self, *, path: Path, config: Config, plan: Plan) -> None:
        self.path = path
        self.config = config
        self.plan = plan

    @property
    def control_socket(self) -> Path:
        """Where the guard answers."""
        return self.config.venue.run_dir / "control.sock"

    @property
    def log_directory(self) -> Path:
        """Where the event log lies."""
        return self.config.venue.state_dir / "log"


def read(path: Path, root: Path = Path("/")) -> Settings:
    """The settings that `path` gives. Raises ConfigError with every fault of every file. `root`: for the tests."""
    try:
        config = load(path)
    except ConfigError as error:
        raise ConfigError([*error.faults, *_other_files(path)]) from error
    faults = _driver_faults(path, config)
    sittings = _sittings(path, config.venue.timetable, config.venue.timezone, faults)
    rows = seat_list.read(path, config.venue.seats, faults)
    seats = tuple(row.plan for row in rows)
    faults += network.faults(path, config, rows)
    faults += supply.faults(path, config, seats)
    faults += recipients.faults(path, config)
    if faults:
        raise ConfigError(faults)
    # This boot began without a venue: a technician is at it, with a keyboard and a stick on USB.
    opened = config.simulation is None and (root / lockdown.OPEN).exists()
    plan = Plan(
        code=config.venue.code,
        name=config.venue.name,
        timezone=config.venue.timezone,
        rules=Rules(backup_every_minutes=config.backup.every_minutes, **config.rules.model_dump()),
        sittings=sittings,
        ups=supply.ups_plans(config),
        seats=seats,
        usb=config.usb.enforce and not opened,
        usb_next_boot=config.usb.enforce and opened,
        usb_allow=tuple(
            UsbAllowed(id=a.id, port=a.port, serial=a.serial, sha256=a.descriptors_sha256)
            for a in config.usb.allow
        ),
        usb_board=board.carried(board.board_of(config)),
        usb_ups_ports=config.usb.ups_ports,
        usb_ports=dict(config.usb.ports),
        attached=config.usb.enforce and not opened,
        boot_files=_are_followed(path, config, root),
        network=config.network.mode,
        net=network.plan(config, rows),
        servers=supply.servers(config),
        stoppable=tuple(server.name for server in config.ending.server),
        panel=bool(config.panel.model_fields_set) or config.simulation is not None,
        seats_watched=bool(seats) and (config.simulation is not None or network.seats_seen(config, rows)),
        backup=bool(config.backup.source),
        recipients=recipients.plan(config),
        copies=config.backup.copies,
        simulated=config.simulation is not None,
    )
    boot = tuple(grant for device in boot_devices(plan) if (grant := grant_of(device)) is not None)
    dead = tuple(cards.denied(config, boot_devices(plan)))
    return Settings(path=path, config=config, plan=replace(plan, usb_boot=boot, cards_denied=dead))


def _are_followed(path: Path, config: Config, root: Path) -> bool:
    """Whether the guard has the boot's files follow: those that the boot really reads, on a box that is somebody's."""
    ours = path == DEFAULT_PATH and config.venue.code != NOBODY and config.simulation is None
    return ours and unit.runs(BOOT_FILES_UNIT, root)


def grant_of(device: UsbAllowed) -> str | None:
    """The words of lockdown.conf that let the device in, or None where they can not be written."""
    return lockdown.grant_of(port=device.port, id=device.id, serial=device.serial, sha256=device.sha256)


def _other_files(path: Path) -> list[Finding]:
    """The faults of timetable and seat list even where the configuration itself does not hold."""
    faults: list[Finding] = []
    try:
        venue = read_toml(path).get("venue")
    except ConfigError:
        return faults
    named = venue if isinstance(venue, dict) else {}
    if isinstance(named.get("timetable"), str):
        _sittings(path, named["timetable"], "Asia/Shanghai", faults)
    if isinstance(named.get("seats"), str):
        seat_list.read(path, named["seats"], faults)
    return faults


def warnings(settings: Settings) -> list[Finding]:
    """What is allowed and yet wrong, or asked for and not done by this version: said aloud, never shown green."""
    config, found = settings.config, list[Finding]()
    given = enrolled.overlay(enrolled.directory(settings.path))
    for key in enrolled.overruled(read_toml(settings.path), given):
        reason = "stands otherwise in the venue file that was enrolled, and that one counts"
        found.append(Finding(key, "overruled", reason))
    if settings.plan.usb_next_boot:
        reason = "this boot began without a venue and closes nothing: from the next one on, reboot"
        found.append(Finding("usb", "boot_open", reason))
    if settings.plan.seats and not settings.plan.seats_watched:
        off = config.network.mode == "off"
        code, why = (
            ("unseen_off", "network.mode is off") if off else ("unseen_bare", "a seat has neither mac nor ip")
        )
        found.append(Finding("venue.seats", code, f"seats are not seen: {why}; the page says 未接入监测"))
    for room, (here, asked) in rooms_short_of_spares(settings.plan).items():
        reason = f"room {room} has {here} spares, the rules ask for {asked}"
        found.append(Finding("venue.seats", "few_spares", reason, room=room, here=here, asked=asked))
    found += network.warnings(config, settings.plan.net.seats)
    found += cards.warnings(config, boot_devices(settings.plan))
    return [*found, *supply.warnings(config), *board.warnings(config)]


def _driver_faults(path: Path, config: Config) -> list[Finding]:
    faults: list[Finding] = []
    for n, ups in enumerate(config.ups):
        place = f"{path.name}: ups[{n}]"
        if ups.driver not in DRIVERS:
            faults.append(_no_driver(place, ups.driver, DRIVERS))
            continue
        faults += _option_faults(place, DRIVERS[ups.driver].options, ups.options)
    for n, source in enumerate(config.backup.source):
        place = f"{path.name}: backup.source[{n}]"
        if source.driver not in SOURCES:
            faults.append(_no_driver(place, source.driver, SOURCES))
            continue
        faults += _option_faults(place, SOURCES[source.driver], source.options)
    return faults


def _no_driver(place: str, given: str, drivers: Iterable[str]) -> Finding:
    known = ", ".join(sorted(drivers))
    return Finding(f"{place}.driver", "not_one_of", f"one of {known} was expected", repr(given), known=known)


def _option_faults(place: str, options_class: type[object], values: dict[str, Any]) -> list[Finding]:
    try:
        driver_options(options_class, values)
    except ConfigError as error:
        return [fault.at(place, ".") for fault in error.faults]
    return []


def _sittings(path: Path, name: str, zone: str, faults: list[Finding]) -> tuple[Sitting, ...]:
    if not name:
        return ()
    try:
        document = read_toml(beside(path, name))
        return timetable.read(document, ZoneInfo(zone))
    except ConfigError as error:
        faults += [fault.at(f"{path.name}: venue.timetable") for fault in error.faults]
    except timetable.TimetableError as error:
        faults += [fault.at(name) for fault in error.faults]
    return ()
