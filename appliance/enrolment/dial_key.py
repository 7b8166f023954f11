"""The key by which the province knows a venue that dials out: made once, at the venue, and never leaves it."""

import base64
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

DIAL_KEY = "keys/dial_out_ed25519"


class DialKeyFault(Exception):
    """What lies in the key's place is no such key; it is left as it is."""


def public_half(state_dir: Path, code: str) -> str:
    """The line `ssh-ed25519 AAAA… CODE` for the province's authorized_keys; the key is made where there is none.

    Raises DialKeyFault, DiskFault, OSError.
    """
    path = state_dir / DIAL_KEY
    try:
        key = load_ssh_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        key = Ed25519PrivateKey.generate()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()), mode=0o600)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise DialKeyFault(f"{path}: no OpenSSH key: take it away, and enrol again") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise DialKeyFault(f"{path}: not an Ed25519 key: take it away, and enrol again")
    return f"ssh-ed25519 {base64.b64encode(public_blob(key.public_key())).decode()} {code}"
