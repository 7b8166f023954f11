"""`venue province enrol`, `revoke`: the file that makes a box a venue's own, and a box that is shut out."""

import argparse
import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from appliance.cli.province_home import add_home, guarded
from appliance.cli.shell import EXIT_CONFIG, EXIT_OK, EXIT_USAGE, add_json, language, print_json, say
from appliance.province.enrol import Asked, NotEnrolled, enrol
from appliance.province.revoke import NothingToRevoke, revoke
from appliance.province.venues import VenuesFault
from appliance.words import label

_COLUMNS = ("code", "name", "address", "timetable")
_CONTACT = "contact."
_LIMIT_BYTES = 8 << 20


def add_enrol(own: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `enrol` and `revoke`."""
    parser = own.add_parser(
        "enrol", help="make the file that makes a box this venue's own; again: a newer one"
    )
    parser.add_argument("code", metavar="CODE", nargs="?", help="the venue's code, as 520100-03")
    parser.add_argument("--name", default="", help="as the page shows it")
    parser.add_argument(
        "--address",
        metavar="HOST:PORT",
        default="",
        help="where the box is reached; dial-out: it calls the province",
    )
    parser.add_argument("--timetable", metavar="F", default="", help="default: the one that enrol.toml names")
    parser.add_argument(
        "--contact",
        metavar="ROLE=TEXT",
        action="append",
        default=[],
        help="whom to phone, as technician=张工 138…",
    )
    parser.add_argument(
        "--many",
        metavar="CSV",
        type=Path,
        help="hundreds at once: columns code, name, address, timetable, contact.ROLE",
    )
    add_home(parser)
    add_json(parser)
    parser.set_defaults(run=guarded(_told(_enrol)))
    parser = own.add_parser("revoke", help="a stolen or replaced box: believe nothing more that it says")
    parser.add_argument("code", metavar="CODE", help="the venue's code, as 520100-03")
    add_home(parser)
    parser.set_defaults(run=guarded(_told(_revoke)))


def _told(verb: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        try:
            return verb(args)
        except (NotEnrolled, VenuesFault) as error:
            say("\n".join(f"venue: {line}" for line in str(error).splitlines()))
            return EXIT_CONFIG
        except NothingToRevoke as error:
            say(f"venue: {error}")
            return EXIT_USAGE

    return run


def _enrol(args: argparse.Namespace) -> int:
    if (args.code is None) == (args.many is None):
        say("venue: " + label(language(), "shell_one_code"))
        return EXIT_USAGE
    made = enrol(args.home, _many(args.many) if args.many else [_one(args)], now=datetime.now(UTC))
    if args.json:
        files = [
            {"code": one.code, "serial": one.serial, "file": str(one.path), "fingerprint": one.fingerprint}
            for one in made
        ]
        print_json({"files": files})
        return EXIT_OK
    for one in made:
        print(f"{one.code}  {one.serial}  {one.fingerprint}  {one.path}")
    say(label(language(), "shell_bring"))
    return EXIT_OK


def _one(args: argparse.Namespace) -> Asked:
    pairs = [text.partition("=") for text in args.contact]
    if bad := [name for name, equals, text in pairs if not (name and equals and text)]:
        raise NotEnrolled(f"--contact {bad[0]}: ROLE=TEXT was expected")
    contacts = {name.strip(): text.strip() for name, _, text in pairs}
    return Asked(
        code=args.code, name=args.name, address=args.address, timetable=args.timetable, contacts=contacts
    )


def _many(path: Path) -> list[Asked]:
    """The venues of a table, as a spreadsheet writes it: UTF-8, with or without its mark."""
    with path.open("rb") as file:
        raw = file.read(_LIMIT_BYTES + 1)
    try:
        if len(raw) > _LIMIT_BYTES:
            raise NotEnrolled(f"{path}: longer than {_LIMIT_BYTES} bytes")
        rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise NotEnrolled(f"{path}: {error}: CSV in UTF-8 was expected") from error
    head = set(rows[0]) if rows else set()
    unknown = sorted(
        str(name) for name in head if name not in _COLUMNS and not str(name).startswith(_CONTACT)
    )
    if "code" not in head or unknown:
        raise NotEnrolled(
            f"{path}: columns {', '.join(_COLUMNS)} and {_CONTACT}ROLE were expected, not {', '.join(unknown)}"
        )
    if long := [number for number, row in enumerate(rows, 2) if None in row]:
        raise NotEnrolled(f"{path}: line {long[0]} has more cells than there are columns")
    return [_row({key: (text or "").strip() for key, text in row.items()}, path.parent) for row in rows]


def _row(row: dict[str, str], beside: Path) -> Asked:
    """A line of the table; a timetable's name is that of a file beside it."""
    plain = {key: row.get(key, "") for key in _COLUMNS}
    if plain["timetable"]:
        plain["timetable"] = str((beside / plain["timetable"]).resolve())
    contacts = {
        key.removeprefix(_CONTACT): text for key, text in row.items() if key.startswith(_CONTACT) and text
    }
    return Asked(**plain, contacts=contacts)


def _revoke(args: argparse.Namespace) -> int:
    certificates, keys = revoke(args.home, args.code, now=datetime.now(UTC))
    print(f"{args.code}: {certificates} certificates and {keys} signing keys are refused from now on")
    say("What it sent before stays and opens. A new box: venue province enrol, then trust its key.")
    return EXIT_OK
