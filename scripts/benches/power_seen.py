"""Outages and changes of 20 UPSes, played on a real upsd: what the guard has on disk, and what upsmon noticed."""

import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from appliance.events.bodies import IncidentOpened, PowerDischarged, PowerRead
from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit
from scripts.benches.power_guard import Rows, watched
from scripts.benches.power_lab import POLL_S, QUICK_POLL_S, Lab, Upsmon, boot_s, comes, upsmon

UPSES = 20
MAINS, BATTERY = "OL CHRG", "OB DISCHRG"
BLIP_S = 0.3, 2.7  # read 5 times a second: a longer one may be taken for the 3 s that are alarmed
TOLD_S = 0.5  # after this a reading is on disk, or never


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One that was played: its beginning and end (CLOCK_BOOTTIME) in upsd."""

    ups: str
    began_s: float
    ended_s: float


def figures(bench: Bench, directory: Path) -> Iterator[Figure]:
    """Outages first: the changes after them last long enough to be alarmed."""
    with (
        Lab(UPSES) as lab,
        upsmon(lab, bench.times(POLL_S, QUICK_POLL_S)) as beside,
        watched(directory / "venue", lab) as rows,
    ):
        yield from _outages(bench, lab, rows, beside)
        yield from _changes(bench, lab, rows, beside)


def _outages(bench: Bench, lab: Lab, rows: Rows, beside: Upsmon) -> Iterator[Figure]:
    since_s = boot_s()
    played = _play(lab, each=bench.times(10, 2))
    time.sleep(beside.poll_s + TOLD_S)  # upsmon sees the last ends
    alarms = _alarms(rows, since_s)
    ours, theirs = _errors_ms(played, _recorded(rows, since_s)), _errors_ms(played, _noticed(played, beside))
    count, blips = len(played), f"{BLIP_S[0]}–{BLIP_S[1]} s on {UPSES} UPSes"
    yield Figure(
        name=f"{count} outages of {blips}: not recorded", unit="outages", values=[count - len(ours)],
        reference=_named(beside), reference_values=[count - len(theirs)], limit=Limit(most=0),
    )  # fmt: skip
    if not ours or not theirs:
        raise CannotMeasure(f"of {count} outages {len(ours)} are recorded, upsmon noticed {len(theirs)}")
    yield Figure(
        name="the same, recorded start or end: the worst one is off by", unit="ms", values=[max(ours)],
        reference=f"{_named(beside)}, of those it noticed", reference_values=[max(theirs)], limit=Limit(most=250),
    )  # fmt: skip
    yield Figure(
        name="the same: alarms", unit="incidents", values=[alarms], reference="outages played",
        reference_values=[count], limit=Limit(most=0),
    )  # fmt: skip


def _play(lab: Lab, *, each: int) -> list[Outage]:
    """`each` outages on every UPS, at times of its own; the first of each is the shortest."""
    chance = random.Random(3)
    plan: list[tuple[float, str, str]] = []
    for ups in lab.names:
        at_s = 0.0
        for number in range(each):
            at_s += chance.uniform(1.0, 3.0)
            plan.append((at_s, ups, BATTERY))
            at_s += chance.uniform(*BLIP_S) if number else BLIP_S[0]
            plan.append((at_s, ups, MAINS))
    began: dict[str, float] = {}
    played = []
    for ups, status, at_s in _told(lab, plan):
        if status == BATTERY:
            began[ups] = at_s
        else:
            played.append(Outage(ups=ups, began_s=began[ups], ended_s=at_s))
    return played


def _told(lab: Lab, plan: list[tuple[float, str, str]]) -> list[tuple[str, str, float]]:
    """Tells each UPS its status at its time, in seconds from now; gives the moments when it did."""
    began_s, told = boot_s(), []
    for after_s, ups, status in sorted(plan):
        time.sleep(max(0.0, began_s + after_s - boot_s()))
        told.append((ups, status, lab.tell(ups, status)))
    return told


def _recorded(rows: Rows, since_s: float) -> list[Outage]:
    """The outages as the guard recorded them, in `power.discharged`."""
    wall_s = time.time() - boot_s()
    found = []
    for seen in rows.since(since_s):
        body = seen.event.body
        if isinstance(body, PowerDischarged):
            began_s = body.began.timestamp() - wall_s
            found.append(Outage(ups=body.ups, began_s=began_s, ended_s=began_s + body.lasted_s))
    return found


def _noticed(played: list[Outage], beside: Upsmon) -> list[Outage]:
    """The outages that upsmon noticed: from its ONBATT to its next ONLINE."""
    found = []
    for one in played:
        began_s = beside.first(one.ups, ("ONBATT",), since_s=one.began_s, until_s=one.ended_s + TOLD_S)
        ended_s = began_s and beside.first(one.ups, ("ONLINE",), since_s=began_s)
        if began_s and ended_s:
            found.append(Outage(ups=one.ups, began_s=began_s, ended_s=ended_s))
    return found


def _errors_ms(played: list[Outage], found: list[Outage]) -> list[float]:
    """Of each outage that was found once: how far its beginning or its end is off, whichever is further."""
    errors_ms = []
    for one in played:
        same = [
            other
            for other in found
            if other.ups == one.ups and one.began_s - 0.01 <= other.began_s <= one.ended_s + TOLD_S
        ]
        if len(same) == 1:
            off_s = abs(same[0].began_s - one.began_s), abs(same[0].ended_s - one.ended_s)
            errors_ms.append(1000 * max(off_s))
    return errors_ms


def _alarms(rows: Rows, since_s: float) -> int:
    bodies = [seen.event.body for seen in rows.since(since_s)]
    return sum(isinstance(body, IncidentOpened) and body.cause_kind == "mains" for body in bodies)


def _changes(bench: Bench, lab: Lab, rows: Rows, beside: Upsmon) -> Iterator[Figure]:
    """Each change stays longer than upsmon's period, so that it sees each, at a moment of that period by chance."""
    chance = random.Random(4)
    plan = []
    for ups in lab.names:
        at_s = chance.uniform(0.0, beside.poll_s)
        for number in range(bench.times(10, 1)):
            plan.append((at_s, ups, MAINS if number % 2 else BATTERY))
            at_s += beside.poll_s + 0.5 + chance.uniform(0.0, beside.poll_s)
    since_s = boot_s()
    told = _told(lab, plan)
    comes(lambda: _alarms(rows, since_s) > 0, 10.0)
    comes(lambda: len(_latencies_ms(told[-1:], rows, beside)) == 1, 2.0 * beside.poll_s, every_s=0.1)
    pairs = _latencies_ms(told, rows, beside)
    if len(pairs) != len(told):
        raise CannotMeasure(f"{len(told) - len(pairs)} of {len(told)} changes were never told")
    if not _alarms(rows, since_s):
        raise CannotMeasure("outages that lasted were not alarmed: no alarm above says nothing")
    ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    yield Figure(
        name=f"change in upsd → row on disk, p95 of {len(pairs)} on {UPSES} UPSes", unit="ms", values=[_p95(ours)],
        reference=f"{_named(beside)}, p95 of its notices", reference_values=[_p95(theirs)], limit=Limit(most=250),
    )  # fmt: skip
    yield Figure(
        name="the same, each of them", unit="ms", values=ours, reference=_named(beside), reference_values=theirs,
    )  # fmt: skip
    yield Figure(
        name="rows while on battery: the longest gap", unit="s", values=[max(_gaps_s(told, rows))],
        reference="upsmon keeps none; it asks every", reference_values=[beside.poll_s], limit=Limit(most=1.25),
    )  # fmt: skip


