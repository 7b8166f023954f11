"""The backups as a reader sees them: the last bundle and its sources, room, copies, the drill, what is owed."""

from datetime import date, datetime, timedelta

from appliance.events import Moment
from appliance.events.bodies import BundleReceipted
from appliance.events.plan import Plan, RecipientPlan
from appliance.events.stored import SourceTold
from appliance.exam.arrival import expected_at
from appliance.exam.backup_causes import OWED_FOR
from appliance.exam.bundles import Bundle
from appliance.exam.deadline import receipt_due
from appliance.exam.phase import EXAM_PHASES
from appliance.exam.stored import StoredState
from appliance.exam.venue import Venue

Plain = dict[str, object]


def backup_row(venue: Venue, now: Moment) -> Plain:
    """Times, not ages. `state`: unmonitored, none, failed, late, incomplete or ok."""
    backup = venue.backup
    failed = {"at": backup.failed.wall.isoformat(), "reason": backup.failed_reason} if backup.failed else None
    return {
        "state": _state(venue),
        "last": _last(backup.last) if backup.last else None,
        "failed": failed | {"code": backup.failed_code} if failed else None,
        "room": _room(backup.stored),
        "copies": [_copy(backup.stored, place) for place in venue.plan.copies],
        "drill": _drill(backup.stored),
        "recipients": _recipients(venue.plan, now.wall.date()),
    }


def province_row(venue: Venue) -> Plain:
    """How far the province has receipted."""
    if not venue.plan.backup:
        return {"state": "unmonitored", "last_receipted_at": None, "name": ""}
    receipted = venue.backup.receipted
    pulls = venue.seal is not None or venue.phase.name in EXAM_PHASES
    expected = _iso(expected_at(venue.backup.arrivals)) if pulls else None
    if not receipted:
        return {"state": "none", "last_receipted_at": None, "name": "", "expected_at": expected}
    name = max(receipted, key=lambda bundle: receipted[bundle])
    last, told = venue.backup.last, venue.backup.receipt
    return {
        **(_receipted(told, last) if told else {}),
        "expected_at": expected,
        "receipt_at": _iso(receipted.get(told.name)) if told else None,
        "state": "received" if last and last.name in receipted else "behind",
        "last_receipted_at": receipted[name].isoformat(),
        "held_until": _iso(venue.backup.held_until),
        "name": name,
    }


def debts(venue: Venue, now: Moment) -> list[Plain]:
    """What a sitting that ended still owes, beside the phase: its final bundle, then the province's receipt."""
    owed: list[Plain] = []
    for sitting in venue.sittings:
        final = venue.backup.finals.get(sitting.id)
        if not venue.plan.backup or now.wall < sitting.last_end or not venue.phase.at:
            continue
        if final and final.name in venue.backup.receipted or now.wall - sitting.last_end > OWED_FOR:
            continue
        due = receipt_due(sitting, venue.plan.rules)
        what = "receipt" if final else "final_bundle"
        owed.append({"sitting": sitting.id, "what": what, "due": due.isoformat(), "overdue": now.wall >= due})
    return owed


def _state(venue: Venue) -> str:
    backup = venue.backup
    if not venue.plan.backup:
        return "unmonitored"
    if backup.failures:
        return "failed"
    if any(incident.cause_kind == "backup_late" for incident in venue.open_incidents()):
        return "late"
    if backup.last is None:
        return "none"
    return "incomplete" if any(told.fault for told in backup.last.sources) else "ok"


def _last(last: Bundle) -> Plain:
    expected, collected = _answers(last)
    return {
        "name": last.name,
        "at": last.at.wall.isoformat(),
        "stage": last.stage,
        "files": last.files,
        "sealed_bytes": last.sealed_bytes,
        "incomplete": list(last.incomplete),
        "expected": expected,
        "collected": collected,
        "shortest": _shortest(last),
        "sources": [
            {"name": t.name, "fault": t.fault, "files": t.files, "expected": t.expected, "collected": t.collected}
            for t in last.sources
        ],
    }


def _answers(last: Bundle) -> tuple[int | None, int | None]:
    """Expected and collected of all sources of which anybody said how many.

    What another source holds makes up for none of theirs: each of several counts at most what it should hold. One
    that could not be counted is unknown for all.
    """
    told = [source for source in last.sources if source.expected is not None]
    found = [_counting(source, alone=len(told) == 1) for source in told or last.sources]
    known = [number for number in found if number is not None]
    whole = bool(known) and (not told or len(known) == len(told))
    return sum(source.expected or 0 for source in told) if told else None, sum(known) if whole else None


def _counting(source: SourceTold, *, alone: bool) -> int | None:
    if alone or source.expected is None or source.collected is None:
        return source.collected
    return min(source.collected, source.expected)


def _shortest(last: Bundle) -> Plain | None:
    """The source that lacks the most, where there are several that are counted."""
    told = [(t.expected - t.collected, t) for t in last.sources if t.expected is not None and t.collected is not None]
    lacking, worst = max(told, key=lambda each: each[0], default=(0, None))
    if worst is None or lacking <= 0 or len(told) < 2:
        return None
    return {"name": worst.name, "expected": worst.expected, "collected": worst.collected}


def _receipted(told: BundleReceipted, last: Bundle | None) -> Plain:
    """What the province found in a bundle; of ours, whose sources are known here, no more than these say."""
    expected, collected = told.expected, told.collected
    ours = _answers(last)[1] if last and last.name == told.name else None
    if ours is not None and collected is not None:
        collected = min(collected, ours)
    return {"files": told.files, "expected": expected, "collected": collected}


def _room(stored: StoredState) -> Plain:
    return {
        "state": stored.level,
        "at": _iso(stored.at),
        "used_bytes": stored.used_bytes,
        "limit_bytes": stored.limit_bytes,
        "bundles": stored.bundles,
        "owed": stored.owed,
        "owed_bytes": stored.owed_bytes,
        "written_sitting": stored.written_sitting,
        "written_bytes": stored.written_bytes,
    }


def _copy(stored: StoredState, place: str) -> Plain:
    copy = stored.copies.get(place)
    if copy is None:
        return {"place": place, "state": "unknown", "at": None, "newest": "", "lacking": 0, "fault": "", "detail": ""}
    return {
        "place": place,
        "state": "failed" if copy.fault else "ok",
        "at": copy.at.wall.isoformat(),
        "newest": copy.newest,
        "lacking": copy.lacking,
        "fault": copy.fault,
        "detail": copy.detail,
    }


def _drill(stored: StoredState) -> Plain | None:
    drill = stored.drill
    if drill is None:
        return None
    return {
        "at": drill.at.isoformat(),
        "passed": drill.passed,
        "files": drill.files,
        "source_bytes": drill.source_bytes,
        "seconds": drill.seconds,
        "changed": drill.changed,
        "differing": drill.differing,
        "faulty": list(drill.faulty),
    }


def _recipients(plan: Plan, today: date) -> list[Plain]:
    """For the readiness check: whether each key is still to be used."""
    found: list[Plain] = []
    for each in plan.recipients:
        last = date.fromisoformat(each.expires) if each.expires else None
        soon = last is not None and last - today < timedelta(days=30)
        state = "expired" if is_expired(each, today) else "expiring" if soon else "valid"
        found.append({"key": each.key, "name": each.name, "expires": each.expires, "state": state})
    return found


def is_expired(recipient: RecipientPlan, today: date) -> bool:
    """Whether its last day is over."""
    return bool(recipient.expires) and date.fromisoformat(recipient.expires) < today


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
