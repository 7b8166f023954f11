"""Attacks that any router would carry: IPv4 and IPv6 packets from a seat to the internet."""

import struct

from tests.lab import net_frames as wire
from tests.lab.net import BOX, INTERNET, MANAGEMENT, SEAT2, SERVER
from tests.lab.net_scene import BRIDGED, Kind, Scene

# name: what is sent over TCP, to this port.
_TCP = {
    "dns": {"DNS over TCP": 53},
    "dns-over-tls": {"DNS over TLS": 853},
    "http": {"HTTP": 80, "HTTP at 8080": 8080, "CONNECT at a proxy": 3128},
    "https": {"HTTPS, and DNS in it": 443, "HTTPS at 8443": 8443},
    "tunnel": {"PPTP": 1723, "OpenVPN over TCP": 1194, "SOCKS": 1080},
    "service": {
        "SSH": 22, "telnet": 23, "FTP": 21, "SMTP": 25, "submission": 587, "IMAP over TLS": 993, "SMB": 445,
        "remote desktop": 3389, "VNC": 5900, "TeamViewer": 5938, "LDAP": 389, "a database": 5432,
    },
    "other-tcp": {
        "Tor": 9001, "port 0": 0, "the last port": 65535, "WinRM": 5985, "SSTP": 992,
        "DNS over TCP to another port": 5353,
    },
}  # fmt: skip
_UDP = {
    "dns": {"DNS over UDP": 53},
    "dns-over-tls": {"DNS over QUIC": 853},
    "https": {"QUIC": 443},
    "tunnel": {
        "WireGuard": 51820, "OpenVPN": 1194, "Teredo": 3544, "IKE": 500, "ESP in UDP": 4500, "L2TP": 1701,
        "VXLAN": 4789, "GENEVE": 6081,
    },
    "name-lookup": {"mDNS to one machine": 5353, "LLMNR to one machine": 5355, "NetBIOS names": 137, "NetBIOS": 138},
    "discovery": {"SSDP to one machine": 1900, "WSD to one machine": 3702},
    "ntp": {"NTP": 123},
    "dhcp-client": {"DHCP to a server outside": 67},
    "service": {"SNMP": 161, "syslog": 514},
    "other-udp": {
        "STUN": 3478, "GTP": 2152, "GRE in UDP": 4754, "TFTP": 69, "BitTorrent": 6881, "DNSCrypt": 5443,
        "UDP port 0": 0, "CoAP": 5683,
    },
}  # fmt: skip
_PROTOCOLS = {
    "tunnel": {
        "GRE": wire.GRE, "IP in IP": wire.IPIP, "6in4": wire.IPV6_IN_IPV4, "ESP": wire.ESP, "AH": wire.AH,
        "Ethernet in IP": 97, "L2TPv3": 115, "MPLS in IP": 137, "IP compression": 108, "minimal encapsulation": 55,
        "SCTP": wire.SCTP,
    },
    "multicast": {"IGMP to one machine": wire.IGMP},
    "other": {
        "UDP-Lite": wire.UDP_LITE, "DCCP": wire.DCCP, "OSPF": wire.OSPF, "VRRP": 112, "PIM": 103,
        "protocol 253": 253, "protocol 255": 255, "protocol 0": 0, "RSVP": 46,
        "HIP": 139, "EGP": 8,
    },
}  # fmt: skip


def _by_table() -> list[Kind]:
    kinds = []
    for group, ports in _TCP.items():
        kinds += [Kind(name=n, group=group, frames=lambda s, p=p: [s.tcp(p)]) for n, p in ports.items()]
    for group, ports in _UDP.items():
        kinds += [Kind(name=n, group=group, frames=lambda s, p=p: [s.udp(p)]) for n, p in ports.items()]
    for group, ports in _PROTOCOLS.items():
        kinds += [
            Kind(name=n, group=group, frames=lambda s, p=p: [s.ip(p, _inner(s, p))]) for n, p in ports.items()
        ]
    return kinds


