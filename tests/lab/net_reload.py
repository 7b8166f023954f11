"""What is done to the rules while the lab is under full load: reloaded, killed in mid-reload, run out."""

import random
import select
import struct
import subprocess
import time
from dataclasses import dataclass

from appliance.enforce.firewall.windows import Window
from tests.lab import net_frames as wire
from tests.lab.net import INTERNET, SERVER, Lab
from tests.lab.net_load import Load
from tests.lab.net_plan import OPEN, load
from tests.lab.net_plan import text as rules
from tests.lab.net_scene import WINDOW_PORT

SEATS = 300
_TICK_S = 0.001
_AFTER_S = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run under load came to; `took_ms` of each reload, `killed` of them before their end."""

    load: Load
    took_ms: list[float]
    killed: int = 0


def reload(lab: Lab, times: int) -> Result:
    """Load the same rules `times` over under full load."""
    text = rules(lab, None, seats=SEATS, ports=())
    load(lab, seats=SEATS, ports=())
    took_ms = []
    with Load(lab) as running:
        for _ in range(times):
            began_s = time.perf_counter()
            lab.run("box", "nft", "-f", "-", stdin=text)
            took_ms.append((time.perf_counter() - began_s) * 1000)
    return Result(load=running, took_ms=took_ms)


def flush_and_reload(lab: Lab, times: int) -> Result:
    """The control: the same rules, but flushed first, as two commands."""
    text = rules(lab, ports=())
    took_ms = []
    with Load(lab) as running:
        for _ in range(times):
            began_s = time.perf_counter()
            lab.run("box", "nft", "flush", "ruleset")
            lab.run("box", "nft", "-f", "-", stdin=text)
            took_ms.append((time.perf_counter() - began_s) * 1000)
    return Result(load=running, took_ms=took_ms)


def kill_in_reload(lab: Lab, times: int, *, seed: int = 5) -> Result:
    """Kill nft at any moment of a reload under full load, until it was killed `times` over before it was done."""
    text = rules(lab, None, seats=SEATS, ports=()).encode()
    load(lab, seats=SEATS, ports=())
    began_s = time.perf_counter()
    load(lab, None, seats=SEATS, ports=())
    usual_s = time.perf_counter() - began_s
    dice, killed = random.Random(seed), 0
    with Load(lab) as running:
        while killed < times:
            nft = lab.start("box", "nft", "-f", "-")
            assert nft.stdin is not None
            nft.stdin.write(text)
            nft.stdin.close()
            try:
                nft.wait(dice.uniform(0, usual_s * 2))
            except subprocess.TimeoutExpired:
                nft.kill()
            killed += nft.wait() != 0
    return Result(load=running, took_ms=[], killed=killed)


def closes(lab: Lab, left_s: float) -> tuple[float, float]:
    """Open a window for `left_s` and leave it alone: when its last frame came out, outward and inward, in seconds.

    Counted from the end of the command that opened it, less `left_s`: below zero it closed in time.
    """
    load(lab, (Window(name=OPEN.name, left_s=left_s, through=OPEN.through),))
    opened_s = time.monotonic()
    back = SERVER.mac if lab.bridged else lab.line_box.mac
    ways = {
        "isp": ("server", lab.gateway.mac, SERVER.mac, SERVER.ip, INTERNET, (40_009, WINDOW_PORT)),
        "server": ("isp", back, lab.line.mac, INTERNET, SERVER.ip, (WINDOW_PORT, 40_009)),
    }
    last_s = dict.fromkeys(ways, 0.0)
    number = 0
    while time.monotonic() < opened_s + left_s + _AFTER_S:
        number += 1
        for source, hop, mac, ip, target, ports in ways.values():
            mark = b"until" + struct.pack("!Q", number)
            packet = wire.ipv4(ip, target, wire.TCP, wire.tcp(ip, target, ports, mark, flags=wire.ACK))
            lab.wire(source).send(wire.ether(hop, mac, wire.ETH_IPV4, packet))
        select.select([lab.wire(name) for name in ways], [], [], _TICK_S)
        for name, (_, _, _, _, target, _) in ways.items():
            heard = [
                frame for frame in lab.heard(name) if b"until" in frame and wire.ip_bytes(target) in frame
            ]
            last_s[name] = time.monotonic() if heard else last_s[name]
    return last_s["isp"] - opened_s - left_s, last_s["server"] - opened_s - left_s


def isolate(lab: Lab) -> None:
    """The kernel's own part, without a rule: seats' ports and a bridged line isolated, nothing routed."""
    lab.run("box", "nft", "flush", "ruleset")
    lab.set("box", ipv4__ip_forward=0, ipv6__conf__all__forwarding=0)
    for port in ("eth1", "eth2", *(("eth0",) if lab.bridged else ())):
        lab.run("box", "bridge", "link", "set", "dev", port, "isolated", "on")
