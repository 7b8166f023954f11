"""Holds the USB ports of the box closed, but for the devices that may be used."""

from collections.abc import Callable
from pathlib import Path

from appliance.exam.posture import NotHeld, usb_token
from hw.usb import (
    Identity,
    UsbDevice,
    UsbError,
    authorize_exactly,
    identity_of,
    scan,
    set_authorized,
    set_authorized_default,
)


def holder(root: Path) -> Callable[[str], None]:
    """A function that makes the sysfs tree under `root` deny (`deny TOKEN…`), closes it to what is new (`close`), or
    leaves it (`leave`).

    New devices are denied by the kernel. Of those that are there, the ones whose token is named are let in,
    compared once more as they are let in; every other one is taken from its drivers, whoever had let it in.
    Closing comes first, and one that fails keeps no other from being closed.
    """

    def hold(want: str) -> None:
        level, *tokens = want.split(" ")
        if level == "leave":
            return
        faults: list[str] = []
        try:
            set_authorized_default(root, 0)
        except UsbError as error:
            faults.append(str(error))
        try:
            if level == "deny":
                _settle(root, set(tokens), faults)
        except UsbError as error:
            faults.append(str(error))
        if faults:
            raise NotHeld("; ".join(faults))

    return hold


def _settle(root: Path, tokens: set[str], faults: list[str]) -> None:
    opened: list[Identity] = []
    for device in scan(root):
        identity = identity_of(device)
        if _token(device) in tokens and identity is not None:
            if not device.authorized:
                opened.append(identity)
        elif device.authorized:
            _try(lambda port=device.port: set_authorized(root, port, False), faults)  # type: ignore[misc]
    for identity in opened:
        _try(lambda this=identity: authorize_exactly(root, this), faults)  # type: ignore[misc]


def _token(device: UsbDevice) -> str:
    return usb_token(
        port=device.port,
        identity=(device.vendor_product, device.serial),
        interfaces=device.interfaces,
        sha256=device.descriptors_sha256,
    )


def _try(act: Callable[[], None], faults: list[str]) -> None:
    try:
        act()
    except UsbError as error:
        faults.append(str(error))
