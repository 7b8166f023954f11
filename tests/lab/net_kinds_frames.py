"""Attacks of the link: what only a bridge would carry, to the line or to another seat, and what looks like it."""

import struct

from tests.lab import net_frames as wire
from tests.lab.net import BOX, MANAGEMENT, SEAT2, SERVER
from tests.lab.net_scene import NOT_SEATS, ON_PORTS, OVER_LINK, Kind, Scene

_NOBODY = ("00:00:00:00:00:00", "0.0.0.0")
_ALL_NODES, _ALL_ROUTERS = "33:33:00:00:00:01", "33:33:00:00:00:02"


def _arp(
    scene: Scene, operation: int, mac: str, ip: str, of: tuple[str, str], *, hop: str = ""
) -> list[bytes]:
    """An ARP frame in which `mac` has `ip`, told to `of`; the token rides behind it."""
    body = wire.arp(operation, (mac, ip), of, more=scene.token)
    return [wire.ether(hop or wire.BROADCAST, scene.source.mac, wire.ETH_ARP, body)]


def _me(scene: Scene) -> str:
    return scene.source.mac


_ARP = [
    Kind(name="ARP with a message behind it", group="arp-spoof", where=OVER_LINK, harmless=NOT_SEATS,
         frames=lambda s: _arp(s, 1, _me(s), s.source.ip, (_NOBODY[0], s.gateway.ip))),
    Kind(name="ARP: I am the gateway", group="arp-spoof", where=OVER_LINK,
         frames=lambda s: _arp(s, 2, _me(s), s.gateway.ip, (SERVER.mac, SERVER.ip), hop=s.hop)),
    Kind(name="ARP to all: I am the gateway", group="arp-spoof", where=OVER_LINK,
         frames=lambda s: _arp(s, 2, _me(s), s.gateway.ip, (wire.BROADCAST, s.gateway.ip))),
    Kind(name="ARP request: I am the gateway", group="arp-spoof", where=OVER_LINK,
         frames=lambda s: _arp(s, 1, _me(s), s.gateway.ip, (_NOBODY[0], SERVER.ip))),
    Kind(name="ARP to all: I am the exam server", group="arp-spoof", where=OVER_LINK,
         frames=lambda s: _arp(s, 2, _me(s), SERVER.ip, (wire.BROADCAST, SERVER.ip))),
    Kind(name="ARP request: I am the exam server", group="arp-spoof", where=OVER_LINK,
         frames=lambda s: _arp(s, 1, _me(s), SERVER.ip, (_NOBODY[0], s.gateway.ip))),
    Kind(name="gratuitous ARP for the exam server", group="arp-spoof", where=OVER_LINK,
         frames=lambda s: _arp(s, 1, _me(s), SERVER.ip, (_NOBODY[0], SERVER.ip))),
    Kind(name="ARP: I am the box", group="arp-spoof", where=OVER_LINK,
         frames=lambda s: _arp(s, 2, _me(s), BOX.ip, (wire.BROADCAST, BOX.ip))),
    Kind(name="ARP: I am another seat", group="arp-spoof", where=OVER_LINK,
         frames=lambda s: _arp(s, 2, _me(s), SEAT2.ip, (wire.BROADCAST, SEAT2.ip))),
    Kind(name="ARP: somebody else has my address", group="arp-spoof", where=OVER_LINK,
         frames=lambda s: _arp(s, 2, "02:99:00:00:00:01", s.source.ip, (wire.BROADCAST, s.source.ip))),
    Kind(name="ARP: the gateway's MAC has the exam server's address", group="arp-spoof", where=OVER_LINK,
         frames=lambda s: _arp(s, 2, s.gateway.mac, SERVER.ip, (wire.BROADCAST, SERVER.ip))),
    Kind(name="ARP from the exam server's MAC", group="spoofed-mac",
         frames=lambda s: _arp(s.as_if(mac=SERVER.mac), 1, SERVER.mac, SERVER.ip, (_NOBODY[0], s.gateway.ip),
                               hop=s.hop if s.hop != BOX.mac else wire.BROADCAST),
         where=ON_PORTS),
    Kind(name="an ARP probe", group="arp-spoof", where=OVER_LINK,
         frames=lambda s: _arp(s, 1, _me(s), "0.0.0.0", (_NOBODY[0], SERVER.ip))),
    Kind(name="ARP of an operation nobody has", group="arp-spoof", where=OVER_LINK,
         frames=lambda s: _arp(s, 9, _me(s), s.source.ip, (_NOBODY[0], s.gateway.ip))),
    Kind(name="ARP for hardware nobody has", group="arp-spoof", where=OVER_LINK, frames=lambda s: [wire.ether(
        wire.BROADCAST, _me(s), wire.ETH_ARP, struct.pack("!HHBBH", 24, wire.ETH_IPV4, 8, 4, 1) + s.token * 3)]),
    Kind(name="ARP that is too short", group="arp-spoof", where=OVER_LINK, frames=lambda s: [wire.ether(
        wire.BROADCAST, _me(s), wire.ETH_ARP, struct.pack("!HH", 1, wire.ETH_IPV4) + s.token)]),
    Kind(name="reverse ARP", group="ethertype", where=OVER_LINK, frames=lambda s: [wire.ether(
        wire.BROADCAST, _me(s), 0x8035, wire.arp(3, (_me(s), "0.0.0.0"), (_me(s), "0.0.0.0"), more=s.token))]),
]  # fmt: skip

