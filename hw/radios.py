"""Wi-Fi and Bluetooth of the box: whether there are any, and whether they are off.

Source: Documentation/ABI/stable/sysfs-class-rfkill; Documentation/driver-api/rfkill.rst.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from hw.usb_sysfs import text_of

# rfkill's types by the words of ours; `phys` is where the kernel lists the radios themselves.
TYPES = {"wlan": "wifi", "bluetooth": "bluetooth"}
_PHYS = {"wifi": "sys/class/ieee80211", "bluetooth": "sys/class/bluetooth"}
_SWITCH = re.compile(r"rfkill[0-9]{1,6}")
_RADIO = {"wifi": re.compile(r"[A-Za-z0-9_.-]{1,64}"), "bluetooth": re.compile(r"hci[0-9]{1,6}")}
MAX_SWITCHES = 1_024


class RadioError(Exception):
    """The radios cannot be looked at."""


class RadioStaysOn(RadioError):
    """A radio that was to be switched off is still on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Radios:
    """`off`, `on`, `none` where there is no such radio, `unknown` where one has no switch that could tell."""

    wifi: str = "unknown"
    bluetooth: str = "unknown"


def radios(root: Path) -> Radios:
    """Give the state of both. Raises RadioError where the kernel's classes cannot be listed at all."""
    switches = _switches(root)
    states = {}
    for kind in TYPES.values():
        blocked = [_is_blocked(directory) for directory in switches[kind]]
        there = _listed(root / _PHYS[kind], _RADIO[kind])
        if any(state is False for state in blocked):
            states[kind] = "on"
        elif None in blocked or len(there) > len(blocked):
            states[kind] = "unknown"
        else:
            states[kind] = "off" if blocked or there else "none"
    return Radios(**states)


def switch_off(root: Path, kind: str) -> None:
    """Block all radios of a kind (`wifi`, `bluetooth`), and read it back; tries all where one fails.

    Raises RadioStaysOn, RadioError.
    """
    faults = []
    for directory in _switches(root)[kind]:
        try:
            descriptor = os.open(directory / "soft", os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.write(descriptor, b"1")
            finally:
                os.close(descriptor)
        except OSError as error:
            if directory.exists():
                faults.append(f"{directory.name} cannot be blocked: {error.strerror}")
            continue
        if directory.exists() and not _is_blocked(directory):
            faults.append(f"{directory.name} is still on")
    if faults:
        raise RadioStaysOn("; ".join(faults))


def _switches(root: Path) -> dict[str, list[Path]]:
    """The rfkill switches of each kind of ours; a class that is not there has none."""
    if not (root / "sys/class").is_dir():
        raise RadioError(f"{root / 'sys/class'} cannot be listed")
    found: dict[str, list[Path]] = {kind: [] for kind in TYPES.values()}
    for name in _listed(root / "sys/class/rfkill", _SWITCH):
        directory = root / "sys/class/rfkill" / name
        kind = TYPES.get(text_of(directory / "type") or "")
        if kind is not None:
            found[kind].append(directory)
    return found


def _is_blocked(directory: Path) -> bool | None:
    """Whether a switch is off, by software or by hand; None where that cannot be told."""
    soft, hard = text_of(directory / "soft"), text_of(directory / "hard")
    if "1" in (soft, hard):
        return True
    return False if (soft, hard) == ("0", "0") else None


def _listed(directory: Path, pattern: re.Pattern[str]) -> list[str]:
    try:
        names = sorted(os.listdir(directory))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RadioError(f"{directory} cannot be listed: {error.strerror}") from error
    return [name for name in names[:MAX_SWITCHES] if pattern.fullmatch(name)]
