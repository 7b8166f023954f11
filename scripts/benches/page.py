"""The page: how big it is, how fast it answers with a long log, what open pages cost, how soon a fact is on it."""

import http.client
import random
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.client import ClientError
from scripts.benches.asked import HELLO, Address, answers, get
from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit
from scripts.benches.long_log import long_log
from scripts.benches.stage import (
    RUNNING,
    VENUE,
    Site,
    cpu_s,
    free_port,
    guard,
    in_memory,
    process,
    site,
    until_it,
)

ROOMS = 12  # of 25 seats
ROWS = 1_000_000
OPEN_PAGES = 50
POLL_S, JITTER_S = 3.0, 0.5  # as page.js asks
BATCHES = 5
LOST, OUTWARD = "停电中", "有程序连外网"  # what the page says then, and at no other time


@dataclass(frozen=True, slots=True)
class Stage:
    """A guard, its page and a bare Flask application beside it."""

    venue: Site
    page: "subprocess.Popen[bytes]"
    bare: "subprocess.Popen[bytes]"
    hello: Address


@dataclass(frozen=True, slots=True)
class Fact:
    """What happens, the word that a page shows for it, and whether the guard's own answer tells it."""

    name: str
    word: str
    holds: Callable[[dict[str, Any]], bool]


def measure(bench: Bench) -> Iterator[Figure]:
    """The figures of the chief examiner's page."""
    rows = bench.times(ROWS, 20_000)
    with in_memory() as world, _stage(bench, rows, world) as stage:
        yield _size(bench, stage)
        yield from _latency(bench, stage, rows)
        yield _report(bench, stage, rows)
        yield _open_pages(bench, stage)
        yield from _facts(bench, stage)


@contextmanager
def _stage(bench: Bench, rows: int, world: Path) -> Iterator[Stage]:
    bench.say(f"page: a log of {rows:,} rows for 300 seats")
    venue = site(bench.directory, now=RUNNING, played=world, rooms=ROOMS, network=True)
    log = long_log(bench.kept, rows, venue)
    venue.settings.log_directory.mkdir(parents=True)
    shutil.copyfile(log, venue.settings.log_directory / log.name)
    venue.world.do({"seats_on": "all"})
    hello = "127.0.0.1", free_port()
    with ExitStack() as stack:
        stack.enter_context(guard(venue))
        page_argv = [str(VENUE), "page", "--config", str(venue.config)]
        page = stack.enter_context(process(page_argv, bench.directory / "page.txt"))
        bare_argv = [sys.executable, "-c", HELLO, str(hello[1])]
        bare = stack.enter_context(process(bare_argv, bench.directory / "hello.txt"))
        until_it(lambda: answers(venue.url), page, bench.directory / "page.txt")
        until_it(lambda: answers(hello), bare, bench.directory / "hello.txt")
        yield Stage(venue, page, bare, hello)


def _size(bench: Bench, stage: Stage) -> Figure:
    own = len(get(stage.venue.url, "/")[2])
    files = ("/static/style.css", "/static/page.js", "/static/icon-ok.svg")
    beside = sum(len(get(stage.venue.url, path)[2]) for path in files)
    return Figure(
        name="the page with 300 seats, uncompressed", unit="KB", values=[own / 1000],
        reference="its three files", reference_values=[beside / 1000], limit=Limit(most=60),
    )  # fmt: skip


def _latency(bench: Bench, stage: Stage, rows: int) -> Iterator[Figure]:
    """Requests on a connection that stays open, one after the other: median and the slowest of a hundred."""
    count = bench.times(200, 20)
    ours: list[list[float]] = []
    bare: list[list[float]] = []
    for number in range(BATCHES):
        bench.say(f"page: {count} requests, {number + 1} of {BATCHES}")
        ours.append(_took_ms(stage.venue.url, "/", count))
        bare.append(_took_ms(stage.hello, "/", count))
    for name, part, most in (("median", 0.5, 5.0), ("99 of 100", 0.99, 25.0)):
        yield Figure(
            name=f"`GET /`, 300 seats, {rows:,} events, {name} of {count}", unit="ms",
            values=[_quantile(batch, part) for batch in ours],
            reference="a bare Flask application in waitress",
            reference_values=[_quantile(batch, part) for batch in bare], limit=Limit(most=most),
        )  # fmt: skip


def _report(bench: Bench, stage: Stage, rows: int) -> Figure:
    """The report of a sitting of that log: by kind and stretch."""
    count = bench.times(10, 2)
    return Figure(
        name=f"`GET /report/`, {rows:,} events", unit="ms",
        values=[statistics.median(_took_ms(stage.venue.url, "/report/", count)) for _ in range(BATCHES)],
        reference="`GET /` of the same page",
        reference_values=[statistics.median(_took_ms(stage.venue.url, "/", count)) for _ in range(BATCHES)],
    )  # fmt: skip


def _open_pages(bench: Bench, stage: Stage) -> Figure:
    """Fifty pages that ask as page.js does, each every three seconds."""
    seconds = bench.times(30, 4)
    ours, bare = [], []
    for number in range(bench.times(3, 1)):
        bench.say(f"page: {OPEN_PAGES} open pages for {seconds} s, {number + 1}")
        ours.append(_share(stage.page.pid, lambda: _polled(stage.venue.url, "/fragment", seconds)))
        bare.append(_share(stage.bare.pid, lambda: _polled(stage.hello, "/", seconds)))
    return Figure(
        name=f"{OPEN_PAGES} open pages", unit="% of a core", values=ours,
        reference="the bare application asked as often", reference_values=bare, limit=Limit(most=5),
    )  # fmt: skip


