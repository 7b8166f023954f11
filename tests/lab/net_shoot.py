"""Fires attacks at the box and tells where each of them came out.

Behind each attack goes a frame of the server's open window: it passes the box as the attack would, so its
arrival says that the attack had its time, and that the listener on the line hears.
"""

import contextlib
import os
import select
import time
from collections.abc import Iterable, Iterator

from tests.lab import net_frames as wire
from tests.lab.net import BOX, BRIDGE_CALLS_OFF, INSIDE, INTERNET, Host, Lab
from tests.lab.net_kinds_frames import FRAMES
from tests.lab.net_kinds_inside import INSIDE_KINDS
from tests.lab.net_kinds_packets import PACKETS
from tests.lab.net_scene import WINDOW_PORT, Kind, scene

KINDS: list[Kind] = [*PACKETS, *FRAMES, *INSIDE_KINDS]
_PASSED_S = 2.0
_SETTLED_S = 0.002
_TOKEN_BYTES = 8


def open_wide(lab: Lab) -> None:
    """The control: the box forwards whatever a box without a rule would forward."""
    lab.run("box", "nft", "flush", "ruleset")
    lab.set("box", ipv4__ip_forward=1, ipv6__conf__all__forwarding=1, ipv4__icmp_ratelimit=0)
    for interface in ("all", "default", "br0", "eth0"):
        lab.set("box", **{f"ipv4__conf__{interface}__{name}": value for name, value in _CARELESS.items()})
        lab.set("box", **{f"ipv6__conf__{interface}__accept_source_route": 1})
    lab.set("box", **BRIDGE_CALLS_OFF)
    for port in lab.ports:
        lab.run("box", "bridge", "link", "set", "dev", port, "isolated", "off")


_CARELESS = {"rp_filter": 0, "accept_source_route": 1, "send_redirects": 0, "accept_local": 1}


def shoot(kind: Kind, lab: Lab, *, passing: bool = True) -> tuple[str, ...]:
    """Fire `kind` once; gives where it came out, nowhere if nowhere.

    Without `passing` no frame can be let through to show that the attack had its time: a while is waited.
    """
    token = os.urandom(_TOKEN_BYTES)
    there = scene(kind, lab, token, sender(kind, lab))
    taps = {name: lab.wire(name) for name in ("isp", *INSIDE)}
    for name in taps:
        lab.heard(name)
    with _one_core():
        for frame in kind.frames(there):
            taps[kind.sender].send(frame)
        lab.forget()
        heard = _hear(kind, lab, passing=passing)
    return tuple(
        name
        for name in taps
        if any(
            any(sign in frame for sign in there.signs) and _counts(kind, lab, name, frame)
            for frame in heard[name]
        )
    )


def leaks(lab: Lab, kinds: Iterable[Kind] = KINDS, *, passing: bool = True) -> dict[str, tuple[str, ...]]:
    """Every kind that could pass in this topology and did: its name, and where it came out."""
    found = {}
    for kind in kinds:
        if lab.topology in kind.where and (where := shoot(kind, lab, passing=passing)):
            found[kind.name] = where
    return found


def sender(kind: Kind, lab: Lab) -> Host:
    """Who fires `kind`."""
    if kind.sender == "isp":  # what comes from the line comes from the machine that the window names
        return Host(name="isp", mac=lab.line.mac, ip=INTERNET, ip6="2001:db8:113::10")
    return lab.host(kind.sender)


@contextlib.contextmanager
def _one_core() -> Iterator[None]:
    """What this thread sends meanwhile waits in one core's queue: nothing overtakes there."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _counts(kind: Kind, lab: Lab, name: str, frame: bytes) -> bool:
    """Whether this frame, heard at `name`, came through the box.

    On a switch seats hear each other without it; there only what the box itself sent counts, and from the line
    whatever arrives.
    """
    if name in kind.harmless or (
        kind.sender in ("server", "management") and kind.to == "line" and name != "isp"
    ):
        return False
    by_box = frame[6:12] in (wire.mac_bytes(BOX.mac), wire.mac_bytes(lab.line_box.mac))
    if name == kind.sender:
        return by_box
    if name == "isp" or kind.sender == "isp" or not lab.switched:
        return True
    return by_box


def _hear(kind: Kind, lab: Lab, *, passing: bool) -> dict[str, list[bytes]]:
    """What arrives everywhere until the window's frame has come out, and a moment more."""
    heard: dict[str, list[bytes]] = {name: [] for name in ("isp", *INSIDE)}
    mark = os.urandom(_TOKEN_BYTES)
    server = lab.host("server")
    if passing:
        segment = wire.tcp(server.ip, INTERNET, (39_999, WINDOW_PORT), mark, flags=wire.ACK)
        packet = wire.ipv4(server.ip, INTERNET, wire.TCP, segment)
        lab.wire("server").send(wire.ether(lab.gateway.mac, server.mac, wire.ETH_IPV4, packet))
    until_s = time.monotonic() + (_PASSED_S if passing else _SETTLED_S * 2)
    while (left_s := until_s - time.monotonic()) > 0:
        select.select([lab.wire(name) for name in heard], [], [], left_s)
        for name, frames in heard.items():
            frames += lab.heard(name)
        if passing and any(mark in frame for frame in heard["isp"]):
            passing, until_s = False, time.monotonic() + _SETTLED_S
            mark = b""
    assert not passing, (
        f"{kind.name}: the server's own window does not let its frame through: nothing is proven"
    )
    return heard
