"""USB devices that lie, and how soon the bus is looked at: a million mutated descriptors, uevents under umockdev."""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

from hw import usb_simulated
from hw.usb import devices_directory, scan
from hw.usb_device import told_by
from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit, elapsed_ms, in_turn
from tests.lab import umockdev
from tests.lab.umockdev_devices import DEVICES
from tests.lab.umockdev_mutants import mutant, try_by_hypothesis, violation

BLOCKS = 20
DEVICES_SCANNED = 10


class Violated(Exception):
    """A mutated descriptor was read as it must not be; the message has its bytes."""


def measure(bench: Bench) -> Iterator[Figure]:
    """The figures of issue 4 for what is in hw."""
    for part in (_mutants, _scan, _uevents):
        bench.say(f"usb_descriptors: {(part.__doc__ or '').splitlines()[0]}")
        yield from part(bench)


def _mutants(bench: Bench) -> Iterator[Figure]:
    """Mutated descriptors, each judged: nothing raised, hidden, or taken for the original."""
    count = bench.times(1_000_000, 20_000)
    by_hypothesis = bench.times(20_000, 500)
    dice, names = random.Random(4), list(DEVICES)
    ours_us: list[float] = []
    reference_us: list[float] = []
    for block in range(BLOCKS):
        bench.say(f"  {block * count // BLOCKS:,} of {count:,}")
        made = []
        for _ in range(count // BLOCKS):
            original = DEVICES[names[int(dice.random() * len(names))]]
            other = DEVICES[names[int(dice.random() * len(names))]]
            made.append((original, *mutant(original, other, dice)))
        ours_us.append(elapsed_ms(lambda made=made: [told_by(one[1]) for one in made]) / len(made) * 1000)
        reference_us.append(
            elapsed_ms(lambda made=made: [hashlib.sha256(one[1]).hexdigest() for one in made])
            / len(made)
            * 1000
        )
        for original, changed, untouched in made:
            if wrong := violation(original, changed, untouched):
                raise Violated(f"{wrong}: {changed.hex()}")
    bench.say(f"  {by_hypothesis:,} by hypothesis")
    try_by_hypothesis(by_hypothesis)
    name = f"a mutated device is classified ({count:,} plain mutants, {by_hypothesis:,} by hypothesis, 0 violations)"
    yield Figure(
        name=name,
        unit="µs",
        values=ours_us,
        reference="the SHA-256 of its descriptors",
        reference_values=reference_us,
    )


def _scan(bench: Bench) -> Iterator[Figure]:
    """Ten devices are read."""
    usb_simulated.make_bus(bench.directory, authorized_default=0)
    for number in range(1, DEVICES_SCANNED + 1):
        usb_simulated.plug(bench.directory, f"1-{number}", serial=f"{number:08}")
    values, reference = in_turn(
        bench.times(300, 30),
        lambda: elapsed_ms(lambda: scan(bench.directory)),
        lambda: elapsed_ms(lambda: _read_all(devices_directory(bench.directory))),
    )
    yield Figure(
        name=f"a look at the whole bus ({DEVICES_SCANNED} devices)",
        unit="ms",
        values=values,
        reference="the same files are read one by one",
        reference_values=reference,
        limit=Limit(most=10),
    )


def _read_all(directory: Path) -> None:
    for device in directory.iterdir():
        for attribute in device.iterdir():
            attribute.read_bytes()


def _uevents(bench: Bench) -> Iterator[Figure]:
    """From a uevent to the end of the wait, and to the bus read, under umockdev."""
    if lack := umockdev.missing():
        raise CannotMeasure(lack)
    waited: dict[str, list[float]] = {"waited_ms": [], "with_scan_ms": [], "polled_ms": []}
    for _ in range(bench.times(10, 2)):
        told = umockdev.play("latency", str(bench.times(200, 50)))
        for name, kept in waited.items():
            taken = told[name]
            if not isinstance(taken, list):
                raise CannotMeasure(f"umockdev's scene told {taken!r}")
            kept += taken
    for name, what in (("waited_ms", "the wait for it ends"), ("with_scan_ms", "the bus has been read")):
        for percent, most in ((50, 2.0), (99, 10.0)):
            yield Figure(
                name=f"from a uevent until {what}, p{percent}",
                unit="ms",
                values=[_percentile(waited[name], percent)],
                reference="pyudev's own poll",
                reference_values=[_percentile(waited["polled_ms"], percent)],
                limit=Limit(most=most),
            )


def _percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
