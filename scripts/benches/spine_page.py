"""The page of a running sitting: each kind of request beside a bare application, and what the process holds."""

import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.benches.asked import HELLO, Address, answers, get, timed
from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit, in_turn
from scripts.benches.long_log import long_log
from scripts.benches.stage import (
    RUNNING,
    VENUE,
    free_port,
    guard,
    process,
    rss_mb,
    site,
    until_it,
)


def page_of_a_sitting(bench: Bench, directory: Path) -> Iterator[Figure]:
    """The page of a running sitting: 100 seats, two of them gone, 100,000 events in the log."""
    rows = bench.times(100_000, 40_000)
    venue = site(directory, now=RUNNING)
    log = long_log(bench.kept, rows, venue)
    venue.settings.log_directory.mkdir(parents=True)
    shutil.copyfile(log, venue.settings.log_directory / log.name)
    venue.world.do({"seats_on": "all"})
    hello = "127.0.0.1", free_port()
    hello_argv = [sys.executable, "-c", HELLO, str(hello[1])]
    page_argv = [str(VENUE), "page", "--config", str(venue.config)]
    with (
        guard(venue),
        process(page_argv, directory / "page.txt") as page,
        process(hello_argv, directory / "hello.txt") as bare,
    ):
        until_it(lambda: answers(venue.url), page, directory / "page.txt")
        until_it(lambda: answers(hello), bare, directory / "hello.txt")
        yield from _requests(bench, venue.url, hello, rows)
        for _ in range(200):
            get(venue.url, "/")
            get(hello, "/")
        yield Figure(
            name="page process after 200 requests, resident", unit="MB", values=[rss_mb(page.pid)],
            reference="the bare Flask application", reference_values=[rss_mb(bare.pid)], limit=Limit(most=50),
        )  # fmt: skip


def _requests(bench: Bench, page: Address, hello: Address, rows: int) -> Iterator[Figure]:
    """Each kind of request, in turn with the bare application's. A second's rest makes the page ask its guard."""
    tag = get(page, "/fragment")[1]
    for name, path, rest_s, count in (
        (f"`GET /`, asking the guard anew (100 seats, {rows:,} events)", "/", 1.05, bench.times(30, 3)),
        ("`GET /` within the same second", "/", 0.0, bench.times(200, 20)),
        ("`GET /fragment` with If-None-Match, asking anew", "/fragment", 1.05, bench.times(30, 3)),
    ):

        def asked(path: str = path, rest_s: float = rest_s) -> float:
            nonlocal tag
            time.sleep(rest_s)
            wanted = 304 if path == "/fragment" else 200
            for _ in range(5):  # the tag moves with each minute
                took_ms, status, tag = timed(page, path, tag)
                if status == wanted:
                    return took_ms
            raise CannotMeasure(f"GET {path}: {status}")

        ours, bare = in_turn(count, asked, lambda: timed(hello, "/")[0])
        yield Figure(
            name=name, unit="ms", values=ours, reference="a bare Flask application in waitress",
            reference_values=bare, limit=Limit(most=20),
        )  # fmt: skip
