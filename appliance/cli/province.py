"""`venue province`: the province's side, on the province's machine."""

import argparse
from pathlib import Path

from appliance.cli.province_enrol import add_enrol
from appliance.cli.province_open import add_opening
from appliance.cli.province_pull import add_pull
from appliance.cli.province_restore import add_restore
from appliance.cli.province_status import add_status
from appliance.cli.shell import EXIT_FAILED, EXIT_OK, language, say
from appliance.province import ca
from appliance.province.keys import (
    IDENTITY_NAME,
    RECEIPTS_KEY_NAME,
    RECEIPTS_PUBLIC_NAME,
    RECIPIENTS_NAME,
    ProvinceKeyError,
    init,
)
from appliance.words import label


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `province` and its own verbs."""
    province = verbs.add_parser("province", help="the province's side: keys, bundles received, receipts")
    own = province.add_subparsers(required=True, metavar="VERB")
    parser = own.add_parser("init", help="make the keys that open the venues' bundles and sign receipts")
    parser.add_argument("directory", metavar="DIR", help="an existing or new directory without keys")
    parser.set_defaults(run=make_keys)
    add_enrol(own)
    add_pull(own)
    add_opening(own)
    add_status(own)
    add_restore(own)


def make_keys(args: argparse.Namespace) -> int:
    """`province init DIR`: the recipient on stdout, what to do with it on stderr."""
    directory = Path(args.directory)
    try:
        recipient = init(directory)
    except ProvinceKeyError as error:
        say(f"venue: {error}")
        return EXIT_FAILED
    print(recipient)
    for key, name in (
        ("shell_recipient", RECIPIENTS_NAME), ("shell_receipts_public", RECEIPTS_PUBLIC_NAME),
        ("shell_identity", IDENTITY_NAME), ("shell_receipts_key", RECEIPTS_KEY_NAME), ("shell_ca", ca.DIRECTORY),
    ):  # fmt: skip
        say(label(language(), key, file=directory / name))
    return EXIT_OK
