"""Where a device hangs, by its path in sysfs: on which USB port, or in which slot of the board.

Numbers that the kernel gives anew at each boot (`host0`, `ata1`, `mmc0`) are left out of a place: the same slot has
the same place after a restart. Source: Documentation/admin-guide/sysfs-rules.rst.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from hw.usb_sysfs import is_interface, is_port

PATH_LIMIT_CHARACTERS = 4_096
# From here on a path names what the kernel numbered by itself.
_NUMBERED = re.compile(
    r"(host|ata|virtio|nvme|mmc|target)[0-9]+|mmc_host|nvme|block|net|[0-9]+:[0-9]+:[0-9]+:[0-9]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`slot`: the path below `devices` as far as it lasts over a restart, '' for what hangs nowhere.

    `usb_port` is the USB port it hangs on (`1-1.4`), `usb_face` the interface of the device there (`1.0`: configuration
    and number); both '' for anything else.
    """

    slot: str = ""
    usb_port: str = ""
    usb_face: str = ""


def place_of(path: str, *, root: Path) -> Place:
    """Give the place of a device whose resolved sysfs path is `path`; of one that is made by software, none."""
    below = path.removeprefix(os.path.realpath(root)).lstrip("/")
    parts = below[:PATH_LIMIT_CHARACTERS].split("/")
    if parts[:2] != ["sys", "devices"] or parts[2:3] in ([], ["virtual"]):
        return Place()
    port = face = ""
    lasting: list[str] = []
    for part in parts[2:]:
        if is_port(part):
            port = part
        if is_interface(part):
            face = part.partition(":")[2]
        if is_interface(part) or _NUMBERED.fullmatch(part):
            break
        lasting.append(part)
    return Place(slot="/".join(lasting), usb_port=port, usb_face=face if port else "")
