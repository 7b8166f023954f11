"""USB as the connected guard sees it: a storm of plugs with real overflows, beside pyudev's MonitorObserver."""

from collections.abc import Iterator
from typing import Any

from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit
from tests.watch import usb_storm

MODES = {"the same 30 devices": False, "another device at each plug": True}


def measure(bench: Bench) -> Iterator[Figure]:
    """The storm of issue 4, in both modes."""
    if not usb_storm.possible():
        raise CannotMeasure("root and /sys/class/mem are needed: the overflows are the kernel's own")
    count, runs = bench.times(20_000, 1_000), bench.times(5, 2)
    for name, changing in MODES.items():
        told, alone = [], []
        for run in range(runs):
            bench.say(f"usb: {count // 2:,} plugs and pulls at ten ports, {name}, {run + 1} of {runs}")
            told.append(usb_storm.played(count, changing=changing))
            alone.append(usb_storm.played(1, changing=changing))
        yield from _figures(f"{count // 2:,} plugs and as many pulls at ten ports, {name}", count, told, alone)


def _figures(
    name: str, count: int, told: list[dict[str, Any]], alone: list[dict[str, Any]]
) -> Iterator[Figure]:
    overflows = sum(run["overflows"] for run in told) // len(told)
    yield Figure(
        name=f"{name}, {overflows} overflows: from the last change until the guard's table is what sysfs has",
        unit="s",
        values=[run["equal_s"] for run in told],
        reference="after one plug, with its player's end",
        reference_values=[run["equal_s"] for run in alone],
        limit=Limit(most=1),
    )
    yield Figure(
        name=f"{name}: devices that the table has wrong then",
        unit="devices",
        values=[run["wrong"] for run in told],
        reference="pyudev's MonitorObserver, a second later",
        reference_values=[run["observer_wrong"] for run in told],
        limit=Limit(most=0),
    )
    yield Figure(
        name=f"{name}: rows of the record",
        unit="rows",
        values=[run["rows"] for run in told],
        reference="plugs and pulls that were played",
        reference_values=[count] * len(told),
    )
    yield Figure(
        name=f"{name}: items for people",
        unit="items",
        values=[run["items"] for run in told],
        reference="plugs and pulls that were played",
        reference_values=[count] * len(told),
    )
