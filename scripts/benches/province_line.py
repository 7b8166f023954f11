"""A sitting that is shipped while it runs, over a line of 5 Mbit/s that loses packets and breaks every minute."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from appliance.backup.outbox import bundles
from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit
from tests.province import served
from tests.province.two import Two

NEEDED = ("ip", "tc", "nft")
NEAR, FAR = "thin-venue", "thin-prov"
ADDRESSES = {NEAR: "10.99.2.1", FAR: "10.99.2.2"}
LOSS = (
    "add table ip lossy; add chain ip lossy in { type filter hook input priority 0; };"
    "add rule ip lossy in numgen random mod 100 < 2 drop"
)
CUT_EVERY_S, CUT_FOR_S = 60.0, 10.0
_MB = 1_000_000


def measure(bench: Bench) -> Iterator[Figure]:
    """One sitting, compressed in time: the line has more to do than in a real one of 150 minutes."""
    if os.geteuid() or any(shutil.which(name) is None for name in NEEDED):
        raise CannotMeasure("root, and apt install iproute2 nftables")
    deltas, size_mb, every_s = bench.times(100, 3), bench.times(3, 1), bench.times(8, 2)
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
    print("ready", flush=True)
    begun_s = time.monotonic()
    for number in range(1, deltas + 1):
        (two.answers / "1" / f"scan{number}.bin").write_bytes(os.urandom(size_mb * _MB))
        last = two.publish("delta", sitting="am")
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
    print(last_s or all_s, all_s, sum(bundle.data.stat().st_size for bundle in bundles(two.state)), flush=True)
    site.close()


if __name__ == "__main__":
    _venue(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]))
