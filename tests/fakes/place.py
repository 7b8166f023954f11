"""A venue in a directory of its own, run as real processes: guard, page and the `venue` command."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil

from appliance.client import Client, ClientError
from appliance.clock import Segment, write_segments
from appliance.demo.world import World
from appliance.province.keys import init
from tests.fakes.wait import wait_for

ROOT = Path(__file__).resolve().parents[2]
VENUE = (sys.executable, "-m", "appliance")
TIMETABLE = """\
[[sitting]]
id = "2098-09-05-am"
batch = "1"
subject = "财务管理"
start = 2098-09-05T09:00:00
end = 2098-09-05T11:30:00
"""


def morning() -> ZoneInfo:
    """A time zone in which it is between nine and ten now: a sitting that begins soon ends on the same day."""
    ahead = (9 - datetime.now(tz=UTC).hour + 11) % 24 - 11
    return ZoneInfo(f"Etc/GMT{-ahead:+d}")


class Place:
    """`directory` is short: a socket's path has 107 bytes. `close` ends every process by its pid."""

    def __init__(self, *, prefix: str = "venue-t-") -> None:
        self.directory = Path(tempfile.mkdtemp(prefix=prefix))
        self.config = self.directory / "appliance.toml"
        self.state = self.directory / "state"
        self.log = self.state / "log"
        self.answers = self.directory / "answers"
        self.identity = self.directory / "province" / "province.key"
        self.client = Client(self.directory / "run" / "control.sock", timeout_s=10)
        self._started: list[subprocess.Popen[bytes]] = []
        self._jobs: dict[int, psutil.Process] = {}

    def write(
        self,
        *sections: str,
        backup: bool = False,
        timetable: str = TIMETABLE,
        timezone: str = "Asia/Shanghai",
    ) -> None:
        """The configuration: [venue] and what `sections` say; `backup` adds answers and the province's key."""
        venue = f'[venue]\ncode = "520100-03"\nname = "考点"\nstate_dir = "{self.state}"\n'
        venue += f'run_dir = "{self.directory}/run"\ntimetable = "timetable.toml"\ntimezone = "{timezone}"\n'
        (self.directory / "timetable.toml").write_text(timetable, encoding="utf-8")
        self.config.write_text(
            "\n".join((venue, *sections, self._backup() if backup else "")), encoding="utf-8"
        )

    def _backup(self) -> str:
        if not self.identity.exists():
            init(self.identity.parent)
            (self.answers / "1").mkdir(parents=True)
            (self.answers / "1" / "17.ans").write_text("答案 A\n" * 100, encoding="utf-8")
        recipient = self.identity.with_name("recipients.txt").read_text().strip()
        source = f'name = "answers"\ndriver = "directory"\npath = "{self.answers}"'
        return f'[backup]\nrecipients = ["{recipient}"]\n[[backup.source]]\n{source}\n'

    def simulation(self, *, rate: float, start: datetime) -> str:
        """A world at rest whose clock began at `start` and runs `rate` times as fast; the section that names it."""
        world = World(self.directory / "world", rooms=1, seats_per_room=3)
        world.build()
        began_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        write_segments(
            world.root / "clock.toml", start, [Segment(real_s=began_s, simulated_s=0.0, rate=rate)]
        )
        return f'[simulation]\nworld = "{world.root}"\n'

    def environ(self, **more: str) -> dict[str, str]:
        """An environment without a language, a PIN or a notify socket of whoever runs the tests."""
        kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "TMPDIR")}
        return kept | {"VENUE_CONFIG": str(self.config), "PYTHONUNBUFFERED": "1"} | more

    def start(self, *words: str, **environ: str) -> "subprocess.Popen[bytes]":
        """A `venue` process in the background; what it says stands in `said(process)`."""
        with (self.directory / f"said-{len(self._started)}").open("wb") as said:
            process = subprocess.Popen(
                (*VENUE, *words), cwd=ROOT, env=self.environ(**environ), stdin=subprocess.DEVNULL,
                stdout=said, stderr=said,
            )  # fmt: skip
        self._started.append(process)
        return process

    def said(self, process: "subprocess.Popen[bytes]") -> str:
        """All that a process has said so far, on stdout and stderr."""
        number = self._started.index(process)
        return (self.directory / f"said-{number}").read_text(encoding="utf-8")

    def guard(self, **environ: str) -> "subprocess.Popen[bytes]":
        """A guard that answers."""
        process = self.start("run", "--config", str(self.config), **environ)
        wait_for(lambda: process.poll() is not None or self.answers_now())
        assert process.poll() is None, self.said(process)
        return process

    def answers_now(self) -> bool:
        """Whether a guard answers at this moment."""
        with contextlib.suppress(ClientError):
            return bool(self.client.call("status")["rev"])
        return False

    def kill(self, process: "subprocess.Popen[bytes]", number: int = signal.SIGKILL) -> int:
        """Sends a signal and waits for the end; backup jobs are left to end by themselves, and remembered."""
        with contextlib.suppress(psutil.NoSuchProcess):
            self._jobs |= {job.pid: job for job in psutil.Process(process.pid).children(recursive=True)}
        process.send_signal(number)
        return process.wait(30)

    def venue(self, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """A `venue` command to its end."""
        return subprocess.run(
            (*VENUE, *words), cwd=ROOT, env=self.environ(**environ), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
        )  # fmt: skip

    def status(self) -> dict[str, Any]:
        """The snapshot."""
        status: dict[str, Any] = self.client.call("status")
        return status

    def incidents(self, *, open_only: bool = True) -> dict[str, dict[str, Any]]:
        """The incidents by their cause's kind."""
        rows = self.status()["incidents"]
        return {row["cause_kind"]: row for row in rows if row["state"] != "closed" or not open_only}

    def kinds(self) -> list[str]:
        """The kinds of all rows."""
        return [event["kind"] for event in self.events()]

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """All rows, or those of a kind, by the guard's answer."""
        found: list[dict[str, Any]] = []
        while page := self.client.call(
            "events", since=found[-1]["seq"] if found else 0, limit=500, kind=kind
        )["events"]:  # fmt: skip
            found += page
        return found

    def verified(self) -> dict[str, Any]:
        """What `venue log verify --json` says of the newest log file."""
        done = self.venue("log", "verify", "--json")
        assert done.stdout, done.stderr
        (*_, newest) = json.loads(done.stdout)["files"]
        assert isinstance(newest, dict)
        return newest

    def end(self) -> None:
        """Ends what still runs, each by its pid."""
        ends = [process for process in self._started if process.poll() is None]
        for process in ends:
            with contextlib.suppress(psutil.NoSuchProcess):
                self._jobs |= {job.pid: job for job in psutil.Process(process.pid).children(recursive=True)}
        for process in ends:
            process.kill()
            process.wait(30)
        _, alive = psutil.wait_procs(list(self._jobs.values()), timeout=20)
        for job in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                job.kill()
        psutil.wait_procs(alive, timeout=10)

    def close(self) -> None:
        """Ends what still runs and takes the directory away."""
        self.end()
        shutil.rmtree(self.directory, ignore_errors=True)


def get(url: str) -> tuple[int, str]:
    """The status and body of a page, 0 where nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def one_line(text: str) -> bool:
    """Whether a message is one line."""
    return len(text.splitlines()) == 1


def names(paths: Iterable[Path]) -> list[str]:
    """The names of files, sorted."""
    return sorted(path.name for path in paths)
