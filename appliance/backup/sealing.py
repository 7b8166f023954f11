"""The lower half of the pipeline in a process of its own: capture and sealing then have an interpreter each.

Forked, not started anew: a delta every few minutes costs 5 ms for it, and what is loaded already is shared. What is
written goes over in memory that both see; two pipes say which part of it is full and which is free again. A half
that dies ends the other: the writer hears it with its next `write` or `finish`, the sealing half ends without a word.
"""

import contextlib
import errno
import itertools
import json
import mmap
import os
import signal
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from appliance.backup.disk import DiskFault
from appliance.backup.readback import ReadBackDiffers, ReadBackFile
from appliance.backup.seal import Sealer

# A batch of the archive is a megabyte and the end of a file; four of them keep both halves busy.
_SLOT_BYTES, _SLOTS = (1 << 20) + (1 << 18), 4
_FREE, _END = b".", b"\n"
_ORDER_BYTES, _HEARD_BYTES = 4, 1 << 16
_FINISH = bytes(_ORDER_BYTES)
# A handler of the capturing half must not run in the other one, not even between two lines.
_HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class SealingDied(DiskFault):
    """The half that seals ended without an answer: it was killed, or has a fault of its own."""

    def __init__(self, how: str) -> None:
        super().__init__(OSError(errno.ECHILD, f"the process that seals {how}"))


class SealingProcess:
    """A `Sealer` of the new file `path` in a process of its own. Raises DiskFault, at last from `finish`."""

    def __init__(self, path: Path, recipients: Sequence[X25519PublicKey], *, mode: int) -> None:
        file = ReadBackFile(path, mode=mode)  # here: what is made later could escape a sweep after a crash
        self._free, self._next, self._pid = _SLOTS, 0, 0
        self._orders = self._answers = -1
        self._told = b""
        try:
            memory = self._memory = mmap.mmap(-1, _SLOTS * _SLOT_BYTES)
            with contextlib.ExitStack() as theirs:
                orders, self._orders = os.pipe()
                theirs.callback(os.close, orders)
                self._answers, answers = os.pipe()
                theirs.callback(os.close, answers)
                self._pid = _forked(
                    lambda: _seal(memory, orders, answers, lambda: Sealer(file, recipients)),
                    (orders, answers, *file.held),
                )
        except OSError as error:
            self.abandon()
            raise DiskFault(error) from error
        finally:
            file.abandon()

    def write(self, data: bytes, /) -> None:
        """Hand `data` on; waits while the other half is behind."""
        for at in range(0, len(data), _SLOT_BYTES):
            while not self._free:
                self._hear()
                if self._told:
                    self._answer()
            part = data[at : at + _SLOT_BYTES]  # nearly always all of it, and not copied then
            begin = self._next * _SLOT_BYTES
            self._memory[begin : begin + len(part)] = part
            self._free, self._next = self._free - 1, (self._next + 1) % _SLOTS
            self._order(len(part).to_bytes(_ORDER_BYTES, "little"))

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
        self._free += len(heard) - len(said)
        self._told += said

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
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if pid else 0
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _forked(work: Callable[[], None], kept: Sequence[int]) -> int:
    """A process that does `work` and ends, with no descriptor but `kept` and the first three; its number."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
    try:
        pid = os.fork()
        if not pid:
            _work(work, kept)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pid


def _work(work: Callable[[], None], kept: Sequence[int]) -> NoReturn:
    code = os.EX_SOFTWARE
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells both; the capturing half ends this one
        for number in _HELD[1:]:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        # Not the outbox's lock: it is the capturing half's, and ends with it.
        for low, high in itertools.pairwise((*sorted({0, 1, 2, *kept}), os.sysconf("SC_OPEN_MAX"))):
            os.closerange(low + 1, high)
        work()
        code = os.EX_OK
    except Exception:  # noqa: BLE001 - a thread begins here, of another process: its code and this are what is heard
        traceback.print_exc()
    finally:
        os._exit(code)


def _seal(memory: mmap.mmap, orders: int, answers: int, sealer: Callable[[], Sealer]) -> None:
    """The other half, to its end: one answer, none where nobody listens any more."""
    try:
        answer = _sealed(memory, orders, answers, sealer())
    except DiskFault as fault:
        answer = {"fault": "disk", "errno": fault.errno, "said": str(fault)}
    except ReadBackDiffers as fault:
        answer = {"fault": "differs", "said": str(fault)}
    except BrokenPipeError:
        return
    if answer:
        with contextlib.suppress(BrokenPipeError):
            os.write(answers, json.dumps(answer).encode() + _END)


def _sealed(memory: mmap.mmap, orders: int, answers: int, sealer: Sealer) -> dict[str, Any]:
    """Size and sha256; nothing where the capturing half gave up."""
    view = memoryview(memory)
    try:
        for begin in itertools.cycle(range(0, _SLOTS * _SLOT_BYTES, _SLOT_BYTES)):
            order = os.read(orders, _ORDER_BYTES)
            if not order:
                break
            if order == _FINISH:
                size, digest = sealer.finish()
                return {"size": size, "sha256": digest}
            sealer.write(view[begin : begin + int.from_bytes(order, "little")])
            os.write(answers, _FREE)
    finally:
        sealer.abandon()
    return {}
