"""`STATE/outbox/`: published bundles, what a crash left beside them, and the counter never used twice."""

import contextlib
import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from appliance.backup import disk
from appliance.backup.bundle import (
    DATA_SUFFIX,
    MANIFEST_SUFFIX,
    SIGNATURE_SUFFIX,
    BackupBusy,
    BackupError,
    Published,
    ReadBackFailed,
    parsed_name,
)

FILE_MODE = 0o640
# The setgid bit lets the web server's group read what is published.
_DIRECTORY_MODE = 0o2750
_STATE_MODE = 0o711
HEAD_NAME = ".head"
_log = logging.getLogger(__name__)


class HeadDamaged(BackupError):
    """The counter cannot be known, and a number used twice would hide a missing bundle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest bundle there ever was: its counter, 0 before the first, and its manifest's sha256 in hex."""

    counter: int = 0
    manifest_sha256: str | None = None


def outbox_of(state_dir: Path) -> Path:
    """The directory of the bundles."""
    return state_dir / "outbox"


def bundles(state_dir: Path) -> list[Published]:
    """The published bundles in the counter's order; an outbox that is not there holds none."""
    return bundles_in(outbox_of(state_dir))


def bundles_in(directory: Path) -> list[Published]:
    """The bundles of any directory, by their signatures, in the counter's order. Raises OSError."""
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return []
    stems = [name.removesuffix(SIGNATURE_SUFFIX) for name in names if name.endswith(SIGNATURE_SUFFIX)]
    found = [bundle for stem in stems if (bundle := parsed_name(directory, stem))]
    return sorted(found, key=lambda bundle: (bundle.counter, bundle.name))


@contextlib.contextmanager
def locked(state_dir: Path) -> Iterator[Path]:
    """The outbox, made if there is none, held against every other process. Raises BackupBusy, OSError."""
    directory = outbox_of(state_dir)
    state_dir.mkdir(mode=_STATE_MODE, parents=True, exist_ok=True)
    if not directory.exists():
        directory.mkdir(mode=0o750, exist_ok=True)
        directory.chmod(_DIRECTORY_MODE)
    # For reading: one that root made by hand holds the backup's own user off all the same.
    fd = os.open(directory / ".lock", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield directory
    except BlockingIOError as error:
        raise BackupBusy("another backup is running; its outbox is locked") from error
    finally:
        os.close(fd)


def sweep(directory: Path) -> int:
    """Remove what a crash left: parts, and files of a bundle without its signature; how many there were.

    Only names that this program makes: a stranger's file in the outbox is not rubbish. Raises OSError.
    """
    names = set(os.listdir(directory))
    rubbish = [name for name in names if _is_rubbish(name, names)]
    for name in rubbish:
        (directory / name).unlink()
    if rubbish:
        disk.sync_directory(directory)
    return len(rubbish)


def head(directory: Path) -> Head:
    """The newest bundle, by what is published and by what is remembered. Raises HeadDamaged, OSError.

    The memory outlives pruning; what is published outlives a crash before it was remembered.
    """
    published = bundles_in(directory)
    newest = published[-1] if published else None
    remembered = remembered_head(directory / HEAD_NAME)
    if remembered is None and newest is None:
        raise HeadDamaged(
            f"{directory / HEAD_NAME}: unreadable, and no bundle is there to count from: restore it"
        )
    if newest and (remembered is None or newest.counter > remembered.counter):
        return Head(counter=newest.counter, manifest_sha256=disk.sha256_of(newest.manifest))
    return remembered or Head()


def remembered_head(path: Path) -> Head | None:
    """What `remember` wrote, counter 0 where it never did, None where it is unreadable. Raises OSError."""
    try:
        value = json.loads(path.read_bytes())
        counter, digest = value["counter"], value["manifest_sha256"]
    except FileNotFoundError:
        return Head()
    except (ValueError, KeyError, TypeError):
        return None
    whole = isinstance(counter, int) and counter >= 0 and isinstance(digest, str)
    return Head(counter=counter, manifest_sha256=digest) if whole else None


def newest(directory: Path) -> Published | None:
    """The newest published bundle, if there is one. Raises OSError."""
    return next(reversed(bundles_in(directory)), None)


def publish(
    directory: Path,
    name: str,
    *,
    manifest: bytes,
    signature: bytes,
    before_it_exists: Callable[[], None] = lambda: None,
) -> None:
    """Make the sealed part and these two a bundle: it exists from the last rename.

    `before_it_exists` is called when nothing but that rename is left to do. Raises DiskFault, ReadBackFailed; where
    the very last flush fails, a whole bundle stands there that nobody is told of.
    """
    try:
        _write_and_read_back(part_of(directory, name + MANIFEST_SUFFIX), manifest)
        _write_and_read_back(part_of(directory, name + SIGNATURE_SUFFIX), signature)
        for suffix in (DATA_SUFFIX, MANIFEST_SUFFIX):
            os.rename(part_of(directory, name + suffix), directory / (name + suffix))
        # Before the signature: a power cut must not keep its name and lose the other two.
        disk.sync_directory(directory)
        before_it_exists()
        os.rename(part_of(directory, name + SIGNATURE_SUFFIX), directory / (name + SIGNATURE_SUFFIX))
        disk.sync_directory(directory)
        # The outbox's own name: a power cut soon after the first bundle must not take the directory with it.
        disk.sync_directory(directory.parent)
    except OSError as error:
        raise disk.DiskFault(error) from error


def _write_and_read_back(part: Path, data: bytes) -> None:
    disk.write_file(part, data, mode=FILE_MODE)  # dropped from the cache: what is read comes from the medium
    if part.read_bytes() != data:
        raise ReadBackFailed(f"{part.name}: the medium gave back other bytes than were written: replace it")


def remember(directory: Path, newest: Head) -> None:
    """Keep the counter beyond pruning; a failure is only logged, since the published name says it too."""
    text = json.dumps({"counter": newest.counter, "manifest_sha256": newest.manifest_sha256}) + "\n"
    try:
        disk.replace_file(directory / HEAD_NAME, text.encode(), mode=FILE_MODE)
    except disk.DiskFault as error:
        _log.warning("the outbox's head could not be written: %s", error)


def part_of(directory: Path, file_name: str) -> Path:
    """Where a file stands until it is whole."""
    return directory / f".{file_name}.part"


def _is_rubbish(name: str, names: set[str]) -> bool:
    if name.startswith(".") and name.endswith(".part"):
        return True
    for suffix in (DATA_SUFFIX, MANIFEST_SUFFIX):
        stem = name.removesuffix(suffix)
        if stem != name and parsed_name(Path(), stem):
            return stem + SIGNATURE_SUFFIX not in names
    return False
