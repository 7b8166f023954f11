"""How long a UPS holds: three numbers that are never mixed.

*reported* is the UPS's own word. *modelled* is reckoned from charge and load, by its own last discharge or its
data sheet. *proven* comes from a discharge that was watched, made shorter for all that may have got worse.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.events import Moment
from appliance.events.plan import Plan
from appliance.exam.belief import believed_charge_percent, believed_runtime_s
from appliance.exam.discharge import Proof
from appliance.exam.power import MAINS, UpsState
from appliance.exam.supply import ups_plan
from appliance.exam.timetable import Moved
from appliance.exam.venue import Venue

LIGHTER, HEAVIER = 1.0, 1.4  # Peukert's exponent, taken at its worst on either side (batteries: 1.10–1.35)
USUAL = 1.2
LOSS_A_MONTH, MONTH_DAYS, VOID_DAYS = 0.02, 30.4375, 365
CAUTION = 0.9
DROP_PERCENT, DROP_S = 5.0, 120.0  # a discharge says how fast it goes once it went this far
SPAN_PERCENT = 10.0
CHARGE_AN_HOUR_PERCENT = 8.0  # until it is seen: a UPS needs 8–12 h to be full (makers say 90 % in 4–8 h)
RECHARGE_SEEN_S = 900.0
FULL_PERCENT = 95.0
RECHARGE_HOURS = 24.0  # from empty, before a test is planned so that the seal finds a full battery
TEST_HOURS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Seconds from now; None where a number can not be told. `why_unproven` is empty where it is proven.

    `at_least`: the mains ended the proof's discharge before the asked minutes, so it may well hold longer.
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
        charge_from, load = under_way.charge_from, _heavier(load, under_way.mean_load_percent)
        total_s, why = proven(ups, load, charge_from, now)
    else:
        total_s, why = proven(ups, load, charge, now)
    return Hold(
        reported_s=believed_runtime_s(ups) if ups.read else None,
        modelled_s=modelled(venue.plan, name, ups, charge, now),
        proven_s=None if total_s is None else max(0.0, total_s - gone_s),
        at_least=total_s is not None and _only_so_far(ups) and total_s < asked(venue),
        why_unproven=why,
    )


def _only_so_far(ups: UpsState) -> bool:
    return ups.proof is not None and not ups.proof.to_the_end


def proven(ups: UpsState, load: float | None, charge: float | None, now: Moment) -> tuple[float | None, str]:
    """Seconds proven from `charge` at `load`, or None and why not."""
    proof = ups.proof
    if proof is None:
        return None, ups.void or "never"
    if not now.trusted or not proof.at.trusted:
        return None, "clock"
    days = (now.wall - proof.at.wall).total_seconds() / 86_400
    if not 0 <= days <= VOID_DAYS:
        return None, "too-old" if days > 0 else "clock"
    if load is None or not proof.load_percent:
        return None, "no-load"
    share = _charge_share(proof, charge)
    if share is None:
        return None, "no-charge"
    aged = 1 - LOSS_A_MONTH * days / MONTH_DAYS
    return proof.held_s * _by_load(proof.load_percent, load, LIGHTER, HEAVIER) * aged * share, ""


def _by_load(before: float, load: float, lighter: float, heavier: float) -> float:
    """How much longer or shorter at `load` than at `before` (Peukert: t ∝ L^-k), both percent."""
    ratio = before / max(load, 1.0)
    return float(ratio ** (lighter if ratio >= 1 else heavier))


def _charge_share(proof: Proof, charge: float | None) -> float | None:
    """How much of the proven discharge is left in a battery at `charge`: all where it began no fuller."""
    if charge is None or proof.charge_from is None:
        return None
    if charge >= proof.charge_from:
        return 1.0
    span = proof.charge_from - (proof.charge_to or 0.0)
    if span < SPAN_PERCENT:
        return max(0.0, 1 - (proof.charge_from - charge) / SPAN_PERCENT)
    return max(0.0, 1 - (proof.charge_from - charge) / span)


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
    return CAUTION * full_s * charge / 100 * _by_load(load, ups.load_percent, USUAL, USUAL)


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
    then = min(100.0, charge + hours * _charge_an_hour(ups, charge, now))
    hold_s, _ = proven(ups, ups.load_percent, then, now)
    by = "proven"
    if hold_s is None or (_only_so_far(ups) and hold_s < asked(venue)):
        hold_s, by = modelled(venue.plan, name, ups, then, now), "modelled"
    if hold_s is None or (charge >= FULL_PERCENT and hold_s >= asked(venue)):
        return None
    return Forecast(sitting=sitting.id, at=sitting.start, charge_percent=then, hold_s=hold_s, by=by)


def _charge_an_hour(ups: UpsState, charge: float, now: Moment) -> float:
    """Percent an hour, as seen since the mains came back, else a cautious figure."""
    if ups.recharge is None:
        return CHARGE_AN_HOUR_PERCENT
    seen_s = now.since(ups.recharge.since)
    gained = charge - ups.recharge.charge_percent
    return gained / seen_s * 3600 if seen_s >= RECHARGE_SEEN_S and gained >= 1 else CHARGE_AN_HOUR_PERCENT


def test_before(venue: Venue, name: str, now: Moment) -> datetime | None:
    """When a test must have begun, so that the battery is full again for the seal; None where it is too late.

    Before the next batch's first start: the check, and a recharge from empty before it.
    """
    if venue.seal is not None or venue.ups[name].proof is not None:
        return None
    first = next_start(venue, now)
    if first is None:
        return None
    hours = venue.plan.rules.seal_before_hours + RECHARGE_HOURS + TEST_HOURS
    latest = first.start - timedelta(hours=hours)
    return latest if latest > now.wall else None