def _inner(scene: Scene, protocol: int) -> bytes:
    """What rides in the tunnel: a whole DNS query where there is a format for it."""
    query = scene.packet(wire.UDP, scene.datagram(53, wire.dns(scene.token)))
    if protocol == wire.GRE:
        return struct.pack("!HH", 0, wire.ETH_IPV4) + query
    if protocol == wire.IPV6_IN_IPV4:
        return wire.ipv6("2002:a32:65::1", scene.target6, wire.UDP, scene.datagram(53))
    return query if protocol == wire.IPIP else bytes(8) + scene.token


def _fragments_over_each_other(scene: Scene) -> list[bytes]:
    """The first says port 80, the second writes port 53 over it."""
    whole = scene.segment(80)
    again = scene.segment(53)
    first = scene.ip(wire.TCP, whole[:16] + scene.token, more=True, ident=9)
    return [first, scene.ip(wire.TCP, again[:24] + scene.token, offset=8, ident=9)]


_SHAPES = [
    Kind(name="a DNS answer", group="other-udp",
         frames=lambda s: [s.udp(40_053, wire.dns(s.token, answers=True), of=53)]),
    Kind(name="a DNS query", group="dns", frames=lambda s: [s.udp(53, wire.dns(s.token))]),
    Kind(name="TCP in mid-stream", group="https", frames=lambda s: [s.tcp(443, flags=wire.ACK | wire.PSH)]),
    Kind(name="TCP without a flag", group="https", frames=lambda s: [s.tcp(443, flags=0)]),
    Kind(name="TCP with every flag", group="https", frames=lambda s: [s.tcp(443, flags=0xFF)]),
    Kind(name="TCP SYN and ACK", group="https", frames=lambda s: [s.tcp(443, flags=wire.SYN | wire.ACK)]),
    Kind(name="TCP RST with data", group="https", frames=lambda s: [s.tcp(443, flags=0x04)]),
    Kind(name="UDP from port 123", group="https", frames=lambda s: [s.udp(443, of=123)]),
    Kind(name="TCP from port 80", group="other-tcp", frames=lambda s: [s.tcp(40_443, of=80, flags=wire.ACK)]),
    Kind(name="TCP from port 443", group="other-tcp", frames=lambda s: [s.tcp(40_443, of=443, flags=wire.ACK)]),
    Kind(name="TCP cut short", group="other-tcp", frames=lambda s: [s.ip(wire.TCP, s.token[:8])]),
    Kind(name="UDP that says it is longer", group="https",
         frames=lambda s: [s.ip(wire.UDP, struct.pack("!HHHH", 4000, 443, 1400, 0) + s.token)]),
    Kind(name="ICMP echo with data", group="icmp", frames=lambda s: [s.icmp(8)]),
    Kind(name="ICMP echo reply with data", group="icmp", frames=lambda s: [s.icmp(0)]),
    Kind(name="ICMP timestamp", group="icmp", frames=lambda s: [s.icmp(13)]),
    Kind(name="ICMP address mask", group="icmp", frames=lambda s: [s.icmp(17)]),
    Kind(name="ICMP unreachable with data", group="icmp",
         frames=lambda s: [s.ip(wire.ICMP, wire.icmp(3, 1, bytes(4), s.packet(wire.UDP, s.datagram(53))))]),
    Kind(name="ICMP unreachable that quotes the window", group="icmp", frames=lambda s: [s.ip(wire.ICMP, wire.icmp(
        3, 3, bytes(4), wire.ipv4(INTERNET, SERVER.ip, wire.TCP, struct.pack("!HHI", 443, 40_001, 1) + s.token)))]),
    Kind(name="ICMP redirect", group="icmp", frames=lambda s: [s.icmp(5, 1, wire.ip_bytes(SEAT2.ip))]),
    Kind(name="ICMP router advertisement", group="icmp", frames=lambda s: [s.icmp(9)]),
    Kind(name="ICMP of a type nobody has", group="icmp", frames=lambda s: [s.icmp(42)]),
    Kind(name="a first fragment", group="fragment", frames=lambda s: [s.udp(53, more=True, ident=2)]),
    Kind(name="a first fragment of eight bytes", group="fragment",
         frames=lambda s: [s.ip(wire.TCP, s.token, more=True, ident=3)]),
    Kind(name="a later fragment", group="fragment", frames=lambda s: [s.ip(wire.TCP, offset=64, ident=4)]),
    Kind(name="a last fragment alone", group="fragment", frames=lambda s: [s.ip(wire.UDP, offset=1480, ident=5)]),
    Kind(name="both fragments of a query", group="fragment", frames=lambda s: [
        s.ip(wire.UDP, s.datagram(53, s.token)[:16], more=True, ident=6), s.ip(wire.UDP, offset=16, ident=6)]),
    Kind(name="fragments over each other", group="fragment", frames=_fragments_over_each_other),
    Kind(name="a fragment behind the end", group="fragment",
         frames=lambda s: [s.ip(wire.ICMP, offset=65_528, ident=7)]),
    Kind(name="an ICMP fragment", group="fragment", frames=lambda s: [s.icmp(8, more=True, ident=8)]),
    Kind(name="the evil bit", group="https", frames=lambda s: [s.ip(wire.TCP, s.segment(443), bits=0x8000)]),
    Kind(name="loose source route", group="dns", frames=lambda s: [
        s.udp(53, options=b"\x83\x07\x08" + wire.ip_bytes(INTERNET))]),
    Kind(name="strict source route", group="dns", frames=lambda s: [
        s.udp(53, options=b"\x89\x07\x08" + wire.ip_bytes(INTERNET))]),
    Kind(name="record route", group="dns", frames=lambda s: [s.udp(53, options=b"\x07\x0b\x04" + bytes(8))]),
    Kind(name="IP timestamps", group="dns", frames=lambda s: [s.udp(53, options=b"\x44\x0c\x05\0" + bytes(8))]),
    Kind(name="router alert", group="multicast", frames=lambda s: [s.ip(wire.IGMP, options=b"\x94\x04\0\0")]),
    Kind(name="options full of nothing", group="https", frames=lambda s: [s.tcp(443, options=b"\x01" * 40)]),
    Kind(name="data in an IP option", group="dns", frames=lambda s: [s.udp(53, options=b"\xde\x0a" + s.token)]),
    Kind(name="data behind the packet's end", group="https",
         frames=lambda s: [s.frame(wire.ETH_IPV4, s.packet(wire.TCP, s.segment(443)[:20]) + bytes(20) + s.token)]),
    Kind(name="a whole frame full", group="other-udp", frames=lambda s: [s.udp(9, s.token + bytes(1464))]),
    Kind(name="a packet of no payload", group="other-udp", frames=lambda s: [s.ip(wire.UDP, s.token[:8])]),
]  # fmt: skip


