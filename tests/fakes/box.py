"""A box without hardware: dispatch over a real log, with enforcers that can be told to fail or to kill."""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from appliance.dispatch import ActRequest, Board, Dispatch, Inbox, Observed, Report
from appliance.dispatch.start import start
from appliance.eventlog import EventLog
from appliance.eventlog.files import newest
from appliance.events import Body, Event, from_text
from appliance.events.bodies import PowerRead
from appliance.events.plan import Plan, SeatPlan, Sitting, UpsPlan
from appliance.events.readings import Reading
from appliance.exam.acts import Act
from appliance.exam.posture import BackupWanted, NotHeld
from tests.fakes.clock import FakeClock
from tests.fakes.logs import LOGS

START = datetime(2026, 9, 4, 12, 0, tzinfo=UTC)
T = datetime(2026, 9, 5, 1, 0, tzinfo=UTC)  # 09:00 at the venue
SEAL = {"chief": "王主考", "technician": "张工"}
MOVE = {"by": "王主考", "consent": "省值班室 赵", "reason": "停电"}


def names_of(level: str) -> str:
    """The level of `network` with the windows' names alone, without their ends and what passes them."""
    return " ".join(word.partition("@")[0] for word in level.split(" "))


class Killed(BaseException):
    """SIGKILL in the middle of an act: nothing of ours catches it."""


class Hand:
    """An enforcer: remembers what it was told; `fails` is said instead of holding, `kills` ends the guard."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.fails = ""
        self.kills = False

    def __call__(self, want: str) -> None:
        self.told.append(want)
        if self.kills:
            raise Killed
        if self.fails:
            raise NotHeld(self.fails)


def plan(**changed: Any) -> Plan:
    """A venue with one UPS and one sitting tomorrow at 09:00; no seats, no USB, no backup."""
    sitting = Sitting(id="am", batch="1", subject="财务管理", start=T, end=T + timedelta(hours=2))
    fields: dict[str, Any] = {
        "code": "520100-03", "name": "考点", "sittings": (sitting,), "ups": (UpsPlan(name="server-ups"),),
        "seats": tuple(SeatPlan(id=f"1-{n}", room="1", spare=n == 9) for n in range(1, 10)),
    }  # fmt: skip
    return Plan(**(fields | changed))


class Box:
    """Stepped by hand; `directory` is the log's. The hands outlive a restart, so that they show who was told again."""

    def __init__(self, directory: Path, *, plan: Plan | None = None, clock: FakeClock | None = None) -> None:
        self.directory = directory
        self.plan = plan or globals()["plan"]()
        self.clock = clock or FakeClock(START)
        self.hands = {key: Hand() for key in ("usb", "network", "lamp")}
        self.readings: dict[str, Reading] = {
            f"power:{ups.name}": PowerRead(
                ups=ups.name, status=("OL",), charge_percent=100.0, runtime_s=4000.0
            )
            for ups in self.plan.ups
        }
        self.journal: list[Event] = []
        self.alarms: list[str] = []
        self.bundles: list[BackupWanted] = []
        self.backups_fail = False
        self.begin()

    def begin(self) -> None:
        """A new guard on the same directory."""
        self.inbox, self.board = Inbox(), Board()
        self.started = start(self.directory)
        LOGS.append(self.started.log)
        self.dispatch = Dispatch(
            started=self.started, directory=self.directory, plan=self.plan, version="test", clock=self.clock,
            real_s=self.clock.mono_s, inbox=self.inbox, board=self.board, enforcers=self.hands,
            start_backup=self._backup, journal=self.journal.append, alarm=self.alarms.append, about={},
        )  # fmt: skip

    def die(self) -> None:
        """SIGKILL as far as the log is concerned."""
        self.started.log.close()

    def step(self, seconds: float = 1.0) -> None:
        """Time passes, every instrument is read, one turn."""
        self.clock.advance(seconds)
        for instrument, reading in self.readings.items():
            self.inbox.put(Observed(instrument=instrument, reading=reading))
        self.dispatch.turn(0)

    def run(self, seconds: float, step_s: float = 1.0) -> None:
        """Steps until `seconds` have passed."""
        for _ in range(round(seconds / step_s)):
            self.step(step_s)

    def ask(self, verb: str, **args: object) -> "Future[dict[str, Any]]":
        """Puts an act in; the turn is the caller's."""
        request = ActRequest(act=Act(verb=verb, args=args))
        self.inbox.put(request)
        return request.reply

    def act(self, verb: str, **args: object) -> dict[str, Any]:
        """An act and the turn that answers it."""
        reply = self.ask(verb, **args)
        self.dispatch.turn(0)
        return reply.result(timeout=0)

    def report(self, body: Body) -> None:
        """A job's fact and the turn that records it."""
        self.inbox.put(Report(body=body))
        self.dispatch.turn(0)

    def read(self, reading: PowerRead) -> None:
        """From now on the UPS says this."""
        self.readings[f"power:{reading.ups}"] = reading

    @property
    def snapshot(self) -> dict[str, Any]:
        """What readers see."""
        return self.board.read().snapshot

    @property
    def open_kinds(self) -> list[str]:
        """The causes of the open incidents, sorted."""
        return sorted(incident.cause_kind for incident in self.dispatch.venue.open_incidents())

    def kinds(self) -> list[str]:
        """The kinds of all rows on disk, as another process reads them."""
        return [event.kind for event in stored(self.directory)]

    def _backup(self, wanted: BackupWanted, head: tuple[int, str], phase: str) -> bool:
        if self.backups_fail:
            raise OSError("no room")
        self.bundles.append(wanted)
        return True


def stored(directory: Path, *, after: int = 0, kind: str = "") -> list[Event]:
    """The events of the newest log file, by a connection of their own."""
    log = EventLog(newest(directory), read_only=True)
    try:
        events = [from_text(row.text) for row in log.each(after=after)]
    finally:
        log.close()
    return [event for event in events if not kind or event.kind == kind]


def bodies(events: Sequence[Event], kind: str) -> list[Any]:
    """The bodies of one kind."""
    return [event.body for event in events if event.kind == kind]