# Ethernet's other numbers: to whoever stands between here and there, and to all.
_ETHERTYPES = {
    "MPLS": 0x8847, "MPLS multicast": 0x8848, "PPPoE discovery": 0x8863, "PPPoE": 0x8864, "LLDP": 0x88CC,
    "EAPOL": 0x888E, "wake on LAN": 0x0842, "ATA over Ethernet": 0x88A2, "FCoE": 0x8906, "HomePlug": 0x88E1,
    "PROFINET": 0x8892, "EtherCAT": 0x88A4, "PTP": 0x88F7, "MACsec": 0x88E5, "loopback": 0x9000, "batman": 0x4305,
    "IPX": 0x8137, "RoCE": 0x8915, "NSH": 0x894F, "TRILL": 0x22F3, "MAC in MAC": 0x88E7, "AppleTalk": 0x809B,
    "TIPC": 0x88CA, "DECnet": 0x6003, "experiment": 0x88B5, "no type at all": 0xFFFF, "Realtek's loop": 0x8899,
    "transparent Ethernet": 0x6558, "slow protocols": 0x8809,
}  # fmt: skip
_ODD = [
    Kind(name=name, group="ethertype", where=OVER_LINK, frames=lambda s, number=number: [
        s.frame(number, s.token * 3), wire.ether(wire.BROADCAST, _me(s), number, s.token * 3)])
    for name, number in _ETHERTYPES.items()
] + [
    Kind(name="IPv6 that says it is IPv4", group="fragment", where=OVER_LINK, frames=lambda s: [
        s.frame(wire.ETH_IPV4, wire.ipv6(s.source.ip6, s.target6, wire.UDP, s.datagram6(53)))]),
    Kind(name="IPv4 that says it is IPv6", group="ipv6", where=OVER_LINK, frames=lambda s: [
        s.frame(wire.ETH_IPV6, s.packet(wire.UDP, s.datagram(53)))]),
    Kind(name="IPv4 that says it is ARP", group="arp-spoof", where=OVER_LINK, frames=lambda s: [
        s.frame(wire.ETH_ARP, s.packet(wire.UDP, s.datagram(53)))]),
    Kind(name="IPv4 of version 5", group="other-udp", where=OVER_LINK, frames=lambda s: [
        s.frame(wire.ETH_IPV4, b"\x55" + s.packet(wire.UDP, s.datagram(53))[1:])]),
    Kind(name="IPv4 with a header of three words", group="other-udp", where=OVER_LINK, frames=lambda s: [
        s.frame(wire.ETH_IPV4, b"\x43" + s.packet(wire.UDP, s.datagram(53))[1:])]),
    Kind(name="LLC with SNAP and IPv4", group="ethertype", where=OVER_LINK, frames=lambda s: [
        wire.snap(s.hop, _me(s), wire.ETH_IPV4, s.packet(wire.UDP, s.datagram(53)))]),
    Kind(name="Cisco's discovery", group="ethertype", where=OVER_LINK, frames=lambda s: [
        wire.snap("01:00:0c:cc:cc:cc", _me(s), 0x2000, s.token, oui=b"\0\0\x0c")]),
    Kind(name="NetBEUI", group="ethertype", where=OVER_LINK, frames=lambda s: [wire.llc(s.hop, _me(s), 0xF0, s.token)]),
    Kind(name="LLC of IPX", group="ethertype", where=OVER_LINK, frames=lambda s: [
        wire.llc(s.hop, _me(s), 0xE0, s.token)]),
    Kind(name="spanning tree in a frame to one machine", group="ethertype", where=OVER_LINK, frames=lambda s: [
        wire.llc(s.hop, _me(s), 0x42, s.token * 4)]),
    Kind(name="per-VLAN spanning tree", group="ethertype", where=OVER_LINK, frames=lambda s: [
        wire.snap("01:00:0c:cc:cc:cd", _me(s), 0x010B, s.token * 4, oui=b"\0\0\x0c")]),
]  # fmt: skip

