"""A venue behind NAT that calls the province: three namespaces, real sshd, the unit's own command line."""

import itertools
import os
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from appliance.enrolment.dial_key import public_half
from appliance.enrolment.enrolled import stage, turn
from appliance.enrolment.venue_file import DialOut
from tests.fakes.authority import Authority, venue_file
from tests.fakes.wait import wait_for
from tests.lab import net, sshd
from tests.lab.net import within

ROOT = Path(__file__).resolve().parent.parent.parent
UNIT = ROOT / "systemd" / "venue-dial-out.service"
PROVINCE, BOX, ROUTER_IN, ROUTER_OUT = "198.51.100.11", "10.9.7.2", "10.9.7.1", "198.51.100.1"
TUNNEL, DOOR, SSH = 20003, 8443, 22
NAT = """
table ip nat {{
  chain out {{
    type nat hook postrouting priority 100;
    oifname "{out}" masquerade
  }}
}}
table ip way {{
  chain way {{
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "{inner}" accept
  }}
}}
"""
_labs = itertools.count()


def missing() -> str:
    """What is not there; '' where all is."""
    return net.missing() or sshd.missing()


def unit_values(key: str) -> list[str]:
    """The unit's values of `key`, lines that go on put together."""
    text = UNIT.read_text(encoding="utf-8").replace("\\\n", " ")
    return re.findall(rf"^{key}=(.*)$", text, flags=re.MULTILINE)


