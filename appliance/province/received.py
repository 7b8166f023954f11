"""What the province has of its venues: `received/CODE/`, each bundle checked before it gets its name there."""

import contextlib
import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from appliance.backup.bundle import Published
from appliance.backup.disk import DiskFault, HashingWriter, sha256_of, sync_directory, write_file
from appliance.backup.manifest import LIMIT_BYTES, Manifest, Spans
from appliance.backup.outbox import bundles_in
from appliance.backup.sshsig import SIGNATURE_LIMIT_BYTES
from appliance.backup.verify import Distrusted, trusted_manifest
from appliance.province.keys import RECEIPTS_PUBLIC_NAME

RECEIVED_NAME, SIGNERS_NAME, TAKING_NAME = "received", "allowed_signers", ".taking"
# Keys that were believed once, of boxes that were stolen or replaced: for what they signed while they were.
FORMER_NAME = "former_signers"
_BLOCK_BYTES = 1 << 20
Told = Callable[[int], None]


class NotTaken(Exception):
    """A bundle was not taken in, and what was there before is untouched; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """What is kept in mind of a manifest here that is believed: its own sha256 in hex, the sealed file's size."""

    digest: str
    size: int
    sitting: str
    pruned: Spans = ()


class Received:
    """The province's own directory `home`: its keys, the venues' keys in `allowed_signers`, `received/CODE/`."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._minds: dict[tuple[str, int, int], Believed | None] = {}

    def venues(self) -> list[str]:
        """The venues of which anything was received, by their codes. Raises OSError."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(entry.name for entry in os.scandir(self._home / RECEIVED_NAME) if entry.is_dir())
        return []

    def bundles(self, venue: str) -> list[Published]:
        """Its bundles in the counter's order. Raises OSError."""
        return bundles_in(self._home / RECEIVED_NAME / venue)

    def newest(self, venue: str, *, at: datetime | None = None) -> str | None:
        """The name of its newest bundle, or of the newest one made at `at` (aware) or before. Raises OSError.

        Of the box that is believed now, where it made one by then: an older box of the same venue counted higher.
        """
        found = [one for one in self.bundles(venue) if at is None or one.created_at <= at]
        signers = self.signers()
        own = [one for one in found if self.believed(one, signers)]
        return (own or found)[-1].name if found else None

    def directory(self, venue: str) -> Path:
        """Where its bundles stand."""
        return self._home / RECEIVED_NAME / venue

    def signers(self) -> str:
        """The public keys of the venues' boxes. Raises OSError."""
        return self._text(SIGNERS_NAME)

    def all_signers(self) -> str:
        """Those, and the keys that were theirs before: what they signed then is true. Raises OSError."""
        return self._text(SIGNERS_NAME) + "\n" + self._text(FORMER_NAME)

    def believed(self, bundle: Published, signers: str) -> Believed | None:
        """What the manifest of a bundle here says, None where `signers` do not vouch for it. Raises OSError.

        Read once: a manifest here changes only with its file.
        """
        try:
            key = (bundle.name, bundle.manifest.stat().st_mtime_ns, hash(signers))
        except FileNotFoundError:
            return None
        if key not in self._minds:
            try:
                manifest, digest = trusted_manifest(bundle, signers)
                mind = Believed(
                    digest=digest,
                    size=manifest.size,
                    sitting=sys.intern(manifest.sitting),
                    pruned=manifest.pruned,
                )
            except Distrusted:
                mind = None
            self._minds[key] = mind
        return self._minds[key]

    def receipts_keys(self) -> str:
        """The public half of the key that signs receipts, and below it those that did before it was replaced: what they
        signed holds as long as they stand there. '' where there is none. Raises OSError."""
        return self._text(RECEIPTS_PUBLIC_NAME).strip()

    def _text(self, name: str) -> str:
        with contextlib.suppress(FileNotFoundError):
            return (self._home / name).read_text(encoding="utf-8", errors="replace")
        return ""

    def take_in(self, bundle: Published, *, told: Told | None = None) -> tuple[Published, Manifest, bool]:
        """The bundle as it stands here now, its manifest, and whether it is new. Raises NotTaken, OSError.

        Nothing gets its name before the signature and the sealed file's size and sha256 are right, all of the copy.
        One that is here whole is never written over; one that rotted here is, by the same one. `told` hears the bytes
        copied.
        """
        directory = self.directory(bundle.venue)
        here = replace(bundle, directory=directory)
        signers = self.signers()
        if bundle.venue not in known(signers):
            raise NotTaken(
                f"{bundle.name}: the venue {bundle.venue} is not known here: `venue province trust`"
            )
        try:
            if here.signature.exists() and (held := _same(bundle, here, signers)):
                return here, held, False
            taking = directory / TAKING_NAME
            taking.mkdir(mode=0o700, parents=True, exist_ok=True)
            staged = replace(bundle, directory=taking)
            with _alone(taking, bundle):
                try:
                    manifest = _staged(bundle, staged, signers, told)
                    put(staged, here)
                finally:
                    for path in (staged.data, staged.manifest, staged.signature):
                        path.unlink(missing_ok=True)
        except Distrusted as error:
            raise NotTaken(str(error)) from error
        except DiskFault as error:
            raise NotTaken(f"{directory}: {error}") from error
        return here, manifest, True


