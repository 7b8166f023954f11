"""`venue seal` and `venue unseal`: two people, two PINs; `venue seal certificate`: what they signed, to print."""

import argparse
from pathlib import Path
from typing import Any

from appliance.cli.check import table
from appliance.cli.shell import (
    EXIT_FAILED,
    EXIT_OK,
    EXIT_UNAVAILABLE,
    EXIT_USAGE,
    add_config,
    add_json,
    asking,
    client_of,
    language,
    pin_of,
    print_json,
    say,
    unusable,
)
from appliance.client import Refused
from appliance.config import ConfigError
from appliance.config.glance import glance
from appliance.words import label
from web import create_app

STYLE = '<link rel="stylesheet" href="/static/seal.css">'


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verbs."""
    seal = verbs.add_parser("seal", help="seal the venue for a batch; `certificate` prints what was signed")
    _add_people(seal, required=False)
    seal.add_argument("--batch", default="", help="default: the next one")
    seal.add_argument(
        "--override",
        action="append",
        default=[],
        metavar="POINT=REASON",
        help="seal over a red point of `venue check`, with the written reason; once for each",
    )
    seal.set_defaults(run=asking(run_seal))
    acts = seal.add_subparsers(metavar="ACT")
    certificate = acts.add_parser("certificate", help="the certificate of the last seal")
    add_config(certificate)
    add_json(certificate)
    certificate.add_argument("--html", type=Path, metavar="F", help="write the page to print")
    certificate.set_defaults(run=asking(run_certificate))
    unseal = verbs.add_parser("unseal", help="lift the seal")
    _add_people(unseal, required=True)
    unseal.add_argument("--reason", required=True)
    unseal.set_defaults(run=asking(run_unseal))


def _add_people(parser: argparse.ArgumentParser, *, required: bool) -> None:
    add_config(parser)
    parser.add_argument("--chief", required=required, default="", metavar="NAME")
    parser.add_argument("--technician", required=required, default="", metavar="NAME")


def run_seal(args: argparse.Namespace) -> int:
    """Seals over the list as it stands now; asks both PINs. What is red and has no reason is listed."""
    overrides = dict(each.partition("=")[::2] for each in args.override)
    if not args.chief or not args.technician or not all(overrides.values()):
        say(label(language(), "shell_seal_words"))
        return EXIT_USAGE
    client = client_of(args)
    snapshot: dict[str, Any] = client.call("status")
    values = {"chief": args.chief, "technician": args.technician, "batch": args.batch, "overrides": overrides}
    pins = {"chief": pin_of("chief"), "technician": pin_of("technician")}
    try:
        client.call("seal", pins=pins, revision=snapshot["readiness"]["revision"], **values)
    except Refused as refusal:
        if refusal.code == "points-not-ready":
            for line in table(snapshot, only_red=True):
                say(line)
        raise
    return EXIT_OK


def run_unseal(args: argparse.Namespace) -> int:
    """Lifts the seal; asks both PINs."""
    pins = {"chief": pin_of("chief"), "technician": pin_of("technician")}
    client_of(args).call(
        "unseal", pins=pins, chief=args.chief, technician=args.technician, reason=args.reason
    )
    return EXIT_OK


def run_certificate(args: argparse.Namespace) -> int:
    """Prints the row's hash, everything as JSON, or writes the page that is printed."""
    client = client_of(args)
    told: dict[str, Any] = client.call("seal.certificate")
    if args.json:
        print_json(told)
        return EXIT_OK
    if args.html is None:
        print(told["row_hash"])
        return EXIT_OK
    try:
        tongue = glance(args.config).language
    except ConfigError:
        tongue = language()
    visitor = create_app(client=client, language=tongue).test_client()
    page, style = visitor.get(f"/seal/certificate?lang={tongue}"), visitor.get("/static/seal.css")
    if page.status_code != 200:
        return EXIT_FAILED
    text = page.get_data(as_text=True).replace(STYLE, f"<style>{style.get_data(as_text=True)}</style>")
    try:
        args.html.write_text(text, encoding="utf-8")
    except OSError as error:
        say(unusable(error, args.html))
        return EXIT_UNAVAILABLE
    return EXIT_OK
