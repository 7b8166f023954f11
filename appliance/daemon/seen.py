"""Looks for a while who is in the exam network, for a seat list that is being made: no guard is needed."""

import socket
import time
from ipaddress import ip_interface

from appliance.events.network import NetworkPlan
from appliance.events.readings import Host
from appliance.watch.presence import PERIOD_S, PresenceReader

LARGEST = 2048
ROUND_S = 5.0


class NotSeen(Exception):
    """Nobody could be looked for; one line says why."""


def exam_interface(plan: NetworkPlan) -> str:
    """Where the exam network is heard: its bridge; on a box that only watches its first port where there is none."""
    alone = plan.mode == "watch" and plan.exam_bridge not in (name for _, name in socket.if_nameindex())
    return plan.exam_ports[0] if alone and plan.exam_ports else plan.exam_bridge


def addresses(plan: NetworkPlan) -> tuple[str, ...]:
    """Every address of the exam network where it has at most `LARGEST`, else the listed ones."""
    network = ip_interface(plan.address).network if plan.address else None
    if network is not None and network.num_addresses <= LARGEST:
        return tuple(str(ip) for ip in network.hosts())
    listed = [*(s.ip for s in plan.servers), *(d.ip for d in plan.devices), *(s.ip for s in plan.seats)]
    return tuple(ip for ip in listed if ip)


def hosts(plan: NetworkPlan, interface: str, *, rounds: int = 2) -> tuple[Host, ...]:
    """Everybody who answered or spoke; the line's side and the box itself left out. Raises NotSeen."""
    asked = addresses(plan)
    own_ip = plan.address.partition("/")[0]
    reader = PresenceReader(
        interface=interface, ips=asked, own_ip=own_ip, uplink=plan.uplink, round_s=ROUND_S
    )
    ends_s = time.monotonic() + rounds * reader.round_s + 2.0
    try:
        while time.monotonic() < ends_s:
            reading = reader()
            if reading.unknown not in ("", "waiting"):
                raise NotSeen(reading.unknown)
            time.sleep(PERIOD_S)
        return reading.hosts
    finally:
        reader.close()
