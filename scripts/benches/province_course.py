"""One sitting shipped while it runs over a line of its own: the venue in one network namespace, the pull in another."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from appliance.backup.bundle import Published
from appliance.backup.outbox import bundles
from scripts.benches.frame import CannotMeasure
from tests.province import served
from tests.province.two import Two

MB = 1_000_000
LIMIT_S = 900.0
_LOOK_S = 0.05
# A file that was written this moment is taken twice, and by the next bundle too: that is no load of a sitting's.
SETTLED_S = 0.2
Trace = list[tuple[float, str, str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A line, and what is shipped over it: `deltas` bundles of `size_mb` (at random between the two, evenly by their
    logarithm) every `every_s` seconds, the last of them `final` times as large; it is asked every `asks_s`.

    The line has `mbit` a second and loses `loss` percent; it breaks for `cut_s` seconds (at random between the two)
    every `cut_every_s`, or about so often where `seed` is not 0; 0 for never.
    """

    number: int
    mbit: float = 5.0
    loss: int = 2
    deltas: int = 100
    size_mb: tuple[float, float] = (3.0, 3.0)
    every_s: float = 8.0
    final: float = 1.0
    asks_s: float = 5.0
    cut_every_s: float = 60.0
    cut_s: tuple[float, float] = (10.0, 10.0)
    seed: int = 0

    @property
    def near(self) -> str:
        """The venue's namespace."""
        return f"prov-near{self.number}"

    @property
    def far(self) -> str:
        """The province's."""
        return f"prov-far{self.number}"

    def sizes(self) -> list[int]:
        """Bytes of each bundle's answers."""
        chance, (least, most) = random.Random(f"sizes {self.seed}"), self.size_mb
        found = [int(MB * least * (most / least) ** chance.random()) for _ in range(self.deltas)]
        return [*found[:-1], int(found[-1] * self.final)]


def course(one: Course, place: Path) -> Trace:
    """What happened when: (seconds, kind, bundle, bytes); `finish` once, `published` with the sealed file's size,
    `asked` for the list, `receipted`. In the order in which it happened. Raises CannotMeasure, CalledProcessError."""
    place.mkdir(exist_ok=True)
    with Namespaces(one):
        words = [json.dumps({**_plain(one)}), str(place)]
        argv = [*_inside(one.near), sys.executable, "-m", __name__, *words]
        venue = subprocess.Popen(argv, stdout=subprocess.PIPE)
        try:
            return _together(one, place, venue)
        finally:
            venue.kill()
            venue.wait()


def _plain(one: Course) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def _together(one: Course, place: Path, venue: "subprocess.Popen[bytes]") -> Trace:
    """The pull beside the venue, and the line that breaks, until the venue says that it is over."""
    assert venue.stdout is not None
    if venue.stdout.readline() != b"ready\n":
        raise CannotMeasure("the venue's side did not begin")
    argv = [sys.executable, "-m", "appliance", "province", "pull", "--home", str(place / "home"), "--json"]
    with (place / "pull.log").open("w") as log:
        puller = subprocess.Popen([*_inside(one.far), *argv, "--every", str(one.asks_s)], stdout=log, stderr=log)
    over = threading.Event()
    breaker = threading.Thread(target=_breaks, args=(one, over))
    breaker.start()
    try:
        raw = venue.stdout.readline()
    finally:
        over.set()
        breaker.join()
        puller.terminate()
        puller.wait()
    if not raw:
        raise CannotMeasure(f"the receipts did not come: {place / 'pull.log'}")
    return [(float(at_s), str(kind), str(name), int(size)) for at_s, kind, name, size in json.loads(raw)]


