"""The offline bundle: one tar file with packages, their index, their hashes, and a signature over those.

What is in it is believed only once the signature holds: SHA256SUMS and its signature come first, then each further
file, whose name and hash must stand there. Names are plain, links and directories are refused, and nothing is written
before its name was looked at. docs/operations.md says how one is made.
"""

import hashlib
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from appliance import command
from appliance.install import EXIT_NOT_PERMITTED, EXIT_UNAVAILABLE, InstallError

FORMAT: Final = 1
NAMESPACE: Final = "venue-bundle"
PRINCIPAL: Final = "venue-release"
SUMS, SIGNATURE, ABOUT, INDEX = "SHA256SUMS", "SHA256SUMS.sig", "bundle.json", "Packages"
# The most that a file of the bundle may have, in bytes; a package is by far the largest.
LIMITS: Final = {SUMS: 512 * 1024, SIGNATURE: 16 * 1024, ABOUT: 64 * 1024, INDEX: 8 * 1024 * 1024}
PACKAGE_BYTES: Final = 256 * 1024 * 1024
MAX_FILES: Final = 2_000
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*_[A-Za-z0-9][A-Za-z0-9.+~%-]*_[a-z0-9]+\.deb", re.ASCII)
_SUM = re.compile(r"([0-9a-f]{64})  (\S+)", re.ASCII)
_KEY = re.compile(
    r"(ssh-ed25519|ecdsa-sha2-nistp256|sk-ssh-ed25519@openssh\.com) [A-Za-z0-9+/=]{40,800}", re.ASCII
)
_CHUNK_BYTES = 1 << 20
_KEYGEN = "/usr/bin/ssh-keygen"


class BundleError(InstallError):
    """The bundle is not to be installed: torn, altered, of another key or machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The appliance's `version` in the bundle, when the bundle was `made` (seconds since 1970), and for what."""

    version: str
    made: int
    architecture: str
    suite: str
    packages: tuple[str, ...]


def key_of(content: bytes) -> str:
    """The public key in a file of ssh-keygen, without its comment. Raises InstallError."""
    lines = [line.strip() for line in content[:65536].decode("ascii", "replace").splitlines()]
    found = [match[0] for line in lines if (match := _KEY.match(line))]
    if len(found) != 1:
        raise InstallError("the key is not one public key as ssh-keygen writes it (ssh-ed25519 AAAA…)")
    return found[0]


def signers(key: str) -> bytes:
    """The file by which ssh-keygen knows whose signature is good."""
    return f'{PRINCIPAL} namespaces="{NAMESPACE}" {key}\n'.encode()


def unpack(bundle: Path, into: Path, signers_file: Path) -> About:
    """Checks the bundle and lays what is in it into the directory, which is made anew. Raises BundleError."""
    shutil.rmtree(into, ignore_errors=True)
    try:
        into.mkdir(mode=0o700, parents=True)
        with bundle.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as tar:
            return _unpacked(tar, into, signers_file)
    except tarfile.TarError as error:
        raise BundleError(f"{bundle}: torn, or no bundle: {error}") from error
    # The last two: what tarfile does itself with headers that say they are huge, or stand in one another.
    except (EOFError, UnicodeError, ValueError, OverflowError, MemoryError, RecursionError) as error:
        raise BundleError(f"{bundle}: torn, or no bundle: {type(error).__name__}") from error
    except OSError as error:
        raise BundleError(f"{error.filename or into}: {error.strerror or error}") from error
    except BundleError as error:
        raise BundleError(f"{bundle}: {error}", error.exit_code) from error


def clear(unpacked: Path) -> None:
    """Removes what was unpacked."""
    shutil.rmtree(unpacked, ignore_errors=True)


