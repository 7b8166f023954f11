"""An exam network of two rooms: its plan, and the plan of the venue around it."""

from appliance.events.network import NetworkDevice, NetworkPlan, NetworkSeat, NetworkServer
from appliance.events.plan import Plan
from tests.exam.ledger import plan

SERVER, SECOND = "10.50.0.2", "10.50.0.3"
PROVINCE, UPDATES = "198.51.100.10:443", "203.0.113.5:443"


def mac_of(seat: str) -> str:
    room, _, number = seat.partition("-")
    return f"02:50:00:{int(room):02x}:00:{int(number):02x}"


def ip_of(seat: str) -> str:
    room, _, number = seat.partition("-")
    return f"10.50.{int(room)}.{100 + int(number)}"


def network(**changes: object) -> NetworkPlan:
    """Routed, two servers, a management PC, every seat of `tests.exam.ledger.plan` with its address."""
    values: dict[str, object] = {
        "mode": "route",
        "exam_ports": ("eth1",),
        "uplink": "eth0",
        "address": "10.50.0.1/16",
        "province": (PROVINCE,),
        "updates": (UPDATES,),
        "servers": (
            NetworkServer(name="exam-server", ip=SERVER, mac="02:50:00:00:00:02", tcp=(443,)),
            NetworkServer(name="second", ip=SECOND, mac="02:50:00:00:00:03", tcp=(443,)),
        ),
        "devices": (
            NetworkDevice(name="management", mac="02:50:00:00:00:20", ip="10.50.0.20", role="management"),
        ),
        "seats": tuple(
            NetworkSeat(id=seat.id, mac=mac_of(seat.id), ip=ip_of(seat.id)) for seat in plan().seats
        ),
    }
    return NetworkPlan(**(values | changes))  # type: ignore[arg-type]  # tests hand in what a NetworkPlan has


def networked(**changes: object) -> Plan:
    """The venue of `tests.exam.ledger.plan` with that network."""
    net = network(**changes)
    return plan(network=net.mode, net=net)
