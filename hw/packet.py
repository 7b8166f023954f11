"""From whom and where to a packet goes, by its first bytes.

Source: RFC 791, RFC 8200, RFC 826.
"""

import ipaddress

_IPV4, _ARP, _IPV6 = 0x0800, 0x0806, 0x86DD
_NAMES = {6: "", 17: "/udp"}


def ends(protocol: int, payload: bytes) -> tuple[str, str]:
    """(source, destination) of a packet of that ethertype: `10.50.0.11`, `192.0.2.9:443`, `192.0.2.9:53/udp`,
    `[2001:db8::1]:443`; '' for what the bytes do not tell.
    """
    if protocol == _IPV4 and len(payload) >= 20 and payload[0] >> 4 == 4:
        later = int.from_bytes(payload[6:8], "big") & 0x1FFF
        port = _port(payload[9], payload, 4 * (payload[0] & 0x0F)) if not later else ""
        return _text(payload[12:16]), _text(payload[16:20]) + port
    if protocol == _IPV6 and len(payload) >= 40 and payload[0] >> 4 == 6:
        return _text(payload[8:24]), f"[{_text(payload[24:40])}]" + _port(payload[6], payload, 40)
    if protocol == _ARP and len(payload) >= 28 and payload[4:6] == b"\x06\x04":
        return _text(payload[14:18]), _text(payload[24:28])
    return "", ""


def _text(raw: bytes) -> str:
    return str(ipaddress.ip_address(raw))


def _port(protocol: int, payload: bytes, header: int) -> str:
    raw = payload[header + 2 : header + 4]
    if protocol not in _NAMES or header < 20 or len(raw) < 2:
        return ""
    return f":{int.from_bytes(raw, 'big')}{_NAMES[protocol]}"
