"""`venue net rehearse`: what the rules would drop, from which machine, how often, while nothing is held back."""

import argparse
from typing import Any

from appliance.cli.columns import MARKS, venue_clock
from appliance.cli.net_status import ledger_table
from appliance.cli.shell import (
    EXIT_OK,
    EXIT_WARNING,
    add_config,
    add_json,
    asking,
    client_of,
    coloured,
    language,
    pin_of,
    print_json,
)
from appliance.words import label

COLUMNS = ("who", "would", "class", "packets", "to")


def add(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the act."""
    rehearse = acts.add_parser(
        "rehearse", help="before the seal: count what would be blocked, let it through"
    )
    doings = rehearse.add_subparsers(metavar="DOING", required=True)
    starting = doings.add_parser("start", help="the line is open from now on; the seal ends it, or the time")
    add_config(starting)
    starting.add_argument("--minutes", type=int, required=True, help="480 at most")
    starting.add_argument("--technician", required=True, metavar="NAME")
    starting.set_defaults(run=asking(run_start))
    stopping = doings.add_parser("stop", help="close the line again")
    add_config(stopping)
    stopping.add_argument("--by", required=True, metavar="NAME")
    stopping.set_defaults(run=asking(run_stop))
    listing = doings.add_parser(
        "list", help="what would have been blocked, in this rehearsal or the last one"
    )
    add_config(listing)
    add_json(listing)
    listing.set_defaults(run=asking(run_list))


def run_start(args: argparse.Namespace) -> int:
    """Begins a rehearsal: one technician with the PIN."""
    pins = {"technician": pin_of("technician")}
    client_of(args).call("net.rehearse.start", pins=pins, minutes=args.minutes, technician=args.technician)
    return EXIT_OK


def run_stop(args: argparse.Namespace) -> int:
    """Ends it."""
    client_of(args).call("net.rehearse.stop", by=args.by)
    return EXIT_OK


def run_list(args: argparse.Namespace) -> int:
    """Prints the rows; 0 where nothing would have been blocked, 1 where something would, or none was rehearsed."""
    snapshot: dict[str, Any] = client_of(args).call("status")
    network = snapshot.get("network")
    found = network.get("rehearsal") if isinstance(network, dict) else None
    told: dict[str, Any] = found if isinstance(found, dict) else {}
    if args.json:
        print_json({"rehearsal": found})
    else:
        print("\n".join(table(language(), told, snapshot)))
    return EXIT_WARNING if told.get("rows") or not told else EXIT_OK


def table(tongue: str, told: dict[str, Any], snapshot: dict[str, Any]) -> list[str]:
    """The lines for a terminal."""
    if not told:
        return [label(tongue, "net_rehearsal_none")]
    clock = venue_clock(snapshot)
    since, until = (clock(told.get(name), "%m-%d %H:%M") or "–" for name in ("since", "until"))
    technician = told.get("technician")
    lines = [label(tongue, "net_rehearsal_was", since=since, until=until, technician=technician)]
    if told.get("on") is True:
        lines.insert(0, coloured(f"{MARKS['attention']} {label(tongue, 'net_rehearsing')}", "attention"))
    return lines + (ledger_table(tongue, told, COLUMNS) or [label(tongue, "net_rehearsal_empty")])
