"""A venue in network namespaces: seats, exam server, management PC, switch, box, and the line to the outside.

Root and iproute2 are needed. A thread enters a namespace for as long as it opens a socket or runs a program;
the socket stays in the namespace. The kernel's own talk (ARP, ND, MLD) is kept low: neighbours are fixed.
"""

import contextlib
import ctypes
import itertools
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.lab.net_learned import Learned

ROUTE, BRIDGE, PORTS, PORTS_BRIDGE = "route", "bridge", "ports", "ports-bridge"
TOPOLOGIES = (ROUTE, BRIDGE, PORTS, PORTS_BRIDGE)
INSIDE = ("seat1", "seat2", "server", "management")
INTERNET, PROVINCE = "203.0.113.10", "198.51.100.10"
DIALED = "198.51.100.11"
INTERNET6 = "2001:db8:113::10"
# A bridge that asks the tables of IP is no switch. Where br_netfilter is built in, it does so from the start.
BRIDGE_CALLS_OFF = {f"bridge__bridge-nf-call-{name}tables": 0 for name in ("ip", "ip6", "arp")}
_NETNS = Path("/run/netns")
_CLONE_NEWNET = 0x4000_0000
_ETH_P_ALL = 3
_SO_RCVBUFFORCE = 33
_BUFFER_BYTES = 16 << 20
_OUTGOING, _LONGEST_BYTES = 4, 65_536
_COMMAND_S = 30
_SHOWN = 2_000
_libc = ctypes.CDLL(None, use_errno=True)
_labs = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A machine of the lab: its interface is `lan0`; `port` is the box's port that it hangs on, '' if none."""

    name: str
    mac: str
    ip: str
    ip6: str
    port: str = ""


SEAT1 = Host(name="seat1", mac="02:50:00:00:00:65", ip="10.50.0.101", ip6="fd50::65", port="eth1")
SEAT2 = Host(name="seat2", mac="02:50:00:00:00:66", ip="10.50.0.102", ip6="fd50::66", port="eth2")
SERVER = Host(name="server", mac="02:50:00:00:00:02", ip="10.50.0.2", ip6="fd50::2", port="eth3")
MANAGEMENT = Host(name="management", mac="02:50:00:00:00:20", ip="10.50.0.20", ip6="fd50::20", port="eth4")
BOX = Host(name="box", mac="02:50:00:00:00:01", ip="10.50.0.1", ip6="fd50::1")
LINE = Host(name="isp", mac="02:50:00:00:00:fe", ip="10.50.0.254", ip6="fd50::fe")  # in bridge mode
ROUTED_LINE = Host(name="isp", mac="02:50:00:00:01:01", ip="198.18.0.1", ip6="fd51::1")
ROUTED_BOX = Host(name="box", mac="02:50:00:00:01:02", ip="198.18.0.2", ip6="fd51::2")
HOSTS = (SEAT1, SEAT2, SERVER, MANAGEMENT)


