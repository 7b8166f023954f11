"""NUT's four files for one UPS on a cable, read by nobody but this box.

Source: ups.conf(5), upsd.conf(5), upsd.users(5), nut.conf(5); docs/power.md for MAXAGE and why there is no upsmon.
"""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from appliance.setup.change import Change
from appliance.setup.ups_found import UsbUps

SECTION, USER = "exam", "venue"
PASSWORD_BYTES = 24
UNITS = ("nut-driver-enumerator.service", "nut-server.service")
_HEAD = "# Written by `venue setup`; the file before it stands beside, as .before-setup."
_OURS = re.compile(
    rf'^\[{USER}\]\s*\n(?:\s+.*\n)*?\s+password\s*=\s*"?([A-Za-z0-9_-]{{16,64}})"?\s*$', re.MULTILINE
)


def password_in(directory: Path) -> str:
    """The password of our own user that stands there already, else a new one."""
    try:
        found = _OURS.search((directory / "upsd.users").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    return found[1] if found else secrets.token_urlsafe(PASSWORD_BYTES)


def changes(ups: UsbUps, directory: Path, *, password: str) -> tuple[Change, ...]:
    """What the four files are to hold."""
    texts: Mapping[str, str] = {
        "ups.conf": _ups_conf(ups),
        "upsd.conf": f"{_HEAD}\nLISTEN 127.0.0.1 3493\n# A hung driver is seen after 4 s, not after 16.\nMAXAGE 3\n",
        "upsd.users": (
            f'{_HEAD}\n[{USER}]\n    password = "{password}"\n    instcmds = test.battery.start.deep\n'
            "    instcmds = test.battery.stop\n    instcmds = shutdown.return\n"
        ),
        # Without upsmon: the guard alone ends the box.
        "nut.conf": f"{_HEAD}\nMODE=netserver\n",
    }
    return tuple(
        Change(path=directory / name, text=text, mode=0o640, group="nut", secret=name == "upsd.users")
        for name, text in texts.items()
    )


def _ups_conf(ups: UsbUps) -> str:
    lines = [_HEAD, "maxretry = 3", f"[{SECTION}]", f'    driver = "{ups.driver}"', '    port = "auto"']
    lines += [f'    vendorid = "{ups.vendor}"', f'    productid = "{ups.product}"']
    lines += [f'    serial = "{ups.serial}"'] if ups.serial else []
    return "\n".join([*lines, "    pollinterval = 2", ""])
