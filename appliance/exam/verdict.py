"""The verdict: one level, one code, and the reason for it."""

import math
from dataclasses import dataclass, field
from datetime import timedelta

from appliance.events import Moment
from appliance.exam import phase as phases
from appliance.exam.due import many
from appliance.exam.incidents import MAJOR, Incident
from appliance.exam.net.firewall import ENFORCED
from appliance.exam.net.ledger import LEDGER, network_watched
from appliance.exam.net.proof import FRESH_S, fresh, proves
from appliance.exam.power.hold import hold
from appliance.exam.power.state import LOW, OFF, UNKNOWN
from appliance.exam.power.supply import server_upses
from appliance.exam.seats import expected
from appliance.exam.venue import Venue

OK, ATTENTION, CRITICAL, UNSURE = "ok", "attention", "critical", "unknown"
# What comes first when several things are wrong.
WEIGHT = (
    "line_leaks", "ending", "mains", "switch", "room", "log_unwritable", "log_damaged", "unsealed", "seat", "ups_fault",
    "server_silent", "ups_unknown", "posture", "network_drift", "network_foreign", "rules_unknown",
    "line_unproven", "usb_open", "disk_new", "net_new", "mount_new", "usb", "radio_on", "outward", "outward_many",
    "stranger", "offered", "doubled", "moved",
    "backup_failed", "backup_late", "outbox_full", "source_incomplete", "answers_short", "receipt_late", "copy_failed",
    "seats_unknown", "usb_unknown", "attached_unknown",
    "network_unknown", "ups_short", "disk_low", "host", "clock",
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
    level, code, args = _judge(venue, now, active, items, log_problem)
    return Verdict(
        level=level, code=code, args=args, reason=_reason(venue, now, active), beside=_beside(venue)
    )


def level_of(venue: Venue, now: Moment) -> str:
    """The verdict's level alone: what a lamp shows."""
    items, active = _items(venue)
    return _judge(venue, now, active, items, "")[0]


def _items(venue: Venue) -> tuple[list[Incident], list[Incident]]:
    """The open incidents, what comes first in front; then those that still last, all where none does."""
    items = sorted(venue.open_incidents(), key=_weight)
    active = [item for item in items if not item.ceased or item.stops_work]
    return items, active or items


def _weight(incident: Incident) -> tuple[int, int]:
    return (WEIGHT.index(incident.cause_kind) if incident.cause_kind in WEIGHT else 99, incident.number)


def _judge(
    venue: Venue, now: Moment, active: list[Incident], items: list[Incident], log_problem: str
) -> tuple[str, str, dict[str, object]]:
    out = [ups.state for ups in venue.ups.values() if ups.out]
    count: dict[str, object] = {"count": len(items)}
    kinds = {item.cause_kind for item in active}
    if LOW in out:
        return CRITICAL, "battery_low", {}
    if any(_affects_exam(venue, item) for item in active):
        return CRITICAL, "affects_exam", count
    if "line_leaks" in kinds:
        return CRITICAL, "line_leaks", {}
    if "unsealed" in kinds:
        return CRITICAL, "unsealed", {}
    if out:
        return ATTENTION, "on_battery", {}
    if items or log_problem:
        return ATTENTION, "needs_doing", count if items else {"count": 1}
    blind = unknown_instruments(venue, now)
    if blind:
        return UNSURE, "unknown", {"what": blind}
    unwatched = unmonitored(venue, now)
    if venue.phase.name == phases.OPEN:
        return OK, "open_idle", {"unmonitored": unwatched}
    if "power" in unwatched:
        return UNSURE, "unknown", {"what": ["power"]}
    return OK, "watched_well" if unwatched else "all_well", {"unmonitored": unwatched}


def _affects_exam(venue: Venue, incident: Incident) -> bool:
    exam_on = venue.phase.name in phases.EXAM_PHASES
    return exam_on and incident.stops_work and (many(venue, incident) or incident.proposed == MAJOR)


def unknown_instruments(venue: Venue, now: Moment) -> list[str]:
    """Instruments that ought to be read and are not: `power`, `usb`, `attached`, `network`, `line_proof`, `seats`."""
    blind = []
    if any(ups.state in (UNKNOWN, OFF) for ups in venue.ups.values()):  # for a moment OFF may be a slip
        blind.append("power")
    if venue.plan.usb and (venue.usb.unknown or not venue.usb.read):
        blind.append("usb")
    if venue.plan.attached and (venue.attached.unknown or not venue.attached.read):
        blind.append("attached")
    rules_unread = venue.plan.network in ENFORCED and not venue.firewall.digest
    if rules_unread or (network_watched(venue.plan) and not venue.net.sees(LEDGER)):
        blind.append("network")
    elif _proof_missing(venue, now):
        blind.append("line_proof")
    if venue.plan.seats_watched and (venue.seats.unknown or not venue.seats.read):
        blind.append("seats")
    return blind


def _proof_missing(venue: Venue, now: Moment) -> bool:
    """Whether packets ought to have proven the line by now: an exam phase begins with three minutes for the first."""
    mark, plan = venue.phase, venue.plan
    if mark.name not in phases.EXAM_PHASES or mark.at is None or not proves(plan.network, plan.simulated):
        return False
    began = now.wall - mark.at > timedelta(seconds=FRESH_S)
    return began and not fresh(venue.net.proof, mark.name, now)


def unmonitored(venue: Venue, now: Moment) -> list[str]:
    """What the configuration asks nobody to look at, or what this version can not look at."""
    plan = venue.plan
    seats = plan.seats_watched and bool(expected(venue))
    watched = {"power": bool(venue.ups), "usb": plan.usb, "seats": seats, "backup": plan.backup}
    rehearsed = venue.net.rehearsal is not None and venue.net.rehearsal.ended is None
    watched["network"] = plan.network in ENFORCED and not rehearsed
    if watched["network"]:
        # Rules that are held and read back are no proof: packets are.
        watched["line_proof"] = fresh(venue.net.proof, venue.phase.name, now)
    return [name for name, seen in watched.items() if not seen]


def _reason(venue: Venue, now: Moment, active: list[Incident]) -> Reason:
    if not active:
        return Reason()
    top = active[0]
    args: dict[str, object] = {"place": top.place, "count": len(top.members), "detail": top.detail}
    if top.cause_kind == "mains":
        args |= _mains(venue, now)
        if top.ceased:
            return Reason(code="mains_back", args=args)
    return Reason(code=top.cause_kind, args=args)


def _mains(venue: Venue, now: Moment) -> dict[str, object]:
    """The server's UPS that ends first, by the number that ends first: never a longer one that somebody hopes for."""
    out = [name for name in server_upses(venue) if venue.ups[name].out]
    ends = {name: hold(venue, name, now).first for name in out}
    told = {name: (seconds, source) for name, (source, seconds) in ends.items() if seconds is not None}
    first = min(told, key=lambda name: told[name][0], default="")
    end = next((s.last_end for s in venue.sittings if s.id == venue.phase.sitting), None)
    args: dict[str, object] = {"ups": first or (out[0] if out else ""), "source": "", "until": None}
    args |= {"runtime_minutes": None, "missing_minutes": None, "end": None}
    if end and venue.phase.name == phases.RUNNING:
        args["end"] = end.isoformat()
    if first:
        seconds, source = told[first]
        until = (now.wall + timedelta(seconds=seconds)).replace(second=0, microsecond=0)
        args |= {"source": source, "until": until.isoformat(), "runtime_minutes": int(seconds // 60)}
        if args["end"] and end and end > until:
            args["missing_minutes"] = math.ceil((end - until).total_seconds() / 60)
    return args


def _beside(venue: Venue) -> tuple[str, ...]:
    tags = []
    if any(ups.out or (ups.on_battery_since and ups.state == UNKNOWN) for ups in venue.ups.values()):
        tags.append("mains_lost")
    if venue.seal:
        tags.append("sealed")
    if any(i.cause_kind == "receipt_late" for i in venue.open_incidents()):
        tags.append("not_receipted")
    if venue.drill:
        tags.append(venue.drill)
    return tuple(tags)
