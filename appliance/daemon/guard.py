"""The guard: everything connected, one turn after the other until it is told to stop."""

import fcntl
import os
import signal
import time
from pathlib import Path
from types import FrameType

from appliance import __version__
from appliance.clock import Clock, SimulatedClock, SystemClock
from appliance.config.load import Config
from appliance.control import ControlServer, Verbs
from appliance.daemon import boot_files, house, state_disk
from appliance.daemon.backups import make_copies, make_jobs, make_receipts, receipt_watchers
from appliance.daemon.heart import Heart
from appliance.daemon.instruments import enforcers, make_panel, watchers
from appliance.daemon.line import line_asides, line_enforcers, line_watchers, make_firewall, make_proofs
from appliance.daemon.settings import Settings
from appliance.dispatch import Board, Dispatch, Inbox, Observed, Report
from appliance.dispatch.start import start
from appliance.enforce.aside import Aside
from appliance.enforce.dial_out import DialOut
from appliance.enforce.servers import ServerStop, ServerStops
from appliance.eventlog import LogError, LogNewerError
from appliance.events import Body, Event
from appliance.events.bodies import CRITICAL
from appliance.events.codec import to_plain
from appliance.events.readings import Reading
from appliance.journal import Journal, event_fields
from appliance.notify import Notifier
from appliance.pins import Pins
from appliance.watch.thread import stop_all
from appliance.words import event_sentence, status_line


class GuardFailed(Exception):
    """The guard can not start; one line says why."""


class GuardRefused(GuardFailed):
    """Starting again would fail for the same reason for ever: a person has to look."""


class GuardBusy(GuardFailed):
    """Another guard holds this state directory."""


def run(settings: Settings, *, language: str) -> None:
    """Runs the guard until SIGTERM or SIGINT. Raises GuardBusy, GuardRefused, GuardFailed."""
    state_dir = settings.config.venue.state_dir
    if lost := state_disk.fault(state_dir):
        raise GuardFailed(f"{lost}: nothing is recorded, all stays closed")
    try:
        state_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
        settings.config.venue.run_dir.mkdir(parents=True, exist_ok=True)
        lock = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # needs no room on the disk
    except OSError as error:
        raise GuardFailed(f"{error.filename}: {error.strerror}") from error
    try:
        _hold(lock, state_dir)
        Guard(settings, language=language).run()
    finally:
        os.close(lock)


