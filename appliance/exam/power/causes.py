"""What is wrong with the supply right now."""

from collections.abc import Iterator

from appliance.events import Moment
from appliance.exam.cause import Cause
from appliance.exam.power.ending import stage
from appliance.exam.power.hold import RECHARGE_SEEN_S, asked, forecast
from appliance.exam.power.state import BATTERY, LOW, UNKNOWN, UpsState
from appliance.exam.power.supply import FAULTS, faults, seats_stopped, server_upses
from appliance.exam.venue import Venue

SHORT_BEFORE_S = 24 * 3600.0


def power_causes(venue: Venue, now: Moment) -> tuple[Cause, ...]:
    """The mains, each UPS that is not read or not well, what will not hold, what is coming to its end."""
    return (
        *_mains(venue, now),
        *_unknown(venue, now),
        *_faults(venue, now),
        *_short(venue, now),
        *_endings(venue, now),
    )


def _mains(venue: Venue, now: Moment) -> Iterator[Cause]:
    out = {name: ups.on_battery_since for name, ups in venue.ups.items() if _counts(ups)}
    since = [moment for moment in out.values() if moment]
    if not since:
        return
    longest = max(now.since(moment) for moment in since)
    older = not all(now.comparable(moment) for moment in since)  # no blip lasts over a reboot
    # What may still be a blip opens nothing, but it keeps the item of a flap a moment before open.
    lasting = older or longest > venue.plan.rules.blip_s
    seen = any(venue.ups[name].state in (BATTERY, LOW) for name in out)
    yield Cause(
        kind="mains",
        place=" ".join(sorted(out)),
        detail="battery_low" if any(venue.ups[name].state == LOW for name in out) else "",
        for_s=longest,
        unsure=not (lasting and seen),
    )


def _counts(ups: UpsState) -> bool:
    """Whether an outage runs that is no test: on battery, or unknown since it was."""
    if ups.on_battery_since is None:
        return False
    return ups.out if ups.state in (BATTERY, LOW) else not ups.on_trial


def _unknown(venue: Venue, now: Moment) -> Iterator[Cause]:
    for name, ups in venue.ups.items():
        since = ups.unknown_since or ups.since
        lasting = bool(ups.unknown) and since is not None and now.since(since) > venue.plan.rules.blip_s
        strange = ups.read is not None and not ups.unknown and ups.state == UNKNOWN
        if lasting or strange or ups.read is None:
            yield Cause(
                kind="ups_unknown",
                name=name,
                place=name,
                detail=ups.unknown or "not-live",
                unsure=not lasting and not strange,
            )


def _faults(venue: Venue, now: Moment) -> Iterator[Cause]:
    for name in venue.ups:
        for what, for_s in faults(venue, name, now):
            yield Cause(
                kind="ups_fault",
                name=f"{name}:{what}",
                place=name,
                detail=what,
                for_s=for_s,
                members=seats_stopped(venue, name) if what == "off" else (),
            )
    for incident in venue.open_incidents():
        ups = venue.ups.get(incident.place)
        if incident.cause_kind != "ups_fault" or ups is None:
            continue
        # A flag that is there again, after nobody saw it for a while, is the same fault before its ten seconds.
        if ups.state == UNKNOWN or any(FAULTS.get(flag) == incident.detail for flag in ups.status):
            yield Cause(kind="ups_fault", name=incident.cause, place=incident.place, unsure=True)


def _short(venue: Venue, now: Moment) -> Iterator[Cause]:
    """A server's UPS that will hold less than is asked when the next sitting begins."""
    for name in server_upses(venue):
        ups = venue.ups[name]
        told = ups.recharge
        if told is not None and (ups.read or now).since(told.since) < RECHARGE_SEEN_S:
            continue  # how fast it charges is not known yet: no alarm that takes itself back
        coming = forecast(venue, name, now)
        if coming is None or coming.hold_s >= asked(venue):
            continue
        if (coming.at - now.wall).total_seconds() <= SHORT_BEFORE_S:
            yield Cause(kind="ups_short", name=name, place=name, detail=coming.sitting)


def _endings(venue: Venue, now: Moment) -> Iterator[Cause]:
    for name, ending in venue.endings.items():
        yield Cause(kind="ending", name=name, place=name, detail=stage(venue, ending))
