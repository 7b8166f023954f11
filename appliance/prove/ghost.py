"""The ghost's place: a namespace of its own, and a port of the exam bridge that it fires through.

Nobody learns anything from that port and nothing is flooded to it: no seat's or server's place in the bridge moves.
Its MAC is the highest, so that the bridge keeps its own; its frame size is the bridge's. A process that dies takes all
of it along: the kernel removes the namespace and both ends with it.
"""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from appliance import command
from appliance.command import CommandError
from appliance.events import ghost
from appliance.events.network import NetworkPlan
from hw.capture import Capture, CaptureError, Sender
from hw.namespace import Namespace, NamespaceError

IP, BRIDGE = "/usr/bin/ip", "/usr/sbin/bridge"
TIMEOUT_S = 5.0
FORWARDING_S, POLL_S = 3.0, 0.01
INSIDE = "lan0"
PORT_MAC = "fe:ff:ff:ff:ff:fe"
LINE_MAC = "02:76:65:6e:75:66"  # whom frames are for that cross the bridge: nobody has it
_FORWARDING = "forwarding"


class ProofError(Exception):
    """The run could not be made; why, in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ghost:
    """What it fires with, the ear at the box's port before any rule, and the exam bridge's MAC."""

    sender: Sender
    inside: Capture
    box_mac: str


@contextmanager
def ghost_of(plan: NetworkPlan) -> Iterator[Ghost]:
    """The ghost, there as long as it is used. Raises ProofError."""
    sweep()
    try:
        bridge = link(plan.exam_bridge)
        namespace = Namespace()
    except (CommandError, NamespaceError, OSError) as error:
        raise ProofError(str(error)) from error
    if bridge.kind != "bridge":
        namespace.close()
        raise ProofError(f"{plan.exam_bridge}: no bridge")
    try:
        sender = _attach(plan, namespace, bridge.mtu)
        try:
            capture = Capture(ghost.PORT)
            try:
                yield Ghost(sender=sender, inside=capture, box_mac=bridge.mac)
            finally:
                capture.close()
        finally:
            sender.close()
    except (CommandError, NamespaceError, CaptureError, OSError) as error:
        raise ProofError(str(error)) from error
    finally:
        sweep()
        namespace.close()


def sweep() -> None:
    """Takes away what is left of a run. Raises ProofError."""
    try:
        socket.if_nametoindex(ghost.PORT)
    except OSError:
        return
    try:
        command.run([IP, "link", "delete", ghost.PORT], timeout_s=TIMEOUT_S, check=False)
    except CommandError as error:
        raise ProofError(str(error)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An interface: its MAC, its frame size, what kind it is, and what it does as a bridge's port, '' if none.

    `carries`: the kernel takes frames for it; before, it drops them and says nothing.
    """

    mac: str
    mtu: int
    kind: str
    state: str
    carries: bool = False


def link(name: str) -> Link:
    """The interface of that name. Raises CommandError."""
    told = command.run([IP, "-json", "-details", "link", "show", "dev", name], timeout_s=TIMEOUT_S).stdout
    return parse_link(told)


def parse_link(told: bytes) -> Link:
    """What `ip -json -details link show dev NAME` prints. Raises CommandError for anything else."""
    try:
        row = json.loads(told)[0]
        info = row.get("linkinfo", {})
        return Link(
            mac=str(row["address"]),
            mtu=int(row["mtu"]),
            kind=str(info.get("info_kind", "")),
            state=str(info.get("info_slave_data", {}).get("state", "")),
            carries=row.get("operstate") == "UP",
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise CommandError(f"{IP}: said something else than an interface") from error


def _attach(plan: NetworkPlan, namespace: Namespace, mtu: int) -> Sender:
    with namespace.inside():
        for name in ("all", "default"):  # the ghost says nothing but its probes
            path = Path("/proc/sys/net/ipv6/conf") / name / "disable_ipv6"
            if path.exists():
                path.write_text("1", encoding="ascii")
    port = f"link set dev {ghost.PORT}"
    _ip(
        f"link add {ghost.PORT} address {PORT_MAC} mtu {mtu} type veth "
        f"peer name {INSIDE} address {ghost.MAC} mtu {mtu} netns {namespace.path}",
        f"{port} master {plan.exam_bridge}",
        f"{port} type bridge_slave learning off flood off mcast_flood off bcast_flood off",
    )
    with namespace.inside():
        _ip(f"link set dev {INSIDE} up")
    _ip(f"{port} up")
    if plan.mode == "bridge":  # nothing goes out at a seat's port, rules or not; forgotten after a while
        fdb = ["fdb", "replace", LINE_MAC, "dev", plan.uplink, "master", "dynamic"]
        if command.run([BRIDGE, *fdb], timeout_s=TIMEOUT_S, check=False).code != 0:
            raise ProofError(f"{plan.uplink}: is down, or no port of {plan.exam_bridge}")
    _wait(lambda: link(ghost.PORT).state == _FORWARDING)
    with namespace.inside():
        _wait(lambda: link(INSIDE).carries)
        return Sender(INSIDE)


def _wait(ready: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + FORWARDING_S
    while not ready():
        if time.monotonic() > deadline_s:
            raise ProofError(f"{ghost.PORT}: does not forward after {FORWARDING_S:g} s")
        time.sleep(POLL_S)


def _ip(*lines: str) -> None:
    text = "".join(f"{line}\n" for line in lines)
    command.run([IP, "-batch", "-"], timeout_s=TIMEOUT_S, stdin=text.encode())
