"""A sealed file opened again: age, zstd, tar, in one pass, its own sha256 taken on the way."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from appliance.backup.age import AgeError, AgeReader, NoIdentityMatched
from appliance.backup.ahead import Ahead
from appliance.backup.tar import FILE
from appliance.backup.untar import ArchiveDamaged, Member, TarReader
from appliance.backup.zst import ZstdDamaged, ZstdReader

_CHUNK_BYTES = 1 << 17
# What is opened ahead while the files before it are written: larger ones hand the interpreter's lock around less.
_PIECE_BYTES = 1 << 20


class RestoreError(Exception):
    """Nothing was restored, or not all; the message says what and how far."""


class WrongKey(RestoreError):
    """The identity does not open this bundle."""


class BundleDamaged(RestoreError):
    """The bundle is not what was published."""


def members(
    path: Path,
    identities: Sequence[X25519PrivateKey],
    *,
    sha256: str,
    told: Callable[[int], None] | None = None,
) -> Iterator[tuple[Member, Iterator[bytes]]]:
    """Each member and its content, which must be read before the next is asked for, if at all.

    Only when the iteration ends by itself was the whole file authenticated and its sha256 the one given:
    believe nothing before. `told` hears the sealed bytes read. Raises WrongKey, BundleDamaged, OSError.
    """
    with path.open("rb") as file:
        raw = _Hashing(file, told)
        try:
            sealed = AgeReader(raw, identities)
            with contextlib.closing(Ahead(ZstdReader(sealed), piece_bytes=_PIECE_BYTES)) as ahead:
                archive = TarReader(ahead)
                while member := archive.next():
                    yield member, _content(archive, member)
            if sealed.read(1):
                raise BundleDamaged(f"{path.name}: something follows the archive")
        except NoIdentityMatched as error:
            raise WrongKey(
                f"{path.name}: this key does not open it; it is sealed to other recipients"
            ) from error
        except (AgeError, ZstdDamaged, ArchiveDamaged) as error:
            raise BundleDamaged(f"{path.name}: {error}") from error
        if raw.digest() != sha256:
            raise BundleDamaged(f"{path.name}: its sha256 is not the one its manifest names")


def _content(archive: TarReader, member: Member) -> Iterator[bytes]:
    while member.kind == FILE and (chunk := archive.read(_CHUNK_BYTES)):
        yield chunk


class _Hashing:
    """The file, hashed and counted as it is read."""

    def __init__(self, file: IO[bytes], told: Callable[[int], None] | None) -> None:
        self._file, self._told, self._hash = file, told, hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        return self._seen(self._file.read(size))

    def readline(self, limit: int, /) -> bytes:
        return self._seen(self._file.readline(limit))

    def digest(self) -> str:
        return self._hash.hexdigest()

    def _seen(self, data: bytes) -> bytes:
        self._hash.update(data)
        if self._told:
            self._told(len(data))
        return data
