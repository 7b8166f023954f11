"""The province's keys: one opens the venues' bundles, one signs receipts. Neither ever goes to a venue."""

import base64
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_ssh_private_key,
)

from appliance.backup.age_keys import AgeKeyError, new_identity
from appliance.backup.age_locked import identities_in
from appliance.backup.disk import DiskFault, sync_directory, write_file
from appliance.backup.sshsig import public_blob
from appliance.province import ca

IDENTITY_NAME = "province.key"
RECIPIENTS_NAME = "recipients.txt"
RECEIPTS_KEY_NAME = "receipts.key"
RECEIPTS_PUBLIC_NAME = "receipts.pub"


class ProvinceKeyError(Exception):
    """The keys could not be made, or read."""


class ProvinceKeyExists(ProvinceKeyError):
    """There is a key already; overwriting it would close every bundle sealed to it for ever."""


def init(directory: Path, *, now: datetime | None = None) -> str:
    """Make the keys of a province that has none; returns the recipient `age1…`.

    `province.key` (age-keygen's format) and `receipts.key` (OpenSSH's), both 0600, with their public halves
    `recipients.txt` and `receipts.pub`; and the authority in `ca/`. Raises ProvinceKeyExists, ProvinceKeyError.
    """
    moment = now or datetime.now(UTC)
    secret, recipient = new_identity()
    signing = Ed25519PrivateKey.generate()
    created = moment.isoformat(timespec="seconds")
    files = (
        (IDENTITY_NAME, f"# created: {created}\n# public key: {recipient}\n{secret}\n".encode(), 0o600),
        (RECIPIENTS_NAME, f"{recipient}\n".encode(), 0o644),
        (
            RECEIPTS_KEY_NAME,
            signing.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
            0o600,
        ),
        (RECEIPTS_PUBLIC_NAME, f"{public_line(signing)}\n".encode(), 0o644),
    )
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, _, _ in files:
            if os.path.lexists(directory / name):
                raise ProvinceKeyExists(f"{directory / name} is there already: choose another directory")
        for name, content, mode in files:
            write_file(directory / name, content, mode=mode)
        sync_directory(directory)
        ca.make(directory, now=moment)
    except ca.CaError as error:
        raise ProvinceKeyError(str(error)) from error
    except (DiskFault, OSError) as error:
        raise ProvinceKeyError(f"{directory}: {error}") from error
    return recipient


def public_line(key: Ed25519PrivateKey) -> str:
    """`ssh-ed25519 AAAA…`, as it stands in a venue's `backup.receipt_keys`."""
    return f"ssh-ed25519 {base64.b64encode(public_blob(key.public_key())).decode()}"


def identities(directory: Path, passphrase: Callable[[], str] | None = None) -> Sequence[X25519PrivateKey]:
    """What opens bundles; `passphrase` is asked where `age -p` locked it. Raises ProvinceKeyError."""
    path = directory / IDENTITY_NAME
    try:
        return identities_in(path, passphrase)
    except (AgeKeyError, OSError) as error:
        raise ProvinceKeyError(f"{path}: {_said(error)}") from error


def receipts_key(directory: Path) -> Ed25519PrivateKey:
    """What signs receipts. Raises ProvinceKeyError."""
    path = directory / RECEIPTS_KEY_NAME
    try:
        key = load_ssh_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm, OSError) as error:
        raise ProvinceKeyError(f"{path}: {_said(error)}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ProvinceKeyError(f"{path}: not an Ed25519 key")
    return key


def _said(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
