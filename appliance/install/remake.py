"""What other programs make of the files that are changed here: GRUB's menu, the initial file system, locales.

That one is due is written down before the file changes, and crossed out once it is done: a kill between leaves it due.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from appliance import command
from appliance.install import InstallError, boot, readonly, tongue
from appliance.install.files import Change
from appliance.install.ledger import Ledger

DUE: Final = "due"
PROGRAMS: Final = {
    boot.GRUB: ("/usr/sbin/update-grub",),
    readonly.OVERLAY: ("/usr/sbin/update-initramfs", "-u"),
    tongue.GEN: ("/usr/sbin/locale-gen", "--keep-existing"),
}
TIMEOUT_S: Final = 900.0


def note(ledger: Ledger, changes: Iterable[Change]) -> None:
    """Writes down what these changes make due."""
    _note(ledger, [change.path for change in changes if not ledger.is_done(change)])


def note_all(ledger: Ledger) -> None:
    """The same for all that will be put back."""
    _note(ledger, list(ledger.entries))


def _note(ledger: Ledger, names: list[str]) -> None:
    before = list(ledger.values.get(DUE, []))
    due = sorted({*before, *(name for name in names if name in PROGRAMS)})
    if due != before:
        ledger.values[DUE] = due
        ledger.save()


def all_due(ledger: Ledger) -> list[str]:
    """Runs what is due; what was done. Raises InstallError."""
    done = []
    for name in list(ledger.values.get(DUE, [])):
        argv = PROGRAMS.get(name, ())
        if argv and Path(argv[0]).exists():
            try:
                command.run(argv, timeout_s=TIMEOUT_S)
            except command.CommandError as error:
                raise InstallError(f"{argv[0]} did not do its work: {error}") from error
            done.append(" ".join(argv))
        ledger.values[DUE] = [other for other in ledger.values[DUE] if other != name]
        ledger.save()
    return done
