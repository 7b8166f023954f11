"""`/metrics`: the snapshot in Prometheus' text format. No name of a person, no seat and no serial stands in a label.

Written here and not by prometheus-client: that keeps counters of its own process, and all told here is the guard's.
Source of the format: Prometheus documentation, "Exposition formats", text format 0.0.4.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from flask import Flask, Response

from web.fields import Plain, count, number, part, parts, text
from web.guard import Guard, Look
from web.present import is_dead
from web.times import moment_of

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LEVELS = ("ok", "attention", "critical", "unknown")
UPS_STATES = ("mains", "battery", "low", "off", "unknown")
SEAT_STATES = ("present", "absent", "off", "swapped", "in_use", "unknown")
MAX_NAME = 64

Sample = tuple[dict[str, str], float]


def add_metrics(app: Flask, guard: Guard) -> None:
    """Puts the view on `app`."""

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(exposition(guard.look()), content_type=CONTENT_TYPE)


def exposition(look: Look) -> str:
    """All metrics; of a guard that does not answer that alone: what is old is not told as new."""
    up = look.snapshot is not None and look.answered and not is_dead(look)
    lines = list(_family("venue_guard_up", "1 while the guard answers and turns", [({}, float(up))]))
    if up and look.snapshot is not None:
        now = moment_of(look.snapshot.get("at"))
        for name, words, samples in _families(look.snapshot, now):
            lines += _family(name, words, samples)
    return "\n".join(lines) + "\n"


def _families(snapshot: Plain, now: datetime | None) -> Iterator[tuple[str, str, list[Sample]]]:
    level, phase = text(part(snapshot, "verdict"), "level"), text(part(snapshot, "phase"), "name")
    yield "venue_verdict", "1 for the level of the verdict", _one_of("level", LEVELS, level)
    yield "venue_phase", "1 for the phase of the exam", [({"phase": phase}, 1.0)]
    open_ones = [i for i in parts(snapshot, "incidents") if text(i, "state") != "closed"]
    kinds = Counter(text(item, "cause_kind") for item in open_ones)
    yield (
        "venue_incidents_open",
        "open incidents by cause",
        [({"cause": k}, float(n)) for k, n in kinds.items()],
    )
    yield from _power(snapshot)
    seats = Counter(text(seat, "state") for seat in parts(snapshot, "seats"))
    yield "venue_seats", "seats by state", [({"state": s}, float(seats[s])) for s in SEAT_STATES]
    for area in ("usb", "network"):
        state = text(part(snapshot, area), "state") or "unknown"
        yield (
            f"venue_{area}_closed",
            f"1 where {area} is closed",
            [({"state": state}, float(state == "closed"))],
        )
    yield from _backup(snapshot, now)
    log = part(snapshot, "log")
    yield "venue_log_head_seq", "rows of the record", [({}, float(count(log, "head_seq")))]
    yield (
        "venue_log_writable",
        "1 while the record can be written",
        [({}, float(log.get("writable") is True))],
    )
    yield (
        "venue_clock_trusted",
        "1 where something vouches for the clock",
        [({}, float(part(snapshot, "clock").get("trusted") is True))],
    )
    free = number(part(snapshot, "host"), "disk_free_percent")
    yield "venue_disk_free_ratio", "free space of the state directory's disk", _known({}, free, 0.01)


def _power(snapshot: Plain) -> Iterator[tuple[str, str, list[Sample]]]:
    upses = parts(snapshot, "power")
    states = [
        ({"ups": text(ups, "name"), **labels}, value)
        for ups in upses
        for labels, value in _one_of("state", UPS_STATES, text(ups, "state"))
    ]
    yield "venue_ups_state", "1 for the state of the UPS", states
    for key, name, words, scale in (
        ("charge_percent", "venue_ups_charge_ratio", "charge of the battery", 0.01),
        ("load_percent", "venue_ups_load_ratio", "load of the UPS", 0.01),
        ("runtime_s", "venue_ups_runtime_seconds", "what the UPS itself reports", 1.0),
        ("battery_v", "venue_ups_battery_volts", "voltage of the battery", 1.0),
    ):
        told = [
            sample for ups in upses for sample in _known({"ups": text(ups, "name")}, number(ups, key), scale)
        ]
        yield name, words, told
    holds = [
        sample
        for ups in upses
        for source in ("reported", "modelled", "proven")
        for sample in _known(
            {"ups": text(ups, "name"), "source": source}, number(part(ups, "hold"), f"{source}_s"), 1.0
        )
    ]
    yield "venue_ups_hold_seconds", "how long it holds, by who says so; none where nobody knows", holds


def _backup(snapshot: Plain, now: datetime | None) -> Iterator[tuple[str, str, list[Sample]]]:
    last = moment_of(part(part(snapshot, "backup"), "last").get("at"))
    held = moment_of(part(snapshot, "province").get("held_until"))
    for name, words, moment in (
        ("venue_backup_age_seconds", "since the last sealed bundle", last),
        ("venue_province_age_seconds", "since what the province holds", held),
    ):
        age_s = (now - moment).total_seconds() if now and moment else None
        yield name, words, _known({}, age_s, 1.0)
    overdue = sum(1 for debt in parts(snapshot, "debts") if debt.get("overdue") is True)
    yield "venue_debts_overdue", "bundles or receipts that are overdue", [({}, float(overdue))]


def _one_of(label: str, known: tuple[str, ...], value: str) -> list[Sample]:
    """A sample for each known value; what is none of them counts as unknown."""
    shown = value if value in known else "unknown"
    return [({label: each}, float(each == shown)) for each in known]


def _known(labels: dict[str, str], value: float | None, scale: float) -> list[Sample]:
    return [] if value is None else [(labels, value * scale)]


def _family(name: str, words: str, samples: list[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {words}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        told = ",".join(f'{key}="{_escaped(each)}"' for key, each in labels.items())
        yield f"{name}{{{told}}} {value:.10g}" if told else f"{name} {value:.10g}"


def _escaped(value: str) -> str:
    return value[:MAX_NAME].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
