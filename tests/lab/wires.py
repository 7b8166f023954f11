"""Network namespaces joined by veth pairs and a bridge: a few machines of an exam network, made by root.

A test thread steps into a namespace for a moment to open a socket there: a socket stays where it was opened.
"""

import contextlib
import ctypes
import itertools
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

_NUMBERS = itertools.count()
_CLONE_NEWNET = 0x40000000


def missing(*programs: str) -> str:
    """What these tests lack on this machine; '' for nothing."""
    if os.geteuid() != 0:
        return "root is needed for network namespaces"
    lacks = [name for name in ("ip", *programs) if shutil.which(name) is None]
    return f"not installed: {', '.join(lacks)}" if lacks else ""


class Wires:
    """Namespaces of one test, gone when it ends."""

    def __init__(self) -> None:
        self._prefix = f"n3-{os.getpid()}-{next(_NUMBERS)}-"
        self._names: list[str] = []

    def __enter__(self) -> "Wires":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in self._names:
            subprocess.run(["ip", "netns", "del", self._prefix + name], check=False, timeout=20)

    def space(self, name: str) -> str:
        """A new namespace with its loopback up and without IPv6 chatter."""
        subprocess.run(["ip", "netns", "add", self._prefix + name], check=True, timeout=20)
        self._names.append(name)
        self.run(name, "ip", "link", "set", "lo", "up")
        self.run(name, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1")
        return name

    def run(self, name: str, *argv: str, stdin: str = "") -> str:
        """What a program prints in the namespace; raises CalledProcessError with its words."""
        done = subprocess.run(
            ["ip", "netns", "exec", self._prefix + name, *argv],
            input=stdin, capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{' '.join(argv)}: {done.stderr}"
        return done.stdout

    def host(self, name: str, *, mac: str, ip: str, at: str, port: str) -> str:
        """A machine with one card `eth0`, on a wire to the interface `port` of the namespace `at`."""
        self.space(name)
        far = f"{self._prefix}{name}"
        self.run(at, "ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", far)
        self.run(name, "ip", "link", "set", "eth0", "address", mac)
        self.run(name, "ip", "address", "add", ip, "dev", "eth0")
        self.run(name, "ip", "link", "set", "eth0", "up")
        self.run(at, "ip", "link", "set", port, "up")
        return name

    def bridge(self, at: str, name: str, *ports: str, ip: str = "") -> None:
        """A bridge of these interfaces."""
        self.run(at, "ip", "link", "add", name, "type", "bridge")
        for port in ports:
            self.run(at, "ip", "link", "set", port, "master", name)
        if ip:
            self.run(at, "ip", "address", "add", ip, "dev", name)
        self.run(at, "ip", "link", "set", name, "up")

    @contextlib.contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """This thread stands in the namespace."""
        libc = ctypes.CDLL(None, use_errno=True)
        here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(Path("/run/netns") / (self._prefix + name), os.O_RDONLY)
        try:
            assert libc.setns(there, _CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
            yield
        finally:
            assert libc.setns(here, _CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
            os.close(here)
            os.close(there)

    def udp(self, name: str, to: str, port: int, *, times: int = 1, payload: bytes = b"x" * 32) -> None:
        """Datagrams from a machine."""
        with self.inside(name), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(times):
                with contextlib.suppress(OSError):  # a full queue of the card
                    sender.sendto(payload, (to, port))
