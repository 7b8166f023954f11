"""What a board carries on its own USB: hubs and a network that nobody can unplug, by port and id.

A Raspberry Pi 3 has its network behind a hub on its own bus: who denies that has no network. The model comes from
the device tree (`/proc/device-tree/model`, devicetree specification 2.3.2); a PC has none.

Source: Linux 6.12, bcm283x-rpi-smsc9514.dtsi (3 B) and the example of bindings/net/microchip,lan78xx (3 B+), each
hub and adapter by port and id; kernel logs of a 3 B, a 3 B+ and a 4 B for the names 1-1, 1-1.1 and 1-1.1.1; for the
4 B's hub, which is in the USB 2 half of its VL805, those logs alone. The others have sockets straight at a controller.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from hw.usb_sysfs import content_of

MODEL_LIMIT_BYTES: Final = 128
_REVISION = re.compile(r" Rev [0-9.]{1,8}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardUsb:
    """A device that is soldered to the board: its port path, its id as `0424:9514`, and what it is."""

    port: str
    vendor_product: str
    what: Literal["hub", "network"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A board: `model` as it calls itself, `usb` what it carries, a hub before what hangs on it.

    `known` False: it is not in the table, and whatever it carries is denied like anything else.
    """

    model: str
    known: bool
    usb: tuple[BoardUsb, ...] = ()


_PI_3B = (
    BoardUsb(port="1-1", vendor_product="0424:9514", what="hub"),
    BoardUsb(port="1-1.1", vendor_product="0424:ec00", what="network"),
)
_PI_3B_PLUS = (
    BoardUsb(port="1-1", vendor_product="0424:2514", what="hub"),
    BoardUsb(port="1-1.1", vendor_product="0424:2514", what="hub"),
    BoardUsb(port="1-1.1.1", vendor_product="0424:7800", what="network"),
)
_PI_4B = (BoardUsb(port="1-1", vendor_product="2109:3431", what="hub"),)
_PI = "Raspberry Pi"
_TABLE: Final[dict[str, tuple[BoardUsb, ...]]] = {
    f"{_PI} 3 Model B": _PI_3B,
    f"{_PI} 3 Model B Plus": _PI_3B_PLUS,  # the firmware's spelling
    f"{_PI} 3 Model B+": _PI_3B_PLUS,  # the kernel's
    f"{_PI} 4 Model B": _PI_4B,
    f"{_PI} 5": (),
    f"{_PI} 5 Model B": (),
    f"{_PI} Zero 2 W": (),
    f"{_PI} Compute Module 4": (),  # a hub on what it is plugged into is not the module's
}


def board(root: Path) -> Board | None:
    """Give the board that this is, or None where there is no device tree that says so, as on a PC."""
    content = content_of(root / "proc/device-tree/model", MODEL_LIMIT_BYTES)
    return None if content is None else board_called(content)


def board_called(content: bytes) -> Board | None:
    """Give the board whose device tree's `model` has this content; None where it is no name at all.

    A name that is cut short, too long, or not plain text is none: a table that is read by half a name would let
    in at a port what is not on the board.
    """
    if not 2 <= len(content) <= MODEL_LIMIT_BYTES or content[-1] != 0:
        return None
    text = content[:-1]
    if not all(0x20 <= byte < 0x7F for byte in text):
        return None
    model = text.decode("ascii")
    carried = _TABLE.get(_REVISION.sub("", model))
    return Board(model=model, known=carried is not None, usb=carried or ())
