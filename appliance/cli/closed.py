"""Whether the venue is closed to changes: by what its guard says, or by the record where no guard answers."""

import argparse
from contextlib import closing
from pathlib import Path

from appliance.cli.shell import client_of
from appliance.client import GuardSilent, Refused
from appliance.config import ConfigError
from appliance.config.glance import STATE_DIR, glance
from appliance.eventlog.files import log_files
from appliance.eventlog.log import LogError
from appliance.eventlog.record import Record

PHASES = ("sealed", "preparing", "running", "closing")
SEALED, SILENT, UNREADABLE = "sealed", "silent", "unreadable"


def closed(args: argparse.Namespace) -> str:
    """'' where it may be changed. SEALED: the guard says no; SILENT, UNREADABLE: no guard, and the record says no."""
    try:
        snapshot = client_of(args).call("status")
    except (GuardSilent, Refused):
        return _by_the_record(state_dir(args.config))
    sealed = snapshot.get("seal") is not None or snapshot.get("phase", {}).get("name") in PHASES
    return SEALED if sealed else ""


def state_dir(config: Path) -> Path:
    """Where the venue's state lies; the usual place where the configuration can not be read."""
    try:
        return glance(config).state_dir
    except ConfigError:
        return STATE_DIR


def _by_the_record(state: Path) -> str:
    """By the last seal, in whichever file it stands: a guard that is down has lifted none."""
    if not log_files(state / "log"):
        return ""
    try:
        with closing(Record(state / "log")) as record:
            made, lifted = record.last("seal.made"), record.last("seal.lifted")
            if not made and not lifted and record.unreadable:
                return UNREADABLE
    except LogError:
        return UNREADABLE
    return SILENT if made and (lifted is None or lifted.seq < made.seq) else ""