def _hold(lock: int, state_dir: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise GuardBusy(f"{state_dir}: another guard is running on this state directory") from error


class Guard:
    """Owns the threads and what they share; `run` is the main thread."""

    def __init__(self, settings: Settings, *, language: str) -> None:
        self._settings = settings
        self._language = language
        self._journal = Journal()
        self._notifier = Notifier(os.environ)
        self._stopping = ""
        self._shut = state_disk.Shut(settings.config.venue.state_dir)
        self._inbox = Inbox()
        self._board = Board()
        self._clock = make_clock(settings.config)
        self._panel = make_panel(settings.config)
        self._firewall = make_firewall(settings, self._clock)
        self._line = line_asides(self._firewall)
        self._jobs = make_jobs(settings, self._report)
        self._copies = make_copies(settings, self._report)
        self._receipts = make_receipts(settings)
        self._proofs = make_proofs(settings, lambda body: self._inbox.put(Report(body=body)))
        self._stops = self._make_stops()
        self._dispatch = self._make_dispatch()
        self._control = self._make_control()
        self._watchers = watchers(settings, post=self._observe, rate=self._clock.rate, panel=self._panel)
        self._watchers += line_watchers(self._firewall, self._observe)
        self._watchers += receipt_watchers(settings, self._observe)
        self._house = house.keep(settings=settings, inbox=self._inbox, alarm=self._alarm)

    def _make_stops(self) -> ServerStops:
        stops = [
            ServerStop(name=each.name, argv=each.argv, probe=each.address, budget_s=each.budget_s)
            for each in self._settings.config.ending.server
        ]
        return ServerStops(stops, report=lambda body: self._inbox.put(Report(body=body)))

    def _make_dispatch(self) -> Dispatch:
        settings = self._settings
        try:
            started = start(settings.log_directory)
        except LogNewerError as error:
            raise GuardRefused(f"{error}: install the version that wrote it, or a newer one") from error
        except (LogError, OSError) as error:
            raise GuardFailed(f"the event log can not be opened: {error}") from error
        return Dispatch(
            started=started,
            directory=settings.log_directory,
            plan=settings.plan,
            version=__version__,
            clock=self._clock,
            real_s=time.monotonic,
            inbox=self._inbox,
            board=self._board,
            enforcers=enforcers(settings.config, panel=self._panel, servers=self._stops.hold)
            | line_enforcers(self._firewall, self._line)
            | boot_files.enforcers(settings)
            | {key: copies.hold for key, copies in self._copies.items()}
            | {"receipts": self._receipts.hold, "dial_out": Aside(DialOut().hold).hold}
            | ({"line_proof": self._proofs.hold} if self._proofs is not None else {}),
            start_backup=self._jobs.start,
            journal=self._say,
            alarm=self._alarm,
            about=_about(settings),
        )

    def _make_control(self) -> ControlServer:
        settings = self._settings
        verbs = Verbs(
            board=self._board,
            inbox=self._inbox,
            pins=Pins(settings.config.venue.state_dir / "pins.json", mono_s=time.monotonic),
            log_directory=settings.log_directory,
            wall=self._clock.wall,
            real_s=time.monotonic,
        )
        try:
            return ControlServer(settings.control_socket, verbs)
        except OSError as error:
            raise GuardFailed(f"{settings.control_socket}: {error.strerror or error}") from error

    def _make_heart(self) -> Heart:
        proofs = {"control": self._control.alive} | {key: aside.alive for key, aside in self._line.items()}
        return Heart(feed=self._notifier.watchdog, alarm=self._alarm, proofs=proofs)

    def run(self) -> None:
        """Serves until a signal says stop; then stops in order, leaving closed what is closed."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        for watcher in self._watchers:
            watcher.start()
        self._control.start()
        self._house.start()
        self._notifier.ready(self._verdict())
        heart, said = self._make_heart(), ""
        while not self._stopping:
            self._dispatch.turn(self._wait_s())
            heart.beat()
            verdict = self._verdict()
            if verdict != said:
                self._notifier.status(verdict)
                said = verdict
            if self._shut.opened():
                self._alarm("the record's disk can be written again, by a guard that is started anew")
                self._stopping = "disk"
        self._stop()

    def _stop(self) -> None:
        self._notifier.stopping()
        self._house.stop()
        self._control.close()
        stop_all(self._watchers)
        self._jobs.stop()
        for copies in self._copies.values():
            copies.stop()
        self._receipts.stop()
        if self._proofs is not None:
            self._proofs.stop()
        self._stops.stop()
        if self._panel is not None:
            self._panel.close()
        self._dispatch.stop(self._stopping)
        self._journal.close()

    def _wait_s(self) -> float:
        """A turn at least each second; a clock that runs faster is judged as often in its own time, at most 20 Hz."""
        return max(0.05, 1.0 / self._clock.rate())

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping = signal.Signals(number).name
        self._inbox.wake()

    def _observe(self, instrument: str, reading: Reading) -> None:
        self._inbox.put(Observed(instrument=instrument, reading=reading, read_s=time.monotonic()))

    def _report(self, body: Body) -> None:
        self._inbox.put(Report(body=body))

    def _alarm(self, line: str) -> None:
        self._journal.write(line, level=CRITICAL)

    def _say(self, event: Event) -> None:
        plain = to_plain(event.body)
        self._journal.write(
            event_sentence(self._language, event.kind, plain, places=self._settings.plan.usb_ports),
            level=event.body.level,
            **event_fields(event.kind, event.seq, plain),
        )

    def _verdict(self) -> str:
        return status_line(self._language, self._dispatch.verdict)


def _about(settings: Settings) -> dict[str, object]:
    config = settings.config
    return {
        "code": config.venue.code,
        "name": config.venue.name,
        "timezone": config.venue.timezone,
        "version": __version__,
        "simulated": settings.plan.simulated,
        "contacts": dict(config.contacts),
    }


def make_clock(config: Config) -> Clock:
    """The kernel's clock, or the simulated world's. Raises ClockError."""
    return SimulatedClock(config.simulation.world / "clock.toml") if config.simulation else SystemClock()
