"""A port where devices come and go all the time: few rows, few items, and the last of both true."""

from dataclasses import replace

from appliance.events.bodies import UsbPlugged, UsbRevoked
from appliance.exam.usb.causes import KINDS_ITEMS, OWN_ITEMS
from appliance.exam.usb.flapping import APART_S, FORGOTTEN_S, OFTEN
from tests.exam.ledger import SIGNED, Ledger, plan

STICK = UsbPlugged(
    port="1-2", id="0781:5567", name="Cruzer", serial="S1", interfaces=("08:06:50",), kinds=("storage",),
    sha256="bb" * 32,
)  # fmt: skip
STEP_S = 0.02


def sealed() -> Ledger:
    day = Ledger(plan()).all_read()
    day.act("seal", **SIGNED)
    return day


def rows(day: Ledger) -> int:
    return len(day.recorded("usb.plugged")) + len(day.recorded("usb.unplugged"))


def flap(day: Ledger, seconds: float) -> None:
    """In and out, fifty times a second; out at the end."""
    for _ in range(round(seconds / (2 * STEP_S))):
        day.usb(STICK)
        day.advance(STEP_S, every_s=STEP_S)
        day.usb()
        day.advance(STEP_S, every_s=STEP_S)


def test_a_port_that_changes_all_the_time_is_told_twice_a_second() -> None:
    day = sealed()
    flap(day, 10)
    assert rows(day) <= OFTEN + 1 + 10 / APART_S
    assert day.kinds == ["usb"]


def test_the_last_change_is_told_with_a_later_reading() -> None:
    day = sealed()
    flap(day, 2)
    day.usb(STICK)
    day.advance(APART_S)
    day.usb(STICK)
    assert day.venue.usb.devices == {"1-2": STICK}


def test_another_port_is_told_at_once_meanwhile() -> None:
    day = sealed()
    flap(day, 2)
    other = replace(STICK, port="1-3")
    day.usb(STICK, other)
    assert "1-3" in day.venue.usb.devices


def test_a_port_that_has_come_to_rest_is_told_at_once_again() -> None:
    day = sealed()
    flap(day, 2)
    day.advance(FORGOTTEN_S + 1)
    before = rows(day)
    day.usb(STICK)
    day.usb()
    day.usb(STICK)
    assert rows(day) == before + 3


def test_a_grant_at_a_port_that_changes_all_the_time_ends_the_moment_its_device_is_pulled() -> None:
    day = sealed()
    flap(day, 2)
    day.advance(1)
    day.usb(STICK)
    day.act("usb.grant", port="1-2", reason="x", minutes=5, **SIGNED)
    day.usb()
    assert [e.body.why for e in day.events if isinstance(e.body, UsbRevoked)] == ["pulled"]


def test_a_new_boot_begins_to_count_anew() -> None:
    day = sealed()
    flap(day, 2)
    day.reboot()
    before = rows(day)
    day.usb(STICK)
    day.usb()
    assert rows(day) >= before + 2


def test_a_device_that_is_another_one_at_each_plug_has_an_end_of_items() -> None:
    day = sealed()
    for number in range(60):
        kinds = ("storage",) if number % 2 else ("keyboard", f"kind-{number}")
        day.usb(replace(STICK, id=f"{number:04x}:0001", serial=f"{number}", name=f"N{number}", kinds=kinds))
        day.advance(1)
        day.usb()
        day.advance(1)
    assert len(day.kinds) == OWN_ITEMS + KINDS_ITEMS + 1 and set(day.kinds) == {"usb"}
    assert sum(item.count for item in day.opened) == 60, "each plug counts in one of them"
    shared = [item for item in day.opened if item.cause.startswith("@")]
    assert [item.detail for item in shared] == [""] * len(shared), "no name stands for all of them"


def test_an_item_of_many_opens_no_other_when_it_is_judged_again() -> None:
    day = sealed()
    for number in range(20):
        day.usb(replace(STICK, id=f"{number:04x}:0001", serial=""))
    before = len(day.opened)
    day.advance(30)
    assert len(day.opened) == before
