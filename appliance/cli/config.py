"""`venue config`: check it, put in place what hangs on it, or print a sample to begin with."""

import argparse
import json
import os
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from appliance import daemon
from appliance.backup.age_keys import AgeKeyError, parse_recipient
from appliance.cli.shell import (
    EXIT_CONFIG,
    EXIT_FAILED,
    EXIT_NOT_PERMITTED,
    EXIT_OK,
    EXIT_WARNING,
    add_json,
    language,
    print_json,
    say,
    say_faults,
    why_not,
)
from appliance.clock import SystemClock
from appliance.config import DEFAULT_PATH, ConfigError
from appliance.config.load import Config
from appliance.config.lockdown import UNCONFIGURED
from appliance.enrolment.enrolled import ending
from appliance.finding import Finding
from appliance.words import label
from appliance.words.setup.findings import finding_sentence

RULES = "rules"  # of --job: what the boot reads alone, no other program's file


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    config = verbs.add_parser(
        "config", help="check the configuration, put lockdown.conf in place, print a sample"
    )
    acts = config.add_subparsers(metavar="ACT", required=True)
    check = acts.add_parser("check", help="every fault at once, with path and reason")
    _add_file(check)
    add_json(check)
    check.set_defaults(run=run_check)
    apply = acts.add_parser(
        "apply", help="write what holds early in the boot, and what dnsmasq, chronyd and nginx answer"
    )
    _add_file(apply)
    apply.add_argument(
        "--check", action="store_true", help="write nothing: print the difference, exit 1 if there is one"
    )
    # For venue-boot-files@.service: what is written, and what reads it is told.
    apply.add_argument("--job", choices=(RULES, "all"), default="", help=argparse.SUPPRESS)
    apply.set_defaults(run=run_apply)
    schema = acts.add_parser("schema", help="the schema of the configuration (JSON Schema)")
    schema.set_defaults(run=run_schema)
    sample = acts.add_parser("sample", help="a commented sample on stdout")
    sample.set_defaults(run=run_sample)


def _add_file(parser: argparse.ArgumentParser) -> None:
    default = Path(os.environ.get("VENUE_CONFIG", str(DEFAULT_PATH)))
    parser.add_argument("file", nargs="?", type=Path, metavar="F", default=default)


def run_check(args: argparse.Namespace) -> int:
    """Checks the file, its timetable and its seat list; exit 78 with every fault."""
    try:
        settings = checked(args.file)
    except ConfigError as error:
        if args.json:
            print_json({"ok": False, "faults": list(error.faults), "found": found_json(error.faults)})
        say_faults(error.faults)
        return EXIT_CONFIG
    now = SystemClock().wall()
    warnings: list[Finding] = [
        *daemon.warnings(settings),
        *daemon.recipients.expiring(settings.config, now),
        *ending(args.file.parent, now),
    ]
    if args.json:
        denied = list(settings.plan.cards_denied)
        found = found_json(warnings)
        print_json({"ok": True, "faults": [], "warnings": warnings, "found": found, "cards_denied": denied})
        return EXIT_OK
    plan, tongue = settings.plan, language()
    for warning in warnings:
        say(label(tongue, "config_warning") + finding_sentence(tongue, warning))  # whole: its end is what to do
    counts = {"sittings": len(plan.sittings), "seats": len(plan.seats), "ups": len(plan.ups)}
    print(label(tongue, "config_ok", file=str(args.file), name=plan.name, **counts))
    return EXIT_OK


def found_json(found: Iterable[Finding]) -> list[dict[str, object]]:
    """The same lines for a program: place, code and values, in every language the same."""
    return [
        {"place": one.place, "code": one.code, "value": one.value, "values": one.values, "text": str(one)}
        for one in found
    ]


def checked(path: Path) -> daemon.Settings:
    """The settings that `path` gives, keys and their last days looked at too. Raises ConfigError with every fault."""
    settings = daemon.read(path)
    if unfit := _weak(settings) + daemon.recipients.expired(path, settings.config, SystemClock().wall()):
        raise ConfigError(unfit)
    return settings


def _weak(settings: daemon.Settings) -> list[Finding]:
    """Keys that anybody could open a bundle of: seen only by who calculates with them, and the guard does not."""
    found = []
    for n, recipient in enumerate(settings.config.backup.recipients):
        try:
            parse_recipient(recipient.key)
        except AgeKeyError as error:
            place = f"{settings.path.name}: backup.recipients[{n}]"
            found.append(Finding(place, "weak_key", str(error)))
    return found


def run_apply(args: argparse.Namespace) -> int:
    """Writes the files of other programs beside the file, prints what changed; with a fault nothing is.

    Machines that were registered or retired on the page count as the record has them.
    """
    settings = daemon.read(args.file)
    path = daemon.lockdown.path_of(settings)
    changes: list[str] = []
    tongue = language()
    try:
        _apply_boot(settings, changes, check=args.check)
        others = _apply_recorded(daemon.as_recorded(settings), changes, check=args.check, rules=args.job == RULES)
    except OSError as error:
        say(label(tongue, "apply_refused", file=str(path), reason=why_not(error)))
        return EXIT_NOT_PERMITTED if isinstance(error, PermissionError) else EXIT_FAILED
    except daemon.SeatsUnknown as error:
        for line in changes:
            print(line)
        say(label(tongue, "apply_no_record", reason=str(error)))
        return EXIT_FAILED
    for line in changes or [label(tongue, "apply_same", file=str(path))]:
        print(line)
    if args.job and (failed := daemon.answers.restarted(others)):
        for line in failed:
            say(line)
        return EXIT_FAILED
    return EXIT_WARNING if changes and args.check else EXIT_OK


def _apply_boot(settings: daemon.Settings, changes: list[str], *, check: bool) -> None:
    """lockdown.conf, and the mark of a box that is nobody's: before the rules, whose failing must keep no box open."""
    changes += (lines := daemon.lockdown.changes(settings))
    if lines and not check:
        daemon.lockdown.put(settings)
    if daemon.lockdown.is_due(settings):
        mark = settings.path.with_name(UNCONFIGURED)
        changes.append(label(language(), "apply_closes", file=str(mark)))
        if not check:
            daemon.lockdown.close_from_next_boot(settings)


def _apply_recorded(
    settings: daemon.Settings, changes: list[str], *, check: bool, rules: bool
) -> list[Path]:
    """The line's rules and, unless `rules` are all, the files of other programs; those of the latter that differed."""
    tongue, done = language(), "apply_differs" if check else "apply_done"
    if daemon.line.boot_differs(settings):
        changes.append(label(tongue, done, file=str(daemon.line.boot_file(settings))))
        if not check:
            daemon.line.put_boot_file(settings)
    others = [] if rules else daemon.answers.differing(settings)
    for other in others:
        restart = label(tongue, "apply_restart", unit=daemon.answers.UNITS[other.name])
        changes.append(label(tongue, done, file=str(other)) + restart)
    if others and not check:
        daemon.answers.put(settings)
    return others


def run_schema(args: argparse.Namespace) -> int:
    """Prints the schema, for editors and for the province's own programs."""
    print(json.dumps(Config.model_json_schema(), ensure_ascii=False, indent=2))
    return EXIT_OK


def run_sample(args: argparse.Namespace) -> int:
    """Prints the sample; it passes `venue config check` beside its own timetable and seat list."""
    print(resources.files("appliance").joinpath("sample.toml").read_text(encoding="utf-8"), end="")
    return EXIT_OK
