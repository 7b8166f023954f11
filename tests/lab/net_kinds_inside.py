"""Attacks on the rest of the venue: the window of the server, the box itself, other seats, and from the line inward."""

import struct

from tests.lab import net_frames as wire
from tests.lab.net import (
    BOX,
    DIALED,
    INTERNET,
    INTERNET6,
    MANAGEMENT,
    PROVINCE,
    ROUTED_BOX,
    SEAT1,
    SEAT2,
    SERVER,
)
from tests.lab.net_scene import (
    ALL,
    BRIDGED,
    EXAM_PORT,
    NOT_SEATS,
    ON_PORTS,
    OVER_LINK,
    ROUTED,
    WINDOW_PORT,
    Frames,
    Kind,
    Scene,
)

_ACK = wire.ACK | wire.PSH
PULLED = 8443  # the box's port that the province pulls from

# The window is open: server's address to INTERNET, TCP, WINDOW_PORT. Who is not the server may not use it, and
# the server nothing beside it.
_WINDOW = [
    Kind(name="a seat in the server's window", group="https", frames=lambda s: [s.tcp(WINDOW_PORT, flags=_ACK)]),
    Kind(name="a seat in the window, as a server at port 80", group="https", frames=lambda s: [
        s.tcp(WINDOW_PORT, flags=_ACK, of=EXAM_PORT)]),
    Kind(name="the management PC in the window", group="https", sender="management", frames=lambda s: [
        s.tcp(WINDOW_PORT)]),
    Kind(name="the window as UDP", group="https", sender="server", frames=lambda s: [s.udp(WINDOW_PORT)]),
    Kind(name="the window as SCTP", group="other", sender="server", frames=lambda s: [
        s.ip(wire.SCTP, struct.pack("!HHII", 40_001, WINDOW_PORT, 0, 0) + s.token)]),
    Kind(name="the window as UDP-Lite", group="other", sender="server", frames=lambda s: [
        s.ip(wire.UDP_LITE, s.datagram(WINDOW_PORT))]),
    Kind(name="beside the window: another port", group="http", sender="server", frames=lambda s: [s.tcp(80)]),
    Kind(name="beside the window: another machine", group="https", sender="server", frames=lambda s: [
        s.to(PROVINCE).tcp(WINDOW_PORT)]),
    Kind(name="beside the window: DNS of the server", group="dns", sender="server", frames=lambda s: [
        s.udp(53, wire.dns(s.token))]),
    Kind(name="beside the window: ICMP", group="icmp", sender="server", frames=lambda s: [s.icmp(8)]),
    Kind(name="beside the window: IPv6", group="ipv6", sender="server", frames=lambda s: [
        s.ip6(wire.UDP, s.datagram6(WINDOW_PORT))]),
    Kind(name="the window turned round", group="https", sender="server", frames=lambda s: [
        s.tcp(40_000, of=WINDOW_PORT, flags=_ACK)]),
    Kind(name="the window's first fragment", group="fragment", sender="server", frames=lambda s: [
        s.tcp(WINDOW_PORT, flags=_ACK, more=True, ident=21)]),
    Kind(name="the window's later fragment", group="fragment", sender="server", frames=lambda s: [
        s.ip(wire.TCP, struct.pack("!HH", 40_001, WINDOW_PORT) + s.token * 4, offset=8, ident=22)]),
    Kind(name="the window behind a VLAN tag", group="vlan", sender="server", where=OVER_LINK, frames=lambda s: [
        s.frame(wire.ETH_IPV4, s.packet(wire.TCP, s.segment(WINDOW_PORT, flags=_ACK)), tags=((wire.ETH_VLAN, 10),))]),
    Kind(name="the window with a source route", group="other", sender="server", frames=lambda s: [
        s.tcp(WINDOW_PORT, flags=_ACK, options=b"\x83\x07\x08" + wire.ip_bytes(INTERNET))]),
    Kind(name="the window behind a false header length", group="other", sender="server", where=OVER_LINK,
         frames=lambda s: [s.frame(wire.ETH_IPV4, b"\x4f" + s.packet(wire.TCP, s.segment(WINDOW_PORT))[1:])]),
    Kind(name="the server's address from a seat, outside the window", group="spoofed-ip", frames=lambda s: [
        (t := s.as_if(ip=SERVER.ip)).tcp(8443), t.udp(WINDOW_PORT)]),
    Kind(name="the window with the server's address from a seat's MAC", group="spoofed-ip", frames=lambda s: [
        s.as_if(ip=SERVER.ip).tcp(WINDOW_PORT, flags=_ACK)]),
    Kind(name="the window with the server's address and MAC from a seat's port", group="spoofed-ip", where=ON_PORTS,
         frames=lambda s: [s.as_if(ip=SERVER.ip, mac=SERVER.mac).tcp(WINDOW_PORT, flags=_ACK)]),
    Kind(name="the window sent to everybody's MAC", group="https", sender="server", where=OVER_LINK,
         frames=lambda s: [s.to(hop=wire.BROADCAST).tcp(80)]),
]  # fmt: skip

