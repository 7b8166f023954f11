"""What a device is, by the class codes it tells."""

import pytest

from hw.usb_classes import KINDS, kinds_of, word
from hw.usb_device import told_by
from tests.lab.umockdev_devices import DEVICES, KINDS_OF


@pytest.mark.parametrize("name", DEVICES)
def test_a_device_people_carry_is_all_it_is_and_has_one_word(name: str) -> None:
    told = told_by(DEVICES[name])
    assert (word(told.kinds), told.kinds, told.fault) == (*KINDS_OF[name], "")


@pytest.mark.parametrize(
    ("triples", "kinds"),
    [
        ("08:06:50", ("storage",)),
        ("08:06:62", ("storage",)),
        ("08:04:00", ("storage",)),
        ("08:ff:ff", ("storage",)),
        ("06:01:01", ("phone",)),
        ("02:02:01", ("network",)),
        ("0a:00:00", ("network",)),
        ("e0:01:03", ("network",)),
        ("ef:04:01", ("network",)),
        ("ff:fd:01", ("network",)),
        ("e0:01:01", ("wireless",)),
        ("03:01:01", ("keyboard",)),
        ("03:01:02", ("pointer",)),
        ("03:00:01", ("hid",)),
        ("03:01:00", ("hid",)),
        ("09:00:00", ("hub",)),
        ("07:01:02", ("printer",)),
        ("0e:01:00", ("video",)),
        ("01:01:00", ("audio",)),
        ("0b:00:00", ("smartcard",)),
        ("ff:ff:00", ("vendor",)),
        ("fe:01:01", ("other",)),
        ("dc:01:01", ("other",)),
        ("00:00:00", ("unknown",)),
        ("", ("unknown",)),
        ("08:06:50 03:01:01 e0:01:03 0b:00:00", ("storage", "network", "keyboard", "smartcard")),
    ],
)
def test_each_class_code_has_its_kind(triples: str, kinds: tuple[str, ...]) -> None:
    assert kinds_of(triples.split()) == kinds


def test_an_interface_without_a_class_has_the_devices() -> None:
    assert kinds_of(["00:00:00"], device="09:00:01") == ("hub",)
    assert kinds_of([], device="e0:01:01") == ("wireless",)
    assert kinds_of(["00:00:00"], device="ef:02:01") == ("unknown",)


def test_the_devices_own_class_and_its_functions_count_beside_its_interfaces() -> None:
    assert kinds_of(["03:00:00"], device="08:06:50") == ("storage", "hid")
    assert kinds_of(["ff:00:00"], associations=["e0:01:03"]) == ("network", "vendor")


def test_every_triple_has_a_kind_and_no_class_is_lost() -> None:
    """All 256 classes, with the subclasses and protocols that the table knows and one that it does not."""
    for number in range(256):
        for rest in ("00:00", "01:01", "01:02", "01:03", "04:01", "42:01", "fd:01", "02:01", "77:77"):
            (kind,) = kinds_of([f"{number:02x}:{rest}"])
            assert kind in KINDS
            nothing = number == 0 or (number, rest) == (0xEF, "02:01")
            assert (kind == "unknown") is nothing


@pytest.mark.parametrize(
    ("kinds", "named"),
    [
        ("storage unknown", "storage"),
        ("unknown", "unknown"),
        ("keyboard pointer hid", "keyboard"),
        ("pointer hid", "pointer"),
        ("storage hid", "combined"),
        ("phone storage network", "phone"),
        ("audio hid vendor", "audio"),
        ("hub vendor", "hub"),
        ("vendor other", "vendor"),
        ("keyboard smartcard", "combined"),
        ("storage network", "combined"),
    ],
)
def test_the_word_for_people(kinds: str, named: str) -> None:
    assert word(kinds.split()) == named