def missing() -> str:
    """What is not there that the lab needs; '' where all is."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    for program, package in (("ip", "iproute2"), ("bridge", "iproute2"), ("nft", "nftables")):
        if shutil.which(program) is None:
            return f"{program} is not installed (Debian: {package})"
    return ""


@contextlib.contextmanager
def within(namespace: Path) -> Iterator[None]:
    """This thread is in `namespace` meanwhile, and so is what it opens and starts. Raises OSError."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        there = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(there)
        finally:
            os.close(there)
        try:
            yield
        finally:
            _enter(before)
    finally:
        os.close(before)


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Lab:
    """One venue in `topology`, up as soon as it is entered and gone when it is left.

    `route`: the box routes between the switch and the line. `bridge`: it is a transparent bridge between them.
    `ports`: seats and server hang on the box's own ports, the line is routed. `ports-bridge`: the line is
    bridged too.
    """

    def __init__(self, topology: str) -> None:
        """Name it; nothing is made yet."""
        self.topology = topology
        self.switched = topology in (ROUTE, BRIDGE)
        self.bridged = topology in (BRIDGE, PORTS_BRIDGE)
        self.exam_ports = ("eth1",) if self.switched else ("eth1", "eth2", "eth3", "eth4")
        self.line = LINE if self.bridged else ROUTED_LINE
        self.line_box = BOX if self.bridged else ROUTED_BOX
        self.gateway = LINE if self.bridged else BOX
        self._prefix = f"venue{os.getpid()}x{next(_labs)}"
        self._sockets: dict[str, socket.socket] = {}
        self._bridge: Learned | None = None
        self._names = ["seat1", "seat2", "server", "management", "box", "isp", "province", "internet"]
        self._names += ["switch"] if self.switched else []

    def __enter__(self) -> "Lab":
        """Make it. Raises AssertionError with the program's own words where something cannot be made."""
        with contextlib.ExitStack() as undo:
            undo.callback(self._remove)
            for name in self._names:
                self._ip("netns", "add", self._prefix + name)
                self.run(name, "ip", "link", "set", "lo", "up")
            self._connect_box()
            self._connect_line()
            for host in HOSTS:
                self._settle_host(host)
            undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove all of it."""
        self._remove()

    @property
    def ports(self) -> tuple[str, ...]:
        """Every port of the box's bridge."""
        return (*self.exam_ports, *(("eth0",) if self.bridged else ()))

    def host(self, name: str) -> Host:
        """The machine of that name."""
        return next(host for host in HOSTS if host.name == name)

    def namespace(self, name: str) -> Path:
        """The file that stands for a machine's namespace."""
        return _NETNS / (self._prefix + name)

    def run(self, name: str, *argv: str, stdin: str = "", check: bool = True) -> str:
        """Run a program in a machine; gives what it printed. Raises AssertionError where it fails."""
        with within(self.namespace(name)):
            done = subprocess.run(
                argv, input=stdin, capture_output=True, text=True, timeout=_COMMAND_S, check=False
            )
        assert not check or done.returncode == 0, f"{name}: {argv}: {done.stderr[:_SHOWN]}"
        return done.stdout

    def start(
        self, name: str, *argv: str, cwd: Path | None = None, talks: bool = False
    ) -> subprocess.Popen[bytes]:
        """Start a program in a machine; the caller feeds it, hears it where it `talks`, and waits for it."""
        out = subprocess.PIPE if talks else subprocess.DEVNULL
        with within(self.namespace(name)):
            return subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL, cwd=cwd
            )

    def set(self, name: str, **sysctls: int) -> None:
        """Write sysctls below net in a machine: `ipv4__ip_forward=1`."""
        with within(self.namespace(name)):
            for key, value in sysctls.items():
                Path("/proc/sys/net", *key.split("__")).write_text(str(value), encoding="ascii")

    def wire(self, name: str) -> socket.socket:
        """A raw socket on the machine's interface to the lab (the isp's: the line), kept until the end."""
        if name not in self._sockets:
            self._sockets[name] = self.packet_socket(name, _ETH_P_ALL)
            self._sockets[name].setblocking(False)
        return self._sockets[name]

    def heard(self, name: str) -> list[bytes]:
        """All that waits at the machine's wire, but for what it sent itself."""
        frames: list[bytes] = []
        while True:
            try:
                frame, address = self.wire(name).recvfrom(_LONGEST_BYTES)
            except BlockingIOError:
                return frames
            if address[2] != _OUTGOING:
                frames.append(frame)

    def packet_socket(self, name: str, protocol: int) -> socket.socket:
        """A raw socket on the same interface for frames of `protocol`; the caller closes it."""
        with within(self.namespace(name)):
            opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
        opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
        opened.bind(("lan0", protocol))
        return opened

    def forget(self) -> None:
        """What switch and box have learned of who is where: a trick of one kind does not touch the next."""
        if self._bridge is None:
            with within(self.namespace("box")):
                self._bridge = Learned("br0")
        self._bridge.forget()

    def _connect_box(self) -> None:
        self.run(
            "box", "ip", "link", "add", "br0", "address", BOX.mac, "type", "bridge", "mcast_snooping", "0"
        )
        if self.switched:
            self.run("switch", "ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
            self.set("switch", **BRIDGE_CALLS_OFF)
            self.set("switch", ipv6__conf__all__disable_ipv6=1, ipv6__conf__default__disable_ipv6=1)
            self.run("switch", "ip", "link", "set", "br0", "up")
            self._veth("switch", "uplink", "box", "eth1")
            self._enslave("switch", "uplink")
            for mac in (BOX.mac, *((LINE.mac,) if self.bridged else ())):
                self.run("switch", "bridge", "fdb", "add", mac, "dev", "uplink", "master", "static", "sticky")
        for host in HOSTS:
            if self.switched:
                self._veth(host.name, "lan0", "switch", host.name)
                self._enslave("switch", host.name)
                self.run(
                    "switch", "bridge", "fdb", "add", host.mac, "dev", host.name, "master", "static", "sticky"
                )
            else:
                self._veth(host.name, "lan0", "box", host.port)
        for port in self.exam_ports:
            self._enslave("box", port)

    def _connect_line(self) -> None:
        self._veth("isp", "lan0", "box", "eth0")
        for name, ours, theirs in (("internet", "192.0.2.1", INTERNET), ("province", "192.0.2.5", PROVINCE)):
            self._veth(name, "lan0", "isp", name)
            self.run("isp", "ip", "addr", "add", f"{ours}/30", "dev", name)
            self.run("isp", "ip", "route", "add", theirs, "dev", name)
            self.run(name, "ip", "addr", "add", f"{theirs}/32", "dev", "lan0")
            self.run(name, "ip", "route", "add", "default", "via", ours, "dev", "lan0", "onlink")
        self.run("isp", "ip", "link", "set", "lan0", "address", self.line.mac)
        self.set("isp", ipv4__ip_forward=1)
        self._address("isp", "lan0", self.line)
        self._address("box", "br0", BOX)
        if self.bridged:
            self._enslave("box", "eth0")
            self._neighbours("isp", "lan0", (*HOSTS, BOX))
            self._neighbours("box", "br0", (*HOSTS, LINE))
            self.run("box", "ip", "route", "add", "default", "via", LINE.ip)
            self.run("box", "ip", "-6", "route", "add", "default", "via", LINE.ip6)
            return
        self.run("box", "ip", "link", "set", "eth0", "address", ROUTED_BOX.mac)
        self._address("box", "eth0", ROUTED_BOX)
        self._neighbours("box", "eth0", (ROUTED_LINE,))
        self._neighbours("box", "br0", HOSTS)
        self._neighbours("isp", "lan0", (ROUTED_BOX,))
        self.run("isp", "ip", "route", "add", "10.50.0.0/24", "via", ROUTED_BOX.ip)
        self.run("box", "ip", "route", "add", "default", "via", ROUTED_LINE.ip)
        self.run("box", "ip", "-6", "route", "add", "default", "via", ROUTED_LINE.ip6)

    def _settle_host(self, host: Host) -> None:
        self.run(host.name, "ip", "link", "set", "lan0", "address", host.mac)
        self._address(host.name, "lan0", host)
        others = [other for other in HOSTS if other is not host]
        self._neighbours(host.name, "lan0", (*others, BOX, *((LINE,) if self.bridged else ())))
        self.run(host.name, "ip", "route", "add", "default", "via", self.gateway.ip)

    def _address(self, name: str, interface: str, host: Host) -> None:
        self.run(name, "ip", "link", "set", interface, "up")
        self.run(name, "ip", "addr", "add", f"{host.ip}/24", "dev", interface)
        self.run(name, "ip", "addr", "add", f"{host.ip6}/64", "dev", interface, "nodad")

    def _neighbours(self, name: str, interface: str, hosts: tuple[Host, ...]) -> None:
        for host in hosts:
            for ip in (host.ip, host.ip6):
                self.run(name, "ip", "neigh", "replace", ip, "lladdr", host.mac, "dev", interface)

    def _veth(self, one: str, its: str, other: str, theirs: str) -> None:
        peer = ("peer", "name", theirs, "netns", self._prefix + other)
        self._ip("link", "add", its, "netns", self._prefix + one, "type", "veth", *peer)
        self.run(one, "ip", "link", "set", its, "up")
        self.run(other, "ip", "link", "set", theirs, "up")

    def _enslave(self, name: str, port: str) -> None:
        self.run(name, "ip", "link", "set", port, "master", "br0", "up")

    def _ip(self, *words: str) -> None:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=_COMMAND_S, check=False)
        assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"

    def _remove(self) -> None:
        for opened in self._sockets.values():
            opened.close()
        self._sockets.clear()
        if self._bridge is not None:
            self._bridge.close()
        for name in self._names:
            if self.namespace(name).exists():
                self._ip("netns", "del", self._prefix + name)
