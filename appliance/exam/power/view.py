"""The supply as a reader sees it: plain JSON values; times, not ages."""

from datetime import datetime, timedelta
from functools import lru_cache

from appliance.events import Moment
from appliance.events.plan import UpsDeclared, UpsPlan
from appliance.exam.panel import buzzer_level
from appliance.exam.phase import RUNNING
from appliance.exam.power.ending import stage
from appliance.exam.power.endings import Ending
from appliance.exam.power.hold import Forecast, asked, forecast, hold, level, test_before
from appliance.exam.power.state import UpsState
from appliance.exam.power.supply import faults, servers_on, uncovered
from appliance.exam.venue import Venue

Plain = dict[str, object]


def power_rows(venue: Venue, now: Moment) -> list[Plain]:
    """One row for each UPS of the plan, as the configuration orders them."""
    rows = []
    for plan in venue.plan.ups:
        row: Plain = {
            "name": plan.name,
            "feeds": list(plan.feeds),
            "driver": plan.driver,
            "watched": plan.declared is None,
            "declared": _declared(plan.declared),
        }
        ups = venue.ups.get(plan.name)
        rows.append(
            row | (_unwatched(venue, plan.declared) if ups is None else _watched(venue, plan, ups, now))
        )
    return rows


def supply(venue: Venue) -> Plain:
    """Whether every exam server hangs on a UPS; `unknown` where nobody said which servers there are."""
    missing = uncovered(venue.plan)
    known = "attention" if missing else "ok"
    return {
        "servers": list(venue.plan.servers),
        "uncovered": list(missing),
        "level": known if venue.plan.servers else "unknown",
    }


def panel_row(venue: Venue, judged: str, now: Moment) -> Plain:
    """Lamps, buzzer, and what people said of them."""
    panel = venue.panel
    sounds = buzzer_level(panel, judged, venue.incidents, now)
    return {
        "configured": venue.plan.panel,
        "tested_at": _iso(panel.tested.wall if panel.tested else None),
        "confirmed": panel.seen,
        "silenced": sounds == "quiet" and judged != "ok",
        "buzzer": sounds,
    }


def _unwatched(venue: Venue, declared: UpsDeclared | None) -> Plain:
    """A UPS without a data port: nothing of it is measured, so nothing of it is said but what was declared."""
    short = declared is not None and 60 * declared.hold_minutes < asked(venue)
    nothing: Plain = dict.fromkeys(
        ("charge_percent", "runtime_s", "load_percent", "battery_v", "input_v", "read_at", "since")
    )
    nothing |= dict.fromkeys(("outage_since", "proof", "forecast", "test", "test_by", "drill", "ending"))
    lists: Plain = {"status": [], "doubts": [], "faults": [], "trace": []}
    hold: Plain = {"asked_s": asked(venue), "level": "short" if short else "unproven"}
    return {"state": "declared", "reason": "", "testing": False, "hold": hold, **nothing, **lists}


def _watched(venue: Venue, plan: UpsPlan, ups: UpsState, now: Moment) -> Plain:
    ending = venue.endings.get(plan.name)
    return {
        "state": ups.state,
        "reason": ups.unknown,
        "status": list(ups.status),
        "charge_percent": ups.charge_percent,
        "runtime_s": ups.runtime_s,
        "load_percent": ups.load_percent,
        "battery_v": ups.battery_v,
        "input_v": ups.input_v,
        "read_at": _iso(ups.read.wall if ups.read else None),
        "since": _iso(ups.since.wall if ups.since else None),
        "outage_since": _iso(
            ups.on_battery_since.wall if ups.on_battery_since and not ups.on_trial else None
        ),
        "testing": ups.testing or ups.test is not None,
        "doubts": list(ups.doubts),
        "faults": [what for what, _ in faults(venue, plan.name, now)],
        "hold": _hold(venue, plan.name, ups, now),
        "proof": _proof(ups),
        "forecast": _forecast(forecast(venue, plan.name, now)),
        "test": _test(ups),
        "test_by": _iso(test_before(venue, plan.name, now)),
        "drill": _drill(ups),
        "ending": None if ending is None else _ending(venue, ending),
        "trace": [[_told(s.at), s.state, s.charge_percent, s.load_percent, s.reported_s] for s in ups.trace],
    }


