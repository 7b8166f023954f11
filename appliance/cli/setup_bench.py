"""Where a step's result is tried before it is written: beside the venue's files, checked as the guard would."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from appliance.cli import main
from appliance.cli.config import checked
from appliance.cli.setup_talk import Talk
from appliance.cli.shell import (
    EXIT_CONFIG,
    EXIT_FAILED,
    EXIT_NOT_PERMITTED,
    EXIT_OK,
    say_faults,
    unusable,
    why_not,
)
from appliance.config import ConfigError
from appliance.setup import units
from appliance.setup.change import Change, put
from appliance.setup.document import Document, DocumentFault

INTERRUPTED = 130
GROUP = "venue"  # the page's process is in it: nobody else needs to read a password for tests of a UPS


class StepFailed(Exception):
    """A step did not come through and wrote nothing. `code` is the exit code, the message what is still to be said."""

    def __init__(self, code: int, text: str = "") -> None:
        super().__init__(text)
        self.code = code


class Bench:
    """What every step needs: the configuration, who is asked, whether anything is written, who does it."""

    def __init__(self, *, config: Path, talk: Talk, dry: bool, root: Path = Path("/")) -> None:
        self.config = config
        self.talk = talk
        self.dry = dry
        self.root = root
        self.code = EXIT_OK
        self._by = ""
        self._written: set[Path] = set()

    @property
    def by(self) -> str:
        """Who does it, for the record; asked once."""
        self._by = self._by or self.talk.ask("by", "setup_by")
        return self._by

    def verb(self, words: list[str]) -> int:
        """Does what a technician could type; gives its exit code. Raises KeyboardInterrupt where that was asked."""
        print(f"$ venue {' '.join(words)}", flush=True)
        code = main(words)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        return code

    def restart(self, names: Sequence[str]) -> None:
        """Restarts units where systemd runs, and says which could not be."""
        for failed in units.restarted(names, self.root):
            self.talk.tell("setup_restart_failed", reason=failed)

    def document(self) -> Document:
        """The configuration as it stands. Raises StepFailed."""
        try:
            return Document(self.config)
        except DocumentFault as error:
            raise StepFailed(EXIT_CONFIG, str(error)) from error

    @contextlib.contextmanager
    def tried(self, document: Document, others: Sequence[Change] = ()) -> Iterator[Path]:
        """The configuration as it would be, in a directory that shows the venue's other files. Raises OSError."""
        with tempfile.TemporaryDirectory(prefix="venue-setup-") as place:
            ours = {self.config.name, *(change.path.name for change in others)}
            if self.config.parent.is_dir():
                for there in self.config.parent.iterdir():
                    if there.name not in ours:
                        Path(place, there.name).symlink_to(there.resolve())
            for change in others:
                if change.path.parent == self.config.parent:
                    Path(place, change.path.name).write_text(change.text, encoding="utf-8")
            candidate = Path(place, self.config.name)
            candidate.write_text(document.text, encoding="utf-8")
            yield candidate

    def settle(self, document: Document, others: Sequence[Change] = ()) -> bool:
        """Checks, shows, writes, the configuration last; gives whether it stands. Raises StepFailed."""
        own = Change(
            path=self.config, text=document.text, mode=0o640, group=GROUP, secret="password" in document.text
        )
        try:
            moving = [change for change in (*others, own) if change.moves]
            if not moving:
                self.talk.tell("setup_same")
                return True
            self._check(document, others)
            self.talk.tell("setup_will_write")
            print("\n".join(line for change in moving for line in change.difference()), flush=True)
            if self.dry:
                self.talk.tell("setup_dry")
                return False
            if not self.talk.yes("", "setup_write", default=True):
                self.talk.tell("setup_left")
                return False
        except OSError as error:
            raise StepFailed(EXIT_FAILED, unusable(error)) from error
        self._put(moving)
        return True

    def _check(self, document: Document, others: Sequence[Change]) -> None:
        try:
            with self.tried(document, others) as candidate:
                checked(candidate)
        except ConfigError as error:
            self.talk.tell("setup_refused")
            say_faults(error.faults)
            raise StepFailed(EXIT_CONFIG) from error

    def _put(self, moving: Sequence[Change]) -> None:
        for change in moving:
            try:
                change.path.parent.mkdir(parents=True, exist_ok=True)
                keep = change.path not in self._written
                told = "setup_written" if keep and change.path.exists() else "setup_made"
                put(change, keep=keep)
                self._written.add(change.path)
            except OSError as error:
                self.talk.tell("setup_unwritten", file=str(change.path), reason=why_not(error))
                raise StepFailed(
                    EXIT_NOT_PERMITTED if isinstance(error, PermissionError) else EXIT_FAILED
                ) from error
            self.talk.tell(told, file=str(change.path))
