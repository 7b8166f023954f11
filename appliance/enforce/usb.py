"""Holds the USB ports of the box closed, but for the devices that may be used."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from appliance.exam.posture import NotHeld, usb_token
from hw.usb import (
    Identity,
    UsbDevice,
    UsbError,
    authorize_exactly,
    authorize_in_part,
    devices_directory,
    hold_nothing_back,
    hold_parts,
    identity_of,
    scan,
    set_authorized,
    set_authorized_default,
)


def holder(root: Path) -> Callable[[str], None]:
    """A function that makes the sysfs tree under `root` deny (`deny TOKEN…`), closes it to what is new (`close`), or
    leaves it (`leave`).

    New devices are denied by the kernel. Of those that are there, the ones whose token is named are let in,
    compared once more as they are let in, and of one whose interfaces are named (`TOKEN/1.0`) only those get a driver;
    every other one is taken from its drivers, whoever had let it in.
    Closing comes first, and one that fails keeps no other from being closed. One that goes away meanwhile is no
    failure: a hub that is closed takes all with it that hangs on it.
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
            hold_nothing_back(root)
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
    opened: list[tuple[Identity, frozenset[str] | None]] = []
    wanted = dict(_wanted(token) for token in tokens)

    def attempt(port: str, act: Callable[[], None]) -> None:
        try:
            act()
        except UsbError as error:
            if (devices_directory(root) / port).exists():
                faults.append(str(error))

    for device in scan(root):
        identity, token = identity_of(device), _token(device)
        if token in wanted and identity is not None:
            if device.authorized:
                attempt(device.port, partial(hold_parts, root, device, wanted[token]))
            else:
                opened.append((identity, wanted[token]))
        elif device.authorized:
            attempt(device.port, partial(set_authorized, root, device.port, False))
    for identity, parts in opened:
        if parts is None:
            attempt(identity.port, partial(authorize_exactly, root, identity))
        else:
            attempt(identity.port, partial(authorize_in_part, root, identity, parts))


def _wanted(token: str) -> tuple[str, frozenset[str] | None]:
    """A device's token, and the interfaces that alone may be used of it; None for the whole."""
    device, *parts = token.split("/")
    return device, frozenset(parts) if parts else None


def _token(device: UsbDevice) -> str:
    return usb_token(
        port=device.port,
        identity=(device.vendor_product, device.serial),
        interfaces=device.interfaces,
        sha256=device.descriptors_sha256,
    )
