"""An identity file, one that `age -p` locked with a passphrase too, in binary or in ASCII armour.

Source: C2SP age.md, "ASCII armor" and "The scrypt recipient type".
"""

import base64
import binascii
import io
import re
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from appliance.backup.age import AgeError, AgeReader, NoIdentityMatched
from appliance.backup.age_keys import AgeKeyError, parse_identities

_LIMIT_BYTES = 1 << 20
_BINARY = b"age-encryption.org/v1\n"
_ARMOUR = re.compile(
    rb"\s*-----BEGIN AGE ENCRYPTED FILE-----\r?\n(?P<body>[A-Za-z0-9+/=\r\n]+)-----END AGE ENCRYPTED FILE-----\s*"
)


def identities_in(path: Path, passphrase: Callable[[], str] | None) -> list[X25519PrivateKey]:
    """The keys of the file; `passphrase` is asked for one that is locked, None where nobody can be asked.

    Raises AgeKeyError, which repeats nothing of the file, and OSError.
    """
    with path.open("rb") as file:
        raw = file.read(_LIMIT_BYTES + 1)
    if len(raw) > _LIMIT_BYTES:
        raise AgeKeyError(f"no identity file: more than {_LIMIT_BYTES} bytes")
    if match := _ARMOUR.fullmatch(raw):
        try:
            raw = base64.b64decode(re.sub(rb"[\r\n]", b"", match["body"]), validate=True)
        except binascii.Error as error:
            raise AgeKeyError("its armour is no base64") from error
    try:
        if raw.startswith(_BINARY) and passphrase is not None:
            raw = AgeReader(io.BytesIO(raw), (), passphrase=passphrase()).read()
        return parse_identities(raw.decode(errors="replace"))
    except NoIdentityMatched as error:
        raise AgeKeyError(str(error)) from error
    except AgeError as error:
        raise AgeKeyError(f"it is damaged: {error}") from error
