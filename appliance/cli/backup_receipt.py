"""`venue backup receipt`, `fingerprint`: receipts that came by hand, and what the phone call compares."""

import argparse
import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from appliance.backup.answers import Refusal, tell
from appliance.backup.counts import together
from appliance.backup.disk import DiskFault, replace_file
from appliance.backup.incoming import is_news, taken, waiting
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
    language,
    say,
    unusable,
)
from appliance.client import Client
from appliance.config.load import Config, load
from appliance.words import label, plain_text

RECEIPTS_NAME, INCOMING_NAME = "receipts", "incoming"
_PUT_DOWN = re.compile(r"[0-9a-f]{32}\.json")  # as the page names it, after what it holds


def add_receipt(own: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `receipt` and `fingerprint`."""
    parser = own.add_parser("receipt", help="check receipts that came by hand, and note them")
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", type=Path, help="NAME.receipt.json, or where they are"
    )
    parser.add_argument("--job", action="store_true", help="those that came over the line; the guard does it by itself")
    add_config(parser)
    parser.set_defaults(run=asking(note))
    parser = own.add_parser("fingerprint", help="of this venue's signing key, to read out to the province")
    add_config(parser)
    parser.set_defaults(run=print_fingerprint)


def note(args: argparse.Namespace) -> int:
    """`backup receipt PATH…`: each receipt that holds is kept and told to the guard; 2 where one does not."""
    if args.job != (not args.paths):
        say(label(language(), "shell_receipt_path"))
        return EXIT_USAGE
    found = list(_receipts_at(args.paths))
    if not found and not args.job:
        say("venue: " + label(language(), "shell_no_receipt"))
        return EXIT_USAGE
    config = load(args.config)
    if not config.backup.receipt_keys:
        say(label(language(), "shell_no_receipt_keys", file=args.config))
        return EXIT_CONFIG
    return _note_incoming(config, client_of(args)) if args.job else _note_by_hand(args, config, found)


def _note_by_hand(args: argparse.Namespace, config: Config, found: list[Path]) -> int:
    refused = 0
    for path in found:
        try:
            receipt = _kept(path, config)
        except ReceiptFault as error:
            say(f"venue: {path.name}: {error}")
            refused += 1
            continue
        except (OSError, DiskFault) as error:
            say(f"venue: {unusable(error, path)}")
            return EXIT_UNAVAILABLE
        _tell(client_of(args), receipt)
        print(f"{receipt.bundle}  {receipt.files} files opened by the province at {receipt.checked_at}")
    try:
        if len(found) > refused:
            _answer(config, [])
    except (OSError, DiskFault) as error:
        say(f"venue: {unusable(error, config.venue.state_dir / RECEIPTS_NAME)}")
        return EXIT_UNAVAILABLE
    return EXIT_FAILED if refused else EXIT_OK


def print_fingerprint(args: argparse.Namespace) -> int:
    """`backup fingerprint`: the venue's code and its key's SHA256, a line for each key it ever had."""
    try:
        text = allowed_signers(load(args.config).venue.state_dir).read_text(encoding="utf-8")
    except OSError as error:
        say("venue: " + label(language(), "shell_no_key", reason=unusable(error)))
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
    raw = _limited(path, LIMIT_BYTES)
    try:
        signature = _limited(path.with_name(f"{path.name}.sig"), SIGNATURE_LIMIT_BYTES)
    except FileNotFoundError as error:
        raise ReceiptFault(f"its signature {path.name}.sig is not beside it") from error
    receipt = _checked(raw, signature, config)
    _keep(receipt, raw, signature, config.venue.state_dir / RECEIPTS_NAME)
    return receipt


def _checked(raw: bytes, signature: bytes, config: Config) -> Receipt:
    state_dir, signers = config.venue.state_dir, ""
    with contextlib.suppress(FileNotFoundError):  # no bundle was ever made: then it is about none of them
        signers = allowed_signers(state_dir).read_text(encoding="utf-8", errors="replace")
    return accepted(
        raw, signature, keys=config.backup.receipt_keys, here=bundles(state_dir), signers=signers
    )


def _keep(receipt: Receipt, raw: bytes, signature: bytes, directory: Path) -> None:
    """Both, never a new one beside an old signature: it is kept once its signature is. Raises OSError, DiskFault."""
    directory.mkdir(mode=0o750, exist_ok=True)
    path, signed = (directory / (receipt.bundle + suffix) for suffix in (RECEIPT_SUFFIX, SIGNATURE_SUFFIX))
    signed.unlink(missing_ok=True)
    replace_file(path, raw, mode=0o640)
    replace_file(signed, signature, mode=0o640)


def _note_incoming(config: Config, client: Client) -> int:
    """What came over the line, in the order in which it came: told, kept, answered, taken away. What is none is told
    together.

    Whoever is killed at it leaves what he had not told: it is told by the next run, at the worst twice. Nothing goes
    before the province can read what became of it: what is neither there nor answered was lost, and is sent again.
    """
    directory = config.venue.state_dir / RECEIPTS_NAME
    refused: list[str] = []
    answers: list[Refusal] = []
    try:
        found = waiting(directory / INCOMING_NAME)
        for path in found:
            try:
                raw, signature = taken(path)
                receipt = _checked(raw, signature, config)
                if is_news(receipt, directory):
                    _tell(client, receipt)
                    _keep(receipt, raw, signature, directory)
            except ReceiptFault as error:
                refused.append(plain_text(error))
                say(f"venue: {path.name}: {plain_text(error)}")
                if _PUT_DOWN.fullmatch(path.name):
                    answers.append(Refusal(receipt=path.stem, why=error.code))
        _answer(config, answers)
        for path in found:
            _away(path)
        if refused:
            client.call("report", kind="receipt.refused", body={"reason": refused[0], "count": len(refused)})
    except (OSError, DiskFault) as error:
        say(f"venue: {unusable(error, directory)}")
        return EXIT_UNAVAILABLE
    return EXIT_FAILED if refused else EXIT_OK


def _answer(config: Config, refused: list[Refusal]) -> None:
    """Tells the province, with the next list that it asks for. Raises DiskFault, OSError."""
    state_dir = config.venue.state_dir
    tell(state_dir / RECEIPTS_NAME, bundles(state_dir), refused)


def _away(path: Path) -> None:
    """Whatever it is: what can not be taken away would be looked at for ever."""
    try:
        path.unlink(missing_ok=True)
    except IsADirectoryError:
        shutil.rmtree(path)


def _tell(client: Client, receipt: Receipt) -> None:
    expected, collected = together((each.expected, each.collected) for each in receipt.sources)
    body = {
        "name": receipt.bundle,
        "files": receipt.files,
        "expected": expected,
        "collected": collected,
        "checked_at": receipt.checked_at,
    }
    client.call("report", kind="bundle.receipted", body=body)


def _limited(path: Path, limit_bytes: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit_bytes + 1)
