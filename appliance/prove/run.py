"""One run: fire every kind, see each arrive at the box, and see none of them on the line.

Two controls stand in every run. Each probe must be seen at the box's own port, before any rule: else nothing was
tried. Before and after them a frame of the box's own goes out of the uplink, past the rules: where the ear on the line
does not hear it, it would hear no leak either.
"""

import os
import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from appliance.events import ghost
from appliance.events.network import NetworkPlan
from appliance.prove.ghost import LINE_MAC, Ghost, ProofError, ghost_of
from appliance.prove.kinds import Kind, Scene, kinds
from hw import frames
from hw.capture import Capture, CaptureError, Sender, until

SETTLE_S = 0.3  # so long a probe may take through the box
HEARD_S = 2.0  # so long a control may take
EXPERIMENTAL = 0x88B5  # IEEE 802: for experiments, forwarded by nobody
BATCH = 16
_TOKEN_BYTES = 12
_CONTROLS = (0xFFFE, 0xFFFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What came of a run: frames sent, those seen at the box's port, names of kinds that came out on the line."""

    sent: int
    seen_inside: int
    leaked: tuple[str, ...]
    kinds: int
    took_s: float


class Line:
    """The ear on the uplink, and what it has heard of this run."""

    def __init__(self, uplink: str, token: bytes) -> None:
        """Begin to listen. Raises CaptureError."""
        self._uplink, self._token = uplink, token
        self._capture = Capture(uplink)
        self.heard: set[int] = set()

    def listen(self, wait_s: float = 0.0) -> None:
        """Take in what is there. Raises CaptureError, also where frames were missed."""
        self.heard.update(numbers(self._capture.read(wait_s), self._token))
        if missed := self._capture.missed():
            raise CaptureError(f"{self._uplink}: {missed} frames were missed")

    def control(self, number: int) -> None:
        """A frame of the box's own goes out. Raises ProofError where it is not heard, CaptureError."""
        sender = Sender(self._uplink)
        try:
            payload = self._token + struct.pack("!H", number)
            sender.send(frames.ethernet(LINE_MAC, ghost.MAC, EXPERIMENTAL, payload))
        finally:
            sender.close()
        deadline_s = time.monotonic() + HEARD_S
        while number not in self.heard:
            if time.monotonic() > deadline_s:
                raise ProofError(f"{self._uplink}: nothing can be heard there, not even the box itself")
            self.listen(until(deadline_s))

    def close(self) -> None:
        """Listen no more."""
        self._capture.close()


def prove(plan: NetworkPlan, *, full: bool = False) -> Proof:
    """Makes a run. Raises ProofError where it says nothing: no rule is proven by it then."""
    began_s = time.monotonic()
    if plan.mode not in ghost.ENFORCED:
        raise ProofError(f"network.mode: {plan.mode}: nothing is closed there")
    if not (own_ip := ghost.ghost_ip(plan)):
        raise ProofError(f"network.address: no address of {plan.address} is free for the ghost")
    token = os.urandom(_TOKEN_BYTES)
    try:
        with ghost_of(plan) as machine:
            chosen = _chosen(plan, _hops(plan, machine), own_ip, token, full=full)
            line = Line(plan.uplink, token)
            try:
                seen = _fire(chosen, machine, line, token)
            finally:
                line.close()
    except CaptureError as error:
        raise ProofError(str(error)) from error
    if len(seen) < len(chosen):
        raise ProofError(f"{len(chosen) - len(seen)} of {len(chosen)} probes did not reach the box")
    leaked = sorted({chosen[number][0].name for number in line.heard if number < len(chosen)})
    return Proof(
        sent=len(chosen),
        seen_inside=len(seen),
        leaked=tuple(leaked),
        kinds=len({kind.name for kind, _ in chosen}),
        took_s=round(time.monotonic() - began_s, 3),
    )


def numbers(heard: Iterable[bytes], token: bytes) -> set[int]:
    """The numbers of this run's frames among those heard; a frame that ends in its token has none."""
    found = set()
    for frame in heard:
        at = frame.find(token)
        if at >= 0 and len(frame) >= at + len(token) + 2:
            found.add(int.from_bytes(frame[at + len(token) : at + len(token) + 2], "big"))
    return found


def _chosen(
    plan: NetworkPlan, hops: tuple[str, ...], own_ip: str, token: bytes, *, full: bool
) -> list[tuple[Kind, bytes]]:
    """Each kind with its frame, once for each MAC that it may be sent to."""
    found: list[tuple[Kind, bytes]] = []
    for hop in hops:
        scene = _scene(plan, own_ip, hop)
        for kind in kinds(scene, bridged=hop == LINE_MAC, full=full):
            found.append((kind, kind.build(scene, token + struct.pack("!H", len(found)) + b"\0\0")))
    return found


def _hops(plan: NetworkPlan, machine: Ghost) -> tuple[str, ...]:
    """A bridged line is tried across the bridge, and by way of the box as by a router."""
    return (LINE_MAC, machine.box_mac) if plan.mode == "bridge" else (machine.box_mac,)


def _scene(plan: NetworkPlan, own_ip: str, hop: str) -> Scene:
    servers = sorted(plan.servers, key=lambda each: not each.mac)
    server = next(((each.mac, each.ip) for each in servers if each.ip), ("", ""))
    seat = next(((each.mac, each.ip) for each in plan.seats if each.ip), ("", ""))
    province = (text.rpartition(":") for text in plan.province)
    return Scene(
        mac=ghost.MAC,
        ip=own_ip,
        hop=hop,
        server=server,
        seat=seat,
        province=tuple((address, int(port)) for address, _, port in province),
    )


def _fire(chosen: list[tuple[Kind, bytes]], machine: Ghost, line: Line, token: bytes) -> set[int]:
    """The numbers of the probes that were seen at the box's port; what came out is in `line`."""
    seen: set[int] = set()

    def look(wait: Callable[[], float] = lambda: 0.0) -> None:
        seen.update(numbers(machine.inside.read(), token))
        line.listen(wait())

    line.control(_CONTROLS[0])
    for at, (_, frame) in enumerate(chosen):
        machine.sender.send(frame)
        if at % BATCH == BATCH - 1:
            look()
    deadline_s = time.monotonic() + SETTLE_S
    while until(deadline_s) > 0:
        look(lambda: until(deadline_s))
    line.control(_CONTROLS[1])
    return seen & set(range(len(chosen)))
