"""What a UPS tells and can not be so."""

from appliance.events import Moment
from appliance.exam.power.state import UpsState

# "Unknown" of firmware that has no other word for it: all bits set, as 16 bits signed and unsigned.
RUNTIME_SENTINELS_S = (65_535.0, 65_534.0, 32_767.0)
RUNTIME_DOUBTS = {"runtime-zero", "runtime-sentinel", "frozen", "absurd:battery.runtime"}
CHARGE_DOUBTS = {"charge-stuck", "frozen", "absurd:battery.charge"}
STUCK_S = 300.0  # on battery at 100 % for five minutes: no load is that light
FROZEN_S = 180.0
CHARGE_LEFT_PERCENT = 10.0  # a runtime of 0 is believed below it


def doubts(ups: UpsState, now: Moment) -> tuple[str, ...]:
    """Words for what is not believable at `now`, in a fixed order; empty for a UPS nobody reads.

    Judged over the time a figure has not moved, so it is asked again each second, not at each reading.
    """
    if ups.read is None or ups.unknown:
        return ups.doubts
    found = list(_of_runtime(ups))
    if ups.discharge is not None:
        found += _of_discharge(ups, now)
    if ups.low_at_full:
        found.append("low-at-full")
    return (*found, *(f"absurd:{variable}" for variable in ups.absurd))


def believed_runtime_s(ups: UpsState) -> float | None:
    """The UPS's own figure in seconds, None where it tells none or none that can be."""
    return None if RUNTIME_DOUBTS & set(ups.doubts) else ups.runtime_s


def believed_charge_percent(ups: UpsState) -> float | None:
    """The UPS's charge, None where it tells none or none that can be."""
    return None if CHARGE_DOUBTS & set(ups.doubts) else ups.charge_percent


def _of_runtime(ups: UpsState) -> list[str]:
    if ups.runtime_s == 0 and (ups.charge_percent is None or ups.charge_percent > CHARGE_LEFT_PERCENT):
        return ["runtime-zero"]
    return ["runtime-sentinel"] if ups.runtime_s in RUNTIME_SENTINELS_S else []


def _of_discharge(ups: UpsState, now: Moment) -> list[str]:
    assert ups.discharge is not None
    lasted_s = now.since(ups.discharge.began)
    found = []
    if lasted_s >= STUCK_S and ups.charge_percent is not None and ups.charge_percent >= 100:
        found.append("charge-stuck")
    still_s = min(lasted_s, now.since(ups.figures_since)) if ups.figures_since else 0.0
    if still_s >= FROZEN_S and any(figure is not None for figure in ups.figures):
        found.append("frozen")
    return found
