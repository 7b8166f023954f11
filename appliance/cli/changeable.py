"""`venue changeable`: whether this box may be changed now, for installers and other programs."""

import argparse

from appliance.cli.closed import closed, exit_code
from appliance.cli.shell import EXIT_OK, add_config, add_json, language, print_json, say
from appliance.words import label
from appliance.words.setup.closed import closed_sentence


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = verbs.add_parser("changeable", help="whether the box may be changed now: exit 0, else 75 or 3 and why")
    parser.add_argument("--package", action="store_true", help="the package is to be exchanged or taken away")
    add_config(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Says it: by the guard, or by record and timetable where none answers."""
    tongue, why = language(), closed(args, package=args.package)
    if args.json:
        print_json({"changeable": not why, "why": why})
    elif not why:
        print(label(tongue, "changeable"))
    else:
        say(closed_sentence(tongue, why))
    return exit_code(why) if why else EXIT_OK
