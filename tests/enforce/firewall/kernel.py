"""A network namespace of a test's own with the real nft in it, and plans for it."""

import json
import os
import shutil
import subprocess
from typing import Any

from appliance.enforce.firewall.windows import Through, Window
from appliance.events.network import NetworkDevice, NetworkPlan, NetworkSeat, NetworkServer

NFT = shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin") or ""
SERVER, PROVINCE = "10.50.0.2", "198.51.100.10"
PAPER = Window(
    name="paper",
    left_s=50,
    through=(Through(server=SERVER, address=PROVINCE, protocol="tcp", port=443),),
)
PULL = Window(name="pull", left_s=100)


def missing() -> str:
    """What is not there that these tests need; '' where all is."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not NFT:
        return "nft is not installed (Debian: nftables)"
    return "" if shutil.which("ip") else "ip is not installed (Debian: iproute2)"


def plan(mode: str = "route", *, seats: int = 3, box_ports: bool = False, **changes: object) -> NetworkPlan:
    """Seats on two ports of the box, or all behind a switch; a server, a management PC."""
    ports = ("eth1", "eth2", "eth3") if box_ports else ("eth1",)
    values: dict[str, object] = {
        "mode": mode,
        "exam_ports": ports,
        "uplink": "eth0",
        "address": "10.50.0.1/16",
        "staff": ("10.50.0.20/32",),
        "province": (f"{PROVINCE}:443",),
        "dial_out": "pull@198.51.100.11:22",
        "servers": (
            NetworkServer(
                name="server",
                ip=SERVER,
                mac="02:50:00:00:00:02",
                port="eth3" if box_ports else "",
                tcp=(80, 443),
            ),
        ),
        "devices": (NetworkDevice(name="management", mac="02:50:00:00:00:20", ip="10.50.0.20"),),
        "seats": tuple(seat(number, box_ports) for number in range(seats)),
    }
    return NetworkPlan(**(values | changes))  # type: ignore[arg-type]  # tests hand in what a NetworkPlan has


def seat(number: int, box_ports: bool) -> NetworkSeat:
    """Seat 1-NUMBER; on the box's ports they take turns."""
    high, low = divmod(number, 200)
    return NetworkSeat(
        id=f"1-{number}",
        mac=f"02:50:00:01:{high:02x}:{low:02x}",
        ip=f"10.50.{high + 1}.{low + 1}",
        port=("eth1", "eth2")[number % 2] if box_ports else "",
    )


class Kernel:
    """A namespace without interfaces."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> "Kernel":
        subprocess.run(["ip", "netns", "add", self.name], check=True, timeout=30)
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["ip", "netns", "del", self.name], check=True, timeout=30)

    def run(self, *argv: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program in it."""
        return subprocess.run(
            ["ip", "netns", "exec", self.name, *argv],
            input=text,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def load(self, text: str) -> str:
        """One `nft -f -`; gives what it complains of."""
        return self.run(NFT, "-f", "-", text=text).stderr

    def elements(self, family: str, name: str) -> list[Any]:
        """What a set holds, as nft's JSON has it."""
        told = json.loads(self.run(NFT, "-j", "list", "set", family, "venue", name).stdout)
        (found,) = (each["set"] for each in told["nftables"] if "set" in each)
        return list(found.get("elem", []))
