"""The venue's signing key: made at first use in `STATE/keys`, public half in `allowed_signers`."""

import base64
import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_ssh_private_key,
)

from appliance.backup.disk import replace_file
from appliance.backup.sshsig import public_blob

KEY_NAME = "venue_ed25519"
SIGNERS_NAME = "allowed_signers"
_MODE = 0o600


class SigningKeyUnusable(Exception):
    """`STATE/keys/venue_ed25519` is there and cannot be read as an Ed25519 key."""


def allowed_signers(state_dir: Path) -> Path:
    """Where the public half stands: lines of `CODE ssh-ed25519 KEY`."""
    return state_dir / "keys" / SIGNERS_NAME


def signing_key(state_dir: Path, venue: str) -> Ed25519PrivateKey:
    """The venue's key, made if there is none; call it under the outbox's lock.

    A lost key is replaced, for backups must go on: the new public half is added to `allowed_signers`, so that
    older bundles still verify, and the province sees an unknown signer until the venue is enrolled again.
    Raises SigningKeyUnusable, OSError.
    """
    directory = state_dir / "keys"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / KEY_NAME
    try:
        key = _loaded(path)
    except FileNotFoundError:
        key = Ed25519PrivateKey.generate()
        replace_file(path, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()), mode=_MODE)
    _add_signer(allowed_signers(state_dir), venue, key)
    return key


def _loaded(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_ssh_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SigningKeyUnusable(
            f"{path}: no OpenSSH key without passphrase: restore it, or remove it"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyUnusable(f"{path}: not an Ed25519 key: restore it, or remove it")
    if stat.S_IMODE(path.stat().st_mode) != _MODE:  # not always: a key that root made is not ours to change
        os.chmod(path, _MODE)
    return key


def _add_signer(path: Path, venue: str, key: Ed25519PrivateKey) -> None:
    line = f"{venue} ssh-ed25519 {base64.b64encode(public_blob(key.public_key())).decode()}"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if line not in text.splitlines():
        replace_file(path, f"{text}{line}\n".encode(), mode=0o644)
