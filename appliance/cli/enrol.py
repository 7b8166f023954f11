"""`venue enrol`: the province's venue file becomes this box's own, once people compared its fingerprint."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from appliance.backup.disk import DiskFault
from appliance.cli.closed import closed, exit_code, state_dir
from appliance.cli.shell import (
    EXIT_CONFIG,
    EXIT_FAILED,
    EXIT_NOT_PERMITTED,
    EXIT_OK,
    EXIT_UNAVAILABLE,
    EXIT_USAGE,
    add_config,
    language,
    say,
    say_faults,
    unusable,
)
from appliance.config import ConfigError
from appliance.config.load import load
from appliance.enrolment.dial_key import DialKeyFault, public_half
from appliance.enrolment.enrolled import (
    NotEnrolled,
    check_order,
    current,
    serial_in_place,
    stage,
    sweep,
    turn,
)
from appliance.enrolment.venue_file import LIMIT_BYTES, VenueFile, VenueFileFault, fingerprint, read
from appliance.words.province.enrol import enrol_sentence
from appliance.words.setup.closed import closed_sentence


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = verbs.add_parser(
        "enrol", help="take the province's venue file: who this venue is, its keys and certificate"
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the venue file, by hand from the province")
    parser.add_argument(
        "--fingerprint", metavar="DIGITS", default="",
        help="its 30 digits, as the province read them out; no question is asked then",
    )  # fmt: skip
    parser.add_argument("--replace", action="store_true", help="this box becomes another venue's")
    add_config(parser)
    parser.set_defaults(run=run_enrol)


def run_enrol(args: argparse.Namespace) -> int:
    """Checks the file, has its fingerprint compared, puts all of it in place; prints the key for the province."""
    place, tongue = args.config.parent, language()
    try:
        with args.file.open("rb") as opened:
            raw = opened.read(LIMIT_BYTES + 1)
        file = read(raw, now=datetime.now(UTC))
        before, print_ = current(place), fingerprint(raw)
        check_order(before, file, print_, replace=args.replace, unreadable=serial_in_place(place))
        _check_code(args.config, file, replace=args.replace or before is not None)
    except (VenueFileFault, NotEnrolled) as error:
        say(f"venue: {args.file}: {error}")
        return EXIT_FAILED
    except OSError as error:
        say(f"venue: {unusable(error, args.file)}")
        return EXIT_USAGE
    if why := closed(args):
        say(closed_sentence(tongue, why))
        return exit_code(why)
    say(enrol_sentence(tongue, "file", code=file.code, name=file.name, serial=file.serial, issued=file.issued_at))
    if before:
        say(enrol_sentence(tongue, "before", code=before.code, serial=before.serial))
    if not _compared(tongue, print_, args.fingerprint):
        return EXIT_NOT_PERMITTED
    return _put(args.config, file, print_, tongue)


def _put(config: Path, file: VenueFile, print_: str, tongue: str) -> int:
    place, dialled = config.parent, ""
    try:
        place.mkdir(parents=True, exist_ok=True)
        staged = stage(place, file, print_)
        try:
            if config.exists():
                load(config, beside=staged)
            if file.dial_out:
                dialled = public_half(state_dir(config), file.code)
            turn(place, staged)
        finally:
            sweep(place)
    except ConfigError as error:
        say_faults(error.faults)
        return EXIT_CONFIG
    except DialKeyFault as error:
        say(f"venue: {error}")
        return EXIT_FAILED
    except (DiskFault, OSError) as error:
        say(f"venue: {unusable(error, place)}")
        return EXIT_NOT_PERMITTED if isinstance(error, PermissionError) else EXIT_UNAVAILABLE
    say(enrol_sentence(tongue, "done", code=file.code, name=file.name, serial=file.serial))
    if dialled:
        say(enrol_sentence(tongue, "dial"))
        print(dialled)
    say(enrol_sentence(tongue, "next"))
    return EXIT_OK


def _compared(tongue: str, print_: str, given: str) -> bool:
    """Whether somebody says that the province reads the same digits."""
    if given:
        same = "".join(given.split()) == "".join(print_.split())
        say(enrol_sentence(tongue, "compare", fingerprint=print_) if same else enrol_sentence(tongue, "differs"))
        return same
    say(enrol_sentence(tongue, "compare", fingerprint=print_))
    try:
        said = input(enrol_sentence(tongue, "ask"))
    except EOFError:
        said = ""
    if said.strip().lower() != "yes":
        say(enrol_sentence(tongue, "declined"))
        return False
    return True


def _check_code(config: Path, file: VenueFile, *, replace: bool) -> None:
    """A box that was set up by hand for one venue is not made another's by a file that got mixed up."""
    try:
        code = load(config).venue.code if config.exists() else file.code
    except ConfigError:
        return  # what is wrong in it is told once all of it is put together
    if code != file.code and not replace:
        raise NotEnrolled(f"{config} is of {code}, the file is of {file.code}: --replace makes it another venue's")
