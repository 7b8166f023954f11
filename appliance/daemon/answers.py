"""Files beside the configuration that dnsmasq, chronyd and nginx read: what they must say, put in their place."""

from collections.abc import Iterable
from pathlib import Path

from appliance.command import CommandError, run
from appliance.config import lockdown
from appliance.daemon.settings import Settings
from appliance.enforce import unit
from appliance.enforce.answers import DNS, FILES, PROBE, TIME, texts

RESTART_S = 60.0
# Whose file each is: what to restart once it is another.
UNITS = {DNS: "venue-answers", TIME: "chrony", PROBE: "nginx"}


def differing(settings: Settings) -> list[Path]:
    """The files that are not what the configuration asks for, absent or there. Raises OSError, BadPlan."""
    wanted = _wanted(settings)
    return [path for name in FILES if _there(path := settings.path.with_name(name)) != wanted.get(name)]


def put(settings: Settings) -> None:
    """Put each in its place, whole and on the disk; away with one that must not be there. Raises OSError."""
    wanted = _wanted(settings)
    for path in differing(settings):
        if path.name in wanted:
            lockdown.replace(path, wanted[path.name].decode("ascii"))
        else:
            path.unlink(missing_ok=True)


def restarted(changed: Iterable[Path]) -> list[str]:
    """Has the programs that run read their files anew; a line for each that did not."""
    failed = []
    for path in changed:
        verb = "try-restart" if path.name != PROBE else "try-reload-or-restart"
        try:
            run((unit.systemctl(), verb, f"{UNITS[path.name]}.service"), timeout_s=RESTART_S)
        except CommandError as error:
            failed.append(str(error))
    return failed


def _wanted(settings: Settings) -> dict[str, bytes]:
    clock = settings.config.clock.source.partition(":")[0]
    return {name: text.encode("ascii") for name, text in texts(settings.plan.net, clock=clock).items()}


def _there(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
