"""What may be used on the box's USB: the list, the seal's inventory, and what people let in for a while."""

from dataclasses import replace
from typing import Any

import pytest

from appliance.events.bodies import UsbPlugged, UsbRevoked
from appliance.events.plan import UsbAllowed
from appliance.exam.asked import Refused
from appliance.exam.posture import posture, usb_token
from appliance.exam.usb.devices import CHANGED, GRANTED, LISTED, NOT_SEALED_IN, SEALED_IN, UNLISTED, judged
from tests.exam.ledger import SIGNED, Ledger, plan

UPS = UsbPlugged(port="1-1", id="051d:0002", name="APC", interfaces=("03:00:00",), sha256="aa" * 32)
STICK = UsbPlugged(
    port="1-2", id="0781:5567", name="Cruzer", serial="S1", interfaces=("08:06:50",), sha256="bb" * 32
)
KEYBOARD = UsbPlugged(
    port="1-3", id="046d:c31c", name="K120", interfaces=("03:00:00", "03:01:01"), sha256="cc" * 32
)
LISTED_UPS = (UsbAllowed(id="051d:0002", port="1-1"),)
TWO = {**SIGNED, "reason": "换键盘"}
ONE = {"technician": "张工", "reason": "换键盘"}


def venue(*devices: UsbPlugged, seal: bool = True, **changes: Any) -> Ledger:
    day = Ledger(plan(usb_allow=LISTED_UPS, **changes)).all_read()
    day.usb(UPS)
    if seal:
        day.act("seal", **SIGNED)
    day.usb(UPS, *devices)
    return day


def why(day: Ledger, device: UsbPlugged) -> str:
    return judged(day.venue.usb, day.venue.plan, device, day.now)


def let_in(day: Ledger) -> set[str]:
    """The ports that the posture lets in."""
    return {token.partition("=")[0] for token in posture(day.venue, day.now).usb.split(" ")[1:]}


def refusal(day: Ledger, verb: str, **args: object) -> str:
    with pytest.raises(Refused) as caught:
        day.act(verb, **args)
    return caught.value.code


# The seal's inventory


def test_before_the_seal_the_list_says_what_may_be_used() -> None:
    day = venue(STICK, seal=False)
    assert (why(day, UPS), why(day, STICK)) == (LISTED, UNLISTED)
    assert let_in(day) == {"1-1"}


def test_after_the_seal_only_what_was_there_and_allowed_may_be_used() -> None:
    day = venue(STICK)
    assert (why(day, UPS), why(day, STICK)) == (SEALED_IN, NOT_SEALED_IN)
    assert day.one("usb").place == "1-2" and let_in(day) == {"1-1"}


def test_a_listed_device_that_was_not_there_at_the_seal_is_an_incident() -> None:
    day = Ledger(plan(usb_allow=LISTED_UPS)).all_read()
    day.usb()
    day.act("seal", **SIGNED)
    day.usb(UPS)
    assert why(day, UPS) == NOT_SEALED_IN and day.kinds == ["usb"] and let_in(day) == set()


def test_a_sealed_in_device_that_was_pulled_may_come_back_to_its_port_and_to_no_other() -> None:
    day = venue()
    day.usb()
    day.usb(UPS)
    assert not day.opened and let_in(day) == {"1-1"}
    day.usb(replace(UPS, port="1-4"))
    assert day.one("usb").place == "1-4" and let_in(day) == set()


@pytest.mark.parametrize(
    "change", [{"serial": "new"}, {"interfaces": ("03:01:01",)}, {"sha256": "dd" * 32}], ids=str
)
def test_a_device_that_differs_in_anything_from_the_sealed_one_is_another(change: dict[str, Any]) -> None:
    day = venue()
    other = replace(UPS, **change)
    day.usb(other)
    assert why(day, other) == CHANGED and day.kinds == ["usb"] and let_in(day) == set()


def test_a_device_whose_descriptors_lie_is_never_let_in() -> None:
    day = Ledger(plan(usb_allow=LISTED_UPS)).all_read()
    day.usb(replace(UPS, fault="bLength 0"))
    assert let_in(day) == set()
    assert refusal(day, "usb.admit", port="1-1", **ONE) == "device-unreadable"


def test_what_the_board_carries_is_let_in_whatever_is_sealed() -> None:
    hub = UsbPlugged(port="1-5", id="0424:2514", interfaces=("09:00:00",), sha256="ee" * 32)
    day = venue(hub, usb_board=(UsbAllowed(id="0424:2514", port="1-5"),))
    assert not day.opened and let_in(day) == {"1-1", "1-5"}


