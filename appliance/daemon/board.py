"""What the board that this runs on carries on its own USB, and what of the list could never be reached."""

from collections.abc import Iterator
from pathlib import Path

from appliance.config.load import Config
from appliance.events.plan import UsbAllowed
from appliance.finding import Finding
from hw.boards import Board, board


def board_of(config: Config) -> Board | None:
    """The board under the box's root, the simulated world's in a simulated one; None where nothing says so."""
    return board(config.simulation.world if config.simulation else Path("/"))


def carried(found: Board | None) -> tuple[UsbAllowed, ...]:
    """The board's own hubs and network, as devices that may be there."""
    own = found.usb if found else ()
    return tuple(UsbAllowed(id=device.vendor_product, port=device.port) for device in own)


def warnings(config: Config) -> Iterator[Finding]:
    """What holds and will surprise somebody: an unknown board, a device on a hub that is let in by nobody."""
    if not config.usb.enforce:
        return
    found = board_of(config)
    if found is not None and not found.known:
        reason = (
            f"{found.model} is not in the table of boards: what it carries on its own USB, its network too, "
            "must stand in usb.allow"
        )
        yield Finding("usb", "unknown_board", reason, model=found.model)
    named = {device.port for device in config.usb.allow} | {device.port for device in carried(found)}
    for device in config.usb.allow:
        hub = device.port.rpartition(".")[0]
        if hub and hub not in named:
            reason = f"{device.port} hangs on {hub}, which nothing lets in: it will never be seen"
            yield Finding("usb.allow", "hub_denied", reason, port=device.port, hub=hub)
