"""`venue config`: check it, or print a sample to begin with."""

import argparse
import os
from importlib import resources
from pathlib import Path

from appliance import daemon
from appliance.cli.shell import EXIT_CONFIG, EXIT_OK, add_json, print_json, say
from appliance.config import DEFAULT_PATH, ConfigError


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    config = verbs.add_parser("config", help="check the configuration, print a sample")
    acts = config.add_subparsers(metavar="ACT", required=True)
    check = acts.add_parser("check", help="every fault at once, with path and reason")
    check.add_argument("file", nargs="?", type=Path, metavar="F",
                       default=Path(os.environ.get("VENUE_CONFIG", str(DEFAULT_PATH))))  # fmt: skip
    add_json(check)
    check.set_defaults(run=run_check)
    sample = acts.add_parser("sample", help="a commented sample on stdout")
    sample.set_defaults(run=run_sample)


def run_check(args: argparse.Namespace) -> int:
    """Checks the file, its timetable and its seat list; exit 78 with every fault."""
    try:
        settings = daemon.read(args.file)
    except ConfigError as error:
        if args.json:
            print_json({"ok": False, "faults": list(error.faults)})
        for fault in error.faults:
            say(fault)
        return EXIT_CONFIG
    warnings = daemon.warnings(settings)
    if args.json:
        print_json({"ok": True, "faults": [], "warnings": warnings})
        return EXIT_OK
    plan = settings.plan
    for warning in warnings:
        say(f"warning: {warning}")
    print(
        f"{args.file}: ok: {plan.name}, {len(plan.sittings)} sittings, {len(plan.seats)} seats, {len(plan.ups)} UPS"
    )
    return EXIT_OK


def run_sample(args: argparse.Namespace) -> int:
    """Prints the sample; it passes `venue config check` beside its own timetable and seat list."""
    print(resources.files("appliance").joinpath("sample.toml").read_text(encoding="utf-8"), end="")
    return EXIT_OK