def _gaps_s(told: list[tuple[str, str, float]], rows: Rows) -> list[float]:
    """Of each change to battery: the longest time between two rows of the UPS from then to its next change."""
    found = []
    for ups, status, at_s in told:
        until_s = min((end_s for other, _, end_s in told if other == ups and end_s > at_s), default=boot_s())
        stamps = [
            seen.event.mono_s
            for seen in rows.since(at_s)
            if isinstance(seen.event.body, PowerRead) and seen.event.body.ups == ups and seen.at_s <= until_s
        ]
        if status == BATTERY and len(stamps) > 1:
            found.append(max(later - earlier for earlier, later in pairwise(stamps)))
    return found


def _latencies_ms(
    told: list[tuple[str, str, float]], rows: Rows, beside: Upsmon
) -> list[tuple[float, float]]:
    found = []
    for ups, status, at_s in told:
        row_s = rows.told(ups, status.split()[0], since_s=at_s)
        notice_s = beside.first(ups, ("ONLINE" if status == MAINS else "ONBATT",), since_s=at_s)
        if row_s and notice_s:
            found.append((1000 * (row_s - at_s), 1000 * (notice_s - at_s)))
    return found


def _named(beside: Upsmon) -> str:
    return f"upsmon, POLLFREQ {beside.poll_s}"


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]
