"""`venue net ruleset` and `venue net status`: the rules as the kernel is given them, and whether they are held."""

import argparse
from collections.abc import Mapping
from typing import Any

from appliance import daemon
from appliance.cli.columns import venue_clock
from appliance.cli.shell import (
    EXIT_CONFIG,
    EXIT_FAILED,
    EXIT_OK,
    EXIT_UNKNOWN,
    add_config,
    add_json,
    asking,
    client_of,
    language,
    print_json,
    say,
)
from appliance.client import ClientError
from appliance.config import ConfigError
from appliance.words import label, name_of

EXITS = {"closed": EXIT_OK, "drifted": EXIT_FAILED}
SILENT_S = 5.0


def add(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the acts."""
    ruleset = acts.add_parser("ruleset", help="print the exact file that the guard gives to nft -f")
    add_config(ruleset)
    ruleset.add_argument(
        "--boot", action="store_true", help="as loaded early in the boot: every window closed"
    )
    ruleset.set_defaults(run=run_ruleset)
    status = acts.add_parser(
        "status", help="whether the line is set closed, and which windows are open until when"
    )
    add_config(status)
    add_json(status)
    status.set_defaults(run=asking(run_status))


def run_ruleset(args: argparse.Namespace) -> int:
    """Prints the rules with the windows that the guard holds now; where none answers, with every window closed."""
    try:
        settings = daemon.read(args.config)
    except ConfigError as error:
        for fault in error.faults:
            say(fault)
        return EXIT_CONFIG
    if settings.plan.net.mode == "off":
        say(f"{args.config.name}: network.mode: off: there are no rules")
        return EXIT_FAILED
    level = "closed" if args.boot else _level(args)
    print(daemon.ruleset(settings, level), end="")
    return EXIT_OK


def _level(args: argparse.Namespace) -> str:
    try:
        network = client_of(args).call("status").get("network")
    except ClientError as error:
        say(f"{error}: printed with every window closed")
        return "closed"
    level = network.get("level") if isinstance(network, dict) else None
    return level if isinstance(level, str) else "closed"


def run_status(args: argparse.Namespace) -> int:
    """Prints how the line is; 0 set closed and read back, 2 changed by somebody, 3 unknown or not asked for."""
    snapshot: dict[str, Any] = client_of(args).call("status")
    network = snapshot.get("network")
    told: Mapping[str, Any] = network if isinstance(network, dict) else {}
    if args.json:
        print_json({"network": told})
    else:
        print("\n".join(lines(language(), snapshot, told)))
    age_s = snapshot.get("turned_age_s")
    stale = not isinstance(age_s, int | float) or age_s > SILENT_S
    return EXIT_UNKNOWN if stale else EXITS.get(str(told.get("state")), EXIT_UNKNOWN)


def lines(tongue: str, snapshot: dict[str, Any], network: Mapping[str, Any]) -> list[str]:
    """The lines for a terminal: the state, what was changed, each open window with its end."""
    state = network.get("state")
    known = state if state in ("closed", "drifted", "unmonitored") else "unknown"
    found = [label(tongue, f"net_{known}")]
    found += [f"  {what}" for what in network.get("drift", []) if isinstance(what, str)]
    clock = venue_clock(snapshot)
    for window in network.get("windows", []):
        if isinstance(window, dict):
            name = name_of(tongue, "window", str(window.get("name")))
            found.append(f"  {name} → {clock(window.get('until'), '%m-%d %H:%M:%S')}")
    return found
