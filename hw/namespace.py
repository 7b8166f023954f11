"""A network namespace without a name: it is gone, with every interface in it, once nobody holds it any more.

Source: namespaces(7), setns(2). `os.setns` came with Python 3.12.
"""

import contextlib
import ctypes
import os
from collections.abc import Iterator

_CLONE_NEWNET = 0x4000_0000
_OWN = "/proc/thread-self/ns/net"


class NamespaceError(Exception):
    """The kernel gives no network namespace: rights are missing, or it knows none."""


class Namespace:
    """One network namespace; used in a `with`, on leaving it the process lets it go."""

    def __init__(self) -> None:
        """Make it; the calling thread stays where it is. Raises NamespaceError."""
        self._libc = ctypes.CDLL(None, use_errno=True)
        before = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._call("unshare", _CLONE_NEWNET)
            try:
                self._file = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
            finally:
                self._call("setns", before, _CLONE_NEWNET)
        finally:
            os.close(before)

    @property
    def path(self) -> str:
        """A file that stands for it as long as it is held; other programs may open it."""
        return f"/proc/{os.getpid()}/fd/{self._file}"

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """The calling thread is in it meanwhile, and so is what it opens and starts. Raises NamespaceError."""
        before = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._call("setns", self._file, _CLONE_NEWNET)
            try:
                yield
            finally:
                self._call("setns", before, _CLONE_NEWNET)
        finally:
            os.close(before)

    def close(self) -> None:
        """Let it go."""
        os.close(self._file)

    def _call(self, name: str, *values: int) -> None:
        if getattr(self._libc, name)(*map(ctypes.c_int, values)) != 0:
            raise NamespaceError(f"{name}: {os.strerror(ctypes.get_errno())}")
