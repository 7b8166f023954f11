"""Spares are counted in each room: a rich room next door lends none."""

import pytest

from appliance.events.plan import Plan, Rules, SeatPlan
from appliance.exam.seats import rooms_short_of_spares


def plan(rooms: dict[str, tuple[int, int]], percent: int = 5) -> Plan:
    """`rooms`: seats and spares of each."""
    seats = tuple(
        SeatPlan(id=f"{room}-{number}", room=room, spare=number >= count)
        for room, (count, spares) in rooms.items()
        for number in range(count + spares)
    )
    return Plan(code="x", name="x", seats=seats, rules=Rules(spare_percent=percent))


@pytest.mark.parametrize(
    ("count", "spares", "percent", "short"),
    [
        (20, 1, 5, {}),
        (21, 1, 5, {"1": (1, 2)}),
        (21, 2, 5, {}),
        (1, 0, 5, {"1": (0, 1)}),
        (40, 0, 0, {}),
        (50, 2, 5, {"1": (2, 3)}),
    ],
)
def test_a_started_spare_counts_whole(
    count: int, spares: int, percent: int, short: dict[str, tuple[int, int]]
) -> None:
    assert rooms_short_of_spares(plan({"1": (count, spares)}, percent)) == short


def test_each_room_has_its_own_spares() -> None:
    found = rooms_short_of_spares(plan({"2": (20, 0), "1": (20, 9), "spares only": (0, 3)}))
    assert found == {"2": (0, 1)}
