"""The kinds that the ghost fires: ways to the line, one frame each, a token in every one.

`PLAIN` are unicast and can not disturb an exam that is on. `FULL` are those that could, were the rules not there:
they go to everybody, or claim to be somebody. They are for the readiness check.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hw import frames
from hw.frames import Ends

OUTSIDE, OUTSIDE6, OWN6 = "203.0.113.77", "2001:db8:113::77", "fd00::77"
EVERYBODY, PORT = "ff:ff:ff:ff:ff:ff", 40_077
_FLAGS = {
    "fin": frames.FIN, "ack": frames.ACK, "rst": frames.RST, "null": 0, "syn-fin": frames.SYN | frames.FIN,
    "xmas": frames.FIN | frames.PUSH | frames.URGENT,
}  # fmt: skip

UDP_PORTS = {
    "dns": 53, "dns-over-quic": 853, "http": 80, "quic": 443, "tftp": 69, "ntp": 123, "snmp": 161, "syslog": 514,
    "ldap": 389, "rdp": 3389, "ike": 500, "ike-nat": 4500, "openvpn": 1194, "l2tp": 1701, "teredo": 3544,
    "vxlan": 4789, "geneve": 6081, "wireguard": 51_820, "tailscale": 41_641, "zerotier": 9993, "stun": 3478,
    "mdns": 5353, "llmnr": 5355, "netbios": 137, "ssdp": 1900, "ws-discovery": 3702, "dhcp": 67,
    "traceroute": 33_434, "any": 50_077,
}  # fmt: skip
TCP_PORTS = {
    "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "dns": 53, "http": 80, "rpc": 135, "imap": 143, "https": 443,
    "smb": 445, "dns-over-tls": 853, "socks": 1080, "pptp": 1723, "proxy": 3128, "rdp": 3389, "vnc": 5900,
    "teamviewer": 5938, "http-proxy": 8080, "https-other": 8443, "tor": 9050, "any": 50_077,
}  # fmt: skip
PROTOCOLS = {
    "igmp": 2, "ipip": 4, "6in4": 41, "gre": 47, "esp": 50, "ah": 51, "eigrp": 88, "l2tp": 115, "sctp": 132,
    "udp-lite": 136, "unknown": 253,
}  # fmt: skip
ICMP_KINDS = {"echo": 8, "echo-reply": 0, "timestamp": 13, "unreachable": 3}
ETHERTYPES = {
    "pppoe": 0x8864, "mpls": 0x8847, "eapol": 0x888E, "macsec": 0x88E5, "wake-on-lan": 0x0842, "experimental": 0x88B6,
}  # fmt: skip
OPTIONS = {
    "record-route": bytes((7, 7, 4, 0, 0, 0, 0, 0)),
    "source-route": bytes((131, 7, 4, 203, 0, 113, 78, 0)),
    "router-alert": bytes((148, 4, 0, 0)),
}
MULTICAST = (
    ("ssdp", "01:00:5e:7f:ff:fa", "239.255.255.250", 1900),
    ("mdns", "01:00:5e:00:00:fb", "224.0.0.251", 5353),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who fires and where to: the ghost's MAC and address, the MAC that its frames go to, what it may claim to be.

    `server` and `seat` are MAC and address of a server and of a seat, '' where the plan has none; `province` the
    ADDRESS:PORT that windows are for.
    """

    mac: str
    ip: str
    hop: str
    server: tuple[str, str] = ("", "")
    seat: tuple[str, str] = ("", "")
    province: tuple[tuple[str, int], ...] = ()

    def frame(self, packet: bytes, *, mac: str = "") -> bytes:
        """An IPv4 packet in its frame."""
        return frames.ethernet(self.hop, mac or self.mac, frames.IPV4, packet)

    def udp(self, port: int, token: bytes, *, ip: str = "", mac: str = "", target: str = OUTSIDE) -> bytes:
        """A datagram to the outside."""
        ends = Ends(source=ip or self.ip, target=target)
        return self.frame(frames.ipv4(ends, frames.UDP, frames.udp(ends, (PORT, port), token)), mac=mac)

    def tcp(self, port: int, token: bytes, *, ip: str = "", mac: str = "", target: str = OUTSIDE) -> bytes:
        """A SYN to the outside, the token behind it."""
        ends = Ends(source=ip or self.ip, target=target)
        return self.frame(frames.ipv4(ends, frames.TCP, frames.tcp(ends, (PORT, port), token)), mac=mac)

    def ip4(self, protocol: int, payload: bytes, *, fragment: int = 0, options: bytes = b"") -> bytes:
        """A packet to the outside."""
        ends = Ends(source=self.ip, target=OUTSIDE)
        return self.frame(frames.ipv4(ends, protocol, payload, fragment=fragment, options=options))

    def ip6(self, following: int, payload: bytes) -> bytes:
        """An IPv6 packet to the outside, in its frame."""
        packet = frames.ipv6(Ends(source=OWN6, target=OUTSIDE6), following, payload)
        return frames.ethernet(self.hop, self.mac, frames.IPV6, packet)