@lru_cache(maxsize=8_192)  # 240 points a UPS, told again each second: a fourth of a snapshot's time
def _told(at: datetime) -> str:
    return at.isoformat()


def _declared(declared: UpsDeclared | None) -> Plain | None:
    if declared is None:
        return None
    return {
        "on": declared.on,
        "by": declared.by,
        "load_percent": declared.load_percent,
        "hold_minutes": declared.hold_minutes,
    }


def _hold(venue: Venue, name: str, ups: UpsState, now: Moment) -> Plain:
    """The three numbers, each by itself: whole minutes in seconds, so that nothing moves that nobody can read."""
    held = hold(venue, name, now)
    each = {"reported": held.reported_s, "modelled": held.modelled_s, "proven": held.proven_s}
    row: Plain = {
        "asked_s": asked(venue),
        "level": level(held, needed_s(venue, ups, now)),
        "first": held.first[0],
        "at_least": held.at_least,
        "why_unproven": held.why_unproven,
    }
    for source, seconds in each.items():
        row[f"{source}_s"] = None if seconds is None else 60 * (seconds // 60)
        row[f"{source}_until"] = None
        if seconds is not None and ups.out:
            row[f"{source}_until"] = _minute(now.wall + timedelta(seconds=seconds)).isoformat()
    return row


def needed_s(venue: Venue, ups: UpsState, now: Moment) -> float:
    """The seconds a UPS is needed for: what the rules ask; in an outage of a running sitting, to its end."""
    end = next((s.last_end for s in venue.sittings if s.id == venue.phase.sitting), None)
    if ups.out and end is not None and venue.phase.name == RUNNING:
        return max(0.0, (end - now.wall).total_seconds())
    return asked(venue)


def _proof(ups: UpsState) -> Plain | None:
    proof = ups.proof
    if proof is None:
        return None
    return {
        "at": proof.at.wall.isoformat(),
        "held_s": proof.held_s,
        "load_percent": proof.load_percent,
        "ended": proof.ended,
        "test": proof.test,
    }


def _forecast(coming: Forecast | None) -> Plain | None:
    if coming is None:
        return None
    return {
        "sitting": coming.sitting,
        "at": coming.at.isoformat(),
        "charge_percent": float(int(coming.charge_percent)),
        "hold_s": 60 * (coming.hold_s // 60),
        "by": coming.by,
    }


def _test(ups: UpsState) -> Plain | None:
    test = ups.test
    if test is None:
        return None
    return {
        "started_at": test.started.wall.isoformat(),
        "by": test.by,
        "minutes": test.minutes,
        "floor_percent": test.floor_percent,
        "commanded": test.commanded,
        "discharging_since": _iso(ups.discharge.began.wall if ups.discharge else None),
    }


def _drill(ups: UpsState) -> Plain:
    drill = ups.drill
    if drill is None:
        return {"state": "never", "at": None, "by": "", "edge": False}
    return {
        "state": drill.outcome or "on",
        "at": drill.started.wall.isoformat(),
        "by": drill.by,
        "edge": drill.edge is not None,
    }


def _ending(venue: Venue, ending: Ending) -> Plain:
    waiting = "stopping" if ending.agreed_by else "up"
    on = servers_on(venue.plan, ending.ups)
    return {
        "state": stage(venue, ending),
        "since": ending.begun.wall.isoformat(),
        "signs": list(ending.signs),
        "agreed_by": ending.agreed_by,
        "can_stop": any(name in venue.plan.stoppable for name in on),
        "servers": [
            {"name": name, "state": ending.stops.get(name, waiting if name in venue.plan.stoppable else "up")}
            for name in on
        ],
    }


def _minute(when: datetime) -> datetime:
    return when.replace(second=0, microsecond=0)


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
