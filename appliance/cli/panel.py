"""`venue panel`: the lamps and the buzzer beside the box."""

import argparse

from appliance.cli.shell import EXIT_OK, add_config, asking, client_of, language, say
from appliance.words import label


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    panel = verbs.add_parser("panel", help="lamps, buzzer and button")
    acts = panel.add_subparsers(metavar="ACT", required=True)
    for name, text in (
        ("test", "lamps and buzzer for ten seconds"),
        ("confirm", "say whether they were seen and heard"),
        ("silence", "quiet the buzzer until something new happens"),
    ):
        parser = acts.add_parser(name, help=text)
        add_config(parser)
        parser.add_argument("--by", required=True, metavar="NAME")
        if name == "confirm":
            seen = parser.add_mutually_exclusive_group(required=True)
            seen.add_argument("--seen", action="store_true", help="all of it was seen and heard")
            seen.add_argument("--not-seen", dest="seen", action="store_false", help="something was not")
        parser.set_defaults(run=asking(run), verb=f"panel.{name}")


def run(args: argparse.Namespace) -> int:
    """Does one act; after a test it says what to look for."""
    values = {"seen": args.seen} if args.verb == "panel.confirm" else {}
    client_of(args).call(args.verb, by=args.by, **values)
    if args.verb == "panel.test":
        say(label(language(), "panel_look"))
    return EXIT_OK
