"""age's X25519 keys as text: `age1…` recipients and age-keygen's identity files.

Source: C2SP age.md, "The X25519 recipient type". A file that a passphrase locks is opened by `age_locked`.
"""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from appliance.backup import bech32

_RECIPIENT = "age"
_IDENTITY = "age-secret-key-"


class AgeKeyError(Exception):
    """A recipient or an identity is not one; the message never repeats it."""


def new_identity() -> tuple[str, str]:
    """A fresh key pair as text: (`AGE-SECRET-KEY-1…`, `age1…`)."""
    key = X25519PrivateKey.generate()
    secret = bech32.encode(_IDENTITY, key.private_bytes_raw()).upper()
    return secret, bech32.encode(_RECIPIENT, key.public_key().public_bytes_raw())


def parse_recipient(text: str) -> X25519PublicKey:
    """The public key of an `age1…` text. Raises AgeKeyError, in plain words for a secret key."""
    if text.upper().startswith("AGE-SECRET-KEY-"):
        raise AgeKeyError(
            "a secret key stands where a recipient (age1…) belongs: remove it and make a new pair"
        )
    recipient = X25519PublicKey.from_public_bytes(_key_bytes(text, _RECIPIENT))
    try:
        X25519PrivateKey.generate().exchange(recipient)
    except ValueError as error:
        raise AgeKeyError("the recipient is a point of low order: anyone could open the file") from error
    return recipient


def parse_identities(text: str) -> list[X25519PrivateKey]:
    """The keys of an identity file: one a line, `#` begins a comment. Raises AgeKeyError."""
    if text.startswith(("age-encryption.org/", "-----BEGIN AGE ")):
        raise AgeKeyError(
            "the identity file is locked with a passphrase: unlock it first with `age -d -o KEY FILE`"
        )
    lines = [line.strip() for line in text.splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    if not keys:
        raise AgeKeyError("no identity (AGE-SECRET-KEY-1…) in the file")
    return [X25519PrivateKey.from_private_bytes(_key_bytes(key, _IDENTITY)) for key in keys]


def _key_bytes(text: str, prefix: str) -> bytes:
    wanted = f"a key of the form {prefix if prefix == _RECIPIENT else prefix.upper()}1…"
    try:
        found, data = bech32.decode(text)
    except bech32.Bech32Error as error:
        raise AgeKeyError(f"not {wanted}: {error}") from error
    if (found, prefix) == (_RECIPIENT, _IDENTITY):
        raise AgeKeyError(f"a public key (age1…) stands where {wanted}, the private one, belongs")
    if found != prefix:
        raise AgeKeyError(f"not {wanted}, but another kind of key")
    if len(data) != 32:
        raise AgeKeyError(f"not {wanted} with 32 bytes, but {len(data)} bytes")
    return data
