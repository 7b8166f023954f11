"""Histories of a supply, and an oracle that knows only what the UPS told: no line of it is the guard's.

A history is a phase to begin in and steps: readings, silence, time, restarts, clocks that are set. After each
second the oracle says which signs were really there; an end that it has no two signs for is a false one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from appliance.events.bodies import ClockJudged, PowerDischarged, ServerStopped
from appliance.events.plan import Plan, UpsPlan
from appliance.exam.acts import Refused
from appliance.exam.venue import Venue, fold
from tests.exam.ledger import Ledger, plan, sealed

ACTED_WITHIN_S = 30.0
REASONS = (
    "unreachable",
    "data-stale",
    "driver-not-connected",
    "hung",
    "line-unsteady",
    "no-device",
    "garbage",
)
STATUSES = (
    ("OL",), ("OL", "CHRG"), ("OB", "DISCHRG"), ("OB", "DISCHRG"), ("OB", "LB"), ("OB", "LB", "RB"), ("OFF",),
    ("OL", "OFF"), ("OB", "OFF"), ("OB", "FSD"), ("OL", "BYPASS"), ("OB", "CAL", "DISCHRG"), ("WAIT",), ("OL", "LB"),
    ("OL", "RB"), ("OB", "ALARM"), ("OL", "TRIM"), (),
)  # fmt: skip
PHASES = ("open", "sealed", "preparing", "running", "closing")
CLOCKS = {"preparing": "08:00", "running": "09:10", "closing": "11:40"}
WIRINGS = ("server", "server+box", "box", "box cuts", "server+box cuts", "room+box cuts")


@dataclass(frozen=True)
class Tells:
    """The UPS tells this for so long, read each second, the charge falling `falls` points a second."""

    status: tuple[str, ...]
    seconds: int
    charge: float | None
    falls: float
    runtime_s: float | None
    battery_v: float | None
    load: float | None
    testing: bool = False


@dataclass(frozen=True)
class Silent:
    """Nothing can be read for so long, for a reason."""

    reason: str
    seconds: int


@dataclass(frozen=True)
class Starts:
    """The guard starts anew, or the box does; the wall clock may jump."""

    boot: bool
    off_s: int
    jump_s: int


@dataclass(frozen=True)
class Clock:
    """The wall clock is set, or nobody vouches for it any more."""

    jump_s: int = 0
    trusted: bool = True


@dataclass(frozen=True)
class Proves:
    """A discharge is on record that ended now."""

    held_s: float
    ended: str
    charge_from: float
    charge_to: float


@dataclass(frozen=True)
class Asks:
    """Somebody does something with the UPS."""

    verb: str


@dataclass(frozen=True)
class Dies:
    """A true end: on battery, charge and runtime falling, "battery low" and nobody comes."""

    seconds: int = 40


Step = Tells | Silent | Starts | Clock | Proves | Asks | Dies


@dataclass(frozen=True)
class Story:
    """Where a history begins, what hangs on its UPS, and what happens."""

    phase: str
    wiring: str
    steps: Sequence[Step]


charges = st.one_of(st.none(), st.sampled_from([100.0, 95.0, 89.0, 60.0, 30.0, 21.0, 20.0, 12.0, 3.0, 0.0]))
tells = st.builds(
    Tells,
    status=st.sampled_from(STATUSES),
    seconds=st.sampled_from([1, 1, 3, 5, 8, 12, 40, 200, 400]),
    charge=charges,
    falls=st.sampled_from([0.0, 0.0, 0.02, 0.2, 1.0]),
    runtime_s=st.one_of(st.none(), st.sampled_from([0.0, 65_535.0, 60.0, 290.0, 310.0, 1800.0, 7200.0])),
    battery_v=st.one_of(st.none(), st.sampled_from([13.7, 12.6, 12.0, 11.4, 10.9])),
    load=st.one_of(st.none(), st.sampled_from([0.0, 10.0, 30.0, 90.0])),
    testing=st.sampled_from([False, False, False, True]),
)
silences = st.builds(Silent, reason=st.sampled_from(REASONS), seconds=st.sampled_from([1, 4, 20, 100]))
starts = st.builds(
    Starts,
    boot=st.booleans(),
    off_s=st.sampled_from([2, 20, 90, 4000]),
    jump_s=st.sampled_from([0, 0, -9000, 9000]),
)
clocks = st.builds(Clock, jump_s=st.sampled_from([-7200, -5, 5, 7200]), trusted=st.booleans())
proofs = st.builds(
    Proves,
    held_s=st.sampled_from([20.0, 100.0, 400.0, 1200.0, 4200.0]),
    ended=st.sampled_from(["mains", "lost", "low", "off", "box-down"]),
    charge_from=st.sampled_from([100.0, 100.0, 40.0]),
    charge_to=st.sampled_from([15.0, 30.0]),
)
acts = st.builds(
    Asks,
    verb=st.sampled_from(
        ["power.test", "power.test_cancel", "power.drill", "power.battery", "power.swap", "power.end"]
    ),
)
step_kinds: st.SearchStrategy[Step] = st.one_of(
    tells, tells, tells, tells, silences, starts, clocks, proofs, acts
)
histories = st.builds(
    Story,
    phase=st.sampled_from(PHASES),
    wiring=st.sampled_from(WIRINGS),
    steps=st.lists(step_kinds, min_size=1, max_size=14),
)
true_ends = st.builds(
    Story,
    phase=st.sampled_from(PHASES),
    wiring=st.sampled_from(WIRINGS),
    steps=st.tuples(st.lists(step_kinds, max_size=6), st.just([Dies()])).map(
        lambda both: [*both[0], *both[1]]
    ),
)


@dataclass
class Oracle:
    """What the UPS told, kept apart from the guard: since when it says what, and what its figures did.

    Where an outage's bounds are a matter of judgement (a flicker of "off", a sag) it allows for the longer one.
    """

    outage: bool = False
    outage_s: float = 0.0
    charge_from: float | None = None
    loads: list[float] = field(default_factory=list)
    volts: list[float] = field(default_factory=list)
    lb_s: float | None = None
    still_s: float = 0.0
    heard: Tells | None = None
    fresh: bool = False
    proofs: list[PowerDischarged] = field(default_factory=list)

    def passes(self, seconds: float) -> None:
        """Time goes by, seen or not."""
        self.outage_s += seconds if self.outage else 0.0
        self.still_s += seconds
        if self.lb_s is not None:
            self.lb_s += seconds

    def hears(self, told: Tells) -> None:
        """The UPS tells something."""
        flags, before = set(told.status), self.heard if self.fresh else None
        if "OB" in flags and not self.outage:
            self.outage_s, self.charge_from, self.volts, self.loads = 0.0, told.charge, [], []
        self.outage = "OB" in flags or ("OFF" in flags and self.outage)
        if self.outage:
            self.volts += [] if told.battery_v is None else [told.battery_v]
            self.loads += [] if told.load is None else [told.load]
        if not flags & {"LB", "FSD"}:
            self.lb_s = None
        elif self.lb_s is None:
            self.lb_s = 0.0
        if before is None or _figures(before) != _figures(told):
            self.still_s = 0.0
        self.heard, self.fresh = told, True

    def silent(self) -> None:
        """Nobody hears the UPS."""
        self.fresh, self.lb_s = False, None

    def signs(self) -> set[str]:
        """Which signs of an empty battery there are: none while nobody hears it, or while it is on the mains."""
        told = self.heard
        if told is None or not self.fresh or "OB" not in told.status or "OFF" in told.status:
            return set()
        frozen = min(self.still_s, self.outage_s) >= 185
        stuck = told.charge is not None and told.charge >= 100 and self.outage_s >= 295
        charge = None if frozen or stuck else told.charge
        zero = told.runtime_s == 0 and (told.charge is None or told.charge > 10)
        runtime_s = None if frozen or zero or told.runtime_s == 65_535 else told.runtime_s
        low_s = self.lb_s or 0.0
        found = set()
        doubtful = min(self.still_s, self.outage_s) >= 179 or stuck
        if low_s >= 5 and (charge is None or charge < 90 or doubtful or "FSD" in told.status):
            found.add("lb")
        if charge is not None and charge <= 20:
            found.add("charge")
        if runtime_s is not None and runtime_s <= 300:
            found.add("runtime")
        if told.battery_v is not None and told.battery_v <= 0.87 * max(self.volts, default=0.0):
            found.add("voltage")
        if self._used_up():
            found.add("proven")
        mute = doubtful or (charge is None and runtime_s is None)
        if low_s >= 10 and mute and told.battery_v is None:
            found.add("lb-alone")
        return found

    def _used_up(self) -> bool:
        """Whether a discharge is on record by which the battery has given all that it gave then, but 2 minutes."""
        if self.charge_from is None or not self.loads:
            return False
        load = max(1.0, *self.loads)
        for proof in self.proofs:
            if proof.ended in ("mains", "lost") and proof.held_s < 3600:
                continue
            if (
                not proof.load_percent
                or proof.charge_from is None
                or proof.charge_from < self.charge_from - 5
            ):
                continue
            by_load = (proof.load_percent / load) ** (1.4 if load > proof.load_percent else 1.0)
            span = max(10.0, proof.charge_from - (proof.charge_to or 0.0))
            share = min(1.0, max(0.0, 1 - (proof.charge_from - self.charge_from) / span))
            if proof.held_s * by_load * share * 0.97 - self.outage_s <= 120:
                return True
        return False


def _figures(told: Tells) -> tuple[float | None, ...]:
    return (told.charge, told.runtime_s, told.battery_v, told.load)


@dataclass
class Told:
    """A history that was played: the ledger, how many true ends there were, and how late each was acted on.

    `upsmon`: whether a monitor that ends on any "on battery, battery low" would have ended it falsely.
    """

    day: Ledger
    ends: int
    late_s: list[float]
    upsmon: bool


def _plan(wiring: str) -> Plan:
    feeds = {"server": ("exam-server",), "box": ("box",), "room": ("room:1",)}
    words = wiring.split(" ")
    fed = tuple(feed for part in words[0].split("+") for feed in feeds[part])
    servers = ("exam-server",) if "exam-server" in fed else ()
    ups = UpsPlan(name="ups1", feeds=fed, driver="simulated", cuts="cuts" in words, commands=True)
    return plan(ups=(ups,), servers=servers, stoppable=servers)


@cache
def _beginning(phase: str, wiring: str) -> Ledger:
    """A day at the beginning of a phase, everything read."""
    if phase == "open":
        return Ledger(_plan(wiring)).all_read()
    day = sealed(_plan(wiring))
    if phase in CLOCKS:
        day.until(CLOCKS[phase], bundles=True)
    return day


class Player:
    """Plays a history second by second, and asks the oracle at each."""

    def __init__(self, story: Story) -> None:
        self.day = _beginning(story.phase, story.wiring).copy()
        self.oracle = Oracle()
        self.ends = 0
        self.late_s: list[float] = []
        self.upsmon = False
        self._told: Tells | None = Tells(("OL",), 1, 90.0, 0.0, None, None, None)
        self.oracle.hears(self._told)  # type: ignore[arg-type]  # just made
        self._read = True

    def play(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self._step(step)
            self._shown()

    def finish(self) -> None:
        """The mains are back to stay: nothing rests, nothing stays to be cut."""
        if self.day.posture.levels["power"].startswith("off") or self.day.recorded("ending.cut"):
            self._step(Starts(boot=True, off_s=60, jump_s=0))
        ol = Tells(("OL",), 1, 90.0, 0.0, 3600.0, 13.7, 30.0)
        for _ in range(70):
            self._hear(ol)
            for name in self.day.posture.levels["servers"].split()[1:]:
                self.day.record(ServerStopped(name=name, outcome="stopped"))
                self.day.settle()
            self._judged(self._pass, 10.0)
            if self.day.posture.levels["power"].startswith("off"):
                self._step(Starts(boot=True, off_s=60, jump_s=0))
        assert self.day.posture.levels["power"] == "run", self.day.venue.endings
        assert not self.day.venue.endings

    def _step(self, step: Step) -> None:
        day = self.day
        match step:
            case Tells():
                self._tells(step)
            case Silent(reason=reason, seconds=seconds):
                self._judged(day.power_lost_sight, reason)
                self.oracle.silent()
                self._told = None
                for _ in range(seconds):
                    self._judged(self._pass, 1.0)
            case Starts(boot=boot, off_s=off_s, jump_s=jump_s):
                self.oracle.passes(max(off_s, off_s + jump_s) if boot else off_s)
                self.oracle.silent()
                self._told = None
                if boot:
                    self._judged(self._reboot, off_s, jump_s)
                else:
                    self._judged(day.restart, off_s)
            case Clock(jump_s=jump_s, trusted=trusted):
                self._judged(day.step_wall, jump_s)
                if trusted != day.venue.clock_trusted:
                    day.record(ClockJudged(trusted=trusted, reason="rtc"))
                    self._judged(day.settle)
            case Proves():
                self._proves(step)
            case Asks(verb=verb):
                self._judged(self._ask, verb)
            case Dies(seconds=seconds):
                self._dies(seconds)

    def _reboot(self, off_s: float, jump_s: float) -> None:
        self.day.reboot(off_s, wall=self.day.wall + timedelta(seconds=off_s + jump_s))

    def _ask(self, verb: str) -> None:
        args: dict[str, Any] = {"ups": "ups1", "by": "王主考", "note": "x"}
        try:
            self.day.act(verb, **args)
        except Refused:
            return
        if verb in ("power.battery", "power.swap"):
            self.oracle.proofs.clear()

    def _proves(self, step: Proves) -> None:
        body = PowerDischarged(
            ups="ups1", began=self.day.wall, lasted_s=step.held_s, held_s=step.held_s, ended=step.ended,
            charge_from=step.charge_from, charge_to=step.charge_to, load_percent=30.0,
        )  # fmt: skip
        self.oracle.proofs.append(body)
        self.day.record(body)
        self._judged(self.day.settle)

    def _tells(self, step: Tells) -> None:
        for second in range(step.seconds):
            charge = None if step.charge is None else max(0.0, step.charge - step.falls * second)
            self._hear(replace(step, charge=charge))
            self._judged(self._pass, 1.0)

    def _dies(self, seconds: int) -> None:
        """Down from 45 % in half a minute, then low until somebody acts; not while a test or its plug is on."""
        if self.day.ups.test is not None:
            self._judged(self._ask, "power.test_cancel")
        self._tells(Tells(("OL",), 125, 60.0, 0.0, 3600.0, 13.7, 30.0))
        for second in range(30):
            self._hear(Tells(("OB", "DISCHRG"), 1, 45.0 - second, 0.0, 1000.0 - 10 * second, 12.4, 30.0))
            self._judged(self._pass, 1.0)
        before, acted = len(self.day.recorded("ending.begun")), False
        for second in range(seconds):
            low = Tells(("OB", "LB"), 1, max(1.0, 14.0 - second / 4), 0.0, 250.0 - 5 * second, 11.9, 30.0)
            self._hear(low)
            self._judged(self._pass, 1.0)
            acted = bool(self.day.venue.endings) or len(self.day.recorded("ending.begun")) > before
            if acted and len(self.late_s) == self.ends:
                self.late_s.append(float(second))
            assert acted or second < ACTED_WITHIN_S or not self._hangs(), "a true end was not acted on"
        self.ends += acted

    def _hangs(self) -> bool:
        return bool({"box", "exam-server"} & set(self.day.venue.plan.ups[0].feeds))

    def _hear(self, told: Tells) -> None:
        figures = {"charge_percent": told.charge, "runtime_s": told.runtime_s, "battery_v": told.battery_v}
        self.oracle.hears(told)
        self._told = told
        if "OB" in told.status and {"LB", "FSD"} & set(told.status):
            self.upsmon |= not {"charge", "runtime", "voltage", "proven"} & self.oracle.signs()
        self._judged(
            self.day.power, *told.status, load_percent=told.load, testing=told.testing, **figures  # type: ignore[arg-type]
        )  # fmt: skip

    def _pass(self, seconds: float) -> None:
        self.oracle.passes(seconds)
        self.day.advance(seconds, every_s=seconds)

    def _judged(self, does: Any, *args: Any, **figures: Any) -> None:
        """Does it, and holds every end that was recorded by it against what was told."""
        before = len(self.day.events)
        does(*args, **figures)
        for event in self.day.events[before:]:
            if isinstance(event.body, PowerDischarged):
                self.oracle.proofs.append(event.body)
            if event.kind == "ending.begun":
                self._rightly(event.body.signs)  # type: ignore[attr-defined]
        level = self.day.posture.levels["power"]
        begun = self.day.recorded("ending.begun") or self.day.recorded("ending.agreed")
        assert level == "run" or begun, f"{level} without an end"

    def _rightly(self, said: tuple[str, ...]) -> None:
        there = self.oracle.signs()
        measured = there & {"charge", "runtime", "voltage"}
        two = ("lb" in there and (measured or "proven" in there)) or ("proven" in there and measured)
        alone = self.day.venue.phase.name in ("open", "sealed") and bool(there & {"proven", "lb-alone"})
        assert two or alone, f"a false end by {said}: {there} were there in {self.day.venue.phase.name}"

    def _shown(self) -> None:
        """What was never said to be on the mains is never shown so."""
        state = self.day.row["state"]
        if self._told is None:
            assert state == "unknown" and self.day.verdict.level != "ok"
        elif state == "mains":
            flags = set(self._told.status)
            assert {"OL", "BYPASS"} & flags or (self._told.testing or "CAL" in flags)
        assert state != "mains" or "OFF" not in (self._told.status if self._told else ())


def played(story: Story) -> Told:
    """Plays a history to its end and to the mains' return. Raises AssertionError for a false end."""
    player = Player(story)
    player.play(story.steps)
    player.finish()
    return Told(day=player.day, ends=player.ends, late_s=player.late_s, upsmon=player.upsmon)


def replayed(day: Ledger) -> Venue:
    """The state that the ledger's events fold to."""
    venue = Venue()
    for event in day.events:
        venue = fold(venue, event)
    return venue
