"""What is wrong in the exam network: attempts outward, strangers, moved machines, addresses on two machines."""

from collections.abc import Iterator

from appliance.events import Moment
from appliance.exam import phase as phases
from appliance.exam.cause import Cause
from appliance.exam.net.classes import ATTEMPT, class_of, scans
from appliance.exam.net.ledger import LEDGER, offers_meant
from appliance.exam.net.presence import PRESENCE
from appliance.exam.power.supply import servers_on
from appliance.exam.seats import ALARM, alarm_for_s, watch_level
from appliance.exam.venue import Venue

QUIET_S = 600.0  # an attempt is over when nothing of its like was dropped for so long (our judgement)
SHOWN_MEMBERS = 20
SCAN = "scan"
# The most telling of a machine's kinds comes first: it names the item.
TELLING = (
    "dhcp-server", "router-advertisement", "arp-spoof", "spoofed-mac", "spoofed-ip", SCAN, "tunnel", "dns-over-tls",
    "vlan", "other-seat", "fragment",
)  # fmt: skip
BY_LEDGER = ("outward", "outward_many")
BY_PRESENCE = ("stranger", "moved", "doubled", "offered", "server_silent")


def net_causes(venue: Venue, now: Moment) -> Iterator[Cause]:
    """Everything wrong at `now` where a network is configured; before the seal it is only shown."""
    if venue.plan.network == "off":
        return
    yield from _unseen(venue)
    if venue.seal is None and venue.phase.name not in phases.EXAM_PHASES:
        return
    if venue.net.sees(LEDGER):
        yield from _outward(venue, now)
    if venue.net.sees(PRESENCE):
        yield from _who_is_there(venue)
        yield from _servers(venue, now)


def attempts(venue: Venue, now: Moment) -> dict[str, str]:
    """MAC to the most telling kind of what a machine tried within the last ten minutes.

    Who offers addresses or a way out is none where that is meant, or where an item of its own says so.
    """
    found: dict[str, str] = {}
    told = offers_meant(venue.plan.net) | venue.net.offers.keys()
    tallies = tuple(venue.net.tallies.values())
    for tally in tallies:
        if now.since(tally.at) > QUIET_S or f"{tally.mac} {tally.what}" in told:
            continue
        what = tally.what if class_of(tally) == ATTEMPT else SCAN if scans(tallies, tally) else ""
        if what and (tally.mac not in found or _telling(what) < _telling(found[tally.mac])):
            found[tally.mac] = what
    return found


def _telling(what: str) -> int:
    return TELLING.index(what) if what in TELLING else len(TELLING)


def _unseen(venue: Venue) -> Iterator[Cause]:
    for part, reason in sorted(venue.net.unknown.items()):
        if part != PRESENCE or not venue.plan.seats_watched:  # seats have an item of their own for that
            yield Cause(kind="network_unknown", name=part, detail=reason)
    by_part = {LEDGER: BY_LEDGER, PRESENCE: BY_PRESENCE}
    kinds = {kind for part, of in by_part.items() if not venue.net.sees(part) for kind in of}
    for incident in venue.open_incidents():
        if incident.cause_kind in kinds:
            yield Cause(kind=incident.cause_kind, name=incident.cause, unsure=True)


def _outward(venue: Venue, now: Moment) -> Iterator[Cause]:
    """An item for each machine; five or more at once are one thing, an update of them all mostly."""
    rules, names = venue.plan.rules, {tally.mac: tally.seat for tally in venue.net.tallies.values()}
    found = attempts(venue, now)
    is_one = any(
        item.cause_kind == "outward_many" and item.goes_on(now, rules.flap_s)
        for item in venue.open_incidents()
    )
    if found and (is_one or len(found) >= rules.group_seats):
        members = tuple(sorted(names[mac] or mac for mac in found))[: len(venue.plan.seats) + SHOWN_MEMBERS]
        yield Cause(kind="outward_many", members=members, detail=min(found.values(), key=_telling))
        return
    for mac, what in sorted(found.items()):
        who = names[mac] or mac
        yield Cause(kind="outward", name=who, place=who, members=(who,), detail=what)


def _who_is_there(venue: Venue) -> Iterator[Cause]:
    net = venue.net
    if net.strangers:
        first = next(iter(net.strangers.values()))
        yield Cause(
            kind="stranger",
            place=first.port,
            members=tuple(sorted(net.strangers))[:SHOWN_MEMBERS],
            detail=first.ip or first.mac,
        )
    if net.moved:
        yield Cause(kind="moved", members=tuple(sorted(net.moved)))
    for ip, doubled in sorted(net.doubled.items()):
        yield Cause(kind="doubled", name=ip, place=doubled.name, detail=ip)
    for key, offer in sorted(net.offers.items()):
        yield Cause(kind="offered", name=key, place=offer.name or offer.ip or offer.mac, detail=offer.what)


def _servers(venue: Venue, now: Moment) -> Iterator[Cause]:
    """Exam servers that nobody hears while seats are expected; one on a battery that gives out is the ending's item."""
    if watch_level(venue, now) != ALARM:
        return
    ending = {server for ups in venue.endings for server in servers_on(venue.plan, ups)}
    alarm_s = alarm_for_s(venue, now)
    for server in venue.plan.net.servers:
        since = venue.net.others_gone.get(server.name)
        if since is None or server.name in ending:
            continue
        for_s = min(now.since(since), alarm_s) if now.comparable(since) else alarm_s
        if for_s >= venue.plan.rules.seat_gone_s:
            yield Cause(kind="server_silent", name=server.name, place=server.name, detail=server.ip, for_s=for_s)
