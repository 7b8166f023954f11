"""How long a UPS holds: three numbers that are never mixed.

*reported* is the UPS's own word. *modelled* is reckoned from charge and load, by its own last discharge or its
data sheet. *proven* comes from a discharge that was watched, made shorter for all that may have got worse.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.events import Moment
from appliance.events.plan import Plan
from appliance.exam.power.belief import believed_charge_percent, believed_runtime_s
from appliance.exam.power.discharge import (
    SPAN_PERCENT,
    VOID_DAYS,
    began_less_full,
    by_load,
    charge_share,
    claimed,
)
from appliance.exam.power.state import MAINS, UpsState
from appliance.exam.power.supply import ups_plan
from appliance.exam.timetable import Moved
from appliance.exam.venue import Venue

USUAL = 1.2  # Peukert's exponent as most batteries have it
CAUTION = 0.9
DROP_PERCENT, DROP_S = 5.0, 120.0  # a discharge says how fast it goes once it went this far
CHARGE_AN_HOUR_PERCENT = 8.0  # until it is seen: a UPS needs 8–12 h to be full (makers say 90 % in 4–8 h)
RECHARGE_SEEN_S, STANDSTILL_S = 900.0, 3600.0
FULL_PERCENT = 95.0
RECHARGE_HOURS = 24.0  # from empty, before a test is planned so that the seal finds a full battery
TEST_HOURS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Seconds from now; None where a number can not be told. `why_unproven` is empty where it is proven.

    `at_least`: it may well hold longer. The mains ended the proof's discharge before the asked minutes, or it was
    a second outage, that began less full.
    """

    reported_s: float | None = None
    modelled_s: float | None = None
    proven_s: float | None = None
    at_least: bool = False
    why_unproven: str = ""

    @property
    def first(self) -> tuple[str, float | None]:
        """Which of the three ends first, and when: the one to go by. A lower bound only where nothing else tells."""
        told = {"modelled": self.modelled_s, "reported": self.reported_s}
        if not self.at_least:
            told = {"proven": self.proven_s} | told
        known = {name: seconds for name, seconds in told.items() if seconds is not None}
        if not known:
            return ("proven", self.proven_s) if self.proven_s is not None else ("", None)
        source = min(known, key=lambda name: known[name])
        return source, known[source]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a battery that is charging will hold at the next start; `by` which number says so."""

    sitting: str
    at: datetime
    charge_percent: float
    hold_s: float
    by: str


def hold(venue: Venue, name: str, now: Moment) -> Hold:
    """The three numbers at `now`."""
    ups = venue.ups[name]
    charge, load = believed_charge_percent(ups), ups.load_percent
    gone_s, under_way = 0.0, ups.discharge
    if under_way is not None:  # what the whole discharge will last, less what of it is over
        gone_s = now.since(under_way.began)
        began_at, load = under_way.charge_from, _heavier(load, under_way.mean_load_percent)
        if now.comparable(under_way.began):
            total_s, why = proven(ups, load, began_at, now)
        else:  # nobody knows how much of it is over
            total_s, why = None, "clock"
    else:
        began_at = charge
        total_s, why = proven(ups, load, charge, now)
    return Hold(
        reported_s=believed_runtime_s(ups) if ups.read else None,
        modelled_s=modelled(venue.plan, name, ups, charge, now),
        proven_s=None if total_s is None else max(0.0, total_s - gone_s),
        at_least=total_s is not None and _only_so_far(ups, began_at) and total_s < asked(venue),
        why_unproven=why,
    )


def _only_so_far(ups: UpsState, charge: float | None) -> bool:
    """Whether the proof is no more than a lower bound from `charge`: the mains ended it, or it began with less."""
    proof = ups.proof
    return proof is not None and (not proof.to_the_end or began_less_full(proof.charge_from, charge))


def proven(ups: UpsState, load: float | None, charge: float | None, now: Moment) -> tuple[float | None, str]:
    """Seconds proven from `charge` at `load`, or None and why not."""
    proof = ups.proof
    if proof is None:
        return None, ups.void or "never"
    full_s, why = claimed(proof, load, now)
    if full_s is None:
        return None, why
    share = charge_share(proof, charge)
    return (None, "no-charge") if share is None else (full_s * share, "")


def _heavier(load: float | None, mean: float | None) -> float | None:
    told = [each for each in (load, mean) if each is not None]
    return max(told, default=None)


def modelled(plan: Plan, name: str, ups: UpsState, charge: float | None, now: Moment) -> float | None:
    """Seconds reckoned from charge and load, None where there is nothing to reckon by."""
    if charge is None:
        return None
    seen = ups.discharge
    if seen is not None and seen.charge_from is not None:
        drop, lasted_s = seen.charge_from - charge, now.since(seen.began)
        if drop >= DROP_PERCENT and lasted_s >= DROP_S:
            return CAUTION * charge * lasted_s / drop
    full = _reference(plan, name, ups)
    if full is None or ups.load_percent is None:
        return None
    full_s, load = full
    return CAUTION * full_s * charge / 100 * by_load(load, ups.load_percent, USUAL, USUAL)


def _reference(plan: Plan, name: str, ups: UpsState) -> tuple[float, float] | None:
    """A full charge's seconds and the load they were at: the UPS's own curve before its data sheet's."""
    proof = ups.proof
    if proof and proof.load_percent and proof.charge_from is not None and proof.charge_to is not None:
        span = proof.charge_from - proof.charge_to
        if span >= SPAN_PERCENT:
            return proof.held_s * 100 / span, proof.load_percent
    sheet = ups_plan(plan, name)
    if sheet.rated_minutes is not None and sheet.rated_load_percent is not None:
        return 60 * sheet.rated_minutes, sheet.rated_load_percent
    return None


