"""What keeps the line closed, constructed: the firewall of this box, or the simulated world's, and its audit."""

import sys
from collections.abc import Callable
from pathlib import Path

from appliance.clock import Clock, SystemClock
from appliance.config import lockdown
from appliance.daemon.settings import Settings
from appliance.dispatch.reconcile import Enforcer
from appliance.enforce.aside import Aside
from appliance.enforce.firewall.firewall import Firewall
from appliance.enforce.firewall.simulated import SimulatedFirewall
from appliance.enforce.proof import Proofs
from appliance.events.bodies import NetworkUnproven
from appliance.exam.net.proof import proves
from appliance.watch.thread import AGAIN_S, Post, Watcher

BOOT_FILE = "network.nft"
INSTRUMENT = "line"
PERIOD_S = 2.0  # under the 5 s after which an instrument counts as silent; a look costs a few milliseconds

AnyFirewall = Firewall | SimulatedFirewall


def make_firewall(settings: Settings, clock: Clock) -> AnyFirewall | None:
    """What holds the line's rules; None where the configuration asks for none."""
    plan = settings.plan.net
    if plan.mode == "off":
        return None
    if settings.config.simulation:
        return SimulatedFirewall(settings.config.simulation.world)
    return Firewall(plan, wall=clock.wall, mono_s=clock.mono_s)


def make_proofs(settings: Settings, report: Callable[[NetworkUnproven], None]) -> Proofs | None:
    """What has the ghost machine fire; None where no packet can prove anything."""
    if not proves(settings.plan.network, settings.plan.simulated):
        return None
    venue = ("-m", "appliance", "net", "prove", "--job", "--config", str(settings.path))
    return Proofs(argv=(sys.executable, *venue), report=report)


def line_asides(firewall: AnyFirewall | None) -> dict[str, Aside]:
    """What holds `network` and `seat_list` beside dispatch, by key: it may take longer than a turn."""
    if not isinstance(firewall, Firewall):
        return {}
    return {"network": Aside(firewall.hold), "seat_list": Aside(firewall.hold_seats)}


def line_enforcers(firewall: AnyFirewall | None, asides: dict[str, Aside]) -> dict[str, Enforcer]:
    """The enforcers of `network` and `seat_list`, by key."""
    if isinstance(firewall, SimulatedFirewall):
        return {"network": firewall.hold, "seat_list": lambda level: None}
    return {key: aside.hold for key, aside in asides.items()}


def line_watchers(firewall: AnyFirewall | None, post: Post) -> list[Watcher]:
    """The drift audit."""
    if firewall is None:
        return []
    return [
        Watcher(
            instrument=INSTRUMENT,
            read=firewall.read,
            post=post,
            period_s=lambda: PERIOD_S,
            again_s=lambda: AGAIN_S,
        )
    ]


def ruleset(settings: Settings, level: str = "closed") -> str:
    """The text that the guard gives to `nft -f -` for this level of `network`."""
    clock = SystemClock()
    return Firewall(settings.plan.net, wall=clock.wall, mono_s=clock.mono_s).text(level)


def boot_file(settings: Settings) -> Path:
    """Where the rules stand that venue-network-closed loads early in the boot: beside the configuration."""
    return settings.path.with_name(BOOT_FILE)


def boot_differs(settings: Settings) -> bool:
    """Whether that file is not what the configuration asks for. Raises OSError where it can not be read."""
    path = boot_file(settings)
    there = path.read_bytes() if path.exists() else None
    return there != (ruleset(settings).encode() if settings.plan.net.mode != "off" else None)


def put_boot_file(settings: Settings) -> None:
    """Put the file in its place, whole and on the disk; none where there are no rules. Raises OSError."""
    if settings.plan.net.mode == "off":
        boot_file(settings).unlink(missing_ok=True)
    else:
        lockdown.replace(boot_file(settings), ruleset(settings))
