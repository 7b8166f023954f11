"""Processes that do one thing only, for their cost to be read: the guard's watchers alone, or polls without a pause."""

import argparse
import gc
import itertools
import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from appliance import daemon
from appliance.daemon.instruments import watchers
from appliance.events.readings import Reading
from hw.ups import NutOptions, UpsError, open_ups
from scripts.benches.stage import rss_mb

FULL_EVERY_S = 0.005  # polls without a pause come a thousand times faster: about as many lists among them


def main() -> int:
    """`watch CONFIG` until SIGTERM; `polls PORT UPS POLLS RECONNECTS` prints what was held before and after."""
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("watch").add_argument("config", type=Path)
    polls = verbs.add_parser("polls")
    polls.add_argument("port", type=int)
    polls.add_argument("ups")
    polls.add_argument("polls", type=int)
    polls.add_argument("reconnects", type=int)
    args = parser.parse_args()
    if args.verb == "watch":
        _watch(args.config)
    else:
        print(json.dumps(_polls(args.port, args.ups, args.polls, args.reconnects)))
    return 0


def _watch(config: Path) -> None:
    """The watchers of a configuration, as the guard makes them; what they post goes nowhere."""
    posts = itertools.count()

    def post(instrument: str, reading: Reading) -> None:
        next(posts)

    running = watchers(daemon.read(config), post=post, rate=lambda: 1.0)
    for watcher in running:
        watcher.start()
    signal.sigwait([signal.SIGTERM])
    for watcher in running:
        watcher.stop()


def _polls(port: int, ups: str, polls: int, reconnects: int) -> dict[str, float]:
    """Half of the new connections follow a hang-up of ours, half an error: each closes the one before."""
    reader = open_ups("nut", NutOptions(ups=ups, port=port, full_every_s=FULL_EVERY_S))
    nobody = open_ups("nut", NutOptions(ups="nobody", port=port))
    held: list[tuple[int, float]] = []
    for count, breaks in (
        (polls // 20, reconnects // 20),
        (polls, reconnects),
    ):  # the first for what is made once
        every = max(1, count // max(1, breaks))
        began_s = time.perf_counter()
        for number in range(count):
            if number % every == 0 and number // every % 2:
                reader.close()
            elif number % every == 0:
                with suppress(UpsError):
                    nobody.read()
            reader.read()
        took_s = time.perf_counter() - began_s
        gc.collect()
        held.append((len(os.listdir("/proc/self/fd")), rss_mb(os.getpid())))
    (fds, rss), (fds_after, rss_after) = held
    return {
        "fds": fds,
        "fds_after": fds_after,
        "mb": rss,
        "mb_after": rss_after,
        "poll_us": 1e6 * took_s / polls,
    }


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])  # before a thread is: all inherit it
    sys.exit(main())
