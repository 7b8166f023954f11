"""What the configuration says of the supply: UPSes, the servers on them, who may be stopped, who may cut."""

from collections.abc import Iterator
from pathlib import Path

from appliance.config import ConfigError
from appliance.config.load import Config, driver_options
from appliance.config.sections import UpsSection
from appliance.events.plan import SeatPlan, UpsDeclared, UpsPlan
from appliance.finding import Finding
from hw.ups import DRIVERS, Commander, DeclaredOptions, NutOptions, open_commander

SECRET = {"password", "username"}
WORDS = ("switch", "line", "box")


def ups_plans(config: Config) -> tuple[UpsPlan, ...]:
    """The UPSes as the record must know them."""
    return tuple(_plan(section) for section in config.ups)


def _plan(section: UpsSection) -> UpsPlan:
    options = driver_options(DRIVERS[section.driver].options, section.options)
    declared = None
    if isinstance(options, DeclaredOptions):
        declared = UpsDeclared(
            on=options.measured_on.isoformat(),
            by=options.by,
            load_percent=options.load_percent,
            hold_minutes=options.hold_minutes,
        )
    wiring = {key: value for key, value in section.options.items() if key not in SECRET}
    return UpsPlan(
        name=section.name,
        feeds=section.feeds,
        driver=section.driver,
        declared=declared,
        rated_minutes=section.rated_minutes,
        rated_load_percent=section.rated_load_percent,
        cuts=section.cut,
        commands=_commanded(section),
        wiring=" ".join([section.driver, *(f"{key}={wiring[key]}" for key in sorted(wiring))]),
    )


def _commanded(section: UpsSection) -> bool:
    """Whether the UPS can be told anything: its driver can, and for upsd there is somebody to sign in as."""
    options = driver_options(DRIVERS[section.driver].options, section.options)
    if isinstance(options, NutOptions) and options.username is None:
        return False
    return DRIVERS[section.driver].commands is not None


def commander(section: UpsSection) -> Commander:
    """What tells this UPS to do something. Raises ValueError for one that can be told nothing."""
    options = driver_options(DRIVERS[section.driver].options, section.options)
    made = open_commander(section.driver, options)
    if made is None:
        raise ValueError(f"driver: {section.driver!r} only reads")
    return made


def servers(config: Config) -> tuple[str, ...]:
    """The exam servers by name: those of the network plan, those that may be stopped, and what feeds call so."""
    named = [server.name for server in config.network.exam_server]
    named += [server.name for server in config.ending.server]
    named += [feed for ups in config.ups for feed in ups.feeds if feed.startswith("exam-server")]
    return tuple(dict.fromkeys(named))


def faults(path: Path, config: Config, seats: tuple[SeatPlan, ...]) -> Iterator[Finding]:
    """Everything that can not be meant: feeds of no room, a cut nobody can ask for, a stop of no server."""
    rooms = {seat.room for seat in seats}
    for n, ups in enumerate(config.ups):
        place = f"{path.name}: ups[{n}]"
        for feed in ups.feeds:
            if feed.startswith("room:") and feed.removeprefix("room:") not in rooms:
                yield Finding(f"{place}.feeds", "no_such_room", "no such room in the seat list", repr(feed))
        if ups.cut and not _can_be_told(ups):
            reason = "this UPS can be told nothing; nut needs username and password for it"
            yield Finding(f"{place}.cut", "no_cut", reason)
    fed = {feed for ups in config.ups for feed in ups.feeds}
    for n, server in enumerate(config.ending.server):
        if server.name not in fed:
            told = f"{path.name}: ending.server[{n}].name"
            yield Finding(told, "no_feeds", "stands in no UPS's feeds", repr(server.name))


def _can_be_told(section: UpsSection) -> bool:
    try:
        return _commanded(section)
    except (ConfigError, KeyError):
        return True  # its own fault is told elsewhere


def warnings(config: Config) -> Iterator[Finding]:
    """What holds and will surprise somebody."""
    if not config.ups:
        yield Finding("ups", "no_ups", "none: the page can not say how long the server holds")
    fed = {feed for ups in config.ups for feed in ups.feeds}
    for name in servers(config):
        if name not in fed:
            yield Finding("ups", "unfed", f"{name} hangs on none: it goes dark with the mains", name=name)
    if config.ups and not servers(config):
        reason = "no feeds name an exam server (exam-server…): the page can not say which of them counts"
        yield Finding("ups", "no_server_fed", reason)
    for ups in config.ups:
        if ups.driver == "declared":
            reason = f"{ups.name} is declared, not watched: the page says 未接入监测"
            yield Finding("ups", "declared", reason, name=ups.name)
        elif _commanded(ups) and not ups.cut and config.ending.server:
            reason = "cut = false: servers that were stopped must be switched on by hand"
            yield Finding(f"ups: {ups.name}", "uncut", reason)
