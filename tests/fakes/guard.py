"""The guard without threads: dispatch stepped by hand over a simulated world and a real log."""

from collections.abc import Callable
from typing import Any

from appliance.config.load import driver_options
from appliance.daemon.instruments import enforcers, make_panel, needed_places
from appliance.daemon.line import line_asides, line_enforcers, make_firewall
from appliance.daemon.settings import Settings
from appliance.dispatch import ActRequest, Board, Dispatch, Inbox, Observed, Report
from appliance.dispatch.start import start
from appliance.events import Event
from appliance.events.bodies import BundlePublished, BundleReceipted
from appliance.exam.acts import Act
from appliance.exam.posture import BackupWanted
from appliance.watch import attached, network_simulated, panel, power, seats, usb
from hw.ups import DRIVERS, open_ups
from tests.fakes.clock import FakeClock
from tests.fakes.logs import LOGS

# A played minute is over in no time: how long a busy machine takes is none of the played day's business.
PATIENT_S = 30.0


class SteppedGuard:
    """Reads the world's files and turns dispatch whenever `step` is called. Bundles are announced at once."""

    def __init__(self, settings: Settings, clock: FakeClock) -> None:
        self.settings = settings
        self.clock = clock
        self.bundles: list[BackupWanted] = []
        self.events: list[Event] = []
        self.alarms: list[str] = []
        self.hold_backups = False
        self.begin()

    def begin(self) -> None:
        config = self.settings.config
        self.inbox, self.board = Inbox(), Board()
        self.readers: dict[str, Callable[[], Any]] = {}
        for section in config.ups:
            if not DRIVERS[section.driver].watched:
                continue
            options = driver_options(DRIVERS[section.driver].options, section.options)
            self.readers[f"power:{section.name}"] = power.reader(
                section.name, open_ups(section.driver, options)
            )
        if config.usb.enforce and config.simulation:
            self.readers["usb"] = usb.reader(config.simulation.world)
            self.readers["attached"] = attached.reader(config.simulation.world, needed_places(config))
        if config.simulation:
            world = config.simulation.world
            if network_simulated.has_network(world):
                self.readers["seats"] = network_simulated.presence_reader(world)
                self.readers["ledger"] = network_simulated.ledger_reader(world)
            else:
                self.readers["seats"] = seats.reader(world / "seats")
        self.panel = make_panel(config)
        if self.panel is not None:
            self.readers["panel"] = panel.reader(self.panel)
        self.firewall = make_firewall(self.settings, self.clock)
        if self.firewall is not None:
            self.readers["line"] = self.firewall.read
        started = start(self.settings.log_directory)
        LOGS.append(started.log)
        self.dispatch = Dispatch(
            started=started,
            directory=self.settings.log_directory,
            plan=self.settings.plan,
            version="test",
            clock=self.clock,
            real_s=self.clock.mono_s,
            inbox=self.inbox,
            board=self.board,
            enforcers=enforcers(config, panel=self.panel, wait_s=PATIENT_S)
            | line_enforcers(self.firewall, line_asides(self.firewall)),
            start_backup=self._backup,
            journal=self.events.append,
            alarm=self.alarms.append,
            about={},
        )

    def die(self) -> None:
        """SIGKILL as far as the log is concerned: nothing is said, the file is simply let go."""
        self.dispatch._log.close()

    def step(self, seconds: float = 0.0) -> None:
        self.clock.advance(seconds)
        for instrument, read in self.readers.items():
            self.inbox.put(Observed(instrument=instrument, reading=read()))
        self.dispatch.turn(0)

    def act(self, verb: str, **args: Any) -> dict[str, Any]:
        request = ActRequest(act=Act(verb=verb, args=args))
        self.inbox.put(request)
        self.dispatch.turn(0)
        return request.reply.result(timeout=0)

    def receipt(self) -> None:
        last = self.dispatch.venue.backup.last
        assert last is not None
        self.inbox.put(Report(body=BundleReceipted(name=last.name)))
        self.dispatch.turn(0)

    @property
    def snapshot(self) -> dict[str, Any]:
        return self.board.read().snapshot

    @property
    def open_kinds(self) -> list[str]:
        return sorted(i.cause_kind for i in self.dispatch.venue.open_incidents())

    def _backup(self, wanted: BackupWanted, head: tuple[int, str], phase: str) -> bool:
        if self.hold_backups:
            return False
        self.bundles.append(wanted)
        counter = len(self.bundles)
        body = BundlePublished(
            name=f"bundle-{counter:06d}", counter=counter, bundle_kind="full", stage=wanted.stage,
            sitting=wanted.sitting, log_seq=head[0], files=1, source_bytes=1, sealed_bytes=1, sha256="0" * 64,
        )  # fmt: skip
        self.inbox.put(Report(body=body))
        return True
