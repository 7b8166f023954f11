"""Whether a box may be touched now: the guard says in which phase its venue is."""

import json
from pathlib import Path

from appliance import command
from appliance.install import EXIT_NOT_PERMITTED, InstallError

VENUE = "/usr/bin/venue"
SOCKET = "run/venue-appliance/control.sock"


def phase(root: Path) -> str:
    """The phase the guard tells, '' where none answers or none is there."""
    if not (root / SOCKET).exists() or not Path(VENUE).exists():
        return ""
    try:
        done = command.run([VENUE, "status", "--json"], timeout_s=20, check=False)
        name = json.loads(done.stdout)["phase"]["name"]
    except (command.CommandError, ValueError, KeyError, TypeError):
        return ""
    return name if isinstance(name, str) else ""


def refuse_unless_open(root: Path) -> None:
    """Raises InstallError while a venue is sealed or a sitting runs. A silent guard keeps nobody from repair."""
    found = phase(root)
    if found not in ("", "open"):
        raise InstallError(
            f"the venue is in phase '{found}': nothing was changed. After the batch, or once it is unsealed",
            EXIT_NOT_PERMITTED,
        )