def test_the_inventory_ends_with_the_seal() -> None:
    day = venue()
    day.act("unseal", reason="设备更换", **SIGNED)
    assert why(day, UPS) == LISTED and day.venue.usb.sealed_in is None


def test_nothing_is_taken_away_before_the_bus_was_read() -> None:
    day = Ledger(plan(usb_allow=LISTED_UPS))
    assert posture(day.venue, day.now).usb == "close"
    day.usb(UPS)
    assert posture(day.venue, day.now).usb.startswith("deny 1-1=")
    day.reboot()
    assert posture(day.venue, day.now).usb == "close"


# Grants


def test_two_people_let_in_this_very_device_for_so_many_minutes() -> None:
    day = venue(KEYBOARD)
    day.act("usb.grant", port="1-3", minutes=20, **TWO)
    assert why(day, KEYBOARD) == GRANTED and let_in(day) == {"1-1", "1-3"}
    assert why(day, replace(KEYBOARD, sha256="ff" * 32)) != GRANTED
    day.advance(20 * 60 - 1)
    assert let_in(day) == {"1-1", "1-3"}
    day.advance(1)
    assert let_in(day) == {"1-1"} and not day.venue.usb.grants
    assert [e.body.why for e in day.events if isinstance(e.body, UsbRevoked)] == ["expired"]


def test_a_grant_ends_when_its_device_is_pulled_and_does_not_wait_for_it_to_come_back() -> None:
    day = venue(KEYBOARD)
    day.act("usb.grant", port="1-3", **TWO)
    day.usb(UPS)
    assert [e.body.why for e in day.events if isinstance(e.body, UsbRevoked)] == ["pulled"]
    day.usb(UPS, KEYBOARD)
    assert let_in(day) == {"1-1"}


def test_a_grant_does_not_outlive_a_boot() -> None:
    day = venue(KEYBOARD)
    day.act("usb.grant", port="1-3", **TWO)
    day.reboot()
    day.usb(UPS, KEYBOARD)
    assert let_in(day) == {"1-1"}


def test_a_clock_that_is_set_makes_no_grant_longer_or_shorter() -> None:
    day = venue(KEYBOARD)
    day.act("usb.grant", port="1-3", minutes=10, **TWO)
    day.wall = day.wall.replace(year=2031)
    day.settle()
    assert "1-3" in let_in(day)
    day.wall = day.wall.replace(year=2026)
    day.advance(600)
    assert "1-3" not in let_in(day)


def test_somebody_may_end_a_grant_before_its_time() -> None:
    day = venue(KEYBOARD)
    day.act("usb.grant", port="1-3", **TWO)
    day.act("usb.revoke", port="1-3", by="王主考")
    assert let_in(day) == {"1-1"}
    assert refusal(day, "usb.revoke", port="1-3", by="王主考") == "no-grant"


def test_one_technician_is_enough_until_the_seal_and_not_after() -> None:
    day = venue(STICK, seal=False)
    day.act("usb.admit", port="1-2", **ONE)
    assert let_in(day) == {"1-1", "1-2"}
    sealed = venue(STICK)
    assert refusal(sealed, "usb.admit", port="1-2", **ONE) == "two-people-needed"


def test_a_device_granted_before_the_seal_is_sealed_in() -> None:
    day = venue(KEYBOARD, seal=False)
    day.act("usb.admit", port="1-3", minutes=1, **ONE)
    day.act("seal", **SIGNED)
    day.advance(120)
    assert why(day, KEYBOARD) == SEALED_IN and not day.opened


def test_one_replacement_keyboard_at_a_time_for_ten_minutes_and_nothing_but_a_keyboard() -> None:
    second = replace(KEYBOARD, port="1-4")
    day = venue(KEYBOARD, STICK, second)
    assert refusal(day, "usb.keyboard", port="1-2", **ONE) == "no-pure-keyboard"
    assert refusal(day, "usb.keyboard", port="1-3", minutes=11, **ONE) == "bad-minutes"
    day.act("usb.keyboard", port="1-3", **ONE)
    assert refusal(day, "usb.keyboard", port="1-4", **ONE) == "one-keyboard-only"
    day.advance(601)
    assert let_in(day) == {"1-1"}
    day.act("usb.keyboard", port="1-4", **ONE)


