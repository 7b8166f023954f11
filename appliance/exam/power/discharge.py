"""A discharge as it is seen, second by second, and what it proves once it is over."""

from dataclasses import dataclass, replace

from appliance.events import Moment
from appliance.events.bodies import PowerDischarged, PowerRead

SEEN_S = 5.0  # a longer stretch without a reading counts for nothing
GAP_S = (
    30.0  # after a longer one nobody knows what the battery did meanwhile, nor what it means to be this far
)
SETTLES_S = (
    10.0  # UPSes tell their voltages every few seconds: until then it is the charger's, not the battery's
)
SHORTEST_PROOF_S = 300.0  # a shorter one that ended with the mains says nothing about an hour
TO_THE_END = ("low", "off", "box-down")  # the battery gave out: no longer hold may be claimed
LIGHTER, HEAVIER = 1.0, 1.4  # Peukert's exponent, taken at its worst on either side (batteries: 1.10–1.35)
LOSS_A_MONTH, MONTH_DAYS, VOID_DAYS = 0.02, 30.4375, 365
SPAN_PERCENT = 10.0
ALIKE_PERCENT = 5.0  # two discharges that began no further apart began alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharge:
    """A discharge under way, or just over. `held_s` counts what was seen, up to the first gap or a low battery.

    `load_s` is the load's integral (percent × s) over `measured_s`. `off`: its last reading says that the output
    is off. `over` '' while it lasts.
    """

    began: Moment
    last: Moment
    held_s: float = 0.0
    gap: bool = False
    low: bool = False
    rebooted: bool = False
    charge_from: float | None = None
    charge_to: float | None = None
    load_percent: float | None = None
    load_s: float = 0.0
    measured_s: float = 0.0
    battery_v_from: float | None = None
    off: bool = False
    test: bool = False
    over: str = ""

    @property
    def mean_load_percent(self) -> float | None:
        """The load's mean over time. Under Peukert's law the equal steady load is higher: the mean is cautious."""
        return self.load_s / self.measured_s if self.measured_s else self.load_percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a UPS was seen to hold: `held_s` from `charge_from` at a mean load. `ended` as `PowerDischarged`."""

    at: Moment
    held_s: float
    ended: str
    load_percent: float | None = None
    charge_from: float | None = None
    charge_to: float | None = None
    test: bool = False

    @property
    def to_the_end(self) -> bool:
        """Whether the battery gave out: it then holds no longer than this."""
        return self.ended in TO_THE_END


def under_way(reading: PowerRead) -> bool:
    """Whether the battery feeds the load: without mains, or for a test or calibration of the UPS's own."""
    flags = set(reading.status)
    own_test = reading.testing or "CAL" in flags
    return "OB" in flags or (own_test and "DISCHRG" in flags)


def begun(reading: PowerRead, now: Moment, *, test: bool) -> Discharge:
    """The discharge whose first reading this is."""
    return Discharge(
        began=now,
        last=now,
        charge_from=reading.charge_percent,
        charge_to=reading.charge_percent,
        load_percent=reading.load_percent,
        battery_v_from=reading.battery_v,
        test=test,
    )


def after(discharge: Discharge, reading: PowerRead, now: Moment, *, low: bool) -> Discharge:
    """The discharge with one more reading; `low`: the battery is, and for long enough to be believed."""
    span_s = now.since(discharge.last)
    whole = span_s <= GAP_S and now.boot_id == discharge.last.boot_id and not discharge.gap
    off = "OFF" in reading.status  # nothing is fed: that a UPS says "on battery" beside it proves no holding
    counts = whole and span_s <= SEEN_S and not (discharge.low or discharge.off or off)
    load = discharge.load_percent
    settling = discharge.battery_v_from is None or now.since(discharge.began) <= SETTLES_S
    return replace(
        discharge,
        last=now,
        battery_v_from=reading.battery_v if settling else discharge.battery_v_from,
        held_s=discharge.held_s + (span_s if counts else 0.0),
        gap=not whole,
        rebooted=False,  # still on battery after a boot: it was not the battery that took the box down
        low=discharge.low or low,
        off=off,
        charge_to=discharge.charge_to if discharge.low or off or not whole else reading.charge_percent,
        load_percent=discharge.load_percent if off else reading.load_percent,
        load_s=discharge.load_s + (load * span_s if counts and load is not None else 0.0),
        measured_s=discharge.measured_s + (span_s if counts and load is not None else 0.0),
    )


