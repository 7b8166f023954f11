"""`venue province trust`, `import`, `verify`: whose bundles are believed, what came in by hand, what was opened."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from appliance.backup.bundle import Published
from appliance.backup.disk import DiskFault, replace_file
from appliance.backup.manifest import Manifest
from appliance.backup.outbox import bundles_in
from appliance.backup.receipt import Receipt
from appliance.backup.unseal import RestoreError
from appliance.backup.verify import Distrusted, trusted_manifest
from appliance.cli.bar import Bar
from appliance.cli.province_home import add_home, guarded, passphrase_of
from appliance.cli.shell import (
    EXIT_FAILED,
    EXIT_OK,
    EXIT_USAGE,
    add_json,
    language,
    print_json,
    say,
    unusable,
)
from appliance.province.answer import LineFault
from appliance.province.asked import signer_line
from appliance.province.opening import Opener
from appliance.province.receipts import is_given, pair, paths_in
from appliance.province.received import NotTaken, Received, is_whole, set_aside
from appliance.province.trust import trust, trust_text
from appliance.province.venues import VenuesFault
from appliance.words import label


def add_opening(own: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs that take in and open bundles."""
    parser = own.add_parser(
        "trust", help="believe a venue's signing key, once its fingerprint was compared by phone"
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("signers", metavar="FILE", nargs="?", type=Path, help="the venue's allowed_signers")
    which.add_argument("--venue", metavar="CODE", help="in place of a file: ask that venue over the line")
    parser.add_argument("--fingerprint", metavar="SHA256:…", required=True, help="as the venue read it out")
    add_home(parser)
    parser.set_defaults(run=guarded(_trust))
    parser = own.add_parser("import", help="take in bundles that came by hand, open them, write receipts")
    parser.add_argument("source", metavar="DIR", type=Path, help="where they are; the receipts go there too")
    add_home(parser)
    add_json(parser)
    parser.set_defaults(run=guarded(_import))
    parser = own.add_parser("verify", help="open every bundle that has no receipt yet, and write it")
    parser.add_argument("venues", metavar="CODE", nargs="*", help="only of these venues; default: all")
    parser.add_argument(
        "--all",
        action="store_true",
        help="hash those that have one too; what rotted is set aside and pulled again",
    )
    add_home(parser)
    add_json(parser)
    parser.set_defaults(run=guarded(_verify))


@dataclass(slots=True, kw_only=True)
class _Row:
    """What became of one bundle; `fault` is empty where all is well."""

    bundle: str
    receipt: Receipt | None = None
    fault: str = ""
    new: bool = False


def _trust(args: argparse.Namespace) -> int:
    try:
        line = signer_line(args.home, args.venue) if args.venue else ""
    except (LineFault, VenuesFault) as error:
        say(f"venue: {error}")
        return EXIT_FAILED
    if args.venue:
        believed = trust_text(args.home, line, args.fingerprint, where=args.venue)
    else:
        believed = trust(args.home, args.signers, args.fingerprint)
    for venue, fingerprint in believed:
        print(f"{venue} {fingerprint}")
    return EXIT_OK


def _import(args: argparse.Namespace) -> int:
    found = bundles_in(args.source)
    if not found:
        say("venue: " + label(language(), "shell_no_bundle", place=args.source))
        return EXIT_USAGE
    received, opening = Received(args.home), _Opening(args)

    def rows() -> Iterator[_Row]:
        for bundle in found:
            try:
                here, manifest, new = received.take_in(bundle)
                row = opening.row(here, manifest)
                row.new = new
                if row.receipt and args.source.resolve() != here.directory.resolve():
                    row.fault = _carried(here, args.source)
            except NotTaken as error:
                row = _Row(bundle=bundle.name, fault=str(error))
            except (OSError, DiskFault) as error:  # of this bundle: the others may be whole
                row = _Row(bundle=bundle.name, fault=unusable(error, bundle.name))
            yield row

    return _told(rows(), args.json)


def _verify(args: argparse.Namespace) -> int:
    received, opening = Received(args.home), _Opening(args)
    unknown = sorted(set(args.venues) - set(received.venues()))
    if unknown:
        say(f"venue: nothing was received of {', '.join(unknown)}")
        return EXIT_USAGE
    signers = received.all_signers()

    def rows() -> Iterator[_Row]:
        for bundle in (b for venue in args.venues or received.venues() for b in received.bundles(venue)):
            if is_given(bundle) and not args.all:
                continue
            try:
                manifest = trusted_manifest(bundle, signers)[0]
                if not is_given(bundle):
                    yield opening.row(bundle, manifest)
                elif not is_whole(bundle, manifest):
                    set_aside(bundle)
                    yield _Row(
                        bundle=bundle.name,
                        fault=f"{bundle.name}: it rotted here, set aside: pull, or import it again",
                    )
            except Distrusted as error:
                yield _Row(bundle=bundle.name, fault=str(error))

    return _told(rows(), args.json)


class _Opening:
    """Opens bundles with the keys of one home, a bar for each."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._opener = Opener(args.home, passphrase=passphrase_of(args))

    def row(self, bundle: Published, manifest: Manifest) -> _Row:
        """The bundle opened to its end, and its receipt beside it; or why there is none."""
        bar, done = Bar(bundle.name), 0

        def told(size: int) -> None:
            nonlocal done
            done += size
            bar(done, manifest.size)

        try:
            return _Row(bundle=bundle.name, receipt=self._opener.receipt(bundle, manifest, told=told))
        except RestoreError as error:
            return _Row(bundle=bundle.name, fault=str(error))
        finally:
            bar.close()


def _carried(bundle: Published, away: Path) -> str:
    """The receipt on the medium that the bundle came by, or why it is not: a stick may be write-protected.

    By a rename: a link that stands there under its name leads to no other file, were it the province's own key.
    """
    try:
        for path, raw in zip(paths_in(away, bundle.name), pair(bundle), strict=True):
            replace_file(path, raw, mode=0o644)
    except DiskFault as error:
        receipt = paths_in(bundle.directory, bundle.name)[0]
        return (
            f"{bundle.name}: whole and here, but its receipt could not be put there: {error}; it is {receipt}"
        )
    return ""


def _told(rows: Iterator[_Row], as_json: bool) -> int:
    found = []
    for row in rows:
        found.append(row)
        if row.fault:
            say(f"venue: {row.fault}")
        elif not as_json and row.receipt:
            print(f"{row.bundle}  {_counts(row.receipt)}")
    if as_json:
        print_json({"bundles": [_plain(row) for row in found]})
    elif not found:
        say("Every bundle that was received has its receipt.")
    return EXIT_FAILED if any(row.fault for row in found) else EXIT_OK


def _counts(receipt: Receipt) -> str:
    counted = [s for s in receipt.sources if s.expected is not None and s.collected is not None]
    answers = "".join(f", {s.name} {s.collected}/{s.expected}" for s in counted)
    return f"{receipt.files} files opened and right{answers}" + (
        f", {receipt.torn} torn" if receipt.torn else ""
    )


def _plain(row: _Row) -> dict[str, object]:
    told: dict[str, object] = {"bundle": row.bundle, "fault": row.fault, "new": row.new}
    if row.receipt:
        told |= {"files": row.receipt.files, "bytes": row.receipt.content_bytes, "torn": row.receipt.torn}
    return told
