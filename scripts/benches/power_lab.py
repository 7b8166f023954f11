"""A real upsd with many dummy UPSes, and Debian's upsmon beside whoever else watches them.

NutLab (tests/lab/nut.py) says what bites in NUT 2.8.0; here it is many UPSes, one of them frozen while the others
go on, and no wait after a change: the moment of the change is what is measured from.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from scripts.benches.frame import CannotMeasure
from scripts.benches.stage import free_port, process, until_it
from tests.lab.nut import DUMMY_UPS, UPSD, missing

UPSMON = Path("/lib/nut/upsmon")
UPSMON_PID = Path("/run/nut/upsmon.pid")  # compiled in: no variable moves it
MAXAGE_S = 3
POLL_S = 5  # upsmon's default, POLLFREQ and POLLFREQALERT; a quick run has no time for it
QUICK_POLL_S = 1
NOTICES = ("ONLINE", "ONBATT", "COMMOK", "COMMBAD", "NOCOMM")
START_S = 30.0
NEVER_S = 86_400  # each time it polls its file, dummy-ups sleeps a second and takes no change meanwhile
_DEVICE = """\
battery.charge: 100
battery.runtime: 4200
battery.voltage: 54.4
device.serial: SN0001
input.voltage: 230.1
ups.load: 35
ups.mfr: EXAMCO
ups.model: SIM 3000
ups.status: OL CHRG
"""
_USERS = """\
[admin]
 password = adminpw
 actions = SET
[watch]
 password = watchpw
 upsmon secondary