def level(held: Hold, needed_s: float) -> str:
    """`ok` only where `needed_s` is proven; `short` where a number ends sooner; `unproven`, `unknown`."""
    source, first_s = held.first
    if first_s is None:
        return "unknown"
    if held.proven_s is None or held.at_least:
        return "short" if source != "proven" and first_s < needed_s else "unproven"
    return "ok" if first_s >= needed_s else "short"


def asked(venue: Venue) -> float:
    """The seconds that the rules ask of a server's UPS."""
    return 60.0 * venue.plan.rules.ups_hold_minutes


def next_start(venue: Venue, now: Moment) -> Moved | None:
    """The sitting that begins next."""
    coming = [sitting for sitting in venue.sittings if sitting.start > now.wall]
    return min(coming, key=lambda sitting: sitting.start, default=None)


def forecast(venue: Venue, name: str, now: Moment) -> Forecast | None:
    """What the battery will hold at the next start; None where it is full and not known to be short."""
    ups, sitting = venue.ups[name], next_start(venue, now)
    charge = believed_charge_percent(ups)
    if ups.state != MAINS or ups.discharge is not None or sitting is None or charge is None:
        return None
    short_when_full = ups.proof is not None and ups.proof.to_the_end
    if charge >= FULL_PERCENT and not short_when_full:
        return None
    hours = (sitting.start - now.wall).total_seconds() / 3600
    then = min(100.0, charge + hours * _charge_an_hour(ups, charge))
    hold_s, _ = proven(ups, ups.load_percent, then, now)
    by = "proven"
    if hold_s is None or (_only_so_far(ups, then) and hold_s < asked(venue)):
        hold_s, by = modelled(venue.plan, name, ups, then, now), "modelled"
    if hold_s is None or (charge >= FULL_PERCENT and hold_s >= asked(venue)):
        return None
    return Forecast(sitting=sitting.id, at=sitting.start, charge_percent=then, hold_s=hold_s, by=by)


def _charge_an_hour(ups: UpsState, charge: float) -> float:
    """Percent an hour, as seen since the mains came back, else a cautious figure."""
    if ups.recharge is None or ups.read is None:
        return CHARGE_AN_HOUR_PERCENT
    seen_s = ups.read.since(ups.recharge.since)
    gained = charge - ups.recharge.charge_percent
    if seen_s >= RECHARGE_SEEN_S and gained >= 1:
        return gained / seen_s * 3600
    # A gauge may stand still for a while; a charger that brings nothing for an hour is slower than the usual one.
    return min(CHARGE_AN_HOUR_PERCENT, 3600 / seen_s) if seen_s >= STANDSTILL_S else CHARGE_AN_HOUR_PERCENT


def test_before(venue: Venue, name: str, now: Moment) -> datetime | None:
    """When a test must have begun, so that the battery is full again for the seal; None where it is too late.

    Before the next batch's first start: the check, and a recharge from empty before it. None also where a proof
    of the asked minutes, or that it holds less, is good until then.
    """
    first = next_start(venue, now)
    if venue.seal is not None or first is None:
        return None
    proof = venue.ups[name].proof
    says_enough = proof is not None and (proof.to_the_end or proof.held_s >= asked(venue))
    if proof is not None and says_enough and first.start <= proof.at.wall + timedelta(days=VOID_DAYS):
        return None
    hours = venue.plan.rules.seal_before_hours + RECHARGE_HOURS + TEST_HOURS
    latest = first.start - timedelta(hours=hours)
    return latest if latest > now.wall else None
