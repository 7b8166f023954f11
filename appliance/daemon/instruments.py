"""Which watchers and enforcers a configuration asks for."""

import math
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from appliance.command import CommandError
from appliance.config.load import Config, driver_options
from appliance.config.lockdown import NAME
from appliance.daemon import supply
from appliance.daemon.panel import PanelOpenedLater
from appliance.daemon.seen import exam_interface
from appliance.daemon.settings import Settings
from appliance.dispatch.reconcile import Enforcer
from appliance.enforce import attached as attached_enforcer
from appliance.enforce import panel as panel_enforcer
from appliance.enforce import power as power_enforcer
from appliance.enforce import trial as trial_enforcer
from appliance.enforce import usb as usb_enforcer
from appliance.enforce.aside import WAIT_S, Aside
from appliance.events.network import NetworkPlan
from appliance.events.readings import Reading
from appliance.watch import attached, host, ledger, lockdown, network_simulated, power, presence, seats, usb
from appliance.watch import panel as panel_watch
from appliance.watch.ledger import LedgerReader
from appliance.watch.presence import PresenceReader
from appliance.watch.thread import AGAIN_S, Post, Watcher
from hw.files import replace_text
from hw.panel import Panel, SimulatedPanel
from hw.panel_gpio import GpioPanel
from hw.ups import DRIVERS, NutOptions, Ups, open_ups

FASTEST_S = 0.05


def root_of(config: Config) -> Path:
    """The root of /sys and /proc: the real one, or the simulated world's."""
    return config.simulation.world if config.simulation else Path("/")


def needed_places(config: Config) -> tuple[Path, ...]:
    """What the box must not lose whatever it is on: its state, and what a backup reads."""
    sources = (section.options.get("path") for section in config.backup.source)
    named = (Path(path) for path in sources if isinstance(path, str) and path.startswith("/"))
    return (config.venue.state_dir, config.venue.run_dir, *named)


def make_panel(config: Config) -> Panel | None:
    """The panel: the simulated world's, the one on GPIO lines, or None where nothing is wired."""
    if config.simulation:
        return SimulatedPanel(config.simulation.world)
    lines = config.panel
    if not lines.model_fields_set:
        return None
    return PanelOpenedLater(
        lambda: GpioPanel(
            lamp_green=lines.lamp_green, lamp_red=lines.lamp_red, buzzer=lines.buzzer, button=lines.button
        )
    )


def watchers(
    settings: Settings, *, post: Post, rate: Callable[[], float], panel: Panel | None = None
) -> list[Watcher]:
    """The watchers that the configuration asks for; a faster clock is watched more often, at most 20 Hz."""
    config = settings.config

    def period(seconds: float) -> Callable[[], float]:
        return lambda: max(min(FASTEST_S, seconds), seconds / rate())

    def watcher(
        instrument: str,
        read: Callable[[], Reading | Mapping[str, Reading]],
        seconds: float,
        *,
        real: bool = False,
        again_s: float = AGAIN_S,
        close: Callable[[], None] = _nothing,
        wake: Callable[[], None] = _nothing,
    ) -> Watcher:
        every = (lambda: seconds) if real else period(seconds)
        return Watcher(
            instrument=instrument,
            read=read,
            post=post,
            period_s=every,
            close=close,
            wake=wake,
            again_s=lambda: again_s / max(1.0, rate()),
        )

    found = [watcher("disk", host.disk_reader(config.venue.state_dir), host.DISK_PERIOD_S, real=True)]
    for name, within_s, upses in _rounds(config):
        read = power.round_reader(upses, within_s=within_s)
        found.append(watcher(name, read, power.PERIOD_S, close=partial(_close, upses)))
    found += _usb_watchers(settings, watcher) if config.usb.enforce else []
    if panel is not None and (config.simulation or config.panel.button is not None):
        found.append(watcher("panel", panel_watch.reader(panel), panel_watch.PERIOD_S, real=True))
    if config.simulation:
        found += _simulated_network(config.simulation.world, watcher)
    else:
        found += _network(settings.plan.net, watcher)
        read_clock = host.clock_reader(config.clock.source, Path("/"))
        found.append(watcher("clock", read_clock, host.CLOCK_PERIOD_S, real=True))
        uplink = settings.plan.net.uplink if settings.plan.net else ""
        health = host.health_reader(config.venue.state_dir, Path("/"), uplink=uplink)
        found.append(watcher("host", health, host.HEALTH_PERIOD_S, real=True))
    return found


def _usb_watchers(settings: Settings, watcher: Callable[..., Watcher]) -> list[Watcher]:
    """The bus, what hangs on the box behind its ports, and what is let in before the guard runs."""
    config = settings.config
    bus, layer = usb.reader(root_of(config)), attached.reader(root_of(config), needed_places(config))
    found = [
        watcher("usb", bus, bus.period_s, again_s=bus.again_s, close=bus.close, wake=bus.wake),
        watcher("attached", layer, layer.period_s, close=layer.close, wake=layer.wake),
    ]
    if not config.simulation:
        read_boot = lockdown.reader(settings.path.with_name(NAME))
        found.append(watcher("lockdown", read_boot, lockdown.PERIOD_S, real=True))
    return found