# From the line. The server's window answers, and nothing begins outside.
_FROM_OUTSIDE: tuple[tuple[str, str, str, Frames, frozenset[str]], ...] = (
    ("TCP to a seat", "other-tcp", "seat", lambda s: [s.tcp(445)], ALL),
    ("UDP to a seat", "other-udp", "seat", lambda s: [s.udp(40_000, of=53)], ALL),
    ("an answer to a seat", "other-tcp", "seat", lambda s: [s.tcp(40_001, of=443, flags=_ACK)], ALL),
    ("ICMP to a seat", "icmp", "seat", lambda s: [s.icmp(8)], ALL),
    ("ICMP unreachable to a seat", "icmp", "seat", lambda s: [s.icmp(3)], ALL),
    ("GRE to a seat", "tunnel", "seat", lambda s: [s.ip(wire.GRE)], ALL),
    ("a fragment to a seat", "fragment", "seat", lambda s: [s.ip(wire.UDP, offset=64)], ALL),
    ("IPv6 to a seat", "ipv6", "seat", lambda s: [s.ip6(wire.ICMPV6, s.echo6())], ALL),
    ("SYN to the server", "http", "server", lambda s: [s.tcp(EXAM_PORT)], ALL),
    ("SSH to the server", "service", "server", lambda s: [s.tcp(22)], ALL),
    ("bare SYN in the window", "https", "server", lambda s: [s.tcp(40_001, of=WINDOW_PORT)], ALL),
    ("SYN with more flags in the window", "https", "server",
     lambda s: [s.tcp(40_001, of=WINDOW_PORT, flags=flags) for flags in (0x0A, 0x22, 0x42, 0xC2)],
     ALL),
    ("SYN and FIN in the window", "https", "server", lambda s: [s.tcp(40_001, of=WINDOW_PORT, flags=0x03)],
     ALL),
    ("nothing set in the window", "https", "server", lambda s: [s.tcp(EXAM_PORT, of=442, flags=_ACK)],
     ALL),
    ("UDP in the window", "https", "server", lambda s: [s.udp(40_001, of=WINDOW_PORT)], ALL),
    ("another machine in the window", "https", "server",
     lambda s: [s.as_if(ip=PROVINCE).tcp(40_001, of=WINDOW_PORT, flags=_ACK)], ALL),
    ("the window's machine to a seat", "https", "seat", lambda s: [s.tcp(40_001, of=WINDOW_PORT, flags=_ACK)],
     ALL),
    ("a fragment of the window", "fragment", "server",
     lambda s: [s.tcp(40_001, of=WINDOW_PORT, flags=_ACK, more=True, ident=31)], ALL),
    ("the server's own address", "spoofed-ip", "seat", lambda s: [s.as_if(ip=SERVER.ip).tcp(40_001, of=EXAM_PORT)],
     ALL),
    ("a priority tag", "vlan", "seat", lambda s: [
        s.frame(wire.ETH_IPV4, s.packet(wire.UDP, s.datagram(9)), tags=((wire.ETH_VLAN, 0),))], ALL),
    ("a VLAN tag", "vlan", "seat", lambda s: [
        s.frame(wire.ETH_IPV4, s.packet(wire.UDP, s.datagram(9)), tags=((wire.ETH_VLAN, 9),))], BRIDGED),
    ("an odd ethertype", "ethertype", "seat", lambda s: [s.frame(0x88B5, s.token)], BRIDGED),
    ("ARP: I am the exam server", "arp-spoof", "seat", lambda s: [wire.ether(
        wire.BROADCAST, s.source.mac, wire.ETH_ARP,
        wire.arp(2, (s.source.mac, SERVER.ip), (wire.BROADCAST, SERVER.ip), more=s.token))], BRIDGED),
    ("the server's MAC", "spoofed-mac", "seat", lambda s: [s.as_if(mac=SERVER.mac).tcp(80)], BRIDGED),
    ("DHCP offer", "dhcp-server", "seat", lambda s: [s.to("255.255.255.255", hop=wire.BROADCAST).udp(
        68, wire.dhcp(2, 2, SEAT1.mac, s.token, offered=SEAT1.ip), of=67)], BRIDGED),
    ("router advertisement", "router-advertisement", "seat", lambda s: [wire.ether(
        "33:33:00:00:00:01", s.source.mac, wire.ETH_IPV6, wire.ipv6("fe80::fe", "ff02::1", wire.ICMPV6,
        wire.advertisement("fe80::fe", "ff02::1", s.token), hops=255))], BRIDGED),
    ("UDP to a group", "multicast", "seat", lambda s: [
        s.to("239.1.2.3", hop="01:00:5e:01:02:03").udp(9)], BRIDGED),
    ("UDP to everybody", "multicast", "seat", lambda s: [
        s.to("255.255.255.255", hop=wire.BROADCAST).udp(9)], BRIDGED),
    ("ping to the box", "icmp", "box", lambda s: [s.icmp(8)], ALL),
    ("SSH to the box", "service", "box", lambda s: [s.tcp(22)], ALL),
    ("DNS to the box", "dns", "box", lambda s: [s.udp(53)], ALL),
    ("the page of the box", "https", "box", lambda s: [s.tcp(443)], ALL),
    ("a seat's address to the box", "spoofed-ip", "box", lambda s: [s.as_if(ip=INTERNET).icmp(8)],
     ALL),
    ("ping to the box over IPv6", "ipv6", "box", lambda s: [s.ip6(wire.ICMPV6, s.echo6())], ALL),
    ("the pull, by another machine", "https", "box", lambda s: [s.tcp(PULLED)], ALL),
    ("SYN from the machine that the box dials", "service", "box",
     lambda s: [s.as_if(ip=DIALED).tcp(40_001, of=22), s.as_if(ip=DIALED).tcp(22, of=22, flags=0x03)], ALL),
    ("the machine that the box dials, from another port", "service", "box",
     lambda s: [s.as_if(ip=DIALED).tcp(22, of=23, flags=_ACK)], ALL),
    ("the province to a seat", "https", "seat", lambda s: [s.as_if(ip=PROVINCE).tcp(PULLED)], ALL),
    ("the province to the box's SSH", "service", "box", lambda s: [s.as_if(ip=PROVINCE).tcp(22)], ALL),
    ("the box's exam address", "icmp", "box", lambda s: [s.to(BOX.ip).icmp(8)], ROUTED),
)  # fmt: skip
_INWARD = [
    Kind(name=f"from outside: {name}", group=group, sender="isp", to=to, frames=frames, where=where)
    for name, group, to, frames, where in _FROM_OUTSIDE
]  # fmt: skip

