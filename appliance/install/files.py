"""Files as they lie there: read whole, replaced whole and on the disk, told apart by their hash."""

import contextlib
import difflib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from appliance.install import InstallError

MAX_BYTES = (
    1024 * 1024
)  # of a file that is kept to be put back; those of /etc and /boot/firmware are far below it
BESIDE = ".venue-new"  # the new file's name until it takes the old one's place


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A file that is to have this content; `mode` counts where there is none yet, `link` is a link's target instead."""

    path: str
    content: bytes = b""
    mode: int = 0o644
    link: str = ""
    secret: bool = False


def content_of(path: Path) -> bytes | None:
    """The file's content, None where there is none. Raises InstallError."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InstallError(f"{path}: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise InstallError(f"{path}: more than {MAX_BYTES} bytes: left as it is")
    return content


def beside(path: Path) -> Path:
    """Where a new content lies until it is whole."""
    return path.with_name(f".{path.name}{BESIDE}")


def put(path: Path, content: bytes, mode: int) -> None:
    """Replaces the file, whole and on the disk. Raises InstallError, the old one as it was."""
    new = beside(path)
    try:
        with contextlib.suppress(FileNotFoundError):
            new.unlink()  # of one that was killed
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            _be_of(descriptor, mode)
            os.fsync(descriptor)
        os.replace(new, path)
        settle(path.parent)
    except OSError as error:
        raise InstallError(f"{path}: {error.strerror}: left as it was") from error


def _be_of(descriptor: int, mode: int) -> None:
    with contextlib.suppress(PermissionError):  # FAT, where the mount says who may what
        os.fchmod(descriptor, mode)


def put_link(path: Path, target: str) -> None:
    """Makes the link. Raises InstallError."""
    new = beside(path)
    try:
        with contextlib.suppress(FileNotFoundError):
            new.unlink()
        new.symlink_to(target)
        os.replace(new, path)
        settle(path.parent)
    except OSError as error:
        raise InstallError(f"{path}: {error.strerror}: left as it was") from error


def take_away(path: Path) -> None:
    """Removes the file or link. Raises InstallError."""
    try:
        path.unlink(missing_ok=True)
        settle(path.parent)
    except OSError as error:
        raise InstallError(f"{path}: {error.strerror}") from error


def settle(directory: Path) -> None:
    """Writes a directory's names to the disk. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def digest(content: bytes) -> str:
    """A content's SHA-256, in hex."""
    return hashlib.sha256(content).hexdigest()


def difference(path: str, before: bytes | None, change: Change) -> list[str]:
    """What a change does to a file, as a unified difference by lines; a secret is only named."""
    if change.link:
        return [f"+++ {path} -> {change.link}"]
    if change.secret:
        return [f"+++ {path} ({len(change.content)} bytes, not shown)"]
    old = (before or b"").decode("utf-8", "replace").splitlines()
    new = change.content.decode("utf-8", "replace").splitlines()
    name = path if before is not None else "/dev/null"
    return list(difflib.unified_diff(old, new, name, path, lineterm=""))
