"""Network cards on USB that [network] counts on: one that the boot does not let in is dead from the next one on."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from appliance.config.load import Config
from appliance.events.plan import UsbAllowed
from appliance.finding import Finding
from hw.interfaces import InterfaceError, interfaces
from hw.usb import UsbDevice, UsbError, scan


def denied(config: Config, let_in: Sequence[UsbAllowed], root: Path | None = None) -> dict[str, UsbDevice]:
    """The ports of [network] whose card, or a hub above it, `let_in` does not name: each with that device.

    The early boot denies whatever is not named, whether the guard enforces the list or not. What can not be looked at
    is left out. `root`: of another box, for the tests.
    """
    section = config.network
    if section.mode == "off" or (config.simulation and root is None):
        return {}
    wanted = {name for name in (*section.exam_ports, section.uplink, section.staff_port) if name}
    place = root or Path("/")
    try:
        cards = [card for card in interfaces(place) if card.usb_port and card.name in wanted]
        there = scan(place) if cards else ()
    except (InterfaceError, UsbError):
        return {}
    strangers = [device for device in there if not _is_named(device, let_in)]
    above = {card.name: [each for each in strangers if _is_on(card.usb_port, each.port)] for card in cards}
    return {name: devices[0] for name, devices in above.items() if devices}


def warnings(config: Config, let_in: Sequence[UsbAllowed], root: Path | None = None) -> Iterator[Finding]:
    """One line for each such card."""
    for name, device in denied(config, let_in, root).items():
        serial = f', serial = "{device.serial}"' if device.serial else ""
        entry = f'{{ id = "{device.vendor_product}", port = "{device.port}"{serial} }}'
        reason = (
            f"{name} is on USB and not let in at boot, the next boot denies it: usb.allow needs {entry}; "
            "venue setup --step 2 adds it"
        )
        yield Finding("network", "card_denied", reason, name=name, entry=entry)


def _is_on(port: str, above: str) -> bool:
    return f"{port}.".startswith(f"{above}.")


def _is_named(device: UsbDevice, let_in: Sequence[UsbAllowed]) -> bool:
    return any(
        (each.port, each.id) == (device.port, device.vendor_product) and each.serial in ("", device.serial)
        for each in let_in
    )