def _share(pid: int, does: Callable[[], None]) -> float:
    used_s, began_s = cpu_s(pid), time.monotonic()
    does()
    return (cpu_s(pid) - used_s) / (time.monotonic() - began_s) * 100


def _polled(address: Address, path: str, seconds: int) -> None:
    """All pages' questions one after the other, evenly, each with the tag it got last."""
    tag, every_s, until_s = "", POLL_S / OPEN_PAGES, time.monotonic() + seconds
    while time.monotonic() < until_s:
        tag = get(address, path, tag)[1]
        time.sleep(every_s)


def _facts(bench: Bench, stage: Stage) -> Iterator[Figure]:
    """From what happens to the page that shows it, seen by pages that ask at times of their own."""
    world = stage.venue.world

    def mains(level: str) -> Callable[[], None]:
        return lambda: world.do({"ups": {"ups.status": level}})

    def packet() -> None:
        world.do({"dropped": {"seat": "1-7", "kind": "tunnel", "packets": 3}})

    # A second forbidden packet is no news of its own: it joins the item of the first.
    lost = Fact("the mains fail", LOST, lambda now: now["power"][0]["state"] not in ("mains", "unknown"))
    yield from _fact(bench, stage, lost, mains("OB DISCHRG"), mains("OL"), 12)
    tried = Fact("a first forbidden packet", OUTWARD, lambda now: any(_is_try(i) for i in now["incidents"]))
    yield from _fact(bench, stage, tried, packet, None, 1)


def _is_try(incident: dict[str, Any]) -> bool:
    return bool(incident["cause_kind"] == "outward" and incident["state"] != "closed")


def _fact(
    bench: Bench,
    stage: Stage,
    fact: Fact,
    happens: Callable[[], None],
    ends: Callable[[], None] | None,
    turns: int,
) -> Iterator[Figure]:
    """What is looked for is on no page before: a word that stands there for other reasons too was once counted."""
    seen: list[float] = []
    guards: list[float] = []
    for turn in range(bench.times(turns, 1)):
        bench.say(f"page: {fact.name}, {turn + 1}")
        _gone(stage, fact)
        told = _Told(stage, fact)
        happened_s = time.monotonic()
        happens()
        pages, first = told.wait(happened_s)
        seen += pages
        guards += [first] * len(pages)
        if ends:
            ends()
    yield Figure(
        name=f"{fact.name} → a page that shows it, of {len(seen)}, the slowest", unit="s", values=[max(seen)],
        reference="the guard's own answer shows it", reference_values=[max(guards)], limit=Limit(most=4),
    )  # fmt: skip
    yield Figure(
        name=f"{fact.name} → a page that shows it", unit="s", values=seen,
        reference="the guard's own answer shows it", reference_values=guards,
    )  # fmt: skip


def _gone(stage: Stage, fact: Fact) -> None:
    until_s = time.monotonic() + 20
    while fact.word in get(stage.venue.url, "/fragment")[2].decode() or fact.holds(
        stage.venue.client.call("status")
    ):
        if time.monotonic() > until_s:
            raise CannotMeasure(f"the page does not stop to say {fact.word}")
        time.sleep(0.1)


class _Told:
    """Ten pages that ask every three seconds, and somebody who asks the guard all the time."""

    PAGES = 10
    LIMIT_S = 30.0

    def __init__(self, stage: Stage, fact: Fact) -> None:
        self._stage, self._fact = stage, fact
        self._seen: list[float] = []
        self._first = 0.0
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._page) for _ in range(self.PAGES)]
        self._threads.append(threading.Thread(target=self._ask))
        for thread in self._threads:
            thread.start()
        time.sleep(POLL_S)  # by now each page asks at a time of its own

    def wait(self, happened_s: float) -> tuple[list[float], float]:
        """After how many seconds each page showed it, and the guard. Raises CannotMeasure."""
        for thread in self._threads:
            thread.join(self.LIMIT_S)
        self._over.set()
        if len(self._seen) < self.PAGES or not self._first:
            raise CannotMeasure(f"{self.PAGES - len(self._seen)} pages never said {self._fact.word}")
        return [at - happened_s for at in self._seen], self._first - happened_s

    def _page(self) -> None:
        time.sleep(random.uniform(0, POLL_S))
        tag, until_s = "", time.monotonic() + self.LIMIT_S
        while time.monotonic() < until_s and not self._over.is_set():
            asked_s = time.monotonic()
            _, tag, body = get(self._stage.venue.url, "/fragment", tag)
            if self._fact.word in body.decode():
                self._seen.append(time.monotonic())
                return
            left_s = asked_s + POLL_S - random.uniform(0, JITTER_S) - time.monotonic()
            time.sleep(max(0.0, left_s))

    def _ask(self) -> None:
        until_s = time.monotonic() + self.LIMIT_S
        while time.monotonic() < until_s and not self._over.is_set():
            try:
                now: dict[str, Any] = self._stage.venue.client.call("status")
            except ClientError:
                continue
            if self._fact.holds(now):
                self._first = time.monotonic()
                return
            time.sleep(0.05)


def _took_ms(address: Address, path: str, count: int) -> list[float]:
    connection = http.client.HTTPConnection(*address, timeout=10)
    took = []
    for _ in range(count):
        began_s = time.perf_counter()
        connection.request("GET", path)
        connection.getresponse().read()
        took.append((time.perf_counter() - began_s) * 1000)
    connection.close()
    return took


def _quantile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]
