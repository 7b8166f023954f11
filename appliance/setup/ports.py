"""The box's network sockets, told apart by the cable that somebody plugs in.

Source: Documentation/ABI/testing/sysfs-class-net: `carrier` is 1 with a link, and cannot be read while the
interface is down; hence each one is up while somebody plugs.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hw.boards import board
from hw.interfaces import InterfaceError, bring_up, flags_of_all, interfaces, take_down
from hw.usb import UsbError, scan
from hw.usb_sysfs import text_of

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,14}")
_ETHERNET = "1"
_IFF_UP = 0x1
_MADE = ("bridge", "vlan", "wlan", "bond", "wwan")  # DEVTYPE of what is no socket
STEADY_LOOKS = 4  # so often in a row before it counts: a plug makes and breaks contact while it goes in


class PortsUnknown(Exception):
    """The network sockets cannot be looked at; one line says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What was seen so far while one cable is waited for: the links at first, and how often in a row one is new."""

    dark: frozenset[str]
    candidate: str = ""
    steady: int = 0
    several: bool = False

    @property
    def found(self) -> str:
        """The socket into which the cable went; '' while nobody knows."""
        return self.candidate if self.steady >= STEADY_LOOKS else ""


def sockets(root: Path) -> tuple[str, ...]:
    """The names of all Ethernet sockets: no radio, no bridge, nothing of the ghost machine. Raises PortsUnknown."""
    try:
        names = [name for name, _ in flags_of_all(root)]
    except InterfaceError as error:
        raise PortsUnknown(str(error)) from error
    return tuple(name for name in names if NAME.fullmatch(name) and _is_socket(root / "sys/class/net" / name))


def _is_socket(directory: Path) -> bool:
    if text_of(directory / "type") != _ETHERNET or directory.name == "venue-ghost":
        return False
    made = re.search(r"^DEVTYPE=(\w+)$", text_of(directory / "uevent") or "", re.MULTILINE)
    wireless = (directory / "phy80211").exists() or (directory / "wireless").exists()
    return not wireless and (made is None or made[1] not in _MADE)


def on_usb(root: Path, names: Collection[str]) -> tuple[dict[str, str], ...]:
    """What these sockets hang on by USB, as rows of `usb.allow`, a hub before what hangs on it.

    Without what the board itself carries, which is let in anyhow. Raises PortsUnknown.
    """
    try:
        cards = {
            card.usb_port: card.name for card in interfaces(root) if card.usb_port and card.name in names
        }
        there = scan(root) if cards else ()
    except (InterfaceError, UsbError) as error:
        raise PortsUnknown(str(error)) from error
    found = board(root)
    own = {(device.port, device.vendor_product) for device in (found.usb if found else ())}
    return tuple(
        {"id": device.vendor_product, "port": device.port, "why": cards.get(device.port, "hub")}
        | ({"serial": device.serial} if device.serial else {})
        for device in there
        if any(f"{port}.".startswith(f"{device.port}.") for port in cards)
        and (device.port, device.vendor_product) not in own
    )


def linked(root: Path, names: tuple[str, ...]) -> frozenset[str]:
    """Those of them that have a link now; one that cannot be read has none."""
    return frozenset(name for name in names if text_of(root / "sys/class/net" / name / "carrier") == "1")


@contextmanager
def all_up(root: Path, names: tuple[str, ...]) -> Iterator[None]:
    """Every one of them is up meanwhile; what was down is down again afterwards. Raises PortsUnknown."""
    try:
        flags = dict(flags_of_all(root))
        raised = [name for name in names if not int(flags.get(name) or "0x0", 16) & _IFF_UP]
        try:
            for name in raised:
                bring_up(name)
            yield
        finally:
            for name in raised:
                with suppress(InterfaceError):
                    take_down(name)
    except (InterfaceError, ValueError) as error:
        raise PortsUnknown(str(error)) from error


def first_look(now: frozenset[str], names: tuple[str, ...]) -> Looks:
    """Where waiting for a cable begins: only a socket that is dark at some moment can get a link."""
    return Looks(dark=frozenset(names) - now)


def look(before: Looks, now: frozenset[str], names: tuple[str, ...]) -> Looks:
    """What is known after one more look. A cable that was in already is pulled and put back; two at once are nobody's.

    By levels: a socket counts that was seen dark and now has a link for some looks in a row.
    """
    lit = now & before.dark
    if len(lit) != 1:
        return Looks(dark=before.dark | (frozenset(names) - now), several=len(lit) > 1)
    (one,) = lit
    return Looks(dark=before.dark | (frozenset(names) - now), candidate=one,
                 steady=before.steady + 1 if one == before.candidate else 1)  # fmt: skip
