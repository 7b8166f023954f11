"""Frames of the ghost: whole, with the checksums that a receiver asks for, each with the run's token."""

import random
import struct

import pytest

from appliance.command import CommandError
from appliance.prove.ghost import parse_link
from appliance.prove.kinds import Scene, kinds
from appliance.prove.run import numbers
from hw import frames

TOKEN = bytes(range(1, 15)) + b"\0\0"
SCENE = Scene(
    mac="02:76:65:6e:75:65",
    ip="10.50.0.253",
    hop="02:76:65:6e:75:66",
    server=("02:50:00:00:00:02", "10.50.0.2"),
    seat=("02:50:00:00:00:65", "10.50.0.101"),
    province=(("198.51.100.10", 443),),
)
ALL = kinds(SCENE, bridged=True, full=True)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_a_frame_carries_the_token_and_an_ip_header_that_sums_up(kind: object) -> None:
    built = next(each for each in ALL if each is kind).build(SCENE, TOKEN)
    assert len(built) >= frames.LEAST_BYTES and TOKEN[:14] in built
    if struct.unpack_from("!H", built, 12)[0] == frames.IPV4:
        length = 4 * (built[14] & 15)
        assert frames.checksum(built[14 : 14 + length]) == 0
        assert struct.unpack_from("!H", built, 16)[0] <= len(built) - 14


def test_names_of_kinds_are_their_own_and_without_full_none_goes_to_everybody() -> None:
    assert len({kind.name for kind in ALL}) == len(ALL)
    for bridged in (False, True):
        quiet = [kind.build(SCENE, TOKEN) for kind in kinds(SCENE, bridged=bridged, full=False)]
        assert len(quiet) >= 60 and not [frame for frame in quiet if frame[0] & 1]


def test_numbers_are_read_from_any_bytes_without_a_fault() -> None:
    dice = random.Random(5)
    for _ in range(500):
        token = dice.randbytes(12)
        cut = dice.randint(0, 40)
        frame = (dice.randbytes(dice.randint(0, 30)) + token + dice.randbytes(dice.randint(0, 4)))[:cut]
        assert len(numbers([frame, b""], token)) <= 1
    assert numbers([b"xx" + token + b"\x01\x02"], token) == {0x0102}


@pytest.mark.parametrize(
    "told", [b"", b"[]", b"{}", b"[1]", b'[{"address": 1}]', b'[{"linkinfo": 3}]', b"\xff", b"["]
)
def test_what_is_no_interface_is_one_error(told: bytes) -> None:
    with pytest.raises(CommandError, match="something else"):
        parse_link(told)
