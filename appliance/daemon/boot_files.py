"""The files that hold before the guard runs: whether they follow what people changed, and what has them written."""

from dataclasses import replace
from pathlib import Path

from appliance.config import lockdown
from appliance.daemon import answers, line
from appliance.daemon import lockdown as of_usb
from appliance.daemon.settings import Settings
from appliance.dispatch.reconcile import Enforcer
from appliance.enforce.aside import Aside
from appliance.enforce.boot_files import BootFiles
from appliance.enforce.firewall.firewall import with_places
from appliance.enforce.firewall.place import place
from appliance.events.seats import seats_listed
from appliance.exam.boot_files import ALL


def enforcers(settings: Settings, root: Path = Path("/")) -> dict[str, Enforcer]:
    """What holds `boot`, by key; nothing where the plan asks for none."""
    if not settings.plan.boot_files:
        return {}
    mark = settings.path.with_name(lockdown.UNCONFIGURED)

    def differs(what: str, changes: str) -> bool:
        return differing(settings, what, changes)

    return {"boot": Aside(BootFiles(is_open=mark.exists, differs=differs, root=root).hold).hold}


def differing(settings: Settings, what: str, changes: str) -> bool:
    """Whether a file is not as `settings` and the seat list's changes ask, those of other programs with ALL alone.

    Raises OSError where one can not be read, ValueError where no rule can be made of the list.
    """
    listed = settings.plan.net.seats
    net = replace(settings.plan.net, seats=with_places(seats_listed(listed, changes), listed))
    place(net)
    now = Settings(path=settings.path, config=settings.config, plan=replace(settings.plan, net=net))
    if of_usb.changes(now) or of_usb.is_due(now) or line.boot_differs(now):
        return True
    return what == ALL and bool(answers.differing(now))
