"""One USB device as sysfs shows it, and what tells it from every other one.

Source: Documentation/ABI/stable/sysfs-bus-usb, Documentation/ABI/testing/sysfs-bus-usb (removable, authorized of
an interface), Documentation/usb/authorization.rst.
"""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hw.descriptors import DESCRIPTORS_LIMIT_BYTES, DescriptorError, parse
from hw.outside_text import exact, harmless
from hw.usb_classes import KINDS, Kind, kinds_of
from hw.usb_sysfs import content_of, devices_directory, opened, text_of

Removable = Literal["fixed", "removable", "unknown"]

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbInterface:
    """An interface the kernel has made of an authorized device; one that is denied has none.

    `name` is `"1-1.4:1.0"`, `label` the interface's own name (harmless, as the device's texts), `driver` what
    is bound to it, `""` for nothing.
    """

    name: str
    triple: str
    label: str
    authorized: bool
    driver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbDevice:
    """One device. Its texts are the device's own, hence an attacker's: printable, at most 64 characters.

    `vendor_product` is `"051d:0002"`, `device_class` two hex digits (`"??"` where unreadable), `interfaces`
    triples such as `"08:06:50"`. Empty `interfaces` mean unknown, not harmless.

    `serial` is exact even where it had to be changed to be shown: it ends in a hash of the original then.
    `descriptors_sha256` is that of the whole file in hex, `""` where it cannot be read; `fault` says why the
    descriptors are not understood, `""` where they are. `kinds` are all that it is known to be, in the order of
    `hw.usb_classes.KINDS`; with `"unknown"` among them where that may not be all. `configured` are the
    interfaces that the kernel has made of it. `faces` are all its interfaces, each with its own kinds in the order
    of `KINDS`: `("1.0=hid", "1.1=storage+keyboard")`.
    """

    port: str
    vendor_product: str
    manufacturer: str
    product: str
    serial: str
    device_class: str
    authorized: bool
    interfaces: tuple[str, ...]
    descriptors_sha256: str = ""
    fault: str = ""
    kinds: tuple[Kind, ...] = ("unknown",)
    speed_mbps: float | None = None
    removable: Removable = "unknown"
    configured: tuple[UsbInterface, ...] = ()
    faces: tuple[str, ...] = ()

    @property
    def held_back(self) -> tuple[str, ...]:
        """Of a device that is let in the interfaces that no driver may take: `("1.1",)`."""
        held = (interface.name for interface in self.configured if not interface.authorized)
        return tuple(name.partition(":")[2] for name in held)

    @property
    def authorized_interfaces(self) -> tuple[str, ...]:
        """The names of the interfaces that a driver may take: `("1-1.4:1.0",)`."""
        return tuple(interface.name for interface in self.configured if interface.authorized)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a device's descriptors tell; the fields are those of `UsbDevice`."""

    interfaces: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ("unknown",)
    sha256: str = ""
    fault: str = ""
    faces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a grant is for: this very device at this very port. Two that differ in anything are two.

    `serial` is `""` where the device has none, `interfaces` the triples of `UsbDevice` in order. A device can
    pretend all of it but the port; what it then does is what the granted one would have been let do.
    """

    port: str
    vendor_product: str
    serial: str
    interfaces: tuple[str, ...]
    descriptors_sha256: str


def identity_of(device: UsbDevice) -> Identity | None:
    """Give the device's exact identity, or None where it cannot be told: such a one is never granted."""
    if device.fault or not device.descriptors_sha256 or "?" in device.vendor_product:
        return None
    return Identity(
        port=device.port,
        vendor_product=device.vendor_product,
        serial=device.serial,
        interfaces=tuple(sorted(device.interfaces)),
        descriptors_sha256=device.descriptors_sha256,
    )


