"""`venue province restore`: a venue's files as they were, from what was received of it."""

import argparse
import contextlib
import tempfile
from dataclasses import asdict
from pathlib import Path

from appliance.backup.restore import restore
from appliance.backup.unseal import RestoreError
from appliance.cli.bar import Bar
from appliance.cli.province_home import add_home, guarded, passphrase_of
from appliance.cli.shell import EXIT_FAILED, EXIT_OK, EXIT_USAGE, add_json, language, print_json, say
from appliance.cli.times import moment
from appliance.province.keys import IDENTITY_NAME
from appliance.province.received import Received
from appliance.words import label


def add_restore(own: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `restore`."""
    parser = own.add_parser("restore", help="a venue's files as they were, into a directory")
    parser.add_argument("code", metavar="CODE", help="the venue's code, as 520100-03")
    parser.add_argument(
        "--into", metavar="DIR", type=Path, required=True, help="the directory to restore into"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--bundle", metavar="NAME", help="as of this one; default: the latest")
    which.add_argument(
        "--at", metavar="TIME", type=moment, help="as it was then, as 2026-09-05T10:30 (this machine's time)"
    )
    parser.add_argument("--force", action="store_true", help="overwrite files that differ")
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", help="only these, as SOURCE/path; default: everything"
    )
    add_home(parser)
    add_json(parser)
    parser.set_defaults(run=guarded(_restore))


def _restore(args: argparse.Namespace) -> int:
    received = Received(args.home)
    name = args.bundle or received.newest(args.code, at=args.at)
    if name is None:
        say(f"venue: {args.code}: nothing was received of it" + (" until then" if args.at else ""))
        return EXIT_USAGE
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as signers, contextlib.closing(Bar()) as bar:
            signers.write(received.all_signers())
            signers.flush()
            result = restore(
                received.directory(args.code),
                allowed_signers=Path(signers.name),
                name=name,
                identity=args.home / IDENTITY_NAME,
                passphrase=passphrase_of(args),
                into=args.into,
                paths=args.paths,
                force=args.force,
                told=bar,
            )
    except RestoreError as error:
        say(f"venue: {error}")
        return EXIT_FAILED
    if args.json:
        print_json(asdict(result))
        return EXIT_OK
    read = f" from {result.bundles} bundles" if result.bundles > 1 else ""
    print(
        f"{result.name}: {result.files} files, {result.content_bytes} bytes, {result.unchanged} unchanged{read}"
    )
    if result.torn or result.not_captured:
        say(label(language(), "shell_incomplete", torn=result.torn, missing=result.not_captured))
    return EXIT_OK
