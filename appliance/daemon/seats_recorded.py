"""The seat list with the machines that people registered and retired, for what holds before the guard runs."""

from dataclasses import replace

from appliance.daemon.settings import Settings
from appliance.dispatch.start import recorded
from appliance.enforce.firewall.firewall import with_places
from appliance.enforce.firewall.place import BadPlan, place
from appliance.eventlog import LogError
from appliance.exam.seat_changes import still_meant, with_changes


class SeatsUnknown(Exception):
    """The record can not be read, or no rule can be made of what it says; one line says why."""


def as_recorded(settings: Settings) -> Settings:
    """`settings` whose plan has the seats as the record says that people changed them, read only. Raises SeatsUnknown.

    A port of the box that a retired machine hung on stays a seat's: who is plugged in there next is nobody.
    """
    try:
        venue = recorded(settings.log_directory)
    except (LogError, OSError) as error:
        raise SeatsUnknown(f"{settings.log_directory}: {error}") from error
    if venue is None or not venue.changes:
        return settings
    plan = with_changes(settings.plan, still_meant(venue.changes, settings.plan))
    net = replace(plan.net, seats=with_places(plan.net.seats, settings.plan.net.seats))
    try:
        place(net)
    except BadPlan as error:
        raise SeatsUnknown(f"seats as the record has them: {error}") from error
    return Settings(path=settings.path, config=settings.config, plan=replace(plan, net=net))
