"""One run of the installer, step by step; each step looks at how things are and changes what is not as it must be."""

import socket
import ssl
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from appliance import command
from appliance.install import InstallError, boot, files, packages, placing, readonly, remake, tongue
from appliance.install import system as box
from appliance.install.files import Change
from appliance.install.ledger import Ledger
from appliance.install.wanted import UNNAMED_CODE, Told, Wanted

LABEL_PROGRAM: Final = "/usr/lib/venue-appliance/appliance/install/label.py"
LOST: Final = (
    "the configuration is gone, and of a venue something is here: the box stays closed, also at its next boot; put "
    "the configuration back, or venue setup, before it is started anew"
)


class Run:
    """A run on one root, with its ledger."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.ledger = Ledger(wanted.root)
        self.told = Told()
        self.alive = not wanted.files_only

    def all(self) -> Told:
        """Every step, in an order in which a kill between two leaves a box that starts. Raises InstallError."""
        self.remember_options()
        if self.alive:
            placing.place(self.wanted, self.ledger, self.told)
            readonly.refuse_without_package(str(self.ledger.values.get("state_device", "")))
        if self.lacks_configuration():
            if box.was_somebodys(self.wanted.root):
                self.told.remarks.append(LOST)
            if not self.is_nobodys() and box.MARK in self.ledger.entries:  # of a run for nobody that was killed
                self.ledger.restore(box.MARK)
            self.change(self.least())
        if self.alive:
            self.told.changed += box.apply(self.ledger)
        remake.note(self.ledger, self.boot_changes())
        self.change(self.boot_changes())
        if self.no_longer(boot.MODULES) and self.ledger.restore(boot.MODULES):
            self.told.changed.append(f"{boot.MODULES}: as it was")
        if self.alive:
            self.told.changed += remake.all_due(self.ledger)
        self.told.remarks += boot.remarks(self.wanted.root)
        if self.alive:
            self.serve()
            if box.booted():
                self.start()
            self.label()
        self.speak()
        return self.told

    def plan(self) -> Iterator[str]:
        """What a run would do, as differences of files and words; nothing is changed. Raises InstallError."""
        self.remember_options(save=False)
        if self.alive:
            yield from placing.plan(self.wanted)
        if self.lacks_configuration():
            yield from self.shown(self.least())
        if self.alive:
            yield f"# then: venue config apply, which writes what holds early in the boot into {box.ETC}"
        yield from self.shown([*self.boot_changes(), *tongue.changes(self.wanted.root)])
        if self.no_longer(boot.MODULES):
            yield f"# would be put back: {boot.MODULES}"
        if self.alive:
            yield from self.shown(self.secret_plan())
        yield from (f"# {remark}" for remark in boot.remarks(self.wanted.root))

    # ---- files

    def lacks_configuration(self) -> bool:
        """Whether the least one is to be written."""
        return not (self.wanted.root / box.CONFIGURATION.lstrip("/")).exists()

    def is_nobodys(self) -> bool:
        """Whether what is written is no venue's, on a box that was none's before."""
        return self.wanted.code == UNNAMED_CODE and not box.was_somebodys(self.wanted.root)

    def least(self) -> list[Change]:
        """The least configuration; before it the mark of nobody, if it is one: a run that is killed comes by again."""
        mark = [box.nobodys()] if self.is_nobodys() else []
        return [*mark, box.configuration(code=self.wanted.code, name=self.wanted.name)]

    def change(self, changes: Iterable[Change]) -> list[str]:
        """Makes the changes; the names of those that were not made already."""
        done = [change.path for change in changes if self.ledger.apply(change)]
        self.told.changed += done
        return done

    def shown(self, changes: Iterable[Change]) -> Iterator[str]:
        """The changes that are still to be made, as differences."""
        for change in changes:
            if not self.ledger.is_done(change):
                before = files.content_of(self.ledger.at(change.path)) if not change.link else None
                yield from files.difference(change.path, before, change)

    def boot_changes(self) -> list[Change]:
        """What the boot has to find; reckoned as a whole, so that a fault in one changes none. Raises InstallError."""
        values = self.ledger.values
        found = list(readonly.changes(self.wanted.root, str(values.get("state_device", ""))))
        return [*found, *boot.changes(self.wanted.root, i2c=bool(values.get("i2c", False)))]

    def no_longer(self, name: str) -> bool:
        """Whether a file was put there by an earlier run and is asked for no more: that of I2C alone may be."""
        return name in self.ledger.entries and not self.ledger.values.get("i2c", False)

    def remember_options(self, *, save: bool = True) -> None:
        """What was asked for once holds until it is asked for otherwise."""
        if self.wanted.i2c is not None:
            self.ledger.values["i2c"] = self.wanted.i2c
        if self.wanted.state_device:
            readonly.check(self.wanted.root, self.wanted.state_device)
            self.ledger.values["state_device"] = self.wanted.state_device
        if save:
            self.ledger.save()

    def speak(self) -> None:
        """The locale of the journal's Chinese; last, for nothing else waits for it."""
        changes = list(tongue.changes(self.wanted.root))
        remake.note(self.ledger, changes)
        self.change(changes)
        if self.alive:
            self.told.changed += remake.all_due(self.ledger)

    # ---- what runs

    def serve(self) -> None:
        """The page's certificate and its site."""
        if not Path(box.SITE_FROM).exists():
            raise InstallError(f"{packages.NAME} is not installed: {box.SITE_FROM} is missing")
        done = self.change([*box.certificate(self.ledger, socket.gethostname()), *box.site()])
        if done and box.booted():
            box.serve()

    def secret_plan(self) -> Iterator[Change]:
        """That a certificate would be made; it is not made for showing it."""
        if not files.content_of(self.ledger.at(box.CERTIFICATE)):
            yield Change(path=box.CERTIFICATE, content=b"?", secret=True)

    def start(self) -> None:
        """The guard, the page, the technician's PIN, the chief's code."""
        if not box.lockdown_ran():
            box.leave_open(self.wanted.root)
        if box.start_guard():
            self.told.changed.append("the guard and the page were started")
        restart = self.needs_restart()
        if not box.has_pin(self.wanted.root, "technician"):
            pin = box.set_technician_pin(self.wanted.pin)
            self.told.changed.append("the technician's PIN")
            if not self.wanted.pin:
                self.told.secrets.append(f"technician's PIN, shown this once: {pin}")
            if not restart:
                self.told.secrets.append(box.code_for_chief())
        if not box.has_pin(self.wanted.root, "chief"):
            when = "once it has started anew, " if restart else ""
            self.told.remarks.append(f"{when}for the chief examiner: venue pin code chief")
        if restart:
            self.told.remarks.append(self.before_restart())

    def before_restart(self) -> str:
        """What the next boot closes, and what is to be done before it."""
        if self.ledger.at(box.MARK).exists():
            return (
                "no venue is configured yet, and the next boot closes nothing: venue setup, then reboot; USB and the "
                "line are closed from that boot on"
            )
        if denied := box.cards_denied():
            return (
                f"the next boot closes USB, and {', '.join(denied)}, on which [network] counts, is a USB card that "
                "usb.allow does not name: nobody would reach this box by it. First venue setup --step 2, then reboot"
            )
        if box.is_reachable(self.wanted.root):
            return "what closes early in the boot holds from the next one on: reboot"
        return (
            "the next boot closes the network and USB, and no [network] is configured: nobody would reach this "
            "box any more, nor a keyboard. First venue setup, or the configuration and venue config apply"
        )

    def needs_restart(self) -> bool:
        """Whether this boot began without what was put in place for it."""
        try:
            words = Path("/proc/cmdline").read_text(encoding="ascii", errors="replace").split()
        except OSError:
            return True
        asked = self.ledger.at(boot.GRUB).exists() or boot.CMDLINE in self.ledger.entries
        return not box.lockdown_ran() or (asked and any(word not in words for word in boot.WORDS))

    def label(self) -> None:
        """The label, on the terminal or as a page to print."""
        if self.wanted.label is None and box.CERTIFICATE not in self.told.changed:
            return
        content = files.content_of(self.ledger.at(box.CERTIFICATE)) or b""
        try:
            fingerprint = files.digest(ssl.PEM_cert_to_DER_cert(content.decode("ascii"))).upper()
        except (ValueError, UnicodeError) as error:
            raise InstallError(f"{box.CERTIFICATE}: not understood: {error}") from error
        host = socket.gethostname()
        address = self.wanted.address or next(iter(box.addresses()), f"{host}.local")
        argv = ["/usr/bin/python3", "-I", LABEL_PROGRAM, host, f"https://{address}/", fingerprint]
        page = ["--page"] if self.wanted.label else []
        try:
            done = command.run([*argv, *page], timeout_s=60)
        except command.CommandError as error:
            raise InstallError(f"no label: {error}") from error
        if self.wanted.label is not None:
            files.put(self.wanted.label.resolve(), done.stdout, 0o644)
        else:
            self.told.secrets.append(done.stdout.decode("utf-8", "replace"))
