"""The way back: what was changed is as it was, and the package is gone again."""

from typing import Final

from appliance.install import boot, packages, readonly, remake, tongue
from appliance.install import system as box
from appliance.install.ledger import Ledger
from appliance.install.wanted import Told, Wanted

UNDO: Final = {**boot.UNDO, readonly.FSTAB: readonly.without_line, tongue.GEN: tongue.without_line}


def take_back(wanted: Wanted, *, boot_alone: bool = False) -> tuple[Told, bool]:
    """Puts back all that was changed, in reverse; False where something was changed by others since and is left.

    What the boot reads comes before lockdown.conf and the package: a box that starts in between has its network.
    `boot_alone`: that, and no more; the package is taken away by who asks, and what is the venue's stays.
    Raises InstallError.
    """
    ledger, told, whole = Ledger(wanted.root), Told(), True
    own = f"{box.ETC}/"
    names = [name for name in reversed(list(ledger.entries)) if not (boot_alone and name.startswith(own))]
    remake.note_all(ledger)
    for name in names:
        if ledger.restore(name, UNDO.get(name)):
            told.changed.append(f"{name}: as it was")
            continue
        ours = name.startswith(own)
        told.remarks.append(
            f"{name}: changed since by somebody else, left" + (" (the venue's)" if ours else "")
        )
        whole = whole and ours
    if boot_alone:
        told.changed += [] if wanted.files_only else remake.all_due(ledger)
        return told, whole
    if not wanted.files_only:
        told.changed += remake.all_due(ledger)
        if ledger.values.get("package_was_here") is False and packages.installed().version:
            packages.remove(anyway=wanted.anyway)
            told.changed.append(f"{packages.NAME} removed; its record stays (apt purge takes it away)")
    if whole:
        ledger.values, ledger.entries = {}, {}
    ledger.close()
    return told, whole
