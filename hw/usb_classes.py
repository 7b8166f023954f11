"""What kinds of device a USB device is, from the class codes it tells.

Source: USB-IF, "Defined Class Codes" (usb.org/defined-class-codes). What that page does not name: HID 1.11, 4.2
and 4.3 (boot keyboard and mouse), Android's adb.h (ff:42), Linux's ipheth.c and usbmuxd (Apple's ff:fd:01 and
ff:fe:02), udev's and libmtp's way to MTP (ff and an interface that is called MTP), Linux's rndis_host.c (RNDIS).
"""

from collections.abc import Iterable
from typing import Final, Literal, get_args

Kind = Literal[
    "phone",  # stores and talks: PTP, MTP, Android's debugging, Apple's own, ActiveSync
    "storage",
    "network",  # a network card, a modem, a tethered phone, a serial line
    "keyboard",  # says so itself; "hid" may type as well
    "pointer",
    "hid",  # any other input device; a UPS too
    "wireless",  # Bluetooth and other radio
    "printer",
    "video",
    "audio",
    "smartcard",
    "vendor",  # the maker's own: only a driver knows what
    "other",  # a class that is told and is none of these
    "hub",
    "unknown",  # nothing could be read, or not all of it
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
# All that may type, point, or be a UPS. Never a reason to let something in: a UPS is what a BadUSB keyboard is.
INPUT_KINDS: Final[frozenset[Kind]] = frozenset({"keyboard", "pointer", "hid"})

_BY_TRIPLE: Final[dict[str, Kind]] = {
    "03:01:01": "keyboard",
    "03:01:02": "pointer",
    "e0:01:03": "network",  # RNDIS, as Android and Windows Mobile tell it
    "ff:42:01": "phone",  # adb
    "ff:42:03": "phone",  # fastboot
    "ff:fd:01": "network",  # an iPhone's tethering
    "ff:fe:02": "phone",  # an iPhone's usbmux
}
_BY_SUBCLASS: Final[dict[str, Kind]] = {
    "ef:01": "phone",  # ActiveSync, Palm Sync
    "ef:04": "network",  # RNDIS over Ethernet, Wi-Fi, WiMAX, WWAN, …
}
_BY_CLASS: Final[dict[str, Kind]] = {
    "01": "audio",
    "02": "network",
    "03": "hid",
    "06": "phone",
    "07": "printer",
    "08": "storage",
    "09": "hub",
    "0a": "network",
    "0b": "smartcard",
    "0e": "video",
    "10": "video",
    "e0": "wireless",
    "ff": "vendor",
}
# What a device says of itself only to say that its interfaces tell: no class.
_NO_CLASS: Final = ("00:00:00", "ef:02:01")

# What goes along with a thing and does not make it another one.
_COMPANIONS: Final[dict[Kind, frozenset[str]]] = {
    "keyboard": INPUT_KINDS,
    "pointer": INPUT_KINDS,
    "video": frozenset({"audio"}),
    "audio": frozenset({"hid"}),
}


def kinds_of(
    interfaces: Iterable[str],
    *,
    device: str = "00:00:00",
    associations: Iterable[str] = (),
    labels: Iterable[tuple[str, str]] = (),
) -> tuple[Kind, ...]:
    """Give all kinds that a device is, in the order of `KINDS`; never empty.

    All arguments but `labels` are triples such as `"08:06:50"`; an interface of class 00 is what the `device`
    says. `labels` are the interfaces of an authorized device with the name each one bears, which alone tells
    MTP. A device that tells nothing is `unknown`.
    """
    told = [device if triple.startswith("00:") else triple for triple in interfaces]
    found = {_kind(triple) for triple in (device, *told, *associations) if not _says_nothing(triple)}
    if any(triple.startswith("ff:") and "mtp" in label.casefold() for triple, label in labels):
        found.add("phone")
    return tuple(kind for kind in KINDS if kind in found) or ("unknown",)


def word(kinds: Iterable[str]) -> str:
    """Give the one word that names the device to people; `combined` where its kinds are several things.

    A phone is a phone whatever else it can do, a keyboard with a touchpad is a keyboard, a camera with a
    microphone `video`; a stick that also types is `combined`.
    """
    told = set(kinds) - {"unknown"} or {"unknown"}
    if "phone" in told:
        return "phone"
    for kind in KINDS:
        if kind in told and told - {kind} <= _COMPANIONS.get(kind, frozenset()) | {"vendor", "other"}:
            return kind
    return "combined"


def _kind(triple: str) -> Kind:
    return _BY_TRIPLE.get(triple) or _BY_SUBCLASS.get(triple[:5]) or _BY_CLASS.get(triple[:2], "other")


def _says_nothing(triple: str) -> bool:
    return triple.startswith("00:") or triple in _NO_CLASS
