"""A second place for bundles: each copied whole, read back, and there only once its signature is."""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from appliance.backup import disk, keep, outbox
from appliance.backup.bundle import DATA_SUFFIX, MANIFEST_SUFFIX, SIGNATURE_SUFFIX, Published
from appliance.backup.keys import allowed_signers
from appliance.backup.manifest import LIMIT_BYTES, ManifestFault, decode

_CHUNK_BYTES = 1 << 20
_SUFFIXES = (DATA_SUFFIX, MANIFEST_SUFFIX, SIGNATURE_SUFFIX)
# What a file system needs beside the files themselves.
SPARE_BYTES = 8 << 20
_CODES = {
    errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EROFS: "read_only", errno.EFBIG: "too_large",
    errno.ENODEV: "missing", errno.ENOENT: "missing", errno.ESTALE: "missing", errno.ENOTCONN: "missing",
}  # fmt: skip


class CopyFault(Exception):
    """A bundle could not be copied; `code` is missing, full, read_only, too_large, damaged, busy or failed."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class BundleDamaged(CopyFault):
    """The outbox itself does not hold this bundle as it was published; every other one can be copied."""

    def __init__(self, detail: str) -> None:
        super().__init__("damaged", detail)


class SourceGone(Exception):
    """The bundle is not in the outbox any more: it was pruned meanwhile."""


@dataclass(slots=True, kw_only=True)
class Copied:
    """How a place stands after a run: `newest` is the last bundle up to which all is there."""

    newest: str = ""
    bundles: int = 0
    copied: int = 0
    lacking: int = 0
    fault: str = ""
    detail: str = ""
    pruned: list[keep.Group] = field(default_factory=list)


def bring_up(
    state_dir: Path,
    place: Path,
    *,
    venue: str,
    receipted: Container[str],
    now: datetime,
    keep_days: int,
    told: Callable[[int], None] | None = None,
) -> Copied:
    """Copy what lacks in `place`, prune there what may go, never anything else. A fault ends in the answer.

    The bundles lie in `place/venue-CODE`. `told` hears each block's bytes.
    """
    done = Copied()
    source = outbox.outbox_of(state_dir)
    lacking: list[Published] = []
    try:
        with _held(state_dir, place, venue) as directory:
            outbox.sweep(directory)
            here, ours = outbox.bundles_in(directory), outbox.bundles_in(source)
            unwanted = _unwanted(directory, here, ours, receipted, now, keep_days)
            gone = {bundle.name for group in unwanted for bundle in group.bundles}
            there = {bundle.name for bundle in here}
            for group in unwanted:
                if {bundle.name for bundle in group.bundles} & there:
                    keep.remove(directory, _in(directory, group))
                    done.pruned.append(group)  # only now: what is told of it went
            lacking = [bundle for bundle in ours if bundle.name not in there and bundle.name not in gone]
            _copy_all(lacking, directory, done, told)
            signers_beside(state_dir, directory)
            done.bundles = len(outbox.bundles_in(directory))
            done.newest = ours[-1].name if ours else ""
    except CopyFault as error:
        done.fault, done.detail = error.code, str(error)
    except (disk.DiskFault, OSError) as error:
        fault = _fault(error, place)
        done.fault, done.detail = fault.code, str(fault)
    known = bool(done.newest or done.copied or lacking)
    done.lacking = len(lacking) - done.copied if known else len(outbox.bundles_in(source))
    return done


def copy_bundle(bundle: Published, directory: Path, *, told: Callable[[int], None] | None = None) -> None:
    """`bundle` into `directory`: data, manifest, signature, each on the medium and read back before the last rename.

    Raises CopyFault, of which BundleDamaged says nothing of `directory`, SourceGone.
    """
    try:
        raw = _limited(bundle.manifest)
        digest = decode(raw).sha256
    except ManifestFault as error:
        raise BundleDamaged(f"{bundle.manifest.name}: {error}") from error
    except FileNotFoundError as error:
        raise _gone(bundle) from error
    except OSError as error:
        raise BundleDamaged(f"{bundle.manifest.name}: {error.strerror}") from error
    parts = [outbox.part_of(directory, bundle.name + suffix) for suffix in _SUFFIXES]
    try:
        for path, part in zip((bundle.data, bundle.manifest, bundle.signature), parts, strict=True):
            _copied(path, part, digest if path == bundle.data else "", told)
        for part, suffix in zip(parts[:2], _SUFFIXES[:2], strict=True):
            os.rename(part, directory / (bundle.name + suffix))
        disk.sync_directory(directory)
        os.rename(parts[2], directory / (bundle.name + SIGNATURE_SUFFIX))
        disk.sync_directory(directory)
    except SourceGone as error:
        raise _gone(bundle) from error
    except (disk.DiskFault, OSError) as error:
        raise _fault(error, directory) from error
    finally:
        for part in parts:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def whole(bundle: Published, directory: Path) -> bool:
    """Whether `directory` holds this very bundle, its data read from the medium. Raises OSError."""
    there = Published(
        directory=directory, name=bundle.name, venue=bundle.venue, counter=bundle.counter,
        created_at=bundle.created_at, kind=bundle.kind,
    )  # fmt: skip
    try:
        raw = _limited(bundle.manifest)
        manifest = decode(raw)
        if not _holds(there.manifest, raw) or not _holds(there.signature, bundle.signature.read_bytes()):
            return False
        found = there.data.lstat()  # a pipe in its place would be waited for
        return (
            stat.S_ISREG(found.st_mode)
            and found.st_size == manifest.size
            and disk.sha256_of(there.data) == manifest.sha256
        )
    except (FileNotFoundError, ManifestFault):
        return False


def another_medium(state_dir: Path, place: Path) -> None:
    """Raises CopyFault where `place` is not there, or is nothing but a folder of the box's own medium.

    An empty mount point is no disk: what is copied there would fill the box and be no second place.
    """
    try:
        device = place.stat().st_dev
        if not place.is_dir():
            raise CopyFault("missing", f"{place}: no directory")
        if device in (state_dir.stat().st_dev, Path("/").stat().st_dev):
            raise CopyFault("missing", f"{place}: no other disk is mounted there")
    except OSError as error:
        raise CopyFault("missing", f"{place}: {error.strerror}") from error


@contextlib.contextmanager
def _held(state_dir: Path, place: Path, venue: str) -> Iterator[Path]:
    another_medium(state_dir, place)
    directory = place / f"venue-{venue}"
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o750)
    if not stat.S_ISDIR(directory.lstat().st_mode):
        # Whoever made the disk chose where it leads: perhaps into the box.
        raise CopyFault("failed", f"{directory}: a link or a file stands there, and no directory")
    fd = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield directory
    except BlockingIOError as error:
        raise CopyFault("busy", f"{directory}: another copy is under way") from error
    finally:
        os.close(fd)


def _unwanted(
    directory: Path, here: Sequence[Published], ours: Sequence[Published], receipted: Container[str],
    now: datetime, keep_days: int,
) -> list[keep.Group]:  # fmt: skip
    """What is too old or too much for the place, of what is there and of what would come: that is not even copied."""
    names = {bundle.name for bundle in here}
    together = sorted([*here, *(b for b in ours if b.name not in names)], key=lambda b: (b.counter, b.name))
    groups = keep.groups_of(together)
    room = sum(map(keep.size_of, here)) + shutil.disk_usage(directory).free - SPARE_BYTES
    over = sum(group.size_bytes for group in groups) - room
    return keep.to_drop(groups, receipted=receipted, now=now, keep_days=keep_days, over_bytes=over)


def _in(directory: Path, group: keep.Group) -> keep.Group:
    bundles = (
        Published(
            directory=directory, name=b.name, venue=b.venue, counter=b.counter, created_at=b.created_at, kind=b.kind
        )
        for b in group.bundles
    )
    return keep.Group(bundles=tuple(bundles), size_bytes=group.size_bytes, reason=group.reason)


def _copy_all(
    lacking: Sequence[Published], directory: Path, done: Copied, told: Callable[[int], None] | None
) -> None:
    """Each that can be; one that is damaged here keeps none that came later from its copy, and is told at last."""
    damaged: BundleDamaged | None = None
    for bundle in lacking:
        if keep.size_of(bundle) + SPARE_BYTES > shutil.disk_usage(directory).free:
            raise CopyFault("full", f"{directory}: no room for {bundle.name}")
        try:
            copy_bundle(bundle, directory, told=told)
        except SourceGone:
            pass  # pruned meanwhile, so it was receipted: it lacks no more
        except BundleDamaged as error:
            damaged = damaged or error
            continue
        done.copied += 1
    if damaged:
        raise damaged


def _copied(path: Path, part: Path, digest: str, told: Callable[[int], None] | None) -> None:
    """One file, hashed as it is read; DiskFault is the place's, BundleDamaged and SourceGone the outbox's."""
    part.unlink(missing_ok=True)
    read = hashlib.sha256()
    writer = disk.HashingWriter(part, mode=outbox.FILE_MODE)
    try:
        for chunk in _chunks(path):
            read.update(chunk)
            writer.write(chunk)
            if told:
                told(len(chunk))
        writer.finish()
    finally:
        writer.abandon()
    if digest and read.hexdigest() != digest:
        raise BundleDamaged(f"{path.name}: the outbox gives back other bytes than were published")
    if disk.sha256_of(part) != read.hexdigest():
        raise CopyFault("damaged", f"{part.parent}: it gives back other bytes than were written: replace it")


def _gone(bundle: Published) -> Exception:
    """A file of it is not there: pruning takes the signature first, so one that still has it lost what it needs."""
    if bundle.signature.exists():
        return BundleDamaged(f"{bundle.name}: a file of it is missing in the outbox")
    return SourceGone(bundle.name)


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb", buffering=0) as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    except FileNotFoundError as error:
        raise SourceGone(path.name) from error
    except OSError as error:
        raise BundleDamaged(f"{path.name}: the outbox cannot be read: {error.strerror}") from error


def signers_beside(state_dir: Path, directory: Path, *, name: str = "allowed_signers") -> None:
    """The public half of the venue's key beside the copies: nothing else is needed to verify them. Raises DiskFault."""
    with contextlib.suppress(FileNotFoundError):
        text = allowed_signers(state_dir).read_bytes()
        if not _holds(directory / name, text):
            disk.replace_file(directory / name, text, mode=outbox.FILE_MODE)


def _holds(path: Path, content: bytes) -> bool:
    """Whether a regular file with this very content is there; on a stick it may be a link, a pipe or without end."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    with open(fd, "rb") as file:
        return stat.S_ISREG(os.fstat(fd).st_mode) and file.read(len(content) + 1) == content


def _fault(error: disk.DiskFault | OSError, place: Path) -> CopyFault:
    return CopyFault(_CODES.get(error.errno or 0, "failed"), f"{place}: {error}")


def _limited(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LIMIT_BYTES + 1)
