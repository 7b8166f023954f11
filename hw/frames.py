"""Frames from nothing: Ethernet, IPv4, IPv6, UDP, TCP, ICMP, with their checksums.

Source: IEEE 802.3; RFC 791, 768, 9293, 792, 8200; RFC 1071 for the checksum.
"""

import socket
import struct
from dataclasses import dataclass

IPV4, IPV6, ARP, VLAN, QINQ = 0x0800, 0x86DD, 0x0806, 0x8100, 0x88A8
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
FIN, SYN, RST, PUSH, ACK, URGENT = 1, 2, 4, 8, 16, 32
LEAST_BYTES = 60
MORE_FRAGMENTS = 0x2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """From which address to which one, both IPv4 or both IPv6."""

    source: str
    target: str


def mac_bytes(text: str) -> bytes:
    """02:50:00:00:00:01 as six bytes. Raises ValueError."""
    raw = bytes.fromhex(text.replace(":", ""))
    if len(raw) != 6:
        raise ValueError(f"{text!r}: six bytes were expected")
    return raw


def ethernet(target: str, source: str, kind: int, payload: bytes) -> bytes:
    """A frame, filled up to 60 bytes. `kind` is an EtherType, or a length where it is at most 1500."""
    frame = mac_bytes(target) + mac_bytes(source) + struct.pack("!H", kind) + payload
    return frame + bytes(max(0, LEAST_BYTES - len(frame)))


def ipv4(
    ends: Ends, protocol: int, payload: bytes, *, fragment: int = 0, options: bytes = b"", number: int = 1
) -> bytes:
    """A packet. `fragment`: flags and offset as they stand in the header; `options` a multiple of four bytes."""
    if len(options) % 4 or len(options) > 40:
        raise ValueError(f"{len(options)} bytes of options: a multiple of four up to 40 was expected")
    length = 20 + len(options) + len(payload)
    first, addresses = 0x45 + len(options) // 4, _ipv4_pair(ends)
    rest = struct.pack("!HHHBB", length, number & 0xFFFF, fragment, 64, protocol)
    head = struct.pack("!BB", first, 0) + rest
    check = checksum(head + bytes(2) + addresses + options)
    return head + struct.pack("!H", check) + addresses + options + payload


def ipv6(ends: Ends, following: int, payload: bytes, *, hops: int = 64) -> bytes:
    """A packet; `following` is the number of the next header."""
    head = struct.pack("!IHBB", 6 << 28, len(payload), following, hops)
    return head + _ipv6_pair(ends) + payload


def udp(ends: Ends, ports: tuple[int, int], payload: bytes) -> bytes:
    """A datagram from the first port to the second."""
    head = struct.pack("!HHH", *ports, 8 + len(payload))
    check = _check(ends, UDP, head + bytes(2) + payload) or 0xFFFF
    return head + struct.pack("!H", check) + payload


def tcp(ends: Ends, ports: tuple[int, int], payload: bytes, *, flags: int = SYN, sequence: int = 1) -> bytes:
    """A segment from the first port to the second."""
    head = struct.pack("!HHIIBBH", *ports, sequence, int(bool(flags & ACK)), 5 << 4, flags, 64_240)
    check = _check(ends, TCP, head + bytes(4) + payload)
    return head + struct.pack("!HH", check, 0) + payload


def icmp(kind: int, code: int, rest: bytes, payload: bytes) -> bytes:
    """A message; `rest` are the four bytes behind the checksum."""
    head = struct.pack("!BB", kind, code)
    return head + struct.pack("!H", checksum(head + bytes(2) + rest + payload)) + rest + payload


def icmpv6(ends: Ends, kind: int, rest: bytes) -> bytes:
    """A message of ICMPv6; `rest` is all behind the checksum."""
    head = struct.pack("!BB", kind, 0)
    return head + struct.pack("!H", _check(ends, ICMPV6, head + bytes(2) + rest)) + rest


def arp(*, operation: int, sender: tuple[str, str], target: tuple[str, str]) -> bytes:
    """A packet; `sender` and `target` are MAC and IPv4 address."""
    pairs = (mac_bytes(mac) + socket.inet_aton(ip) for mac, ip in (sender, target))
    return struct.pack("!HHBBH", 1, IPV4, 6, 4, operation) + b"".join(pairs)


def checksum(data: bytes) -> int:
    """The ones' complement sum of RFC 1071."""
    padded = data + bytes(len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _check(ends: Ends, protocol: int, segment: bytes) -> int:
    if ":" in ends.source:
        pseudo = _ipv6_pair(ends) + struct.pack("!II", len(segment), protocol)
    else:
        pseudo = _ipv4_pair(ends) + struct.pack("!BBH", 0, protocol, len(segment))
    return checksum(pseudo + segment)


def _ipv4_pair(ends: Ends) -> bytes:
    return socket.inet_aton(ends.source) + socket.inet_aton(ends.target)


def _ipv6_pair(ends: Ends) -> bytes:
    return socket.inet_pton(socket.AF_INET6, ends.source) + socket.inet_pton(socket.AF_INET6, ends.target)
