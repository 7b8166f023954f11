"""Memory that the two halves of a bundle share: batches of the archive, and the sha256 of parts of them."""

import hashlib
import mmap
import struct

from appliance.backup.stream import BATCH_BYTES
from appliance.backup.tar import BLOCK_BYTES

# Of a batch each, one of them being filled: they keep both halves busy.
SLOTS = 5
_PART = struct.Struct("=II")
_DIGEST_BYTES = 32
# Each part has its member's header before it, but for one whose header ended the batch before.
MOST_PARTS = BATCH_BYTES // BLOCK_BYTES + 1
_PARTS_AT = BATCH_BYTES
_DIGESTS_AT = _PARTS_AT + MOST_PARTS * _PART.size
_SLOT_BYTES = _DIGESTS_AT + MOST_PARTS * _DIGEST_BYTES


class Slots:
    """The memory. It is there for every process that is forked after it was made."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, SLOTS * _SLOT_BYTES)

    def divide(self, slot: int, parts: bytes) -> None:
        """Say begin and end of each part of its batch, of four bytes each. Raises ValueError for too many."""
        if len(parts) > MOST_PARTS * _PART.size:
            raise ValueError(f"a batch of {len(parts) // _PART.size} parts")
        begin = slot * _SLOT_BYTES + _PARTS_AT
        self._memory[begin : begin + len(parts)] = parts

    def batch(self, slot: int, size: int = BATCH_BYTES) -> memoryview:
        """Its batch, or the first bytes of it: the writer's until it is told of, then the other half's."""
        begin = slot * _SLOT_BYTES
        return memoryview(self._memory)[begin : begin + size]

    def hash(self, slot: int, count: int) -> None:
        """Take the sha256 of the batch's parts."""
        begin = slot * _SLOT_BYTES
        with memoryview(self._memory)[begin : begin + _SLOT_BYTES] as view:
            parts = _PART.iter_unpack(view[_PARTS_AT : _PARTS_AT + count * _PART.size])
            told = b"".join([hashlib.sha256(view[first:end]).digest() for first, end in parts])
        begin += _DIGESTS_AT
        self._memory[begin : begin + len(told)] = told

    def digests(self, slot: int, count: int) -> list[bytes]:
        """What came of it: a digest for each part."""
        begin = slot * _SLOT_BYTES + _DIGESTS_AT
        told = self._memory[begin : begin + count * _DIGEST_BYTES]
        return [told[at : at + _DIGEST_BYTES] for at in range(0, len(told), _DIGEST_BYTES)]
