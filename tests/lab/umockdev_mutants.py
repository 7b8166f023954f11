"""Descriptors made to lie, and what must hold whatever they say."""

import random
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from hw.usb_classes import KINDS, kinds_of
from hw.usb_device import Told, told_by
from tests.lab.umockdev_devices import DEVICES

_TELLING = (0, 1, 2, 4, 8, 9, 11, 18, 0x7F, 0x80, 0xFE, 0xFF)


def mutant(original: bytes, other: bytes, dice: random.Random) -> tuple[bytes, int]:
    """Give `original` changed in one to four ways, and before which byte nothing was touched.

    The ways: a byte by chance, a bit, a length or type, cut, bytes left out, doubled, put in, taken from `other`.
    """
    content, untouched = bytearray(original), len(original)
    for _ in range(1 + dice.getrandbits(2)):
        if not content:
            break
        position, length = int(dice.random() * len(content)), 1 + int(dice.random() * 20)
        match dice.getrandbits(3):
            case 0:
                content[position] = dice.getrandbits(8)
            case 1:
                content[position] ^= 1 << dice.getrandbits(3)
            case 2:
                content[position] = _TELLING[int(dice.random() * len(_TELLING))]
            case 3:
                del content[position:]
            case 4:
                del content[position : position + length]
            case 5:
                content[position:position] = content[position : position + length]
            case 6:
                content[position:position] = dice.randbytes(length)
            case _:
                start = int(dice.random() * len(other))
                content[position : position + length] = other[start : start + length]
        untouched = min(untouched, position)
    # Half of them with their total length put right: else hardly one would get past the first check.
    if len(content) > 27 and content[17] == 1 and dice.getrandbits(1):
        content[20:22] = (len(content) - 18).to_bytes(2, "little")
        untouched = min(untouched, 20)
    return bytes(content), untouched


CHANGE = st.tuples(st.integers(0, 600), st.integers(0, 24), st.binary(max_size=24))


def try_by_hypothesis(examples: int) -> None:
    """Let hypothesis look for a violation in so many examples. Raises AssertionError with the smallest one."""

    @settings(max_examples=examples, deadline=None, database=None)
    @given(st.sampled_from(sorted(DEVICES)), st.lists(CHANGE, min_size=1, max_size=5), st.booleans())
    def attempt(name: str, changes: list[tuple[int, int, bytes]], put_right: bool) -> None:
        original = DEVICES[name]
        content, untouched = original, len(original)
        for where, left_out, put_in in changes:
            position = where % (len(content) + 1)
            content = content[:position] + put_in + content[position + left_out :]
            untouched = min(untouched, position)
        if put_right and len(content) > 27:
            content = content[:20] + (len(content) - 18).to_bytes(2, "little") + content[22:]
            untouched = min(untouched, 20)
        assert violation(original, content, untouched) == ""

    attempt()


def as_the_kernel_reads(content: bytes) -> Iterator[tuple[int, str]]:
    """Give where each interface's descriptor ends and its triple, as the kernel would make interfaces of it.

    Leniently, another way than ours: drivers/usb/core/config.c skips what is too short to be an interface and
    leaves off a configuration at the first length that cannot be, but keeps all before it.
    """
    position = 18
    for _ in range(content[17] if len(content) >= 18 else 0):
        header = content[position : position + 9]
        if len(header) < 9 or header[1] != 2 or header[0] < 9:
            return
        end = position + int.from_bytes(header[2:4], "little")
        at = position + header[0]
        while min(end, len(content)) - at >= 2:
            length = content[at]
            if length < 2 or length > min(end, len(content)) - at:
                break
            if content[at + 1] == 4 and length >= 9:
                yield at + length, content[at + 5 : at + 8].hex(":")
            at += length
        position = end


def violation(original: bytes, changed: bytes, untouched: int) -> str:
    """Give what is wrong with how `changed` is read, `""` where nothing is; it is `original` up to `untouched`.

    What must hold, beside that nothing is raised:
    1. Nothing is hidden: every kind proven by a descriptor that lies in the untouched part is told.
    2. Nothing is smaller than to the kernel: every interface that it would make is among ours, or the device
       is not understood.
    3. Not understood is unknown, without interfaces and hence without an identity that could be granted.
    4. Nothing is taken for the original: understood and changed, it has another hash.
    """
    told = told_by(changed)
    if not told.kinds or not set(told.kinds) <= set(KINDS):
        return f"kinds {told.kinds}"
    if told.fault:
        if "unknown" not in told.kinds or told.interfaces:
            return f"a fault, and yet {told}"
    else:
        seen = {triple for _, triple in as_the_kernel_reads(changed)}
        if not seen <= set(told.interfaces):
            return f"the kernel sees {sorted(seen)}, told are {told.interfaces}"
        if changed != original and told.sha256 == told_by(original).sha256:
            return "taken for the original"
    return _hidden(original, told, untouched)


def _hidden(original: bytes, told: Told, untouched: int) -> str:
    if untouched < 18:
        return ""
    proven = [triple for end, triple in as_the_kernel_reads(original) if end <= untouched]
    kinds = set(kinds_of(proven, device=original[4:7].hex(":"))) - {"unknown"}
    return "" if kinds <= set(told.kinds) else f"{sorted(kinds)} were proven, told are {told.kinds}"
