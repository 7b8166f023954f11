"""The supply, on a real upsd and beside Debian's upsmon: what is seen, how soon, and what it costs.

Each part is a file of its own with `figures(bench, directory)`; figures without a upsd are one more file and one more
name in PARTS.
"""

from collections.abc import Iterator

from scripts.benches import power_cost, power_lost, power_seen
from scripts.benches.frame import Bench, Figure

PARTS = (power_seen, power_lost, power_cost)


def measure(bench: Bench) -> Iterator[Figure]:
    """The figures of issue 3."""
    for part in PARTS:
        bench.say(f"power: {(part.__doc__ or '').splitlines()[0]}")
        directory = bench.directory / part.__name__.rpartition(".")[2]
        directory.mkdir()
        yield from part.figures(bench, directory)