_C, _S = wire.ETH_VLAN, wire.ETH_QINQ
_TAGS: dict[str, tuple[tuple[int, int], ...]] = {
    "a VLAN tag": ((_C, 10),), "the tag of VLAN 1": ((_C, 1),), "the last VLAN's tag": ((_C, 4095),),
    "a service tag": ((_S, 10),), "QinQ": ((_S, 10), (_C, 20)), "a tag in a tag": ((_C, 10), (_C, 20)),
    "the old QinQ number": ((0x9100, 10), (_C, 20)), "three tags": ((_S, 1), (_C, 2), (_C, 3)),
    "a priority tag in a VLAN tag": ((_C, 10), (_C, 0xE000)),
}  # fmt: skip
_PRIORITY: dict[str, tuple[tuple[int, int], ...]] = {
    "a priority tag": ((_C, 0xE000),), "a priority service tag": ((_S, 0xA000),), "an empty tag": ((_C, 0),),
    "two priority tags": ((_C, 0xE000), (_C, 0xE000)), "a priority tag in a service tag": ((_S, 0), (_C, 0)),
}  # fmt: skip


def _tagged(scene: Scene, tags: tuple[tuple[int, int], ...]) -> list[bytes]:
    return [
        scene.frame(wire.ETH_IPV4, scene.packet(wire.UDP, scene.datagram(53)), tags=tags),
        scene.frame(wire.ETH_IPV4, scene.packet(wire.TCP, scene.segment(443)), tags=tags),
    ]


_VLAN = [
    Kind(name=f"{name} before DNS", group="vlan", where=OVER_LINK, frames=lambda s, t=tags: _tagged(s, t))
    for name, tags in _TAGS.items()
] + [
    Kind(name=f"{name} before DNS", group="vlan", frames=lambda s, t=tags: _tagged(s, t))
    for name, tags in _PRIORITY.items()
] + [
    Kind(name="a VLAN tag before IPv6", group="vlan", where=OVER_LINK, frames=lambda s: [s.frame(
        wire.ETH_IPV6, wire.ipv6(s.source.ip6, s.target6, wire.UDP, s.datagram6(53)), tags=((_C, 10),))]),
    Kind(name="a priority tag before IPv6", group="vlan", frames=lambda s: [s.frame(
        wire.ETH_IPV6, wire.ipv6(s.source.ip6, s.target6, wire.UDP, s.datagram6(53)), tags=((_C, 0xE000),))]),
    Kind(name="a VLAN tag before ARP", group="vlan", where=OVER_LINK, frames=lambda s: [wire.ether(
        wire.BROADCAST, _me(s), wire.ETH_ARP, wire.arp(1, (_me(s), s.source.ip), _NOBODY, more=s.token),
        tags=((_C, 10),))]),
]  # fmt: skip

_GROUPS = {
    "mDNS": ("name-lookup", "224.0.0.251", 5353), "LLMNR": ("name-lookup", "224.0.0.252", 5355),
    "SSDP": ("discovery", "239.255.255.250", 1900), "WSD": ("discovery", "239.255.255.250", 3702),
    "NTP to a group": ("multicast", "224.0.1.1", 123), "a group of its own": ("multicast", "239.1.2.3", 5004),
    "all hosts": ("multicast", "224.0.0.1", 9), "a global group": ("multicast", "233.252.0.9", 9),
    "all of the net": ("other-udp", "10.50.0.255", 9), "everybody": ("other-udp", "255.255.255.255", 9),
    "NetBIOS to all of the net": ("name-lookup", "10.50.0.255", 137),
    "a printer's call to everybody": ("discovery", "255.255.255.255", 3702),
}  # fmt: skip


def _group_mac(ip: str) -> str:
    """The link address of an IPv4 group (RFC 1112 6.4), or of everybody."""
    last = wire.ip_bytes(ip)
    return (
        "01:00:5e:" + bytes([last[1] & 0x7F, *last[2:]]).hex(":") if 224 <= last[0] < 240 else wire.BROADCAST
    )


