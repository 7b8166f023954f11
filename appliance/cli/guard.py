"""`venue run`: the guard in the foreground."""

import argparse

from appliance import daemon
from appliance.cli.shell import EXIT_BUSY, EXIT_CONFIG, EXIT_OK, EXIT_UNAVAILABLE, add_config, say


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = verbs.add_parser("run", help="the guard, in the foreground")
    add_config(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Runs until it is told to stop. What does not hold starts nothing and changes nothing."""
    settings = daemon.read(args.config)
    for warning in daemon.warnings(settings):
        say(warning)
    try:
        daemon.run(settings, language=settings.config.page.language)
    except daemon.GuardBusy as error:
        say(str(error))
        return EXIT_BUSY
    except daemon.GuardRefused as error:
        say(str(error))
        return EXIT_CONFIG
    except daemon.GuardFailed as error:
        say(str(error))
        return EXIT_UNAVAILABLE
    return EXIT_OK
