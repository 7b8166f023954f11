"""The descriptor parser against honest, cut and lying devices."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.descriptors import DescriptorError, interface_triples, parse
from hw.usb_simulated import descriptors

HONEST = descriptors("046d:c31c", "00", ("03:01:01", "03:00:00", "08:06:50"))
DEVICE = descriptors("046d:c31c", "00", ())[:18]


def configuration(*parts: bytes) -> bytes:
    """Give a configuration that holds the descriptors `parts`, its total length right."""
    body = b"".join(parts)
    return bytes((9, 2)) + (9 + len(body)).to_bytes(2, "little") + bytes((1, 1, 0, 0x80, 50)) + body


def interface(number: int, alternate: int, triple: str) -> bytes:
    """Give an interface descriptor."""
    return bytes((9, 4, number, alternate, 0)) + bytes.fromhex(triple.replace(":", "")) + b"\0"


ENDPOINT = bytes((7, 5, 0x81, 3, 8, 0, 10))
ASSOCIATION = bytes((8, 11, 0, 2, 0xEF, 2, 1, 0))


def test_every_interface_is_told_in_order() -> None:
    assert interface_triples(HONEST) == ("03:01:01", "03:00:00", "08:06:50")


def test_a_device_without_interfaces_has_none() -> None:
    assert interface_triples(descriptors("046d:c31c", "00", ())) == ()


def test_alternate_settings_count_where_they_differ() -> None:
    content = DEVICE + configuration(
        ASSOCIATION,
        interface(0, 0, "08:06:50"),
        ENDPOINT,
        interface(0, 1, "08:06:62"),
        ENDPOINT,
        interface(0, 2, "08:06:62"),
        interface(1, 0, "08:06:62"),
    )
    assert interface_triples(content) == ("08:06:50", "08:06:62", "08:06:62")


def test_a_second_configuration_hides_nothing() -> None:
    first, second = configuration(interface(0, 0, "07:01:02")), configuration(interface(0, 0, "08:06:50"))
    device = DEVICE[:17] + b"\x02"
    assert interface_triples(device + first + second) == ("07:01:02", "08:06:50")


def test_the_device_its_functions_and_their_hash_are_told() -> None:
    content = bytearray(DEVICE + configuration(ASSOCIATION, interface(0, 0, "02:0d:00")))
    content[4:7] = b"\xef\x02\x01"
    told = parse(bytes(content))
    assert (told.vendor_product, told.device_triple, told.configurations) == ("046d:c31c", "ef:02:01", 1)
    assert (told.interfaces, told.associations) == (("02:0d:00",), ("ef:02:01",))
    assert told.triples == ("ef:02:01", "02:0d:00", "ef:02:01")
    assert told.sha256 == hashlib.sha256(content).hexdigest()


def test_what_stood_before_a_lie_is_kept() -> None:
    content = DEVICE + configuration(interface(0, 0, "08:06:50"), b"\x00\x04", interface(1, 0, "03:01:01"))
    with pytest.raises(DescriptorError, match="type 4 claims 0 bytes") as caught:
        parse(content)
    assert caught.value.seen == ("00:00:00", "08:06:50")


def test_a_configuration_that_claims_too_much_shows_what_it_has() -> None:
    """Seen in the field: a UPS board with its two length bytes swapped, 10,496 for 41."""
    whole = DEVICE + configuration(interface(0, 0, "03:00:00"), ENDPOINT)
    content = whole[:20] + whole[20:22][::-1] + whole[22:]
    with pytest.raises(DescriptorError, match="configuration 0 claims 6400 bytes, 25 are there") as caught:
        parse(content)
    assert caught.value.seen == ("00:00:00", "03:00:00")


@pytest.mark.parametrize("cut", range(len(HONEST)))
def test_descriptors_cut_anywhere_are_refused_whole(cut: int) -> None:
    with pytest.raises(DescriptorError):
        interface_triples(HONEST[:cut])


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (HONEST + b"\0", "1 bytes after 1 configurations"),
        (DEVICE + DEVICE, "claims 0 bytes"),
        (HONEST[18:] + HONEST[:18], "not with the device's"),
        (DEVICE + configuration(b"\x00\x04"), "claims 0 bytes"),
        (DEVICE + configuration(b"\x08\x04\0\0\0\x08\x06\x50"), "type 4 claims 8 bytes"),
        (DEVICE + configuration(b"\xff\x24" + b"\0" * 20), "claims 255 bytes, 22 are there"),
        (DEVICE + configuration(configuration()), "configuration 0 holds a descriptor of type 2"),
        (DEVICE + configuration(DEVICE), "configuration 0 holds a descriptor of type 1"),
        (DEVICE + configuration(ASSOCIATION[:7]), "type 11 claims 8 bytes, 7 are there"),
        (DEVICE + configuration(b"\x07" + ASSOCIATION[1:7]), "type 11 claims 7 bytes"),
        (DEVICE + b"\x09\x02\x08\x00" + HONEST[22:], "claims 8 bytes, less than its header"),
        (DEVICE[:17] + b"\xff" + HONEST[18:], "0 bytes where a descriptor should begin"),
        (DEVICE + b"\x09\x02\xff\xff" + HONEST[22:], "configuration 0 claims 65535 bytes, 36 are there"),
    ],
)
def test_a_length_that_lies_is_named(content: bytes, fault: str) -> None:
    with pytest.raises(DescriptorError, match=fault):
        interface_triples(content)


@given(st.binary(max_size=300))
def test_no_bytes_bring_anything_but_triples_or_the_rooms_own_error(content: bytes) -> None:
    try:
        triples = interface_triples(content)
    except DescriptorError:
        return
    assert all(len(triple) == 8 for triple in triples)


@given(st.lists(st.tuples(st.integers(0, len(HONEST) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_no_mutation_brings_anything_but_triples_or_the_rooms_own_error(
    changes: list[tuple[int, int]],
) -> None:
    content = bytearray(HONEST)
    for position, value in changes:
        content[position] = value
    try:
        triples = interface_triples(bytes(content))
    except DescriptorError:
        return
    assert all(len(triple) == 8 for triple in triples)
