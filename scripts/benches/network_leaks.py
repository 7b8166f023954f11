"""What comes out of a venue in network namespaces, with the product's rules and, beside it, without.

The lab is that of the tests (tests/lab/net.py); it needs root, nftables and iproute2.
"""

from collections.abc import Iterator

from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit
from tests.lab import net, net_reload
from tests.lab.net import TOPOLOGIES, Lab
from tests.lab.net_plan import load
from tests.lab.net_shoot import leaks, open_wide


def measure(bench: Bench) -> Iterator[Figure]:
    """Attacks, reloads, killed reloads and ends of windows, in each shape of network."""
    if lack := net.missing():
        raise CannotMeasure(lack)
    for topology in TOPOLOGIES:
        yield from _attacks(bench, topology)
        yield from _reloads(bench, topology)
        yield from _kills(bench, topology)
        yield from _ends(bench, topology)


def _attacks(bench: Bench, topology: str) -> Iterator[Figure]:
    bench.say(f"{topology}: every kind of attack")
    held, control = [], []
    for _ in range(bench.times(10, 1)):
        with Lab(topology) as lab:
            open_wide(lab)
            control.append(float(len(leaks(lab))))
            load(lab)
            held.append(float(len(leaks(lab))))
    yield Figure(
        name=f"{topology}: kinds of attack that come out",
        unit="kinds",
        values=held,
        reference="without rules",
        reference_values=control,
        limit=Limit(most=0),
    )


def _reloads(bench: Bench, topology: str) -> Iterator[Figure]:
    times = bench.times(500, 20)
    bench.say(f"{topology}: {times} reloads under full load")
    with Lab(topology) as lab:
        open_wide(lab)
        done = net_reload.reload(lab, times)
    with Lab(topology) as lab:
        open_wide(lab)
        control = net_reload.flush_and_reload(lab, times)
    yield _frames(
        f"{topology}: frames that come out during {times} reloads", done.load.leaked, control.load.leaked
    )
    yield _lost(f"{topology}: exam frames lost during {times} reloads", done)
    yield Figure(
        name=f"{topology}: a reload under full load, {net_reload.SEATS} seats",
        unit="ms",
        values=done.took_ms,
        reference="rules of two seats, flushed first, by two commands",
        reference_values=control.took_ms,
    )


def _kills(bench: Bench, topology: str) -> Iterator[Figure]:
    times = bench.times(100, 10)
    bench.say(f"{topology}: nft killed until {times} reloads had no end")
    with Lab(topology) as lab:
        open_wide(lab)
        done = net_reload.kill_in_reload(lab, times)
    with Lab(topology) as lab:
        open_wide(lab)
        control = net_reload.flush_and_reload(lab, times)
    what = f"nft is killed in {done.killed} reloads"
    yield _frames(f"{topology}: frames that come out while {what}", done.load.leaked, control.load.leaked)
    yield _lost(f"{topology}: exam frames lost while {what}", done)


def _ends(bench: Bench, topology: str) -> Iterator[Figure]:
    bench.say(f"{topology}: windows that run out")
    late_ms: list[float] = []
    for _ in range(bench.times(20, 2)):
        with Lab(topology) as lab:
            open_wide(lab)
            late_ms.append(max(net_reload.closes(lab, 1.0)) * 1000)
    yield Figure(
        name=f"{topology}: how much longer than its time a window was open, nobody alive",
        unit="ms",
        values=[max(late_ms)],
        reference="its time",
        reference_values=[1000.0],
        limit=Limit(most=50),
    )


def _frames(name: str, leaked: int, control: int) -> Figure:
    return Figure(
        name=name,
        unit="frames",
        values=[float(leaked)],
        reference="flushed first, by two commands",
        reference_values=[float(control)],
        limit=Limit(most=0),
    )


def _lost(name: str, done: net_reload.Result) -> Figure:
    return Figure(
        name=name,
        unit="frames",
        values=[float(done.load.lost)],
        reference=f"sent, beside {done.load.attacks:,} of attacks",
        reference_values=[float(done.load.sent)],
        limit=Limit(most=0),
    )
