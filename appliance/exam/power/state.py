"""Power as the record knows it: the state of a UPS, reading by reading."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from appliance.events import Moment
from appliance.events.bodies import PowerRead, PowerUnknown
from appliance.exam.power import discharge as discharges
from appliance.exam.power.discharge import Discharge, Proof

MAINS, BATTERY, LOW, OFF, UNKNOWN = "mains", "battery", "low", "off", "unknown"
LIVE_STATES = {"OL", "OB", "BYPASS", "OFF"}
LOW_FLAGS = {"LB", "FSD"}
SELF_TEST_S = 300.0  # a test of the UPS's own that lasts longer is taken for an outage
NO_MAINS_V = 50.0  # below it there are no mains, whatever the UPS says that it is doing
PLUG_BACK_S = 120.0  # after a watched test: time to put the plug back in
LOW_BELIEVED_PERCENT = 90.0  # "battery low" at a charge above this is a wrong setting, not a low battery
LOW_LASTS_S = 5.0  # "battery low" for less than this is a flicker
OFF_LASTS_S = 10.0  # so is "off": UPSes were seen to say it for 8 s and go on
TRACE_EVERY_S, TRACE_LENGTH = 60.0, 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One point of the charge curve; `reported_s` the runtime that the UPS told then."""

    at: datetime
    state: str
    charge_percent: float | None = None
    load_percent: float | None = None
    reported_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A watched discharge test under way."""

    __test__ = False  # not one of pytest's

    started: Moment
    by: str
    minutes: int
    floor_percent: int
    commanded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """The last time somebody pulled the plug to prove the wiring; `outcome` '' while it is on."""

    started: Moment
    by: str
    edge: Moment | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recharge:
    """Since when the battery charges again, and from where."""

    since: Moment
    charge_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsState:
    """The last recorded reading, and what it says together with those before it.

    `read` None: not read since this boot. `unknown` names the reason, '' if none. `figures_since`: since when
    no figure has moved. `ended`: a discharge that is over and not recorded yet. `void`: why an older proof
    counts for nothing.
    """

    status: tuple[str, ...] = ()
    charge_percent: float | None = None
    runtime_s: float | None = None
    load_percent: float | None = None
    battery_v: float | None = None
    input_v: float | None = None
    testing: bool = False
    absurd: tuple[str, ...] = ()
    read: Moment | None = None
    unknown: str = ""
    unknown_since: Moment | None = None
    on_battery_since: Moment | None = None
    since: Moment | None = None
    testing_since: Moment | None = None
    figures_since: Moment | None = None
    flags_since: dict[str, Moment] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    discharge: Discharge | None = None
    ended: Discharge | None = None
    proof: Proof | None = None
    void: str = ""
    test: Test | None = None
    tested: Moment | None = None
    asked_to_test: bool = False
    drill: Drill | None = None
    recharge: Recharge | None = None
    trace: tuple[Sample, ...] = ()

    @property
    def state(self) -> str:
        """`mains`, `battery`, `low` (battery low or forced shutdown), `off` (no output) or `unknown`."""
        if self.unknown or self.read is None or not LIVE_STATES & set(self.status):
            return UNKNOWN
        if "OFF" in self.status:
            return OFF
        if "OB" not in self.status or self._tests_itself(self.read):
            return MAINS
        return LOW if LOW_FLAGS & set(self.status) and not self.low_at_full else BATTERY

    @property
    def low_at_full(self) -> bool:
        """Whether it says "battery low" at a charge that is none: `battery.charge.low` set to 100, say."""
        told = "LB" in self.status and "FSD" not in self.status
        return told and self.charge_percent is not None and self.charge_percent >= LOW_BELIEVED_PERCENT

    @property
    def out(self) -> bool:
        """Whether it runs on battery, and not because somebody is testing it."""
        if self.state not in (BATTERY, LOW) or self.on_trial:
            return False
        return self.tested is None or self.read is None or self.read.since(self.tested) > PLUG_BACK_S

    @property
    def on_trial(self) -> bool:
        """Whether somebody tests it, or pulls its plug to see what it says."""
        return self.test is not None or (self.drill is not None and not self.drill.outcome)

    @property
    def figures(self) -> tuple[float | None, ...]:
        """What moves while a battery works."""
        return (self.charge_percent, self.runtime_s, self.battery_v, self.load_percent)

    def _tests_itself(self, read: Moment) -> bool:
        """A calibration or a short self-test is no outage; with no voltage at the input it is one all the same."""
        if self.input_v is not None and self.input_v < NO_MAINS_V:
            return False
        if "CAL" in self.status:
            return True
        return (
            self.testing and self.testing_since is not None and read.since(self.testing_since) <= SELF_TEST_S
        )


def after_reading(ups: UpsState, body: PowerRead, now: Moment) -> UpsState:
    """The state once `body` is recorded."""
    told = set(body.status)
    read = replace(
        ups,
        status=body.status,
        charge_percent=body.charge_percent,
        runtime_s=body.runtime_s,
        load_percent=body.load_percent,
        battery_v=body.battery_v,
        input_v=body.input_v,
        testing=body.testing,
        absurd=body.absurd,
        read=now,
        unknown="",
        unknown_since=None,
        testing_since=(ups.testing_since or now) if body.testing else None,
        flags_since={flag: ups.flags_since.get(flag, now) for flag in told},
    )
    state = read.state
    changes = _discharge_changes(read, body, now) | _trace_changes(read, state, now)
    if read.figures_since is None or read.figures != ups.figures:
        changes["figures_since"] = now
    if state in (BATTERY, LOW):
        changes["on_battery_since"] = ups.on_battery_since or now
        changes["drill"] = _with_edge(ups.drill, now)
    elif state == MAINS:
        changes["on_battery_since"] = None
    if not (state == ups.state and ups.since):
        changes["since"] = now
    # Once for all: each copy of a state costs as much as folding a row does elsewhere.
    return replace(read, **changes) if changes else read


def _discharge_changes(ups: UpsState, body: PowerRead, now: Moment) -> dict[str, Any]:
    """The reading put to the discharge it belongs to: one begins, goes on, or is over."""
    before, off = ups.discharge, ups.flags_since.get("OFF")
    goes_on = before is not None and not before.rebooted
    flicker = goes_on and off is not None and now.since(off) < OFF_LASTS_S
    if flicker or (off is None and discharges.under_way(body)):
        if before is None:
            test = ups.test is not None or body.testing or "CAL" in body.status
            return {"discharge": discharges.begun(body, now, test=test), "recharge": None}
        lb = ups.flags_since.get("LB") or ups.flags_since.get("FSD")
        # Not by the state: in a test of the UPS's own that is "mains", and its battery gets low all the same.
        low = lb is not None and not ups.low_at_full and now.since(lb) >= LOW_LASTS_S
        return {"discharge": discharges.after(before, body, now, low=low)}
    if before is None:
        return {}
    charge = body.charge_percent
    recharge = None if charge is None else Recharge(since=now, charge_percent=charge)
    return {"discharge": None, "ended": discharges.over(before, body, now), "recharge": recharge}


def _with_edge(drill: Drill | None, now: Moment) -> Drill | None:
    if drill is None or drill.outcome or drill.edge:
        return drill
    return replace(drill, edge=now)


def _trace_changes(ups: UpsState, state: str, now: Moment) -> dict[str, Any]:
    """A point more of the charge curve: at each change of state, else once a minute."""
    last = ups.trace[-1] if ups.trace else None
    if last and last.state == state and 0 <= (now.wall - last.at).total_seconds() < TRACE_EVERY_S:
        return {}
    sample = Sample(
        at=now.wall,
        state=state,
        charge_percent=ups.charge_percent,
        load_percent=ups.load_percent,
        reported_s=ups.runtime_s,
    )
    return {"trace": (*ups.trace, sample)[-TRACE_LENGTH:]}


def after_unknown(ups: UpsState, body: PowerUnknown, now: Moment) -> UpsState:
    """The state once nobody knows: the outage that was running goes on, numbers are gone."""
    unknown = replace(
        _forgotten(ups),
        unknown=body.reason,
        unknown_since=ups.unknown_since or now,
        since=ups.since if ups.unknown else now,
    )
    return replace(unknown, **_trace_changes(unknown, unknown.state, now))


def after_boot(ups: UpsState, same_boot: bool) -> UpsState:
    """The state a new guard starts from: readings are taken anew, a running outage is not forgotten."""
    if same_boot:
        return replace(ups, read=None, since=None, flags_since={})  # nobody saw whether they stayed
    running = None if ups.discharge is None else replace(ups.discharge, rebooted=True)
    return replace(
        _forgotten(ups), discharge=running, since=None, unknown="", unknown_since=None, tested=None
    )


def _forgotten(ups: UpsState) -> UpsState:
    """Without what was read; what was proven, and what goes on, stays."""
    return UpsState(
        on_battery_since=ups.on_battery_since,
        since=ups.since,
        doubts=ups.doubts,
        discharge=ups.discharge,
        ended=ups.ended,
        proof=ups.proof,
        void=ups.void,
        test=ups.test,
        tested=ups.tested,
        asked_to_test=ups.asked_to_test,
        drill=ups.drill,
        recharge=ups.recharge,
        trace=ups.trace,
    )
