"""Says when to look at the bus again: the kernel's uevents, received by a loop of our own.

A uevent only wakes: what is there is always read anew from sysfs. So none that is lost, doubled or late can
make a wrong table, as long as the loss itself wakes, and that is what this module is for. pyudev's own observer
ends without a word at the first overflow of its socket.

Source: netlink(7); net/netlink/af_netlink.c, netlink_overrun: after an overflow the kernel drops everything and
says so once, until the queue has been emptied.
"""

import math
import os
import select
import socket
import struct
import time
from collections import deque
from collections.abc import Iterable
from types import TracebackType
from typing import Literal, Self

import pyudev  # type: ignore[import-untyped]  # it ships no types

from hw.descriptors import UsbError

Wake = Literal["changed", "resync", "quiet", "woken"]

# A storm is told 200 times a second at most, not once a uevent; ten may follow each other at once.
APART_S, AT_ONCE = 0.005, 10
RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024  # where it may, libudev would take 128 MiB of the kernel's memory
_EVENTS_AT_ONCE = 64
_KOBJECT_UEVENT = 15  # linux/netlink.h
_SO_MEMINFO, _MEMINFO = 55, struct.Struct("=9I")  # asm-generic/socket.h; the ninth: packets dropped


class UeventsLost(UsbError):
    """Uevents can not be received: who reads the bus must look by itself, again and again."""


class Uevents:
    """Waits for uevents of some subsystems. `wait` and `close` belong to one thread, `wake` to all others.

    `overflows` counts how often the kernel dropped uevents or could not give one, `reopened` how often the socket
    was opened anew.
    """

    def __init__(
        self, *, subsystems: Iterable[str] = ("usb",), receive_buffer_bytes: int = RECEIVE_BUFFER_BYTES
    ) -> None:
        """Begin to listen. Raises UeventsLost where libudev is not there or the socket cannot be opened."""
        self.overflows = 0
        self.reopened = 0
        self._subsystems = frozenset(subsystems)
        self._buffer_bytes = receive_buffer_bytes
        self._pending: Wake | None = "resync"  # what was before we listened nobody has looked at
        self._told_s: deque[float] = deque([-math.inf] * AT_ONCE, maxlen=AT_ONCE)
        try:
            self._context = pyudev.Context()
        except (OSError, ImportError) as error:
            raise UeventsLost(f"libudev cannot be used: {error}") from error
        self._socket: _Socket | None = _Socket(self._context, self._buffer_bytes)
        self._woken = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def wait(self, timeout_s: float) -> Wake:
        """Wait until the bus is to be looked at, at most `timeout_s` (0 to an hour).

        `changed`: something happened, and all that was waiting is told as one. `resync`: uevents were lost, or
        nobody had listened before; the same is to be done, and it is worth a line. `quiet`: the time is over, to
        be looked at for safety's sake. `woken`: another thread called `wake`; what else there is comes next.

        Raises UeventsLost where the socket broke and cannot be opened anew; the next call tries it again.
        """
        deadline_s = time.monotonic() + timeout_s
        if self._socket is None:
            self._reopen()
        while True:
            free_s = self._told_s[0] + AT_ONCE * APART_S
            until_s = min(deadline_s, free_s) if self._pending else deadline_s
            ready = self._ready(until_s - time.monotonic())
            if self._woken in ready:
                os.eventfd_read(self._woken)
                return "woken"
            if ready:
                self._receive()
            now_s = time.monotonic()
            if now_s >= deadline_s or (self._pending and now_s >= free_s):
                break
        told, self._pending = self._pending, None
        if told:
            self._told_s.append(now_s)
        return told or "quiet"

    def wake(self) -> None:
        """Make the `wait` under way, or else the next one, return at once. From any thread, before `close`."""
        os.eventfd_write(self._woken, 1)

    def close(self) -> None:
        """Listen no more. A second time is as the first."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._woken >= 0:
            os.close(self._woken)
            self._woken = -1

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def _ready(self, timeout_s: float) -> set[int]:
        poller = select.poll()
        poller.register(self._woken, select.POLLIN)
        if self._socket is not None:
            poller.register(self._socket.fileno(), select.POLLIN)
        return {fd for fd, _ in poller.poll(math.ceil(max(0.0, timeout_s) * 1000))}

    def _receive(self) -> None:
        """Take what is waiting, a part of it in a storm: `wake` must be heard between."""
        assert self._socket is not None
        try:
            lost = self._socket.has_lost()
            for _ in range(0 if lost else _EVENTS_AT_ONCE):
                subsystem = self._socket.next_subsystem()
                if subsystem is None:
                    break
                if subsystem in self._subsystems:
                    self._pending = self._pending or "changed"
            lost = lost or self._socket.has_lost()
        except OSError:
            lost = True
        if lost:
            self.overflows += 1
            self._reopen()

    def _reopen(self) -> None:
        """Listen by another socket, its queue empty.

        To empty the old one would do as well, and would take a second for thousands of uevents of the past, while
        the kernel drops those of the present.
        """
        self._pending = "resync"
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._socket = _Socket(self._context, self._buffer_bytes)
        self.reopened += 1


class _Socket:
    """The kernel's netlink socket: libudev's to read, ours to ask whether it has dropped anything."""

    def __init__(self, context: pyudev.Context, buffer_bytes: int) -> None:
        try:
            # No filter of libudev's: in a storm of others it would look for one of ours without ever coming back.
            self._monitor = pyudev.Monitor.from_netlink(context, source="kernel")
            self._monitor.start()
            descriptor = os.dup(self._monitor.fileno())
        except OSError as error:
            raise UeventsLost(f"the kernel's uevents cannot be listened to: {error}") from error
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _KOBJECT_UEVENT, fileno=descriptor)
        try:
            self._monitor.set_receive_buffer_size(buffer_bytes)
        except PermissionError:
            pass  # not root: the system's own limit holds
        except OSError as error:
            self.close()
            raise UeventsLost(f"no buffer of {buffer_bytes} bytes for uevents: {error}") from error

    def fileno(self) -> int:
        return self._socket.fileno()

    def next_subsystem(self) -> str | None:
        """Give the subsystem of the next uevent (`""` for none), or None where none is waiting."""
        device = self._monitor.poll(timeout=0)
        return None if device is None else str(device.subsystem or "")

    def has_lost(self) -> bool:
        """Tell whether uevents were dropped: the socket's error, and its count where the error went unseen."""
        error = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        meminfo = self._socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
        return error != 0 or _MEMINFO.unpack(meminfo)[-1] != 0

    def close(self) -> None:
        """Give both ends back: libudev closes its own with the last reference."""
        self._socket.close()
        del self._monitor
