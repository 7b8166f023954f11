"""`venue diag`: one file that a technician may send, without secrets and candidates' data."""

import argparse
from pathlib import Path

from appliance.cli.shell import (
    EXIT_OK,
    EXIT_UNAVAILABLE,
    add_config,
    add_json,
    language,
    print_json,
    say,
    why_not,
)
from appliance.clock import SystemClock
from appliance.config import ConfigError
from appliance.config.glance import Glance, glance
from appliance.diag.bundle import gathered, put
from appliance.words import label


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = verbs.add_parser("diag", help="one file for who helps: no secret, nothing of a candidate")
    add_config(parser)
    add_json(parser)
    parser.add_argument(
        "into",
        type=Path,
        metavar="FILE",
        help="the file to write, as diag.tar.gz; never over one that is there",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Takes what can be taken, guard or not, configuration or not, and writes nothing but the file."""
    tongue = language()
    try:
        places = glance(args.config)
    except ConfigError:
        places = Glance()
    found = gathered(
        config=args.config,
        state_dir=places.state_dir,
        run_dir=places.run_dir,
        root=Path("/"),
        now=SystemClock().wall(),
    )
    try:
        put(args.into, found.content)
    except OSError as error:
        say(label(tongue, "diag_unwritten", file=str(args.into), reason=why_not(error)))
        return EXIT_UNAVAILABLE
    if args.json:
        print_json(
            {
                "file": str(args.into),
                "bytes": len(found.content),
                "parts": list(found.parts),
                "failed": found.failed,
            }
        )
        return EXIT_OK
    for part, reason in found.failed.items():
        say(label(tongue, "diag_missing", part=part, reason=reason))
    print(
        label(
            tongue,
            "diag_written",
            file=str(args.into),
            kib=-(-len(found.content) // 1024),
            count=len(found.parts),
        )
    )
    return EXIT_OK
