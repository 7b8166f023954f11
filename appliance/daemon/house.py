"""Keeps the house in order by the calendar: the nightly bundle, the walk over the whole log."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler

from appliance.backup import drill_place
from appliance.daemon.settings import Settings
from appliance.dispatch import ActRequest, Inbox, Report
from appliance.eventlog import EventLog, LogError, verify
from appliance.eventlog.files import newest
from appliance.events.bodies import LogVerified
from appliance.exam.acts import Act

NIGHTLY_HOUR = 2


class House:
    """A scheduler for what no sitting needs: a job that is missed once is done the next night."""

    def __init__(self, scheduler: BackgroundScheduler) -> None:
        self._scheduler = scheduler

    def start(self) -> None:
        """Begins to keep the calendar."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stops; a job under way is not waited for."""
        self._scheduler.shutdown(wait=False)


def keep(*, settings: Settings, inbox: Inbox, alarm: Callable[[str], None]) -> House:
    """The house of a venue. In a simulated world the calendar would run in real time: there it is empty."""
    scheduler = BackgroundScheduler(timezone=ZoneInfo(settings.plan.timezone))
    # Answers in the clear, where the power went in a drill. At once, and beside the guard's own start.
    scheduler.add_job(drill_place.sweep, args=(settings.config.venue.state_dir,))
    if not settings.plan.simulated:
        scheduler.add_job(
            _verify_log,
            "cron",
            hour=NIGHTLY_HOUR + 1,
            kwargs={"settings": settings, "inbox": inbox, "alarm": alarm},
        )
        if settings.plan.backup:
            scheduler.add_job(_nightly_bundle, "cron", hour=NIGHTLY_HOUR, kwargs={"inbox": inbox})
    return House(scheduler)


def _nightly_bundle(inbox: Inbox) -> None:
    inbox.put(ActRequest(act=Act(verb="backup.run", args={"by": "nightly", "full": True})))


def _verify_log(settings: Settings, inbox: Inbox, alarm: Callable[[str], None]) -> None:
    try:
        log = EventLog(newest(settings.log_directory), read_only=True)
    except LogError as error:
        alarm(f"the event log could not be verified: {error}")
        return
    try:
        found = verify(log)
    finally:
        log.close()
    inbox.put(Report(body=LogVerified(rows=found.rows, problem=found.problem)))
