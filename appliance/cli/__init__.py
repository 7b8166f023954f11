"""The `venue` command: one verb, one function. Only the asked verb's file is loaded."""

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Sequence

from appliance import __version__
from appliance.cli.shell import EXIT_CONFIG, EXIT_USAGE, language, say_faults
from appliance.cli.spoken import spoken, understood
from appliance.config import ConfigError

# verb: file of this room that adds it, one line of help
VERBS: dict[str, tuple[str, str]] = {
    "run": ("guard", "the guard, in the foreground"),
    "page": ("page", "the status page"),
    "demo": ("demo", "guard and page together on simulated hardware, a day played fast"),
    "status": ("status", "the verdict and everything below it"),
    "events": ("events", "the event log"),
    "log": ("events", "verify the event log's hash chain"),
    "sitting": ("day", "list, delay, extend, finish a sitting"),
    "check": ("check", "readiness for the seal, each point with its reason; what people say of it"),
    "seal": ("seal", "seal the venue for a batch: two people, two PINs; its certificate"),
    "unseal": ("seal", "lift the seal: two people, two PINs"),
    "drill": ("day", "start or end a drill or rehearsal"),
    "pin": ("day", "set the PIN of a role"),
    "power": ("power", "the UPSes: how long they hold, tests, drills, an orderly end"),
    "panel": ("panel", "lamps, buzzer and button: test, confirm, silence"),
    "usb": ("usb", "the box's USB ports: what is there, why, and what people let in"),
    "net": ("net", "the exam network: what is closed, windows of the line"),
    "incident": ("incident", "the record of incidents"),
    "report": ("report", "the report of a sitting: text, JSON, or a page to print"),
    "seat": ("seat", "list seats, move a candidate to a spare, learn who is on"),
    "backup": ("backup", "run, list, verify, restore bundles"),
    "province": ("province", "the province's side: keys, bundles received, receipts"),
    "setup": ("setup", "set the box up, step by step, without an editor"),
    "changeable": ("changeable", "whether the box may be changed now: exit 0, else 75 or 3 and why"),
    "handover": ("handover", "the sheet with which the rooms are given back, to print and sign"),
    "diag": ("diag", "one file for who helps: no secret, nothing of a candidate"),
    "enrol": ("enrol", "take the province's venue file: who this venue is, its keys and certificate"),
    "config": ("config", "check the configuration, put lockdown.conf in place, print a sample"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one verb; returns the exit code of CONTRACT: 0 ok … 78 bad config."""
    words = list(sys.argv[1:] if argv is None else argv)
    asked = next((word for word in words if not word.startswith("-")), "")
    if argv is not None:
        return _run(command_line(language(), asked), words, language())
    # A process of its own: what is imported stays to its end; the collector's rounds over it are a tenth of the start.
    gc.disable()
    parser = command_line(language(), asked)
    gc.freeze()
    gc.enable()
    return _run(parser, words, language())


def command_line(tongue: str, asked: str | None = None) -> argparse.ArgumentParser:
    """The parser, speaking `tongue`: of the verb `asked` whole, of the others their names; None: all of it whole."""
    parser = argparse.ArgumentParser(
        prog="venue",
        description="考场守护: the box at the venue of a paperless exam.",
        epilog="exit codes: 0 ok, 1 warning, 2 critical or failed, 3 unknown or no answer, 64 usage, "
        "69 unavailable, 75 busy, 77 not permitted, 78 bad config",
    )
    parser.add_argument("--version", action="version", version=f"venue {__version__}")
    verbs = parser.add_subparsers(metavar="VERB", title="verbs")
    if asked is None or asked in VERBS:
        for file in dict.fromkeys(file for verb, (file, _) in VERBS.items() if asked in (None, verb)):
            importlib.import_module(f"appliance.cli.{file}").add(verbs)
    else:
        for name, (_, text) in VERBS.items():
            verbs.add_parser(name, help=text, add_help=False)
    return spoken(parser, tongue)


def _run(parser: argparse.ArgumentParser, words: list[str], tongue: str) -> int:
    try:
        code = _done(parser, words, tongue)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe went away: not an error of ours
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return code


def _done(parser: argparse.ArgumentParser, words: list[str], tongue: str) -> int:
    try:
        args = understood(parser, words, tongue)
    except SystemExit as stop:  # argparse says what is wrong and leaves with 2; our usage code is 64
        return EXIT_USAGE if stop.code == 2 else int(stop.code or 0)
    if not hasattr(args, "run"):
        parser.print_help()
        return EXIT_USAGE if words else 0
    try:
        code: int = args.run(args)
    except ConfigError as error:  # whatever the verb: without a configuration that holds it does nothing
        say_faults(error.faults)
        return EXIT_CONFIG
    return code
