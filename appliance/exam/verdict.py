"""The verdict: one level, one code, and the reason for it."""

from dataclasses import dataclass, field

from appliance.events import Moment
from appliance.exam import phase as phases
from appliance.exam.due import many
from appliance.exam.incidents import MAJOR, Incident
from appliance.exam.power import BATTERY, LOW, UNKNOWN, UpsState
from appliance.exam.venue import Venue

OK, ATTENTION, CRITICAL, UNSURE = "ok", "attention", "critical", "unknown"
# What comes first when several things are wrong.
WEIGHT = (
    "mains", "room", "log_unwritable", "log_damaged", "unsealed", "seat", "ups_unknown", "posture", "usb_open", "usb",
    "backup_failed", "backup_late", "receipt_late", "seats_unknown", "usb_unknown", "disk_low", "clock",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why: the top incident's cause kind, '' where nothing is wrong, with what its sentence needs."""

    code: str = ""
    args: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`level` ok, attention, critical or unknown; `code` names the sentence; `beside` small tags."""

    level: str
    code: str
    args: dict[str, object] = field(default_factory=dict)
    reason: Reason = field(default_factory=Reason)
    beside: tuple[str, ...] = ()


def verdict(venue: Venue, now: Moment, log_problem: str = "") -> Verdict:
    """The one sentence about the venue at `now`. Unknown is never ok; what nobody watches is named."""
    items, active = _items(venue)
    level, code, args = _judge(venue, active, items, log_problem)
    return Verdict(level=level, code=code, args=args, reason=_reason(venue, active), beside=_beside(venue))


def level_of(venue: Venue) -> str:
    """The verdict's level alone: what a lamp shows."""
    items, active = _items(venue)
    return _judge(venue, active, items, "")[0]


def _items(venue: Venue) -> tuple[list[Incident], list[Incident]]:
    """The open incidents, what comes first in front; then those that still last, all where none does."""
    items = sorted(venue.open_incidents(), key=_weight)
    active = [item for item in items if not item.ceased or item.stops_work]
    return items, active or items


def _weight(incident: Incident) -> tuple[int, int]:
    return (WEIGHT.index(incident.cause_kind) if incident.cause_kind in WEIGHT else 99, incident.number)


def _judge(
    venue: Venue, active: list[Incident], items: list[Incident], log_problem: str
) -> tuple[str, str, dict[str, object]]:
    states = [ups.state for ups in venue.ups.values()]
    count: dict[str, object] = {"count": len(items)}
    kinds = {item.cause_kind for item in active}
    if LOW in states:
        return CRITICAL, "battery_low", {}
    if any(_affects_exam(venue, item) for item in active):
        return CRITICAL, "affects_exam", count
    if "unsealed" in kinds:
        return CRITICAL, "unsealed", {}
    if BATTERY in states:
        return ATTENTION, "on_battery", {}
    if items or log_problem:
        return ATTENTION, "needs_doing", count if items else {"count": 1}
    blind = unknown_instruments(venue)
    if blind:
        return UNSURE, "unknown", {"what": blind}
    unwatched = unmonitored(venue)
    if venue.phase.name == phases.OPEN:
        return OK, "open_idle", {"unmonitored": unwatched}
    if "power" in unwatched:
        return UNSURE, "unknown", {"what": ["power"]}
    return OK, "watched_well" if unwatched else "all_well", {"unmonitored": unwatched}


def _affects_exam(venue: Venue, incident: Incident) -> bool:
    exam_on = venue.phase.name in phases.EXAM_PHASES
    return exam_on and incident.stops_work and (many(venue, incident) or incident.proposed == MAJOR)


def unknown_instruments(venue: Venue) -> list[str]:
    """Instruments that ought to be read and are not: `power`, `usb`, `seats`."""
    blind = []
    if any(ups.state == UNKNOWN for ups in venue.ups.values()):
        blind.append("power")
    if venue.plan.usb and (venue.usb.unknown or not venue.usb.read):
        blind.append("usb")
    if venue.plan.seats_watched and (venue.seats.unknown or not venue.seats.read):
        blind.append("seats")
    return blind


def unmonitored(venue: Venue) -> list[str]:
    """What the configuration asks nobody to look at, or what this version can not look at."""
    plan = venue.plan
    watched = {"power": bool(plan.ups), "usb": plan.usb, "seats": plan.seats_watched, "backup": plan.backup}
    return [name for name, seen in watched.items() if not seen] + ["network"]


def _reason(venue: Venue, active: list[Incident]) -> Reason:
    if not active:
        return Reason()
    top = active[0]
    args: dict[str, object] = {"place": top.place, "count": len(top.members), "detail": top.detail}
    if top.cause_kind == "mains":
        args |= _mains(venue)
        if top.ceased:
            return Reason(code="mains_back", args=args)
    return Reason(code=top.cause_kind, args=args)


def _mains(venue: Venue) -> dict[str, object]:
    """The server's UPS that ends first, by its own report; None where it reports nothing believable."""
    out: list[tuple[str, UpsState]] = [
        (name, ups) for name, ups in venue.ups.items() if ups.state in (BATTERY, LOW)
    ]
    told = [(ups.runtime_s, name) for name, ups in out if ups.runtime_s is not None]
    first = min(told, default=None)
    name = first[1] if first else (out[0][0] if out else "")
    end = next((s.last_end for s in venue.sittings if s.id == venue.phase.sitting), None)
    return {
        "ups": name,
        "runtime_minutes": int(first[0] // 60) if first else None,
        "end": end.isoformat() if end and venue.phase.name == phases.RUNNING else None,
    }


def _beside(venue: Venue) -> tuple[str, ...]:
    tags = []
    if any(ups.on_battery_since for ups in venue.ups.values()):
        tags.append("mains_lost")
    if venue.seal:
        tags.append("sealed")
    if any(i.cause_kind == "receipt_late" for i in venue.open_incidents()):
        tags.append("not_receipted")
    if venue.drill:
        tags.append(venue.drill)
    return tuple(tags)