def known(signers: str) -> set[str]:
    """The venues that any key is believed of."""
    return {name for line in signers.splitlines() for name in line.partition(" ")[0].split(",")}


def _same(bundle: Published, here: Published, signers: str) -> Manifest | None:
    """The manifest of the bundle that is here whole; None where it rotted, and the one that came may stand for it."""
    offered = trusted_manifest(bundle, signers)[1]
    try:
        manifest, digest = trusted_manifest(here, signers)
    except Distrusted:
        return None
    if offered != digest:
        raise NotTaken(f"{bundle.name}: another bundle of that name was received before")
    return manifest if is_whole(here, manifest) else None


def is_whole(here: Published, manifest: Manifest) -> bool:
    """Whether the sealed file is, byte for byte, what was published; one that cannot be read is not."""
    try:
        return here.data.stat().st_size == manifest.size and sha256_of(here.data) == manifest.sha256
    except OSError:
        return False


def set_aside(here: Published) -> None:
    """The sealed file under another name: the next pull, or `import`, puts a whole one in its place. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        here.data.rename(here.data.with_name(here.data.name + ".rotten"))
        sync_directory(here.directory)


@contextlib.contextmanager
def _alone(taking: Path, bundle: Published) -> Iterator[None]:
    """One at a time: a second stick's half copy of the same bundle would get its name as the first one's checked copy.

    Raises NotTaken.
    """
    fd = os.open(taking, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise NotTaken(
            f"{bundle.name}: another import of this venue is running; once more after it"
        ) from error
    finally:
        os.close(fd)


def _staged(bundle: Published, staged: Published, signers: str, told: Told | None) -> Manifest:
    """A copy of the three files, checked as it stands on this medium."""
    for path in (staged.data, staged.manifest, staged.signature):
        path.unlink(missing_ok=True)
    for source, target, limit_bytes in (
        (bundle.manifest, staged.manifest, LIMIT_BYTES),
        (bundle.signature, staged.signature, SIGNATURE_LIMIT_BYTES),
    ):
        with source.open("rb") as file:
            write_file(target, file.read(limit_bytes + 1), mode=0o600)
    manifest, _ = trusted_manifest(staged, signers)
    writer = HashingWriter(staged.data, mode=0o600)
    try:
        with bundle.data.open("rb") as file:
            # One byte more than was promised is enough to refuse it: a file that never ends fills no disk.
            while writer.size_bytes <= manifest.size and (block := file.read(_BLOCK_BYTES)):
                writer.write(block)
                if told:
                    told(len(block))
        if (writer.size_bytes, writer.finish()) != (manifest.size, manifest.sha256):
            raise NotTaken(f"{bundle.name}: the sealed file is not the one that was published")
    finally:
        writer.abandon()
    return manifest


def put(staged: Published, here: Published) -> None:
    """The checked files of `staged` under their names; it is here once its signature is. Raises OSError."""
    if staged.data.exists():
        staged.data.rename(here.data)
    staged.manifest.rename(here.manifest)
    sync_directory(here.directory)
    staged.signature.rename(here.signature)
    sync_directory(here.directory)
