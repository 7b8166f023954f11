"""What every verb needs of the shell: exit codes, the guard's client, errors in one line, JSON out."""

import argparse
import errno
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from appliance.client import Client, GuardSilent, Refused
from appliance.config import DEFAULT_PATH, ConfigError
from appliance.config.glance import RUN_DIR, glance
from appliance.finding import Finding
from appliance.words import shell_language
from appliance.words.refusals import refusal_sentence
from appliance.words.setup.findings import finding_sentence
from appliance.words.system import system_reason, with_file

EXIT_OK, EXIT_WARNING, EXIT_FAILED, EXIT_UNKNOWN = 0, 1, 2, 3
EXIT_USAGE, EXIT_UNAVAILABLE, EXIT_BUSY, EXIT_NOT_PERMITTED, EXIT_CONFIG = 64, 69, 75, 77, 78


def language() -> str:
    """zh_CN or en, by LANG."""
    return shell_language(os.environ)


def say(text: str) -> None:
    """A message to the person: stderr, so that stdout stays the answer."""
    print(text, file=sys.stderr)


def say_faults(faults: Iterable[Finding]) -> None:
    """Each fault of the configuration as a line."""
    for fault in faults:
        say(finding_sentence(language(), fault))


def why_not(error: Exception) -> str:
    """Why a file or a line can not be used, in a plain word; of an OSError or a DiskFault, which both have `errno`."""
    number, own = getattr(error, "errno", None), getattr(error, "strerror", None)
    if number is None and isinstance(error, TimeoutError):  # a socket's own, without a number
        number = errno.ETIMEDOUT
    return system_reason(language(), number if isinstance(number, int) else 0, own or str(error))


def unusable(error: Exception, file: object = "") -> str:
    """The same with the file's name before it: the error's own where none is given and it has one."""
    own = getattr(error, "filename", None)
    named = str(file) if file else os.fsdecode(own) if isinstance(own, str | bytes) else ""
    return with_file(language(), named, why_not(error))


def worded(error: Exception) -> str:
    """What a room of ours says; where it is `FILE: REASON` and the reason the system's, that one in the language."""
    seen, text = error.__cause__, str(error)
    if not isinstance(seen, OSError):
        return text
    file = text.removesuffix(f": {seen.strerror or seen}")
    return text if file == text else unusable(seen, file)


def add_config(parser: argparse.ArgumentParser) -> None:
    """The --config option; VENUE_CONFIG in the environment is its default where set."""
    default = Path(os.environ.get("VENUE_CONFIG", str(DEFAULT_PATH)))
    parser.add_argument("--config", type=Path, default=default, metavar="F", help="default: %(default)s")


def add_json(parser: argparse.ArgumentParser) -> None:
    """The --json option of reading verbs."""
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def client_of(args: argparse.Namespace) -> Client:
    """The client of the guard that the configuration names; the usual place where there is no configuration."""
    try:
        run_dir = glance(args.config).run_dir
    except ConfigError:
        run_dir = RUN_DIR
    return Client(run_dir / "control.sock")


def asking(act: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """A verb whose refusals and silences become one line and an exit code."""

    def run(args: argparse.Namespace) -> int:
        try:
            return act(args)
        except GuardSilent as error:
            say(refusal_sentence(language(), "guard-silent", {"reason": worded(error)}))
            return EXIT_UNKNOWN
        except Refused as refusal:
            say(refusal_sentence(language(), refusal.code, refusal.details))
            return refusal.exit_code

    return run


def print_json(value: dict[str, Any]) -> None:
    """One object with its schema, on stdout."""
    print(json.dumps({"schema": 1} | value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


def print_line(value: dict[str, Any]) -> None:
    """One object with its schema as a line of stdout, at once; from several threads too, each line whole."""
    sys.stdout.write(json.dumps({"schema": 1} | value, ensure_ascii=False) + "\n")  # print writes its newline apart
    sys.stdout.flush()


def local(when: object, zone: str, form: str = "%m-%d %H:%M:%S") -> str:
    """An ISO time as the venue's wall clock shows it; '' where there is none."""
    if not isinstance(when, str) or not when:
        return ""
    return datetime.fromisoformat(when).astimezone(ZoneInfo(zone)).strftime(form)


def coloured(text: str, level: str) -> str:
    """The text in its level's colour, where stdout is a terminal and NO_COLOR is not set."""
    codes = {"ok": "32", "attention": "33", "critical": "1;31", "unknown": "35"}
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ or level not in codes:
        return text
    return f"\x1b[{codes[level]}m{text}\x1b[0m"


def pin_of(role: str) -> str:
    """A role's PIN: asked on the terminal, else VENUE_PIN_ROLE from the environment; '' where neither is."""
    given = os.environ.get(f"VENUE_PIN_{role.upper()}", "")
    if given or not sys.stdin.isatty():
        return given
    return getpass.getpass(f"PIN ({role}): ")
