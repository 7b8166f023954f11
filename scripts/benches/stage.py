"""What areas measure on: a venue of 100 seats in a directory, and its guard, stepped or as a process."""

import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from appliance import daemon
from appliance.client import Client, ClientError
from appliance.clock import Segment, write_segments
from appliance.daemon import Settings
from appliance.demo.world import UPS, World
from appliance.dispatch import Board, Dispatch, Inbox, Observed
from appliance.dispatch.reconcile import Enforcer
from appliance.dispatch.start import start
from appliance.events.readings import Reading
from scripts.benches.frame import CannotMeasure
from tests.fakes.clock import FakeClock

VENUE = Path(sys.executable).with_name("venue")
IDLE = datetime(2026, 9, 1, 0, 0, tzinfo=UTC)  # days before the first sitting
RUNNING = datetime(2026, 9, 5, 2, 0, tzinfo=UTC)  # in the middle of it
ANSWER_S = 30.0

TIMETABLE = """
[[sitting]]
id = "2026-09-05-am"
batch = "2026-09"
subject = "语文"
start = 2026-09-05T09:00:00
end = 2026-09-05T11:30:00
"""


NETWORK = """
[network]
mode = "route"
exam_ports = ["eth1"]
uplink = "eth0"
address = "10.50.0.1/16"
province = ["198.51.100.10:443"]
[[network.exam_server]]
name = "exam-server"
ip = "10.50.0.2"
tcp = [443]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A configured venue: one UPS, USB held closed, 100 seats in 4 rooms, no backup source."""

    directory: Path
    config: Path
    settings: Settings
    world: World
    url: tuple[str, int]  # address and port of its page

    @property
    def client(self) -> Client:
        """Asks this venue's guard."""
        return Client(self.settings.control_socket)


@contextmanager
def in_memory() -> Iterator[Path]:
    """A directory for a simulated world where what is written costs no disk: /sys and a lamp's line cost none."""
    place = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="venue-bench-", dir=place if place.is_dir() else None) as name:
        yield Path(name)


def site(
    directory: Path, *, now: datetime = IDLE, played: Path | None = None, rooms: int = 4, network: bool = False
) -> Site:
    """A venue in `directory`, where it is `now` and time passes as it does; its hardware is `played` there.

    25 seats a room; `network`: the line and who is in the exam network are watched too.
    """
    world = World(played or directory / "world", rooms=rooms, seats_per_room=25, network=network)
    world.build()
    (directory / "timetable.toml").write_text(TIMETABLE, encoding="utf-8")
    seats = [
        f"{room},{seat},{','.join(world.address_of(f'{room}-{seat}')) if network else ','},,{'yes' if spare else ''}"
        for room, seat, spare in world.seat_rows()
    ]
    (directory / "seats.csv").write_text(
        "\n".join(["room,seat,mac,ip,port,spare", *seats, ""]), encoding="utf-8"
    )
    segment = Segment(real_s=time.clock_gettime(time.CLOCK_BOOTTIME), simulated_s=0.0, rate=1.0)
    write_segments(world.root / "clock.toml", now, [segment])
    port = free_port()
    path = directory / "appliance.toml"
    path.write_text(_config(directory, world.root, port) + (NETWORK if network else ""), encoding="utf-8")
    return Site(
        directory=directory,
        config=path,
        settings=daemon.read(path),
        world=world,
        url=("127.0.0.1", port),
    )


def _config(directory: Path, world: Path, port: int) -> str:
    return f"""
[venue]
code = "520100-03"
name = "实验中学考点"
state_dir = "{directory}/state"
run_dir = "{directory}/run"
timetable = "timetable.toml"
seats = "seats.csv"
[[ups]]
name = "{UPS}"
feeds = ["exam-server", "switch", "line", "box"]
driver = "simulated"
path = "{world}/{UPS}.dev"
[usb]
enforce = true
allow = [{{ id = "051d:0002", port = "1-1", why = "UPS cable" }}]
[page]
listen = "127.0.0.1:{port}"
[simulation]
world = "{world}"
"""


def free_port() -> int:
    """A TCP port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass(slots=True)
class Stepped:
    """The guard without threads: its dispatch over a real log, in a time that is set."""

    site: Site
    enforcers: Mapping[str, Enforcer]
    clock: FakeClock = field(default_factory=lambda: FakeClock(IDLE))
    board: Board = field(default_factory=Board)
    inbox: Inbox = field(default_factory=Inbox)
    dispatch: Dispatch = field(init=False)

    def __post_init__(self) -> None:
        self.dispatch = Dispatch(
            started=start(self.site.settings.log_directory),
            directory=self.site.settings.log_directory,
            plan=self.site.settings.plan,
            version="bench",
            clock=self.clock,
            real_s=self.clock.mono_s,
            inbox=self.inbox,
            board=self.board,
            enforcers=self.enforcers,
            start_backup=lambda wanted, head, phase: False,
            journal=lambda event: None,
            alarm=_refuse,
            about={},
        )

    def observe(self, instrument: str, reading: Reading) -> None:
        """Hands in a reading, as a watcher would."""
        self.inbox.put(Observed(instrument=instrument, reading=reading))

    @property
    def rows(self) -> int:
        """How many rows are durable."""
        return self.board.read().head[0]


def _refuse(line: str) -> None:
    raise CannotMeasure(line)


@contextmanager
def process(argv: list[str], said: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A program that runs as long as the block does; what it says goes into the file `said`."""
    with said.open("ab") as file:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def guard(venue: Site) -> Iterator["subprocess.Popen[bytes]"]:
    """`venue run` on this venue, once it has answered."""
    with process([str(VENUE), "run", "--config", str(venue.config)], venue.directory / "guard.txt") as child:
        until_it(lambda: answers(venue.client), child, venue.directory / "guard.txt")
        yield child


def answers(client: Client) -> bool:
    """Whether the guard gives a status."""
    try:
        client.call("status")
    except ClientError:
        return False
    return True


def until_it(
    does: Callable[[], bool], child: "subprocess.Popen[bytes]", said: Path, every_s: float = 0.005
) -> None:
    """Waits until `does()`. Raises CannotMeasure with the last line of `said` where `child` ends before, or never."""
    began_s = time.monotonic()
    while not does():
        if child.poll() is not None or time.monotonic() - began_s > ANSWER_S:
            lines = said.read_text(encoding="utf-8", errors="replace").splitlines()
            raise CannotMeasure(f"{child.args!r} gave no answer: {lines[-1] if lines else 'it said nothing'}")
        time.sleep(every_s)


def cpu_s(pid: int) -> float:
    """The processor time (user and system) that a process has used, of all its threads, past ones too.

    The process's own clock, as clock_getcpuclockid(3) makes it: what /proc/PID/stat tells in hundredths, in ns.
    """
    return time.clock_gettime((~pid << 3) | 2)


def rss_mb(pid: int) -> float:
    """The resident set of a process in megabytes (10⁶ bytes). Source: proc_pid_status(5), VmRSS."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise CannotMeasure(f"process {pid} is gone")
