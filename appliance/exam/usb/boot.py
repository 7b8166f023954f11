"""What may be let in before the guard runs, and whether lockdown.conf says the same."""

import re
from collections.abc import Iterator

from appliance.events import Body
from appliance.events.bodies import UsbBootRead
from appliance.events.plan import Plan, UsbAllowed
from appliance.events.readings import BootReading
from appliance.exam.usb.devices import UsbState

MOST_TOLD = 20  # grants that differ; a row and a page have an end


def boot_devices(plan: Plan) -> tuple[UsbAllowed, ...]:
    """What the board carries and what the list names, each once, a hub before what hangs on it."""
    devices = dict.fromkeys((*plan.usb_board, *plan.usb_allow))
    return tuple(sorted(devices, key=lambda device: [int(part) for part in re.split(r"[-.]", device.port)]))


def boot_news(usb: UsbState, plan: Plan, reading: BootReading) -> Iterator[Body]:
    """The row that brings the record up to what lockdown.conf says now; none where it knows."""
    missing = tuple(grant for grant in plan.usb_boot if grant not in reading.grants)
    extra = tuple(grant for grant in reading.grants if grant not in plan.usb_boot)
    row = UsbBootRead(
        agrees=not (missing or extra or reading.faults or reading.unreadable),
        missing=missing[:MOST_TOLD],
        extra=extra[:MOST_TOLD],
        faults=reading.faults[:MOST_TOLD],
        unreadable=reading.unreadable,
    )
    if row != usb.boot:
        yield row
