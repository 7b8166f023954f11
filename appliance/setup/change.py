"""A file that is about to be written: shown before, put in its place whole, the old one kept beside."""

import difflib
import grp
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

KEPT = ".before-setup"  # what stood there before the last run
_SECRET = re.compile(r"""^(\s*(?:password|passwd)\s*=\s*).*$""", re.IGNORECASE | re.MULTILINE)
_HEADS = 2  # a difference begins with two lines that name the files


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What `path` is to hold. A new file gets `mode` and `group` (where it exists); an old one keeps its own.

    `secret`: others must not read it from now on, whatever it allowed before.
    """

    path: Path
    text: str
    mode: int = 0o644
    group: str = ""
    secret: bool = False

    @property
    def before(self) -> str | None:
        """What stands there, None where nothing does. Raises OSError."""
        try:
            return self.path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None

    @property
    def moves(self) -> bool:
        """Whether anything would be another one. Raises OSError."""
        return self.before != self.text

    def difference(self) -> list[str]:
        """The lines that go and come, as `diff -u` writes them; passwords are stars. Raises OSError."""
        old = _masked(self.before or "").splitlines()
        lines = list(difflib.unified_diff(old, _masked(self.text).splitlines(), lineterm="", n=1))
        return [f"--- {self.path}", *lines[_HEADS:]] if lines else []


def _masked(text: str) -> str:
    return _SECRET.sub(r"\1****", text)


def put(change: Change, *, keep: bool = True) -> None:
    """Write it: who reads sees the old file or the new one, after a power cut too. Raises OSError, all as it was.

    `keep`: the file that stood there stays beside it; not where this run itself wrote that one.
    """
    path = change.path
    mode, owner, group = _rights(change)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        for left in path.parent.glob(
            f".{path.name}.[0-9]*"
        ):  # of one that was killed: a password may stand in it
            left.unlink(missing_ok=True)
        descriptor = os.open(
            beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(change.text)
            file.flush()
            with suppress(PermissionError):  # not root: the file is whose it is
                os.fchown(file.fileno(), owner, group)
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        if keep:
            _keep(path, mode if change.secret else None, group)
        os.replace(beside, path)
    finally:  # also where somebody interrupts: a password may stand in it
        with suppress(OSError):
            beside.unlink()
    _sync(path.parent)


def _rights(change: Change) -> tuple[int, int, int]:
    """(mode, user, group) of the file to be; -1: whoever writes it."""
    group = -1
    with suppress(KeyError):
        group = grp.getgrnam(change.group).gr_gid if change.group else -1
    try:
        there = change.path.stat()
    except FileNotFoundError:
        return change.mode, -1, group
    mode = there.st_mode & 0o777
    if change.secret and mode & 0o007:
        return mode & 0o750, there.st_uid, group if group >= 0 else there.st_gid
    return mode, there.st_uid, there.st_gid


def _keep(path: Path, mode: int | None, group: int) -> None:
    """Keep the old file beside, by a second name: no moment without it. `mode`: what it, too, allows from now on."""
    kept = path.with_name(f"{path.name}{KEPT}")
    with suppress(FileNotFoundError):
        kept.unlink()
    with suppress(FileNotFoundError):
        os.link(path, kept)
        if mode is not None:  # a password may stand in the old one as well
            with suppress(PermissionError):
                os.chown(kept, -1, group)
            kept.chmod(mode)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
