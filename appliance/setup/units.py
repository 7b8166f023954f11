"""Units that are to take up what was written."""

from collections.abc import Sequence
from pathlib import Path

from appliance.command import CommandError, run

BOOTED = "run/systemd/system"  # sd_booted(3): there only where systemd is the init
GUARD = "venue-guard.service"
RESTART_S = 90.0


def restarted(units: Sequence[str], root: Path) -> list[str]:
    """Restart them one after the other; give a line for each that could not be. Without systemd there is none."""
    if not (root / BOOTED).is_dir():
        return []
    failed = []
    for unit in units:
        try:
            run((str(root / "usr/bin/systemctl"), "restart", unit), timeout_s=RESTART_S)
        except CommandError as error:
            failed.append(f"{unit}: {error}")
    return failed


def has_systemd(root: Path) -> bool:
    """Whether units can be restarted at all."""
    return (root / BOOTED).is_dir()
