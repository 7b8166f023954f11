"""The lower half of the pipeline in a process of its own: capture and sealing then have an interpreter each.

It also takes the sha256 of small files: where all are small, capturing them is the longer half of the work.

Forked, not started anew: a delta every few minutes costs 5 ms for it, and what is loaded already is shared. What is
written goes over in memory that both see; two pipes say which part of it is full and which is free again. A half
that dies ends the other: the writer hears it with its next `write` or `finish`, the sealing half ends without a word.
"""

import contextlib
import errno
import itertools
import json
import os
import struct
from array import array
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from appliance.backup.disk import DiskFault
from appliance.backup.half import ended, forked
from appliance.backup.readback import ReadBackDiffers, ReadBackFile
from appliance.backup.seal import Sealer
from appliance.backup.slots import SLOTS, Slots
from appliance.backup.stream import BATCH_BYTES

_FREE, _END = b".", b"\n"
_ORDER, _HEARD_BYTES = struct.Struct("=II"), 1 << 16  # bytes of the batch, and parts in it
_FINISH = bytes(_ORDER.size)


class SealingDied(DiskFault):
    """The half that seals ended without an answer: it was killed, or has a fault of its own."""

    def __init__(self, how: str) -> None:
        super().__init__(OSError(errno.ECHILD, f"the process that seals {how}"))


class SealingProcess:
    """A `Sealer` of the new file `path` in a process of its own. Raises DiskFault, at last from `finish`."""

    def __init__(self, path: Path, recipients: Sequence[X25519PublicKey], *, mode: int) -> None:
        self._parts = array("I")  # begin and end of each, in the next batch
        self._busy: deque[tuple[int, int]] = deque()  # the slots that the other half has, and the parts in each
        self._digests: list[bytes] = []
        file = ReadBackFile(path, mode=mode)  # here: what is made later could escape a sweep after a crash
        self._next, self._pid = 0, 0
        self._room: memoryview | None = None
        self._orders = self._answers = -1
        self._told = b""
        try:
            slots = self._slots = Slots()
            with contextlib.ExitStack() as theirs:
                orders, self._orders = os.pipe()
                theirs.callback(os.close, orders)
                self._answers, answers = os.pipe()
                theirs.callback(os.close, answers)
                self._pid = forked(
                    lambda: _seal(slots, orders, answers, lambda: Sealer(file, recipients)),
                    (orders, answers, *file.held),
                )
        except OSError as error:
            self.abandon()
            raise DiskFault(error) from error
        finally:
            file.abandon()

    def part(self, begin: int, end: int, /) -> None:
        """Bytes `begin` to `end` of the next `write`, a batch at most, are to be hashed."""
        self._parts.extend((begin, end))

    def room(self) -> memoryview:
        """Memory of a batch, the same one until something is written; waits while the other half is behind."""
        while len(self._busy) == SLOTS:
            self._hear_no_fault()
        if self._room is None:
            self._room = self._slots.batch(self._next)
        return self._room

    def write(self, data: bytes | memoryview, /) -> None:
        """Hand `data` on; not copied where it is the begin of `room`."""
        if isinstance(data, memoryview) and self._room is not None and data.obj is self._room.obj:
            self._hand_over(len(data))
            return
        for at in range(0, len(data), BATCH_BYTES):
            batch = data[at : at + BATCH_BYTES]
            self.room()[: len(batch)] = batch
            self._hand_over(len(batch))

    def _hand_over(self, size: int) -> None:
        """The first `size` bytes of the room are the other half's."""
        if not size:
            return
        parts, self._parts = self._parts, array("I")
        self._slots.divide(self._next, parts.tobytes())
        self._busy.append((self._next, len(parts) // 2))
        self._next, self._room = (self._next + 1) % SLOTS, None
        self._order(_ORDER.pack(size, len(parts) // 2))

    def digests(self) -> list[bytes]:
        """The sha256 of parts that are known since this was asked last, in the order of the parts."""
        known, self._digests = self._digests, []
        return known

    def settle(self) -> None:
        """Wait until those of all that was written are known."""
        while self._busy:
            self._hear_no_fault()

    def finish(self) -> tuple[int, str]:
        """Everything on the medium; size in bytes and sha256 in hex of the sealed file. Raises ReadBackDiffers."""
        self._order(_FINISH)
        answer = self._answer()
        return int(answer["size"]), str(answer["sha256"])

    def abandon(self) -> None:
        """The other half is gone; may be called after `finish`, and again."""
        for fd in (self._orders, self._answers):
            if fd >= 0:
                os.close(fd)  # it reads the end of what it was told, and closes the file without a promise
        self._orders = self._answers = -1
        self._ended()

    def _order(self, order: bytes) -> None:
        try:
            os.write(self._orders, order)
        except BrokenPipeError:
            self._answer()

    def _hear(self) -> None:
        """Wait until the other half says something. Raises SealingDied where it never will."""
        heard = os.read(self._answers, _HEARD_BYTES)
        if not heard:
            raise SealingDied(self._ended())
        said = heard.lstrip(_FREE)
        for _ in range(len(heard) - len(said)):
            self._digests += self._slots.digests(*self._busy.popleft())
        self._told += said

    def _hear_no_fault(self) -> None:
        self._hear()
        if self._told:
            self._answer()

    def _answer(self) -> dict[str, Any]:
        """What the other half says at last. Raises DiskFault, ReadBackDiffers."""
        while not self._told.endswith(_END):
            self._hear()
        answer: dict[str, Any] = json.loads(self._told)
        match answer.get("fault"):
            case "disk":
                raise DiskFault(OSError(answer["errno"], answer["said"]))
            case "differs":
                raise ReadBackDiffers(answer["said"])
        return answer

    def _ended(self) -> str:
        """Wait for its end; how it was."""
        pid, self._pid = self._pid, 0
        return ended(pid) if pid else ""


def _seal(slots: Slots, orders: int, answers: int, sealer: Callable[[], Sealer]) -> None:
    """The other half, to its end: one answer, none where nobody listens any more."""
    try:
        answer = _sealed(slots, orders, answers, sealer())
    except DiskFault as fault:
        answer = {"fault": "disk", "errno": fault.errno, "said": str(fault)}
    except ReadBackDiffers as fault:
        answer = {"fault": "differs", "said": str(fault)}
    except BrokenPipeError:
        return
    if answer:
        with contextlib.suppress(BrokenPipeError):
            os.write(answers, json.dumps(answer).encode() + _END)


def _sealed(slots: Slots, orders: int, answers: int, sealer: Sealer) -> dict[str, Any]:
    """Size and sha256; nothing where the capturing half gave up."""
    try:
        for slot in itertools.cycle(range(SLOTS)):
            order = os.read(orders, _ORDER.size)
            if not order:
                break
            if order == _FINISH:
                size, digest = sealer.finish()
                return {"size": size, "sha256": digest}
            size, parts = _ORDER.unpack(order)
            slots.hash(slot, parts)
            sealer.write(slots.batch(slot, size))
            os.write(answers, _FREE)
    finally:
        sealer.abandon()
    return {}
