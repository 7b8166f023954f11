"""`venue net ruleset`: the rules as the kernel is given them."""

import argparse

from appliance import daemon
from appliance.cli.shell import EXIT_FAILED, EXIT_OK, add_config, client_of, language, say
from appliance.client import ClientError
from appliance.words import label


def add(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the act."""
    ruleset = acts.add_parser("ruleset", help="print the exact file that the guard gives to nft -f")
    add_config(ruleset)
    ruleset.add_argument(
        "--boot", action="store_true", help="as loaded early in the boot: every window closed"
    )
    ruleset.set_defaults(run=run_ruleset)


def run_ruleset(args: argparse.Namespace) -> int:
    """Prints the rules with the windows that the guard holds now; where none answers, with every window closed."""
    settings = daemon.read(args.config)
    if settings.plan.net.mode == "off":
        say(label(language(), "shell_no_rules", file=args.config.name))
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
