"""`venue backup`: list, verify and restore the bundles in the outbox."""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from getpass import getpass
from pathlib import Path

from appliance.backup.bundle import Published
from appliance.backup.counts import together
from appliance.backup.keys import allowed_signers
from appliance.backup.manifest import ManifestFault, decode
from appliance.backup.outbox import bundles, outbox_of
from appliance.backup.restore import LATEST, restore
from appliance.backup.unseal import RestoreError
from appliance.backup.verify import Report, verify_all
from appliance.cli.backup_copy import add_copies
from appliance.cli.backup_drill import add_drill
from appliance.cli.backup_receipt import add_receipt
from appliance.cli.backup_run import add_run
from appliance.cli.backup_status import add_status, counted
from appliance.cli.bar import Bar
from appliance.cli.shell import (
    EXIT_FAILED,
    EXIT_NOT_PERMITTED,
    EXIT_OK,
    EXIT_UNAVAILABLE,
    add_config,
    add_json,
    language,
    print_json,
    say,
    unusable,
)
from appliance.cli.times import moment
from appliance.config.glance import glance
from appliance.words import label


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backup` and its own verbs."""
    backup = verbs.add_parser("backup", help="bundles sealed to the province: run, list, verify, restore")
    own = backup.add_subparsers(required=True, metavar="VERB")
    add_run(own)
    _add_list(own)
    add_status(own)
    add_copies(own)
    add_drill(own)
    _add_verify(own)
    _add_restore(own)
    add_receipt(own)


def list_bundles(args: argparse.Namespace) -> int:
    """`backup list`: the published bundles in the counter's order."""
    return _guarded(_list, args)


def verify_bundles(args: argparse.Namespace) -> int:
    """`backup verify`: hashes, signatures, the chain and its gaps; 2 when anything is wrong."""
    return _guarded(_verify, args)


def restore_bundle(args: argparse.Namespace) -> int:
    """`backup restore`: a bundle into a directory, with the province's key."""
    return _guarded(_restore, args)


def state_dir_of(args: argparse.Namespace) -> Path:
    """`--state`, else the configuration's; raises what `appliance.config.load` raises."""
    return Path(args.state) if args.state else glance(args.config).state_dir


def add_state_options(parser: argparse.ArgumentParser, *, readable: bool) -> None:
    """`--state`, `--config`, and `--json` for a verb that reads."""
    parser.add_argument("--state", metavar="DIR", help="the state directory, without reading a configuration")
    add_config(parser)
    if readable:
        add_json(parser)


def _add_list(own: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = own.add_parser("list", help="the published bundles, oldest first")
    add_state_options(parser, readable=True)
    parser.set_defaults(run=list_bundles)


def _add_verify(own: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = own.add_parser("verify", help="check every bundle: hashes, signatures, chain, gaps")
    add_state_options(parser, readable=True)
    parser.set_defaults(run=verify_bundles)


def _add_restore(own: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = own.add_parser("restore", help="restore a bundle with the province's key")
    add_state_options(parser, readable=True)
    parser.add_argument(
        "--identity", metavar="KEY", required=True,
        help="the province's key, as age-keygen writes it; where `age -p` locked it, its passphrase is asked for",
    )
    parser.add_argument("--into", metavar="DIR", required=True, help="the directory to restore into")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--bundle", metavar="NAME", default=LATEST, help="as of this one; default: the latest")
    which.add_argument(
        "--at", metavar="TIME", type=moment, help="as it was then, as 2026-09-05T10:30 (this machine's time)"
    )
    parser.add_argument("--force", action="store_true", help="overwrite files that differ")
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", help="only these, as SOURCE/path; default: everything"
    )
    parser.set_defaults(run=restore_bundle)


def _guarded(verb: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """The exit code of `verb`, its errors in one line on stderr."""
    try:
        return verb(args)
    except RestoreError as error:
        return _said(str(error), EXIT_FAILED)
    except PermissionError as error:
        return _said(unusable(error), EXIT_NOT_PERMITTED)
    except OSError as error:
        return _said(unusable(error), EXIT_UNAVAILABLE)


def _list(args: argparse.Namespace) -> int:
    found = bundles(state_dir_of(args))
    rows = [
        {"name": one.name, "counter": one.counter, "kind": one.kind, "created_at": one.created_at.isoformat(),
         "sealed_bytes": one.data.stat().st_size if one.data.exists() else None, **counts_of(one)}
        for one in found
    ]  # fmt: skip
    if args.json:
        return _json({"bundles": rows})
    for row in rows:
        size = row["sealed_bytes"] if row["sealed_bytes"] is not None else "MISSING"
        print(f"{row['name']}  {size}  {counted(language(), row)}")
    return EXIT_OK


def counts_of(bundle: Published) -> dict[str, object]:
    """What the manifest says of its sources: answers expected and collected, and which are not whole; none unread."""
    try:
        sources = decode(bundle.manifest.read_bytes()).sources
    except (OSError, ManifestFault):
        return {"expected": None, "collected": None, "incomplete": None}
    expected, collected = together((each.expected, each.collected) for each in sources)
    return {
        "expected": expected,
        "collected": collected,
        "incomplete": [each.name for each in sources if each.error or each.not_captured or each.torn],
    }


def _verify(args: argparse.Namespace) -> int:
    state_dir = state_dir_of(args)
    os.stat(outbox_of(state_dir))  # of what is not there nothing can be said, least of all that it is well
    with contextlib.closing(Bar()) as bar:
        report = verify_all(outbox_of(state_dir), allowed_signers=allowed_signers(state_dir), told=bar)
    code = EXIT_FAILED if report.findings else EXIT_OK
    if args.json:
        return _json(_as_object(report)) or code
    for finding in report.findings:
        print(f"{finding.bundle}: {finding.fault.value}: {finding.detail}")
    print(f"{report.bundles} bundles, {report.sealed_bytes} bytes, {len(report.findings)} faults")
    return code


def _restore(args: argparse.Namespace) -> int:
    state_dir = state_dir_of(args)
    with contextlib.closing(Bar()) as bar:
        result = restore(
            outbox_of(state_dir),
            allowed_signers=allowed_signers(state_dir),
            name=args.bundle,
            at=args.at,
            identity=Path(args.identity),
            passphrase=(lambda: getpass(f"{args.identity}: ")) if sys.stdin.isatty() else None,
            into=Path(args.into),
            paths=args.paths,
            force=args.force,
            told=bar,
        )
    if args.json:
        return _json(asdict(result))
    read = f" from {result.bundles} bundles" if result.bundles > 1 else ""
    print(f"{result.name}: {result.files} files, {result.content_bytes} bytes, {result.unchanged} unchanged{read}")
    if result.torn or result.not_captured:
        say(label(language(), "shell_incomplete", torn=result.torn, missing=result.not_captured))
    return EXIT_OK


def _as_object(report: Report) -> dict[str, object]:
    found = [
        {"fault": one.fault.value, "bundle": one.bundle, "detail": one.detail} for one in report.findings
    ]
    return {"bundles": report.bundles, "sealed_bytes": report.sealed_bytes, "findings": found}


def _json(value: dict[str, object]) -> int:
    print_json(value)
    return EXIT_OK


def _said(message: str, code: int) -> int:
    say(f"venue: {message}")
    return code
