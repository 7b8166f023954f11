"""What makes bundles and copies them, constructed: children of the guard, each of which reports its fact."""

import sys
from collections.abc import Callable
from pathlib import Path

from appliance.config import DEFAULT_PATH
from appliance.config.glance import RUN_DIR
from appliance.daemon.settings import Settings
from appliance.enforce.copies import Copies
from appliance.enforce.job import UNIT, BackupJobs
from appliance.enforce.receipts import Receipts
from appliance.events import Body
from appliance.watch import receipts
from appliance.watch.thread import Post, Watcher


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


def make_receipts(settings: Settings) -> Receipts:
    """What has receipts looked at that came over the line."""
    venue = ("-m", "appliance", "backup", "receipt", "--job", "--config", str(settings.path))
    return Receipts(
        incoming=incoming(settings), argv=(sys.executable, *venue), by_unit=_usual(settings)
    )


def receipt_watchers(settings: Settings, post: Post) -> list[Watcher]:
    """What sees that some lie there; none where there are no bundles."""
    if not settings.plan.backup:
        return []
    read = receipts.reader(incoming(settings))
    return [Watcher(instrument="receipts", read=read, post=post, period_s=lambda: receipts.PERIOD_S)]


def incoming(settings: Settings) -> Path:
    """Where the page puts receipts."""
    return settings.config.venue.state_dir / "receipts" / "incoming"


def _usual(settings: Settings) -> bool:
    """The units' command lines name these two: another configuration's backups are no business of theirs."""
    return (settings.path, settings.config.venue.run_dir) == (DEFAULT_PATH, RUN_DIR)
