"""Bech32 as age uses it for its keys: BIP 173's code without its limit of 90 characters.

Source: BIP 173; C2SP age.md, "The X25519 recipient type".
"""

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH = 6


class Bech32Error(Exception):
    """The text is no valid Bech32; the message never repeats it, for it may be a secret key."""


def encode(prefix: str, data: bytes) -> str:
    """Bech32 of `data` in lower case under the lower-case human-readable `prefix`."""
    values = _regroup(data, from_bits=8, to_bits=5, pad=True)
    remainder = _polymod(_expanded(prefix) + values + [0] * _CHECKSUM_LENGTH) ^ 1
    checksum = [(remainder >> 5 * (5 - place)) & 31 for place in range(_CHECKSUM_LENGTH)]
    return prefix + "1" + "".join(_ALPHABET[value] for value in values + checksum)


def decode(text: str) -> tuple[str, bytes]:
    """The prefix in lower case, and the data.

    Raises Bech32Error for mixed case, a foreign character, a wrong checksum or padding that is not zero.
    """
    if text not in (text.lower(), text.upper()):
        raise Bech32Error("upper and lower case are mixed")
    prefix, separator, tail = text.lower().rpartition("1")
    if not separator or not prefix or len(tail) < _CHECKSUM_LENGTH:
        raise Bech32Error("no prefix, no separator '1', or too short")
    if any(not 33 <= ord(character) <= 126 for character in prefix):
        raise Bech32Error("the prefix has a character outside printable ASCII")
    if any(character not in _VALUES for character in tail):
        raise Bech32Error("a character that Bech32 does not know")
    values = [_VALUES[character] for character in tail]
    if _polymod(_expanded(prefix) + values) != 1:
        raise Bech32Error("the checksum is wrong: a character was mistyped or lost")
    return prefix, bytes(_regroup(values[:-_CHECKSUM_LENGTH], from_bits=5, to_bits=8, pad=False))


def _expanded(prefix: str) -> list[int]:
    codes = [ord(character) for character in prefix]
    return [code >> 5 for code in codes] + [0] + [code & 31 for code in codes]


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            checksum ^= generator if top >> place & 1 else 0
    return checksum


def _regroup(data: bytes | list[int], *, from_bits: int, to_bits: int, pad: bool) -> list[int]:
    accumulator, bits, groups = 0, 0, []
    for value in data:
        accumulator = accumulator << from_bits | value
        bits += from_bits
        while bits >= to_bits:
            bits -= to_bits
            groups.append(accumulator >> bits)
            accumulator &= (1 << bits) - 1
    if pad and bits:
        groups.append(accumulator << (to_bits - bits))
    elif not pad and (bits >= from_bits or accumulator):
        raise Bech32Error("the padding is not zero")
    return groups