def told_by(content: bytes | None, labels: Sequence[tuple[str, str]] = ()) -> Told:
    """Give what descriptors tell; `content` is None where they cannot be read. `labels` as in `kinds_of`.

    Whatever they are, it raises nothing. With a fault there are no interfaces, and the kinds are those that
    stood before the fault, with `unknown` for what may have stood behind.
    """
    if content is None:
        return Told(fault="cannot be read")
    if len(content) > DESCRIPTORS_LIMIT_BYTES:
        return Told(fault=f"more than {DESCRIPTORS_LIMIT_BYTES} bytes")
    try:
        told = parse(content)
    except DescriptorError as error:
        device = next(iter(error.seen), "00:00:00")
        some = {*kinds_of(error.seen[1:], device=device, labels=labels), "unknown"}
        kinds = tuple(kind for kind in KINDS if kind in some)
        return Told(kinds=kinds, sha256=hashlib.sha256(content).hexdigest(), fault=str(error))
    kinds = kinds_of(
        told.interfaces, device=told.device_triple, associations=told.associations, labels=labels
    )
    faces = tuple(
        f"{name}={'+'.join(kinds_of(triples, device=told.device_triple))}" for name, triples in told.faces
    )
    return Told(interfaces=told.interfaces, kinds=kinds, sha256=told.sha256, faces=faces)


def read_device(root: Path, port: str, interfaces: Sequence[str] = ()) -> UsbDevice | None:
    """Read the device at `port`, or give None where there is none; `interfaces` are the names of its own.

    All is read by way of one directory: two devices that follow each other at a port are never mixed. One
    that goes away meanwhile is left out, and the one that followed it read, up to the third.

    Raises UsbError where it is there and cannot be looked at.
    """
    path = devices_directory(root) / port
    for _attempt in range(_ATTEMPTS):
        directory = opened(path)
        if directory is None:
            return None
        try:
            seen = device_in(directory, port, root=root, interfaces=interfaces)
            if _is_still(directory, path):
                return seen
        finally:
            os.close(directory)
    return None


def device_in(directory: int, port: str, *, root: Path, interfaces: Sequence[str] = ()) -> UsbDevice:
    """Read the device whose opened directory is `directory`. What is unreadable is unknown, never harmless."""

    def text(name: str) -> str | None:
        return text_of(name, dir_fd=directory)

    configured = tuple(_interface(devices_directory(root) / name) for name in interfaces)
    content = content_of("descriptors", DESCRIPTORS_LIMIT_BYTES, dir_fd=directory)
    told = told_by(content, labels=[(interface.triple, interface.label) for interface in configured])
    return UsbDevice(
        port=port,
        vendor_product=f"{_hex(text('idVendor'), 4)}:{_hex(text('idProduct'), 4)}",
        manufacturer=harmless(text("manufacturer")),
        product=harmless(text("product")),
        serial=exact(text("serial")),
        device_class=_hex(text("bDeviceClass"), 2),
        # Unreadable counts as let in: it must not look closed where nobody has seen it closed.
        authorized=text("authorized") != "0",
        interfaces=told.interfaces,
        descriptors_sha256=told.sha256,
        fault=told.fault,
        kinds=told.kinds,
        speed_mbps=_speed_mbps(text("speed")),
        removable=_removable(text("removable")),
        configured=configured,
        faces=told.faces,
    )


def _interface(directory: Path) -> UsbInterface:
    parts = (_hex(text_of(directory / f"bInterface{part}"), 2) for part in ("Class", "SubClass", "Protocol"))
    try:
        driver = os.readlink(directory / "driver").rpartition("/")[2]
    except OSError:
        driver = ""
    return UsbInterface(
        name=directory.name,
        triple=":".join(parts),
        label=harmless(text_of(directory / "interface")),
        authorized=text_of(directory / "authorized") != "0",
        driver=harmless(driver),
    )


def _is_still(directory: int, path: Path) -> bool:
    """Tell whether `path` is the opened `directory` yet."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(directory))
    except OSError:
        return False


def _hex(text: str | None, digits: int) -> str:
    return text.lower() if text and re.fullmatch(f"[0-9a-fA-F]{{{digits}}}", text) else "?" * digits


def _speed_mbps(text: str | None) -> float | None:
    return float(text) if text and re.fullmatch(r"[0-9]{1,6}(\.[0-9])?", text) else None


def _removable(text: str | None) -> Removable:
    match text:
        case "fixed" | "removable":
            return text
        case _:
            return "unknown"
