"""Full load on the box: exam traffic counted frame by frame, and every attack of a seat, in turns.

One thread does both, batch by batch, and waits for each of its own frames: a queue that overflows in this
machine is not taken for a frame that the box dropped, and a dropped one is not taken for a slow one.
"""

import itertools
import json
import os
import socket
import struct
import threading
import time
from types import TracebackType

from tests.lab import net_frames as wire
from tests.lab.net import INTERNET, SEAT1, SERVER, Host, Lab
from tests.lab.net_scene import EXAM_PORT, WINDOW_PORT, scene
from tests.lab.net_shoot import KINDS, sender

_BATCH = 32
_LOST_S = 1.0
_TURN_S = 30.0
_ETH_P_IP = 0x0800
# Whoever has the router's MAC at a seat's port of the exam switch gets what is meant for the router.
_FOOLS_SWITCH = {"from the gateway's MAC"}
_MAGIC = b"exam traffic"
_LOOKED_FOR_BYTES = 2048


class Load:
    """Runs while it is entered; its numbers are whole once it is left.

    `sent` and `lost` are exam frames: seat to server and back, by TCP and UDP, and the server's window and back.
    `attacks` are frames that a seat and the line fire; `leaked` what arrived on the line beside the window's frames.
    """

    def __init__(self, lab: Lab, *, attacks: bool = True, line: bool = True) -> None:
        """Nothing runs yet. Without `line` no window is used."""
        self.sent = self.lost = self.attacks = self.leaked = 0
        self.turns_per_s = 0.0
        self._lab, self._line = lab, line
        self._turned = threading.Semaphore(0)
        self._outward = 0
        self._ended = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="load")
        self._attacks = _attack_frames(lab) if attacks else {}
        self._numbers = itertools.count(1)
        names = ("seat1", "server", "isp")
        self._heard = {name: _listener(lab, name) for name in names}
        for name in ("seat1", "server"):
            lab.run(name, "nft", "-f", "-", stdin=_QUIET)

    def __enter__(self) -> "Load":
        """Begin."""
        self._lab.forget()
        self._before = received(self._lab)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, and count. Raises what the thread raised."""
        self._ended.set()
        self._thread.join()
        for heard in self._heard.values():
            heard.close()
        if self._failed is not None:
            raise self._failed
        self.leaked = received(self._lab) - self._before - self._outward

    def turns(self, count: int) -> None:
        """Wait until so many turns are over, each with every batch and every attack."""
        for _ in range(count):
            assert self._turned.acquire(timeout=_TURN_S), "the load does not turn"

    def _run(self) -> None:
        began_s, turns = time.monotonic(), 0
        try:
            while not self._ended.is_set():
                self._turn()
                turns += 1
                self._turned.release()
        except BaseException as error:  # noqa: BLE001 - a thread begins here; raised again where it is joined
            self._failed = error
        self.turns_per_s = turns / (time.monotonic() - began_s)

    def _turn(self) -> None:
        line = self._lab.line
        outside = Host(name="isp", mac=line.mac, ip=INTERNET, ip6="")
        hop = self._lab.gateway.mac
        back = SERVER.mac if self._lab.bridged else self._lab.line_box.mac
        for protocol in (wire.TCP, wire.UDP):
            self._pass(SEAT1, SERVER, SERVER.mac, (40_001, EXAM_PORT), protocol)
            self._pass(SERVER, SEAT1, SEAT1.mac, (EXAM_PORT, 40_001), protocol)
        if self._line:
            self._outward += self._pass(SERVER, outside, hop, (40_002, WINDOW_PORT), wire.TCP)
            self._pass(outside, SERVER, back, (WINDOW_PORT, 40_002), wire.TCP)
        for name, frames in self._attacks.items():
            for frame in frames:
                self._lab.wire(name).send(frame)
            self.attacks += len(frames)

    def _pass(self, source: Host, target: Host, hop: str, ports: tuple[int, int], protocol: int) -> int:
        """Send a batch and wait for it; gives how many arrived."""
        wanted = set()
        tap = self._lab.wire(source.name)
        for number in itertools.islice(self._numbers, _BATCH):
            mark = _MAGIC + struct.pack("!Q", number)
            ends = (source.ip, target.ip, ports, mark)
            body = wire.tcp(*ends, flags=wire.ACK | wire.PSH) if protocol == wire.TCP else wire.udp(*ends)
            tap.send(
                wire.ether(hop, source.mac, wire.ETH_IPV4, wire.ipv4(source.ip, target.ip, protocol, body))
            )
            wanted.add(mark)
        heard = self._heard[target.name]
        until_s = time.monotonic() + _LOST_S
        while wanted and (left_s := until_s - time.monotonic()) > 0:
            heard.settimeout(left_s)
            try:
                frame = heard.recv(_LOOKED_FOR_BYTES)
            except TimeoutError:
                break
            found = frame.find(_MAGIC)
            wanted.discard(frame[found : found + len(_MAGIC) + 8])
        self.sent += _BATCH
        self.lost += len(wanted)
        return _BATCH - len(wanted)


# The machines' own kernels do not answer what was built by hand.
_QUIET = f"""table ip quiet {{
    chain input {{
        type filter hook input priority -400;
        tcp dport {{ {EXAM_PORT}, 40001, 40002 }} drop
        udp dport {{ {EXAM_PORT}, 40001 }} drop
    }}
}}
"""


def received(lab: Lab) -> int:
    """How many frames the line has received from the box: the kernel's own counter."""
    (told,) = json.loads(lab.run("isp", "ip", "-json", "-stats", "link", "show", "dev", "lan0"))
    return int(told["stats64"]["rx"]["packets"])


def _listener(lab: Lab, name: str) -> socket.socket:
    """Hears IPv4 alone, and not what its own machine sends."""
    return lab.packet_socket(name, _ETH_P_IP)


def _attack_frames(lab: Lab) -> dict[str, list[bytes]]:
    """What a seat and a machine on the line fire, but for what fools the exam switch before it meets the box."""
    found: dict[str, list[bytes]] = {"seat1": [], "isp": []}
    for kind in KINDS:
        if (
            kind.sender in found
            and lab.topology in kind.where
            and not (lab.switched and kind.name in _FOOLS_SWITCH)
        ):
            found[kind.sender] += kind.frames(scene(kind, lab, os.urandom(8), sender(kind, lab)))
    return found