# The box's own input, from a seat: NTP and Windows' probe are for them, no more.
_TO_THE_BOX: tuple[tuple[str, str, Frames], ...] = (
    ("ping", "icmp", lambda s: [s.icmp(8)]),
    ("timestamp", "icmp", lambda s: [s.icmp(13, rest=bytes(4))]),
    ("SSH", "service", lambda s: [s.tcp(22)]),
    ("telnet", "service", lambda s: [s.tcp(23)]),
    ("the page", "https", lambda s: [s.tcp(443)]),
    ("a proxy", "http", lambda s: [s.tcp(3128)]),
    ("knocking", "other-tcp", lambda s: [s.tcp(port) for port in (7000, 8000, 9000)]),
    ("TCP in mid-stream", "service", lambda s: [s.tcp(22, flags=wire.ACK)]),
    ("SNMP", "service", lambda s: [s.udp(161)]),
    ("UDP from port 123", "other-udp", lambda s: [s.udp(9, of=123)]),
    ("protocol 253", "other", lambda s: [s.ip(253)]),
    ("GRE", "tunnel", lambda s: [s.ip(wire.GRE)]),
    ("IPv6 ping", "ipv6", lambda s: [s.ip6(wire.ICMPV6, s.echo6())]),
    ("IPv6 UDP", "ipv6", lambda s: [s.ip6(wire.UDP, s.datagram6(9))]),
    ("IPv6 of a protocol nobody has", "ipv6", lambda s: [s.ip6(253, s.token)]),
    ("bad options", "icmp", lambda s: [s.icmp(8, options=b"\x07\x07\x04" + bytes(4))]),
    ("ping from the server's address", "spoofed-ip", lambda s: [s.as_if(ip=SERVER.ip).icmp(8)]),
    ("the pull, in the province's name", "spoofed-ip", lambda s: [s.as_if(ip=PROVINCE).tcp(PULLED)]),
    ("the dialled machine's answer, by a seat", "spoofed-ip", lambda s: [
        s.as_if(ip=DIALED).tcp(40_001, of=22, flags=_ACK)]),
    ("ping behind a priority tag", "vlan", lambda s: [s.frame(
        wire.ETH_IPV4, s.packet(wire.ICMP, wire.icmp(8, 0, bytes(4), s.token)), tags=((wire.ETH_VLAN, 0),))]),
    ("a fragmented ping", "fragment", lambda s: [
        s.ip(wire.ICMP, (m := wire.icmp(8, 0, bytes(4), s.token * 2))[:8], more=True, ident=41),
        s.ip(wire.ICMP, m[8:], offset=8, ident=41)]),
)  # fmt: skip
_BOX = [
    Kind(name=f"to the box: {name}", group=group, to="box", frames=frames)
    for name, group, frames in _TO_THE_BOX
] + [
    Kind(name="to the box: its address on the line", group="icmp", to="box", where=ROUTED, frames=lambda s: [
        s.to(ROUTED_BOX.ip).icmp(8)]),
    Kind(name="a packet whose time runs out in the box", group="other-udp", where=ROUTED, frames=lambda s: [
        s.udp(33434, ttl=1)]),
    Kind(name="an IPv6 packet whose time runs out in the box", group="ipv6", where=ROUTED, frames=lambda s: [
        s.ip6(wire.UDP, s.datagram6(33434), hops=1)]),
    Kind(name="over the box to another seat", group="other-seat", where=ROUTED, frames=lambda s: [
        (t := s.to(SEAT2.ip)).udp(9), t.tcp(445), t.icmp(8)]),
    Kind(name="over the box to another seat, IPv6", group="ipv6", where=ROUTED, frames=lambda s: [
        s.to(target6=SEAT2.ip6).ip6(wire.UDP, s.to(target6=SEAT2.ip6).datagram6(9))]),
    Kind(name="over the box to the server's SSH", group="service", where=ROUTED, frames=lambda s: [
        s.to(SERVER.ip).tcp(22)]),
    Kind(name="over the box to the management PC", group="other-seat", where=ROUTED, frames=lambda s: [
        s.to(MANAGEMENT.ip).tcp(3389)]),
]  # fmt: skip


