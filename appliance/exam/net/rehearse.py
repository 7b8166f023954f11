"""A rehearsal of the plan: a technician begins and ends it, it ends by itself, and it lists what would be dropped."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from appliance.events import Body, Moment
from appliance.events.bodies import RehearsalEnded, RehearsalStarted
from appliance.exam.asked import MAX_NAME, Act, Refused
from appliance.exam.net.causes import attempts
from appliance.exam.net.classes import ATTEMPT, CLASSES, class_of
from appliance.exam.net.firewall import ENFORCED
from appliance.exam.net.windows import rehearsal, rehearsal_over, shut
from appliance.exam.venue import Venue

MAX_MINUTES = 480
SHOWN = 100


def _start(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """One technician, whose PIN was asked for, while nothing is sealed and no exam is near."""
    if venue.plan.network not in ENFORCED:
        raise Refused("line-not-held")
    if shut(venue):
        raise Refused("rehearsal-only-open", phase=venue.phase.name)
    if rehearsal(venue, now) is not None:
        raise Refused("rehearsal-runs")
    minutes = act.args.get("minutes")
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 1 <= minutes <= MAX_MINUTES:
        raise Refused("bad-minutes", limit=MAX_MINUTES)
    return (RehearsalStarted(minutes=minutes, technician=act.text("technician", limit=MAX_NAME)),)


def _stop(venue: Venue, act: Act, now: Moment) -> tuple[Body, ...]:
    """Anybody may."""
    by = act.text("by", limit=MAX_NAME)
    if rehearsal(venue, now) is None:
        raise Refused("no-rehearsal")
    return (RehearsalEnded(why="person", by=by),)


def due_rehearsal(venue: Venue, now: Moment) -> Iterator[Body]:
    """Its end, where it may not go on."""
    why = rehearsal_over(venue, now)
    if why and why != "ended":
        yield RehearsalEnded(why=why)


def rehearsal_row(venue: Venue, now: Moment) -> dict[str, object] | None:
    """The last rehearsal as a reader sees it: what would have been dropped, attempts first, at most SHOWN rows.

    Packets are as the record has them: up to a minute behind the kernel.
    """
    found = venue.net.rehearsal
    if found is None:
        return None
    trying = attempts(venue, now)
    rows: list[dict[str, object]] = []
    for key, tally in venue.net.tallies.items():
        upto = tally.total if found.ended is None else found.after.get(key, 0)
        if (packets := upto - found.before.get(key, 0)) > 0:
            tried = trying.get(tally.mac) in (tally.what, "scan")
            judged = ATTEMPT if tried else class_of(tally)
            rows.append(
                {
                    "mac": tally.mac, "seat": tally.seat, "what": tally.what, "class": judged,
                    "packets": packets, "to": tally.to, "at": tally.at.wall.isoformat(),
                }
            )  # fmt: skip
    rows.sort(key=lambda row: (-CLASSES.index(str(row["class"])), str(row["mac"]), str(row["what"])))
    running = rehearsal(venue, now)
    return {
        "on": running is not None,
        "since": found.at.wall.isoformat(),
        "until": running.until.isoformat()
        if running
        else found.ended.wall.isoformat()
        if found.ended
        else None,
        "technician": found.technician,
        "rows": rows[:SHOWN],
        "rows_more": max(0, len(rows) - SHOWN),
    }


REHEARSAL_DECISIONS: Mapping[str, Callable[[Venue, Act, Moment], tuple[Body, ...]]] = MappingProxyType(
    {"net.rehearse.start": _start, "net.rehearse.stop": _stop}
)