_SPOOFED = [
    Kind(name=f"from {who}'s address", group="spoofed-ip",
         frames=lambda s, ip=ip: [s.as_if(ip=ip).udp(53), s.as_if(ip=ip).tcp(80), s.as_if(ip=ip).icmp(8)])
    for who, ip in {
        "the exam server": SERVER.ip, "the management PC": MANAGEMENT.ip, "another seat": SEAT2.ip, "the box": BOX.ip,
        "nobody": "10.50.0.77", "an outsider": "203.0.113.99", "another private net": "192.168.7.7",
        "the target": INTERNET, "zero": "0.0.0.0", "a link-local": "169.254.9.9",
    }.items()
] + [
    Kind(name="from the next multiple MAC", group="spoofed-mac",
         frames=lambda s: [s.as_if(mac="02:99:" + s.token[:4].hex(":")).udp(53)]),
    Kind(name="from another seat's MAC", group="spoofed-ip", frames=lambda s: [s.as_if(mac=SEAT2.mac).udp(53)]),
    Kind(name="from the exam server's MAC", group="spoofed-ip",
         frames=lambda s: [s.as_if(mac=SERVER.mac).udp(53), s.as_if(mac=SERVER.mac).tcp(443)]),
    Kind(name="from the exam server's MAC and address", group="spoofed-ip",
         frames=lambda s: [(t := s.as_if(mac=SERVER.mac, ip=SERVER.ip)).udp(53), t.tcp(80)]),
    Kind(name="from a MAC with one bit more", group="spoofed-mac",
         frames=lambda s: [s.as_if(mac="06" + s.source.mac[2:]).tcp(443)]),
    Kind(name="the server's DNS from a seat", group="spoofed-ip",
         frames=lambda s: [s.as_if(ip=SERVER.ip).udp(53, wire.dns(s.token))]),
]  # fmt: skip


