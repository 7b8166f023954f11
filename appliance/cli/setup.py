"""`venue setup`: the technician's first hour at the box, step by step, without an editor."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from appliance.cli import setup_box, setup_rest
from appliance.cli.closed import MISSING, closed, exit_code
from appliance.cli.setup_bench import INTERRUPTED, Bench, StepFailed
from appliance.cli.setup_talk import Talk, Unanswered
from appliance.cli.shell import (
    EXIT_CONFIG,
    EXIT_USAGE,
    add_config,
    language,
    say,
    say_faults,
)
from appliance.config import ConfigError
from appliance.setup import answers
from appliance.setup.document import DocumentFault
from appliance.words import label
from appliance.words.setup.closed import closed_sentence

STEPS: tuple[tuple[str, Callable[[Bench], None]], ...] = (
    ("venue", setup_box.venue),
    ("ports", setup_box.sockets),
    ("ups", setup_box.ups),
    ("seats", setup_rest.seats),
    ("backup", setup_rest.backup),
    ("plug", setup_rest.plug),
    ("check", setup_rest.check),
)


ONLY = "only this step: 1 venue file, 2 sockets, 3 UPS, 4 seats, 5 backup, 6 plug, 7 check"
AGAIN = -1  # of a step: a person wants it once more


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = verbs.add_parser("setup", help="set the box up, step by step, without an editor")
    add_config(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--step", type=int, choices=range(1, len(STEPS) + 1), help=ONLY)
    which.add_argument(
        "--from", dest="begin", type=int, choices=range(1, len(STEPS) + 1), help="from this step on"
    )
    parser.add_argument(
        "--answers", type=Path, metavar="FILE", help="answer every question from this file (TOML)"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would be written, and write nothing"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Goes through the steps; the exit code is that of the step that failed, else that of `venue check`."""
    tongue = language()
    try:
        given: Mapping[str, object] | None = answers.read(args.answers) if args.answers else None
    except ConfigError as error:
        say_faults(error.faults)
        return EXIT_CONFIG
    if given is None and not sys.stdin.isatty():
        say(label(tongue, "setup_no_terminal"))
        return EXIT_USAGE
    bench = Bench(config=args.config, talk=Talk(tongue, given), dry=args.dry_run)
    if closed(args, package=True) and not closed(args):
        bench.talk.tell("setup_mid_exam")
    numbers = [args.step] if args.step else range(args.begin or 1, len(STEPS) + 1)
    begun = False
    for number in numbers:
        # Before each: an hour goes by at the terminal, and the chief examiner may seal meanwhile.
        while (code := _refused(args, begun=begun) or _step(bench, number)) == AGAIN:
            begun = True
        if code is not None:
            return code
        begun = True
    bench.talk.tell("setup_done")
    if len(numbers) > 1 and not bench.dry:
        bench.talk.tell("setup_next")
    return bench.code


def _refused(args: argparse.Namespace, *, begun: bool) -> int | None:
    """An exit code where the box may not be changed now, with the reason said.

    A record that is missing is not missed by who has `begun`: setup itself makes the box somebody's, and the guard that
    would write one may not have come up yet.
    """
    why = closed(args)
    if not why or (begun and why == MISSING):
        return None
    say(closed_sentence(language(), why))
    return exit_code(why)


def _step(bench: Bench, number: int) -> int | None:
    """One step; an exit code where it ended the setup. Whatever ends it, what was written stands."""
    name, act = STEPS[number - 1]
    talk, words = bench.talk, label(bench.talk.tongue, f"setup_step_{name}")
    print()
    talk.tell("setup_step", number=number, count=len(STEPS), name=words)
    try:
        act(bench)
    except (KeyboardInterrupt, EOFError):
        print()
        say(label(talk.tongue, "setup_stopped", number=number, name=words))
        return INTERRUPTED
    except Unanswered as error:
        say(label(talk.tongue, "setup_unanswered", place=str(error)))
        return EXIT_CONFIG
    except DocumentFault as error:
        say(str(error))
        return EXIT_CONFIG
    except StepFailed as error:
        if str(error):
            say(str(error))
        if _again(talk):
            return AGAIN
        say(label(talk.tongue, "setup_failed", number=number, name=words))
        return error.code
    return None


def _again(talk: Talk) -> bool:
    """Whether a person wants to do the step once more: a path that was mistyped is no reason to begin anew."""
    try:
        return not talk.alone and talk.yes("", "setup_again", default=True)
    except (KeyboardInterrupt, EOFError):
        print()
        return False