def _breaks(one: Course, over: threading.Event) -> None:
    chance = random.Random(f"cuts {one.seed}")
    while one.cut_every_s:
        cut_s = chance.uniform(*one.cut_s)
        up_s = one.cut_every_s - cut_s
        if over.wait(min(4 * up_s, chance.expovariate(1 / up_s)) if one.seed else up_s):
            return
        ip("-n", one.far, "link", "set", "v1", "down")
        over.wait(cut_s)
        ip("-n", one.far, "link", "set", "v1", "up")


def _inside(name: str) -> list[str]:
    return ["ip", "netns", "exec", name]


def ip(*words: str) -> None:
    """Raises CalledProcessError."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Namespaces:
    """Two, with the line between them; a with block."""

    def __init__(self, one: Course) -> None:
        self._course = one

    def __enter__(self) -> None:
        self.__exit__()
        one, devices = self._course, {self._course.near: "v0", self._course.far: "v1"}
        for name in devices:
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("link", "add", "v0", "netns", one.near, "type", "veth", "peer", "name", "v1", "netns", one.far)
        lossy = "add table ip lossy; add chain ip lossy in { type filter hook input priority 0; };"
        lossy += f"add rule ip lossy in numgen random mod 100 < {one.loss} drop" if one.loss else ""
        for number, (name, device) in enumerate(devices.items(), 1):
            ip("-n", name, "addr", "add", f"10.99.2.{number}/24", "dev", device)
            ip("-n", name, "link", "set", device, "up")
            thin = ["tbf", "rate", f"{one.mbit}mbit", "burst", "16k", "latency", "50ms"]
            subprocess.run([*_inside(name), "tc", "qdisc", "add", "dev", device, "root", *thin], check=True)
            subprocess.run([*_inside(name), "nft", lossy], check=True)

    def __exit__(self, *_: object) -> None:
        for name in (self._course.near, self._course.far):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def _venue(one: Course, place: Path) -> None:
    """The venue's side, in its namespace: tells `ready`, and then the trace."""
    two = Two(place)
    two.publish(sitting="am")
    two.known()
    site = served.Served(two, host="10.99.2.1")
    trace: Trace = []
    threading.Thread(target=_notes, args=(site, trace.append), daemon=True).start()
    print("ready", flush=True)
    begun_s = time.monotonic()
    for number, size in enumerate(one.sizes(), 1):
        (two.answers / "1" / f"scan{number}.bin").write_bytes(os.urandom(size))
        time.sleep(SETTLED_S)
        last: Published = two.publish("delta", sitting="am")
        if number == one.deltas:
            trace.append((time.monotonic(), "finish", last.name, 0))
        trace.append((time.monotonic(), "published", last.name, last.data.stat().st_size))
        if number < one.deltas:
            time.sleep(max(0.0, begun_s + number * one.every_s - time.monotonic()))
    wanted, ends_s = {bundle.name for bundle in bundles(two.state)}, time.monotonic() + LIMIT_S
    while wanted - {name for _, kind, name, _ in list(trace) if kind == "receipted"}:
        if time.monotonic() > ends_s:
            return
        time.sleep(0.1)
    print(json.dumps(sorted(trace)), flush=True)
    site.close()


def _notes(site: served.Served, told: Callable[[tuple[float, str, str, int]], None]) -> None:
    """When the list was asked for, a bundle's file, and when each receipt came."""
    seen = asked = 0
    while not site.over.wait(_LOOK_S):
        now_s = time.monotonic()
        for path, _ in list(site.asked)[asked:]:
            asked += 1
            if path.startswith("/pull/v1/manifests"):
                told((now_s, "asked", "", 0))
            elif path.endswith(".age"):
                told((now_s, "fetched", Path(path).name.partition(".")[0], 0))
        for one in list(site.receipts)[seen:]:
            seen += 1
            told((now_s, "receipted", json.loads(one["receipt"])["bundle"], 0))


if __name__ == "__main__":
    _given = json.loads(sys.argv[1])
    _venue(Course(**{key: tuple(v) if isinstance(v, list) else v for key, v in _given.items()}), Path(sys.argv[2]))