def _unpacked(tar: tarfile.TarFile, into: Path, signers_file: Path) -> About:
    members = _members(tar)
    for wanted in (SUMS, SIGNATURE):
        name, member = next(members, ("", None))
        if member is None or name != wanted:
            raise BundleError("its hashes and their signature do not stand first: torn, or no bundle")
        _keep(tar, name, member, into)
    _verify(into, signers_file)
    sums = _sums((into / SUMS).read_bytes())
    if not {ABOUT, INDEX} <= sums.keys():
        raise BundleError("it does not say what it is")
    left = dict(sums)
    for name, member in members:
        hashed = left.pop(name, None)
        if hashed is None:
            raise BundleError(f"{_shown(name)}: not among its hashes, or twice")
        if _keep(tar, name, member, into) != hashed:
            raise BundleError(f"{name}: altered, or torn")
    if left:
        raise BundleError(f"torn: {len(left)} files are missing, {sorted(left)[0]} among them")
    return _about((into / ABOUT).read_bytes(), sums)


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    """The files of it, each with a name that is looked at before anything is written."""
    for n, member in enumerate(tar):
        if n >= MAX_FILES:
            raise BundleError(f"more than {MAX_FILES} files")
        if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.sparse is not None:
            raise BundleError(f"{_shown(member.name)}: neither links nor directories belong into a bundle")
        if member.name not in LIMITS and not _PACKAGE.fullmatch(member.name):
            raise BundleError(f"{_shown(member.name)}: no name of a file in a bundle")
        if not 0 <= member.size <= LIMITS.get(member.name, PACKAGE_BYTES):
            raise BundleError(f"{member.name}: {member.size} bytes are too many")
        yield member.name, member


def _keep(tar: tarfile.TarFile, name: str, member: tarfile.TarInfo, into: Path) -> str:
    """Writes the member, and gives its hash. Raises BundleError where its end is missing."""
    source = tar.extractfile(member)
    assert source is not None, "a plain file"
    hashed, left = hashlib.sha256(), member.size
    descriptor = os.open(
        into / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
    )
    with os.fdopen(descriptor, "wb") as file:
        while left and (data := source.read(min(left, _CHUNK_BYTES))):
            hashed.update(data)
            file.write(data)
            left -= len(data)
    if left:
        raise BundleError(f"{name}: torn, {left} bytes are missing")
    return hashed.hexdigest()


def _verify(into: Path, signers_file: Path) -> None:
    if not Path(_KEYGEN).exists():
        raise BundleError(
            "ssh-keygen (package openssh-client) is missing, which checks signatures", EXIT_UNAVAILABLE
        )
    argv = [_KEYGEN, "-Y", "verify", "-f", str(signers_file), "-I", PRINCIPAL, "-n", NAMESPACE]
    try:
        done = command.run(
            [*argv, "-s", str(into / SIGNATURE)], stdin=(into / SUMS).read_bytes(), timeout_s=60, check=False
        )
    except command.CommandError as error:
        raise BundleError(f"its signature could not be checked: {error}") from error
    if done.code != 0:
        raise BundleError(
            "not signed by the key that this box trusts: altered, or somebody else's", EXIT_NOT_PERMITTED
        )


def _sums(content: bytes) -> dict[str, str]:
    """The hashes by name. Raises BundleError."""
    found: dict[str, str] = {}
    for line in content.decode("ascii", "replace").splitlines():
        match = _SUM.fullmatch(line)
        if match is None or match[2] in found:
            raise BundleError(f"{SUMS}: not understood: {_shown(line)}")
        found[match[2]] = match[1]
    return found


def _about(content: bytes, sums: dict[str, str]) -> About:
    try:
        found: Any = json.loads(content)
        if found["format"] != FORMAT:
            raise BundleError(
                f"of another format ({found['format']!r}): a newer installer is needed", EXIT_UNAVAILABLE
            )
        return About(
            version=str(found["version"]),
            made=int(found["made"]),
            architecture=str(found["architecture"]),
            suite=str(found["suite"]),
            packages=tuple(sorted(name for name in sums if name.endswith(".deb"))),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{ABOUT}: not understood: {error}") from error


def write(tar_file: IO[bytes], directory: Path, names: list[str], when: int) -> None:
    """Writes the named files of the directory as a bundle, in this order; the same files give the same bytes."""
    with tarfile.open(fileobj=tar_file, mode="w:", format=tarfile.USTAR_FORMAT) as tar:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = (directory / name).stat().st_size, when, 0o644
            with (directory / name).open("rb") as source:
                tar.addfile(entry, source)


def _shown(name: str) -> str:
    """A name from outside, as somebody may see it."""
    return "".join(c if " " < c <= "~" else "?" for c in name[:80]) or "''"
