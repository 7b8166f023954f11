"""A made-up venue, line and province: what the guard sees of them, and how far off what it foretells is."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from appliance.exam import arrival
from appliance.exam.arrival import Arrivals, expected_at

NOON = datetime(2026, 9, 5, 4, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`bytes_per_s` give or take a tenth, gone for 10 s about every `cut_every_s` (0: never); the province asks every
    `every_s` less up to a fifth, and needs `fixed_s` for each bundle besides."""

    bytes_per_s: int
    fixed_s: float
    every_s: float
    cut_every_s: float
    seed: int


def errors(
    line: Line, *, bundles: int, size_s: tuple[float, float], period_s: float, final: float
) -> list[float]:
    """How far off the moment was that was foretold as each bundle came, as a share of the time that it took."""
    chance = random.Random(repr(line))
    found, asked_s, free_s, off = Arrivals(), 0.0, 0.0, []
    for number in range(bundles):
        came_s, scale = period_s * (number + 1), final if number == bundles - 1 else 1
        size = int(line.bytes_per_s * chance.uniform(*size_s) * scale)
        before_s = asked_s
        while asked_s <= came_s:
            before_s, asked_s = asked_s, max(free_s, asked_s + line.every_s * chance.uniform(0.8, 1.0))
        found = arrival.published(found, f"b{number}", size, _at(came_s))
        found = arrival.asked(found, _at(before_s), line.every_s * chance.uniform(0.8, 1.0), _at(came_s + 1))
        told = expected_at(found)
        found = arrival.asked(found, _at(asked_s), asked_s - before_s, _at(asked_s))
        way_s = size / line.bytes_per_s * chance.uniform(0.9, 1.1)
        if line.cut_every_s:
            way_s += 10 * (chance.random() < way_s / line.cut_every_s)
        free_s = asked_s + way_s + line.fixed_s * chance.uniform(0.8, 1.2)
        found = arrival.receipted(found, f"b{number}", _at(free_s))
        if told:
            off.append(abs((told - _at(came_s)).total_seconds() / (free_s - came_s) - 1))
    return off


def _at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)
