"""A sitting that is shipped while it runs, over a line of 5 Mbit/s that loses packets and breaks every minute."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from appliance.backup.outbox import bundles
from appliance.exam import arrival
from appliance.exam.arrival import Arrivals, expected_at
from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit
from tests.province import served
from tests.province.two import Two

NEEDED = ("ip", "tc", "nft")
NEAR, FAR = "prov-near", "prov-far"
ADDRESSES = {NEAR: "10.99.2.1", FAR: "10.99.2.2"}
TRACE = "province_line.json"
LOSS = (
    "add table ip lossy; add chain ip lossy in { type filter hook input priority 0; };"
    "add rule ip lossy in numgen random mod 100 < 2 drop"
)
CUT_EVERY_S, CUT_FOR_S = 60.0, 10.0
_MB = 1_000_000
_LOOK_S = 0.05
# A file that was written this moment is taken twice, and by the next bundle too: that is no load of a sitting's.
SETTLED_S = 0.2


def measure(bench: Bench) -> Iterator[Figure]:
    """One sitting, compressed in time: the line has more to do than in a real one of 150 minutes."""
    if os.geteuid() or any(shutil.which(name) is None for name in NEEDED):
        raise CannotMeasure("root, and apt install iproute2 nftables")
    deltas, size_mb, every_s = bench.times(100, 8), bench.times(3, 1), bench.times(8, 2)
    with _Namespaces():
        words = [str(deltas), str(size_mb), str(every_s), str(bench.directory)]
        venue = subprocess.Popen([*_inside(NEAR), sys.executable, "-m", __name__, *words], stdout=subprocess.PIPE)
        try:
            last_s, all_s, total = _course(bench, venue)
        finally:
            venue.kill()
            venue.wait()
    minutes = deltas * every_s / 60
    what = f"{total / _MB:.0f} MB in {minutes:.0f} min, 5 Mbit/s, 2 % loss, cut {CUT_FOR_S:.0f} s a minute"
    alone_s = total * 8 / 5e6
    yield Figure(
        name=f"{what}: the last bundle's receipt after `finish`", unit="s", values=[last_s],
        reference="all of it over the bare line", reference_values=[alone_s], limit=Limit(most=180),
    )  # fmt: skip
    yield Figure(
        name="the same: every bundle's receipt after `finish`", unit="s", values=[all_s],
        reference="all of it over the bare line", reference_values=[alone_s], limit=Limit(most=180),
    )  # fmt: skip
    trace = bench.directory / TRACE
    shutil.copy(trace, bench.kept / TRACE)
    yield from foretold(json.loads(trace.read_text(encoding="ascii")))


def foretold(trace: list[tuple[float, str, str, int]]) -> Iterator[Figure]:
    """What the page said, each time a bundle was published, of when all would be receipted; beside when it was.

    `trace` has (seconds, published or receipted, bundle, bytes), in the order in which it happened.
    """
    noon, found = datetime(2026, 9, 5, 4, tzinfo=UTC), Arrivals()
    ends_s = {name: at_s for at_s, kind, name, _ in trace if kind == "receipted"}
    told_s: list[float] = []
    took_s: list[float] = []
    for at_s, kind, name, size in trace:
        at = noon + timedelta(seconds=at_s)
        if kind == "receipted":
            found = arrival.receipted(found, name, at)
            continue
        found = arrival.published(found, name, size, at)
        if told := expected_at(found):
            told_s.append((told - at).total_seconds())
            took_s.append(max(ends_s[one] for one in found.waiting) - at_s)
    off = [100 * abs(told / took - 1) for told, took in zip(told_s, took_s, strict=True)]
    yield Figure(
        name=f"how far off the page was at `finish` ({told_s[-1]:.0f} s were foretold, {took_s[-1]:.0f} s it took)",
        unit="%", values=[off[-1]], reference="one who foretells what is usual",
        reference_values=[100 * abs(median(took_s) / took_s[-1] - 1)], limit=Limit(most=30),
    )  # fmt: skip
    yield Figure(
        name=f"how far off it was with each of {len(off)} bundles", unit="%", values=off,
        reference="one who foretells what is usual",
        reference_values=[100 * abs(median(took_s) / took - 1) for took in took_s], limit=Limit(most=30),
    )  # fmt: skip


def _course(bench: Bench, venue: "subprocess.Popen[bytes]") -> tuple[float, float, int]:
    """The pull beside the venue, and the line that breaks, until the venue says how it was."""
    assert venue.stdout is not None
    if venue.stdout.readline() != b"ready\n":
        raise CannotMeasure("the venue's side did not begin")
    home = bench.directory / "home"
    argv = [sys.executable, "-m", "appliance", "province", "pull", "--home", str(home), "--every", "5", "--json"]
    with (bench.directory / "pull.log").open("w") as log:
        puller = subprocess.Popen([*_inside(FAR), *argv], stdout=log)
    over = threading.Event()
    breaker = threading.Thread(target=_breaks, args=(over,))
    breaker.start()
    try:
        told = venue.stdout.readline().split()
    finally:
        over.set()
        breaker.join()
        puller.terminate()
        puller.wait()
    if len(told) != 3:
        raise CannotMeasure(f"the receipts did not come: {bench.directory / 'pull.log'}")
    return float(told[0]), float(told[1]), int(told[2])


def _breaks(over: threading.Event) -> None:
    while not over.wait(CUT_EVERY_S - CUT_FOR_S):
        _ip("-n", FAR, "link", "set", "v1", "down")
        over.wait(CUT_FOR_S)
        _ip("-n", FAR, "link", "set", "v1", "up")


def _inside(name: str) -> list[str]:
    return ["ip", "netns", "exec", name]


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class _Namespaces:
    """Two, with the line between them; a with block."""

    def __enter__(self) -> None:
        self.__exit__()
        for name in ADDRESSES:
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        _ip("link", "add", "v0", "netns", NEAR, "type", "veth", "peer", "name", "v1", "netns", FAR)
        for (name, address), device in zip(ADDRESSES.items(), ("v0", "v1"), strict=True):
            _ip("-n", name, "addr", "add", f"{address}/24", "dev", device)
            _ip("-n", name, "link", "set", device, "up")
            thin = ["tbf", "rate", "5mbit", "burst", "16k", "latency", "50ms"]
            subprocess.run([*_inside(name), "tc", "qdisc", "add", "dev", device, "root", *thin], check=True)
            subprocess.run([*_inside(name), "nft", LOSS], check=True)

    def __exit__(self, *_: object) -> None:
        for name in ADDRESSES:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def _venue(deltas: int, size_mb: int, every_s: float, place: Path) -> None:
    """The venue's side, in its namespace: tells `ready`, and then seconds, seconds, bytes."""
    two = Two(place)
    two.publish(sitting="am")
    two.known()
    site = served.Served(two, host=ADDRESSES[NEAR])
    trace: list[tuple[float, str, str, int]] = []
    threading.Thread(target=_notes, args=(site, trace), daemon=True).start()
    print("ready", flush=True)
    begun_s = time.monotonic()
    for number in range(1, deltas + 1):
        (two.answers / "1" / f"scan{number}.bin").write_bytes(os.urandom(size_mb * _MB))
        time.sleep(SETTLED_S)
        last = two.publish("delta", sitting="am")
        trace.append((time.monotonic(), "published", last.name, last.data.stat().st_size))
        if number < deltas:
            time.sleep(max(0.0, begun_s + number * every_s - time.monotonic()))
    finish_s = time.monotonic()
    wanted, last_s = {bundle.name for bundle in bundles(two.state)}, 0.0
    while missing := wanted - {json.loads(one["receipt"])["bundle"] for one in list(site.receipts)}:
        if not last_s and last.name not in missing:
            last_s = time.monotonic() - finish_s
        if time.monotonic() - finish_s > 600:
            return
        time.sleep(0.1)
    all_s = time.monotonic() - finish_s
    time.sleep(2 * _LOOK_S)
    (place / TRACE).write_text(json.dumps(sorted(trace)), encoding="ascii")
    print(last_s or all_s, all_s, sum(bundle.data.stat().st_size for bundle in bundles(two.state)), flush=True)
    site.close()


def _notes(site: served.Served, trace: list[tuple[float, str, str, int]]) -> None:
    """When each receipt came."""
    seen = 0
    while not site.over.wait(_LOOK_S):
        for one in list(site.receipts)[seen:]:
            seen += 1
            trace.append((time.monotonic(), "receipted", json.loads(one["receipt"])["bundle"], 0))


if __name__ == "__main__":
    _venue(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]))
