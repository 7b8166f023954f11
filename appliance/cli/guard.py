"""`venue run`: the guard in the foreground."""

import argparse
import os

from appliance import daemon
from appliance.cli.shell import EXIT_BUSY, EXIT_CONFIG, EXIT_OK, EXIT_UNAVAILABLE, add_config, language, say
from appliance.config import ConfigError
from appliance.notify import Notifier
from appliance.words.setup.findings import finding_sentence


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = verbs.add_parser("run", help="the guard, in the foreground")
    add_config(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Runs until it is told to stop. What does not hold starts nothing, changes nothing, and is the unit's status."""
    try:
        settings = daemon.read(args.config)
        for warning in daemon.warnings(settings):
            say(finding_sentence(language(), warning))
        daemon.run(settings, language=settings.config.page.language)
    except ConfigError as error:
        more = f" (and {len(error.faults) - 1} more: venue config check)" if len(error.faults) > 1 else ""
        _status(error.faults[0] + more)
        raise
    except daemon.GuardBusy as error:
        return _failed(str(error), EXIT_BUSY)
    except daemon.GuardRefused as error:
        return _failed(str(error), EXIT_CONFIG)
    except daemon.GuardFailed as error:
        return _failed(str(error), EXIT_UNAVAILABLE)
    return EXIT_OK


def _failed(said: str, code: int) -> int:
    say(said)
    _status(said)
    return code


def _status(said: str) -> None:
    """The `Status:` line of `systemctl status`, which systemd keeps of a unit that failed."""
    Notifier(os.environ).status(said)
