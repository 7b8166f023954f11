"""`venue net window`: what may pass the line for a while, and by whose word."""

import argparse

from appliance.cli.shell import EXIT_OK, EXIT_USAGE, add_config, asking, client_of, language, pin_of, say
from appliance.words.refusals import refusal_sentence

NAMES = ("pull", "paper", "upload", "maintenance", "other")


def add(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the act."""
    window = acts.add_parser("window", help="open, close or prolong a window of the line")
    doings = window.add_subparsers(metavar="DOING", required=True)
    opening = doings.add_parser("open", help="two people, two PINs; maintenance before the seal: --one")
    add_config(opening)
    opening.add_argument("name", choices=NAMES, metavar="WINDOW", help=", ".join(NAMES))
    opening.add_argument("--minutes", type=int, required=True)
    opening.add_argument("--reason", required=True)
    opening.add_argument("--technician", required=True, metavar="NAME")
    opening.add_argument("--chief", default="", metavar="NAME", help="needed but with --one")
    opening.add_argument("--one", action="store_true", help="maintenance before the seal: no chief, no PIN")
    opening.add_argument(
        "--server", default="", metavar="NAME", help="one exam server only; needed for other"
    )
    opening.add_argument(
        "--to", action="append", default=[], metavar="ADDRESS:PORT", help="for other; /udp where UDP"
    )
    opening.set_defaults(run=asking(run_open))
    more = doings.add_parser("more", help="ten minutes more for the window that is open: one person")
    add_config(more)
    more.add_argument("name", nargs="?", default="", choices=("", "paper", "upload"), metavar="WINDOW")
    more.add_argument("--by", required=True, metavar="NAME")
    more.set_defaults(run=asking(run_more))
    closing = doings.add_parser("close", help="close a window that people opened")
    add_config(closing)
    closing.add_argument("name", choices=NAMES, metavar="WINDOW")
    closing.add_argument("--by", required=True, metavar="NAME")
    closing.set_defaults(run=asking(run_close))


def run_open(args: argparse.Namespace) -> int:
    """Opens a window: by two people with their PINs, or maintenance by a technician before the seal."""
    if bool(args.chief) == args.one or (args.one and args.name != "maintenance"):
        say(refusal_sentence(language(), "chief-or-one-window", {}))
        return EXIT_USAGE
    client = client_of(args)
    values = {name: getattr(args, name) for name in ("minutes", "reason", "technician", "server")}
    if args.one:
        client.call("net.window.maintain", **values)
        return EXIT_OK
    pins = {"chief": pin_of("chief"), "technician": pin_of("technician")}
    client.call("net.window.open", pins=pins, name=args.name, chief=args.chief, to=args.to, **values)
    return EXIT_OK


def run_more(args: argparse.Namespace) -> int:
    """Ten minutes more for the paper or upload window that is open."""
    client_of(args).call("net.window.more", name=args.name, by=args.by)
    return EXIT_OK


def run_close(args: argparse.Namespace) -> int:
    """Closes a window that people opened."""
    client_of(args).call("net.window.close", name=args.name, by=args.by)
    return EXIT_OK
