"""What was changed, and what was there before: written down and on the disk before anything is touched.

A killed run leaves each file either as it was or as it shall be, and its entry in the ledger in any case: the next run
goes on, and `--remove` puts everything back.
"""

import json
import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from appliance.install import InstallError, files
from appliance.install.files import Change

PLACE = "var/lib/venue-install"
NAME = "ledger.json"
SIGNERS = "allowed_signers"
FORMAT = 1


@dataclass(slots=True, kw_only=True)
class Entry:
    """A file before it was touched: "absent", "file" or "link"; `ours` are the hashes of all that was put there."""

    kind: str
    saved: str = ""  # a file's hash, a link's target
    mode: int = 0o644
    ours: list[str] = field(default_factory=list)


class Ledger:
    """The ledger of one root. `values` are what else a later run has to know."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.place = root / PLACE
        self.entries: dict[str, Entry] = {}
        self.made: list[str] = []  # directories, in the order in which they were made
        self.values: dict[str, Any] = {}
        self._load()

    def _load(self) -> None:
        content = files.content_of(self.place / NAME)
        if content is None:
            return
        try:
            found = json.loads(content)
            if found["format"] != FORMAT:
                raise InstallError(
                    f"{self.place / NAME}: of another version ({found['format']}): install that one"
                )
            self.entries = {str(path): Entry(**entry) for path, entry in found["files"].items()}
            self.made = [str(path) for path in found["directories"]]
            self.values = dict(found["values"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InstallError(
                f"{self.place / NAME}: not understood: {error}: nothing was changed"
            ) from error

    def save(self) -> None:
        """Writes it down. Raises InstallError."""
        self._own_place()
        found = {
            "format": FORMAT,
            "files": {
                path: {"kind": entry.kind, "saved": entry.saved, "mode": entry.mode, "ours": entry.ours}
                for path, entry in self.entries.items()
            },
            "directories": self.made,
            "values": self.values,
        }
        text = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        if files.content_of(self.place / NAME) != text.encode():
            files.put(self.place / NAME, text.encode(), 0o600)

    def _own_place(self) -> None:
        try:
            (self.place / "before").mkdir(mode=0o700, parents=True, exist_ok=True)
            self.place.chmod(0o700)
        except OSError as error:
            raise InstallError(f"{self.place}: {error.strerror}") from error

    def is_done(self, change: Change) -> bool:
        """Whether the file is as the change wants it."""
        path = self.at(change.path)
        if change.link:
            return path.is_symlink() and os.readlink(path) == change.link
        return not path.is_symlink() and files.content_of(path) == change.content

    def apply(self, change: Change) -> bool:
        """Makes the change; False where it was made already. Raises InstallError."""
        if self.is_done(change):
            return False
        path = self.at(change.path)
        entry = self.remember(change.path)
        entry.ours.append(_mark(change.link) if change.link else files.digest(change.content))
        self._save_and_make(path.parent)
        if change.link:
            files.put_link(path, change.link)
        else:
            files.put(path, change.content, entry.mode if entry.kind == "file" else change.mode)
        return True

    def remember(self, name: str) -> Entry:
        """The file's entry, with what is there now kept where it has none; not yet written down."""
        if name in self.entries:
            return self.entries[name]
        path = self.at(name)
        entry = Entry(kind="absent")
        if path.is_symlink():
            entry = Entry(kind="link", saved=os.readlink(path))
        elif (content := files.content_of(path)) is not None:
            self._own_place()
            kept = files.digest(content)
            if files.content_of(self.place / "before" / kept) != content:
                files.put(self.place / "before" / kept, content, 0o600)
            entry = Entry(kind="file", saved=kept, mode=stat.S_IMODE(path.stat().st_mode))
        self.entries[name] = entry
        return entry

    def watched(self, directory: str, work: Callable[[], None]) -> list[str]:
        """What another program changes in a directory while `work` runs: its files' names, kept like our own."""
        place = self.at(directory)
        there = {
            f"{directory}/{path.name}" for path in place.iterdir() if path.is_file() or path.is_symlink()
        }
        known = set(self.entries)
        for name in sorted(there):
            self.remember(name)
        self.save()
        before = {name: self._now(name) for name in there}
        work()
        after = {f"{directory}/{path.name}" for path in place.iterdir() if path.is_file()}
        changed = sorted(name for name in after if self._now(name) != before.get(name))
        for name in changed:
            entry = self.entries.setdefault(name, Entry(kind="absent"))
            entry.ours.append(self._now(name))
        for name in there - known - set(changed):
            del self.entries[name]
        self.save()
        self._sweep()
        return changed

    def restore(self, name: str, undo: Callable[[bytes], bytes] | None = None) -> bool:
        """Puts back what was there before; False where somebody has changed it since.

        `undo` takes out of such a file what was put in by us. Raises InstallError.
        """
        entry, path = self.entries[name], self.at(name)
        now = self._now(name)
        files.take_away(files.beside(path)) if path.parent.is_dir() else None
        if now == self._then(entry):
            return self._forget(name)
        if now not in entry.ours:
            content = files.content_of(path)
            if undo is None or content is None or path.is_symlink() or undo(content) == content:
                return False
            files.put(path, undo(content), stat.S_IMODE(path.stat().st_mode))
        elif entry.kind == "absent":
            files.take_away(path)
        elif entry.kind == "link":
            files.put_link(path, entry.saved)
        else:
            kept = files.content_of(self.place / "before" / entry.saved)
            if kept is None or files.digest(kept) != entry.saved:
                raise InstallError(
                    f"{path}: what was there before is lost: {self.place}/before/{entry.saved}"
                )
            files.put(path, kept, entry.mode)
        return self._forget(name)

    def _forget(self, name: str) -> bool:
        del self.entries[name]
        self.save()
        return True

    def _sweep(self) -> None:
        """Removes what is kept of files that nobody has to put back: keys and passwords may stand in it."""
        needed = {entry.saved for entry in self.entries.values() if entry.kind == "file"}
        for kept in list((self.place / "before").iterdir()):
            if kept.name not in needed:
                files.take_away(kept)

    def close(self) -> None:
        """Removes the directories that were made and are empty, and the ledger itself where nothing is left in it."""
        for name in reversed(self.made):
            path = self.at(name)
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        self.made = [name for name in self.made if self.at(name).is_dir()]
        if self.entries:
            self.save()
        elif self.place.is_dir():
            shutil.rmtree(self.place)

    def at(self, name: str) -> Path:
        """Where a file of the box lies below this root."""
        return self.root / name.lstrip("/")

    def _now(self, name: str) -> str:
        path = self.at(name)
        if path.is_symlink():
            return _mark(os.readlink(path))
        content = files.content_of(path)
        return "" if content is None else files.digest(content)

    def _then(self, entry: Entry) -> str:
        return {"absent": "", "link": _mark(entry.saved), "file": entry.saved}[entry.kind]

    def _save_and_make(self, directory: Path) -> None:
        """Writes the ledger down, then makes the directories of a file that is to be put there."""
        missing = [path for path in (directory, *directory.parents) if not path.is_dir()]
        for path in reversed(missing):
            self.made.append("/" + str(path.relative_to(self.root)))
        self.save()  # before anything is made or changed
        for path in reversed(missing):
            try:
                path.mkdir(mode=0o700 if path.name == "tls" else 0o755)
                files.settle(path.parent)
            except FileExistsError:
                continue
            except OSError as error:
                raise InstallError(f"{path}: {error.strerror}") from error


def _mark(target: str) -> str:
    return f"link:{target}"
