"""The lab's own NetworkPlan, and the product's rules loaded into the box from it."""

from typing import Any

from appliance.enforce.firewall.ruleset import render
from appliance.enforce.firewall.windows import Through, Window
from appliance.events.network import NetworkDevice, NetworkPlan, NetworkSeat, NetworkServer
from tests.lab.net import (
    BOX,
    DIALED,
    HOSTS,
    INTERNET,
    MANAGEMENT,
    PORTS_BRIDGE,
    PROVINCE,
    SEAT1,
    SEAT2,
    SERVER,
    Lab,
)
from tests.lab.net_scene import EXAM_PORT, WINDOW_PORT

OPEN = Window(
    name="paper",
    left_s=3600,
    through=(Through(server=SERVER.ip, address=INTERNET, protocol="tcp", port=WINDOW_PORT),),
)
# The province pulls from the box, and the box dials out, while the windows of every test are open.
PULL = Window(name="pull", left_s=3600)


def plan(lab: Lab, *, seats: int = 0, ports: tuple[int, ...] = (EXAM_PORT, 8080)) -> NetworkPlan:
    """The plan of this venue; `seats` more that are listed and not there; `ports` of the server, () for all."""
    hung = {host.name: "" if lab.switched else host.port for host in HOSTS}
    more = tuple(
        NetworkSeat(id=f"9-{n}", mac=f"02:51:00:00:{n >> 8:02x}:{n & 255:02x}", ip=f"10.50.0.{110 + n % 140}")
        for n in range(seats)
    )
    return NetworkPlan(
        mode="bridge" if lab.bridged else "route",
        exam_ports=lab.exam_ports,
        uplink="eth0",
        address=f"{BOX.ip}/24",
        staff=(f"{MANAGEMENT.ip}/32",),
        province=(f"{PROVINCE}:443",),
        dial_out=f"pull@{DIALED}:22",
        # Of the two bridged lines one has its router named.
        router=lab.line.ip if lab.topology == PORTS_BRIDGE else "",
        servers=(NetworkServer(name="server", ip=SERVER.ip, mac=SERVER.mac, port=hung["server"], tcp=ports),),
        devices=(NetworkDevice(name="management", mac=MANAGEMENT.mac, ip=MANAGEMENT.ip, role="management"),),
        seats=(
            *(
                NetworkSeat(id=f"1-{host.name}", mac=host.mac, ip=host.ip, port=hung[host.name])
                for host in (SEAT1, SEAT2)
            ),
            *more,
        ),
    )


def text(lab: Lab, windows: tuple[Window, ...] | None = (OPEN, PULL), **changes: Any) -> str:
    """The product's text for nft; `changes` as in `plan`."""
    return render(plan(lab, **changes), windows)


def load(lab: Lab, windows: tuple[Window, ...] | None = (OPEN, PULL), **changes: Any) -> None:
    """The product's rules with these windows, by the product's text and the real nft."""
    lab.run("box", "nft", "-f", "-", stdin=text(lab, windows, **changes))
