"""A real upsd of one's own, with dummy-ups or a driver in Python: private directory, free loopback port, no system
service touched.

What bites (NUT 2.8.0): `/sbin/upsd` is a wrapper that exits 0 while MODE=none, so the binaries are called
directly; in `dummy-loop` the file overwrites a SET, so `dummy-once`; a driver whose upsd went away spins, so
both restart together.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.lab.nut_driver import DRIVER, NutDriver

UPSD = Path("/lib/nut/upsd")
DUMMY_UPS = Path("/lib/nut/dummy-ups")
UPS = "exam"
MAXAGE_S = 3
_START_S = 15.0

_DEVICE = """\
ups.mfr: EXAMCO
ups.model: SIM "3000" \\ #1
device.serial: SN0001
battery.charge: 100
battery.runtime: 4200
battery.voltage: 54.4
input.voltage: 230.1
ups.load: 35
ups.status: OL CHRG
"""
# A name with all rights, and one that may only read: upsd judges the rights at the command, not at the sign-in.
_USERS = """\
[admin]
 password = adminpw
 actions = SET FSD
 instcmds = ALL
[reader]
 password = readerpw
"""
_CHANGING = (
    "battery.charge",
    "battery.runtime",
    "battery.voltage",
    "input.voltage",
    "ups.load",
    "ups.status",
)


def missing() -> str | None:
    """Say what is missing to run upsd here, None where nothing is."""
    absent = [str(path) for path in (UPSD, DUMMY_UPS) if not path.exists()]
    return f"no {', '.join(absent)}: apt-get install nut-server" if absent else None


class NutLab:
    """upsd on `host`:`port` with one dummy UPS `exam`; use as a context manager.

    `sequence` is a `.seq` file that dummy-ups plays over and over (dummy-ups(8), `TIMER`) instead of what
    `set_variable` sets. `scripted` names UPSes that are played by this process instead of dummy-ups: they change
    in below 5 ms and take commands, see `drivers`.
    """

    host = "127.0.0.1"
    ups = UPS

    def __init__(self, *, sequence: str = "", scripted: Sequence[str] = ()) -> None:
        self._sequence = sequence
        self.port = _free_port()
        self.directory = Path(tempfile.mkdtemp(prefix="venue-nut-"))  # short: a socket's path has 107 bytes
        self.drivers = {name: NutDriver(self.directory / "run", name) for name in scripted}
        self._driver: subprocess.Popen[bytes] | None = None
        self._upsd: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "NutLab":
        try:
            self._write_files()
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start driver and upsd; come back when upsd tells a state."""
        for driver in self.drivers.values():
            driver.start()
        if not self.drivers:
            self._driver = self._run(DUMMY_UPS, "-a", UPS)
            _wait(lambda: (self.directory / f"run/dummy-ups-{UPS}").exists(), "dummy-ups makes no socket")
        self._upsd = self._run(UPSD)
        _wait(self._tells_a_state, "upsd tells no state")

    def stop(self) -> None:
        """End what was started, frozen or not, and remove the directory."""
        self.kill_upsd()
        self.kill_driver()
        shutil.rmtree(self.directory, ignore_errors=True)

    def restart(self) -> None:
        """End both and start them anew; the UPS is `OL CHRG` again."""
        self.kill_upsd()
        self.kill_driver()
        self.start()

    def reset(self) -> None:
        """Give every variable the value it began with."""
        for ups, driver in self.drivers.items():
            driver.reset()
            _wait(partial(self._tells, b'"OL CHRG"', ups), f"{ups} is not reset")
        for line in [] if self.drivers else _DEVICE.splitlines():
            name, _, value = line.partition(": ")
            if name in _CHANGING:
                self.set_variable(name, value)

    def kill_driver(self) -> None:
        """End the driver as the kernel would: no goodbye to upsd."""
        for driver in self.drivers.values():
            driver.kill()
        _kill(self._driver)
        self._driver = None

    def kill_upsd(self) -> None:
        """End upsd at once; its clients see the end of the stream."""
        _kill(self._upsd)
        self._upsd = None

    def freeze_upsd(self) -> None:
        """Stop upsd in its tracks: the kernel still accepts connections, nobody answers."""
        assert self._upsd is not None
        self._upsd.send_signal(signal.SIGSTOP)

    def thaw_upsd(self) -> None:
        """Let upsd go on."""
        assert self._upsd is not None
        self._upsd.send_signal(signal.SIGCONT)

    def freeze_driver(self) -> None:
        """Stop the driver in its tracks: its data are stale after `MAXAGE_S`."""
        assert self._driver is not None
        self._driver.send_signal(signal.SIGSTOP)

    def thaw_driver(self) -> None:
        """Let the driver go on."""
        assert self._driver is not None
        self._driver.send_signal(signal.SIGCONT)

    def set_status(self, status: str) -> None:
        """Make the UPS say `status`; upsd tells it to clients within some milliseconds."""
        self.set_variable("ups.status", status)

    def set_variable(self, name: str, value: str) -> None:
        """Set a variable; come back when upsd tells it. An empty value takes it away for good."""
        signed_in = [b"USERNAME admin", b"PASSWORD adminpw"]
        before = self._told(name)
        wanted = '"' + re.sub(r'(["\\#])', r"\\\1", value) + '"'
        answers = self.ask(*signed_in, f"SET VAR {UPS} {name} {wanted}".encode())
        assert [answer.split()[0] for answer in answers] == [b"OK"] * 3, answers
        # A value longer than NUT's limit comes back cut, so a change is enough.
        _wait(
            lambda: self._told(name) != before or before.endswith(f" {wanted}".encode()),
            f"{name} is not taken",
        )

    def ask(self, *commands: bytes) -> list[bytes]:
        """Send commands on a connection of their own; give the first line of each answer."""
        with (
            socket.create_connection((self.host, self.port), timeout=5) as link,
            link.makefile("rb") as lines,
        ):
            answers = []
            for command in commands:
                link.sendall(command + b"\n")
                answers.append(lines.readline().rstrip(b"\n"))
            return answers

    def _tells_a_state(self) -> bool:
        try:
            answers = [self._told("ups.status", ups) for ups in self.drivers or (UPS,)]
        except OSError:
            return False
        return all(answer.startswith(b"VAR") and b"WAIT" not in answer for answer in answers)

    def _tells(self, status: bytes, ups: str) -> bool:
        return self._told("ups.status", ups).endswith(status)

    def _told(self, name: str, ups: str = UPS) -> bytes:
        return self.ask(f"GET VAR {ups} {name}".encode())[0]

    def _run(self, *argv: Path | str) -> subprocess.Popen[bytes]:
        run = str(self.directory / "run")
        environment = {
            "NUT_STATEPATH": run,
            "NUT_ALTPIDPATH": run,
            "NUT_CONFPATH": str(self.directory / "etc"),
        }
        as_root = ["-u", "root"] if os.getuid() == 0 else []
        with (self.directory / f"{Path(argv[0]).name}.log").open("ab") as log:
            return subprocess.Popen(
                [*argv, "-F", *as_root], env={**os.environ, **environment}, stdout=log, stderr=log
            )

    def _write_files(self) -> None:
        etc, run = self.directory / "etc", self.directory / "run"
        etc.mkdir(mode=0o700)
        run.mkdir(mode=0o700)
        mode, poll_s = ("dummy-loop", 1) if self._sequence else ("dummy-once", 30)
        port = etc / (f"{UPS}.seq" if self._sequence else f"{UPS}.dev")
        device = f"[{UPS}]\n driver = dummy-ups\n port = {port}\n mode = {mode}\n"
        if self.drivers:
            device = "".join(f"[{name}]\n driver = {DRIVER}\n port = auto\n" for name in self.drivers)
        files = {
            "ups.conf": f"maxretry = 1\npollinterval = {poll_s}\n{device}",
            port.name: _DEVICE + self._sequence,
            "upsd.conf": f"STATEPATH {run}\nLISTEN {self.host} {self.port}\nMAXAGE {MAXAGE_S}\n",
            "upsd.users": _USERS,
        }
        for name, text in files.items():
            (etc / name).write_text(text)
            (etc / name).chmod(0o600)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _kill(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None:
        process.kill()  # also ends a process frozen by SIGSTOP
        process.wait(timeout=5)


def _wait(ready: Callable[[], bool], fault: str) -> None:
    deadline = time.monotonic() + _START_S
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(fault)
        time.sleep(0.01)
