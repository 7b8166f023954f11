"""The timetable: sittings as planned, checked, and as moved by the chief's acts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from appliance.events.plan import Sitting
from appliance.finding import Finding

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_KEYS = {"id", "batch", "subject", "start", "end"}
FIRST_YEAR, LAST_YEAR = 2020, 2199  # wide of every exam, far from where a date can no longer be reckoned with


class TimetableError(Exception):
    """The timetable can not be used; `faults` holds every reason, each one line with its place."""

    def __init__(self, faults: list[Finding]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def read(document: Mapping[str, object], zone: tzinfo) -> tuple[Sitting, ...]:
    """The sittings of a parsed timetable.toml in order of start; its local times are those of `zone`.

    Raises TimetableError with every fault at once: missing and unknown keys, an end that is not after
    its start, past midnight, two sittings at once, an id twice, a batch torn apart by another.
    """
    faults = [_unknown(key) for key in sorted(set(document) - {"sitting"})]
    rows = document.get("sitting")
    if not isinstance(rows, list) or not rows:
        none = Finding("sitting", "no_sitting", "at least one [[sitting]] is needed")
        raise TimetableError([*faults, none])
    sittings = [_sitting(row, f"sitting[{n}]", zone, faults) for n, row in enumerate(rows)]
    ordered = sorted((s for s in sittings if s is not None), key=lambda s: s.start)
    faults += _overlaps(ordered) + _torn_batches(ordered) + _repeated_ids(ordered)
    if faults:
        raise TimetableError(faults)
    return tuple(ordered)


def _sitting(row: object, path: str, zone: tzinfo, faults: list[Finding]) -> Sitting | None:
    if not isinstance(row, Mapping):
        faults.append(Finding(path, "no_table", "a table was expected"))
        return None
    before = len(faults)
    faults += [Finding(f"{path}.{key}", "missing", "missing") for key in sorted(_KEYS - set(row))]
    faults += [_unknown(f"{path}.{key}") for key in sorted(set(row) - _KEYS)]
    for key in ("id", "batch"):
        value = row.get(key)
        if key in row and not (isinstance(value, str) and _ID.fullmatch(value)):
            reason = "letters, digits, '.', '_' and '-' were expected"
            faults.append(Finding(f"{path}.{key}", "no_id", reason, _shown(value)))
    if "subject" in row and not (isinstance(row["subject"], str) and 0 < len(row["subject"]) <= 100):
        reason = "1 to 100 characters were expected"
        faults.append(Finding(f"{path}.subject", "text_length", reason, least=1, most=100))
    start = _local(row, "start", path, faults)
    end = _local(row, "end", path, faults)
    if start and end:
        faults += _misordered(f"{path}.end", start, end)
    if len(faults) > before or start is None or end is None:
        return None
    begins, ends = start.replace(tzinfo=zone).astimezone(UTC), end.replace(tzinfo=zone).astimezone(UTC)
    if ends <= begins:  # where the venue's clocks are put forward in between
        times = {"end": f"{end:%H:%M}", "start": f"{start:%H:%M}"}
        reason = f"{times['end']} is not after the start {times['start']}: the clocks change"
        faults.append(Finding(f"{path}.end", "clocks_change", reason, **times))
        return None
    return Sitting(id=row["id"], batch=row["batch"], subject=row["subject"], start=begins, end=ends)


def _unknown(place: str) -> Finding:
    return Finding(place, "unknown_key", "unknown key")


def _misordered(place: str, start: datetime, end: datetime) -> list[Finding]:
    if end <= start:
        reason = f"{end:%H:%M} is not after the start {start:%H:%M}"
        return [Finding(place, "not_after_start", reason, end=f"{end:%H:%M}", start=f"{start:%H:%M}")]
    if end.date() != start.date():
        shown = f"{end:%Y-%m-%d %H:%M}"
        return [Finding(place, "past_midnight", f"{shown} is past midnight of the start's day", end=shown)]
    return []


def _local(row: Mapping[str, object], key: str, path: str, faults: list[Finding]) -> datetime | None:
    value = row.get(key)
    if isinstance(value, datetime) and value.tzinfo is None:
        if FIRST_YEAR <= value.year <= LAST_YEAR:
            return value
        reason = f"a year from {FIRST_YEAR} to {LAST_YEAR} was expected"
        span = {"least": FIRST_YEAR, "most": LAST_YEAR}
        faults.append(Finding(f"{path}.{key}", "odd_year", reason, value.isoformat(), **span))
        return None
    if key in row:
        shown = value.isoformat() if isinstance(value, datetime) else _shown(value)
        reason = f"a local time such as 2026-09-05T09:00:00 was expected, not {shown}"
        faults.append(Finding(f"{path}.{key}", "no_local_time", reason, shown=shown))
    return None


def _shown(value: object) -> str:
    try:
        return repr(value)[:80]
    except ValueError:  # TOML's 0x… has no limit, Python's decimal digits have one
        return "a number too long to show"


def _overlaps(ordered: list[Sitting]) -> list[Finding]:
    """Each sitting that begins before the one that lasts longest of those before it has ended."""
    faults = []
    for n, later in enumerate(ordered[1:], start=1):
        longest = max(ordered[:n], key=lambda s: s.end)
        if later.start < longest.end:
            reason = f"starts before {longest.id} ends"
            faults.append(Finding(f"sitting {later.id}", "overlaps", reason, other=longest.id))
    return faults


def _torn_batches(ordered: list[Sitting]) -> list[Finding]:
    faults, seen, last = [], set[str](), ""
    for sitting in ordered:
        if sitting.batch != last and sitting.batch in seen:
            reason = f"batch {sitting.batch} is torn apart by another batch"
            faults.append(Finding(f"sitting {sitting.id}", "torn_batch", reason, batch=sitting.batch))
        seen.add(sitting.batch)
        last = sitting.batch
    return faults


def _repeated_ids(ordered: list[Sitting]) -> list[Finding]:
    ids = [sitting.id for sitting in ordered]
    return [
        Finding(f"sitting {name}", "id_twice", "this id stands twice")
        for name in sorted({i for i in ids if ids.count(i) > 1})
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingActs:
    """What people did to a sitting; minutes add up.

    `paper_at` and `uploaded` (by room, '' for all) are declared by people and measured by nobody.
    """

    delay_minutes: int = 0
    extend_minutes: int = 0
    seats: dict[str, int] = field(default_factory=dict)
    finished_at: datetime | None = None
    finished_seq: int = 0
    paper_at: datetime | None = None
    uploaded: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A sitting as it now stands: `end` for all, `last_end` of the candidate who has longest."""

    planned: Sitting
    acts: SittingActs
    start: datetime
    end: datetime
    last_end: datetime

    @property
    def id(self) -> str:
        """The sitting's id."""
        return self.planned.id


def moved(sittings: Iterable[Sitting], acts: Mapping[str, SittingActs]) -> tuple[Moved, ...]:
    """Each sitting with its start and end as the chief's acts moved them."""
    return tuple(_move(sitting, acts.get(sitting.id, SittingActs())) for sitting in sittings)


def _move(sitting: Sitting, acts: SittingActs) -> Moved:
    delay = timedelta(minutes=acts.delay_minutes)
    end = sitting.end + delay + timedelta(minutes=acts.extend_minutes)
    longest = timedelta(minutes=max(acts.seats.values(), default=0))
    return Moved(planned=sitting, acts=acts, start=sitting.start + delay, end=end, last_end=end + longest)
