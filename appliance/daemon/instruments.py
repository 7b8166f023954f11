"""Which watchers and enforcers a configuration asks for."""

from collections.abc import Callable
from pathlib import Path

from appliance.config import Config, driver_options
from appliance.daemon.settings import Settings
from appliance.dispatch.reconcile import Enforcer
from appliance.enforce import panel as panel_enforcer
from appliance.enforce import usb as usb_enforcer
from appliance.watch import host, power, seats, usb
from appliance.watch.thread import Post, Watcher
from hw.panel import FilePanel
from hw.ups import DRIVERS, open_ups

FASTEST_S = 0.05


def root_of(config: Config) -> Path:
    """The root of /sys and /proc: the real one, or the simulated world's."""
    return config.simulation.world if config.simulation else Path("/")


def watchers(settings: Settings, *, post: Post, rate: Callable[[], float]) -> list[Watcher]:
    """The watchers that the configuration asks for; a faster clock is watched more often, at most 20 Hz."""
    config = settings.config

    def period(seconds: float) -> Callable[[], float]:
        return lambda: max(min(FASTEST_S, seconds), seconds / rate())

    found = [
        Watcher(
            instrument="disk",
            read=host.disk_reader(config.venue.state_dir),
            post=post,
            period_s=lambda: host.DISK_PERIOD_S,
        )
    ]
    for section in config.ups:
        ups = open_ups(section.driver, driver_options(DRIVERS[section.driver].options, section.options))
        read = power.reader(section.name, ups)
        name = f"power:{section.name}"
        found.append(
            Watcher(instrument=name, read=read, post=post, period_s=period(power.PERIOD_S), close=ups.close)
        )
    if config.usb.enforce:
        read_usb = usb.reader(root_of(config))
        found.append(Watcher(instrument="usb", read=read_usb, post=post, period_s=period(usb.PERIOD_S)))
    if config.simulation:
        read_seats = seats.reader(config.simulation.world / "seats")
        found.append(Watcher(instrument="seats", read=read_seats, post=post, period_s=period(seats.PERIOD_S)))
    else:
        read_clock = host.clock_reader(config.clock.source, Path("/"))
        found.append(
            Watcher(instrument="clock", read=read_clock, post=post, period_s=lambda: host.CLOCK_PERIOD_S)
        )
    return found


def enforcers(config: Config) -> dict[str, Enforcer]:
    """The enforcers by posture key; a key that is missing here is shown as not held."""
    found: dict[str, Enforcer] = {}
    if config.usb.enforce:
        allow = ((item.id, item.port, item.serial) for item in config.usb.allow)
        found["usb"] = usb_enforcer.holder(root_of(config), allow)
    if config.simulation:
        found["lamp"] = panel_enforcer.holder(FilePanel(config.simulation.world / "panel"))
    return found
