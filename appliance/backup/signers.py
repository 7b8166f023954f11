"""The lines of `allowed_signers`, and what people compare of a key by phone."""

import base64
import hashlib
import re
from collections.abc import Iterator

from appliance.backup.bundle import VENUE_CODE

_LINE = re.compile(rf"(?P<venue>{VENUE_CODE.pattern}) ssh-ed25519 (?P<key>[A-Za-z0-9+/]{{68}})(?:\s.*)?")


def signers_in(text: str) -> Iterator[tuple[str, str, str]]:
    """(venue, key, fingerprint) of each line `CODE ssh-ed25519 KEY`; other lines are none of ours."""
    for line in text.splitlines():
        match = _LINE.fullmatch(line.strip())
        if match:
            yield match["venue"], match["key"], _fingerprint(match["key"])


def _fingerprint(key: str) -> str:
    """`SHA256:…` of a public key in base64, as `ssh-keygen -l` prints it. Source: ssh-keygen(1)."""
    digest = hashlib.sha256(base64.b64decode(key)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
