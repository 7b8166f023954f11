"""What one attack sees of the lab: who sends, where to, and a token that nothing else in the lab carries."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from appliance.events.network import KINDS
from tests.lab import net_frames as wire
from tests.lab.net import (
    BOX,
    BRIDGE,
    INTERNET,
    INTERNET6,
    PORTS,
    PORTS_BRIDGE,
    ROUTE,
    SEAT1,
    SEAT2,
    SERVER,
    Host,
    Lab,
)

ALL = frozenset({ROUTE, BRIDGE, PORTS, PORTS_BRIDGE})
BRIDGED = frozenset({BRIDGE, PORTS_BRIDGE})  # the line hears what is bridged
ROUTED = frozenset({ROUTE, PORTS})
ON_PORTS = frozenset({PORTS, PORTS_BRIDGE})  # seats hang on the box's own ports
OVER_LINK = BRIDGED | ON_PORTS  # no router takes it: it must be bridged, to the line or to another seat

NOT_SEATS = frozenset({"server", "management"})  # whom a seat may reach, or who hears what is sent to all

WINDOW_PORT = 443
WINDOW = (SERVER.ip, INTERNET, "tcp", WINDOW_PORT)
EXAM_PORT = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`source` sends, to `target` (an IPv4 address) or `target6`, by way of the machine with the MAC `hop`."""

    source: Host
    hop: str
    target: str
    target6: str
    token: bytes
    gateway: Host

    @property
    def number(self) -> int:
        """The token's first four bytes: a TCP sequence number."""
        return int(struct.unpack("!I", self.token[:4])[0])

    @property
    def signs(self) -> tuple[bytes, ...]:
        """What tells a frame of this attack, or an answer to it: the token, or its number acknowledged."""
        behind = (self.number, self.number + 1, self.number + 1 + len(self.token))
        return (self.token, *(struct.pack("!I", value & 0xFFFF_FFFF) for value in behind))

    def as_if(self, *, mac: str = "", ip: str = "", ip6: str = "") -> "Scene":
        """The same from somebody else's address."""
        lies = {name: value for name, value in (("mac", mac), ("ip", ip), ("ip6", ip6)) if value}
        return replace(self, source=replace(self.source, **lies))

    def to(self, target: str = "", *, hop: str = "", target6: str = "") -> "Scene":
        """The same to somebody else."""
        return replace(
            self, target=target or self.target, target6=target6 or self.target6, hop=hop or self.hop
        )

    def frame(self, kind: int, payload: bytes, *, tags: tuple[tuple[int, int], ...] = ()) -> bytes:
        """An Ethernet frame to the hop."""
        return wire.ether(self.hop, self.source.mac, kind, payload, tags=tags)

    def packet(self, protocol: int, payload: bytes, **more: object) -> bytes:
        """An IPv4 packet to the target; `more` as in `net_frames.ipv4`."""
        return wire.ipv4(self.source.ip, self.target, protocol, payload, **more)  # type: ignore[arg-type]

    def ip(self, protocol: int, payload: bytes = b"", **more: object) -> bytes:
        """The same in its frame; the payload is the token where none is given."""
        return self.frame(wire.ETH_IPV4, self.packet(protocol, payload or self.token, **more))

    def datagram(self, port: int, payload: bytes = b"", *, of: int = 40_000) -> bytes:
        """A UDP datagram to the target's `port`."""
        return wire.udp(self.source.ip, self.target, (of, port), payload or self.token)

    def segment(self, port: int, *, flags: int = wire.SYN, of: int = 40_001) -> bytes:
        """A TCP segment to the target's `port`, the token in it."""
        number = self.number
        told = number if flags & wire.ACK else 0
        ends = (self.source.ip, self.target, (of, port))
        return wire.tcp(*ends, self.token, flags=flags, sequence=number, acknowledged=told)

    def udp(self, port: int, payload: bytes = b"", *, of: int = 40_000, **more: object) -> bytes:
        """A frame with a UDP datagram."""
        return self.ip(wire.UDP, self.datagram(port, payload, of=of), **more)

    def tcp(self, port: int, *, flags: int = wire.SYN, of: int = 40_001, **more: object) -> bytes:
        """A frame with a TCP segment."""
        return self.ip(wire.TCP, self.segment(port, flags=flags, of=of), **more)

    def icmp(self, kind: int, code: int = 0, rest: bytes = b"\0\x07\0\1", **more: object) -> bytes:
        """A frame with an ICMP message."""
        return self.ip(wire.ICMP, wire.icmp(kind, code, rest, self.token), **more)

    def ip6(self, following: int, payload: bytes, *, hops: int = 64) -> bytes:
        """A frame with an IPv6 packet."""
        return self.frame(
            wire.ETH_IPV6, wire.ipv6(self.source.ip6, self.target6, following, payload, hops=hops)
        )

    def datagram6(self, port: int, *, of: int = 40_000) -> bytes:
        """A UDP datagram over IPv6."""
        return wire.udp(self.source.ip6, self.target6, (of, port), self.token)

    def echo6(self, kind: int = 128) -> bytes:
        """An ICMPv6 echo request over IPv6."""
        return wire.icmpv6(self.source.ip6, self.target6, kind, b"\0\x07\0\1" + self.token)


Frames = Callable[[Scene], list[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One way to get past the box.

    `group` is the kind of the ledger that it belongs to. `frames` are what is sent, in their order. `to` is
    whom it is aimed at: line, seat, server or box. `sender` is who sends; `isp` comes from the line. `where` are
    the topologies in which it could pass at all. Heard at `harmless` it is no leak: that machine may hear it.
    """

    name: str
    group: str
    frames: Frames = field(repr=False)
    to: str = "line"
    sender: str = "seat1"
    where: frozenset[str] = ALL
    harmless: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a group that no ledger has."""
        assert self.group in KINDS.values(), self.group


def scene(kind: Kind, lab: Lab, token: bytes, sender: Host) -> Scene:
    """The scene of `kind` in `lab`."""
    inward = kind.sender == "isp"
    aims = {
        "line": (lab.gateway.mac, INTERNET, INTERNET6),
        "box": (BOX.mac, BOX.ip, BOX.ip6),
        "server": (SERVER.mac, SERVER.ip, SERVER.ip6),
        "seat": (SEAT1.mac, SEAT1.ip, SEAT1.ip6) if inward else (SEAT2.mac, SEAT2.ip, SEAT2.ip6),
    }
    hop, target, target6 = aims[kind.to]
    if inward and not lab.bridged:
        hop = lab.line_box.mac
        target, target6 = (lab.line_box.ip, lab.line_box.ip6) if kind.to == "box" else (target, target6)
    return Scene(source=sender, hop=hop, target=target, target6=target6, token=token, gateway=lab.gateway)