def _to_all(scene: Scene, kind: int, payload: bytes, mac: str = wire.BROADCAST) -> list[bytes]:
    return [wire.ether(mac, scene.source.mac, kind, payload)]


_MULTICAST = [
    Kind(name=f"UDP to {name}", group=group, where=OVER_LINK, frames=lambda s, ip=ip, port=port: [
        s.to(ip, hop=_group_mac(ip)).udp(port)])
    for name, (group, ip, port) in _GROUPS.items()
] + [
    Kind(name="IGMP", group="multicast", where=OVER_LINK, frames=lambda s: [
        s.to("224.0.0.22", hop="01:00:5e:00:00:16").ip(wire.IGMP, b"\x22\0\0\0" + s.token)]),
    Kind(name="one machine's packet to everybody's MAC", group="dns", where=OVER_LINK, frames=lambda s: [
        s.to(hop=wire.BROADCAST).udp(53)]),
    Kind(name="one machine's packet to a group's MAC", group="dns", where=OVER_LINK, frames=lambda s: [
        s.to(hop="01:00:5e:01:02:03").udp(53)]),
    Kind(name="a group's packet to one MAC", group="multicast", where=OVER_LINK, frames=lambda s: [
        s.to("239.1.2.3").udp(9)]),
    Kind(name="ICMP echo to all of the net", group="icmp", where=OVER_LINK, frames=lambda s: [
        s.to("10.50.0.255", hop=wire.BROADCAST).icmp(8)]),
]  # fmt: skip


def _dhcp(scene: Scene, operation: int, message: int, ports: tuple[int, int], ip: str) -> list[bytes]:
    body = wire.dhcp(operation, message, scene.source.mac, scene.token, offered="10.50.0.200")
    packet = wire.ipv4(ip, "255.255.255.255", wire.UDP, wire.udp(ip, "255.255.255.255", ports, body))
    return _to_all(scene, wire.ETH_IPV4, packet)


_DHCP = [
    Kind(name="DHCP discover", group="dhcp-client", where=OVER_LINK,
         frames=lambda s: _dhcp(s, 1, 1, (68, 67), "0.0.0.0")),
    Kind(name="DHCP request", group="dhcp-client", where=OVER_LINK,
         frames=lambda s: _dhcp(s, 1, 3, (68, 67), "0.0.0.0")),
    Kind(name="DHCP offer by a seat", group="dhcp-server", where=OVER_LINK,
         frames=lambda s: _dhcp(s, 2, 2, (67, 68), s.source.ip)),
    Kind(name="DHCP acknowledgement by a seat", group="dhcp-server", where=OVER_LINK,
         frames=lambda s: _dhcp(s, 2, 5, (67, 68), s.source.ip)),
    Kind(name="DHCP offer in the server's name", group="spoofed-ip", where=OVER_LINK,
         frames=lambda s: _dhcp(s, 2, 2, (67, 68), SERVER.ip)),
    Kind(name="DHCP offer from an odd port", group="dhcp-server", where=OVER_LINK,
         frames=lambda s: _dhcp(s, 2, 2, (6767, 68), s.source.ip)),
]  # fmt: skip


def _v6(scene: Scene, source: str, target: str, following: int, body: bytes, mac: str) -> list[bytes]:
    return _to_all(scene, wire.ETH_IPV6, wire.ipv6(source, target, following, body, hops=255), mac)


def _neighbour(scene: Scene, kind: int, ip6: str, target: str = "ff02::1") -> list[bytes]:
    """A neighbour message that says: `ip6` is at my MAC (RFC 4861 4.3, 4.4)."""
    option = bytes([2 if kind == 136 else 1, 1]) + wire.mac_bytes(scene.source.mac)
    body = struct.pack("!I", 0x20000000 if kind == 136 else 0) + wire.ip_bytes(ip6) + option + scene.token
    message = wire.icmpv6(scene.source.ip6, target, kind, body)
    return _v6(scene, scene.source.ip6, target, wire.ICMPV6, message, _ALL_NODES)


def _ra(scene: Scene, *headers: int, mac: str = _ALL_NODES, target: str = "ff02::1") -> list[bytes]:
    """A router advertisement behind extension headers."""
    body = wire.advertisement("fe80::65", target, scene.token)
    following = wire.ICMPV6
    for header in reversed(headers):
        body = (wire.fragment(following) if header == wire.FRAGMENT else wire.extension(following)) + body
        following = header
    return _v6(scene, "fe80::65", target, following, body, mac)


