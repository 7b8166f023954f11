"""A pull in several processes: how one starts the others, and what one of the others does."""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from appliance.cli.shell import EXIT_FAILED, EXIT_OK
from appliance.province.crew import Crew, ends_with, secret_from, tell, tell_wrong
from appliance.province.fetch import Budget
from appliance.province.pull import Pull
from appliance.province.talk import Told
from appliance.province.wish import Wish

_PROGRESS_S = 0.2


class Asked:
    """A passphrase that is asked for once; `text` is '' as long as nobody needed it."""

    def __init__(self, ask: Callable[[], str]) -> None:
        self._ask, self.text = ask, ""

    def __call__(self) -> str:
        """What was typed."""
        self.text = self.text or self._ask()
        return self.text


def crew_of(
    args: argparse.Namespace, wish: Wish, *, told: Callable[[Told], None], asked: Asked | None, progress: bool
) -> Crew:
    """The other processes of the pull that `args` ask for, none where `wish` has one part."""

    def argv(number: int) -> list[str]:
        words = [sys.executable, "-m", "appliance", "province", "pull", "--home", str(args.home)]
        words += ["--part", f"{number}/{wish.part[1]}", "--at-once", str(wish.at_once), "--every", str(args.every)]
        words += ["--largest-gb", str(args.largest_gb), "--quota-gb", str(args.quota_gb)]
        words += ["--once"] * args.once + ["--no-open"] * args.no_open + ["--progress"] * progress
        return [*words, *args.venues]

    return Crew(argv, wish.part[1], told=told, secret=lambda: asked.text if asked else "", once=args.once)


def part_of(text: str) -> tuple[int, int]:
    """N/COUNT. Raises ArgumentTypeError."""
    number, _, count = text.partition("/")
    if not (number.isdigit() and count.isdigit() and 0 < int(number) < int(count) < 1000):
        raise argparse.ArgumentTypeError(f"{text[:20]!r}: N/COUNT was expected")
    return int(number), int(count)


def pull_part(args: argparse.Namespace, wish: Wish, until_ended: Callable[[Pull], AbstractContextManager[None]]) -> int:
    """One of the others: it tells in JSON what happens, and ends with the process that started it."""
    secret = secret_from(sys.stdin)
    if secret is None:
        return EXIT_FAILED
    heard = _some_progress(tell) if args.progress else _no_progress(tell)
    pull = Pull(args.home, wish, budget=Budget(), told=heard, passphrase=(lambda: secret) if secret else None)
    ends_with(sys.stdin, pull.ended)
    with until_ended(pull):
        pull.run()
    tell_wrong(pull.wrong, ended=True)
    return EXIT_OK


def _no_progress(told: Callable[[Told], None]) -> Callable[[Told], None]:
    return lambda one: told(one) if one.kind != "progress" else None


def _some_progress(told: Callable[[Told], None]) -> Callable[[Told], None]:
    """Of each venue's bytes five times a second, and the last ones."""
    last_s: dict[str, float] = {}

    def some(one: Told) -> None:
        now_s = time.monotonic()
        if one.kind == "progress" and one.done < one.total and now_s - last_s.get(one.venue, 0.0) < _PROGRESS_S:
            return
        last_s[one.venue] = now_s
        told(one)

    return some
