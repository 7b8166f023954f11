"""What makes bundles and copies them, constructed: children of the guard, each of which reports its fact."""

import sys
from collections.abc import Callable

from appliance.config import DEFAULT_PATH
from appliance.config.glance import RUN_DIR
from appliance.daemon.settings import Settings
from appliance.enforce.copies import Copies
from appliance.enforce.job import UNIT, BackupJobs
from appliance.events import Body


def make_jobs(settings: Settings, report: Callable[[Body], None]) -> BackupJobs:
    """What starts a bundle, one at a time."""
    venue = ("-m", "appliance", "backup", "run", "--config", str(settings.path), "--job")
    return BackupJobs(
        argv=(sys.executable, *venue),
        request=settings.config.venue.run_dir / "backup-request.json",
        unit_name=UNIT if _usual(settings) else "",
        report=report,
    )


def make_copies(settings: Settings, report: Callable[[Body], None]) -> dict[str, Copies]:
    """What brings each second place up, by its posture key."""
    venue = ("-m", "appliance", "backup", "copy", "--config", str(settings.path))
    return {
        f"copy:{place}": Copies(
            place=place, argv=(sys.executable, *venue), report=report, by_unit=_usual(settings)
        )
        for place in settings.config.backup.copies
    }


def _usual(settings: Settings) -> bool:
    """The units' command lines name these two: another configuration's backups are no business of theirs."""
    return (settings.path, settings.config.venue.run_dir) == (DEFAULT_PATH, RUN_DIR)
