"""Windows of the line: which are open now, until when, and who may reach whom through them.

The phase opens `pull`, `paper` and `upload`; people open what the phase does not. Machines stay closed in every
one: what passes is an exam server's, or the box's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import AddressValueError, IPv4Address

from appliance.events import Moment
from appliance.events.network import NetworkPlan, Through
from appliance.exam import phase as phases
from appliance.exam.net.state import MAINTENANCE, Opened
from appliance.exam.timetable import Moved
from appliance.exam.venue import Venue

PULL, PAPER, UPLOAD, UPDATES, OTHER = "pull", "paper", "upload", "maintenance", "other"
NAMES = (PULL, PAPER, UPLOAD, UPDATES, OTHER)
REHEARSE = "rehearse"  # a word of the level as theirs, and no window: everything passes
REHEARSAL_LEASE_S = 120.0  # with the guard dead it ends within twice that
PROTOCOLS = ("tcp", "udp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """An open window: it closes at `until`.

    Where `until_mono_s` is given that is its end by CLOCK_BOOTTIME, which no jump of the wall clock moves. A window
    whose end nobody knows yet is `leased`: it has one at least `window_lease_minutes` away that is put off as long as
    it lasts; with the guard dead it closes then. `through` is empty for `pull`, which is the box's own.
    """

    name: str
    until: datetime
    until_mono_s: float | None = None
    leased: bool = False
    through: tuple[Through, ...] = ()

    def left_s(self, now: Moment) -> float:
        """Seconds until it closes."""
        if self.until_mono_s is not None:
            return self.until_mono_s - now.mono_s
        return (self.until - now.wall).total_seconds()


def windows(venue: Venue, now: Moment) -> tuple[Window, ...]:
    """Every window that is open at `now`, in the order of `NAMES`, at most one of a name.

    The answer changes only where a window does, never by mere passing of time: it can be held as a level.
    """
    found: dict[str, Window] = {window.name: window for window in _by_phase(venue, now)}
    for opened in open_by_people(venue, now):
        window = _of_people(venue, opened)
        before = found.get(opened.name)
        if before is not None:
            through = tuple(sorted({*before.through, *window.through}))
            last = before if before.left_s(now) > window.left_s(now) else window
            window = replace(last, leased=before.leased, through=through)
        found[opened.name] = window
    return tuple(found[name] for name in NAMES if name in found)


def rehearsal(venue: Venue, now: Moment) -> Window | None:
    """The rehearsal as a window that is put off lease by lease; None where there is none, or none any more."""
    found = venue.net.rehearsal
    if found is None or rehearsal_over(venue, now):
        return None
    lease_s = (now.mono_s // REHEARSAL_LEASE_S + 2) * REHEARSAL_LEASE_S
    return Window(
        name=REHEARSE,
        until=found.at.wall + timedelta(minutes=found.minutes),
        until_mono_s=min(found.until_mono_s, lease_s),
    )


def rehearsal_over(venue: Venue, now: Moment) -> str:
    """Why the rehearsal on record may not go on: restarted, expired, sealed, phase; '' where it may.

    `ended` where it was told that it has, or there was none.
    """
    found = venue.net.rehearsal
    if found is None or found.ended is not None:
        return "ended"
    if found.lost or now.boot_id != found.at.boot_id:
        return "restarted"
    if now.mono_s >= found.until_mono_s:
        return "expired"
    return "" if not shut(venue) else "sealed" if venue.seal is not None else "phase"


def open_by_people(venue: Venue, now: Moment) -> tuple[Opened, ...]:
    """The windows that people opened and that are not over; one technician's ends with the phase `open`."""
    return tuple(
        o for o in venue.net.windows if not o.over(now) and not (o.how == MAINTENANCE and shut(venue))
    )


def shut(venue: Venue) -> bool:
    """Whether one technician alone may open nothing: a seal, or an exam phase."""
    return venue.seal is not None or venue.phase.name != phases.OPEN


def through_to(net: NetworkPlan, to: tuple[str, ...], server: str = "") -> tuple[Through, ...]:
    """From the named server, or from each, to each ADDRESS:PORT or ADDRESS:PORT/PROTOCOL that can be read."""
    ends = [end for each in to if (end := address_port(each)) is not None]
    servers = [each.ip for each in net.servers if server in ("", each.name)]
    return tuple(
        Through(server=ip, address=address, protocol=protocol, port=port)
        for ip in servers
        for address, protocol, port in ends
    )


def address_port(text: str) -> tuple[str, str, int] | None:
    """(address, protocol, port) of ADDRESS:PORT or ADDRESS:PORT/PROTOCOL, TCP where none is named; None else."""
    place, _, protocol = text.partition("/")
    address, _, port = place.rpartition(":")
    try:
        ip = IPv4Address(address)
    except AddressValueError:
        return None
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65_536):
        return None
    return (str(ip), protocol or "tcp", int(port)) if protocol in ("", *PROTOCOLS) else None


def _by_phase(venue: Venue, now: Moment) -> Iterator[Window]:
    name, net = venue.phase.name, venue.plan.net
    if name == phases.OPEN:
        return
    if venue.seal or name in phases.EXAM_PHASES:
        yield Window(name=PULL, until=_lease(venue, now), leased=True)
    sitting = next((each for each in venue.sittings if each.id == venue.phase.sitting), None)
    if sitting is None:
        return
    through = through_to(net, net.province)
    before = timedelta(minutes=venue.plan.rules.paper_before_minutes)
    if name == phases.PREPARING and sitting.planned.start - now.wall <= before:
        yield Window(name=PAPER, until=sitting.start, through=through)
    if name == phases.CLOSING:
        end = _closing_until(venue, sitting)
        yield Window(name=UPLOAD, until=end or _lease(venue, now), leased=end is None, through=through)


def _closing_until(venue: Venue, sitting: Moved) -> datetime | None:
    """None while closing waits for `finish`."""
    place = venue.sittings.index(sitting)
    following = venue.sittings[place + 1] if place + 1 < len(venue.sittings) else None
    return phases.closing_until(sitting, following, venue.plan.rules)


def _lease(venue: Venue, now: Moment) -> datetime:
    """One to two leases from now, the same for a whole lease: a level that does not change each second."""
    lease = timedelta(minutes=venue.plan.rules.window_lease_minutes)
    begun = datetime(2020, 1, 1, tzinfo=now.wall.tzinfo)
    return begun + ((now.wall - begun) // lease + 2) * lease


def _of_people(venue: Venue, opened: Opened) -> Window:
    net = venue.plan.net
    named = net.updates if opened.name == UPDATES else () if opened.name == PULL else net.province
    to = opened.to or (() if opened.name == OTHER else named)
    return Window(
        name=opened.name,
        until=opened.at.wall + timedelta(minutes=opened.minutes),
        until_mono_s=opened.until_mono_s,
        through=through_to(net, to, opened.server),
    )
