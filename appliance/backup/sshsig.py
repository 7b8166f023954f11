"""SSHSIG: Ed25519 signatures over files, as `ssh-keygen -Y sign` and `-Y verify` make and check them.

Source: OpenSSH PROTOCOL.sshsig; ssh-keygen(1), "ALLOWED SIGNERS".
"""

import base64
import binascii
import hashlib
import re
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_MAGIC = b"SSHSIG"
_VERSION = 1
_KEY_TYPE = b"ssh-ed25519"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_HASHES = {b"sha512": hashlib.sha512, b"sha256": hashlib.sha256}
# An Ed25519 signature is about 300 bytes.
SIGNATURE_LIMIT_BYTES = 4096
_SIGNER = re.compile(
    r'(?P<principals>\S+)\s+(?:namespaces="(?P<namespaces>[^"]*)"\s+)?ssh-ed25519\s+(?P<key>\S+)'
)


class SignatureFault(Exception):
    """The signature is malformed, wrong, or by nobody who is allowed to sign."""


def public_blob(key: Ed25519PublicKey) -> bytes:
    """The key in SSH's wire format, the base64 of which stands in `allowed_signers`."""
    return _string(_KEY_TYPE) + _string(key.public_bytes_raw())


def sign(message: bytes, *, key: Ed25519PrivateKey, namespace: str) -> bytes:
    """The armoured signature of `message`, the content of a `.sig` file."""
    name = namespace.encode()
    signature = key.sign(_signed_data(message, name, b"sha512"))
    blob = _MAGIC + struct.pack(">I", _VERSION) + _string(public_blob(key.public_key())) + _string(name)
    blob += _string(b"") + _string(b"sha512") + _string(_string(_KEY_TYPE) + _string(signature))
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    return "\n".join([_BEGIN, *lines, _END, ""]).encode()


def verify(message: bytes, armoured: bytes, *, allowed_signers: str, principal: str, namespace: str) -> None:
    """Return if `principal` may sign in `namespace` by the text of `allowed_signers`, and did.

    Raises SignatureFault. Certificates, wildcards and signers with other options are trusted in nothing.
    """
    blob, signed_namespace, algorithm, signature = _parsed(armoured)
    if signed_namespace != namespace.encode():
        raise SignatureFault(f"signed for the namespace {signed_namespace!r}, not for {namespace!r}")
    if blob not in _allowed_keys(allowed_signers, principal, namespace):
        raise SignatureFault(f"signed by a key that allowed_signers does not name for {principal!r}")
    key = Ed25519PublicKey.from_public_bytes(_strings(blob, 2)[1])
    try:
        key.verify(signature, _signed_data(message, signed_namespace, algorithm))
    except InvalidSignature as error:
        raise SignatureFault("the signature is wrong: the signed file was altered") from error


def signer_of(armoured: bytes) -> str:
    """The key in base64 that a signature names as its own; whether it signed anything is not looked at.

    Raises SignatureFault.
    """
    return base64.b64encode(_parsed(armoured)[0]).decode()


def _parsed(armoured: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    if len(armoured) > SIGNATURE_LIMIT_BYTES:
        raise SignatureFault(f"the signature is longer than {SIGNATURE_LIMIT_BYTES} bytes")
    try:
        lines = armoured.decode("ascii").strip().splitlines()
        if len(lines) < 3 or (lines[0], lines[-1]) != (_BEGIN, _END):
            raise SignatureFault("no SSH signature")
        raw = base64.b64decode("".join(lines[1:-1]), validate=True)
    except (UnicodeDecodeError, binascii.Error) as error:
        raise SignatureFault("the signature is no base64") from error
    if raw[:10] != _MAGIC + struct.pack(">I", _VERSION):
        raise SignatureFault(f"not SSHSIG of version {_VERSION}")
    blob, namespace, _reserved, algorithm, wrapped = _strings(raw[10:], 5)
    key_type, key = _strings(blob, 2)
    signature_type, signature = _strings(wrapped, 2)
    if key_type != _KEY_TYPE or signature_type != _KEY_TYPE or len(key) != 32 or len(signature) != 64:
        raise SignatureFault("not an Ed25519 signature")
    if algorithm not in _HASHES:
        raise SignatureFault(f"the hash {algorithm!r} is neither sha512 nor sha256")
    return blob, namespace, algorithm, signature


def _allowed_keys(text: str, principal: str, namespace: str) -> list[bytes]:
    keys = []
    for line in text.splitlines():
        match = _SIGNER.match(line.strip())
        if not match or principal not in match["principals"].split(","):
            continue
        if match["namespaces"] is not None and namespace not in match["namespaces"].split(","):
            continue
        try:
            keys.append(base64.b64decode(match["key"], validate=True))
        except binascii.Error as error:
            raise SignatureFault(f"allowed_signers: the key of {principal!r} is no base64") from error
    return keys


def _signed_data(message: bytes, namespace: bytes, algorithm: bytes) -> bytes:
    digest = _HASHES[algorithm](message).digest()
    return _MAGIC + _string(namespace) + _string(b"") + _string(algorithm) + _string(digest)


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _strings(data: bytes, count: int) -> list[bytes]:
    found = []
    for _ in range(count):
        size = int.from_bytes(data[:4], "big") if len(data) >= 4 else -1
        if not 0 <= size <= len(data) - 4:
            raise SignatureFault("the signature is cut off")
        found.append(data[4 : 4 + size])
        data = data[4 + size :]
    if data:
        raise SignatureFault("the signature has a tail")
    return found