def over(discharge: Discharge, reading: PowerRead, now: Moment) -> Discharge:
    """The discharge once a reading says that it is over: the mains are back, or the output is off for good."""
    last = after(discharge, reading, now, low=False)
    if discharge.low:
        how = "low"
    elif "OFF" in reading.status:
        how = "off"
    else:
        how = "lost" if last.gap and not discharge.rebooted else "mains"
    # The charge of a UPS that charges again is no longer the discharge's.
    return replace(last, over=how, charge_to=discharge.charge_to, rebooted=discharge.rebooted)


def recorded(ups: str, discharge: Discharge, *, feeds_box: bool, blip_s: float) -> PowerDischarged:
    """The row of a discharge that is over. A box that rebooted in it and hangs on it was without power."""
    ended = discharge.over
    if discharge.rebooted and ended == "mains":
        ended = "box-down" if feeds_box else "lost"
    lasted_s = discharge.last.since(discharge.began)
    load = discharge.mean_load_percent
    return PowerDischarged(
        ups=ups,
        began=discharge.began.wall,
        lasted_s=round(max(lasted_s, discharge.held_s), 2),
        held_s=round(discharge.held_s, 2),
        ended=ended,
        charge_from=discharge.charge_from,
        charge_to=discharge.charge_to,
        load_percent=None if load is None else round(load, 1),
        test=discharge.test,
        # Over a reboot no clock may tell how long it was: that is no blip.
        blip=lasted_s <= blip_s and not (discharge.rebooted or discharge.gap),
    )


def proof_after(before: Proof | None, body: PowerDischarged, now: Moment) -> Proof | None:
    """What is proven once `body` is recorded.

    A discharge to the battery's end replaces what stood before, shorter or longer; but one that began less full,
    a second outage soon after the first, voids no proof that it agrees with. One that the mains ended proves at
    least its own length: it replaces only what proves less at its load.
    """
    proof = Proof(
        at=now,
        held_s=body.held_s,
        ended=body.ended,
        load_percent=body.load_percent,
        charge_from=body.charge_from,
        charge_to=body.charge_to,
        test=body.test,
    )
    if proof.to_the_end:
        return before if before is not None and _in_line(before, proof, now) else proof
    if body.blip or body.held_s < SHORTEST_PROOF_S:
        return before
    if before is None:
        return proof
    claimed_s, _ = claimed(before, body.load_percent, now)
    return proof if body.held_s >= (before.held_s if claimed_s is None else claimed_s) else before


def _in_line(before: Proof, given_out: Proof, now: Moment) -> bool:
    """Whether a battery that began less full gave out no sooner than an older proof has it: that one stands."""
    claimed_s, _ = claimed(before, given_out.load_percent, now)
    share = charge_share(before, given_out.charge_from)
    if claimed_s is None or share is None or not began_less_full(given_out.charge_from, before.charge_from):
        return False
    return given_out.held_s >= claimed_s * share


def began_less_full(charge_from: float | None, charge: float | None) -> bool:
    """Whether a discharge from `charge_from` began with clearly less than `charge`, both percent."""
    return charge is not None and charge_from is not None and charge_from < charge - ALIKE_PERCENT


def claimed(proof: Proof, load: float | None, now: Moment) -> tuple[float | None, str]:
    """Seconds that a proof still proves at `load`, from the charge it began with; or None and why not."""
    if not now.trusted or not proof.at.trusted:
        return None, "clock"
    days = (now.wall - proof.at.wall).total_seconds() / 86_400
    if not 0 <= days <= VOID_DAYS:
        return None, "too-old" if days > 0 else "clock"
    if load is None or not proof.load_percent:
        return None, "no-load"
    aged = 1 - LOSS_A_MONTH * days / MONTH_DAYS
    return proof.held_s * by_load(proof.load_percent, load, LIGHTER, HEAVIER) * aged, ""


def by_load(before: float, load: float, lighter: float, heavier: float) -> float:
    """How much longer or shorter at `load` than at `before` (Peukert: t ∝ L^-k), both percent."""
    ratio = before / max(load, 1.0)
    return float(ratio ** (lighter if ratio >= 1 else heavier))


def charge_share(proof: Proof, charge: float | None) -> float | None:
    """How much of the proven discharge is left in a battery at `charge`: all where it began no fuller.

    None where nobody knows at what charge it ended: a worn battery gives out at any.
    """
    if charge is None or proof.charge_from is None:
        return None
    if charge >= proof.charge_from:
        return 1.0
    if proof.charge_to is None:
        return None
    span = max(SPAN_PERCENT, proof.charge_from - proof.charge_to)
    return max(0.0, 1 - (proof.charge_from - charge) / span)
