"""What the province's verbs share: where its home is, and its errors in one line."""

import argparse
import os
import sys
from collections.abc import Callable
from getpass import getpass
from pathlib import Path

from appliance.backup.disk import DiskFault
from appliance.cli.shell import EXIT_FAILED, EXIT_UNAVAILABLE, say, unusable, worded
from appliance.province.ca import CaError
from appliance.province.keys import IDENTITY_NAME, ProvinceKeyError
from appliance.province.trust import NotTrusted

HOME = "VENUE_PROVINCE_HOME"


def add_home(parser: argparse.ArgumentParser) -> None:
    """`--home`; the environment's is its default."""
    default = os.environ.get(HOME)
    parser.add_argument(
        "--home", metavar="DIR", type=Path, required=default is None, default=default,
        help=f"where `province init` put the keys; default: ${HOME}",
    )  # fmt: skip


def passphrase_of(args: argparse.Namespace) -> Callable[[], str] | None:
    """Asks for the passphrase of a locked `province.key`; None where nobody sits at a terminal."""
    return (lambda: getpass(f"{args.home / IDENTITY_NAME}: ")) if sys.stdin.isatty() else None


def guarded(verb: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """The exit code of `verb`, its errors in one line on stderr."""

    def run(args: argparse.Namespace) -> int:
        try:
            return verb(args)
        except (ProvinceKeyError, NotTrusted, CaError) as error:
            say(f"venue: {worded(error)}")
            return EXIT_FAILED
        except (OSError, DiskFault) as error:
            say(f"venue: {unusable(error)}")
            return EXIT_UNAVAILABLE

    return run