def test_a_keyboard_with_a_hidden_disk_is_no_keyboard() -> None:
    day = venue(replace(KEYBOARD, interfaces=("03:01:01", "08:06:50")))
    assert refusal(day, "usb.keyboard", port="1-3", **ONE) == "no-pure-keyboard"


def test_another_ups_on_the_port_named_for_it_needs_one_person_and_types_nothing() -> None:
    other = replace(UPS, id="0463:ffff", sha256="11" * 32)
    day = venue(usb_ups_ports=("1-1",))
    day.usb(other)
    day.act("usb.ups", port="1-1", technician="张工", reason="备用 UPS")
    assert let_in(day) == {"1-1"}
    typing = venue(usb_ups_ports=("1-1",))
    typing.usb(replace(other, interfaces=("03:00:00", "03:01:01")))
    assert refusal(typing, "usb.ups", port="1-1", technician="张工", reason="x") == "no-ups"
    elsewhere = venue(replace(other, port="1-6"), usb_ups_ports=("1-1",))
    assert refusal(elsewhere, "usb.ups", port="1-6", technician="张工", reason="x") == "no-ups-port"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"port": "1-9"}, "no-device-there"),
        ({"port": "1-1"}, "already-allowed"),
        ({"port": "1-2", "id": "046d:c31c"}, "another-device"),
        ({"port": "1-2", "minutes": 241}, "bad-minutes"),
        ({"port": "1-2", "minutes": 0}, "bad-minutes"),
        ({"port": "1-2", "reason": ""}, "missing"),
        ({"port": "1-2", "chief": ""}, "missing"),
    ],
    ids=str,
)
def test_a_grant_that_can_not_be_is_refused_with_its_reason(args: dict[str, Any], code: str) -> None:
    assert refusal(venue(STICK), "usb.grant", **(TWO | args)) == code


# Storms


def test_the_same_stick_fifty_times_is_one_item_with_a_count() -> None:
    day = venue()
    for _ in range(50):
        day.usb(UPS, STICK)
        day.advance(1)
        day.usb(UPS)
        day.advance(1)
    assert day.kinds == ["usb"] and day.one("usb").count == 50


def test_a_device_that_tells_another_serial_at_each_plug_is_one_item() -> None:
    day = venue()
    for number in range(50):
        day.usb(UPS, replace(STICK, serial=f"S{number}"))
        day.usb(UPS)
    assert day.kinds == ["usb"]


def test_ten_devices_behind_a_hub_are_one_item_each() -> None:
    hub = UsbPlugged(port="1-2", id="05e3:0608", interfaces=("09:00:00",), sha256="22" * 32)
    day = venue(hub, *(replace(STICK, port=f"1-2.{n}", serial=f"S{n}") for n in range(1, 8)))
    assert day.kinds == ["usb"] * 8


def test_a_token_tells_every_difference() -> None:
    one: dict[str, Any] = {
        "port": "1-2",
        "identity": ("0781:5567", "S1"),
        "interfaces": ("08:06:50",),
        "sha256": "bb",
    }
    changes: list[dict[str, Any]] = [
        {},
        {"port": "1-3"},
        {"identity": ("0781:5568", "S1")},
        {"identity": ("0781:5567", "S2")},
        {"identity": ("0781:5567S1", "")},
        {"interfaces": ()},
        {"sha256": "cc"},
    ]
    tokens = {usb_token(**(one | change)) for change in changes}
    assert len(tokens) == len(changes) and not any(" " in token for token in tokens)


def test_a_device_whose_grant_has_just_ended_is_blocked_and_not_called_open() -> None:
    day = venue(KEYBOARD)
    day.act("usb.grant", port="1-3", minutes=1, **TWO)
    day.usb(UPS, replace(KEYBOARD, authorized=True))
    day.advance(60)
    assert "usb_open" not in [incident.cause_kind for incident in day.venue.incidents]
    day.usb(UPS, KEYBOARD)
    day.advance(10)
    assert "usb_open" not in [incident.cause_kind for incident in day.venue.incidents]


def test_a_device_that_stays_let_in_after_its_grant_is_called_open() -> None:
    day = venue(KEYBOARD)
    day.act("usb.grant", port="1-3", minutes=1, **TWO)
    day.usb(UPS, replace(KEYBOARD, authorized=True))
    day.advance(70)
    assert "usb_open" in day.kinds