Build = Callable[[Scene, bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One way out. `bridged`: no router takes it, so that it is fired where the line is bridged only."""

    name: str
    build: Build = field(repr=False)
    bridged: bool = False


def kinds(scene: Scene, *, bridged: bool, full: bool) -> tuple[Kind, ...]:
    """What is fired in such a place."""
    found = [*_datagrams(), *_segments(), *_packets(), *_claims(scene), *_six(), *_links()]
    found += [*_loud(scene)] if full else []
    return tuple(kind for kind in found if bridged or not kind.bridged)


def _datagrams() -> Iterator[Kind]:
    for name, port in UDP_PORTS.items():
        yield Kind(name=f"udp {name}", build=_udp(port))


def _segments() -> Iterator[Kind]:
    for name, port in TCP_PORTS.items():
        yield Kind(name=f"tcp {name}", build=_tcp(port))
    for name, flags in _FLAGS.items():
        yield Kind(name=f"tcp flags {name}", build=_flags(flags))


def _packets() -> Iterator[Kind]:
    for name, kind in ICMP_KINDS.items():
        yield Kind(name=f"icmp {name}", build=_icmp(kind))
    for name, number in PROTOCOLS.items():
        yield Kind(name=f"ip {name}", build=_protocol(number))
    for name, options in OPTIONS.items():
        yield Kind(name=f"ip option {name}", build=_shaped(options=options))
    yield Kind(name="fragment first", build=_shaped(fragment=frames.MORE_FRAGMENTS))
    yield Kind(name="fragment later", build=_shaped(fragment=3))
    yield Kind(name="fragment tiny", build=_protocol(frames.TCP, fragment=frames.MORE_FRAGMENTS))


def _claims(scene: Scene) -> Iterator[Kind]:
    """From somebody else's address, and to where a window may be open for a server."""
    for name, ip in (("foreign", "198.18.77.77"), ("loopback", "127.0.0.1"), ("none", "0.0.0.0")):
        yield Kind(name=f"from {name}", build=_udp(443, ip=ip))
    for name, target in (("private", "192.168.77.77"), ("shared", "100.64.77.77")):
        yield Kind(name=f"to {name}", build=_tcp(443, target=target))
    for name, (mac, ip) in (("server", scene.server), ("seat", scene.seat)):
        if ip:
            yield Kind(name=f"as {name} address", build=_tcp(4077, ip=ip))
        if ip and mac:
            yield Kind(name=f"as {name}", build=_udp(4077, ip=ip, mac=mac))
    for target, port in scene.province[:1]:
        yield Kind(name="window tcp", build=_tcp(port, target=target))
        yield Kind(name="window udp", build=_udp(port, target=target))


def _udp(port: int, *, ip: str = "", mac: str = "", target: str = OUTSIDE) -> Build:
    return lambda s, token: s.udp(port, token, ip=ip, mac=mac, target=target)


def _tcp(port: int, *, ip: str = "", mac: str = "", target: str = OUTSIDE) -> Build:
    return lambda s, token: s.tcp(port, token, ip=ip, mac=mac, target=target)


def _flags(flags: int) -> Build:
    def build(s: Scene, token: bytes) -> bytes:
        ends = Ends(source=s.ip, target=OUTSIDE)
        return s.ip4(frames.TCP, frames.tcp(ends, (PORT, 443), token, flags=flags))

    return build


def _icmp(kind: int) -> Build:
    return lambda s, token: s.ip4(frames.ICMP, frames.icmp(kind, 0, b"\0\7\0\1", token))


def _protocol(number: int, *, fragment: int = 0) -> Build:
    return lambda s, token: s.ip4(number, token, fragment=fragment)


def _shaped(*, fragment: int = 0, options: bytes = b"") -> Build:
    def build(s: Scene, token: bytes) -> bytes:
        ends = Ends(source=s.ip, target=OUTSIDE)
        return s.ip4(frames.UDP, frames.udp(ends, (PORT, 53), token), fragment=fragment, options=options)

    return build


def _six() -> Iterator[Kind]:
    ends = Ends(source=OWN6, target=OUTSIDE6)

    def datagram(s: Scene, token: bytes) -> bytes:
        return s.ip6(frames.UDP, frames.udp(ends, (PORT, 53), token))

    def segment(s: Scene, token: bytes) -> bytes:
        return s.ip6(frames.TCP, frames.tcp(ends, (PORT, 443), token))

    def echo(s: Scene, token: bytes) -> bytes:
        return s.ip6(frames.ICMPV6, frames.icmpv6(ends, 128, b"\0\7\0\1" + token))

    def fragment(s: Scene, token: bytes) -> bytes:
        """A header of fragments, of the whole packet: RFC 6946."""
        head = bytes((frames.UDP, 0, 0, 0, 0, 0, 0, 1))
        return s.ip6(44, head + frames.udp(ends, (PORT, 53), token))

    for name, build in (("udp", datagram), ("tcp", segment), ("icmp", echo), ("fragment", fragment)):
        yield Kind(name=f"ipv6 {name}", build=build)


def _links() -> Iterator[Kind]:
    for name, ethertype in ETHERTYPES.items():
        yield Kind(name=f"ethertype {name}", build=_link(ethertype), bridged=True)
    for name, outer in (("vlan", frames.VLAN), ("qinq", frames.QINQ)):
        yield Kind(name=name, build=_tagged(outer), bridged=True)

    def llc(s: Scene, token: bytes) -> bytes:
        return frames.ethernet(s.hop, s.mac, len(token) + 3, b"\xaa\xaa\3" + token)

    yield Kind(name="802.3", build=llc, bridged=True)


def _link(ethertype: int) -> Build:
    return lambda s, token: frames.ethernet(s.hop, s.mac, ethertype, token)


def _tagged(outer: int) -> Build:
    return lambda s, token: frames.ethernet(s.hop, s.mac, outer, b"\0\7" + s.udp(53, token)[12:])


def _loud(scene: Scene) -> Iterator[Kind]:
    """What goes to everybody, or would take the place of one whose MAC the rules know."""
    for name, operation in (("claim", 2), ("announcement", 1)) if all(scene.server) else ():
        yield Kind(name=f"arp {name}", build=_claim(operation, scene.server[1]), bridged=True)
    for name, ports in (("dhcp offer", (67, 68)), ("dhcp discover", (68, 67)), ("broadcast", (PORT, PORT))):
        build = _to_many(EVERYBODY, "255.255.255.255", ports)
        yield Kind(name=name, build=build, bridged=True)
    for name, mac, target, port in MULTICAST:
        yield Kind(name=f"multicast {name}", build=_to_many(mac, target, (PORT, port)), bridged=True)
    yield Kind(name="router advertisement", build=_advertise, bridged=True)


def _claim(operation: int, ip: str) -> Build:
    def build(s: Scene, token: bytes) -> bytes:
        packet = frames.arp(operation=operation, sender=(s.mac, ip), target=(EVERYBODY, ip))
        return frames.ethernet(EVERYBODY, s.mac, frames.ARP, packet + token)

    return build


def _to_many(mac: str, target: str, ports: tuple[int, int]) -> Build:
    def build(s: Scene, token: bytes) -> bytes:
        ends = Ends(source=s.ip, target=target)
        packet = frames.ipv4(ends, frames.UDP, frames.udp(ends, ports, token))
        return frames.ethernet(mac, s.mac, frames.IPV4, packet)

    return build


def _advertise(s: Scene, token: bytes) -> bytes:
    """A router for no time, that offers nothing: RFC 4861, 4.2."""
    ends = Ends(source="fe80::77", target="ff02::1")
    told = frames.icmpv6(ends, 134, bytes((64, 0, 0, 0)) + bytes(8) + token)
    packet = frames.ipv6(ends, frames.ICMPV6, told, hops=255)
    return frames.ethernet("33:33:00:00:00:01", s.mac, frames.IPV6, packet)
