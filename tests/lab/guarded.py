"""A real guard in a namespace between an exam switch and a line, and frames of machines that may not go out."""

import contextlib
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any

import psutil

from tests.fakes.place import Place, free_port
from tests.lab.wires import Wires

MACHINES = 200
# Ten kinds by what is sent: protocol, destination port.
KINDS = {
    "dns": (17, 53), "dns-over-tls": (6, 853), "http": (6, 80), "https": (6, 443), "icmp": (1, 0),
    "tunnel": (47, 0), "ntp": (17, 123), "service": (6, 22), "other-tcp": (6, 5555), "other-udp": (17, 5555),
}  # fmt: skip
OUTSIDE, ELSEWHERE = "02:77:00:00:00:01", "192.0.2.9"
NETWORK = """
[network]
mode = "{mode}"
exam_ports = ["sw"]
uplink = "line"
address = "10.50.0.1/16"
province = ["198.51.100.10:443"]
[[network.exam_server]]
name = "exam-server"
ip = "10.50.0.2"
mac = "02:50:00:00:00:02"
tcp = [443]
"""
QUIET_S = 0.3  # nothing more arrives after so long


def mac_of(number: int) -> str:
    return f"02:50:00:00:01:{number:02x}"


def ip_of(number: int) -> str:
    return f"10.50.1.{number}"


class Guarded(Place):
    """The guard's place, with the wires of its box."""

    def __init__(self, wires: Wires, mode: str) -> None:
        super().__init__()
        self.wires, self.mode, self.port = wires, mode, free_port()
        page = f'[page]\nlisten = "127.0.0.1:{self.port}"\n'
        self.write('seats = "seats.csv"', NETWORK.replace("{mode}", mode), page)
        rows = [f"1,{n},{mac_of(n)},{ip_of(n)},,no" for n in range(1, MACHINES + 1)]
        (self.directory / "seats.csv").write_text(
            "\n".join(["room,seat,mac,ip,port,spare", *rows]) + "\n", encoding="utf-8"
        )

    def run(self) -> psutil.Process:
        """The guard, in the box's namespace."""
        with self.wires.inside("box"):
            return psutil.Process(self.guard().pid)

    @property
    def router(self) -> tuple[str, str]:
        """Address and MAC of what machines send to that goes outward."""
        if self.mode == "bridge":
            return "10.50.0.254", OUTSIDE
        return "10.50.0.1", self.wires.run("box", "cat", "/sys/class/net/br0/address").strip()

    def network(self) -> dict[str, Any]:
        network: dict[str, Any] = self.status()["network"]
        return network

    def escaped(self, machines: int = 20) -> int:
        """How many frames come out at the far end of the line when each machine sends each kind."""
        _, mac = self.router
        with self.wires.inside("outside"), socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x0300) as ear:
            ear.bind(("eth0", 3))  # ETH_P_ALL
            with self.wires.inside("switch"), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
                raw.bind(("eth0", 0))
                for machine in range(1, machines + 1):
                    for kind in KINDS:
                        raw.send(frame(machine, kind, mac))
            return heard(ear)


@contextlib.contextmanager
def wired(mode: str) -> Iterator[Guarded]:
    """A box between an exam switch and a line, both gone again afterwards."""
    with Wires() as wires:
        wires.space("box")
        wires.host("switch", mac=mac_of(1), ip=f"{ip_of(1)}/16", at="box", port="sw")
        beyond = "10.50.0.254/16" if mode == "bridge" else "198.51.100.1/24"
        wires.host("outside", mac=OUTSIDE, ip=beyond, at="box", port="line")
        made = Guarded(wires, mode)
        yield made
        made.close()


def heard(ear: socket.socket) -> int:
    """The frames that were meant for the world outside."""
    ear.settimeout(QUIET_S)
    found, until_s = 0, time.monotonic() + 10
    while time.monotonic() < until_s:
        try:
            told = ear.recv(2048)
        except TimeoutError:
            break
        found += socket.inet_aton(ELSEWHERE) in told
    return found


def checksum(raw: bytes) -> int:
    total = sum(struct.unpack(f">{len(raw) // 2}H", raw))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def frame(machine: int, kind: str, router: str) -> bytes:
    protocol, port = KINDS[kind]
    payload = struct.pack(">HHIIHHHH", 40000, port, 0, 0, 0x5002, 0, 0, 0)
    if protocol == 17:
        payload = struct.pack(">HHHH", 40000, port, 20, 0) + bytes(12)
    ip = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 40, 1, 0, 64, protocol, 0,
        socket.inet_aton(ip_of(machine)), socket.inet_aton(ELSEWHERE),
    )  # fmt: skip
    ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
    ends = bytes.fromhex((router + mac_of(machine)).replace(":", ""))
    return ends + b"\x08\x00" + ip + payload
