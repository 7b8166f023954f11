"""`venue backup receipt`, `fingerprint`: receipts that came by hand, and what the phone call compares."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from appliance.backup.disk import DiskFault, replace_file
from appliance.backup.keys import allowed_signers
from appliance.backup.outbox import bundles
from appliance.backup.receipt import (
    LIMIT_BYTES,
    RECEIPT_SUFFIX,
    SIGNATURE_SUFFIX,
    Receipt,
    ReceiptFault,
    accepted,
)
from appliance.backup.signers import signers_in
from appliance.backup.sshsig import SIGNATURE_LIMIT_BYTES
from appliance.cli.shell import (
    EXIT_CONFIG,
    EXIT_FAILED,
    EXIT_OK,
    EXIT_UNAVAILABLE,
    EXIT_USAGE,
    add_config,
    asking,
    client_of,
    say,
)
from appliance.client import Client
from appliance.config.load import Config, load

RECEIPTS_NAME = "receipts"


def add_receipt(own: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `receipt` and `fingerprint`."""
    parser = own.add_parser("receipt", help="check receipts that came by hand, and note them")
    parser.add_argument(
        "paths", metavar="PATH", nargs="+", type=Path, help="NAME.receipt.json, or where they are"
    )
    add_config(parser)
    parser.set_defaults(run=asking(note))
    parser = own.add_parser("fingerprint", help="of this venue's signing key, to read out to the province")
    add_config(parser)
    parser.set_defaults(run=print_fingerprint)


def note(args: argparse.Namespace) -> int:
    """`backup receipt PATH…`: each receipt that holds is kept and told to the guard; 2 where one does not."""
    found = list(_receipts_at(args.paths))
    if not found:
        say("venue: no receipt is there (NAME.receipt.json with its NAME.receipt.json.sig)")
        return EXIT_USAGE
    config = load(args.config)
    if not config.backup.receipt_keys:
        say(
            f"{args.config}: backup.receipt_keys: missing: no receipt can be known without the province's key"
        )
        return EXIT_CONFIG
    refused = 0
    for path in found:
        try:
            receipt = _kept(path, config)
        except ReceiptFault as error:
            say(f"venue: {path.name}: {error}")
            refused += 1
            continue
        except (OSError, DiskFault) as error:
            say(f"venue: {path}: {error}")
            return EXIT_UNAVAILABLE
        _tell(client_of(args), receipt)
        print(f"{receipt.bundle}  {receipt.files} files opened by the province at {receipt.checked_at}")
    return EXIT_FAILED if refused else EXIT_OK


def print_fingerprint(args: argparse.Namespace) -> int:
    """`backup fingerprint`: the venue's code and its key's SHA256, a line for each key it ever had."""
    try:
        text = allowed_signers(load(args.config).venue.state_dir).read_text(encoding="utf-8")
    except OSError as error:
        say(f"venue: no key yet, the first bundle makes it: {error}")
        return EXIT_UNAVAILABLE
    for venue, _, fingerprint in signers_in(text):
        print(f"{venue} {fingerprint}")
    return EXIT_OK


def _receipts_at(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob(f"*{RECEIPT_SUFFIX}"))
        elif path.name.endswith(RECEIPT_SUFFIX):
            yield path


def _kept(path: Path, config: Config) -> Receipt:
    """The receipt at `path`, checked, and kept with its signature. Raises ReceiptFault, OSError, DiskFault."""
    raw, signature = (
        _limited(path, LIMIT_BYTES),
        _limited(path.with_name(f"{path.name}.sig"), SIGNATURE_LIMIT_BYTES),
    )
    state_dir = config.venue.state_dir
    receipt = accepted(
        raw, signature, keys=config.backup.receipt_keys, here=bundles(state_dir),
        signers=allowed_signers(state_dir).read_text(encoding="utf-8", errors="replace"),
    )  # fmt: skip
    directory = state_dir / RECEIPTS_NAME
    directory.mkdir(mode=0o750, exist_ok=True)
    replace_file(directory / (receipt.bundle + RECEIPT_SUFFIX), raw, mode=0o640)
    replace_file(directory / (receipt.bundle + SIGNATURE_SUFFIX), signature, mode=0o640)
    return receipt


def _tell(client: Client, receipt: Receipt) -> None:
    counted = [s for s in receipt.sources if s.expected is not None and s.collected is not None]
    body = {
        "name": receipt.bundle,
        "files": receipt.files,
        "expected": sum(s.expected or 0 for s in counted) if counted else None,
        "collected": sum(s.collected or 0 for s in counted) if counted else None,
        "checked_at": receipt.checked_at,
    }
    client.call("report", kind="bundle.receipted", body=body)


def _limited(path: Path, limit_bytes: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit_bytes + 1)
