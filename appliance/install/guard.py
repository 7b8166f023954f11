"""Whether a box may be touched now: `venue changeable` says it, by its guard or by the record where none answers."""

import json
from dataclasses import dataclass
from pathlib import Path

from appliance import command
from appliance.install import EXIT_BUSY, EXIT_NOT_PERMITTED, InstallError

VENUE = "/usr/bin/venue"
SOCKET = "run/venue-appliance/control.sock"
_UNKNOWN = 3  # of `venue changeable`: no guard answers, and the record says no, or can not be read
ANYWAY = (
    "The same version may be put in place anew; where the guard can not be brought back, --anyway, and the chief "
    "examiner writes down when and why"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`why` it may not be changed now, '' where it may; `guarded`: a guard said so, and it can be asked to open."""

    why: str = ""
    guarded: bool = False


def asked(*, package: bool, venue: str = VENUE, timeout_s: float = 60) -> Answer:
    """What `venue` says of changing this box; `package`: of exchanging or taking away what runs.

    Where there is no `venue`, or only half of one, nobody can say: that keeps nobody from repair. One that takes longer
    than `timeout_s` said nothing, and that is no yes.
    """
    if not Path(venue).exists():
        return Answer()
    words = ["changeable", *(["--package"] if package else [])]
    try:
        done = command.run([venue, *words], timeout_s=timeout_s, check=False)
    except command.CommandLate:
        return Answer(why=f"nobody said within {timeout_s:.0f} s whether the venue is sealed")
    except command.CommandError:
        return Answer()
    if done.code in (EXIT_BUSY, _UNKNOWN):
        return Answer(why=done.stderr.strip().rstrip("."), guarded=done.code == EXIT_BUSY)
    return Answer() if done.code == 0 else _of_an_older_one()


def refuse_unless_open(*, package: bool, remove: bool, anyway: bool) -> None:
    """Raises InstallError while a guard says that the venue is sealed or a sitting is on, whatever is asked for.

    Where none answers, the record keeps the package from being taken away, and from being exchanged
    (`refuse_another_version`); what is not as it must be is put right all the same.
    """
    found = asked(package=package)
    if found.guarded:
        raise InstallError(found.why, EXIT_NOT_PERMITTED)
    if found.why and remove and not anyway:
        raise InstallError(f"{found.why}. {ANYWAY}", EXIT_NOT_PERMITTED)


def refuse_another_version(version: str, now: str, *, anyway: bool) -> None:
    """Raises InstallError where another version than the one that is here would come beside a guard that is silent."""
    if anyway or not now or version == now:
        return
    if found := asked(package=True).why:
        raise InstallError(f"{found}. {ANYWAY}", EXIT_NOT_PERMITTED)


def _of_an_older_one() -> Answer:
    """The phase that a guard tells, of a version that does not know the verb."""
    try:
        done = command.run([VENUE, "status", "--json"], timeout_s=20, check=False)
        name = json.loads(done.stdout)["phase"]["name"]
    except (command.CommandError, ValueError, KeyError, TypeError):
        return Answer()
    if name == "open":
        return Answer()
    return Answer(why=f"the venue is in phase {name!r}: after the batch, or once it is unsealed", guarded=True)