"""
_NOTIFY = """\
#!/bin/sh
read -r up _ </proc/uptime
echo "$up $UPSNAME $NOTIFYTYPE" >>{notices}
"""


def boot_s() -> float:
    """CLOCK_BOOTTIME in seconds: what events are stamped with, and what /proc/uptime tells."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Lab:
    """upsd on `host`:`port` with `count` dummy UPSes `names`; use as a context manager.

    Raises CannotMeasure where NUT is not installed or does not start.
    """

    host = "127.0.0.1"

    def __init__(self, count: int) -> None:
        if lack := missing() or (None if UPSMON.exists() else f"no {UPSMON}: apt-get install nut-client"):
            raise CannotMeasure(lack)
        self.names = [f"u{number:02}" for number in range(1, count + 1)]
        self.port = free_port()
        self.directory = Path(tempfile.mkdtemp(prefix="venue-nut-"))  # short: a socket's path has 107 bytes
        self._drivers: dict[str, subprocess.Popen[bytes]] = {}
        self._upsd: list[subprocess.Popen[bytes]] = []
        self._admin: socket.socket | None = None

    def __enter__(self) -> Self:
        try:
            self._write_files()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self) -> None:
        """Start the drivers and upsd; come back when upsd tells a state of each UPS."""
        run = self.directory / "run"
        self._drivers = {name: self._run(DUMMY_UPS, "-a", name) for name in self.names}
        until(lambda: all((run / f"dummy-ups-{name}").exists() for name in self.names), "dummy-ups")
        self._upsd = [self._run(UPSD)]
        until(self._tells_states, "upsd")
        self._admin = socket.create_connection((self.host, self.port), timeout=5)
        self._admin.sendall(b"USERNAME admin\nPASSWORD adminpw\n")
        self._answers(2)

    def restart(self) -> None:
        """End all and start it anew: a driver whose upsd went away spins."""
        self.kill()
        self.start()

    def kill(self) -> None:
        """End all at once, frozen or not."""
        self.kill_upsd()
        for driver in self._drivers.values():
            _kill(driver)
        self._drivers = {}

    def kill_upsd(self) -> None:
        """End upsd at once; its clients see the end of the stream."""
        for upsd in self._upsd:
            _kill(upsd)
        self._upsd = []
        if self._admin is not None:
            self._admin.close()
        self._admin = None

    def signal_upsd(self, number: signal.Signals) -> None:
        """SIGSTOP: the kernel still accepts connections, nobody answers. SIGCONT: it goes on."""
        for upsd in self._upsd:
            upsd.send_signal(number)

    def signal_driver(self, ups: str, number: signal.Signals) -> None:
        """SIGSTOP: its data are stale after `MAXAGE_S`. SIGCONT: it goes on."""
        self._drivers[ups].send_signal(number)

    def tell(self, ups: str, status: str) -> float:
        """Make a UPS say `status`; give the moment before it was asked to, so that upsd's own way counts too."""
        assert self._admin is not None
        at_s = boot_s()
        self._admin.sendall(f'SET VAR {ups} ups.status "{status}"\n'.encode())
        self._answers(1)
        return at_s

    def ask(self, command: str, end: bytes) -> bytes:
        """What upsd answers on a connection of its own, up to a line that begins with `end`, or an error's."""
        with (
            socket.create_connection((self.host, self.port), timeout=5) as link,
            link.makefile("rb") as lines,
        ):
            link.sendall(command.encode() + b"\n")
            found = b""
            while line := lines.readline():
                found += line
                if line.startswith((end, b"ERR")):
                    break
            return found

    def _answers(self, count: int) -> None:
        assert self._admin is not None
        told = b""
        while told.count(b"\n") < count:
            if not (received := self._admin.recv(4096)):
                break
            told += received
        if told.split() != [b"OK"] * count:
            raise CannotMeasure(f"upsd answers {told!r}")

    def _tells_states(self) -> bool:
        with suppress(OSError):
            told = [self.ask(f"GET VAR {name} ups.status", b"VAR") for name in self.names]
            return all(answer.startswith(b"VAR") and b"WAIT" not in answer for answer in told)
        return False

    def _run(self, *argv: Path | str) -> "subprocess.Popen[bytes]":
        run, as_root = str(self.directory / "run"), ["-u", "root"] if os.getuid() == 0 else []
        places = {"NUT_STATEPATH": run, "NUT_ALTPIDPATH": run, "NUT_CONFPATH": str(self.directory / "etc")}
        with (self.directory / "said.txt").open("ab") as said:
            return subprocess.Popen(
                [*argv, "-F", *as_root], env={**os.environ, **places}, stdout=said, stderr=said
            )

    def _write_files(self) -> None:
        etc, run = self.directory / "etc", self.directory / "run"
        etc.mkdir(mode=0o700)
        run.mkdir(mode=0o700)
        sections = [
            f"[{n}]\n driver = dummy-ups\n port = {etc}/{n}.dev\n mode = dummy-once\n" for n in self.names
        ]
        private(etc / "ups.conf", f"maxretry = 1\npollinterval = {NEVER_S}\n" + "".join(sections))
        private(etc / "upsd.conf", f"STATEPATH {run}\nLISTEN {self.host} {self.port}\nMAXAGE {MAXAGE_S}\n")
        private(etc / "upsd.users", _USERS)
        for name in self.names:
            private(etc / f"{name}.dev", _DEVICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What upsmon said of a UPS, and when (CLOCK_BOOTTIME, to a hundredth)."""

    at_s: float
    ups: str
    kind: str


class Upsmon:
    """Debian's upsmon as it comes, but for its notices: each calls a command that writes the time to a file."""

    def __init__(self, lab: Lab, pid: int, poll_s: int) -> None:
        self.pid = pid
        self.poll_s = poll_s
        self._file = lab.directory / "notices.txt"

    def notices(self) -> list[Notice]:
        """All that it has said so far."""
        if not self._file.exists():
            return []
        lines = [line.split() for line in self._file.read_text(encoding="ascii").splitlines()]
        return [Notice(at_s=float(at), ups=ups.partition("@")[0], kind=kind) for at, ups, kind in lines]

    def first(
        self, ups: str, kinds: tuple[str, ...], *, since_s: float, until_s: float = 1e12
    ) -> float | None:
        """When it first said one of `kinds` of a UPS in this time."""
        since_s -= 0.01  # /proc/uptime is cut to hundredths
        return next(
            (
                n.at_s
                for n in self.notices()
                if n.ups == ups and n.kind in kinds and since_s <= n.at_s <= until_s
            ),
            None,
        )


@contextmanager
def upsmon(lab: Lab, poll_s: int) -> Iterator[Upsmon]:
    """upsmon watching all of the lab's UPSes, once it has signed in for each. It would never shut anything down."""
    etc = lab.directory / "upsmon"
    etc.mkdir()
    notify = etc / "notify"
    notify.write_text(_NOTIFY.format(notices=lab.directory / "notices.txt"), encoding="ascii")
    notify.chmod(0o700)
    monitors = [f"MONITOR {name}@{lab.host}:{lab.port} 0 watch watchpw secondary" for name in lab.names]
    flags = [f"NOTIFYFLAG {kind} EXEC" for kind in NOTICES]
    told = ["MINSUPPLIES 0", "SHUTDOWNCMD /bin/true", f"NOTIFYCMD {notify}", f"POLLFREQ {poll_s}"]
    told += [f"POLLFREQALERT {poll_s}", "DEADTIME 15"]
    private(etc / "upsmon.conf", "\n".join([*monitors, *told, *flags, ""]))
    said = lab.directory / "upsmon.txt"
    argv = ["/usr/bin/env", f"NUT_CONFPATH={etc}", str(UPSMON), "-F", "-p"]
    with process(argv, said) as child:
        try:
            until_it(lambda: all(_signed_in(lab, name) for name in lab.names), child, said, every_s=0.05)
            yield Upsmon(lab, child.pid, poll_s)
        finally:
            with suppress(OSError):
                if UPSMON_PID.read_text(encoding="ascii").strip() == str(child.pid):
                    UPSMON_PID.unlink()


def _signed_in(lab: Lab, ups: str) -> bool:
    return b"\nCLIENT " in lab.ask(f"LIST CLIENT {ups}", b"END")


def private(path: Path, text: str) -> None:
    """Write a file that only its owner reads: NUT says so of each that is not."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="ascii")


def until(does: Callable[[], bool], what: str, within_s: float = START_S, every_s: float = 0.01) -> None:
    """Wait until `does()`. Raises CannotMeasure, which names `what` did not come."""
    if not comes(does, within_s, every_s):
        raise CannotMeasure(f"{what}: nothing within {within_s:.0f} s")


def comes(does: Callable[[], bool], within_s: float, every_s: float = 0.01) -> bool:
    """Wait until `does()`, at most `within_s`; say whether it did."""
    deadline_s = time.monotonic() + within_s
    while not does():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(every_s)
    return True


def _kill(child: "subprocess.Popen[bytes]") -> None:
    child.kill()  # also ends a process frozen by SIGSTOP
    child.wait(timeout=5)
