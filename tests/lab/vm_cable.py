"""The two cables of a guest's cards: what a seat sends into one, and what comes out of the other."""

import socket
import threading
import time

from tests.lab import net_frames as wire
from tests.lab.vm import Vm

LINE_MAC, EXAM_MAC = "52:54:00:00:05:10", "52:54:00:00:05:11"
SEAT_MAC, ROUTER_MAC = "02:50:00:00:01:01", "02:50:00:00:00:fe"
SEAT, OUTSIDE, PORT = "10.50.0.101", "203.0.113.10", 4077
OWN, SEATS = b"the box's own packet", b"a seat's packet"
EVERY_S = 0.05
NETWORK = """\
[network]
mode = "route"
exam_ports = ["enp0s17"]
uplink = "enp0s16"
address = "10.50.0.1/24"
province = ["198.51.100.10:443"]
[[network.exam_server]]
name = "exam-server"
ip = "10.50.0.2"
mac = "02:50:00:00:00:02"
tcp = [443]
"""
# Brings both cards up as early as a network program may, as systemd-networkd does, and sends without end.
EARLY = """\
[Unit]
DefaultDependencies=no
After=network-pre.target
[Service]
ExecStart=/bin/bash /root/early
[Install]
WantedBy=sysinit.target
"""
# Waits without a program of its own: each one started takes from the boot that is to be measured.
SCRIPT = f"""\
exec 9<> <(:)
pause() {{ read -r -t $1 -u 9; }}
until compgen -G '/sys/bus/pci/devices/0000:00:10.0/net/*' && compgen -G '/sys/bus/pci/devices/0000:00:11.0/net/*'; do
    pause 0.05
done >/dev/null
for card in enp0s16 enp0s17; do
    until ip link set $card up; do pause 0.05; done
done 2>/dev/null
ip address add 198.18.0.2/24 dev enp0s16
ip address add 10.50.0.1/24 dev enp0s17
ip neighbour replace 198.18.0.1 lladdr {ROUTER_MAC} dev enp0s16 nud permanent
ip route add default via 198.18.0.1
while :; do
    echo -n "{OWN.decode()}" >/dev/udp/{OUTSIDE}/{PORT}
    echo >/run/sends
    pause 0.1
done 2>/dev/null
"""


class Cable:
    """The far end of a card's cable: qemu sends each frame as a datagram to this machine itself, and takes them so."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(EVERY_S)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            self._far: tuple[str, int] = free.getsockname()

    def plug(self, vm: Vm, name: str, mac: str, slot: str) -> None:
        own = "{}:{}".format(*self._socket.getsockname())
        vm.qmp("netdev_add", type="socket", id=f"{name}-net", udp=own, localaddr="{}:{}".format(*self._far))
        vm.qmp("device_add", driver="e1000", id=name, netdev=f"{name}-net", mac=mac, addr=slot)

    def send(self, frame: bytes) -> None:
        self._socket.sendto(frame, self._far)

    def receive(self) -> bytes:
        """One frame, b'' where none comes for a while."""
        try:
            return self._socket.recv(65_536)
        except (TimeoutError, ConnectionRefusedError):  # refused: the guest is not switched on
            return b""

    def close(self) -> None:
        self._socket.close()


class Outside:
    """A seat that sends to the outside as long as this is entered, and what came out on the line of it."""

    def __init__(self, exam: Cable, line: Cable) -> None:
        self._exam, self._line = exam, line
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outside")
        self.sent = 0
        self.heard: dict[bytes, int] = {OWN: 0, SEATS: 0}

    def __enter__(self) -> "Outside":
        while self._line.receive():
            pass  # of before
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        packet = wire.ipv4(SEAT, OUTSIDE, wire.UDP, wire.udp(SEAT, OUTSIDE, (PORT, PORT), SEATS))
        frame = wire.ether(EXAM_MAC, SEAT_MAC, wire.ETH_IPV4, packet)
        while not self._over.is_set():
            self._exam.send(frame)
            self.sent += 1
            next_s = time.monotonic() + EVERY_S
            while time.monotonic() < next_s:
                found = self._line.receive()
                for token in self.heard:
                    self.heard[token] += token in found