class Dialled:
    """Made as soon as it is entered. `hurried`: the unit's waits become one second, for tests."""

    def __init__(self, *, hurried: bool = True) -> None:
        self._prefix = f"pr1d{os.getpid()}x{next(_labs)}"
        self.directory = Path(tempfile.mkdtemp(prefix="venue-dial-", dir="/tmp"))
        self.directory.chmod(0o755)
        self._hurried = hurried
        self._children: list[subprocess.Popen[bytes]] = []
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.tries = 0

    def __enter__(self) -> Self:
        try:
            self._network()
            self._enrolled()
            self._sshd()
            self._thread(self._serve)
            self._thread(self._unit)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for child in self._children:
            if child.poll() is None:
                child.terminate()
                child.wait(20)
        for thread in self._threads:
            thread.join(20)
        for name in ("box", "router", "province"):
            subprocess.run(["ip", "netns", "delete", self._prefix + name], capture_output=True, timeout=30)
        shutil.rmtree(self.directory, ignore_errors=True)

    def pulled(self, *, within_s: float = 1.0) -> bool:
        """Whether the province reaches the venue's door inside the connection."""
        return self._hello("province", "127.0.0.1", TUNNEL, within_s)

    def reached(self, address: str, port: int) -> bool:
        """Whether the province reaches `address` by itself."""
        return self._hello("province", address, port, 0.5)

    def cut(self) -> None:
        """Nothing passes the router any more, either way, and it forgets what it knew: a line that broke."""
        self.run("router", "nft", "insert rule ip way way drop")

    def mend(self) -> None:
        """The line is back; what was open before is unknown to the router."""
        handles = self.run("router", "nft", "-a", "list chain ip way way")
        (handle,) = re.findall(r"drop # handle (\d+)", handles)
        self.run("router", "nft", f"delete rule ip way way handle {handle}")

    def other_host_key(self) -> None:
        """The province's address answers with another key from now on."""
        (self.directory / "etc/enrolled/known_hosts").write_text(f"province {self._key('other')}\n")

    def hang_up(self) -> None:
        """Ends the connection that stands."""
        for child in self._children[1:]:
            if child.poll() is None:
                child.terminate()

    def run(self, name: str, *argv: str) -> str:
        """A program in a machine; what it printed."""
        with within(self._namespace(name)):
            done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, f"{argv}: {done.stderr}"
        return done.stdout

    def _namespace(self, name: str) -> Path:
        return Path("/run/netns") / (self._prefix + name)

    def _network(self) -> None:
        for name in ("box", "router", "province"):
            subprocess.run(["ip", "netns", "add", self._prefix + name], check=True, timeout=30)
            self.run(name, "ip", "link", "set", "lo", "up")
        for inner, outer in (("box", "router"), ("router", "province")):
            there = str(self._namespace(outer))
            words = f"ip link add {outer} type veth peer name {inner} netns {there.rpartition('/')[2]}"
            self.run(inner, *words.split())
        for name, link, address in (
            ("box", "router", f"{BOX}/24"), ("router", "box", f"{ROUTER_IN}/24"),
            ("router", "province", f"{ROUTER_OUT}/24"), ("province", "router", f"{PROVINCE}/24"),
        ):  # fmt: skip
            self.run(name, "ip", "address", "add", address, "dev", link)
            self.run(name, "ip", "link", "set", link, "up")
        self.run("box", "ip", "route", "add", "default", "via", ROUTER_IN)
        self.run("province", "ip", "route", "add", "10.9.7.0/24", "via", ROUTER_OUT)
        self.run("router", "sysctl", "-qw", "net.ipv4.ip_forward=1")
        rules = self.directory / "nat"
        rules.write_text(NAT.format(out="province", inner="box"))
        self.run("router", "nft", "-f", str(rules))

    def _enrolled(self) -> None:
        etc, state = self.directory / "etc", self.directory / "state"
        etc.mkdir()
        dial = DialOut(to=f"{sshd.SshLab.user}@{PROVINCE}:{SSH}", host_key=self._key("host"), port=TUNNEL)
        turn(etc, stage(etc, venue_file(Authority(), dial_out=dial), "x", site=etc / "none"))
        own = public_half(state, "520100-03")
        restricted = f'restrict,port-forwarding,permitlisten="127.0.0.1:{TUNNEL}" {own}\n'
        (self.directory / "authorized").write_text(restricted)

    def _key(self, name: str) -> str:
        path = self.directory / name
        if not path.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True, timeout=30)
        return " ".join(path.with_name(f"{name}.pub").read_text().split()[:2])

    def _sshd(self) -> None:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        alive = 1 if self._hurried else 5
        settings = (
            f"ListenAddress {PROVINCE}:{SSH}", f"HostKey {self.directory / 'host'}", "PidFile none", "UsePAM no",
            f"AuthorizedKeysFile {self.directory / 'authorized'}", "StrictModes no", "PasswordAuthentication no",
            "AllowTcpForwarding remote", "GatewayPorts no", "ForceCommand /bin/false",
            f"ClientAliveInterval {alive}", "ClientAliveCountMax 3",
        )  # fmt: skip
        (self.directory / "sshd_config").write_text("\n".join(settings) + "\n")
        argv = ["/usr/sbin/sshd", "-D", "-E", str(self.directory / "log"), "-f", str(self.directory / "sshd_config")]
        with within(self._namespace("province")):
            self._children.append(subprocess.Popen(argv, start_new_session=True))

    def _serve(self) -> None:
        """The venue's door, as far as it matters here: who connects gets a word."""
        with within(self._namespace("box")):
            listening = socket.create_server(("127.0.0.1", DOOR))
        listening.settimeout(0.2)
        with listening:
            while not self._stop.is_set():
                try:
                    with listening.accept()[0] as caller:
                        caller.sendall(b"hello")
                except TimeoutError:
                    continue

    def _unit(self) -> None:
        """The unit's command line, again and again as its Restart= says."""
        etc = self.directory / "etc" / "enrolled"
        environ = dict(line.split("=", 1) for line in (etc / "dial_out.env").read_text().splitlines())
        (command,) = unit_values("ExecStart")
        pause_s = 1.0 if self._hurried else float(unit_values("RestartSec")[0])
        argv = [self._word(word, etc, environ) for word in shlex.split(command)]
        with within(self._namespace("box")):
            while not self._stop.is_set():
                self.tries += 1
                child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                self._children.append(child)
                child.wait()
                self._stop.wait(pause_s)

    def _word(self, word: str, etc: Path, environ: dict[str, str]) -> str:
        word = re.sub(r"\$\{(\w+)\}", lambda match: environ[match[1]], word)
        word = word.replace("%d/key", str(self.directory / "state/keys/dial_out_ed25519"))
        word = word.replace("/etc/venue-appliance/enrolled", str(etc))
        if self._hurried:
            word = re.sub(r"^(ServerAliveInterval|ConnectTimeout)=\d+$", r"\1=1", word)
        return word

    def _hello(self, name: str, address: str, port: int, within_s: float) -> bool:
        with within(self._namespace(name)):
            caller = socket.socket()
        with caller:
            caller.settimeout(within_s)
            try:
                caller.connect((address, port))
                return caller.recv(5) == b"hello"
            except OSError:
                return False

    def _thread(self, target: Callable[[], None]) -> None:
        self._threads.append(threading.Thread(target=target, daemon=True))
        self._threads[-1].start()

    def wait(self, *, pulled: bool, seconds: float = 30.0) -> None:
        """Until the province reaches the door, or does not."""
        wait_for(lambda: self.pulled() == pulled, seconds=seconds)