def _long_chain(scene: Scene) -> list[bytes]:
    chain = wire.extension(wire.DESTINATION) + wire.extension(wire.DESTINATION) + wire.extension(wire.UDP)
    return [scene.ip6(wire.HOP_BY_HOP, chain + scene.datagram6(53))]


_IPV6 = [
    Kind(name="IPv6 UDP", group="ipv6", frames=lambda s: [s.ip6(wire.UDP, s.datagram6(53))]),
    Kind(name="IPv6 TCP", group="ipv6", frames=lambda s: [s.ip6(wire.TCP, wire.tcp(
        s.source.ip6, s.target6, (40_001, 443), s.token, sequence=s.number))]),
    Kind(name="IPv6 echo", group="ipv6", frames=lambda s: [s.ip6(wire.ICMPV6, s.echo6())]),
    Kind(name="IPv6 echo reply", group="ipv6", frames=lambda s: [s.ip6(wire.ICMPV6, s.echo6(129))]),
    Kind(name="IPv6 with hop-by-hop options", group="ipv6",
         frames=lambda s: [s.ip6(wire.HOP_BY_HOP, wire.extension(wire.UDP) + s.datagram6(53))]),
    Kind(name="IPv6 with destination options", group="ipv6",
         frames=lambda s: [s.ip6(wire.DESTINATION, wire.extension(wire.UDP) + s.datagram6(53))]),
    Kind(name="IPv6 with a routing header", group="ipv6",
         frames=lambda s: [s.ip6(wire.ROUTING, wire.extension(wire.UDP, kind=wire.ROUTING) + s.datagram6(53))]),
    Kind(name="IPv6 with a chain of headers", group="ipv6", frames=_long_chain),
    Kind(name="IPv6 fragments", group="ipv6",
         frames=lambda s: [s.ip6(wire.FRAGMENT, wire.fragment(wire.UDP, more=True) + s.datagram6(53)),
                           s.ip6(wire.FRAGMENT, wire.fragment(wire.UDP, offset=16) + s.token)]),
    Kind(name="IPv6 in one fragment", group="ipv6",
         frames=lambda s: [s.ip6(wire.FRAGMENT, wire.fragment(wire.UDP) + s.datagram6(53))]),
    Kind(name="IPv6 with no next header", group="ipv6", frames=lambda s: [s.ip6(wire.NO_NEXT, s.token)]),
    Kind(name="IPv6 with IPv4 inside", group="ipv6",
         frames=lambda s: [s.ip6(wire.IPIP, s.packet(wire.UDP, s.datagram(53)))]),
    Kind(name="IPv6 ESP", group="ipv6", frames=lambda s: [s.ip6(wire.ESP, bytes(8) + s.token)]),
    Kind(name="IPv6 SCTP", group="ipv6", frames=lambda s: [s.ip6(wire.SCTP, bytes(12) + s.token)]),
    Kind(name="IPv6 GRE", group="ipv6", frames=lambda s: [s.ip6(wire.GRE, bytes(4) + s.token)]),
    Kind(name="IPv6 from the server's address", group="ipv6",
         frames=lambda s: [s.as_if(ip6=SERVER.ip6).ip6(wire.ICMPV6, s.as_if(ip6=SERVER.ip6).echo6())]),
    Kind(name="IPv6 from an outsider's address", group="ipv6",
         frames=lambda s: [s.as_if(ip6="2001:db8:9::9").ip6(wire.ICMPV6, s.as_if(ip6="2001:db8:9::9").echo6())]),
    Kind(name="IPv6 to the NAT64 prefix", group="ipv6",
         frames=lambda s: [(t := s.to(target6="64:ff9b::cb00:710a")).ip6(wire.UDP, t.datagram6(53))]),
    Kind(name="IPv6 to 6to4", group="ipv6",
         frames=lambda s: [(t := s.to(target6="2002:cb00:710a::1")).ip6(wire.UDP, t.datagram6(53))]),
    Kind(name="IPv6 from a link-local address", group="ipv6", where=BRIDGED,
         frames=lambda s: [s.as_if(ip6="fe80::65").ip6(wire.UDP, s.as_if(ip6="fe80::65").datagram6(53))]),
]  # fmt: skip

PACKETS = [*_by_table(), *_SHAPES, *_SPOOFED, *_IPV6]
