"""Whether the venue is closed to changes: by what its guard says, or by record and timetable where no guard answers."""

import argparse
from pathlib import Path

from appliance.cli.shell import EXIT_BUSY, EXIT_UNKNOWN, client_of
from appliance.client import GuardSilent, Refused
from appliance.clock import SystemClock
from appliance.config import ConfigError, lockdown
from appliance.config.glance import STATE_DIR, glance
from appliance.daemon import StandingUnknown, ever_sealed, standing

SITTING = ("preparing", "running", "closing")
# The guard says no; no guard answers, and the record says no; nobody can say.
SEALED, EXAM, SILENT, SILENT_EXAM = "sealed", "exam", "silent", "silent-exam"
UNREADABLE, MISSING = "unreadable", "missing"
EXIT_CODES = {SEALED: EXIT_BUSY, EXAM: EXIT_BUSY, SILENT: EXIT_UNKNOWN, SILENT_EXAM: EXIT_UNKNOWN}


def closed(args: argparse.Namespace, *, package: bool = False) -> str:
    """Why it may not be changed now, one of the words above; '' where it may.

    A box that never sealed anything is no venue's yet: it may be set up while a sitting is on, for the exam goes on
    without it and the box that failed is to be replaced. `package`: what runs is to be taken away or exchanged, which
    waits for the sitting's end there too.
    """
    log = state_dir(args.config) / "log"
    try:
        snapshot = client_of(args).call("status")
    except (GuardSilent, Refused):
        return _by_the_record(log, args.config.parent, package=package)
    phase = snapshot.get("phase", {}).get("name")
    if snapshot.get("seal") is not None or phase == "sealed":
        return SEALED
    return EXAM if phase in SITTING and (package or _ever_sealed(log)) else ""


def exit_code(why: str) -> int:
    """What a shell gets: 75 where the guard said no, 3 where nobody answered for it."""
    return EXIT_CODES.get(why, EXIT_UNKNOWN)


def state_dir(config: Path) -> Path:
    """Where the venue's state lies; the usual place where the configuration can not be read."""
    try:
        return glance(config).state_dir
    except ConfigError:
        return STATE_DIR


def _ever_sealed(log: Path) -> bool:
    try:
        return ever_sealed(log)
    except StandingUnknown:
        return True


def _by_the_record(log: Path, place: Path, *, package: bool) -> str:
    try:
        found = standing(log, SystemClock().wall())
        if _was_set_up(place) and not _has_record(log):
            return MISSING
    except (StandingUnknown, OSError):
        return UNREADABLE
    if found.sealed:
        return SILENT
    return SILENT_EXAM if found.sitting and (package or found.ever_sealed) else ""


def _was_set_up(place: Path) -> bool:
    """Whether `venue config apply` made the box somebody's: a guard runs from then on, and a record is expected."""
    return (place / lockdown.NAME).is_file() and not (place / lockdown.UNCONFIGURED).exists()


def _has_record(log: Path) -> bool:
    return log.is_dir() and any(log.iterdir())
