"""NUT's four files for the UPSes on cables, read by nobody but this box.

Source: ups.conf(5), upsd.conf(5), upsd.users(5), nut.conf(5); docs/power.md for MAXAGE and why there is no upsmon.
"""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from appliance.setup.change import Change
from appliance.setup.ups_found import UsbUps

USER = "venue"
PASSWORD_BYTES = 24
UNITS = ("nut-driver-enumerator.service", "nut-server.service")
_HEAD = "# Written by `venue setup`; the file before it stands beside, as .before-setup."
_SECTION = re.compile(r"^\[([A-Za-z0-9_-]{1,64})\]\n", re.MULTILINE)
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


def section_of(name: str) -> str:
    """What a UPS of this name is called in ups.conf, which knows no dot."""
    return name.replace(".", "-")


def changes(ups: UsbUps, directory: Path, *, section: str, password: str) -> tuple[Change, ...]:
    """What the four files are to hold: this UPS, and those that an earlier setup wrote for other ones."""
    device = _device(ups)
    # A device stands once: the name that it is given now counts.
    sections = {name: body for name, body in _others(directory).items() if body != device or name == section}
    sections[section] = device
    texts: Mapping[str, str] = {
        "ups.conf": _ups_conf(sections),
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


def _device(ups: UsbUps) -> str:
    lines = [f'    driver = "{ups.driver}"', '    port = "auto"', f'    vendorid = "{ups.vendor}"']
    lines += [f'    productid = "{ups.product}"'] + ([f'    serial = "{ups.serial}"'] if ups.serial else [])
    return "\n".join([*lines, "    pollinterval = 2", ""])


def _others(directory: Path) -> dict[str, str]:
    """The sections of a file that we wrote; of anybody else's nothing: it stands beside, and a person looks at it."""
    try:
        text = (directory / "ups.conf").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return {}
    if not text.startswith(_HEAD):
        return {}
    parts = _SECTION.split(text)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _ups_conf(sections: Mapping[str, str]) -> str:
    told = (f"[{name}]\n{body}" for name, body in sections.items())
    return f"{_HEAD}\nmaxretry = 3\n{''.join(told)}"
