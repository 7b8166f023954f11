"""A bundle beside a running exam: last in line for processor and disk, and not more bytes a second than agreed."""

import ctypes
import os
import platform
import time

from appliance.backup.stream import BatchWritable

_NICEST = 19
# ioprio_set(2), for which libc has no name: its number by machine; "this thread", and the class "idle".
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30, "armv7l": 314, "armv6l": 314}
_THIS_THREAD, _IDLE = (1, 0), 3 << 13


def step_back() -> bool:
    """Processor and disk only where nobody else wants them, for this thread and all that it starts from now on.

    Whether the kernel took the disk's part: not every I/O scheduler acts on it. There is no way back.
    """
    os.nice(_NICEST)
    number = _IOPRIO_SET.get(platform.machine())
    if number is None:
        return False
    return bool(ctypes.CDLL(None).syscall(number, *_THIS_THREAD, _IDLE) == 0)


class Pace:
    """A stage that lets at most `bytes_per_s` through to `stream`; a pause before it saves nothing up for later."""

    def __init__(self, stream: BatchWritable, *, bytes_per_s: int) -> None:
        self._stream, self._bytes_per_s = stream, bytes_per_s
        self._due_s = 0.0

    def write(self, data: bytes | memoryview, /) -> None:
        """Hand `data` on, then wait for as long as it may take."""
        self._stream.write(data)
        now_s = time.monotonic()
        self._due_s = max(self._due_s, now_s) + len(data) / self._bytes_per_s
        time.sleep(self._due_s - now_s)
