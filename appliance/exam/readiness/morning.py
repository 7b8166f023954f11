"""The morning check: from T − 90 on, five minutes in which machines, USB, line and UPS are compared with the seal.

Nights and machines that are off break no seal: they are stretches that nobody watched, told as such.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.events import Moment
from appliance.events.codec import canonical
from appliance.events.sealed import Unobserved
from appliance.exam import phase as phases
from appliance.exam.net.firewall import CLOSED, ENFORCED, state_of
from appliance.exam.net.proof import fresh, proves
from appliance.exam.readiness import supply
from appliance.exam.readiness.inventory import usb, usb_sha256
from appliance.exam.readiness.point import Point, worst
from appliance.exam.seats import expected
from appliance.exam.venue import Seal, Venue
from appliance.exam.verdict import ATTENTION, CRITICAL, OK, UNSURE

LOOK_S = 300.0
WATCHING, FOUND, CONFIRMED = "watching", "found", "confirmed"
# The points of a morning, their reasons, the level of each.
MORNING = {
    "machines": {"present": OK, "missing": ATTENTION, "none": UNSURE, "unread": UNSURE, "off": UNSURE},
    "usb": {
        "same": OK, "changed": ATTENTION, "radio": ATTENTION, "radio-unknown": UNSURE, "open": CRITICAL,
        "intruders": CRITICAL, "unread": UNSURE, "off": UNSURE,
    },
    "line": {"proven": OK, "leaks": CRITICAL, "unproven": UNSURE, "off": UNSURE},
    "supply": {
        "same": OK, "lower": ATTENTION, "worse": CRITICAL, "no-baseline": UNSURE, "unread": UNSURE, "off": UNSURE,
    },
}  # fmt: skip
LOWER_PERCENT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """`state` watching (until `until`), found, or confirmed by a person (`by`, `at`)."""

    sitting: str
    state: str
    until: datetime
    points: tuple[Point, ...]
    unobserved: tuple[Unobserved, ...]
    revision: str
    by: str = ""
    at: datetime | None = None

    @property
    def level(self) -> str:
        """That of its worst point."""
        return worst(tuple(each.level for each in self.points))


def morning(venue: Venue, now: Moment) -> Morning | None:
    """The check of the sitting that is being prepared; None in another phase, and where nothing is sealed."""
    mark, seal = venue.phase, venue.seal
    if mark.name != phases.PREPARING or mark.at is None or seal is None:
        return None
    until = max(mark.at, seal.at) + timedelta(seconds=LOOK_S)
    points = (_machines(venue), _usb(venue, seal, now), _line(venue, now), _supply(venue, seal, now))
    word = venue.readiness.mornings.get(mark.sitting)
    state = CONFIRMED if word else WATCHING if now.wall < until else FOUND
    unobserved = venue.readiness.unobserved
    told = [[each.key, each.code] for each in points]
    return Morning(
        sitting=mark.sitting,
        state=state,
        until=until,
        points=points,
        unobserved=unobserved,
        revision=hashlib.sha256(canonical([mark.sitting, len(unobserved), *told]).encode()).hexdigest()[:16],
        by=word.by if word else "",
        at=word.at.wall if word else None,
    )


def _point(key: str, code: str, **args: object) -> Point:
    return Point(key=key, must=True, level=MORNING[key][code], code=code, args=args)


def _machines(venue: Venue) -> Point:
    if not venue.plan.seats_watched or not venue.plan.seats:
        return _point("machines", "off")
    if not venue.seats.read or venue.seats.unknown:
        return _point("machines", "unread")
    wanted, here = expected(venue), set(venue.seats.present)
    if not wanted:  # all of none are there: nothing was compared
        return _point("machines", "none")
    missing = [seat for seat in wanted if seat not in here]
    args: dict[str, object] = {"present": len(wanted) - len(missing), "expected": len(wanted)}
    if missing:
        return _point("machines", "missing", missing=missing[:10], **args)
    return _point("machines", "present", **args)


def _usb(venue: Venue, seal: Seal, now: Moment) -> Point:
    found = usb(venue, now)
    if found.code == "off":
        return _point("usb", "off")
    if found.code == "intruders":
        return _point("usb", "intruders", names=found.args.get("names", []))
    if found.code == "open":
        return _point("usb", "open")
    if found.code == "unread" or not seal.usb_sha256:
        return _point("usb", "unread")
    if usb_sha256(venue, now) != seal.usb_sha256:
        return _point("usb", "changed")
    return _point("usb", found.code if found.code in ("radio", "radio-unknown") else "same")


def _line(venue: Venue, now: Moment) -> Point:
    plan, proof = venue.plan, venue.net.proof
    if plan.network not in ENFORCED:
        return _point("line", "off")
    if proof.leaked:
        return _point("line", "leaks", leaks=len(proof.leaked), kinds=proof.kinds)
    closed = state_of(venue.firewall, plan.network) == CLOSED
    if closed and proves(plan.network, plan.simulated) and fresh(proof, venue.phase.name, now):
        return _point("line", "proven", kinds=proof.kinds)
    return _point("line", "unproven")


def _supply(venue: Venue, seal: Seal, now: Moment) -> Point:
    found = supply.mains(venue, now)
    if found.code in ("none", "unwatched"):
        return _point("supply", "off")
    if found.level == UNSURE:
        return _point("supply", "unread")
    if found.level == CRITICAL or found.code == "faulty":
        return _point("supply", "worse", names=found.args.get("names", []))
    charge, before = found.args.get("charge_percent"), _charge_at(seal)
    if not isinstance(charge, int):
        return _point("supply", "unread")
    if before is None:
        return _point("supply", "no-baseline", charge_percent=charge)
    lower = charge < before - LOWER_PERCENT
    return _point("supply", "lower" if lower else "same", charge_percent=charge, before_percent=before)


def _charge_at(seal: Seal) -> int | None:
    """The charge that the seal's own list tells."""
    told = next((each.args.get("charge_percent") for each in seal.points if each.key == "mains"), None)
    return told if isinstance(told, int) else None
