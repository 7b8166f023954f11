"""The turn: take what came, fold it, make it durable, make it so, show it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from appliance.clock import Clock
from appliance.dispatch.board import Board, Turned
from appliance.dispatch.inbox import ActRequest, Drifted, Inbox, Message, Observed, Report
from appliance.dispatch.readings import drifted_keys, silent_reading
from appliance.dispatch.reconcile import Enforcer, Reconciler
from appliance.dispatch.recorder import Recorder
from appliance.dispatch.start import Started, checkpoint, copy_checkpoint
from appliance.events import Body, Event, Moment
from appliance.events.bodies import (
    BackupFailed,
    GuardStarted,
    GuardStopped,
    PhaseChanged,
    VenueConfigured,
)
from appliance.events.plan import Plan
from appliance.exam.acts import Refused, decide
from appliance.exam.due import due
from appliance.exam.net.ledger import network_watched
from appliance.exam.posture import BackupWanted, posture
from appliance.exam.record import worth_recording
from appliance.exam.seat_changes import still_meant, with_changes
from appliance.exam.snapshot import snapshot, verdict_row
from appliance.exam.venue import Venue, fold
from appliance.exam.verdict import verdict

CHECKPOINT_ROWS = 5_000
SILENT_S = 5.0  # real seconds without a reading after which an instrument counts as silent
MAX_STEPS = 50  # of due() in one turn: more would be a rule that never comes to rest
JUDGE_EVERY_S = 1.0
JUST_NOW_S = 0.8  # readings that change nothing are judged again only after this: before the second is over


class Dispatch:
    """The one thread that changes state. Everything it needs is handed in.

    `real_s` gives real monotonic seconds (the `clock` may run faster), `journal` gets every event once it
    is durable or known to be unwritable, `alarm` plain critical lines, `start_backup` starts a job and
    answers whether one is running, `about` is what the snapshot says of the box itself.
    """

    def __init__(
        self,
        *,
        started: Started,
        directory: Path,
        plan: Plan,
        version: str,
        clock: Clock,
        real_s: Callable[[], float],
        inbox: Inbox,
        board: Board,
        enforcers: Mapping[str, Enforcer],
        start_backup: Callable[[BackupWanted, tuple[int, str], str], bool],
        journal: Callable[[Event], None],
        alarm: Callable[[str], None],
        about: dict[str, object],
    ) -> None:
        self.venue: Venue = started.venue
        self.verdict: dict[str, object] = {}  # of the last turn, as the snapshot gives it
        self._log = started.log
        self._directory = directory
        self._clock = clock
        self._real_s = real_s
        self._inbox = inbox
        self._board = board
        self._reconciler = Reconciler(enforcers)
        self._recorder = Recorder(log=started.log, alarm=alarm)
        self._start_backup = start_backup
        self._journal = journal
        self._alarm = alarm
        self._about = about
        self._seen: dict[str, float] = {}
        self._turn_events: list[Event] = []
        self._since_checkpoint = started.venue.seq
        self._drift = False
        self._judged = (0.0, 0.0)
        self._begin(started, plan, version)

    def _begin(self, started: Started, plan: Plan, version: str) -> None:
        now = self._now()
        if started.damage:
            self._alarm(
                f"{started.damage.file} does not verify, a new log was begun: {started.damage.problem}"
            )
            self._record(checkpoint(self.venue), now)
            self._record(started.damage, now)
        self._record(GuardStarted(version=version), now)
        # What people changed of the seat list stands beside it until the list itself says something else.
        if self.venue.plan != with_changes(plan, still_meant(self.venue.changes, plan)):
            self._record(VenueConfigured(plan=plan), now)
        started_s = self._real_s()
        names = [f"power:{ups.name}" for ups in plan.ups if ups.declared is None]
        names += ["usb"] if plan.usb else []
        names += ["attached"] if plan.attached else []
        names += ["line"] if plan.network != "off" else []
        by_network = network_watched(plan)
        names += ["seats"] if plan.seats_watched and not by_network else []
        names += ["presence", "ledger"] if by_network else []
        self._seen = dict.fromkeys(names, started_s)
        self._step(now)

    def turn(self, wait_s: float = JUDGE_EVERY_S) -> None:
        """One turn: at most `wait_s` of waiting, then everything that came, in one transaction."""
        left_s = max(0.0, self._judged[1] + JUDGE_EVERY_S - self._real_s())
        messages = self._inbox.take(min(wait_s, left_s))
        now = self._now()
        replies = [reply for message in messages if (reply := self._take(message, now))]
        # Most readings say what the last one said: judged again for each, they were half of the idle guard's time.
        if messages and not (self._turn_events or replies or self._drift) and self._just_judged(now):
            return
        self._judge_silence(now)
        self._step(now)
        for reply in replies:
            reply()

    def _just_judged(self, now: Moment) -> bool:
        """Whether hardly any time has gone by since: neither of the clock, which may run faster, nor really."""
        mono_s, real_s = self._judged
        return now.mono_s - mono_s < JUST_NOW_S and self._real_s() - real_s < JUST_NOW_S

    def stop(self, reason: str) -> None:
        """Records the orderly stop with a checkpoint and lets the log go."""
        now = self._now()
        self._record(GuardStopped(reason=reason), now)
        self._checkpoint(now)
        self._commit(now)
        self._flush()
        self._log.close()

    def _now(self) -> Moment:
        return Moment(
            wall=self._clock.wall(),
            mono_s=self._clock.mono_s(),
            boot_id=self._clock.boot_id,
            trusted=self.venue.clock_trusted,
        )

    def _record(self, body: Body, now: Moment) -> Event:
        event = self._recorder.stamp(body, now)
        self.venue = fold(self.venue, event)
        self._turn_events.append(event)
        return event

    def _take(self, message: Message, now: Moment) -> Callable[[], None] | None:
        match message:
            case Observed(instrument=instrument, reading=reading, read_s=read_s):
                if instrument in self._seen:
                    self._seen[instrument] = self._real_s() if read_s is None else read_s
                for key in drifted_keys(self.venue, reading, now):
                    self._drifted(key)
                for body in worth_recording(self.venue, reading, now):
                    self._record(body, now)
            case Report(body=body, reply=reply):
                event = self._record(body, now)
                return None if reply is None else lambda: reply.set_result({"seqs": [event.seq]})
            case Drifted(key=key):
                self._drifted(key)
            case ActRequest():
                return self._act(message, now)
        return None

    def _drifted(self, key: str) -> None:
        self._reconciler.drifted(key)
        self._drift = True

    def _act(self, request: ActRequest, now: Moment) -> Callable[[], None] | None:
        """Decides an act and makes it durable by itself: what the disk refuses is taken back, not kept for later."""
        if not request.reply.set_running_or_notify_cancel():  # who asked was told that it was not done
            return None
        before, events = self.venue, list(self._turn_events)
        try:
            self._durable(now)
            act = replace(request.act, head=self._recorder.head)
            seqs = [self._record(body, now).seq for body in decide(self.venue, act, now)]
            try:
                self._durable(now)
            except Refused:
                self._recorder.take_back(len(seqs))
                self.venue, self._turn_events = before, events
                raise
        except Refused as refusal:
            return lambda error=refusal: request.reply.set_exception(error)  # type: ignore[misc]  # a default binds it
        value: dict[str, Any] = {"seqs": seqs}
        return lambda: request.reply.set_result(value)

    def _durable(self, now: Moment) -> None:
        if not self._commit(now):
            raise Refused("log-unwritable", reason=self._recorder.problem)

    def _commit(self, now: Moment) -> bool:
        """Makes what was recorded durable; after a gap the whole state follows, for rows of it may be lost."""
        gap = bool(self._recorder.problem)
        if not self._recorder.commit(self._real_s()):
            return False
        if gap:
            self._checkpoint(now)
        return self._recorder.commit(self._real_s())

    def _judge_silence(self, now: Moment) -> None:
        """An instrument that says nothing for 5 real seconds is unknown, whatever it said last."""
        real_s = self._real_s()
        for instrument, seen_s in self._seen.items():
            if real_s - seen_s <= SILENT_S:
                continue
            for body in worth_recording(self.venue, silent_reading(instrument), now):
                self._record(body, now)

    def _step(self, now: Moment) -> None:
        self._judged, self._drift = (now.mono_s, self._real_s()), False
        self._record_due(now)
        self._commit(now)
        self._flush()
        wanted = posture(self.venue, now)
        for body in self._reconciler.reconcile(wanted.levels, self._real_s()):
            self._record(body, now)
        if wanted.backup:
            self._backup(wanted.backup, now)
        if self._turn_events:
            self._record_due(now)
            self._commit(now)
            self._flush()
        self._show(now, self._reconciler.unheld(wanted.levels))

    def _record_due(self, now: Moment) -> None:
        for _ in range(MAX_STEPS):
            bodies = due(self.venue, now, self._recorder.problem)
            if not bodies:
                break
            for body in bodies:
                self._record(body, now)
        moved = any(isinstance(event.body, PhaseChanged) for event in self._turn_events)
        if moved or self.venue.seq - self._since_checkpoint >= CHECKPOINT_ROWS:
            self._checkpoint(now)

    def _checkpoint(self, now: Moment) -> None:
        if self._recorder.problem:
            return
        event = self._record(checkpoint(self.venue), now)
        self._since_checkpoint = event.seq
        try:
            copy_checkpoint(self._directory, event)
        except OSError as error:
            self._alarm(f"the copy of the checkpoint could not be written: {error.strerror}")

    def _backup(self, wanted: BackupWanted, now: Moment) -> None:
        try:
            self._start_backup(wanted, self._recorder.head, self.venue.phase.name)
        except OSError as error:
            self._record(BackupFailed(reason=f"the job could not be started: {error}"), now)

    def _flush(self) -> None:
        for event in self._turn_events:
            self._journal(event)
        self._turn_events = []

    def _show(self, now: Moment, unheld: tuple[str, ...]) -> None:
        venue, problem = self.venue, self._recorder.problem
        self.verdict = verdict_row(verdict(venue, now, problem))
        beside: dict[str, object] = {
            "log": {"writable": not problem, "damaged": venue.log_problem},
            "clock": {"trusted": venue.clock_trusted, "rate": self._clock.rate()},
            "venue": self._about,
        }
        self._board.show(
            Turned(
                content=lambda: snapshot(venue, now, problem, unheld) | beside,
                turned_s=self._real_s(),
                head=self._recorder.head,
            )
        )