def _rounds(config: Config) -> list[tuple[str, float, dict[str, Ups]]]:
    """The UPSes that are read in one thread: those of one upsd together, each other one by itself."""
    found: dict[object, tuple[str, float, dict[str, Ups]]] = {}
    for section in config.ups:
        if DRIVERS[section.driver].watched:
            options = driver_options(DRIVERS[section.driver].options, section.options)
            together: object = section.name
            within_s = math.inf
            if isinstance(options, NutOptions):
                together, within_s = (options.address, options.timeout_s), options.timeout_s
            _, _, upses = found.setdefault(together, (f"power:{section.name}", within_s, {}))
            upses[section.name] = open_ups(section.driver, options)
    return list(found.values())


def _close(upses: Mapping[str, Ups]) -> None:
    for ups in upses.values():
        ups.close()


def _network(plan: NetworkPlan, watcher: Callable[..., Watcher]) -> list[Watcher]:
    """Who is in the exam network and what was dropped there. On its bridge where that is there, else on its port."""
    if plan.mode == "off":
        return []
    listed = [*(s.ip for s in plan.servers), *(d.ip for d in plan.devices), *(s.ip for s in plan.seats)]
    listed += [plan.router] if plan.mode == "watch" else []  # else it is beyond the line
    there = PresenceReader(
        interface=exam_interface(plan),
        ips=[ip for ip in listed if ip],
        own_ip=plan.address.partition("/")[0],
        uplink=plan.uplink,
    )
    dropped = LedgerReader()
    return [
        watcher("presence", there, presence.PERIOD_S, real=True, close=there.close),
        watcher("ledger", dropped, ledger.PERIOD_S, real=True, close=dropped.close, wake=dropped.wake),
    ]


def _simulated_network(world: Path, watcher: Callable[..., Watcher]) -> list[Watcher]:
    """Who is in the simulated exam network and what was dropped there; without one the list of its seats."""
    if not network_simulated.has_network(world):
        return [watcher("seats", seats.reader(world / "seats"), seats.PERIOD_S)]
    every_s = network_simulated.PERIOD_S
    return [
        watcher("seats", network_simulated.presence_reader(world), every_s),
        watcher("ledger", network_simulated.ledger_reader(world), every_s),
    ]


def _nothing() -> None:
    return


def enforcers(
    config: Config,
    *,
    panel: Panel | None = None,
    servers: Enforcer | None = None,
    wait_s: float = WAIT_S,
) -> dict[str, Enforcer]:
    """The enforcers by posture key; a key that is missing here is shown as not held.

    `servers` stops the exam servers that the chief agreed to have stopped; its thread is the caller's to end.
    `wait_s`: how long a turn waits for what may take its time.
    """

    def aside(hold: Enforcer) -> Enforcer:
        return Aside(hold, wait_s=wait_s).hold

    found: dict[str, Enforcer] = {}
    if config.usb.enforce:
        found["usb"] = usb_enforcer.holder(root_of(config))
        found |= _second_layer(root_of(config), aside)
    if panel is not None:
        found["lamp"] = panel_enforcer.lamp_holder(panel)
        found["buzzer"] = panel_enforcer.buzzer_holder(panel)
    if servers is not None:
        found["servers"] = servers
    commanders = {
        section.name: partial(supply.commander, section)
        for section in config.ups
        if DRIVERS[section.driver].commands is not None
    }
    for name, commander in commanders.items():
        found[f"test:{name}"] = aside(trial_enforcer.holder(commander))
    hold_power = power_enforcer.holder(
        commanders=commanders,
        power_off=_world_off(config.simulation.world)
        if config.simulation
        else power_enforcer.systemd_power_off(Path("/")),
        sync=os.sync,
    )
    found["power"] = aside(hold_power)
    return found


def _second_layer(root: Path, aside: Callable[[Enforcer], Enforcer]) -> dict[str, Enforcer]:
    """What does not answer may take its time: only an interface is taken down at once."""
    hands = attached_enforcer.hands_of(root)
    return {
        "mounts": aside(attached_enforcer.mounts_holder(root, hands)),
        "disks": aside(attached_enforcer.disks_holder(root, hands)),
        "interfaces": attached_enforcer.interfaces_holder(root, hands),
        "radios": aside(attached_enforcer.radios_holder(root)),
    }


def _world_off(world: Path) -> Callable[[], None]:
    """In a simulated world the box is switched off by a word in a file, never the machine that plays it."""

    def power_off() -> None:
        try:
            replace_text(world / "power", "off\n")
        except OSError as error:
            raise CommandError(f"{world / 'power'}: {error.strerror}") from error

    return power_off
