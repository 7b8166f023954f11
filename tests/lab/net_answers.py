"""The real dnsmasq, chronyd and nginx in the lab's box, with the product's files; and a seat that asks them."""

import contextlib
import http.client
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from appliance.enforce.answers import DNS, PROBE, TIME, texts
from appliance.events.network import NetworkPlan
from tests.lab import net
from tests.lab.net import BOX, Lab, within

PROGRAMS = {"dnsmasq": "dnsmasq-base", "chronyd": "chrony", "nginx": "nginx-light"}
DEADLINE_S = 10.0
AT_ONCE_S = 1.0  # a resolver asks the next server, or again, after one or two
A, AAAA = 1, 28
NO_ERROR, NO_SUCH_NAME = 0, 3
NTP_EPOCH_S = 2_208_988_800
_SEARCHED = "/usr/sbin:/sbin:/usr/bin:/bin"


def missing() -> str:
    """What is not there that these tests need; '' where all is."""
    if told := net.missing():
        return told
    for program, package in PROGRAMS.items():
        if shutil.which(program, path=_SEARCHED) is None:
            return f"{program} is not installed (Debian: {package})"
    return ""


@contextlib.contextmanager
def answering(lab: Lab, place: Path, plan: NetworkPlan, *, clock: str = "rtc") -> Iterator[None]:
    """The three programs run in the box meanwhile, with the files of `plan` as they are, in `place`."""
    made = texts(plan, clock=clock)
    for name, text in made.items():
        (place / name).write_text(text, encoding="ascii")
    main = place / "nginx.conf"
    main.write_text(
        f"pid {place}/nginx.pid;\nerror_log {place}/nginx.log;\nevents {{}}\n"
        f"http {{ access_log off; include {place / PROBE}; }}\n",
        encoding="ascii",
    )
    # chronyd: its files beside the test's, and the machine's clock left alone.
    chrony = place / "chrony-here.conf"
    chrony.write_text(
        f"include {place / TIME}\npidfile {place}/chronyd.pid\nbindcmdaddress {place}/chronyd.sock\n"
        f"driftfile {place}/drift\n",
        encoding="ascii",
    )
    leases = f"--dhcp-leasefile={place}/leases"
    argvs = (
        (
            "dnsmasq",
            "--keep-in-foreground",
            f"--conf-file={place / DNS}",
            "--pid-file",
            "--user=root",
            leases,
        ),
        ("chronyd", "-x", "-d", "-u", "root", "-f", str(chrony)),
        ("nginx", "-c", str(main), "-p", str(place), "-g", "daemon off;"),
    )
    running: list[subprocess.Popen[bytes]] = []
    try:
        for program, *rest in argvs:
            path = shutil.which(program, path=_SEARCHED)
            assert path, program
            running.append(lab.start("box", path, *rest))
        _until(lambda: _listening(lab, running))
        yield
    finally:
        for program_running in running:
            program_running.terminate()
        for program_running in running:
            program_running.communicate(timeout=DEADLINE_S)


def _listening(lab: Lab, running: list[subprocess.Popen[bytes]]) -> bool:
    """Whether all three listen. Raises AssertionError where one ended instead."""
    assert [each.args for each in running if each.poll() is not None] == []
    heard = lab.run("box", "ss", "-Hlntu")
    wanted = (f"{BOX.ip}:53 ", f"{BOX.ip}:123 ", "0.0.0.0:80 ")
    return all(each in heard for each in wanted)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


@contextlib.contextmanager
def udp(lab: Lab, name: str, *, port: int = 0) -> Iterator[socket.socket]:
    """A UDP socket of a machine, bound to its interface; it may send to all."""
    with within(lab.namespace(name)):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lan0")
        opened.settimeout(DEADLINE_S)
        opened.bind(("", port))
        yield opened


def resolve(lab: Lab, name: str, *, machine: str = "seat1", kind: int = A) -> tuple[int, list[str]]:
    """Ask the box for `name`: the answer's code and its IPv4 addresses. It must come at once."""
    question = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
    with udp(lab, machine) as asking:
        began = time.monotonic()
        asking.sendto(
            struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0) + question + struct.pack(">2H", kind, 1), (BOX.ip, 53)
        )
        told = asking.recv(512)
        assert time.monotonic() - began < AT_ONCE_S, f"{name}: answered late"
    number, flags, _, count, _, _ = struct.unpack(">6H", told[:12])
    assert number == 7
    rest = told[12 + len(question) + 4 :]
    addresses = []
    for _ in range(count):
        _, found, _, _, length = struct.unpack(">HHHIH", rest[:12])
        if found == A:
            addresses.append(socket.inet_ntoa(rest[12 : 12 + length]))
        rest = rest[12 + length :]
    return flags & 15, addresses


def fetch(lab: Lab, host: str, path: str, *, machine: str = "seat1", at: str = BOX.ip) -> tuple[int, bytes]:
    """GET by HTTP from the box: status and body; (0, b'') where it hangs up."""
    connection = http.client.HTTPConnection(at, 80, timeout=DEADLINE_S)
    try:
        with within(lab.namespace(machine)):
            connection.connect()
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.RemoteDisconnected:
        return 0, b""
    finally:
        connection.close()


def ntp(lab: Lab, *, machine: str = "seat1") -> tuple[int, int, float]:
    """Ask the box for the time: leap indicator (3: not synchronised), stratum, and its clock in POSIX seconds."""
    with udp(lab, machine) as asking:
        asking.sendto(bytes([0b00_100_011]) + bytes(47), (BOX.ip, 123))
        told = asking.recv(512)
    seconds, fraction = struct.unpack(">2I", told[40:48])
    assert told[0] & 7 == 4, "a server's answer"
    return told[0] >> 6, told[1], seconds - NTP_EPOCH_S + fraction / 2**32


def offer(
    lab: Lab, *, machine: str, mac: str, timeout_s: float = DEADLINE_S
) -> tuple[str, dict[int, bytes]] | None:
    """Ask all for an address as a machine with `mac` does: what is offered, its options; None where nobody answers."""
    packet = struct.pack(">4BIHH", 1, 1, 6, 0, 0x1234_5678, 0, 0x8000) + bytes(16)
    packet += bytes.fromhex(mac.replace(":", "")).ljust(16, b"\0") + bytes(192)
    packet += b"\x63\x82\x53\x63" + bytes([53, 1, 1]) + bytes([55, 4, 1, 3, 6, 42, 255])
    with udp(lab, machine, port=68) as asking:
        asking.settimeout(timeout_s)
        asking.sendto(packet, ("255.255.255.255", 67))
        try:
            told = asking.recv(2048)
        except TimeoutError:
            return None
    options: dict[int, bytes] = {}
    rest = told[240:]
    while rest and rest[0] != 255:
        if rest[0] == 0:
            rest = rest[1:]
            continue
        options[rest[0]] = rest[2 : 2 + rest[1]]
        rest = rest[2 + rest[1] :]
    return socket.inet_ntoa(told[16:20]), options
