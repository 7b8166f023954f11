"""What is done to the rules while the lab is under full load: reloaded, killed in mid-reload, run out."""

import contextlib
import random
import select
import socket
import struct
import subprocess
import time
from dataclasses import dataclass

from appliance.enforce.firewall.place import place
from appliance.enforce.firewall.ports import settle, wanted
from appliance.enforce.firewall.windows import Window
from tests.lab import net_frames as wire
from tests.lab.net import INTERNET, SERVER, Lab, within
from tests.lab.net_load import Load
from tests.lab.net_plan import OPEN, load, plan
from tests.lab.net_plan import text as rules
from tests.lab.net_scene import WINDOW_PORT

SEATS = 300
_TICK_S = 0.001
_AFTER_S = 0.3
_UNTIL = b"until it closes"
_ETH_P_IP, _SO_TIMESTAMPNS, _LONGEST_BYTES = 0x0800, 35, 2048


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
    """Open a window for `left_s` and leave it alone: how much longer it was open, outward and inward, in seconds.

    Both sides send each millisecond from before it opens until it is long closed; first and last frame that come
    out bear the kernel's time. Below zero it was open for less.
    """
    load(lab, ())
    text = rules(lab, (Window(name=OPEN.name, left_s=left_s, through=OPEN.through),)).encode()
    back = SERVER.mac if lab.bridged else lab.line_box.mac
    ways = (
        ("server", lab.gateway.mac, SERVER.mac, SERVER.ip, INTERNET, (40_009, WINDOW_PORT)),
        ("isp", back, lab.line.mac, INTERNET, SERVER.ip, (WINDOW_PORT, 40_009)),
    )
    with contextlib.ExitStack() as held:
        heard = {name: held.enter_context(lab.packet_socket(name, _ETH_P_IP)) for name in ("isp", "server")}
        for listener in heard.values():
            listener.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            listener.setblocking(False)
        nft = lab.start("box", "nft", "-f", "-")
        assert nft.stdin is not None
        nft.stdin.write(text)
        nft.stdin.close()
        ended_s = None
        while ended_s is None or time.monotonic() < ended_s:
            for source, hop, mac, ip, target, ports in ways:
                packet = wire.ipv4(ip, target, wire.TCP, wire.tcp(ip, target, ports, _UNTIL, flags=wire.ACK))
                lab.wire(source).send(wire.ether(hop, mac, wire.ETH_IPV4, packet))
            if ended_s is None and nft.poll() is not None:
                ended_s = time.monotonic() + left_s + _AFTER_S
            select.select([], [], [], _TICK_S)
        times = {name: _times(listener) for name, listener in heard.items()}
    return times["isp"] - left_s, times["server"] - left_s


def _times(listener: socket.socket) -> float:
    """From the first to the last frame of the window, in seconds."""
    stamps = []
    while True:
        try:
            frame, told, _, _ = listener.recvmsg(_LONGEST_BYTES, 64)
        except BlockingIOError:
            return (max(stamps) - min(stamps)) / 1e9 if stamps else 0.0
        if _UNTIL in frame:
            seconds, nanoseconds = struct.unpack("=qq", told[0][2])
            stamps.append(seconds * 1_000_000_000 + nanoseconds)


def kernel_alone(lab: Lab) -> None:
    """What the product sets beside the rules, with every window closed, and no rule."""
    want = wanted(place(plan(lab)), routing=False, crossing=False)
    with within(lab.namespace("box")):
        assert settle(want) == []
    lab.run("box", "nft", "flush", "ruleset")
