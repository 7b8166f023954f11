"""A device that is let in in part: which interfaces, how it is held, and what is too much."""

from dataclasses import replace

import pytest

from appliance.events.bodies import UsbGranted, UsbPlugged
from appliance.events.readings import UsbReading
from appliance.exam.asked import Refused
from appliance.exam.posture import posture
from appliance.exam.record import usb_drifted
from appliance.words import event_sentence, usb_grants
from tests.exam.ledger import SIGNED, Ledger, plan

TYPING_UPS = UsbPlugged(
    port="1-1", id="051d:0002", name="UPS", interfaces=("03:00:00", "03:01:01"), kinds=("keyboard", "hid"),
    sha256="aa" * 32, faces=("1.0=hid", "1.1=keyboard"),
)  # fmt: skip
ASKED = {"port": "1-1", "minutes": 20, "reason": "UPS", **SIGNED}


def granted(**more: object) -> Ledger:
    day = Ledger(plan()).all_read()
    day.act("seal", **SIGNED)
    day.usb(TYPING_UPS)
    day.act("usb.grant", **ASKED | more)
    return day


def drifted(day: Ledger, **how: object) -> bool:
    device = replace(TYPING_UPS, authorized=True, **how)  # type: ignore[arg-type]  # tests hand in what it has
    return usb_drifted(day.venue, UsbReading(devices=(device,), closed=True), day.now)


def test_a_grant_in_part_names_the_interfaces_of_that_kind_and_holds_no_other() -> None:
    day = granted(only="hid")
    (body,) = [e.body for e in day.events if isinstance(e.body, UsbGranted)]
    assert (body.part, body.only) == ("hid", ("1.0",))
    (token,) = posture(day.venue, day.now).usb.split(" ")[1:]
    assert token.startswith("1-1=") and token.endswith("/1.0")
    assert drifted(day), "all of it is in"
    assert not drifted(day, held_back=("1.1",))
    assert drifted(day, held_back=("1.0",)) and drifted(day, held_back=("1.0", "1.1"))


def test_a_grant_of_the_whole_holds_nothing_back() -> None:
    day = granted()
    (token,) = posture(day.venue, day.now).usb.split(" ")[1:]
    assert "/" not in token
    assert not drifted(day)
    assert drifted(day, held_back=("1.1",)), "what may be used whole is not left in part"


def test_more_than_was_granted_is_called_open_and_ends_as_such() -> None:
    day = granted(only="hid")
    day.advance(10)
    day.usb(replace(TYPING_UPS, authorized=True))
    assert "usb_open" in day.kinds
    day.usb(replace(TYPING_UPS, authorized=True, held_back=("1.1",)))
    assert [i.cause_kind for i in day.opened if i.ceased is None] == []


def test_an_interface_of_two_kinds_is_of_neither_alone() -> None:
    """Its alternate settings differ, and a driver may choose."""
    day = Ledger(plan()).all_read()
    day.usb(replace(TYPING_UPS, faces=("1.0=keyboard+hid", "1.1=keyboard")))
    with pytest.raises(Refused) as caught:
        day.act("usb.grant", **ASKED, only="hid")
    assert (caught.value.code, caught.value.details["parts"]) == ("no-such-part", "keyboard, keyboard+hid")


@pytest.mark.parametrize(
    ("faces", "only"),
    [
        (("1.0=hid", "1.1=keyboard"), "storage"),
        (("1.0=hid", "1.1=hid"), "hid"),
        (("1.0=hid", "1.1=keyboard", "2.0=hid"), "hid"),
        ((), "hid"),
    ],
    ids=["no such part", "that is the whole", "the kernel chooses the configuration", "nothing is told"],
)
def test_a_part_that_can_not_be_held_is_refused(faces: tuple[str, ...], only: str) -> None:
    day = Ledger(plan()).all_read()
    day.usb(replace(TYPING_UPS, faces=faces))
    with pytest.raises(Refused) as caught:
        day.act("usb.admit", port="1-1", minutes=5, technician="张工", reason="x", only=only)
    assert caught.value.code == "no-such-part"


def test_what_is_in_in_part_is_not_sealed_in_whole() -> None:
    day = Ledger(plan()).all_read()
    day.usb(TYPING_UPS)
    day.act("usb.admit", port="1-1", minutes=5, technician="张工", reason="x", only="hid")
    day.act("seal", **SIGNED)
    assert day.venue.usb.sealed_in == ()
    assert posture(day.venue, day.now).usb.endswith("/1.0"), "the grant goes on until its end"
    day.advance(301)
    assert posture(day.venue, day.now).usb == "deny"


def test_the_record_and_the_list_say_which_part() -> None:
    day = granted(only="hid")
    (body,) = [e.body for e in day.events if isinstance(e.body, UsbGranted)]
    said = {
        name: getattr(body, name)
        for name in ("port", "id", "name", "minutes", "technician", "chief", "reason", "part")
    }
    assert "，只限输入类设备（后备电源也属此类）部分，20 分钟" in event_sentence("zh_CN", "usb.granted", said)
    (row,) = usb_grants("en", day.snapshot, str)
    assert "only its part: input device" in row.words