def _ra_in_two(scene: Scene) -> list[bytes]:
    """A router advertisement whose type stands in the second fragment only (RFC 7113 2.2)."""
    whole = wire.extension(wire.ICMPV6, kind=0) + wire.advertisement("fe80::65", "ff02::1", scene.token)
    parts = [
        wire.fragment(wire.DESTINATION, more=True) + whole[:8] + b"",
        wire.fragment(wire.DESTINATION, offset=8) + whole[8:],
    ]
    return [_v6(scene, "fe80::65", "ff02::1", wire.FRAGMENT, part, _ALL_NODES)[0] for part in parts]


_ND = [
    Kind(name=name, group=group, where=OVER_LINK, frames=frames)
    for name, group, frames in (
        ("router advertisement", "router-advertisement", lambda s: _ra(s)),
        ("router advertisement behind hop-by-hop", "router-advertisement", lambda s: _ra(s, wire.HOP_BY_HOP)),
        ("router advertisement behind options", "router-advertisement", lambda s: _ra(s, wire.DESTINATION)),
        ("router advertisement in one fragment", "router-advertisement", lambda s: _ra(s, wire.FRAGMENT)),
        ("router advertisement in two fragments", "ipv6", _ra_in_two),
        ("router advertisement behind both", "router-advertisement", lambda s: _ra(s, wire.HOP_BY_HOP, wire.FRAGMENT)),
        ("router advertisement to everybody's MAC", "router-advertisement", lambda s: _ra(s, mac=wire.BROADCAST)),
        ("router advertisement to one MAC", "router-advertisement", lambda s: _ra(s, mac=s.hop)),
        ("router solicitation", "ipv6", lambda s: _v6(s, "fe80::65", "ff02::2", wire.ICMPV6, wire.icmpv6(
            "fe80::65", "ff02::2", 133, bytes(4) + s.token), _ALL_ROUTERS)),
        ("neighbour solicitation", "ipv6", lambda s: _neighbour(s, 135, s.gateway.ip6)),
        ("neighbour advertisement for the gateway", "ipv6", lambda s: _neighbour(s, 136, s.gateway.ip6)),
        ("neighbour advertisement for the server", "ipv6", lambda s: _neighbour(s, 136, SERVER.ip6)),
        ("IPv6 redirect", "ipv6", lambda s: _v6(s, "fe80::65", "ff02::1", wire.ICMPV6, wire.icmpv6(
            "fe80::65", "ff02::1", 137, bytes(36) + s.token), _ALL_NODES)),
        ("multicast listener report", "ipv6", lambda s: _v6(s, "fe80::65", "ff02::16", wire.ICMPV6, wire.icmpv6(
            "fe80::65", "ff02::16", 143, bytes(4) + s.token), "33:33:00:00:00:16")),
        ("IPv6 to all nodes", "ipv6", lambda s: _v6(s, s.source.ip6, "ff02::1", wire.UDP, wire.udp(
            s.source.ip6, "ff02::1", (9, 9), s.token), _ALL_NODES)),
        ("mDNS over IPv6", "ipv6", lambda s: _v6(s, s.source.ip6, "ff02::fb", wire.UDP, wire.udp(
            s.source.ip6, "ff02::fb", (5353, 5353), s.token), "33:33:00:00:00:fb")),
        ("DHCPv6 solicit", "ipv6", lambda s: _v6(s, "fe80::65", "ff02::1:2", wire.UDP, wire.udp(
            "fe80::65", "ff02::1:2", (546, 547), b"\x01" + s.token), "33:33:00:01:00:02")),
        ("DHCPv6 advertise", "ipv6", lambda s: _v6(s, "fe80::65", "ff02::1", wire.UDP, wire.udp(
            "fe80::65", "ff02::1", (547, 546), b"\x02" + s.token), _ALL_NODES)),
    )
]  # fmt: skip

_MACS = [
    Kind(name="from the gateway's MAC", group="spoofed-mac", where=OVER_LINK, frames=lambda s: [
        s.as_if(mac=s.gateway.mac).to(hop=wire.BROADCAST).udp(53)]),
    Kind(name="from the management PC's MAC and address", group="spoofed-ip", frames=lambda s: [
        s.as_if(mac=MANAGEMENT.mac, ip=MANAGEMENT.ip).tcp(443)]),
    Kind(name="to a MAC nobody has", group="dns", where=OVER_LINK, frames=lambda s: [
        s.to(hop="02:99:99:99:99:99").udp(53)]),
]  # fmt: skip

FRAMES = [*_ARP, *_ODD, *_VLAN, *_MULTICAST, *_DHCP, *_ND, *_MACS]