def _as_server(scene: Scene) -> Scene:
    return scene.as_if(ip=SERVER.ip, mac=SERVER.mac, ip6=SERVER.ip6)


# Only where seats hang on the box's own ports: an ordinary switch carries these by itself.
_BESIDE: tuple[tuple[str, str, str, Frames], ...] = (
    ("TCP to another seat", "other-seat", "seat", lambda s: [s.tcp(80)]),
    ("SMB to another seat", "other-seat", "seat", lambda s: [s.tcp(445)]),
    ("TCP to another seat, as an answer", "other-seat", "seat", lambda s: [s.tcp(40_001, of=80, flags=_ACK)]),
    ("UDP to another seat", "other-seat", "seat", lambda s: [s.udp(4000)]),
    ("ping to another seat", "icmp", "seat", lambda s: [s.icmp(8)]),
    ("GRE to another seat", "tunnel", "seat", lambda s: [s.ip(wire.GRE)]),
    ("a fragment to another seat", "fragment", "seat", lambda s: [s.ip(wire.UDP, offset=64)]),
    ("IPv6 to another seat", "ipv6", "seat", lambda s: [s.ip6(wire.ICMPV6, s.echo6())]),
    ("ARP for another seat", "arp-spoof", "seat", lambda s: [wire.ether(
        wire.BROADCAST, s.source.mac, wire.ETH_ARP,
        wire.arp(1, (s.source.mac, s.source.ip), ("00:00:00:00:00:00", s.target), more=s.token))]),
    ("ARP to another seat alone", "arp-spoof", "seat", lambda s: [s.frame(
        wire.ETH_ARP, wire.arp(2, (s.source.mac, SERVER.ip), (SEAT2.mac, SEAT2.ip), more=s.token))]),
    ("ARP to the server: I am another seat", "arp-spoof", "server", lambda s: [s.frame(
        wire.ETH_ARP, wire.arp(2, (s.source.mac, SEAT2.ip), (SERVER.mac, SERVER.ip), more=s.token))]),
    ("ARP to the server behind another MAC", "arp-spoof", "server", lambda s: [s.frame(
        wire.ETH_ARP, wire.arp(2, (SEAT2.mac, s.source.ip), (SERVER.mac, SERVER.ip), more=s.token))]),
    ("a VLAN tag to another seat", "vlan", "seat", lambda s: [s.frame(
        wire.ETH_IPV4, s.packet(wire.TCP, s.segment(80)), tags=((wire.ETH_VLAN, 10),))]),
    ("an odd ethertype to another seat", "ethertype", "seat", lambda s: [s.frame(0x88B5, s.token)]),
    ("the server's answer, by a seat", "spoofed-mac", "seat", lambda s: [
        _as_server(s).tcp(40_001, of=EXAM_PORT, flags=_ACK)]),
    ("another seat's address to the server", "spoofed-ip", "server", lambda s: [
        s.as_if(ip=SEAT2.ip).tcp(EXAM_PORT)]),
    ("another seat's MAC and address to the server", "spoofed-mac", "server", lambda s: [
        s.as_if(ip=SEAT2.ip, mac=SEAT2.mac).tcp(EXAM_PORT)]),
    ("the management PC's address to the server", "spoofed-ip", "server", lambda s: [
        s.as_if(ip=MANAGEMENT.ip, mac=MANAGEMENT.mac).tcp(EXAM_PORT)]),
    ("a new MAC to the server", "spoofed-mac", "server", lambda s: [
        s.as_if(mac="02:99:00:00:00:07").tcp(EXAM_PORT)]),
    ("SSH to the server", "service", "server", lambda s: [s.tcp(22)]),
    ("UDP to the server's port", "http", "server", lambda s: [s.udp(EXAM_PORT)]),
    ("DNS to the server", "dns", "server", lambda s: [s.udp(53)]),
    ("ping to the server", "icmp", "server", lambda s: [s.icmp(8)]),
    ("a first fragment to the server's port", "fragment", "server", lambda s: [
        s.tcp(EXAM_PORT, more=True, ident=51)]),
    ("a later fragment to the server", "fragment", "server", lambda s: [s.ip(wire.TCP, offset=24, ident=52)]),
    ("IPv6 to the server", "ipv6", "server", lambda s: [s.ip6(wire.TCP, wire.tcp(
        s.source.ip6, s.target6, (40_001, EXAM_PORT), s.token))]),
    ("a VLAN tag to the server's port", "vlan", "server", lambda s: [s.frame(
        wire.ETH_IPV4, s.packet(wire.TCP, s.segment(EXAM_PORT)), tags=((wire.ETH_VLAN, 10),))]),
    ("a priority tag to another seat", "vlan", "seat", lambda s: [s.frame(
        wire.ETH_IPV4, s.packet(wire.TCP, s.segment(80)), tags=((wire.ETH_VLAN, 0),))]),
    ("TCP to the management PC", "other-seat", "seat", lambda s: [
        s.to(MANAGEMENT.ip, hop=MANAGEMENT.mac).tcp(3389)]),
    ("IPv6 from the internet's address", "ipv6", "seat", lambda s: [
        s.as_if(ip6=INTERNET6).ip6(wire.ICMPV6, s.as_if(ip6=INTERNET6).echo6())]),
)  # fmt: skip
_PORTS = [
    Kind(name=name, group=group, to=to, where=ON_PORTS, frames=frames)
    for name, group, to, frames in _BESIDE
]  # fmt: skip

# A bridge sends to all ports what it does not know the port of: a frame to the server, and the server's to a seat.
_FLOODED = [
    Kind(name="the exam port, sent to everybody", group="other-seat", to="server", where=ON_PORTS, harmless=NOT_SEATS,
         frames=lambda s: [s.to(hop=wire.BROADCAST).tcp(EXAM_PORT)]),
    Kind(name="the exam port, at another seat's MAC", group="other-seat", to="server", where=ON_PORTS,
         harmless=NOT_SEATS, frames=lambda s: [s.to(hop=SEAT2.mac).tcp(EXAM_PORT)]),
    Kind(name="what the server tells one seat, heard by another", group="other-seat", to="seat", sender="server",
         where=ON_PORTS, harmless=frozenset({"seat2", "management"}), frames=lambda s: [
            s.tcp(40_001, of=EXAM_PORT, flags=_ACK)]),
]  # fmt: skip

INSIDE_KINDS = [*_WINDOW, *_INWARD, *_BOX, *_PORTS, *_FLOODED]
