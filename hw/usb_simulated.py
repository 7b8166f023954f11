"""A USB bus made of plain files, for the demo and for tests: what `hw.usb` reads and writes of sysfs."""

import os
import shutil
from pathlib import Path

from hw.descriptors import UsbError
from hw.usb_device import Removable
from hw.usb_sysfs import devices_directory, is_port

_TRIPLE = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")


def make_bus(root: Path, *, bus: int = 1, authorized_default: int = 1) -> None:
    """Make a controller with its root hub and nothing plugged in; `authorized_default` 1 is the kernel's own.

    Raises UsbError where the files cannot be made.
    """
    attributes = {"authorized_default": str(authorized_default), "bDeviceClass": "09", "idVendor": "1d6b"}
    attributes |= {"authorized": "1", "idProduct": "0002", "product": "xHCI Host Controller"}
    attributes |= {"interface_authorized_default": "1"}
    _appear(devices_directory(root) / f"usb{bus}", attributes, b"")
    _appear(devices_directory(root) / f"{bus}-0:1.0", {"bInterfaceClass": "09"}, b"")
    try:
        (devices_directory(root).parent / "drivers_probe").touch()
    except OSError as error:
        raise UsbError(f"{devices_directory(root)} cannot be made: {error}") from error


def plug(
    root: Path,
    port: str,
    *,
    vendor_product: str = "0951:1666",
    manufacturer: str = "Kingston",
    product: str = "DataTraveler 3.0",
    serial: str = "E0D55EA573FCF3A0D8A20F5C",
    device_class: str = "00",
    interfaces: tuple[str, ...] = ("08:06:50",),
    labels: tuple[str, ...] = (),
    removable: Removable = "removable",
) -> None:
    """Plug a device into `port`. It is authorized where the bus's `authorized_default` is not 0, as the
    kernel does.

    `2` (internal ports only) counts as denied: every simulated port is an outer one. `labels` are the names that
    the interfaces bear, in order; they are to be seen once it is authorized.

    Raises UsbError where there is no such bus, the port is taken, or no hub is where the path says.
    """
    directory = devices_directory(root) / port
    if not is_port(port):
        raise ValueError(f"{port!r} is not a USB port path such as 1-1.4")
    hub = port.rpartition(".")[0]
    if hub and not (devices_directory(root) / hub).exists():
        raise UsbError(f"nothing is plugged into {hub}, so nothing can be plugged into {port}")
    if directory.exists():
        raise UsbError(f"{port} is taken")
    controller = devices_directory(root) / f"usb{port.partition('-')[0]}"
    try:
        default = (controller / "authorized_default").read_text()
        interface_default = (controller / "interface_authorized_default").read_text().strip()
    except OSError as error:
        raise UsbError(f"no bus for {port}: {error.strerror}") from error
    allowed = default.strip() not in ("0", "2")
    vendor, _, product_id = vendor_product.partition(":")
    texts = {"manufacturer": manufacturer, "product": product, "serial": serial}
    attributes = {name: text for name, text in texts.items() if text}
    attributes |= {"idVendor": vendor, "idProduct": product_id, "bDeviceClass": device_class}
    attributes |= {"authorized": "1" if allowed else "0", "speed": "480", "removable": removable}
    for number, triple in enumerate(interfaces if allowed else ()):
        made = dict(zip(_TRIPLE, triple.split(":"), strict=True)) | {"authorized": interface_default}
        made |= {"interface": labels[number]} if number < len(labels) and labels[number] else {}
        _appear(directory.with_name(f"{port}:1.{number}"), made, None)
    _appear(directory, attributes, descriptors(vendor_product, device_class, interfaces))


def unplug(root: Path, port: str) -> None:
    """Pull the device at `port`, with all that hangs on it where it is a hub; an empty port stays empty.

    Raises UsbError where the files cannot be removed.
    """
    devices = devices_directory(root)
    try:
        for name in os.listdir(devices):
            if name.partition(":")[0] == port or name.startswith(f"{port}."):
                away = devices / f".gone-{name}"  # one rename: a scan sees the device whole or not at all
                os.rename(devices / name, away)
                shutil.rmtree(away)
    except OSError as error:
        raise UsbError(f"{port} cannot be unplugged: {error}") from error


def descriptors(vendor_product: str, device_class: str, interfaces: tuple[str, ...]) -> bytes:
    """Give a device descriptor and one configuration that holds `interfaces`, without endpoints."""
    vendor, _, product = vendor_product.partition(":")
    triples = [bytes.fromhex(triple.replace(":", "")) for triple in interfaces]
    body = b"".join(bytes((9, 4, number, 0, 0)) + triple + b"\0" for number, triple in enumerate(triples))
    total_bytes = (9 + len(body)).to_bytes(2, "little")
    configuration = bytes((9, 2)) + total_bytes + bytes((len(triples), 1, 0, 0x80, 50)) + body
    identity = int(vendor, 16).to_bytes(2, "little") + int(product, 16).to_bytes(2, "little")
    device = bytes((18, 1, 0, 2, int(device_class, 16), 0, 0, 64)) + identity + bytes((0, 1, 1, 2, 3, 1))
    return device + configuration


def _appear(directory: Path, attributes: dict[str, str], content: bytes | None) -> None:
    """Make a directory, whole from its first moment."""
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        _place(directory, attributes, content)
    except OSError as error:
        raise UsbError(f"{directory} cannot be made: {error}") from error


def _place(directory: Path, attributes: dict[str, str], content: bytes | None) -> None:
    beside = directory.with_name(f".new-{directory.name}")
    beside.mkdir()
    for name, text in attributes.items():
        (beside / name).write_text(f"{text}\n", encoding="utf-8")
    if content is not None:
        (beside / "descriptors").write_bytes(content)
    os.rename(beside, directory)
