"""The line's rules in a network namespace: loaded, swapped for others, a window opened and closed, the drift audit."""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from appliance.clock import SystemClock
from appliance.enforce.firewall.firewall import NFT, Firewall
from appliance.enforce.firewall.ruleset import render
from appliance.events.network import NetworkPlan
from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit, elapsed_ms, in_turn
from tests.enforce.firewall import kernel
from tests.enforce.firewall.kernel import PAPER, PULL, Kernel
from tests.lab.net import within

VENUE_SEATS, MANY_SEATS = 96, 300
THROUGH = "=10.50.0.2>198.51.100.10:443/tcp"


def measure(bench: Bench) -> Iterator[Figure]:
    """Root and nft are needed. Raises CannotMeasure."""
    if lack := kernel.missing():
        raise CannotMeasure(lack)
    with Kernel(f"venue-bench-{os.getpid()}") as box:
        for name in ("eth0", "eth1", "eth2", "eth3"):
            box.run("ip", "link", "add", name, "type", "veth", "peer", "name", f"{name}-far")
        with within(Path("/run/netns") / box.name):
            yield from _loads(bench)
            yield from _windows(bench)


def _plan(seats: int) -> NetworkPlan:
    return kernel.plan("bridge", seats=seats, box_ports=True)


def _load(text: str) -> None:
    subprocess.run([NFT, "-f", "-"], input=text.encode(), check=True, timeout=30)


def _flush_and_load(text: str) -> None:
    subprocess.run([NFT, "flush", "ruleset"], check=True, timeout=30)
    _load(text)


def _loads(bench: Bench) -> Iterator[Figure]:
    yield _loaded(bench, "all rules are loaded anew", VENUE_SEATS)
    yield _loaded(bench, "the plan is swapped for another", MANY_SEATS)


def _loaded(bench: Bench, what: str, seats: int) -> Figure:
    text = render(_plan(seats), [PAPER, PULL])
    values, reference = in_turn(
        bench.times(60, 6),
        lambda: elapsed_ms(lambda: _load(text)),
        lambda: elapsed_ms(lambda: _flush_and_load(text)),
    )
    return Figure(
        name=f"{what} ({seats} seats), nobody's packet in between",
        unit="ms",
        values=values,
        reference="nft flush ruleset, then the same file: open in between",
        reference_values=reference,
        limit=Limit(most=50),
    )


def _windows(bench: Bench) -> Iterator[Figure]:
    clock = SystemClock()
    wall = Firewall(_plan(VENUE_SEATS), wall=clock.wall, mono_s=clock.mono_s)
    wall.hold("closed")
    end = int(datetime.now(tz=UTC).timestamp()) + 3600
    levels = iter([f"closed paper@w{end}{THROUGH}", "closed"] * bench.times(60, 6))
    values, reference = in_turn(
        bench.times(60, 6),
        lambda: elapsed_ms(lambda: wall.hold(next(levels))),
        lambda: elapsed_ms(lambda: _load("")),
    )
    yield Figure(
        name="a window is opened or closed, ports and switches looked at",
        unit="ms",
        values=values,
        reference="nft reads an empty file",
        reference_values=reference,
        limit=Limit(most=30),
    )
    wall.hold("closed")
    values, reference = in_turn(
        bench.times(60, 6),
        lambda: elapsed_ms(wall.read),
        lambda: elapsed_ms(
            lambda: subprocess.run(
                [NFT, "-j", "list", "ruleset"], check=True, stdout=subprocess.DEVNULL, timeout=30
            )
        ),
    )
    yield Figure(
        name="a look whether anybody changed anything",
        unit="ms",
        values=values,
        reference="nft -j list ruleset, nothing compared",
        reference_values=reference,
    )
